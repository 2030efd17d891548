"""What the rule in `meaning.py` knows of plain English: word lists, nothing else."""

import re

from rnnviz.tasks.errands.lexicon import GO, HE, SHE


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


CUES = {
    thing: re.compile(rf"\b(?:{phrases}|(?:out of|needs?|needing|(?:lost|forgot) (?:his|her|my)) {thing})(?= |$)")
    for thing, phrases in {
        "food": r"hangry|(?:stomach|belly|tummy) (?:is |was )?(?:growl|rumbl|grumbl)\w+|eat a horse|n't eaten"
        r"|nothing to eat"
        r"|empty (?:stomach|belly|fridge)|fridge (?:is|was) empty|nothing in the fridge|half starved|no food"
        r"|(?:skipped|missed|without|no) (?:breakfast|lunch|dinner)|n't had (?:breakfast|lunch|dinner)"
        r"|something to eat",
        "water": r"(?:mouth|throat|tongue) (?:is|was|feels|felt) (?:so |very |all )?dry|dry (?:mouth|throat|tongue)"
        r"|tongue sticks|nothing to drink|something to drink|n't drunk|needs a drink",
        "medicine": r"\w+ache|sore throat|(?:runny|blocked) nose|nose is running|a (?:cold|cough)(?= [,.]| and)"
        r"|(?:bad|nasty|caught a|has a) c(?:old|ough)|migraine|the flu|throwing up|threw up|poorly|under the weather"
        r"|(?:head|belly|stomach|tummy|throat) hurts|high temperature",
        "gloves": r"(?:hands|fingers) (?:are |were |like )?(?:so |very |as )?"
        r"(?:ice cold|cold as ice|ice|icy|cold|freezing|frozen|numb|blue|turning blue)"
        r"|(?:ice cold|cold|freezing|frozen|frostbitten|numb) (?:hands|fingers)|n't feel \w+ (?:hands|fingers)",
        "coffee": r"(?:(?:hardly|barely) )?(?:keep \w+ eyes open|stay awake)|half asleep|n't (?:slept|sleep)|no sleep"
        r"|(?:without|hardly any) sleep|falling asleep|(?:fell|falls) asleep|worn out"
        r"|knackered|jetlagged|bleary|(?:been|stayed|was) up all night|awake all night",
        "soap": r"(?:covered|caked) (?:in|with) (?:\w+ and )?(?:mud|grease|dirt|oil|paint|dust|soot)"
        r"|(?:mud|oil|paint) all over|(?:fell|falls|slipped) (?:in|into) (?:a |the )?(?:mud|puddle)"
        r"|(?:dirty|muddy|sticky) (?:hands|feet|face)|(?:hands|feet) are (?:dirty|muddy|sticky|filthy|greasy)"
        r"|n't (?:washed|showered)|smeared (?:in|with) \w+",
        "books": r"nothing (?:left |else )?to (?:do|read)|something to read|kill time",
        "flowers": r"head over heels|propos(?:e|es|ing) to|crush on|first date|valentine 's day|fell for|anniversary",
        "candles": r"blackout|power (?:cut|outage|failure)|(?:power|electricity) (?:is|was|goes|went) (?:out|off)"
        r"|(?:no|without) (?:electricity|light|lights|power)|needing light|lights? (?:is|are|goes|go|went) (?:out|off)"
        r"|dark (?:room|house|cellar|flat|hut)|pitch (?:dark|black)|dark in \w+ (?:room|house|cellar|flat|hut)"
        r"|bulb (?:is|has|broke|burn\w*|went)|(?:n't|cannot) see (?:a thing|anything)",
        "shoes": r"(?:bare|naked) feet|feet are bare|(?:no|without|without any) (?:shoes|boots|sneakers)"
        r"|(?:holes? in|lost|ruined|forgot|broke) (?:both )?(?:his|her|my) (?:shoes?|sneakers?|boots?)"
        r"|(?:shoes|sneakers|boots|sandals) (?:are|were|have been) (?:worn out|broken|ruined|gone|stolen|too small)"
        r"|shoes (?:fell|fall|are falling) apart|only (?:in )?(?:his|her|my)? ?socks",
    }.items()
}
"""Other words that tell of a need, by what answers it."""

MARKS = _set('. , ; : ! ? - ( ) "')
BREAKS = MARKS | _set("but so because although")
"""After these begins another thought."""
PRONOUNS = dict.fromkeys(_set("he him his himself"), "he") | dict.fromkeys(_set("she her hers herself"), "she")
PRONOUNS |= dict.fromkeys(_set("they them their we us everybody everyone people both"), "they")
PRONOUNS |= dict.fromkeys(_set("i im"), "i")
KIN = _set(
    "mother father mum mom dad brother sister son daughter wife husband uncle aunt granny grandma grandpa friend"
    " friends child children kid kids baby dog cat teacher boy girl man woman neighbour boss student girlfriend"
    " boyfriend grandmother grandfather cousin colleague guests"
)
GENDER = PRONOUNS | dict.fromkeys((*HE, *_set("father dad brother son husband uncle grandpa man boy boyfriend")), "he")
GENDER |= dict.fromkeys((*SHE, *_set("mother mum mom sister daughter wife aunt granny grandma woman girl")), "she")
PLACED = _set("to at in on of past since like with every")
"""A capital after these is a place, a day, a sweetheart."""
NOT = _set(
    "not n't never no nor neither without nobody noone none nothing cannot isnt dont hardly barely instead than"
    " rarely seldom scarcely"
)
NOBODY = NOT | PLACED | _set("it this that there what now today because after when while as feeling being")
VERY = _set(
    "very so really too quite rather pretty extremely terribly totally completely a bit little still now just all"
    " always almost dead super already"
)
IS = _set("is am are 's 'm 're be being been become became becomes feel feels feeling was were felt get gets got looks")
HAS = _set("has have had must")
SELF = _set("im hes shes")
DENIES = re.compile(
    r"(?:|.* )(?:not|n't|no longer|never|(?:nobody|no one|none|neither)(?: .*)?)"
    r"(?: (?:at all|any|really|very|even|too|feel|\w+ n?or))*"
)
"""The words before a need that is denied for sure."""
DOUBT = _set(
    "if maybe perhaps might may almost nearly seems seem pretends pretend think thinks thought say says said told"
    " believes dreamed unless whether wonders ? wait though however except"
    " together denies denied free far pretending pretended seemed claims claimed imagines imagined dreams"
)
TURNS = ("anything but", "stopped being", "instead of", "in the dark about")
WANTS = _set("want wants wanted")
NO_OTHER = MARKS | _set("to something anything some it")
"""After "wants" these name nothing else to buy."""
OVER = _set("used ago yesterday earlier recovered cured")
PAST, PRESENT = _set("was were had felt"), _set("is am are 's 'm feels today wants") | frozenset(GO)
PERFECT = {(has, had) for has in ("has", "have") for had in ("had", "felt")}
"""No past: "has had a cough" is now."""
BUY = _set("buy buys bought buying purchase purchases")
SATED = _set("ate eaten eats drank drunk drinks slept washed showered fed rested")
AFTER = MARKS | frozenset(GO) | _set(
    "and so because as who that when while after from since today again with in he she i they to by on at this but or"
    " any anymore more yet now out stiff like all lately indeed af as my his her goes went heads"
)  # fmt: skip
"""What may follow a need that is that of a person."""
CAUSE, CAUSES_OF = _set("by from with has have the a in"), (["because"], ["full"], ["dying"], ["out"], ["sick"])
SHORT = 10
"""A need is denied for sure only if at most so many words lead from there to the purchase: else more is told."""
PICTURES = _set("night midnight winter snow ice dry tires smells tiptoes stains shadows passion romance idle loving")
"""Wordings that mean something else as often as not."""
PERSONAL = frozenset({"food", "water", "medicine", "coffee", "books", "flowers", "shoes"})
"""Things for whose need an adjective fits persons alone; water, weather and houses are cold, dark and dirty too."""
