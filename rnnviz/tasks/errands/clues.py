"""Everyday clues to a need in English: what happened, or how somebody looks, as people tell it.

Each line names the words of which one must stand in the sentence (so that most lines cost nothing), and then what is
looked for, as a regular expression over words with one blank between them. `english.CUES` holds shorter ones.
"""

import re
from functools import lru_cache

_OWN = r"(?:his|her|my|our|their|your|its|the|both)"
_UP_TO = {n: rf"(?:[\w\']+ ){{0,{n}}}" for n in range(1, 7)}
_MEAL = r"(?:breakfast|lunch|dinner|supper|sandwich(?:es)?|lunch ?box|snacks?|packed lunch|school lunch|lunch bag)"
_STORE = r"(?:fridge|freezer|pantry|larder|cupboards?|lunch ?box|bread ?bin|biscuit tin|refrigerator)"
_HURTS = r"(?:hurt(?:s|ing)?|ach(?:es|ed|ing)|throb(?:s|bed|bing)|pound(?:s|ed|ing)|sore|swollen|killing \w+)"
_BODY = r"(?:head|throat|stomach|belly|tummy|tooth|teeth|ears?|back|knees?|ankle|foot|wrist|shoulder|neck|leg|tummies)"
_HANDS = r"(?:hands|fingers|fingertips|thumbs|knuckles|fists|palms)"
_SHOES = (
    r"(?:shoes?|sneakers?|boots?|trainers?|sandals?|heels?|soles?|flip - flops?|flip flops?|slippers?|loafers?|wellies"
    r"|clogs?|pumps|footwear)"
)
_SOIL = (
    r"(?:mud|oil|paint|grease|dirt|soot|ink|glue|dung|flour|chalk|jam|ketchup|chocolate|tar|earth|coal|ash|ashes|slime"
    r"|ice cream|honey|sauce|clay|dust|syrup|manure|blackberry juice|juice|dye|toner|candy floss|resin|engine oil|blood)"
)
_SKIN = (
    r"(?:hands|fingers|face|arms|knees|nails|fingernails|elbows|ears|hair|palms|cheeks|legs|skin|feet|neck|nose|him"
    r"|himself|herself|me|them|us|myself|everything)"
)
_LIGHT = r"(?:lamps?|bulbs?|light ?bulbs?|torch|torches|flashlight|lantern|lanterns|batteries)"
_ROOM = (
    r"(?:flat|house|room|cellar|cave|hut|tent|cabin|kitchen|apartment|bathroom|bedroom|castle|basement|hall|hallway"
    r"|stairs|staircase|building|tower|shed|attic|home|place|cottage|farmhouse|office|den|burrow)"
)

LINES = {
    "food": rf"""
        fridge freezer pantry larder cupboard cupboards lunchbox lunch refrigerator
            = {_STORE} (?:[\w']+ ){{0,5}}(?:empty|bare|nothing(?: but(?: [\w']+){{1,3}})?|only (?:a|an|half|some|one)(?: \w+)*)
        fridge freezer pantry larder cupboard cupboards refrigerator
            = (?:nothing|no food)(?: left| at all| but \w+ \w+)? in (?:[\w']+ ){{1,2}}(?:kitchen )?{_STORE}
        stomach belly tummy = (?:stomach|belly|tummy) {_UP_TO[4]}(?:nois(?:e|es|ily)|complain\w*|roar\w*|protest\w*)
        stomach belly tummy = (?:stomach|belly|tummy) (?:is|was|feels|felt|'s) {_UP_TO[2]}(?:empty|hollow)
        stomach belly tummy = (?:hole|nothing) in {_OWN} (?:stomach|belly|tummy)
        time dinnertime lunchtime = past (?:dinner|lunch|supper|breakfast) ?time
        meal bite = last (?:\w+ )?(?:meal|bite) {_UP_TO[6]}(?:ago|yesterday|hours|days|breakfast|night|noon|morning)
        forgot forgotten stole stolen dropped lost missed skipped skips skip skipping
            = (?:forgot|forgotten|stole|stolen|dropped|lost|missed|skip\w*) (?:to bring |to take |to pack )?{_UP_TO[2]}{_MEAL}
        left leaves = (?:left|leaves) {_OWN} (?:\w+ )?{_MEAL} (?:at|on|in)(?: \w+){{1,3}}
        dog cat seagull seagulls gull monkey goat brother ants birds
            = (?:dog|cat|seagulls?|gull|monkey|goat|brother|ants|birds) (?:\w+ )?(?:ate|stole|snatched|eaten|took) (?:[\w']+ ){{0,2}}{_MEAL}
        time = (?:no|n't (?:have|had)(?: any)?|without) time (?:for|to eat|to have)(?: {_MEAL})?(?: anything)?
        eat eaten eating = (?:no|nothing|hardly|barely|n't|not|never|without) {_UP_TO[3]}(?:eat|eaten|eating)(?: (?:anything|a thing|a bite|since \w+|all day))?
        eat = could (?:\w+ )?eat (?:a|an|the|two|three|ten|my|his|her)(?: \w+){{1,2}}
        mouth = mouth (?:is |was |starts |started |begins |began )*(?:to )?water(?:s|ed|ing)?
        food snacks sandwiches rations provisions bread
            = (?:food|snacks|sandwiches|rations|provisions|bread) {_UP_TO[3]}(?:all gone|run out|ran out|is gone|was gone|are gone|were gone|used up)
        food = (?:run|ran|runs) out of (?:food|snacks|provisions)
        fasted fasting fasts = fast(?:ed|ing|s) (?:[\w']+ ){{0,2}}(?:all|since|for)
    """,
    "water": rf"""
        mouth throat tongue lips mouths throats tongues
            = (?:mouth|throat|tongue|lips)s? (?:[\w']+ ){{0,3}}(?:feel|feels|felt|is|was|are|were|'s|like|as)(?: \w+){{0,2}} (?:dry|parched|dried \w+|(?:a |the )?(?:desert|sand\w*|cotton(?: wool)?|dust|sahara|cardboard|bone|leather|paper))(?: as (?:\w+ )?\w+)?
        drop = last drop {_UP_TO[6]}(?:gone|drunk|finished|empty|used)
        drop drops = (?:not|n't|without|no) (?:[\w']+ ){{0,2}}drop(?: left| of \w+| to drink| in \w+ \w+)?
        salty spicy salted = (?:salty|spicy|salted) (?:chips|peanuts|crisps|popcorn|curry|soup|pretzels|fries|nuts|snacks|sunflower seeds|anchovies|fish|dinner|food)
        bottle bottles flask canteen waterskin
            = (?:(?:water|drinking) )?(?:bottles?|flask|canteen|waterskin) {_UP_TO[3]}(?:empty|dry|leaked|leaking|leaks)
        bottle flask canteen water = (?:forgot|forgotten|lost|left) {_UP_TO[2]}(?:water bottle|water|flask|canteen)(?: at home)?
        tongue tongues = tongues? (?:is |was |are |were )?(?:hanging|hangs|hung|sticking|stuck) (?:out|to)
        drink = drink (?:the|a|an|up) {_UP_TO[2]}(?:river|lake|sea|ocean|swimming pool|pool|bathtub|well|pond|barrel)(?: dry)?
        drink drunk drinking drank = (?:no|nothing|hardly|barely|n't|not|never|without) {_UP_TO[3]}(?:drink|drunk|drinking|to drink)(?: (?:anything|a drop|a thing|since \w+|all day))?
        drink sip gulp glass = (?:dying|gasping|longs|longing|longed|desperate) for (?:a|something) {_UP_TO[2]}(?:drink|sip|gulp|glass)
        water = (?:no|without) water(?: left)?
        water = (?:run|ran|runs) out of water
    """,
    "medicine": rf"""
        {" ".join("head throat stomach belly tummy tooth teeth ear ears back knee ankle foot wrist shoulder neck leg".split())}
            = {_BODY} (?:has|had|is|was|are|were|'s|feels|felt|still|started|starts|keeps|kept|began|been|so|really|badly|to|all|terribly|very|again| )*(?:{_HURTS})(?: (?:badly|terribly|like mad|so much))?
        head = head (?:is|was|feels|felt|'s|feel) (?:\w+ )?(?:pounding|spinning|throbbing|splitting|exploding|burning|heavy as \w+)
        throat = throat (?:is|was|feels|felt|'s) (?:[\w']+ ){{0,2}}(?:sore|swollen|on fire|scratchy|raw|burning|red|inflamed)
        swallow swallowing = (?:hurts|painful|hardly|n't|barely) (?:\w+ )?(?:to )?swallow|swallowing hurts
        nose = nose {_UP_TO[2]}(?:running|runny|blocked|stuffed|stuffy|dripping|drips|bunged)
        well good unwell dizzy = (?:n't|not|never) (?:been )?feel(?:s|ing)? (?:at all |very |too |so )?(?:well|good)(?: at all)?
        unwell dizzy feverish nauseous queasy = (?:feel\w*|felt|is|was|are|were|'s) (?:\w+ )?(?:unwell|dizzy|feverish|nauseous|queasy)
        thermometer = thermometer (?:in \w+ \w+ )?(?:says|said|shows|showed|reads|read) (?!minus|zero|below)\S+(?: \w+)?
        temperature fever = (?:has|had|have|got|with|running|runs|ran) (?:a|the) (?:\w+ )?(?:temperature|fever)
        prescription pills tablets = (?:doctor|gp|nurse|vet|dentist) {_UP_TO[6]}(?:prescription|pills|tablets|prescribed|prescribes)
        doctor = (?:doctor|gp) {_UP_TO[6]}(?:prescription|prescribed|prescribes|pills|tablets|drops|syrup|ointment|cream)(?: for \w+)?
        prescription = prescription
        sneeze sneezes sneezed sneezing sneezy = sneez(?:es|ed|ing|e)
        coughs coughed coughing cough = (?:coughs|coughed|coughing)(?: all night| and coughs)?|(?:bad|dry|nasty|terrible|constant) cough
        allergic allergy pollen hay = allergic to \w+|allergy|hay fever|pollen
        rash itches itching itchy = (?:itchy|red) rash|a rash|itch(?:es|ing|y)(?: all over)?
        vomited vomiting vomits sick = vomit(?:s|ed|ing)|(?:been|was|is) sick (?:all|twice|three|several)(?: \w+)*
        stung = stung (?:by|him|her|me|them)(?: \w+ \w+)?
        sprained twisted = (?:sprained|twisted) (?:his|her|my|their|an?) (?:\w+ )?(?:ankle|wrist|knee|foot)
        flu bug = (?:the |a |with )?(?:stomach |bad )?(?:flu|bug)
        bed = in bed with (?:a|the) (?:[\w']+ ){{0,2}}(?:cold|cough|fever|flu|temperature|virus)
        cold cough = (?:caught|catches|catch|has|had|have|got|'s got|down with|nursing) (?:a|his|her|another|such a) (?:\w+ )?(?:cold|cough)(?= [,.;!]| and| so| at| on| from| in| since)
        swollen infected inflamed = (?:swollen|infected|inflamed) (?:ankle|knee|finger|throat|eye|tonsils|toe|gums|ear)
    """,
    "gloves": rf"""
        hands fingers fingertips thumbs knuckles
            = {_HANDS} (?:[\w']+ ){{0,4}}(?:turn\w*|gone|go|went|are|were|feel|felt|look\w*|get|got|like|'re|became|become) (?:[\w']+ ){{0,2}}(?:blue|purple|numb|stiff|ice|icicles|frozen|freezing|cold|icy|lumps of ice|blocks of ice)
        hands fingers = (?:nothing|no gloves|no mittens) on {_OWN} (?:\w+ )?(?:hands|fingers)
        bare naked = (?:snow\w*|ice|freezing|cold|frozen|icy|frost\w*|winter|minus|degrees) {_UP_TO[6]}(?:bare|naked|unprotected) (?:hands|fingers)
        bare naked = (?:bare|naked) (?:hands|fingers) {_UP_TO[4]}(?:snow\w*|cold|ice|frost|wind|freez\w+|icy|winter)
        blow blows blew blowing breathes breathed breathing
            = (?:blow\w*|blew|breath\w*) (?:hot air |warm air )?(?:on|into|onto|in) {_OWN} (?:[\w']+ ){{0,2}}{_HANDS}
        rub rubs rubbed rubbing = rub\w* {_OWN} (?:[\w']+ ){{0,2}}{_HANDS}(?: together)?
        warm warms warming warmed = warm(?:s|ing|ed)? (?:up )?{_OWN} (?:[\w']+ ){{0,2}}{_HANDS}
        pockets sleeves armpits = (?:hands|fingers) (?:[\w']+ ){{0,2}}(?:in|into|inside|under|up) {_OWN} (?:[\w']+ ){{0,2}}(?:pockets|sleeves|armpits)
        feel bend move = (?:n't|not|cannot|no longer|hardly|barely) (?:\w+ )?(?:feel|bend|move) (?:\w+ )?(?:\w+ )?{_HANDS}(?: \w+ more)?
        glove gloves mittens mitten = (?:lost|forgot|forgotten|left|dropped) {_UP_TO[3]}(?:gloves?|mittens?)(?: (?:at|on) (?:\w+ )?\w+)?
        glove gloves mittens mitten = (?:gloves?|mittens?) (?:[\w']+ ){{0,4}}(?:lost|wet|holes?|gone|soaked|torn|missing|bus|train|home)
        hurt hurts hurting ache stung = {_HANDS} (?:hurt\w*|ach\w+|sting|stung|burn\w*) (?:from|with|in|because of) the (?:cold|frost|wind|snow|ice)
        cold icy freezing frozen numb chilly = (?:cold|icy|freezing|frozen|numb|frosty|chilled|blue) (?:little |stiff )?(?:hands|fingers|fingertips)
        minus = (?:is|was|'s|shows|showed|to|at) minus \w+(?: degrees)?
    """,
    "coffee": rf"""
        yawn yawns yawned yawning = yawn(?:s|ed|ing)?(?: (?:and yawns|for the \w+ time|all \w+))?
        nod nods nodded nodding dozed dozes dozing = nod(?:s|ded|ding)? off|doz(?:ed|es|ing) off
        asleep = (?:fall|falls|fell|falling|nearly|almost|half)(?: -)? (?:fall |falls |fell |falling )?asleep(?: (?:over|at|on) (?:\w+ )?\w+)?
        eyes = (?:n't|not|never|hardly|barely|without) (?:\w+ )?(?:clos\w+|shut\w*) (?:\w+ )?eyes?(?: for \w+ \w+)?
        eye = (?:n't|not|never|hardly) (?:clos\w+|shut) an eye
        eyes eyelids = (?:eyes|eyelids|lids) (?:[\w']+ ){{0,3}}(?:closing|falling shut|fall shut|fell shut|shut|heavy|droop\w*|red from \w+)
        eyes awake = (?:hardly|barely|trouble|trying to|struggl\w+ to|can n't|n't|cannot|fights? to|hard to) {_UP_TO[3]}(?:eyes open|awake)
        eyes = (?:bags|rings|circles|shadows) under {_OWN} eyes
        head chin forehead = (?:head|chin|forehead) (?:[\w']+ ){{0,2}}(?:sink\w*|dropp?\w*|nodd\w*|sank|falls|fell|falling|droop\w*) (?:on|onto|into|to|forward|again)(?: \w+ \w+)?
        sleep slept sleeping = (?:n't|not|hardly|barely|no|without|never|lack of|too little) {_UP_TO[1]}(?:sleep|slept|sleeping)(?: (?:a wink|at all|all night|well|much|last night|for \w+ \w+))?
        sleep slept = (?:slept|sleep) (?:for )?(?:only |just |barely |hardly |badly|terribly|poorly|too little|little|not)(?: ?\w+ hours)?
        hours = (?:two|three|four|five|one|2|3|4|5|few|couple of) hours ?(?:'|of)? sleep
        night = (?:baby|twins|neighbours?|neighbors?|dog|dogs|party|mosquito|mosquitoes|cat|cats|snoring|music) (?:[\w']+ ){{0,3}}(?:cried|crying|cries|scream\w*|awake|up|bark\w*|snor\w*|howl\w*|all) (?:all|the whole|every|half the|through the|long)? ?(?:night)?(?: long)?
        awake = (?:kept|keeps|keep|keeping|lay|lain|lying|been|stayed) {_UP_TO[3]}awake(?: (?:all|half the|the whole|most of the) (?:the )?night)?
        alarm = alarm (?:clock )?(?:rang|rings|went|goes|rung|going|ringing)(?: off)? at (?:half past )?(?:two|three|four|five|2|3|4|5)\S*
        up = up since (?:half past )?(?:two|three|four|five|2|3|4|5|dawn|before)\S*
        night = (?:up|awake|work\w*|stud\w+|drove|driv\w+|danc\w+|read|reading|cod\w+|revis\w+|practis\w+|wrote|writing|travel\w*|gaming|played|talked|sewed|painted|party\w*|watch\w*) (?:[\w']+ ){{0,3}}(?:all|through the|the whole|half the|most of the|deep into the|late into the) night(?: (?:long|through))?
        night shift shifts = (?:after|finished|finishing|end of|ends|ended|off|long|third|hours|worked|double|works) (?:[\w']+ ){{0,5}}(?:night|double|nights) ?(?:shifts?)
        nighter = all - nighter
        morning dawn am = until (?:two|three|four|five|2|3|4|5|half past \w+|dawn)(?: (?:in the morning|a m|am))?
        jet = jet - lag\w*|jet lag\w*
        sleepless = sleepless night
    """,
    "soap": rf"""
        mud oil paint grease dirt soot ink glue dung flour chalk jam ketchup chocolate tar earth coal ash ashes slime cream honey sauce clay dust syrup manure juice dye toner floss resin
            = {_SOIL} (?:[\w']+ ){{0,3}}(?:all over|on|up to|under|behind|from|in|down) {_UP_TO[2]}(?:\w+ 's )?{_SKIN}
        {" ".join("covered caked smeared splashed splattered black sticky filthy full dripping greasy brown dirty green soaked".split())}
            = (?:covered|caked|smeared|splashed|splattered|black|sticky|filthy|full|dripping|greasy|brown|dirty|green|stained|red|blue|soaked) (?:[\w']+ ){{0,2}}(?:in|with|from|of) (?:[\w']+ ){{0,3}}{_SOIL}
        nails fingernails = (?:dirt|earth|black|mud|soil|oil) (?:\w+ )?(?:under|beneath) {_OWN} (?:finger)?nails
        nose noses = (?:hold|holds|held|holding|pinch\w*|wrinkl\w+) {_OWN} noses?
        smell smells smelled smelt smelling reeks reek reeked stank stinks stink stinking
            = (?:smell\w*|smelt|reek\w*|stank|stink\w*) (?:\w+ )?(?:like|of|worse than) (?:[\w']+ ){{0,2}}(?:goats?|pigs?|fish|sweat|horses?|stables?|skunk|cheese|garlic|gym|dogs?|cows?|manure|onions?|fox|rubbish|sheep|socks?|petrol|dung|smoke|pigsty|fire|swamp|camel|sewer)
        stink stinks stank stinking reeks reeked stinky smelly sweaty
            = (?:stinks?|stank|stinking|reeks|reeked)(?= [,.;:!\"]| so| and| after| from)
        sweaty sweat = (?:sweaty|dripping with sweat|drenched in sweat|covered in sweat|soaked in sweat)(?: from \w+)?
        bath shower wash = needs? a (?:\w+ )?(?:bath|shower|wash|good scrub)
        washed showered shower bath bathed = (?:n't|not|never) (?:\w+ )?(?:washed|showered|bathed|had a (?:shower|bath)|taken a (?:shower|bath))(?: (?:for|since|in) (?:\w+ )?\w+)?
        skunk = (?:sprayed|hit) by a skunk|skunk sprayed \w+
        mud dirt puddle ditch swamp heap manure bog pigsty dung
            = (?:fell|falls|fallen|slip\w*|tripp?\w*|roll\w*|landed|lands|jumped|tumbled|crawl\w*|dug|waded) {_UP_TO[3]}(?:in|into|through) (?:a |the )?(?:\w+ )?(?:mud|dirt|puddle|ditch|swamp|heap|manure|bog|pigsty|dung)
        soap = soap (?:\w+ )?(?:dish|dispenser)?(?: \w+){{0,4}} (?:empty|gone|used up|finished|run out|ran out)
        dirty muddy filthy grubby greasy grimy sticky
            = (?:dirty|muddy|filthy|grubby|greasy|grimy|sticky|oily|sooty) (?:little |old )?(?:hands|feet|face|fingers|knees|paws|arms)
        dirty muddy filthy grubby greasy grimy sticky
            = (?:hands|feet|face|fingers|knees|paws|arms|faces) (?:\w+ )?(?:are|were|is|was|got|get|gets|'re|'s|have|look|looked|all)(?: \w+){{0,2}} (?:dirty|muddy|filthy|grubby|greasy|grimy|sticky|black)
    """,
    "books": rf"""
        tv television = nothing (?:\w+ )?on (?:the )?(?:tv|television|telly)
        ceiling wall clock = (?:star(?:es|ed|ing)) at the (?:\w+ )?(?:ceiling|walls?|clock|wallpaper)
        counts counting counted = count(?:s|ing|ed) (?:the |all the )?(?:flies|tiles|raindrops|cracks|spots|dots|cars|clouds)(?: (?:on|in|of) the \w+)?
        thumbs = twiddl\w+ (?:his|her|my|their) thumbs
        read reads = (?:read|reads) (?:\w+ )?(?:all|every|each|everything)(?: \w+){{0,3}} (?:books?|novels?|magazines?|comics?|shelf|house|library|twice)
        finished finishes = finish(?:ed|es) (?:\w+ )?(?:the|his|her|my|their|last) (?:[\w']+ ){{0,2}}(?:book|novel|trilogy|thriller|page|chapter|library book|series of books)
        page = (?:last|final) page
        time hours minutes afternoon = (?:time|hours|minutes|days?|afternoon|evenings?|weekend) (?:\w+ )?(?:crawl\w*|drag\w*|stand\w* still|stood still|pass\w* (?:\w+ )?slowly)
        idea know = (?:no idea|n't know|not know) what (?:else )?to do (?:with)(?: \w+){{1,3}}|no idea what to do
        same = (?:watched|seen|read|played) the same (?:[\w']+ ){{1,3}}(?:times|twice|again)
        hands = time on (?:his|her|my|their|our) hands
        dull boring monotonous tedious = (?:finds?|found|find) (?:[\w']+ ){{1,5}}(?:\w+ )?(?:dull|boring|monotonous|tedious)
        boring dull = (?:nothing (?:\w+ )?(?:as|so)|as|so|terribly|deadly|incredibly|too|very|dreadfully|really|just|is|was|are|'s) (?:boring|dull)(?: (?:as|here|there|at \w+|in \w+ \w+))?
        boring bores bored = bor(?:es|ed) (?:him|her|me|them|us|\w+) (?:to death|to tears|stiff|silly)
        kill pass fill killing = (?:kill|pass|fill|killing|passing) (?:the |some |her |his |my )?(?:time|hours|afternoon|evening|hour)
        read = (?:nothing|something|anything) (?:\w+ )?to read
    """,
    "flowers": rf"""
        knees knee = knees? (?:go|goes|went|turn\w*|are|were|get|got|feel|felt|grow) (?:[\w']+ ){{0,2}}(?:soft|weak|jelly|to jelly|butter|wobbly)
        blush blushes blushed blushing red = (?:blush\w*|(?:turns|goes|went|turned) (?:\w+ )?red) (?:when\w*|every time|each time|as soon as|if)(?: (?:she|he))?(?: \w+)?
        heart hearts = heart (?:[\w']+ ){{0,4}}(?:beats?|beating|leap\w*|flutter\w*|races?|raced|racing|jump\w*|skip\w*|pound\w*|somersault\w*|melt\w*|stolen|sings?|faster)(?: (?:faster|a beat))?
        heart = (?:stole|stolen|won|given|gave|lost) (?:[\w']+ ){{0,2}}heart(?: to|(?= [,.;!]| and))
        thinking dreams dreaming dreamed thinks = (?:think\w*|dream\w*) (?:only )?(?:about|of) (?:the|that|his|her) (?:\w+ )?(?:girl|boy|woman|man|waitress|waiter|guy|girlfriend|boyfriend|sweetheart|barista|violinist|librarian)
        name names = (?:written|writes|wrote|writing|carv\w+|whisper\w*|scribbl\w+) (?:his|her|\w+ 's) name
        hearts = (?:with|little|draws?|drawing|drew|red|tiny|small) (?:\w+ )?hearts
        date = (?:first|blind|romantic|his|her|my|a|their) date (?:with|tonight|this|at|on|is)|(?:has|have|got|'s got) a date
        kissed kiss = (?:kissed|kiss) (?:him|her|me|\w+) for the first time|first kiss
        marry propose proposes ring = (?:marry|propos\w+ to) (?:him|her|me|\w+)|on one knee|engagement ring
        poems poem letter letters = (?:love (?:letters?|poems?|songs?))|poems? (?:to|for|about) (?:her|him|\w+)
        sweetheart crush fancies smitten valentine = sweetheart|crush(?: on)?|fancies|smitten(?: with)?|valentine
        love loves = (?:secretly|really|truly|madly|still) loves?|madly in love|(?:tell|tells|told|telling|show|shows) (?:her|him) (?:[\w']+ ){{0,3}}(?:love|loves)(?: (?:her|him))?
        loves = loves (?:the|a) (?:\w+ )?(?:girl|boy|woman|man|waitress|waiter|violinist|baker|librarian|dancer|singer|pianist|postman|prince|princess|nurse|teacher|neighbour|gardener|barista)
        butterflies = butterflies (?:[\w']+ ){{0,3}}(?:stomach|belly|tummy)
        anniversary = anniversary
        asked ask = (?:asked|ask|asks|asking) (?:him|her|\w+) out
    """,
    "candles": rf"""
        dark = dark (?:in|inside|on|everywhere) (?:[\w']+ ){{0,3}}{_ROOM}
        dark = (?:whole|entire|all the) (?:\w+ )?(?:street|town|village|house|building|block|city|flat|island|valley|castle|quarter) (?:[\w']+ ){{0,3}}(?:dark|black)
        dark darkness = (?:sit|sits|sat|sitting|stand\w*|stood|plunged|left|lying|alone|stumbl\w+|been|eat\w*|cook\w*) (?:[\w']+ ){{0,4}}in(?:to)? (?:the |complete |total |utter )?dark(?:ness)?
        see = (?:n't|not|cannot|hardly|barely|could no longer|nothing) (?:\w+ )?see (?:a thing|anything(?: at all)?|where|\w+ own(?: \w+)?|(?:his|her|my|the) (?:hand|way|plate|book|face|stairs|keyhole|steps))
        see seen = (?:nothing|not a thing) (?:to|could|can) (?:be )?(?:see|seen)
        power electricity current = (?:power|electricity|current|mains)(?: [\w']+){{0,3}} (?:knocked out|cut off|cut|failed|fails|out|off|gone|down)
        power electricity = (?:knocked|took|takes|cuts?|knocks|switched|turned) (?:out |off |down )?(?:the |\w+ )?(?:power|electricity)(?: (?:line|lines))?(?: (?:out|off))?
        power electricity = (?:no|without|lost|lose|loses|losing) (?:any )?(?:power|electricity)
        power pylon = power (?:lines?|station|plant|cables?|pylon) {_UP_TO[3]}(?:hit|down|failed|broke|struck|exploded|snapped|burn\w*|damaged)|(?:fell|falls|fallen|crashed|landed) (?:on|onto|into|across) (?:the |a )?power lines?
        outage blackout = (?:power )?outage|blackout|black - out
        lamp lamps light lights bulb bulbs = (?:no|without|without any) (?:\w+ )?(?:lamps?|lights?|bulbs?|light ?bulbs?|lighting)
        lamp lamps bulb bulbs lightbulb torch flashlight lantern batteries
            = {_LIGHT} (?:[\w']+ ){{0,4}}(?:died|dead|broken|broke|flicker\w*|burn\w* out|burnt out|blown|empty|gives up|gave up|blew|went out|goes out|has gone out|burst|bursts|exploded|smashed)
        lights light = lights? (?:[\w']+ ){{0,5}}(?:go|goes|went|gone|been|are|were|is|turned|flicker\w*)(?: \w+){{0,2}} (?:out|off|dead)
        fuse fuses = fuses? (?:[\w']+ ){{0,3}}(?:blew|blown|burnt|burned|gone|blows|went)
        switch = switch\w* {_UP_TO[2]}(?:nothing|n't (?:work|do anything))
        switch = (?:flick|flip|press|click|tri)\w* the (?:light )?switch
        gropes groped feels felt feeling = (?:grop\w*|feels|felt|feeling) (?:his|her|my|their|its) way
        window windows = every (?:window|lamp|house) (?:[\w']+ ){{0,5}}(?:black|dark|out)
        electricity bill = electricity (?:company|bill|bills)
    """,
    "shoes": rf"""
        toe toes = (?:big )?toes? (?:[\w']+ ){{0,4}}(?:out of|through|poking|pok\w+|peep\w*|stick\w* out|show\w*|peek\w*)(?: (?:of |through )?(?:[\w']+ ){{1,3}}{_SHOES})?
        sole soles heel strap straps laces = (?:soles?|heel|straps?|laces?) (?:[\w']+ ){{0,7}}(?:came off|come off|comes off|fell off|falls off|broke|broken|snapped|snaps|flap\w*|torn|loose|gone|worn|through|off|tore|breaks)
        heel strap sole shoe sandal boot slipper flip trainer = (?:broke|snapped|lost|tore|loses|breaks|losing|breaking) (?:the |a |one |his |her |my )(?:\w+ )?(?:heel|strap|sole|shoe|sandal|boot|flip - flop|slipper|trainer)(?: of (?:[\w']+ ){{1,2}}{_SHOES})?
        {" ".join("shoe shoes sneaker sneakers boot boots trainer trainers sandal sandals flops slippers loafers wellies heels".split())}
            = {_SHOES} (?:[\w']+ ){{0,5}}(?:holes?|leak\w*|let in \w+|too small|too tight|too short|pinch\w*|worn|ruined|stolen|taken|gone|apart|vanished|disappeared|lost|to pieces|broke|broken|torn|split|cracked|burst|swept away|no longer fit|do n't fit|does n't fit)(?: (?:out|through|in (?:it|them)))?
        {" ".join("shoe shoes sneaker sneakers boot boots trainer trainers sandal sandals flops slippers loafers wellies heels".split())}
            = (?:stole|stolen|run off with|ran off with|runs off with|chew\w*(?: up)?|swept away|washed away|lost|forgot\w*|ruined|outgrew|outgrown|grown out of|burnt|burned|ate|eaten|someone took|someone had taken|thief took|stuck|sank|hid|taken) (?:[\w']+ ){{0,3}}(?:'s )?(?:\w+ )?{_SHOES}
        holes hole = holes? (?:\w+ )?in (?:[\w']+ ){{1,4}}{_SHOES}|full of holes
        feet foot = (?:n't|not|no longer|cannot|hardly) (?:get|fit|squeeze) (?:[\w']+ ){{0,2}}(?:feet|foot|toes) (?:in|into)(?: (?:[\w']+ ){{1,3}}{_SHOES})?
        feet foot = feet (?:have |had |has |'ve )?(?:\w+ )?(?:grown|grew|bigger|bleed\w*|bled|bare)
        feet = (?:bare|nothing on {_OWN}|naked) feet|(?:nothing|only socks|just socks|rags|plastic bags) on {_OWN} feet
        socks stockings = in (?:just |only |nothing but )?(?:his|her|my|their|our|wet)? ?(?:\w+ )?(?:socks|stockings)(?: alone)?
        sock socks = socks? (?:is|are|was|were|get|gets|got) (?:\w+ )?(?:wet|soaked|soaking|drenched)(?: wet)?
        shoe boot sandal = (?:with|only|wearing|has|had|in|just) (?:only |just )?one (?:shoe|boot|sandal)(?: left)?
        grew grown = (?:outgr\w+|grew out of|grown out of) (?:[\w']+ ){{1,4}}{_SHOES}
    """,
}


@lru_cache
def clues() -> list[tuple[tuple[str, ...], re.Pattern[str], str]]:
    """All clues: the words of which one must stand there, what is looked for, and the thing."""
    found = []
    for thing, lines in LINES.items():
        for line in re.sub(r"\n\s*=", " =", lines).strip().splitlines():
            keys, _, shape = line.partition(" = ")
            for word in (r"\w+", r"[\w']+"):  # what stands in between denies nothing
                shape = shape.replace(f"(?:{word} )", rf"(?:(?!(?:not|n't|no|never|nobody|nothing) ){word} )")
            found.append((tuple(keys.split()), re.compile(rf"(?<!\S)(?:{shape.strip()})(?!\S)"), thing))
    return found
