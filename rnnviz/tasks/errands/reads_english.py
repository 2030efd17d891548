"""Reading English: which needs a sentence names, whose they are, what it says of them, and who buys."""

from collections.abc import Sequence
from functools import lru_cache
from unicodedata import category

from rnnviz.tasks.errands import english
from rnnviz.tasks.errands.claims import Account, Claim, Mention, Person, Turn
from rnnviz.tasks.errands.grammar import grammar_of
from rnnviz.tasks.errands.quoted import Quotations, spans
from rnnviz.tasks.errands.wordings import alike, english_mentions
from rnnviz.text import normal, tokenize

_DETERMINED = [[word] for word in ("the", "an", "my", "our", "his", "her")] + [[]]
_HARD = ("", "bad", "terrible", "sudden", "nasty", "splitting", "great", "heavy", "awful", "sheer", "pure", "real")
_SUBJECTS = [[word for word in (a, b) if word] for a in ("", "a", "an", "the", "his", "her", "my") for b in _HARD]


@lru_cache
def _fillers() -> dict[str, list[tuple[str, ...]]]:
    """All that can be put in between, clauses and whole sentences, by the first word, the longest first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    lines = [line for lines in grammar_of("en").fillers.values() for line in lines]
    for filler in sorted((tuple(map(normal, tokenize(line))) for line in lines), key=len, reverse=True):
        words = filler[1:-1] if filler[0] == "," else filler
        found.setdefault(words[0], []).append(words)
    return found


@lru_cache(maxsize=8)
def plain(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The words as they are looked up; a comma for an emoji and a known filler's words, " for any quotation mark."""
    words = ["," if category(token[0]) == "So" else normal(token) for token in tokens]
    for mark in (mark for ends in spans(tokens) for mark in ends if mark < len(words)):
        words[mark] = '"'
    fillers = _fillers()
    for at in range(len(words)):
        if words[at] in english.TITLES and words[at + 1 : at + 2] == ["."]:
            words[at + 1] = "~"
        for filler in fillers.get(words[at], ()):
            if tuple(words[at : at + len(filler)]) == filler:
                size = len(filler) - (filler[-1] in english.ENDS)
                words[at : at + size] = [","] * size
                break
    return tuple(words)


def settled(tokens: tuple[str, ...], read: int) -> int:
    """So many of the tokens read, without those of a filler, in the middle of which nothing changes."""
    words = plain(tokens)
    while read > 1 and words[read - 2 : read] == (",", ","):
        read -= 1
    return read


def mentions(tokens: tuple[str, ...]) -> list[Mention]:
    """All needs that a sentence names, whatever it says of them."""
    return _needs(plain(tokens))


def _needs(words: Sequence[str]) -> list[Mention]:
    """All needs in these words; "I love pizza" is none."""
    return [
        need
        for need in english_mentions(words, english.CUES)
        if words[need.start] != "love" or need.end > need.start or words[need.start - 1] in english.LOVED
    ]


def read(tokens: tuple[str, ...]) -> Account:
    """What a sentence says."""
    return _Sentence(tokens).account()


class _Sentence:
    """A sentence while it is read."""

    def __init__(self, tokens: tuple[str, ...]) -> None:
        latest = plain(tokens)
        turn = max((at for at in range(1, len(latest)) if latest[at - 1 : at + 1] in _NOW), default=0)
        words = [","] * turn + list(latest[turn:])
        text = " ".join(words)
        for known in (english.ASIDE, english.ASSERTS, english.CERTAIN):
            text = known.sub(lambda found: " ".join("~" * len(found[0].split())), text)
        self.words, self.tokens = text.split(" "), words
        self.needs = _needs(words)
        for need in self.needs:  # a negation inside what happened is part of it
            self.words[need.start : need.end + 1] = words[need.start : need.end + 1]
        self.named = {at for need in self.needs for at in range(need.start, need.end + 1)}
        self.end = max((at for at, word in enumerate(words) if word in english.BUY), default=len(words))
        self.told = {at for need in self.needs if need.kind == "cue" for at in range(need.start, need.end + 1)}
        self.people = [at for at in self._people(tokens) if at < self.end]
        self.persons = self._persons()
        self.quotes = Quotations(tokens, self.words, self.people)

    def account(self) -> Account:
        buyer = self._buyer()
        turns = {need: self._turn(need) for need in self.needs}
        claims = tuple(Claim(need, *self._owned(need, turns[need])) for need in self.needs)
        plain = [claim for claim in claims if claim.turn != "picture" or not self._often(claim.need)]
        claims = tuple(plain) or claims
        last = self.needs[-1].end + 1 if self.needs else 0
        told = [word for word in self.words[last : self.end] if word not in english.MARKS]
        seen = frozenset(one for one in self.persons.values() if one.name)
        return Account(claims, self._turned(claims), buyer, seen, len(told), self._so(claims))

    def _so(self, claims: Sequence[Claim]) -> bool:
        """Whether somebody buys because of the need, be it theirs or not: "the baby is ill, so Ann goes"."""
        last = max((claim.need.end for claim in claims if not claim.turn), default=self.end)
        rest = self.words[last : self.end]
        led = any(rest[at : at + 2] == [",", "so"] and rest[at + 2 : at + 3] != ["that"] for at in range(len(rest)))
        return led and not english.ENDS & set(rest)

    def _often(self, need: Mention) -> bool:
        """Whether a wording is no need as often as not: "all night"."""
        return need.start == need.end and self.words[need.end] in english.PICTURES

    # --- people -------------------------------------------------------------------------------------

    def _people(self, tokens: Sequence[str]) -> list[int]:
        """The tokens that are somebody: pronouns, kin, and names as far as a capital and its neighbours tell."""
        found, words, known = [], self.words, english.people()
        self.owners: set[Person] = set()
        for at, (token, word) in enumerate(zip(tokens, words, strict=False)):
            if at in self.named - self.told:
                continue
            before = words[at - 1] if at else "."
            after, second = ([*words, ".", "."][at + k] for k in (1, 2))
            likely = token.istitle() and token.isalpha() and len(token) > 1 and word not in english.NOBODY
            likely &= before not in english.PLACED
            likely &= word in known or not (word.endswith("s") and after in ("are", "were", "have", "do"))
            likely &= before not in english.MARKS or word in known or _verb(after)
            if word in english.PRONOUNS:
                likely = not self._idle(at) and (word not in english.OWNS or self._owns(at))
            elif word in known and at not in self.told:
                following = tokens[at + 1 : at + 2]
                named = following and following[0].istitle() and following[0].isalpha()  # "Uncle Joe" is one person
                likely = not (named or after in known or after in english.COMPOUND)
            owns = after == "'s" and (second in known or english.PLACED & set(words[max(at - 2, 0) : at]))
            called = before in english.CALLS and after in english.MARKS
            if likely and owns and at not in self.told and at + 2 not in self.told:
                self.owners.add(Person(word, known.get(word, "")))
            elif likely and not called:
                found.append(at)
        return found

    def _owns(self, at: int) -> bool:
        """Whether "her" says whose a need is: "her cold hands", and not "her sister", "her street"."""
        near = range(at + 1, at + 4)
        kin = {self.words[one] for one in (at + 1, at + 2) if one < len(self.words)} & english.people().keys()
        return not kin and (at in self.told or any(need.start in near for need in self.needs))

    def _idle(self, at: int) -> bool:
        """Whether "it" stands for nobody: "it is late"."""
        needs = {need.start for need in self.needs if need.kind == "adjective"}
        idle = self.words[at] == "it" and self.words[at + 1 : at + 2] and self.words[at + 1] in ("is", "was", "'s")
        return bool(idle) and not needs & set(range(at + 2, at + 4))

    def _persons(self) -> dict[int, Person]:
        """Who it is that each of these tokens names: "she" is Alice if nobody else can be."""
        found: dict[int, Person] = {}
        for at in self.people:
            word = self.words[at]
            if word == "i" and self.words[at - 1] == "and" and (at - 2 in found or self.words[at - 2] == "others"):
                found[at] = Person(f"{self.words[at - 2]} and i", "we")
            elif word in english.PRONOUNS:
                found[at] = Person("", english.PRONOUNS[word])
            else:
                titles = [one for one in self.words[max(at - 2, 0) : at] if one != "~"]
                title = english.KIN.get(titles[-1], "") if titles else ""
                found[at] = Person(word, english.people().get(word, title))
        self.pets = {
            one
            for at, one in found.items()
            if english.OWNS & set(self.words[max(at - 2, 0) : at]) and one.group == "it"
        }
        for at in self.people:
            after = at + 3 if self.words[at + 2 : at + 3] and self.words[at + 2] in english.OWNS else at + 2
            if self.words[at + 1 : at + 2] == ["and"] and after in found and self.words[at] not in english.OWNS:
                group = "we" if self.words[after] == "i" else "they"
                found[at] = found[after] = Person(f"{self.words[at]} and {self.words[after]}", group)
        names = {one for at, one in found.items() if one.name} | self.owners
        for at, one in found.items():
            able = [
                name
                for name in names
                if name.group == one.group or (not name.group and one.group not in ("they", "it"))
            ]
            if not able and one.group in ("he", "she"):  # of tales
                able = [name for name in names if name.group == "it" and name not in self.pets]
            if not one.name and one.group not in ("i", "we", "you") and len(able) == 1:
                found[at] = able[0] if able[0] not in self.owners else one
        return found

    def _subject(self, at: int) -> bool:
        """Whether somebody does or is something there, as far as the words before tell."""
        start = at
        while start and self.words[start - 1] not in english.SUBORDINATE | english.PLACED:
            start -= 1
        before, after = self.words[start - 1] if start else ".", [*self.words, "."][at + 1]
        others = any(one in self.persons and self.persons[one] != self.persons[at] for one in range(start, at))
        if others or english.NOT & set(self.words[start:at]):
            return False
        led = start < 2 or self.words[start - 2] in english.SUBORDINATE  # "In the end Rosa goes"
        return before not in english.PLACED or (led and _verb(after))

    def _buyer(self) -> Person | None:
        """The last who does something before the purchase, outside of quotes and relative clauses."""
        if english.ONE_OF.search(" ".join(self.words[: self.end])):
            return None
        doing = [at for at in self.people if at not in self.quotes.inside and self._subject(at)]
        return self.persons[doing[-1]] if doing else None

    # --- a need -------------------------------------------------------------------------------------

    def _clause(self, at: int, breaks: frozenset[str] = english.BREAKS) -> list[str]:
        """The words before `at`, back to a mark or a word that begins another thought."""
        start = at
        while start and (
            self.words[start - 1] not in breaks
            or (self.words[start - 1] == "so" and start == at)  # "so hungry"
            or (self.words[start - 1] == "because" and start > 1 and self.words[start - 2] in english.NOT)
        ):
            start -= 1
        return self.words[start:at]

    def _owned(self, need: Mention, turn: Turn) -> tuple[Turn, Person | None]:
        """What is said of the need, and whose it is."""
        at = self._holder(need)
        if at is None:
            return turn or "picture", None
        if at == need.end:
            return turn, None
        somebody = self.persons[at]
        if at in self.quotes.inside and somebody.group in ("i", "we") and not somebody.name:
            speaker = self.quotes.speaker(at)
            return turn, None if speaker is None else self.persons[speaker]
        if at in self.quotes.inside and somebody.group == "you":
            return turn or "doubt", None
        return turn, somebody

    def _holder(self, need: Mention) -> int | None:
        """The token that names whose need it is; the need's own, where nobody is named; None where it is no need."""
        idle = english.VERY | alike(need.thing)
        before = [word for word in self._clause(need.start) if word not in idle and not word.endswith("ly")]
        after, second = ([*self.words, ".", "."][need.end + k] for k in (1, 2))
        start = max((at for at in range(need.start) if self.words[at] in english.ENDS), default=-1)
        stop = next((at for at in range(need.end, len(self.words)) if self.words[at] in english.ENDS), len(self.words))
        behind = next((at for at in reversed(self.people) if start < at < need.start), None)
        ahead = next((at for at in self.people if need.end < at < stop), None)
        anybody = next((at for at in reversed(self.people) if at < need.start), need.end)
        near = next((at for at in (behind, ahead) if at is not None), anybody)
        thing = need.kind == "adjective" and after in english.LIFELESS and need.end + 2 not in self.people
        if thing or self._lifeless(need) or self._of_another(need):
            return None
        inside = next((at for at in reversed(self.people) if need.start <= at <= need.end), None)
        if need.kind == "cue" or (need.kind == "noun" and self._part(need)):
            if self.words[max(need.start - 2, 0)] == "'s" and not self._of_person(need.start - 1):
                return None
            clause = need.start - len(self._clause(need.start))
            return near if inside is None or (behind is not None and behind >= clause) else inside
        single = need.start == need.end
        if single and self.words[need.end] in english.PICTURES:
            return None
        named, personal = need.end + 1 in self.people, need.thing in english.PERSONAL
        if need.kind == "adjective" and need.end + 2 in self.people and before in [*_DETERMINED, ["a"]]:
            nobody = after not in english.SUBORDINATE and after not in english.PRONOUNS | english.KIN
            if nobody and (not _verb(after) or after in english.LIFELESS):  # "a tired lorry driver"
                return need.end + 2
        if (
            need.kind == "noun"
            and before in _SUBJECTS
            and ahead is not None
            and ahead - need.end < 6
            and _does(after, second)
        ):
            return ahead  # "a headache kept Ann"
        if need.kind == "adjective" and (named or (personal and before in _DETERMINED and _acts(second))):
            return need.end + 1 if named and after not in english.PRONOUNS else near
        along = need.kind == "verb" and after in english.ALONG
        if not (
            along or after in english.AFTER or after in alike(need.thing) or after.endswith("ly") or named or not single
        ):
            return None
        if need.kind == "noun":
            before = [word for word in before if word not in english.OWNS]
            caused = any(word in english.CAUSE for word in before[-2:]) or before[-2:] in [
                [*one, "of"] for one in english.CAUSES_OF
            ]
            caused = caused or (before[-1:] == ["about"] and bool(english.COMPLAINTS & set(before)))
            spoken = after in english.IS and second in ("a", "the", "no")
            return near if caused or not (before or spoken) else None
        if not before and need.kind == "verb" and behind is not None and self.words[need.start - 1] == ",":
            return behind  # "Ann, my friend, has a headache"
        if not before or before[-1] in english.BEFORE_ALONE or before[0] in english.NOT:
            return near if need.kind == "adjective" else None
        if before[-1] in english.SELF:
            return near
        verb = need.kind == "verb" or before[-1] in ("~", "who")
        subject = before[:-1] if before[-1] in english.IS else before if verb else []
        subject = [word for word in subject if word not in english.HAS]
        if not subject or behind is None or subject[-1] in english.OWNS:
            return None
        known = subject[-1] in (self.words[behind], "who", "himself", "herself", "~")
        known = known or (subject[-1] in english.OWNED and subject[-2:-1] != ["the"] and len(subject) > 1)
        return near if known or (personal and subject[-2:-1] != ["'s"]) else None

    def _lifeless(self, need: Mention) -> bool:
        """Whether something has it that has no needs: "the phone has no power"."""
        near = self._clause(need.start, english.BREAKS | {"and"})[-3:]
        return bool(set(near) & (english.LIFELESS - (english.OUTSIDE if need.thing == "candles" else frozenset())))

    def _of_another(self, need: Mention) -> bool:
        """Whether somebody is said to make others feel it: "my teacher is so boring"."""
        at = need.start
        while at and self.words[at - 1] in english.IS | english.VERY:
            at -= 1
        return not english.ON_OTHERS.isdisjoint(self.words[need.start : need.end + 1]) and at - 1 in self.people

    def _part(self, need: Mention) -> bool:
        """Whether it is a part of somebody: "his cold hands"."""
        return self.words[need.start - 1] in english.OWNS and self.words[need.end] in english.OWNED

    def _of_person(self, at: int) -> bool:
        """Whether a word is somebody or something of theirs."""
        return at in self.people or self.words[at] in english.OWNED

    def _turn(self, need: Mention) -> Turn:
        """What the words around a need say of it."""
        if self.quotes.program(need.start):
            return "quoted"
        before = self._clause(need.start)
        after = " ".join(["", *self.words[need.end + 1 : need.end + 12]])
        if english.DENIED_AFTER.match(after):
            return "denied"
        if english.FAR.search(" ".join(before)):
            return "denied"
        first = need.start - len(before)
        before = ["~" if first + k in self.told else word for k, word in enumerate(before)]
        if english.NOT & set(before):
            return "denied" if english.DENIES.fullmatch(" ".join(before)) else "negation"
        start = max((at for at in range(need.start) if self.words[at] in english.ENDS), default=-1) + 1
        sentence = self.words[start : need.start]
        if english.SET_ASIDE.search(" ".join(self.tokens[need.start - len(sentence) : need.start])):
            return "past"
        if english.SUPPOSED & set(before):
            return "doubt"
        if self.words[need.end + 1 : need.end + 2] == ["?"] or english.DOUBT & set(sentence):
            return "doubt"
        stop = next((at for at in range(need.end, len(self.words)) if self.words[at] in english.ENDS), len(self.words))
        around = [*sentence, "~", *self.words[need.end + 1 : stop]]
        if english.TALES.search(" ".join(around)):
            return "doubt"
        told = [word for word in self._clause(need.start, english.MARKS) if word in english.BELIEVES]
        if told and need.start not in self.quotes.inside and not self._reported(need):
            return "doubt"
        clause = " ".join([*self._clause(need.start, english.MARKS), "#", *self._rest(need.end)])
        if english.OVER.search(clause) and not english.PRESENT & set(clause.split()):
            return "past"
        return "" if self.quotes.said(need.start) else "quoted"

    def _reported(self, need: Mention) -> bool:
        """Whether somebody says so of themselves, or acts upon what is said: "she says she is ill, so she goes"."""
        start = need.start - len(self._clause(need.start, english.MARKS))
        says = next(at for at in reversed(range(start, need.start)) if self.words[at] in english.BELIEVES)
        stop = next((at for at in range(need.end, self.end) if self.words[at] in english.ENDS), self.end)
        if self.words[says] not in english.REPORTS or english.TAKEN_BACK & set(self.words[start : self.end]):
            return False
        who, speaker = self._holder(need), max((at for at in self.people if at < says), default=None)
        if who is None or who not in self.persons or who < says:
            return False
        rest = self.words[need.end : stop]
        if rest[1:3] == ["so", "that"]:
            return False
        acts = any(word == "so" and after != "that" for word, after in zip(rest, [*rest[1:], "."], strict=True))
        return acts or (speaker is not None and self.persons[speaker] == self.persons[who])

    def _rest(self, at: int) -> list[str]:
        """The words after `at`, up to a mark or a word that begins another thought."""
        stop = at + 1
        while stop < len(self.words) and self.words[stop] not in english.SUBORDINATE:
            stop += 1
        return self.words[at + 1 : stop]

    # --- the whole ----------------------------------------------------------------------------------

    def _turned(self, claims: Sequence[Claim]) -> Turn:
        """What may turn the meaning of the whole sentence; "" if nothing does."""
        words, standing = self.words, [claim.need for claim in claims if not claim.turn]
        covered = set(self.named)
        for claim in claims:
            if claim.turn in ("denied", "past", "doubt"):
                start = claim.need.start
                covered |= set(range(start - len(self._clause(start, english.MARKS)), start))
                covered |= set(range(claim.need.end, min(claim.need.end + 12, len(words))))
        for need in standing:  # "so tired that she cannot think"
            if words[need.end + 1 : need.end + 2] == ["that"]:
                rest_of = next((at for at in range(need.end, len(words)) if words[at] in english.MARKS), len(words))
                covered |= set(range(need.end, rest_of))
        heard = [at for at in range(self.end) if at not in covered]
        if any(words[at] in english.NOT and not self._harmless(at) for at in heard):
            return "negation"
        sated = any(words[at] in english.BUY | english.SATED for at in heard) or english.FED.search(" ".join(words))
        if standing:
            sated = sated or english.MENDED.search(" ".join(words[standing[-1].end + 1 : self.end]))
        if standing and (sated or any(need.start > self.end for need in standing)):
            return "bought"
        said = {words[at] for at in heard}
        if any(claim.turn == "doubt" for claim in claims) and not english.CONTRAST & set(words):
            return "doubt"
        if english.DOUBT & said or ("although" in said and not claims):
            return "doubt"
        if any(one in " ".join(words[: self.end]) for one in english.TURNS) and all(not claim.turn for claim in claims):
            return "doubt"
        if any(words[at] in english.WANTS and after not in english.NO_OTHER for at, after in pairwise_at(words, heard)):
            return "several"
        return ""

    def _harmless(self, at: int) -> bool:
        """Whether a negation stands in a clause of its own that takes nothing back."""
        clause = [*self._clause(at, english.MARKS), *self._rest(at)]
        return len(clause) > 1 and not english.NO_ANSWER & set(clause)


def pairwise_at(words: Sequence[str], places: Sequence[int]) -> list[tuple[int, str]]:
    """The places with the word after each."""
    return [(at, words[at + 1] if at + 1 < len(words) else ".") for at in places]


_NOW = {(".", "now"), (".", "today")}


def _verb(word: str) -> bool:
    """Whether a sentence can begin with a name before it."""
    return (
        word in english.IS | english.HAS | english.DID
        or _acts(word)
        or word.endswith("ed")
        or word in ("drove", "made")
    )


def _does(word: str, second: str) -> bool:
    """Whether a need does something to somebody, and is not only spoken of: "hunger woke Ben"."""
    return _verb(word) and (word not in english.IS or word == "woke" or second == "all")


def _acts(word: str) -> bool:
    """Whether it may be what somebody does."""
    return word in english.GO or (word.endswith("s") and not word.endswith("ss"))
