"""First names of many countries, by the pronoun that stands for them; those that both can have are left out."""

_HE = """
aaron abebe abdul abel achim adrian ahmad aiden akio alan albert alejandro alessandro alex alexandre alfred ali alvaro
amir anders andre andreas andrei angus anton antonio antoine arjun armin arne arturo august axel bart bartek ben
benedikt benjamin bernd bert bilal bill billy bjorn boris brad bruno burak carl chen cem christian christoph claude
colin connor dan daichi dario darius dave dennis derek dieter dimitri dirk dmitri dominik donald doug dylan eduardo
edgar edwin egon elias elliot emeka emilio emmanuel emre enrico enzo ernest ethan eugene fabian felipe ferdinand
fernando filip florian francesco franz fred frederik fritz gabriel gareth gary gerald giovanni giorgos gordon graham
greg gregor guido gustav haruto hamid hamza harald haruki heinz helmut henri henrik herbert herman hiro horst howard
hubert hugo ian ibrahim igor ismail isaac ivo jakob jamal jan janek jared jason javier jay jeff jens jeremy jerome jesus
jim jimmy joachim joao jochen joe joel johan johannes jonas jonathan jorge josef josh julian julien jun jurgen kai karim
kaspar keith ken kenneth kenta khalid klaus knut kofi konrad kurt kwame lars lasse laurent lawrence leon leonardo levi
lorenz lorenzo louis ludwig luigi luka lukas malik manuel marc marcel marcin marco marcus marek mario markus martijn
mateusz matteo matthias mats mattia maurice mauro max maxim mehmet miguel mike mikhail milan milo mohamed moritz murat
mustafa nabil neil nelson niall nick nicolas niklas nikolai nils norman oleg olaf ole olivier omar oskar osman otto owen
paolo pascal paulo pavel per pete phil philip philipp pierre piotr rafael rahul raj ralf ralph ramon rashid rajesh raul
ravi ray reinhard renato riccardo ricardo rick roberto rodrigo roger roland roman romeo ron ronald rory rudolf rupert
ryan sami samir samuel sandro santiago sebastian sergei sergio seth shaun sota stan stanislav stefano steve
steven stuart sven takashi taro ted teo terry theo theodore thiago thorsten timo tobias tomas tommy toni tony toshi
tristan udo ulrich umberto urs uwe vikram viktor vincent vladimir wally walt wei wilhelm willi wojtek wolfgang
xavier yannick yuto youssef yusuf yves zoltan padraig werther
"""
_SHE = """
ada adele agata agnes aicha aiko aisha aino akiko alba alexandra alicia alina alma amalia amanda amelia amelie amina
amira anastasia angelina anita anja anke ann anne anneli annette annika antonia ariana asa audrey aurora ayse
beata beatrice beatriz becky bella berit bernadette beth betty birgit bianca brenda bridget britta camila camille carina
carla carlotta carolina caroline cassandra caterina catherine cecile cecilia celia celine chiara christa christina
christine cindy claire clara claudia colette cora cornelia cristina dagmar daniela daphne deborah denise doris dora
edith elif elin elisa elise elke ella elsa elsbeth emilia emmanuelle erika estelle esther eve evelyn fanny farah fatma
filipa flora florence franziska freya frida gabriela gaby gemma georgia gerda gina gisela gita giulia gloria grete
gudrun
gul hana haruka hatice heather hedwig heidi helena helga henrietta hilda hilde holly ida ilse imani ines inga irina iris
irma isabella isabelle ivy jana janet jeanne jenny jill joan joanna jola jolanta johanna jolie josephine joyce judith
julie jutta karen karin karla kasia katarina kate katharina kathy katja katya katrin kiki kirsten klara lara larissa
latifa lea leila lena leonie leticia lili lilian lina liv livia lola lorena lotte louise lucia luciana lucie ludmila
luisa luise lydia mabel madeleine magda maja malika mara marcela margarita margot maria mariam marianne marie marina
marion marta matilda maud melanie mercedes mila mina miriam misaki mona monica monika nadine nancy nanami natalia
natalie natasha nele nicole nika nina noor norma nour ola olga olympia ottilie paola patricia paula pauline penelope
petra phoebe pia polly priya rebekka regina renata rita rosalie rosie roxana sabine sabrina sally sandra saskia selma
shirley silke silvia siobhan sofie sonia sonja stefanie stella steffi sue susanna susanne suzanne svenja svetlana
sybil sylvia tamara tanja tanya tara tatjana teresa tess theresa tina tomoko ulla ulrike ursula ute valentina vanessa
vera veronica vesna viola violeta wanda wendy yasmin yolanda yoko yvonne zara zeynep zofia zuzana ayumi emi hina keiko
michiko naoko rin sakiko yumi
"""
NAMES = dict.fromkeys(_HE.split(), "he") | dict.fromkeys(_SHE.split(), "she")
