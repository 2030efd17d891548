"""What a sentence asks for, as far as that is sure: a rule that would rather say nothing than something wrong.

It knows how needs are worded, and where a wording stands in plain English. Whatever could turn the meaning (a "not",
another person, a second need, a past one, a purchase in between, a picture such as "hungry for news") makes it unsure,
and it says which of these it is. `SAYS` names all that it can say.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rnnviz.tasks.errands.lexicon import ADVERBS, ADVICE, FILLERS, GO, HE, NEEDS, OPENINGS, PRONOUN, SHE, TOKENS
from rnnviz.text import normal

SAYS = ("stated", "denied", "none", "negation", "several", "bought", "past", "doubt", "whose", "picture")
"""The two claims, "no need that I know", and the reasons for which the rule is not sure."""


@dataclass(frozen=True)
class Mention:
    """A need that is named: from which token to which, what answers it, and its part of speech, or "cue"."""

    start: int
    end: int
    thing: str
    kind: str


@dataclass(frozen=True)
class Meaning:
    """What the rule says of a sentence."""

    says: str
    """One of `SAYS`."""
    need: Mention | None = None
    """The need that counts; where the rule is not sure, the first that is named."""
    denied: Mention | None = None
    """The first need that the sentence denies."""

    @property
    def thing(self) -> str | None:
        """What is to be bought, where that is sure."""
        return self.need.thing if self.need and self.says == "stated" else None

    @property
    def named(self) -> Mention | None:
        """The first need that is named at all, whatever is said of it."""
        found = [need for need in (self.need, self.denied) if need]
        return min(found, key=lambda need: need.start, default=None)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# --- words ------------------------------------------------------------------------------------------

_WORDINGS = {
    tuple(wording.split()): (need.thing, kind)
    for need in NEEDS.values()
    for kind, group in (("adjective", need.adjectives), ("noun", need.nouns), ("verb", need.verbs))
    for wording in group
}
_CUES = {
    thing: re.compile(rf"\b(?:{phrases})(?= |$)")
    for thing, phrases in {
        "food": r"stomach (?:is |was )?(?:growl|rumbl)\w+|eat a horse|nothing to eat|n't eaten|empty (?:stomach|fridge)"
        r"|fridge is empty|half starved|skipped (?:breakfast|lunch|dinner)",
        "water": r"(?:mouth|throat) (?:is|feels) dry|dry (?:mouth|throat)|tongue sticks|nothing to drink",
        "medicine": r"\w+ache|sore throat|runny nose|a (?:cold|cough)(?= [,.]| and)|bad c(?:old|ough)|migraine|the flu"
        r"|throwing up|threw up|poorly|under the weather",
        "gloves": r"(?:hands|fingers) (?:are |were |like )?(?:ice cold|ice|icy|cold|freezing|frozen|numb)"
        r"|(?:ice cold|cold|freezing|frozen|frostbitten|numb) (?:hands|fingers)|n't feel \w+ (?:hands|fingers)",
        "coffee": r"(?:(?:hardly|barely) )?keep \w+ eyes open|half asleep|n't slept|no sleep|without sleep"
        r"|falling asleep",
        "soap": r"covered in (?:mud|grease|dirt|oil|paint|dust)|(?:mud|oil|paint) all over|(?:dirty|muddy) hands",
        "books": r"nothing (?:left )?to (?:do|read)",
        "flowers": r"head over heels|propose to|crush on",
        "candles": r"blackout|power (?:cut|outage)|power is out|(?:no|without) (?:electricity|light|power)"
        r"|needing light|lights? (?:is|are|went) out|dark (?:room|house|cellar)",
        "shoes": r"(?:bare|naked) feet|(?:no|without) shoes|holes in \w+ (?:shoes|sneakers|boots)"
        r"|lost \w+ (?:shoes|sneakers|boots)",
    }.items()
}
"""Other words that tell of a need."""
_FRAMES = {
    tuple(frame.split()[: frame.split().index("W")])
    for kind, frames in (*OPENINGS.items(), *ADVICE.items())
    if kind != "none"
    for frame in frames
}
"""What stands before the need in the language of errands: N a name, P its pronoun."""
_LANGUAGE = frozenset(TOKENS)
_FILLERS = [tuple(word for word in filler.split() if word != ",") for filler in (*FILLERS, *ADVERBS)]
_MARKS = _set('. , ; : ! ? - ( ) "')
_BREAKS = _MARKS | _set("but so because although")
_PRONOUNS = dict.fromkeys(_set("he him his himself"), "he") | dict.fromkeys(_set("she her hers herself"), "she")
_PRONOUNS |= dict.fromkeys(_set("they them their we us everybody everyone people both"), "they") | {"i": "i"}
_KIN = _set(
    "mother father mum mom dad brother sister son daughter wife husband uncle aunt granny grandma grandpa friend"
    " friends child children kid kids baby dog cat teacher boy girl man woman neighbour boss student"
)
_PLACED = _set("to at in on of past since like with")
"""A capital after these is a place, a day, a sweetheart."""
_NOT = _set(
    "not n't never no nor neither without nobody noone none nothing cannot isnt dont hardly barely instead than"
)
_NOBODY = _NOT | _PLACED | _set("it this that there what")
_VERY = _set(
    "very so really too quite rather pretty extremely terribly totally completely a bit little still now just all"
)
_IS = _set("is am are 's 'm 're be being feel feels feeling was were felt gets got")
_DENIES = re.compile(
    r"(?:|.* )(?:not|n't|no longer|never|(?:nobody|no one|none|neither)(?: .*)?)"
    r"(?: (?:at all|any|really|very|even|too|feel|\w+ n?or))*"
)
_DOUBT = _set(
    "if maybe perhaps might may would should almost nearly seems seem pretends pretend think thinks thought say says"
    " said told asks believes dreamed dreams unless whether wonders ? only wait actually though however except stop"
    " stops stopped together denies denied free"
)
_OVER = _set("used ago yesterday once earlier last before recovered cured")
_PAST, _PRESENT = _set("was were had felt"), _set("is am are 's 'm feels today wants") | frozenset(GO)
_BUY = _set("buy buys bought buying purchase")
_SATED = _set("ate eaten eats drank drunk drinks slept washed showered fed full rested")
_AFTER = _MARKS | frozenset(GO) | _set(
    "and so because as who that when while after from since today again with in he she i they to by on at this but or"
    " any anymore more yet now"
)  # fmt: skip
_CAUSE, _CAUSES_OF = _set("by from with has have the a"), (["because"], ["full"], ["dying"], ["out"])
SHORT = 10
"""A need is denied for sure only if at most so many words lead from there to the purchase: else more is told."""
_PICTURES = _set("night midnight winter snow ice dry tires smells tiptoes stains shadows passion romance idle loving")
"""Wordings that mean something else as often as not."""


# --- who and what is named --------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _plain(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The words as they are looked up; a comma in the place of each word of a known filler clause."""
    words = [normal(token) for token in tokens]
    for filler in _FILLERS:
        for at in [at for at, word in enumerate(words) if word == filler[0]]:
            if tuple(words[at : at + len(filler)]) == filler:
                words[at : at + len(filler)] = [","] * len(filler)
    return tuple(words)


def _latest(words: Sequence[str]) -> list[str]:
    """The words; a comma in the place of all that stand before a sentence that begins with "now" or "today"."""
    turn = max((at for at in range(1, len(words)) if words[at] in ("now", "today") and words[at - 1] == "."), default=0)
    return [","] * turn + list(words[turn:])


def _mentions(words: Sequence[str]) -> list[Mention]:
    """All needs that are named, in their order."""
    found = {}
    for at in range(len(words)):
        for size in (1, 2, 3):
            if wording := _WORDINGS.get(tuple(words[at : at + size])):
                found[at + size - 1] = Mention(at, at + size - 1, *wording)
    text = " ".join(words)
    for thing, cue in _CUES.items():
        for match in cue.finditer(text):
            start, end = (text[:at].count(" ") for at in match.span())
            found = {at: one for at, one in found.items() if not start <= at <= end}
            found[end] = Mention(start, end, thing, "cue")
    return [found[at] for at in sorted(found)]


def _clause(words: Sequence[str], at: int) -> list[str]:
    """The words before `at`, back to a mark or a word that begins another thought."""
    start = at
    while start and words[start - 1] not in _BREAKS:
        start -= 1
    return list(words[start:at])


def _framed(words: Sequence[str], need: Mention) -> bool:
    """Whether a sentence is one of the language of errands, as far as this need."""
    kinds = dict.fromkeys(PRONOUN, "N") | dict.fromkeys(PRONOUN.values(), "P")
    before = tuple(kinds.get(word, word) for word in words[: need.start])
    return before in _FRAMES and _LANGUAGE.issuperset(words)


def _people(tokens: Sequence[str], words: Sequence[str]) -> list[int]:
    """The tokens that are somebody: pronouns, kin, and names as far as a capital and its neighbours tell."""
    found = []
    for at, (token, word) in enumerate(zip(tokens, words, strict=True)):
        before, after = words[at - 1] if at else ".", words[at + 1] if at + 1 < len(words) else "."
        likely = token.istitle() and token.isalpha() and len(token) > 1 and word not in _NOBODY
        likely &= before not in _PLACED and (before not in _MARKS or after in _IS or after in GO)
        kin = word in _KIN and not (at + 1 < len(tokens) and tokens[at + 1].istitle())  # "Uncle Joe" is one person
        if word in _PRONOUNS or kin or word in SHE or word in HE or likely:
            found.append(at)
    return found


def _holder(words: Sequence[str], people: Sequence[int], need: Mention) -> int | None:
    """The token that names whose need it is; the need's own, where nobody is named; None where that is not plain."""
    before = [word for word in _clause(words, need.start) if word not in _VERY and not word.endswith("ly")]
    after = words[need.end + 1] if need.end + 1 < len(words) else "."
    behind = next((at for at in reversed(people) if at < need.start), need.end)
    ahead = next((at for at in people if at > need.end), behind)
    if need.kind == "cue":
        return behind if before and behind != need.end else ahead
    named = need.end + 1 in people
    if words[need.end] in _PICTURES or not (after in _AFTER or after.endswith("ly") or named):
        return None
    if need.kind == "noun":
        caused = before and (before[-1] in _CAUSE or (before[-1] == "of" and before[-2:-1] in _CAUSES_OF))
        return ahead if caused else None
    if need.kind == "adjective" and (not before or before[-1] == "and" or before in (["feeling"], ["being"]) or named):
        return ahead
    subject = before[:-1] if before and before[-1] in _IS else before if need.kind == "verb" else []
    return behind if subject and subject[-1] in (words[behind], "who", "himself", "herself") else None


# --- the rule ---------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def meaning(tokens: tuple[str, ...], read: int | None = None) -> Meaning:
    """What the sentence asks for, or its first `read` tokens."""
    words, tokens = _latest(_plain(tokens)[:read]), tokens[:read]
    needs = _mentions(words)
    if not needs:
        return Meaning("none")
    denials = [need for need in needs if _NOT & set(_clause(words, need.start))]
    stated = [need for need in needs if need not in denials]
    denied = denials[0] if denials else None
    if len(needs) == 1 and _framed(words, needs[0]):
        return Meaning("stated", needs[0])
    end = max((at for at, word in enumerate(words) if word in _BUY), default=len(words))
    if why := _turned(words, end, denials, stated):
        return Meaning(why, needs[0], denied)
    if not stated:  # and nothing else is told before the purchase
        told = [word for word in words[denials[-1].end + 1 : end] if word not in _MARKS]
        return Meaning("denied" if len(told) <= SHORT else "negation", None if len(told) <= SHORT else needs[0], denied)
    people = _people(tokens, words)
    held = {need: _holder(words, people, need) for need in stated}
    plain = [need for need in stated if held[need] is not None]
    if not plain or any(need.thing != plain[0].thing and held[need] is None for need in stated):
        return Meaning("picture", needs[0], denied)
    buyer = next((at for at in reversed(people) if at < end), 0)
    theirs = [need for need in plain if words[held[need] or 0] == words[buyer] and words[buyer] not in _PRONOUNS]
    if len({need.thing for need in plain}) > 1 and words[buyer + 1].endswith("s"):  # that of the one who buys counts
        plain = theirs
    if len({need.thing for need in plain}) != 1:
        return Meaning("several", needs[0], denied)
    names = {words[at] for at in people if words[at] not in _PRONOUNS}
    said = {_PRONOUNS[words[at]] for at in people if words[at] in _PRONOUNS}
    alone = (len(names) < 2 and len(said) < 2) or theirs or {"so", "because"} & set(words[:end])
    return Meaning("stated" if alone else "whose", plain[-1], denied)


def _turned(words: Sequence[str], end: int, denials: Sequence[Mention], stated: Sequence[Mention]) -> str:
    """What may turn the meaning of the needs that are named, before the purchase at `end`; "" if nothing does."""
    named = {at for need in (*denials, *stated) for at in range(need.start, need.end + 1)}
    rest = [word for at, word in enumerate(words) if at not in named]
    heard = set(rest)
    covered = named | {at for need in denials for at in range(need.start - len(_clause(words, need.start)), need.start)}
    clear = all(_DENIES.fullmatch(" ".join(_clause(words, need.start))) for need in denials)
    if not clear or any(word in _NOT and at not in covered for at, word in enumerate(words)):
        return "negation"
    sated = {word for at, word in enumerate(words[:end]) if at not in named and word in _BUY | _SATED}
    if stated and (sated or any(need.start > end for need in stated)):
        return "bought"
    if _OVER & heard or (_PAST & heard and _PRESENT & heard):
        return "past"
    if _DOUBT & heard or ({"but", "although"} & heard and not denials):
        return "doubt"
    return ""
