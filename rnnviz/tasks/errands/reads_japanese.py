"""Reading Japanese: which needs a sentence names, whose they are, what it says of them, and who buys.

It works on the text and not on tokens, so that it does not hang on how words are parted.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from rnnviz.tasks.errands import japanese
from rnnviz.tasks.errands.claims import Account, Claim, Mention, Person, Turn
from rnnviz.tasks.errands.grammar import grammar_of
from rnnviz.tasks.errands.wordings import told

SHARE = 2
"""So many tokens of Japanese tell what one English word tells."""
NEGATIVE = ("neg", "polneg")
NOUN_GOES_ON = re.compile(
    r"(?:の(?:せい|ため)|[がで](?:原因|理由)|につき|[にで](?:悩|困|苦し|耐え|襲|つら|、)|で(?:は|も)?な|じゃな|どころ|な[のんら]|だ|です|を(?:なんとか|我慢|感じ|覚え)"
    r"|には|に|[？、。」！]|が(?:ひど|つら|続|あ|出|止)|から|ほど|、|$|との|のことで|で)"
)
"""What follows a noun that tells somebody's need."""


class Found(NamedTuple):
    """A need by the characters of the text."""

    start: int
    end: int
    thing: str
    form: str


@lru_cache
def _wordings() -> dict[str, list[tuple[str, str, str]]]:
    """All wordings with their things and forms, by their first two characters, the longest first."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for (thing, form), lines in told("ja").items():
        for line in lines:
            text = line[:-1] if form == "implied" else line
            found.setdefault(text[:2], []).append((text, thing, form))
    for group in found.values():
        group.sort(key=lambda one: -len(one[0]))
    return found


@lru_cache
def _fillers() -> tuple[str, ...]:
    return tuple(sorted((f for lines in grammar_of("ja").fillers.values() for f in lines), key=len, reverse=True))


def _plain(text: str) -> str:
    """The text; commas in the place of known fillers."""
    for filler in _fillers():
        if filler in text:
            text = text.replace(filler, "、" * (len(filler) - 1) + filler[-1])
    return text


def _needs(text: str) -> list[Found]:
    """All needs in their order; of those that overlap the longest."""
    wordings, found = _wordings(), []
    for at in range(len(text) - 1):
        for line, thing, form in wordings.get(text[at : at + 2], ()):
            if text.startswith(line, at):
                found.append(Found(at, at + len(line), thing, form))
                break
    for line, thing, form in (one for key in set(text) for one in wordings.get(key, ())):  # of one character
        found += [Found(at, at + 1, thing, form) for at, one in enumerate(text) if one == line]
    for thing, cue in japanese.CUES.items():
        found += [Found(*match.span(), thing, "cue") for match in cue.finditer(text)]
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start - one.end, one.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _mention(need: Found, ends: Sequence[int]) -> Mention:
    """The same by tokens."""
    return Mention(bisect_right(ends, need.start), bisect_right(ends, need.end - 1), need.thing, need.form)


def mentions(tokens: Sequence[str]) -> list[Mention]:
    """All needs that a sentence names, whatever it says of them."""
    ends = list(accumulate(map(len, tokens)))
    return [_mention(need, ends) for need in _needs(_plain("".join(tokens)))]


def read(tokens: Sequence[str]) -> Account:
    """What a sentence says."""
    text, ends = _plain("".join(tokens)), list(accumulate(map(len, tokens)))
    told_of = _Text(text)
    claims = tuple(
        Claim(_mention(need, ends), told_of.turn(need), told_of.whose(need)) for need in told_of.needs
    )
    last = told_of.needs[-1].end if told_of.needs else 0
    left = [token for token, end in zip(tokens, ends, strict=True) if last < end <= told_of.end and token not in "、。"]
    return Account(claims, told_of.turned(claims), told_of.buyer(), told_of.people(), len(left) // SHARE)


class _Text:
    """A sentence while it is read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.end = max(text.rfind("買"), 0) or len(text)
        self.needs = _needs(text[: self.end])
        self.inside = {at for need in self.needs for at in range(need.start, need.end)}
        self.topics = self._topics()

    # --- people -------------------------------------------------------------------------------------

    def _topics(self) -> list[tuple[int, str]]:
        """Where somebody stands before は, が, も or って, and who."""
        found = []
        for match in _TOPIC.finditer(self.text[: self.end]):
            name = _name(match[1])
            if name and match.start(2) not in self.inside:
                found.append((match.start(1), name))
        return found

    def people(self) -> frozenset[Person]:
        """All who do or are something."""
        return frozenset(Person(name, "") for _, name in self.topics)

    def _bounds(self, at: int) -> tuple[int, int]:
        """The sentence around a character."""
        start = max(self.text.rfind(mark, 0, at) for mark in "。？！") + 1
        stop = min((one for mark in "。？！" if (one := self.text.find(mark, at)) >= 0), default=len(self.text))
        return start, stop

    def _quote(self, at: int) -> tuple[int, int] | None:
        """The quotation marks around a character."""
        start, stop = self.text.rfind("「", 0, at), self.text.find("」", at)
        return (start, stop) if start >= 0 <= stop and "」" not in self.text[start:at] else None

    def whose(self, need: Found) -> Person | None:
        """Who has the need: named right after it, or as the topic before it; else who is named next."""
        name = self._holder(need)
        return Person(name, "") if name else None

    def _holder(self, need: Found) -> str:
        text, end, start = self.text, need.end, need.start
        if quote := self._quote(need.start):
            if said := _SAID.match(text, quote[1] + 1):
                if name := _name(said[1]):
                    return name
            start, end = quote[0], quote[1]
        elif match := _IS_WHO.match(text, end) or _ATTRIBUTE.match(text, end):
            if name := _name(match[1]):
                return name
        first, stop = self._bounds(start)
        before = [(at, name) for at, name in self.topics if first <= at < start]
        if own := _OWN.search(text, first, start):
            if name := _name(own[1]):
                return name
        if before:
            return before[-1][1]
        after = [name for at, name in self.topics if end <= at < stop]
        earlier = [name for at, name in self.topics if at < start]
        later = [name for at, name in self.topics if at >= end]
        return next(iter([*after[:1], *earlier[-1:], *later[:1]]), "")

    def buyer(self) -> Person | None:
        """Who buys: named in the last sentence, or the one of whom it is said; else the only one there is."""
        first, _ = self._bounds(self.end - 1)
        last = [name for at, name in self.topics if at >= first and self._quote(at) is None]
        if last:
            return Person(last[-1], "")
        if match := _GOES.search(self.text[: self.end]):
            if name := _name(match[1]):
                return Person(name, "")
        names = {name for _, name in self.topics}
        return Person(names.pop(), "") if len(names) == 1 else None

    # --- what is said -------------------------------------------------------------------------------

    def turn(self, need: Found) -> Turn:
        """What the words around a need say of it."""
        after = self.text[need.end : self.end]
        if need.form in NEGATIVE or japanese.NEGATED.match(after):
            return "denied"
        first, stop = self._bounds(need.start)
        before = self.text[first : need.start]
        if need.form == "tara" or japanese.DOUBTED.match(after):
            return "doubt"
        if japanese.MISTAKEN.match(after) and len({n for at, n in self.topics if first <= at < stop} | self._all(before)) > 1:
            return "doubt"
        if need.form == "noun" and not NOUN_GOES_ON.match(after):
            return "picture"
        if need.form in ("cue", "adj", "no", "pred", "cas", "came") and self._of_a_thing(after):
            return "picture"
        time = list(japanese.PAST_TIME.finditer(before))
        if time and not japanese.NOW.search(before, time[-1].end()):
            if self.text.startswith("買う", self.end) or japanese.NOW.search(self.text[need.end : self.end]):
                return "past"
        return ""

    def _all(self, before: str) -> set[str]:
        return {"みんな"} if re.search("みんな|誰も|人々|全員", before) else set()

    def _of_a_thing(self, after: str) -> bool:
        """Whether what follows is a noun that is nobody: "a dark street"."""
        match = _THING.match(after)
        return bool(match) and match is not None and not _name(match[1])

    def turned(self, claims: Sequence[Claim]) -> Turn:
        """What may turn the meaning of the whole sentence."""
        text = "".join("＿" if at in self.inside else one for at, one in enumerate(self.text[: self.end]))
        if not self.needs:
            return ""
        contrast = japanese.CONTRAST.search(text)
        standing = [claim for claim in claims if not claim.turn]
        if any(claim.turn == "doubt" for claim in claims) and not contrast:
            return "doubt"
        if standing and japanese.DOUBT.search(text) and not any(claim.turn in ("denied", "doubt") for claim in claims):
            return "doubt"
        if japanese.MET.search(text, self.needs[0].end):
            return "bought"
        return ""


_NAME = r"([ァ-ヶー・]{2,}|[一-龯々]{1,4}|[ぁ-ん]{2,7})"
_SUFFIX = "(?:" + "|".join(japanese.SUFFIX) + ")?"
_TOPIC = re.compile(rf"((?:[ァ-ヶー・A-Za-z]+|[一-龯々]+|[ぁ-ん]+?){_SUFFIX})(は|が|も|って、?|、(?=どうした))")
_SAID = re.compile(rf"(?:[！。…]*)?と?(?:言|いう|つぶや|叫|答え|言った)?[うったいくんだのは]{{0,5}}?((?:[ァ-ヶー・A-Za-z]+|[一-龯々]+|[ぁ-ん]+?){_SUFFIX})(?=[はがもの。、])")
_IS_WHO = re.compile(rf"な?の[はが]、?((?:[ァ-ヶー・A-Za-z]+|[一-龯々]+|[ぁ-ん]+?){_SUFFIX})(?=だ|で|、|。|さ)")
_ATTRIBUTE = re.compile(rf"(?:な|の|という|ままの|状態の)?((?:[ァ-ヶー・A-Za-z]+|[一-龯々]+|[ぁ-ん]+?){_SUFFIX})(?=[はがもをにと、。の]|で|だ|です|って)")
_OWN = re.compile(rf"((?:[ァ-ヶー・A-Za-z]+|[一-龯々]+|[ぁ-ん]+?){_SUFFIX})の(?:今の|今日の|\w{{1,3}}の)?(?:悩み|問題|口ぐせ|困りごと)[はが]$")
_GOES = re.compile(rf"(?:行く|出かける|向かう|行った|店に行く|買い物に行く)のは、?((?:[ァ-ヶー・A-Za-z]+|[一-龯々]+|[ぁ-ん]+?){_SUFFIX})(?=だ|で|、|。)")
_THING = re.compile(r"(?:な|の|[たるい])?([一-龯々ァ-ヶー]{1,6})(?=[はがをにへで、。のと])")


@lru_cache(maxsize=4096)
def _name(words: str) -> str:
    """Who it is, as the words end; "" if it is nobody."""
    for one in japanese.people():
        if words.endswith(one):
            return next((own for own in ("自分",) if own == one), one)
    if words in japanese.NOBODY or words.endswith(("日", "曜", "時", "分", "度", "回", "屋", "店", "館", "場", "月", "年", "朝", "夜")):
        return ""
    plain = words
    for suffix in japanese.SUFFIX:
        plain = plain.removesuffix(suffix)
    if plain != words and plain:
        return words
    if re.fullmatch(r"[ぁ-ん]+", words):
        return words if words in japanese.SELF else ""
    return words
