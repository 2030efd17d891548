"""A language of errands as files in `assets/errands/<language>`: frames with slots, and what fills the slots.

    {need.adj}, {A} [drives|drive] {between} to {place} to buy

How the files are written stands in `assets/errands/README.md`.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import Literal, NamedTuple

from rnnviz.shipped import ASSETS
from rnnviz.text import tokenize, vocabulary

Wordings = Literal["known", "held_out"]
LANGUAGES = ("en", "ja")
CLOSING = {"en": "{text} {thing}.", "ja": "{text}{thing}。"}
"""How a sentence ends, by language."""
FILES = ("frames", "needs", "implied", "fillers", "people", "lists")
FEW = {"en": 1, "ja": 2}
"""The most words of a wording in which a word is looked for that tells the need."""
SELDOM = 0.08
"""A word that stands in more of a need's wordings is not held out: too few would be left."""
FIFTH = 5
"""Of the words that tell of a need, training never sees every fifth."""


Told = Mapping[tuple[str, str], tuple[str, ...]]
"""Wordings of needs by the thing that answers them, and by their form: "adj", "noun" …"""


class Slot(NamedTuple):
    """What stands in braces: a name, and perhaps a form of it."""

    name: str
    form: str


class Agreement(NamedTuple):
    """What stands in brackets: a verb for one person, and for I, you and several."""

    singular: str
    plural: str


Template = tuple[str | Slot | Agreement, ...]
_PART = re.compile(r"\{([^}.]+)\.?([^}]*)\}|\[([^|\]]*)\|([^\]]*)\]")


@lru_cache(maxsize=4096)
def template(line: str) -> Template:
    """A frame, or what can fill a slot, in its parts."""
    parts: list[str | Slot | Agreement] = []
    end = 0
    for found in _PART.finditer(line):
        name, form, singular, plural = found.groups()
        parts += [line[end : found.start()], Slot(name, form) if name else Agreement(singular, plural)]
        end = found.end()
    return tuple(part for part in (*parts, line[end:]) if part)


def sections(text: str) -> dict[str, tuple[str, ...]]:
    """A file's sections: `[name]`, and then an entry a line. "#" begins a comment."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in map(str.strip, text.splitlines()):
        if re.fullmatch(r"\[[\w.']+\]", line):
            name = line[1:-1]
            found.setdefault(name, [])
        elif line and not line.startswith("#"):
            found[name].append(line)
    return {name: tuple(lines) for name, lines in found.items()}


PERSONS: dict[str, dict[str, str]] = {
    forms.split()[0].lower(): dict(zip(("", "'s", "obj", "is", "was", "has", "does"), forms.split(), strict=True))
    for forms in (
        "she her her is was has does",
        "he his him is was has does",
        "it its it is was has does",
        "they their them are were have do",
        "we our us are were have do",
        "you your you are were have do",
        "I my me am was have do",
    )
}
"""English: what stands for somebody once named, and how verbs agree."""
ALONE = ("she", "he", "it")
"""One person, with whom a verb has its s."""
SPEAKING = ("i", "we", "you")
"""Always called by the pronoun."""


SPOKEN = {"I": ("I", "we"), "I'm": ("I'm", "we're"), "I.was": ("I was", "we were"), "I.my": ("my", "our")}
"""How one speaks of oneself, alone and with others."""


class Person(NamedTuple):
    """Somebody: how first named, and the pronoun's group; in Japanese "A" or "B"."""

    called: str
    group: str

    @property
    def owns(self) -> str:
        """Alice's, my, the children's, the twins'."""
        if self.group in SPEAKING:
            return PERSONS[self.group]["'s"]
        return self.called + ("'" if self.group == "they" and self.called.endswith("s") else "'s")


@dataclass(frozen=True, eq=False)
class Grammar:
    """All that a language's files hold."""

    language: str
    frames: Mapping[str, tuple[Template, ...]]
    """By kind: "plain", "late" …"""
    wordings: Mapping[Wordings, Told]
    """Known, or held out from training."""
    telling: Mapping[str, tuple[int, ...]]
    """By thing: the words that tell its need and no other, by their rows in the table."""
    held_out: Mapping[str, frozenset[int]]
    """Those of them that training never sees, wherever they might stand."""
    implied: Mapping[str, tuple[Template, ...]]
    """By thing: clauses that tell the need by what happened."""
    lists: Mapping[str, tuple[Template, ...]]
    fillers: Mapping[str, tuple[str, ...]]
    """What says nothing of a need: "between" clauses, whole "sentences", and "sentences.past" for stories."""
    people: tuple[Person, ...]
    others: tuple[Person, ...]
    """Who can be {B}."""

    @property
    def things(self) -> tuple[str, ...]:
        """The ten that can be bought."""
        return tuple(self.implied)

    def told(self, frame: Template, name: Literal["need", "other"], wordings: Wordings = "known") -> tuple[str, ...]:
        """The things whose need a frame can tell, for not every form has a wording of every need."""
        forms = {form_of(part) for part in frame if isinstance(part, Slot) and part.name == name}
        return tuple(t for t in self.things if all((t, form) in self.wordings[wordings] for form in forms))

    @lru_cache(maxsize=64)  # noqa: B019
    def choices(self, kind: str, wordings: Wordings) -> "tuple[Choice, ...]":
        """The frames of a kind that can be filled; with a wording that training never saw, those that word a need."""
        return tuple(
            Choice.of(self, frame, wordings)
            for frame in self.frames[kind]
            if wordings == "known" or any(isinstance(part, Slot) and part.name == "need" for part in frame)
            if self.told(frame, "need", wordings)
        )

    @lru_cache(maxsize=64)  # noqa: B019
    def apart(self, group: str) -> tuple[Person, ...]:
        """Who can be {B} beside a person of this group: no pronoun can stand for both."""
        return tuple(one for one in self.others if one.group == "B" or one.group in set(ALONE) - {group})


def form_of(slot: Slot) -> str:
    """The form of a need's wording: "clause.a" is "clause" with a pronoun."""
    return slot.form.partition(".")[0]


class Choice(NamedTuple):
    """A frame, and what can fill it."""

    frame: Template
    things: tuple[str, ...]
    others: tuple[str, ...]
    people: tuple[Person, ...]
    gaps: frozenset[str]
    """Where fillers go: "between", "sentences", or "sentences.past"."""

    @classmethod
    def of(cls, grammar: Grammar, frame: Template, wordings: Wordings = "known", thing: str = "") -> "Choice":
        slots = [part for part in frame if isinstance(part, Slot)]
        verb = Slot("need", "verb") in slots  # "hungers": of one person
        return cls(
            frame,
            (thing,) if thing else grammar.told(frame, "need", wordings),
            grammar.told(frame, "other"),
            tuple(one for one in grammar.people if one.group in ALONE or not verb),
            frozenset(".".join(filter(None, slot)) for slot in slots if slot.name in ("between", "sentences")),
        )


class _Scene:
    """One sentence while it is made: who is in it, and what is needed."""

    def __init__(self, grammar: Grammar, draw: Random, choice: Choice, wordings: Wordings, clauses: int) -> None:
        self.grammar, self.draw, self.wordings = grammar, draw, wordings
        self.thing = draw.choice(choice.things)
        self.other = draw.choice([thing for thing in choice.others if thing != self.thing])
        self.buyer = self.somebody = draw.choice(choice.people)
        while self.somebody.called == self.buyer.called:
            self.somebody = draw.choice(grammar.apart(self.buyer.group))
        self.fillers: dict[str, list[str]] = {}
        for at, gap in enumerate(sorted(choice.gaps)):  # "between" takes its share, and the last takes what is left
            share = clauses if at + 1 == len(choice.gaps) else draw.randint(0, clauses)
            there = grammar.fillers[gap]
            self.fillers[gap] = draw.sample(there, min(share, len(there)))
            clauses -= share
        self.named = False
        """Whether a pronoun stands for who buys where a clause would name them."""

    def fill(self, parts: Template) -> str:
        """The text of a template."""
        return "".join(part if isinstance(part, str) else self.part(part) for part in parts)

    def part(self, part: Slot | Agreement) -> str:
        if isinstance(part, Agreement):
            return part.singular if self.buyer.group in ALONE else part.plural
        name, form = part
        whole = f"{name}.{form}" if form else name
        if name in ("need", "other", "implied"):
            return self.told(part)
        if whole in self.fillers:
            return (" " if self.grammar.language == "en" else "").join(self.fillers[whole])
        if whole in SPOKEN:
            return SPOKEN[whole][self.buyer.group in ("they", "we")]
        base, owned, _ = name.partition("'")
        if base in ("A", "B", "a", "b"):
            return self.person(base, "'s" if owned else form)
        if name in ("is", "was", "has", "does"):
            return PERSONS[self.buyer.group][name]
        return self.fill(self.draw.choice(self.grammar.lists[name]))

    def person(self, base: str, form: str) -> str:
        one = self.somebody if base in "Bb" else self.buyer
        if base in "ab" or (base == "A" and self.named):
            return PERSONS[one.group][form]
        return one.owns if form else one.called

    def told(self, part: Slot) -> str:
        """A wording of the need, or what happened; a wording of another need is always known to training."""
        thing = self.other if part.name == "other" else self.thing
        which: Wordings = "known" if part.name == "other" else self.wordings
        if part.name == "implied":
            found, later = self.draw.choice(self.grammar.implied[thing]), bool(part.form)
        else:
            line = self.draw.choice(self.grammar.wordings[which][thing, form_of(part)])
            found, later = template(line), part.form.endswith(".a")
        self.named, before = later, self.named
        text = self.fill(found)
        self.named = before
        return text


class Drawn(NamedTuple):
    """A sentence that stops before the thing."""

    text: str
    thing: str
    other: str
    """What the other need asks for, if the sentence has one."""


def drawn(grammar: Grammar, draw: Random, kind: str, wordings: Wordings = "known", clauses: int = 0) -> Drawn:
    """A sentence of a kind."""
    return filled(grammar, draw, draw.choice(grammar.choices(kind, wordings)), wordings, clauses)


def filled(grammar: Grammar, draw: Random, choice: Choice, wordings: Wordings = "known", clauses: int = 0) -> Drawn:
    """A sentence of one frame."""
    scene = _Scene(grammar, draw, choice, wordings, clauses)
    return Drawn(tidy(scene.fill(choice.frame), grammar.language), scene.thing, scene.other)


@lru_cache(maxsize=len(LANGUAGES))
def second_author(language: str) -> tuple[Grammar, dict[str, list[Choice]]]:
    """The frames of somebody who never saw those of training: by kind, each with its thing where it tells it itself.

    English ones are of one person; training never reads any.
    """
    own = grammar_of(language)
    people = tuple(one for one in own.people if one.group in ("she", "he", "A"))
    own = replace(own, people=people)
    found: dict[str, list[Choice]] = {}
    for row in json.loads((ASSETS / "errands" / language / "second.json").read_text("utf-8")):
        line = row["text"].replace("{a_}", "{a.obj}").replace("{b_}", "{b.obj}")
        found.setdefault(row["kind"], []).append(Choice.of(own, template(line), thing=row["thing"] or ""))
    return own, found


def tidy(text: str, language: str) -> str:
    """With the blanks and commas that writing has, and English capitals where sentences begin."""
    text = re.sub(r"\s+", " ", text).strip()
    if language == "ja":
        return re.sub(r"、(?=[、。！？」])", "", text)
    text = re.sub(r" (?=[,.;:!?])", "", text)
    text = re.sub(r",(?=[,.;:!?])|(?<=[.!?;:]),|^,", "", text).strip()
    return re.sub(r"(^\W*|[.!?] \"?|\.\" )([a-z])", lambda found: found[1] + found[2].upper(), text)


def telling(told: Told, language: str) -> dict[str, dict[int, str]]:
    """For each thing the words that tell its need and no other, in wordings of few words: row in the table -> the first
    wording it stands in. The need's name, the first wording of all, is left aside."""
    rows = {line: _rows(line, language) for lines in told.values() for line in lines}
    tells: defaultdict[int, Counter[str]] = defaultdict(Counter)
    sizes: Counter[str] = Counter()
    names: dict[str, tuple[int, ...]] = {}
    for (thing, _), lines in told.items():
        names.setdefault(thing, rows[lines[0]])
        sizes[thing] += len(lines)
        for row in (row for line in lines for row in set(rows[line])):
            tells[row][thing] += 1
    found: dict[str, dict[int, str]] = {thing: {} for thing in names}
    for (thing, _), lines in told.items():
        for line in lines:
            short = len(rows[line]) <= FEW[language] and "{" not in line
            for row in rows[line] if short else ():
                seldom = len(tells[row]) == 1 and tells[row][thing] <= SELDOM * sizes[thing]
                if row and seldom and row not in names[thing]:
                    found[thing].setdefault(row, line)
    return found


def held_out(words: Mapping[str, Mapping[int, str]]) -> dict[str, frozenset[int]]:
    """Of the words that tell a need those that training never sees: every fifth in the order of the alphabet."""
    return {thing: frozenset(sorted(rows, key=rows.__getitem__)[FIFTH - 1 :: FIFTH]) for thing, rows in words.items()}


@lru_cache(maxsize=1 << 14)
def _rows(line: str, language: str) -> tuple[int, ...]:
    """The row of every word of an entry, with those of its agreements."""
    text = _PART.sub(lambda part: f" {part[3] or ''} {part[4] or ''} ", line)
    return tuple(vocabulary(language).index(token) for token in tokenize(text))


@lru_cache(maxsize=len(LANGUAGES))
def grammar_of(language: str) -> Grammar:
    """The language of errands in English or Japanese, read from its files."""
    folder = ASSETS / "errands" / language
    files = {file: sections((folder / f"{file}.txt").read_text("utf-8")) for file in FILES}
    told = {(thing, form): lines for at, lines in files["needs"].items() for thing, form in [at.split(".")]}
    words = telling(told, language)
    never = held_out(words)
    hidden = frozenset().union(*never.values())

    def known(lines: Iterable[str]) -> tuple[str, ...]:
        """Those in which no word stands that training never sees."""
        return tuple(line for line in lines if hidden.isdisjoint(_rows(line, language)))

    def templates(file: str) -> dict[str, tuple[Template, ...]]:
        return {name: tuple(map(template, known(lines))) for name, lines in files[file].items()}

    def unseen(thing: str, lines: Iterable[str]) -> tuple[str, ...]:
        return tuple(line for line in lines if not never[thing].isdisjoint(_rows(line, language)))

    people = [Person(name, group) for group, lines in files["people"].items() for name in known(lines)]
    return Grammar(
        language,
        templates("frames"),
        {
            "known": {at: kept for at, lines in told.items() if (kept := known(lines))},
            "held_out": {at: kept for at, lines in told.items() if (kept := unseen(at[0], lines))},
        },
        {thing: tuple(sorted(rows)) for thing, rows in words.items()},
        never,
        templates("implied"),
        templates("lists"),
        {gap: known(lines) for gap, lines in files["fillers"].items()},
        tuple(one for one in people if one.group != "B"),
        tuple(one for one in people if one.group in (*ALONE, "B")),
    )
