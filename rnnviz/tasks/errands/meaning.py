"""What a sentence asks for, as far as that is sure: a rule that would rather say nothing than something wrong.

It knows how needs are worded, and where a wording stands in plain English. Whatever could turn the meaning (a "not",
another person, a second need, a past one, a purchase in between, a picture such as "hungry for news") makes it unsure,
and it says which of these it is. `SAYS` names all that it can say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rnnviz.tasks.errands import english
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


_WORDINGS = {
    tuple(wording.split()): (need.thing, kind)
    for need in NEEDS.values()
    for kind, group in (("adjective", need.adjectives), ("noun", need.nouns), ("verb", need.verbs))
    for wording in group
}


def _letters(word: str) -> str:
    """The same for words whose letters have only changed places, but for the first."""
    return word[:1] + "".join(sorted(word[1:])) if len(word) > 5 else word


_FIRST = {wording[0] for wording in _WORDINGS}
_SPELLED = {_letters(one[0]): one[0] for one in _WORDINGS if len(one) == 1}


@lru_cache(maxsize=4096)
def _spelled(word: str) -> str:
    """The wording of which these are the letters, else the word."""
    return _SPELLED.get(_letters(word), word)


_FRAMES = {
    tuple(frame.split()[: frame.split().index("W")])
    for kind, frames in (*OPENINGS.items(), *ADVICE.items())
    if kind != "none"
    for frame in frames
}
"""What stands before the need in the language of errands: N a name, P its pronoun."""
_LANGUAGE = frozenset(TOKENS)
_DETERMINED = [[word] for word in ("the", "an", "my", "our", "his", "her")] + [[]]
_FILLERS: dict[str, list[tuple[str, ...]]] = {}
"""All clauses that can be put in between, by their first word, the longest first."""
for _filler in sorted((*FILLERS, *ADVERBS), key=len, reverse=True):
    _words = tuple(word for word in _filler.split() if word != ",")
    _FILLERS.setdefault(_words[0], []).append(_words)

# --- who and what is named --------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _plain(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The words as they are looked up; a comma in the place of each word of a known filler clause."""
    words = [normal(token) for token in tokens]
    for at in range(len(words)):
        for filler in _FILLERS.get(words[at], ()):
            if tuple(words[at : at + len(filler)]) == filler:
                words[at : at + len(filler)] = [","] * len(filler)
                break
    return tuple(words)


def _latest(words: Sequence[str]) -> list[str]:
    """The words; a comma in the place of all that stand before a sentence that begins with "now" or "today"."""
    turn = max((at for at in range(1, len(words)) if words[at] in ("now", "today") and words[at - 1] == "."), default=0)
    return [","] * turn + list(words[turn:])


def _mentions(words: Sequence[str]) -> list[Mention]:
    """All needs that are named, in their order."""
    found = {}
    spelled = tuple(map(_spelled, words))
    for at in [at for at, word in enumerate(spelled) if word in _FIRST]:
        for size in range(1, min(3, len(words) - at) + 1):
            if wording := _WORDINGS.get(spelled[at : at + size]):
                thing, kind = wording
                found[at + size - 1] = Mention(at, at + size - 1, thing, "cue" if size > 1 else kind)
    text = " ".join(words)
    for thing, cue in english.CUES.items():
        for match in cue.finditer(text):
            start, end = (text[:at].count(" ") for at in match.span())
            found = {at: one for at, one in found.items() if not start <= at <= end}
            found[end] = Mention(start, end, thing, "cue")
    return [found[at] for at in sorted(found)]


def _clause(words: Sequence[str], at: int) -> list[str]:
    """The words before `at`, back to a mark or a word that begins another thought."""
    start = at
    while start and words[start - 1] not in english.BREAKS:
        start -= 1
    return list(words[start:at])


def _framed(words: Sequence[str], need: Mention) -> bool:
    """Whether a sentence is one of the language of errands, as far as this need."""
    kinds = dict.fromkeys(PRONOUN, "N") | dict.fromkeys(PRONOUN.values(), "P")
    before = tuple(kinds.get(word, word) for word in words[: need.start])
    return before in _FRAMES and _LANGUAGE.issuperset(words) and len(set(words) & PRONOUN.keys()) < 2


def _people(tokens: Sequence[str], words: Sequence[str]) -> list[int]:
    """The tokens that are somebody: pronouns, kin, and names as far as a capital and its neighbours tell."""
    found = []
    for at, (token, word) in enumerate(zip(tokens, words, strict=True)):
        before, after = words[at - 1] if at else ".", words[at + 1] if at + 1 < len(words) else "."
        likely = token.istitle() and token.isalpha() and len(token) > 1 and word not in english.NOBODY
        likely &= before not in english.PLACED and (before not in english.MARKS or after in english.IS or after in GO)
        kin = word in english.KIN and not (
            at + 1 < len(tokens) and tokens[at + 1].istitle()
        )  # "Uncle Joe" is one person
        if word in english.PRONOUNS or kin or word in SHE or word in HE or likely:
            found.append(at)
    return found


def _holder(words: Sequence[str], people: Sequence[int], need: Mention) -> int | None:
    """The token that names whose need it is; the need's own, where nobody is named; None where that is not plain."""
    alike = {one[0] for one, (thing, _) in _WORDINGS.items() if len(one) == 1 and thing == need.thing}
    idle = english.VERY | alike
    before = [word for word in _clause(words, need.start) if word not in idle and not word.endswith("ly")]
    after, second = ([*words, ".", "."][need.end + k] for k in (1, 2))
    behind = next((at for at in reversed(people) if at < need.start), need.end)
    ahead = next((at for at in people if at > need.end), behind)
    if need.kind == "cue":
        return behind if before and behind != need.end else ahead
    if words[need.end] in english.PICTURES:
        return None
    named, personal = need.end + 1 in people, need.thing in english.PERSONAL
    if need.kind == "adjective" and (named or (personal and before in _DETERMINED and _acts(second))):
        return need.end + 1
    if not (after in english.AFTER or after in alike or after.endswith("ly")):
        return None
    if need.kind == "noun":
        caused = any(word in english.CAUSE for word in before[-2:]) or before[-2:] in [
            [*one, "of"] for one in english.CAUSES_OF
        ]
        return ahead if caused else None
    if not before or before[-1] == "and" or before in (["feeling"], ["being"]):
        return ahead if need.kind == "adjective" else None
    if before[-1] in english.SELF:
        return behind
    subject = before[:-1] if before[-1] in english.IS else before if need.kind == "verb" else []
    subject = [word for word in subject if word not in english.HAS]
    known = subject and (subject[-1] in (words[behind], "who", "himself", "herself") or personal)
    return behind if known else None


def _acts(word: str) -> bool:
    """Whether it may be what somebody does."""
    return word in ("went", "walked", "drove", "ran") or (word.endswith("s") and not word.endswith("ss"))


# --- the rule ---------------------------------------------------------------------------------------


def mentions(tokens: tuple[str, ...]) -> list[Mention]:
    """All needs that a sentence names, whatever it says of them."""
    return _mentions(_plain(tokens))


def meaning(tokens: tuple[str, ...], read: int | None = None) -> Meaning:
    """What the sentence asks for, or its first `read` tokens."""
    words, end = _plain(tokens), len(tokens) if read is None else read
    while end > 1 and words[end - 2 : end] == (",", ","):  # inside a filler clause nothing changes
        end -= 1
    return _meaning(tokens, end)


@lru_cache(maxsize=512)
def _meaning(tokens: tuple[str, ...], read: int) -> Meaning:
    words, tokens = _latest(_plain(tokens)[:read]), tokens[:read]
    needs = _mentions(words)
    if not needs:
        return Meaning("none")
    denials = [need for need in needs if english.NOT & set(_clause(words, need.start))]
    stated = [need for need in needs if need not in denials]
    denied = denials[0] if denials else None
    if len(needs) == 1 and _framed(words, needs[0]):
        return Meaning("stated", needs[0])
    end = max((at for at, word in enumerate(words) if word in english.BUY), default=len(words))
    if why := _turned(words, end, denials, stated):
        return Meaning(why, needs[0], denied)
    if not stated:  # and nothing else is told before the purchase
        told = [word for word in words[denials[-1].end + 1 : end] if word not in english.MARKS]
        return Meaning(
            "denied" if len(told) <= english.SHORT else "negation",
            None if len(told) <= english.SHORT else needs[0],
            denied,
        )
    people = [at for at in _people(tokens, words) if at < end]
    held = {need: _holder(words, people, need) for need in stated}
    plain = [need for need in stated if held[need] is not None]
    vague = [need for need in stated if held[need] is None and words[need.end] not in english.PICTURES]
    if not plain or any(need.thing != plain[0].thing for need in vague):
        return Meaning("picture", needs[0], denied)
    buyer = next((at for at in reversed(people) if at < end), 0)
    theirs = [need for need in plain if _may_be(words[held[need] or 0], words[buyer])]
    if len({need.thing for need in plain}) > 1 and _acts([*words, "."][buyer + 1]):  # that of the one who buys counts
        plain = theirs
    if len({need.thing for need in plain}) != 1:
        return Meaning("several", needs[0], denied)
    pairs = {at for at in people if at - 2 in people and words[at - 1] == "and"}  # "Tom and Anna are hungry"
    names = {words[at] for at in people if words[at] not in english.PRONOUNS and at not in pairs}
    said = {english.PRONOUNS[words[at]] for at in people if words[at] in english.PRONOUNS}
    others = names - {words[held[need] or 0] for need in plain}
    known = theirs and not any(_may_be(name, words[buyer]) for name in others)
    alone = (len(names) < 2 and len(said) < 2) or known or {"so", "because"} & set(words[:end])
    return Meaning("stated" if alone else "whose", plain[-1], denied)


def _may_be(somebody: str, buyer: str) -> bool:
    """Whether the word for who buys may stand for this one."""
    kind = english.PRONOUNS.get(buyer)
    return somebody == buyer or (kind in ("he", "she") and english.GENDER.get(somebody, kind) == kind)


def _turned(words: Sequence[str], end: int, denials: Sequence[Mention], stated: Sequence[Mention]) -> str:
    """What may turn the meaning of the needs that are named, before the purchase at `end`; "" if nothing does."""
    named = {at for need in (*denials, *stated) for at in range(need.start, need.end + 1)}
    heard = {
        word
        for at, word in enumerate(words)
        if at not in named and tuple(words[at - 1 : at + 1]) not in english.PERFECT
    }
    covered = named | {at for need in denials for at in range(need.start - len(_clause(words, need.start)), need.start)}
    for need in stated:  # "so tired that she cannot think"
        if list(words[need.end + 1 : need.end + 2]) == ["that"]:
            rest_of = next((at for at in range(need.end, len(words)) if words[at] in english.MARKS), len(words))
            covered |= set(range(need.end, rest_of))
    clear = all(english.DENIES.fullmatch(" ".join(_clause(words, need.start))) for need in denials)
    if not clear or any(word in english.NOT and at not in covered for at, word in enumerate(words)):
        return "negation"
    sated = {word for at, word in enumerate(words[:end]) if at not in named and word in english.BUY | english.SATED}
    if stated and (sated or any(need.start > end for need in stated)):
        return "bought"
    if english.OVER & heard or (english.PAST & heard and english.PRESENT & heard):
        return "past"
    if (
        english.DOUBT & heard
        or ("although" in heard and not denials)
        or any(one in " ".join(words) for one in english.TURNS)
    ):
        return "doubt"
    if any(word in english.WANTS and after not in english.NO_OTHER for word, after in pairwise([*words[:end], "."])):
        return "several"
    return ""
