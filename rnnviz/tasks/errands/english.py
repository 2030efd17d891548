"""What the rule knows of plain English besides the files of the language: word lists, nothing else."""

import re
from functools import lru_cache

from rnnviz.shipped import ASSETS
from rnnviz.tasks.errands.grammar import sections
from rnnviz.tasks.errands.names import NAMES


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_COLD = (
    r"(?:ice cold|cold as ice|ice|icy|cold|freezing|frozen|numb|blue|white|red|stiff|turning \w+|like ice|half frozen)"
)
_SOILS = r"(?:mud|muddy|grease|dirt|oil|paint|dust|soot|glue|ink|jam|honey|chocolate|ketchup|tar|clay|slime|syrup)"
_FEET = r"(?:shoes?|sneakers?|boots?|trainers?|sandals?|heels?|soles?|flip flops?|slippers?)"
CUES = {
    thing: re.compile(
        rf"(?<!\S)(?:{phrases}|(?:out of|needs?|needing|(?:lost|forgot|forgotten) (?:his|her|my|their)) {thing})(?!\S)"
    )
    for thing, phrases in {
        "food": r"fridge (?:\S+ ){1,4}(?:is|was) (?:\w+ )?empty|needs? a snack|plate (?:is|was) (?:\w+ )?empty"
        r"|(?:n't|not) had a bite|mouth waters|"
        r"hangry|(?:stomach|belly|tummy)(?: \S+){0,3} (?:growl|rumbl|grumbl|gurgl)\w*|eat a (?:horse|whole \w+)"
        r"|(?:n't|not) eaten(?: \w+)?|nothing to eat|(?:growl|rumbl|grumbl)ing (?:stomach|belly|tummy)"
        r"|empty (?:stomach|belly|fridge|lunch ?box)|(?:fridge|lunch ?box|cupboard) (?:is|was) (?:\w+ )?(?:empty|bare)"
        r"|nothing in the fridge|half starved|no food"
        r"|(?:skipped|missed|without|no|skipping|skips|forgot) (?:(?:his|her|my|their) )?(?:breakfast|lunch|dinner"
        r"|supper)"
        r"|(?:n't|not) had (?:any )?(?:breakfast|lunch|dinner|a bite)|something to eat|forgot to pack \w+ lunch"
        r"|ate nothing(?: \w+ day)?|has eaten nothing|have eaten nothing|(?:n't|not) (?:have|had) anything to eat",
        "water": r"(?:mouth|throat|tongue|lips) (?:is|was|feels|felt|are|were) (?:as |so |very |all |completely )?"
        r"(?:dry|parched)(?: as \w+)?|(?:dry|parched) (?:mouth|throat|tongue|lips)|mouth (?:as )?dry(?: as \w+)?"
        r"|tongue sticks|nothing to drink|something to drink|(?:n't|not) drunk(?: \w+)?|needs a drink|drank nothing"
        r"|(?:water )?bottle (?:is|was|has been) empty|without (?:a drop|anything) to drink|hot without water"
        r"|empty (?:water )?bottle|(?:throat|mouth) (?:feels|felt) like sand\w*",
        "medicine": r"forehead (?:is|was|feels) (?:\w+ )?hot|has a temperature|(?:ankle|knee|back|foot|wrist) hurts"
        r"|went to see the doctor|"
        r"\w+ache|sore throat|(?:runny|blocked) nose|nose (?:is|keeps|kept|was) running"
        r"|a (?:cold|cough)(?= [,.]| and)"
        r"|(?:bad|nasty|caught a|has a|have a) c(?:old|ough)|migraine|the flu|throwing up|threw up|poorly"
        r"|under the weather"
        r"|(?:head|belly|stomach|tummy|throat|ear|tooth) (?:hurts|aches|hurt|is killing \w+|is aching|was aching)"
        r"|high temperature|(?:been|keeps|kept|was|is|started|can n't stop|stop) (?:sneezing|coughing|vomiting)"
        r"|food poisoning",
        "gloves": r"teeth (?:chatter|chattered|are chattering)|frost ?bitten|"
        rf"(?:hands|fingers|fingertips) (?:are |were |feel |felt |have |had |has )?(?:gone |turned "
        rf"|turning |going )?"
        rf"(?:so |very |as |completely |quite |like |almost |already ){{0,2}}{_COLD}"
        r"|(?:ice cold|cold|freezing|frozen|frostbitten|numb|icy) (?:hands|fingers)"
        r"|(?:n't|not|cannot) (?:feel|move) (?:\w+ )?(?:hands|fingers)|frostbite"
        r"|(?:blows|blew|blowing) (?:on|into) \w+ (?:hands|fingers)",
        "coffee": r"(?:worked|danced|studied|up|awake) (?:until|till) (?:dawn|sunrise|\w+ in the morning)"
        r"|slept badly|no wink of sleep|"
        r"(?:(?:hardly|barely) )?(?:keep \w+ eyes open|stay awake)|half asleep"
        r"|(?:n't|not) (?:slept|sleep)(?: \w+ wink)?"
        r"|no sleep|(?:without|hardly any) sleep|falling asleep|(?:fell|falls|fall) asleep|worn out|hardly slept"
        r"|barely slept"
        r"|knackered|jetlagged|bleary|(?:been|stayed|was|were|is) up all night|awake all night"
        r"|up until \w+ in the morning"
        r"|(?:keeps|kept|is|was|been|stop|started|am|are) yawning|eyelids (?:are|were|feel) heavy|nodding off"
        r"|nodded off"
        r"|only slept \w+ hours?|slept (?:only )?(?:two|three|four) hours|pulled an all nighter",
        "soap": r"(?:ink|paint|oil|tar|glue) (?:all )?(?:on|over) (?:\w+ ){0,2}(?:hands|fingers|face|arms)"
        r"|n't had a shower|"
        rf"(?:covered|caked|smeared|splashed|splattered) (?:in|with|from) (?:\w+ and )?(?:\w+ )?{_SOILS}"
        rf"|{_SOILS} (?:is |was )?all over"
        rf"|(?:fell|falls|slipped|fallen|tripped) (?:in|into) (?:a |the )?(?:\w+ )?(?:mud|puddle)"
        r"|(?:dirty|muddy|sticky|filthy|greasy|grubby) (?:hands|feet|face|fingers|knees)"
        r"|(?:hands|feet|fingers|face|knees) (?:are|were|is|was) (?:all |so |very |completely )?"
        r"(?:dirty|muddy|sticky|filthy|greasy|grubby|black)|(?:n't|not) (?:washed|showered)(?: for \w+ \w+)?",
        "books": r"nothing (?:left |else )?to (?:do|read)|something to read|kill time|bored out of \w+ mind"
        r"|(?:finished|read) (?:\w+ )?(?:last|whole|entire) (?:novel|book)",
        "flowers": r"in love with|heart (?:beats|jumps|belongs|skips)(?: \w+)?|wants to marry|win \w+ 's heart"
        r"|about to propose|"
        r"head over heels|propos(?:e|es|ing) to|(?:a |huge |big |secret )*crush on"
        r"|(?:first|romantic|hot) date"
        r"|valentine 's day|fell for|(?:wedding )?anniversary|butterflies in (?:his|her|my) stomach|has a date"
        r"|have a date"
        r"|lost \w+ heart to",
        "candles": r"(?:n't|not|cannot) see (?:his|her|my|their) own hand|(?:sits?|sat) in the dark|"
        r"blackout|power (?:cut|outage|failure)"
        r"|(?:power|electricity) (?:\w+ )?(?:is|was|goes|went|has gone|failed|gone)"
        r" ?(?:out|off)?|(?:no|without) (?:electricity|light|lights|power)|needing light"
        r"|lights? (?:in \S+ \w+ )?(?:have |has |suddenly |all ){0,2}(?:is|are|goes|go|went"
        r"|gone) (?:suddenly )?(?:out|off)"
        r"|dark (?:house|cellar|flat|hut|cabin)|pitch (?:dark|black)|dark in \w+ (?:room|house|cellar|flat|hut)"
        r"|bulb (?:is|has|broke|burn\w*|went|had)(?: \w+)?|fuse (?:blew|has blown|is blown)",
        "shoes": r"stepped on (?:a|some) (?:\w+ )?(?:nail|stone|glass|piece of glass|thorn)"
        r"|(?:walks?|walked|runs?|goes) (?:\w+ )?in socks|"
        rf"(?:bare|naked) feet|feet are bare|(?:no|without|without any) {_FEET}"
        rf"|(?:holes? in|lost|ruined|forgot|broke|stole|stolen) (?:both )?(?:of )?(?:his|her|my|their)(?: \w+)? {_FEET}"
        rf"|{_FEET}(?: of (?:his|her|my) \w+)? (?:are|were|is|was|have|has|had) (?:been |all |completely )?"
        r"(?:worn out|broken|ruined|gone|stolen|too small|come off|fallen apart|fallen off|full of holes"
        r"|worn through|holes)"
        rf"|{_FEET} (?:fell|fall|are falling|broke|came|snapped|have|has)(?: apart| off| in two| holes?)?"
        r"|(?:in|only|just) (?:his|her|my|their)? ?socks|outgrown \w+ (?:old )?shoes",
    }.items()
}
"""Other words that tell of a need, by what answers it."""

MARKS = _set('. , ; : ! ? - ( ) "')
ENDS = _set(". ; : ! ?")
BREAKS = MARKS | _set("but so because although while whereas then yet")
"""After these begins another thought."""
SUBORDINATE = BREAKS | _set("and that when who whom which as for if since though or nor what whether until whenever")
PRONOUNS = dict.fromkeys(_set("he him his himself"), "he") | dict.fromkeys(_set("she her hers herself"), "she")
PRONOUNS |= dict.fromkeys(_set("they them their everybody everyone people both"), "they")
PRONOUNS |= dict.fromkeys(_set("we us our"), "we") | dict.fromkeys(_set("i im my me"), "i")
PRONOUNS |= dict.fromkeys(_set("it its"), "it") | dict.fromkeys(_set("you your"), "you")
KIN = dict.fromkeys(_set("father dad brother son husband uncle grandpa grandfather man boy boyfriend nephew mr"), "he")
KIN |= dict.fromkeys(_set("mother mum mom sister daughter wife aunt granny grandma grandmother woman girl lady"), "she")
KIN |= dict.fromkeys(_set("girlfriend niece queen mrs ms miss"), "she")
KIN |= dict.fromkeys(_set("friend child kid baby teacher neighbour neighbor boss student cousin colleague coach"), "")
KIN |= dict.fromkeys(_set("classmate roommate partner pupil nurse doctor team player"), "")
KIN |= dict.fromkeys(
    _set(
        "grandson stepfather stepbrother godfather guy lad clown tramp fellow gentleman policeman postman fireman"
        " fisherman milkman businessman landlord monk priest emperor count duke lord sir chap widower"
    ),
    "he",
)
KIN |= dict.fromkeys(
    _set("granddaughter stepmother stepsister godmother landlady waitress actress nun lass housewife duchess widow"),
    "she",
)
KIN |= dict.fromkeys(
    _set(
        "hiker driver guard runner walker climber cyclist biker skier swimmer diver dancer singer player painter baker"
        " butcher gardener farmer worker builder plumber carpenter miner sailor soldier pirate captain pilot engineer"
        " mechanic scientist professor lecturer researcher writer author poet artist musician pianist violinist drummer"
        " guitarist tourist traveller traveler visitor guest passenger customer shopkeeper seller cashier clerk lawyer"
        " judge secretary manager programmer hacker gamer reader librarian photographer journalist reporter editor"
        " accountant caretaker janitor cleaner cook chef waiter barista bartender babysitter nanny trainer goalkeeper"
        " striker referee astronaut explorer detective thief burglar prisoner knight wizard ghost giant dwarf vampire"
        " robot snowman scout orphan toddler youngster teenager pensioner stranger tenant flatmate housemate helper"
        " apprentice intern trainee candidate mayor minister vet dentist surgeon patient chemist shepherd"
        " hunter forester"
        " lumberjack skater surfer jogger owner speaker conductor magician juggler acrobat jockey rider archaeologist"
        " biologist physicist mathematician philosopher novelist skipper lifeguard firefighter ranger busker model"
        " tailor potter welder electrician postwoman policewoman parent twin"
    ),
    "",
)
KIN |= dict.fromkeys(
    _set(
        "dog cat horse hedgehog bear owl fox wolf mouse rabbit duck penguin dragon monster lion camel elephant monkey"
        " donkey goat pig cow sheep squirrel frog hare badger beaver tiger giraffe parrot raven crow goose hen rooster"
        " turtle tortoise snail centipede octopus puppy kitten mole hamster zebra kangaroo koala panda gorilla bee ant"
    ),
    "it",
)
KIN |= dict.fromkeys(
    _set(
        "class family team friends children kids guests parents sisters brothers neighbours boys girls students"
        " twins teachers players"
        " workers tourists hikers travellers dancers musicians pirates soldiers scouts grandparents cousins colleagues"
        " roommates flatmates classmates mates humans vampires dwarfs pigs men women ladies lads drivers"
        " sailors farmers"
        " climbers cyclists runners riders builders teammates campers nurses doctors passengers"
    ),
    "they",
)


@lru_cache
def people() -> dict[str, str]:
    """Whoever can be named, by the last word: the group of pronouns, "" where it can be any."""
    found: dict[str, str] = {}
    listed = sections((ASSETS / "errands" / "en" / "people.txt").read_text("utf-8"))
    for group, lines in listed.items():
        for line in lines:
            word = re.split(r" (?:from|next|in|with|on|of|upstairs)\b", line.lower())[0].split()[-1]
            found[word] = group if found.get(word, group) == group else ""
    return NAMES | found | KIN


PLACED = _set("to at in on of past since like with every towards toward into near crossed from around this across")
"""A capital after these is a place, a day, a sweetheart."""
NOT = _set(
    "not n't never no nor neither without nobody noone none nothing cannot isnt dont hardly barely instead than"
    " rarely seldom scarcely"
)
NOBODY = (
    NOT
    | PLACED
    | _set(
        "it this that there what now today because after when while as feeling being why where how who oh dear hi hello"
        " then so but and if yes well look listen help name problem plan goodness the a an my his her our your"
        " their its"
        " these those some any all each every another one two three four five six seven eight nine ten both last next"
        " first second third later soon still already once twice again finally suddenly luckily sadly outside inside"
        " before until till although though whereas whenever wherever unless only just also even during through over"
        " under near behind beside between among around across along down up off out into from for about by after"
        " instead besides meanwhile everything something anything most many few several half such sometimes usually"
        " monday tuesday wednesday thursday friday saturday sunday january february march april june july august"
        " september october november december christmas easter halloween english french german spanish chinese japanese"
        " italian latin london paris berlin europe africa america india someone somebody ouch click thanks"
        " please ok okay"
        " could would can may must shall should do does did is are was were has have had am let say"
    )
) - {"april", "june", "august"}
"""No names, though they have a capital where a sentence begins."""
ONE_OF = re.compile(
    r"(?<!\S)the (?:former|latter|first|second|third|other|one|last)(?: one)? (?:,|who|is|was|went|goes|ran"
    r"|takes|took|\w+s)(?!\S)"
)
"""Somebody who is named by their place alone."""
CALLS = _set("hi hello dear hey oh")
"""A name after these is somebody spoken to."""
OWNS = _set("my our his her their the your its")
OWNED = _set(
    "house home room flat place hands fingers feet face clothes shirt toes hair throat mouth head eyes street village"
)
"""What is somebody's, and so as they are."""
VERY = _set(
    "very so really too quite rather pretty extremely terribly totally completely a bit little still now just all"
    " always almost dead super already far again often also only simply once more both today suddenly never"
) - {"never"}
IS = _set("is am are 's 'm 're be being been become became becomes feel feels feeling felt was were get gets got looks")
IS |= _set("remained woke seemed seems come came gone go goes grew turned 'd 've")
HAS = _set("has have had must could can will would 've 'd")
SELF = _set("im hes shes")
BEFORE_ALONE = _set("feeling being and still or")
"""What can stand before a need that is said without a verb."""
_DENYING = (
    r"(?:not|n't|no longer|never|(?:nobody|no one|none|neither)(?: [^,]*)?|instead of|rather than|far from|anything but"
    r"|by no means|without|free of|safe from|other than|nor)"
)
_IDLE = (
    r"(?:at all|any|really|very|even|too|feel|feeling|being|a bit|so much|because of|because of the|because \w+"
    r"|is|am|are|was|were|'s|'m|'re|feels|due to|about|from|for|of|suffer|suffering|complaining|\w+ n?or|more|[a-z]+ly"
    r"|(?:has|have|had|having|got) (?:a|an|any)|~)"
)
DENIES = re.compile(rf"(?:|.* ){_DENYING}(?: {_IDLE})*")
"""The words before a need that is denied for sure."""
FAR = re.compile(r"(?:far from|safe from|anything but|free of|other than)(?: being)?$")
"""The same without a "not"."""
DENIED_AFTER = re.compile(
    r"(?: [,\"?!-])*(?: (?:no|no more|never|not at all|not any more|not any longer)(?= [,.!?\"]| no )"
    r"|(?: \w+){0,3} , (?:but|which|and) (?:\w+ ){0,2}(?:is|was) (?:wrong|false|a lie|a mistake|not true|n't true"
    r"|over|mistaken)"
    r"| \" was the wrong word| would be | , least of all|(?: \w+){0,3} is (?:long )?over(?= [.,;])"
    r"|(?:(?: with)? \w+)? \. that (?:is long|is|was long|was) over"
    r"|(?: with \w+)? \. that passed| is (?:just|only) a story"
    r"| is (?:false|a lie|wrong|not true|n't true)| , but (?:that|it) (?:has passed|is over|was a lie))"
)
"""The words after a need that is denied for sure."""
ASSERTS = re.compile(
    r"(?<!\S)(?:not only|(?:cannot|can n't|can not|could not|could n't|could no longer|cannot|ca n't)"
    r" (?:stop|bear|stand|wait|help|sit still|hide|take|say|walk|talk|come along)"
    r"|(?:do|does|did) (?:not|n't) want to be"
    r"|no more(?= \w+ !)|in order not to be|so as not to be|never been so|nothing but|no wonder|had enough of"
    r"|not to think (?:of|about)|nothing is worse than|no secret|no doubt|in no time|not far|no time|never before"
    r"|nothing else|even if|no money|no problem|no (?=, \w+ (?:'m|'s|is|am|are|'re|was|were) (?:not|n't))"
    r"|has no plan|without a (?:plan|word)|no idea|without waiting(?: for \w+)?|without (?:looking|thinking|asking)"
    r"|never seen \w+(?: before)?|no longer (?:than|far)|not long|loves nobody but|nobody but|no better|not even"
    r"|not a \w+ later|without (?:a sound|hesitation|hesitating|delay|further ado)|no umbrella|no trouble|no bus(?:es)?"
    r"|(?:do|does|did|ca|can|could|wo|will|would|has|have|had) (?:not|n't) (?:\w+ )?(?:like|know|care|tell|hear"
    r"|remember|start|work|open|come"
    r"|understand|answer|notice|mind|believe|got (?:time|a car)|have (?:time|a car|a bike)|say \w+|look"
    r"|thought of|think of|want to wait"
    r"|go away|get away|get home|go on|concentrate|get up|go home|get rid of|ignore|deny|fit in)"
    r"|(?:is|are|was|were) (?:not|n't) (?:far|there|at home|home|long|open|easy|back|surprised))(?!\S)"
)
"""Negations that deny no need."""
CERTAIN = re.compile(
    r"(?<!\S)(?:looked (?:for|at|up|around|round|over|out|into|through|after|down|back|forward)|(?:have|has"
    r"|had) to wait"
    r"|waits? (?:for|at|in|until|here|till)|asks? (?:\w+ ){0,3}if \w+ (?:may|can|could)|tell\w* (?:\w+ ){0,2}jokes?"
    r"|together(?= (?:and|with|to|in|on|at|did|does|for))"
    r"|(?:almost|nearly) (?:every|all|the|there|home|noon|midnight|forgot|forgets)"
    r"|free (?:time|day|afternoon|evening|hour|period|weekend|seat|minute)|as if \w+ (?:were|was)|wait for"
    r"|without if)(?!\S)"
)
"""Doubtful words that make nothing doubtful."""
REPORTS = _set("says said tells told complains complained whispers whispered admits admitted finds found knows knew")
"""Who says so of themselves is believed."""
TAKEN_BACK = _set("but though although yet lie lied lying joke joked not n't never really only just laughs laughed if")
"""Unless one of these stands beside it."""
SET_ASIDE = re.compile(
    r"(?:the time when|there was a time when|(?:even if|though|although) [^,]*(?:said|says|wrote|thought"
    r"|looked))(?!\S)|^nothing .*(?:says?|said)(?!\S)"
)
"""Before a need: it is not that."""
TALES = re.compile(
    r"(?<!\S)(?:in|about|saw|sees|watch\w*|of|by|read|reads|at|tells?|sings?|writes?|wrote) (?:a|the|that|this"
    r"|his|her|an|old|which)"
    r" (?:\w+ )?(?:film|movie|story|song|poem|dream|photo|picture|painting|novel|play|series|cartoon|quiz|game"
    r"|museum|opera)(?!\S)"
    r"|(?<!\S)(?:everybody|everyone|all|nobody) (?:but|except)(?!\S)|(?<!\S)(?:takes?|took"
    r"|taken) off \w+ (?:shoes|boots|sandals|trainers)|(?<!\S)on stage(?!\S)|(?<!\S)in 1\d\d\d(?!\S)"
)
"""A sentence with one of these tells of others, or of nobody."""
MENDED = re.compile(
    r"(?<!\S)(?:(?<!n't )(?<!not )help(?:ed|s)(?! \w+ with)|went away|gone away|feels? (?:\w+ )?(?:fine|better"
    r"|great|good|well)(?: again| now)"
    r"|(?:he|she|they|it|i|that|everything) (?:is|are|'s|am|'re) (?:\w+ )?(?:fine|better|over|gone|healthy"
    r"|repaired|mended)"
    r"|(?:is|are|was|were|came|come|'s) back(?: on)?(?= [,.;]| again| now| and)|works? again|feels fine|(?:has"
    r"|have) (?:\w+ )?others?"
    r"|gave \w+ (?:some|one|his|hers|hot|a \w+ of)|new ones|healed|wakes? up fresh|slept it off)(?!\S)"
)
"""After a need: it has passed, or been met."""
LIFELESS = _set(
    "phone computer laptop car cars engine machine tablet soup milk tea plant plants garden film city news bike"
    " dress tree"
    " printer radio boat ship train bus wine cheese wind sea river weather town bridge sky moon sun door wall"
    " clock book"
    " battery camera company bank team's economy market air floor road street park fish meat sauce tyre tyres"
    " lawn field bakery shop store"
    " kitchen cellar stable basement garage classroom market museum"
)
"""What has no needs: before a need in its clause."""
OUTSIDE = _set(
    "street town city wall door floor sky road house bakery shop store kitchen cellar stable basement garage"
)
"""Of these, what can be dark."""
ON_OTHERS = _set("boring dull tedious monotonous")
"""Whoever is so is not bored."""
ALONG = _set("through into during over behind throughout beside under")
"""What may follow a verb that tells a need."""
COMPOUND = _set("house room shop school bag food race station team park show book film club party")
"""After an animal or somebody's trade these make it another thing."""
NO_ANSWER = _set("true so right really real true that it this any anymore longer either more case for")
"""A negation beside these may take back what was said."""
ASIDE = re.compile(r"(?<!\S), as (?:\w+ ){1,4}(?:believes|believe|says|say|thinks|think|would say|claims) ,")
"""What others say, put between commas."""
CONTRAST = _set(
    "but truth fact really actually wrong false lie better yet now mistake nonsense instead no true while these time"
)
"""Where somebody's belief is told, one of these says what is true."""
DOUBT = _set(
    "if maybe perhaps might may almost nearly pretends pretend wait however except dreamed unless whether wonders"
    " together denies denied free pretending pretended imagines imagined joke jokes joked joking kidding lie wrong"
    " false mistake"
    " suppose supposedly probably possibly looked claims claimed"
)
"""Words that make a sentence doubtful wherever they stand."""
SUPPOSED = _set("would will should shall")
"""Before a need: it is none yet."""
TITLES = _set("mr mrs ms dr st")
BELIEVES = _set(
    "think thinks thought say says said told tell believes believed hears heard asks asked wonders claims claimed hopes"
    " hoped calls called wrote seemed seems seem fears feared fear expects expected guesses suspects story knows sure"
)
"""What somebody believes or says before a need: theirs or others', true or not."""
SAYING = _set(
    "say says said saying tell tells told ask asks asked answer answers answered reply replies replied cry cries cried"
    " shout shouts shouted yell yells yelled scream screams screamed whisper whispers whispered mutter mutters muttered"
    " mumbles mumbled murmurs murmured sigh sighs sighed groan groans groaned moan moans moaned grumbles grumbled"
    " growls growled whines whined complain complains complained explain explains explained admit admits admitted"
    " announces announced exclaims exclaimed repeat repeats repeated think thinks thought laughs laughed adds added"
)
"""Who does one of these says what is quoted."""
CODE = _set("( = [ { < >")
"""Before a quotation these make it a text in a program."""
SHOWN = _set(
    "read reads reading heard hears hear sees saw see sings sang sing song sign title titled called named film book"
    " poem word words text shirt poster"
)
"""With one of these before it a quotation may be somebody else's text."""
FIRST = _set("i we my our me us im")
WHOM = _set("to the a an her his my our their old")
"""What may stand between "told" and what is quoted, beside people."""
GOES_ON = _set("and who , then but")
"""Before "says" these go on with somebody named earlier."""
TURNS = ("anything but", "stopped being", "instead of", "in the dark about")
WANTS = _set("want wants wanted")
NO_OTHER = MARKS | _set("to something anything some it")
"""After "wants" these name nothing else to buy."""
OVER = re.compile(
    r"(?<!\S)(?:used to|yesterday|(?:\w+ )?ago|last \w+|earlier|recovered|cured|once(?! more| again)|until \w+(?!.*#)"
    r"|on sunday|in the past|before|got over|stopped being|was ever|at first|tomorrow)(?!\S)"
)
PAST, PRESENT = _set("was were had felt did"), _set("is am are 's 'm feels wants now goes has")
TOLD_PAST = _set(
    "was were went had felt bought drove walked ran rode took came got hurried rushed cycled headed returned"
)
"""A story in which one of these follows is told in the past."""
PERFECT = {(has, had) for has in ("has", "have") for had in ("had", "felt")}
"""No past: "has had a cough" is now."""
BUY = _set("buy buys bought buying purchase purchases")
SATED = _set("ate eaten eats drank drunk drinks slept washed showered fed rested")
DID = _set(
    "saw did made took got came left woke told met ate fell lost ran sat found thought knew kept slept drank felt wrote"
    " said spent forgot broke read stood gave put came caught hurt held and who just never always often does do"
)
GO = _set(
    "drives walks cycles hurries rushes runs strolls rides travels heads jogs marches goes skates flies sets comes"
    " races returns gets takes climbs wanders went walked drove ran"
)
FED = re.compile(
    r"(?<!\S)(?:had|has had|have had|took|had just had) (?:a|an|some|her|his|my|their|two|three) (?:\w+ ){0,3}"
    r"(?:lunch|dinner|breakfast|meal|sandwich\w*|pizza|nap|shower|bath|drink|rest)(?!\S)"
)
"""A need that has been met."""
AFTER = MARKS | GO | _set(
    "and so because as who that when while after from since today again with in he she i they to by on at this but or"
    " any anymore more yet now out stiff like all lately indeed af rn lol right here tonight as my his her goes"
    " went heads not too all until we"
    " it you though than without if rather instead even once ever just yes buys bought is"
)  # fmt: skip
"""What may follow a need that is that of a person."""
CAUSE = _set("by from with has have had the a in against of to after made but")
CAUSES_OF = (["because"], ["full"], ["dying"], ["out"], ["sick"], ["account"], ["thinking"])
COMPLAINTS = _set("complaining complain complains complained")
SHORT = 10
"""A need is denied for sure only if at most so many words lead from there to the purchase: else more is told."""
PICTURES = _set(
    "night midnight winter snow ice dry tires smells tiptoes stains shadows passion romance idle loving love"
)
"""Wordings that mean something else as often as not."""
LOVED = _set("of by with from to for about against more")
"""Before "love" these make it a noun."""
PERSONAL = frozenset({"food", "water", "medicine", "coffee", "books", "flowers", "shoes"})
"""Things for whose need an adjective fits persons alone; water, weather and houses are cold, dark and dirty too."""
