"""What the rule knows of plain English besides the files of the language: word lists, nothing else."""

import re
from functools import lru_cache

from rnnviz.shipped import ASSETS
from rnnviz.tasks.errands.grammar import sections


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
KIN |= dict.fromkeys(_set("classmate roommate partner pupil nurse doctor team class family player"), "")
KIN |= dict.fromkeys(_set("dog cat horse"), "")
KIN |= dict.fromkeys(_set("friends children kids guests parents sisters brothers neighbours boys girls students"), "they")


@lru_cache
def people() -> dict[str, str]:
    """Whoever can be named, by the last word: the group of pronouns, "" where it can be any."""
    found: dict[str, str] = {}
    listed = sections((ASSETS / "errands" / "en" / "people.txt").read_text("utf-8"))
    for group, lines in listed.items():
        for line in lines:
            word = re.split(r" (?:from|next|in|with|on|of|upstairs)\b", line.lower())[0].split()[-1]
            found[word] = group if found.get(word, group) == group else ""
    return found | KIN


PLACED = _set("to at in on of past since like with every")
"""A capital after these is a place, a day, a sweetheart."""
NOT = _set(
    "not n't never no nor neither without nobody noone none nothing cannot isnt dont hardly barely instead than"
    " rarely seldom scarcely"
)
NOBODY = NOT | PLACED | _set(
    "it this that there what now today because after when while as feeling being why where how who oh dear hi hello"
    " then so but and if yes well look listen help name problem plan goodness"
)
"""No names, though they have a capital where a sentence begins."""
CALLS = _set("hi hello dear hey oh")
"""A name after these is somebody spoken to."""
OWNS = _set("my our his her their the your its")
VERY = _set(
    "very so really too quite rather pretty extremely terribly totally completely a bit little still now just all"
    " always almost dead super already far again often also only simply once more both today suddenly never"
) - {"never"}
IS = _set("is am are 's 'm 're be being been become became becomes feel feels feeling felt was were get gets got looks")
IS |= _set("remained woke seemed seems")
HAS = _set("has have had must could can will would")
SELF = _set("im hes shes")
BEFORE_ALONE = _set("feeling being and still or")
"""What can stand before a need that is said without a verb."""
_DENYING = (
    r"(?:not|n't|no longer|never|(?:nobody|no one|none|neither)(?: [^,]*)?|instead of|rather than|far from|anything but"
    r"|by no means|without|free of|other than|nor)"
)
_IDLE = (
    r"(?:at all|any|really|very|even|too|feel|feeling|being|a bit|so much|because of|because of the|because \w+"
    r"|is|am|are|was|were|'s|'m|'re|feels|due to|about|from|for|of|suffer|suffering|complaining|\w+ n?or|more|~)"
)
DENIES = re.compile(rf"(?:|.* ){_DENYING}(?: {_IDLE})*")
"""The words before a need that is denied for sure."""
DENIED_AFTER = re.compile(
    r"(?: [,\"?!-])*(?: (?:no|never|not at all|not any more|not any longer)(?= [,.!?\"]| no )"
    r"|(?: \w+){0,3} , (?:but|which|and) (?:\w+ ){0,2}(?:is|was) (?:wrong|false|a lie|a mistake|not true|n't true|over|mistaken)"
    r"| is (?:false|a lie|wrong|not true|n't true)| , but (?:that|it) (?:has passed|is over|was a lie))"
)
"""The words after a need that is denied for sure."""
ASSERTS = re.compile(
    r"(?<!\S)(?:not only|(?:cannot|can n't|can not|could not|could n't|could no longer|cannot|ca n't)"
    r" (?:stop|bear|stand|wait|help|sit still|hide|take|say|walk|talk|come along)|(?:do|does|did) (?:not|n't) want to be"
    r"|no more(?= \w+ !)|in order not to be|so as not to be|never been so|nothing but|no wonder|had enough of"
    r"|not to think (?:of|about)|nothing is worse than|no secret|no doubt|in no time|not far|no time|never before"
    r"|no money|has no plan|without a (?:plan|word))(?!\S)"
)
"""Negations that deny no need."""
NO_ANSWER = _set("true so right really real true that it this any anymore longer either more case n't_any for")
"""A negation beside these may take back what was said."""
ASIDE = re.compile(r"(?<!\S), as (?:\w+ ){1,4}(?:believes|believe|says|say|thinks|think|would say|claims) ,")
"""What others say, put between commas."""
CONTRAST = _set(
    "but truth fact really actually wrong false lie better yet now mistake nonsense instead no true while these time"
)
"""Where somebody's belief is told, one of these says what is true."""
DOUBT = _set(
    "if maybe perhaps might may almost nearly pretends pretend wait however except dreamed unless whether wonders"
    " together denies denied free pretending pretended imagines imagined joke joking kidding lie wrong false mistake"
    " suppose supposedly probably possibly looked claims claimed"
)
"""Words that make a sentence doubtful wherever they stand."""
BELIEVES = _set(
    "think thinks thought say says said told tell believes believed hears heard asks asked wonders claims claimed hopes"
    " hoped calls called wrote seemed seems seem fears feared fear expects expected guesses suspects story knows sure"
)
"""What somebody believes or says before a need: theirs or others', true or not."""
TURNS = ("anything but", "stopped being", "instead of", "in the dark about")
WANTS = _set("want wants wanted")
NO_OTHER = MARKS | _set("to something anything some it")
"""After "wants" these name nothing else to buy."""
OVER = re.compile(
    r"(?<!\S)(?:used to|yesterday|(?:\w+ )?ago|last \w+|earlier|recovered|cured|once(?! more| again)|until \w+"
    r"|on sunday|in the past|before|got over|stopped being|was ever|at first|tomorrow)(?!\S)"
)
PAST, PRESENT = _set("was were had felt did"), _set("is am are 's 'm feels wants now goes has")
PERFECT = {(has, had) for has in ("has", "have") for had in ("had", "felt")}
"""No past: "has had a cough" is now."""
BUY = _set("buy buys bought buying purchase purchases")
SATED = _set("ate eaten eats drank drunk drinks slept washed showered fed rested")
GO = _set(
    "drives walks cycles hurries rushes runs strolls rides travels heads jogs marches goes skates flies sets comes"
    " races returns gets takes climbs wanders went walked drove ran"
)
AFTER = MARKS | GO | _set(
    "and so because as who that when while after from since today again with in he she i they to by on at this but or"
    " any anymore more yet now out stiff like all lately indeed af as my his her goes went heads not too all until we it"
    " you though than without if rather instead even once ever just for yes buys bought is"
)  # fmt: skip
"""What may follow a need that is that of a person."""
CAUSE = _set("by from with has have had the a in about against of to after made but")
CAUSES_OF = (["because"], ["full"], ["dying"], ["out"], ["sick"], ["account"], ["thinking"])
SHORT = 10
"""A need is denied for sure only if at most so many words lead from there to the purchase: else more is told."""
PICTURES = _set("night midnight winter snow ice dry tires smells tiptoes stains shadows passion romance idle loving love")
"""Wordings that mean something else as often as not."""
PERSONAL = frozenset({"food", "water", "medicine", "coffee", "books", "flowers", "shoes"})
"""Things for whose need an adjective fits persons alone; water, weather and houses are cold, dark and dirty too."""
