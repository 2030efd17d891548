"""Reading Japanese: which needs a sentence names, whose they are, what it says of them, and who buys.

It works on the text and not on tokens, so that it does not hang on how words are parted.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from rnnviz.shipped import ASSETS
from rnnviz.tasks.errands import japanese
from rnnviz.tasks.errands.claims import Account, Claim, Mention, Person, Turn
from rnnviz.tasks.errands.grammar import sections
from rnnviz.tasks.errands.wordings import told
from rnnviz.text import quotations
from rnnviz.text.japanese import parts_of_speech

FOLDER = ASSETS / "errands" / "ja"
LONG = frozenset("ー〜")
"""What a vowel is drawn out by."""
SHARE = 2
"""So many tokens of Japanese tell what one English word tells."""
NEGATIVE = ("neg", "polneg")
NOUN_GOES_ON = re.compile(
    r"(?:の(?:せい|ため)|[がで](?:原因|理由)|につき|[にで](?:悩|困|苦し|耐え|襲|つら|、)|で(?:は|も)?な|じゃな"
    r"|どころ|な[のんら]|だ|です|を(?:なんとか|我慢|感じ|覚え)"
    r"|には|に|[ー〜っッ]*(?:\W|[wｗ笑草])|が(?:ひど|つら|続|あ|出|止)|から|ほど|、|$|との|のことで|で)"
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
    """As they stand in the files: whoever draws sentences leaves out what training never sees."""
    fillers, lists = (sections((FOLDER / f"{file}.txt").read_text("utf-8")) for file in ("fillers", "lists"))
    lines = [line for lines in fillers.values() for line in lines]
    return tuple(sorted((*lines, *lists["psentence"]), key=len, reverse=True))


@lru_cache(maxsize=8)
def _plain(text: str) -> str:
    """The text; commas in the place of known fillers, and 「」 for all quotation marks."""
    for filler in _fillers():
        if filler in text:
            text = text.replace(filler, "、" * (len(filler) - 1) + filler[-1])
    marks = list(text)
    for start, end in quotations(text, _apostrophes(text)):
        marks[start : start + 1] = "「"
        marks[end : end + 1] = "」"[: len(text) - end]
    return "".join(marks)


def _apostrophes(text: str) -> set[int]:
    """Those that are no quotation marks: in a word (I'm), and the last of an odd number, if it is not in a program."""
    found = [match.start() for match in re.finditer("'", text)]
    inner = {at for at in found if re.match(r"[A-Za-z]'[A-Za-z]", text[max(at - 1, 0) : at + 2])}
    marks = [at for at in found if at not in inner]
    alone = len(marks) % 2 and text[marks[-1] - 1 : marks[-1]] not in japanese.CODE
    return inner | set(marks[-1:] if alone else ())


def settled(tokens: tuple[str, ...], read: int) -> int:
    """So many of the tokens read, without those of a filler, in the middle of which nothing changes."""
    text, ends = _plain("".join(tokens)), list(accumulate(map(len, tokens)))
    while read > 1 and text[ends[read - 1] - 2 : ends[read - 1]] == "、、":
        read -= 1
    return read


def _needs(text: str, ends: Sequence[int] = ()) -> list[Found]:
    """All needs in their order; of those that overlap the longest. In kana none begins in the middle of a word, which
    end at `ends`: つかれ of 見つかれば."""
    wordings, found = _wordings(), []
    for at in range(len(text) - 1):
        for line, thing, form in wordings.get(text[at : at + 2], ()):
            if text.startswith(line, at):
                found.append(Found(at, at + len(line), thing, form))
                break
    for line, thing, form in (one for key in set(text) for one in wordings.get(key, ())):  # of one character
        found += [Found(at, at + 1, thing, form) for at, one in enumerate(text) if one == line]
    for thing, cue in japanese.CUES.items():
        for match in cue.finditer(text):
            tail = japanese.TAIL.match(text, match.end())
            found.append(Found(match.start(), tail.end() if tail else match.end(), thing, "cue"))
    found = [one for one in found if not (_is_name(text, one) or _other_word(text, one) or _inside(text, one, ends))]
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start - one.end, one.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _is_name(text: str, need: Found) -> bool:
    """Whether it is somebody's name: 愛."""
    return text[need.start : need.end] in japanese.people() and not _CAUSED.match(text, need.end)


def _other_word(text: str, need: Found) -> bool:
    """Whether it is the end of another word: 失恋 is no reason to give flowers, nor 情熱 to take medicine."""
    return text.startswith(japanese.OTHER_WORDS, need.start - 1) and need.start > 0


def _inside(text: str, need: Found, ends: Sequence[int]) -> bool:
    """Whether it begins, in kana, in the middle of a word. は before it may be the particle (彼はやることがない)."""
    at = bisect_right(ends, need.start)
    begins = ends[at - 1] if at else 0
    inside = bool(ends) and begins < need.start and text[begins : need.start] not in ("は", "お")
    return inside and "ぁ" <= text[need.start] <= "ヶ"


def _mention(need: Found, text: str, ends: Sequence[int]) -> Mention:
    """The same by tokens. What happened is found without its last character: the た after it, or the rest of the last
    token, belongs to it. After a stem a token of which only the beginning was taken for its ending (た of ため) does
    not, nor does ん (of んです)."""
    start, stop = bisect_right(ends, need.start), need.end
    end = bisect_right(ends, stop - 1)
    if need.form == "implied":
        end += end + 1 < len(ends) and text.startswith(("た", "だ"), stop)
    elif need.form == "cue" and end > start:
        cut = ends[end] > stop and not set(text[stop : ends[end]]) <= LONG
        end -= cut or text[ends[end - 1] : ends[end]] == "ん"
    return Mention(start, end, need.thing, need.form)


def mentions(tokens: Sequence[str]) -> list[Mention]:
    """All needs that a sentence names, whatever it says of them."""
    text, ends = _plain("".join(tokens)), list(accumulate(map(len, tokens)))
    return [_mention(need, text, ends) for need in _needs(text, ends)]


def read(tokens: Sequence[str]) -> Account:
    """What a sentence says."""
    text, ends = _plain("".join(tokens)), list(accumulate(map(len, tokens)))
    told_of = _Text(text, ends)
    claims = tuple(Claim(_mention(need, text, ends), told_of.turn(need), told_of.whose(need)) for need in told_of.needs)
    last = told_of.needs[-1].end if told_of.needs else 0
    left = [end for end in ends if last < end <= told_of.end and text[end - 1] not in "、。"]
    return Account(claims, told_of.turned(claims), told_of.buyer(), told_of.people(), len(left) // SHARE)


class _Text:
    """A sentence while it is read."""

    def __init__(self, text: str, ends: Sequence[int] = ()) -> None:
        self.text = text
        self.end = max(text.rfind("買"), 0) or len(text)
        self.needs = _needs(text[: self.end], ends)
        self.inside = {at for need in self.needs for at in range(need.start, need.end)}
        self.quotes = quotations(text, {at for at, one in enumerate(text) if one == "'"})
        self.topics = self._topics()

    # --- people -------------------------------------------------------------------------------------

    def _topics(self) -> list[tuple[int, str]]:
        """Where somebody stands before は, が, も or って, and who."""
        found: list[tuple[int, str]] = []
        for match in _PARTICLE.finditer(self.text, 0, self.end):
            start, name = _who_ends(self.text, match.start())
            if match[0] in ("って", "も") and name not in japanese.people():
                continue
            if name and match.start() not in self.inside and start not in self.inside:
                named = {one for _, one in found} - {*japanese.PRONOUNS}
                found.append((start, named.pop() if name in japanese.PRONOUNS and len(named) == 1 else name))
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
        """The quotation marks around a character, both."""
        size = len(self.text)
        return max((one for one in self.quotes if one[0] < at < one[1] < size), default=None)

    def whose(self, need: Found) -> Person | None:
        """Who has the need: named right after it, or as the topic before it; else who is named next."""
        name = self._holder(need)
        return Person(name, "") if name else None

    def _holder(self, need: Found) -> str:
        text, end, start = self.text, need.end, need.start
        if quote := self._quote(need.start):
            said = _SAID.match(text, quote[1] + 1)
            if said and (name := _who_begins(text, said.end())):
                return name
            start, end = quote[0], quote[1]
        else:
            for known in (_SAYS_WHO, _IS_WHO, _ATTRIBUTE):
                match = known.match(text, end)
                if match and (name := _who_begins(text, match.end())):
                    return name
        first, stop = self._bounds(start)
        before = [(at, name) for at, name in self.topics if first <= at < start]
        if own := _OWN.search(text, first, start):
            return _who_ends(text, own.start())[1]
        if before:
            return before[-1][1]
        after = [name for at, name in self.topics if end <= at < stop]
        if other := self._between(end, next((at for at, _ in self.topics if end <= at < stop), end)):
            return other
        earlier = [name for at, name in self.topics if at < start]
        later = [name for at, name in self.topics if at >= end]
        return next(iter([*after[:1], *earlier[-1:], *later[:1]]), "")

    def _between(self, start: int, stop: int) -> str:
        """Somebody to whom something is done there: "while Naomi waits"."""
        for match in _OBJECT.finditer(self.text, start, stop):
            name = _who_ends(self.text, match.start())[1]
            if name and _somebody(name):
                return name
        return ""

    def buyer(self) -> Person | None:
        """Who buys: named in the last sentence, or the one of whom it is said; else the only one there is."""
        if japanese.ONE_OF.search(self.text):
            return None
        first, _ = self._bounds(self.end - 1)
        last = [name for at, name in self.topics if at >= first and self._quote(at) is None and not self._stays(at)]
        if last:
            return Person(last[-1], "")
        match = _GOES.search(self.text, 0, self.end)
        if match and (no := _NOT_WHO.match(self.text, match.end())):
            match = no
        if match and (name := _who_begins(self.text, match.end())):
            return Person(name, "")
        names = {name for _, name in self.topics}
        return Person(names.pop(), "") if len(names) == 1 else None

    def _stays(self, at: int) -> bool:
        """Whether the topic that begins there does something else than go."""
        particle = _PARTICLE.search(self.text, at)
        return particle is not None and japanese.STAYS.match(self.text, particle.end()) is not None

    # --- what is said -------------------------------------------------------------------------------

    def turn(self, need: Found) -> Turn:
        """What the words around a need say of it."""
        if any(
            start < need.start < end and self.text[start - 1 : start] in japanese.CODE for start, end in self.quotes
        ):
            return "quoted"
        after = self.text[need.end : self.end]
        if need.form in NEGATIVE or japanese.NEGATED.match(after):
            return "denied"
        first, stop = self._bounds(need.start)
        before = self.text[first : need.start]
        if self.text.startswith(japanese.TWOFOLD, need.start):
            return "doubt"
        if need.form == "tara" or japanese.DOUBTED.match(after):
            return "doubt"
        others = {name for at, name in self.topics if first <= at < stop}
        if japanese.MISTAKEN.match(after) or (len(others) > 1 and japanese.THOUGHT.match(after)):
            return "doubt"
        if japanese.WAS.match(after):
            return "past"
        of_somebody = after.startswith("の") and _who_begins(self.text, need.end + 1)
        if need.form == "noun" and not of_somebody and not NOUN_GOES_ON.match(after):
            return "picture"
        attribute = need.form not in ("noun", "te", "implied") and self.text[need.end - 1] not in "てで"
        if attribute and self._quote(need.start) is None and self._of_a_thing(after):
            return "picture"
        if need.form != "implied" and self._thing_is(need, before):
            return "picture"
        if self.text.startswith("飢", need.start) and japanese.PICTURE_BEFORE.search(before):
            return "picture"
        time = list(japanese.PAST_TIME.finditer(before))
        over = time and not japanese.NOW.search(before, time[-1].end())
        today = self.text.startswith("買う", self.end) or japanese.NOW.search(self.text[need.end : self.end])
        tonight = japanese.OF_A_NIGHT.search(self.text, need.start, need.end)
        if over and today and not tonight:
            return "past"
        return "" if self._said(need) else "quoted"

    def _said(self, need: Found) -> bool:
        """Whether somebody says it, or it is not quoted: nobody says 「眠い」という本."""
        quote = self._quote(need.start)
        if quote is None:
            return True
        before, after = self.text[: quote[0]], self.text[quote[1] + 1 :]
        if japanese.TITLED.match(after):
            return False
        if japanese.SPOKEN.match(after):
            return True
        alone = japanese.ALONE.match(after) or _who_begins(self.text, quote[1] + 1)
        return bool(alone) and before[-1:] in _BEGINS and bool(self._holder(need))

    def _of_a_thing(self, after: str) -> bool:
        """Whether what follows is a noun that is nobody: "a dark street"."""
        match = _THING.match(after)
        if match is None or match[1] in ("人", "方"):
            return False
        name = _name(match[1])
        return not name or (not _somebody(name) and after[match.end()] in "をにへでとの")

    def _thing_is(self, need: Found, before: str) -> bool:
        """Whether a thing is what is said: "the car is dirty"."""
        match = _IT_IS.search(before)
        able = japanese.BODY | japanese.DARK if need.thing == "ろうそく" else japanese.BODY
        return match is not None and match[1] not in able and not _name(match[1])

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
        if standing and japanese.TAKEN_BACK.search(text, self.needs[-1].end):
            return "negation"
        if japanese.MET.search(text, self.needs[0].end):
            return "bought"
        return ""


_WORD = re.compile(r"(?:お?[一-龯々]+|[ァ-ヶー・A-Za-z]+|[ぁ-ん]{2,6}?)(?:" + "|".join(japanese.SUFFIX) + ")?")
_PARTICLE = re.compile(
    r"(?:だけ|のほう|の方|自身)?[はがも](?!ら|る|り|れ|ん|て)|って(?=、)|から(?=メール|手紙|電話)|(?=の話を聞いた|を見た。)"
)
_BEFORE = re.compile(r"(?:お?[一-龯々]+|[ァ-ヶー・A-Za-z]+)(?:" + "|".join(japanese.SUFFIX) + ")?$")
_SAID = re.compile(r"[！。…？]*(?:と(?:言った|言う|いう)のは、?|と言って、?|と、?|、と|)")
_IS_WHO = re.compile(r"(?:な|た|る|い)?の[はが]、?")
_ATTRIBUTE = re.compile(r"(?:ままの|状態の|という|ままではいられない|な|の|)")
_OWN = re.compile(r"(?:の|の今の|の今日の|の現在の)(?:悩み|問題|口ぐせ|困りごと)[はが]$")
_GOES = re.compile(
    r"(?:行く|行った|出かけ[るた]|出[るた]|向かう|向かった|入[るっ]た?|寄[るっ]た?|走[るっ]た?|降り[るた]|来[るた]|訪れ[るた])のは、?"
)
_OBJECT = re.compile(r"[をにと](?=[^、。]{0,8}(?:待た|残|置い|寝かせ|見送|よそに|別れ|任せ|背に|尻目))")
"""Somebody before these stays behind."""
_SAYS_WHO = re.compile(r"[いだ]?と(?:こぼす|言う|いう|騒ぐ|嘆く|ぼやく|訴える|つぶやく|叫ぶ|泣く|言い張る|うるさい)")
"""Somebody after these says a need of themselves."""
_NOT_WHO = re.compile(r"[^。、]{1,9}?(?:では|じゃ)なく、?")
_IT_IS = re.compile(r"((?:お?[一-龯々]+|[ァ-ヶー]+))[はが](?:とても|すごく|かなり|少し|もう|まだ)?$")
_BEGINS = frozenset(["", *"。、！？!?」「は:…"])
"""What stands before a quotation that stands for itself."""
_CAUSED = re.compile(r"の(?:せい|ため)|が(?:原因|理由)")
_THING = re.compile(r"(?:な|の|)([一-龯々ァ-ヶー]{1,6})(?=[はがをにへで、。のと])")
_FOLLOWS = re.compile(r"[はがもをにと、。ので」]|だ|って|$")
_NO_NAME = re.compile(r"[一二三四五六七八九十何数][日時分度回月年]$|曜日?$|[店屋館場]$|.時間$")
LONGEST = max(map(len, japanese.people()))


@lru_cache(maxsize=4096)
def _name(words: str) -> str:
    """Who it is; "" if it is nobody."""
    if words in japanese.people():
        return words
    if words in japanese.NOBODY or _NO_NAME.search(words) or _is_thing(words):
        return ""
    plain = words
    for suffix in japanese.SUFFIX:
        plain = plain.removesuffix(suffix)
    if re.fullmatch(r"[ぁ-ん]*", plain):
        return words if plain in japanese.SELF or (plain and plain != words) else ""
    return words


def _is_thing(words: str) -> bool:
    """Whether a word is a thing, something done or a time, and nobody: 停留所, 予約, 夕方. One kanji may be a name."""
    parts = parts_of_speech(words)
    plain = parts[2] == "一般" and parts[1] == "普通名詞" and re.fullmatch(r"お?[一-龯々]{2,}", words)
    other = not {"サ変可能", "副詞可能", "動詞", "数詞"}.isdisjoint(parts)
    return bool(plain or other) and not words.endswith(japanese.PERSONAL)


def _somebody(words: str) -> bool:
    """Whether a word is somebody for sure."""
    known = words in japanese.people() or words in japanese.PRONOUNS or words.endswith(japanese.SUFFIX)
    return known or "人名" in parts_of_speech(words) or words.endswith(japanese.PERSONAL)


def _who_ends(text: str, at: int) -> tuple[int, str]:
    """Where the one begins who is named right before `at`, and who it is."""
    for size in range(min(LONGEST, at), 0, -1):
        if text[at - size : at] in japanese.people():
            return at - size, text[at - size : at]
    match = _BEFORE.search(text, max(at - 12, 0), at)
    if match and len(match[0]) == 1 and text[match.start() - 1 : match.start()] == "の":  # "her car"
        return at, ""
    return (match.start(), _name(match[0])) if match else (at, "")


def _who_begins(text: str, at: int) -> str:
    """Who is named right after `at`; a particle follows."""
    for size in range(min(LONGEST, len(text) - at), 0, -1):
        if text[at : at + size] in japanese.people() and _FOLLOWS.match(text, at + size):
            return text[at : at + size]
    match = _WORD.match(text, at)
    while match and text.startswith("の", match.end()) and _WORD.match(text, match.end() + 1):  # "the boy next door"
        match = _WORD.match(text, match.end() + 1)
    return _name(match[0]) if match and _FOLLOWS.match(text, match.end()) else ""
