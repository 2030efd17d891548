"""What the sentences of training held: read off the files that they are made of, so that a page can say what a network
has never met. `tests/tasks/test_met.py` compares this with sentences as they are drawn."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from rnnviz.shipped import ASSETS
from rnnviz.tasks.errands import english
from rnnviz.tasks.errands.claims import Mention
from rnnviz.tasks.errands.clues import compiled
from rnnviz.tasks.errands.grammar import LANGUAGES, PERSONS, SPOKEN, Agreement, Grammar, Slot, grammar_of, template
from rnnviz.tasks.errands.japanese import NEGATED
from rnnviz.tasks.errands.sentences import output_words
from rnnviz.tasks.errands.wordings import pattern, told
from rnnviz.text import form, japanese, join, language_of, normal, tokenize


class Record(NamedTuple):
    """What training had in a language."""

    words: frozenset[str]
    """Every word."""
    wordings: frozenset[str]
    """Every way in which a need was worded: in English as its words with blanks between them, in Japanese as text, and
    what happened without its last character."""
    clauses: dict[str, list[str]]
    """In English every way in which what happened told a need, as a regular expression over its words with blanks
    between them, by a word that stands in all that it matches; by "" where there is none."""
    before: frozenset[str]
    """Every word that stood before a need in some sentence: read from a file, for to find them takes seconds."""
    most: int
    """The most needs that one sentence named."""


@lru_cache
def record(language: str) -> Record:
    """Of all frames, however they are filled."""
    grammar = grammar_of(language)
    frames = [frame for frames in grammar.frames.values() for frame in frames]
    most = max(len({part.name for part in frame if isinstance(part, Slot) and part.name in NEEDS}) for frame in frames)
    before = (ASSETS / "errands" / language / "before.txt").read_text("utf-8").split()
    lines = [line for lines in grammar.wordings["known"].values() for line in lines]
    kept = {part for parts in grammar.implied.values() for part in parts}
    happened = [one for (_, form), rows in told(language).items() if form == "implied" for one in rows]
    clauses = [line for line in lines if "{" in line] + [line for line in happened if template(line) in kept]
    shapes: dict[str, list[str]] = {}
    if language == "ja":  # by characters, since words are parted otherwise beside others; and た is not looked for
        wordings = frozenset([*lines, *(line[:-1] for line in clauses)])
    else:
        for key, shape in map(pattern, clauses):
            shapes.setdefault(key, []).append(shape)
        wordings = frozenset(_key(line) for line in lines if "{" not in line)
    return Record(frozenset(output_words(language)), wordings, shapes, frozenset(before), most)


def ready() -> None:
    """Read what takes long, so that no sentence has to wait for it."""
    for language in LANGUAGES:
        record(language)
    japanese.give_back()


NEEDS = ("need", "other", "implied")
"""The slots that tell a need."""


def before_needs(language: str) -> set[str]:
    """Every word that can stand before a need, however a frame is filled (`python -m scripts.words` writes them)."""
    grammar = grammar_of(language)
    parts: set[str | Slot | Agreement] = set()
    for frame in (frame for frames in grammar.frames.values() for frame in frames):
        places = [at for at, part in enumerate(frame) if isinstance(part, Slot) and part.name in NEEDS]
        parts.update(frame[: max(places, default=0)])
    return _Spoken(grammar).words(parts)


def _key(line: str) -> str:
    return " ".join(normal(token) for token in tokenize(line))


class _Spoken:
    """The words that a part of a frame can become."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self.found: dict[Slot, frozenset[str]] = {}

    def words(self, parts: Iterable[str | Slot | Agreement]) -> set[str]:
        """Of all these parts."""
        found: set[str] = set()
        for part in parts:
            if isinstance(part, str):
                found |= _of([part])
            elif isinstance(part, Agreement):
                found |= _of(part)
            else:
                found |= self.slot(part)
        return found

    def slot(self, slot: Slot) -> frozenset[str]:
        """Of whatever can fill a slot."""
        if slot not in self.found:
            self.found[slot] = frozenset()  # a list can hold itself
            self.found[slot] = frozenset(self._filled(slot))
        return self.found[slot]

    def _filled(self, slot: Slot) -> set[str]:
        name, form = slot
        grammar, whole = self.grammar, f"{name}.{form}" if form else name
        if name == "implied":
            return {word for lines in grammar.implied.values() for line in lines for word in self.words(line)}
        if name in NEEDS:
            wanted = form.partition(".")[0]
            return _of(line for (_, at), lines in grammar.wordings["known"].items() if at == wanted for line in lines)
        if whole in grammar.fillers:
            return _of(grammar.fillers[whole])
        if whole in SPOKEN:
            return _of(SPOKEN[whole])
        base = name.partition("'")[0]
        if base in ("A", "B", "a", "b"):
            called = {one.called for one in (*grammar.people, *grammar.others)} | {one.owns for one in grammar.people}
            return _of(called) | _of(word for forms in PERSONS.values() for word in forms.values())
        if name in ("is", "was", "has", "does"):
            return _of(forms[name] for forms in PERSONS.values())
        return {word for line in grammar.lists[name] for word in self.words(line)}


def _of(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _words(text)}


@lru_cache(maxsize=1 << 13)
def _words(text: str) -> frozenset[str]:
    return frozenset(map(normal, tokenize(text)))


Unmet = Literal["wording", "before", "two", "met"]


def unmet(tokens: Sequence[str], need: Mention, named: Sequence[Mention]) -> tuple[Unmet, str]:
    """The first thing about a need that no sentence of training had, and the words in question.

    `named`: all needs that the sentence names. "two": more of them than any sentence of training named. "met": training
    had its wording, and every word before it before a need.
    """
    had = record(language_of(tokens))
    words = [normal(token) for token in tokens]
    wording = tokens[need.start : need.end + 1]
    language = language_of(tokens)
    foreign = language == "ja" and not had.words.issuperset(form(token, language) for token in wording)
    if foreign or not worded(wording, had, language):
        return "wording", phrase(tokens, need)
    if len({one.thing for one in named}) > had.most:
        return "two", ""
    strange = next((at for at in range(need.start) if words[at] not in had.before), None)
    return ("before", whole(tokens, strange)) if strange is not None else ("met", "")


def worded(tokens: Sequence[str], had: Record, language: str) -> bool:
    """Whether training worded a need so; in Japanese whether it is a wording of training but for their endings."""
    if language == "ja":
        text = "".join(tokens)
        return any(one in text or one.startswith(text) for one in had.wordings)
    words = [normal(token) for token in tokens]
    wording = " ".join(words)
    shapes = (shape for key in ("", *words) for shape in had.clauses.get(key, ()))
    return wording in had.wordings or any(compiled(shape).fullmatch(wording) for shape in shapes)


def whole(tokens: Sequence[str], at: int) -> str:
    """The word that a token belongs to, as a reader sees it: "isn't" for its "n't"."""
    return join(tuple(tokens[_begins(tokens, at) : at + 1]))


def phrase(tokens: Sequence[str], need: Mention) -> str:
    """The words of a need, as a reader sees them: "I'm freezing" for "'m freezing"."""
    return join(tuple(tokens[_begins(tokens, need.start) : need.end + 1]))


def _begins(tokens: Sequence[str], at: int) -> int:
    clitic = normal(tokens[at]) == "n't" or (tokens[at][:1] in "'’" and tokens[at][1:].isalpha())
    return at - 1 if at and clitic else at


def negated(tokens: Sequence[str], need: Mention) -> tuple[str, str, str]:
    """A denied need as it stands ("isn't starving"), without its negation ("starving"), and the negation ("isn't"), if
    that stands before the need."""
    if language_of(tokens) == "ja":
        return _negated_in_japanese(tokens, need)
    words = [normal(token) for token in tokens]
    bare = join(tuple(tokens[need.start : need.end + 1]))
    if after := english.DENIED_AFTER.match(" ".join(["", *words[need.end + 1 :]])):
        return join(tuple(tokens[need.start : need.end + 1 + after[0].count(" ")])), bare, ""
    before = words[: need.start]
    if far := english.FAR.search(" ".join(before)):
        start = need.start - len(far[0].split())
        return join(tuple(tokens[start : need.end + 1])), bare, tokens[start]
    at = max((at for at, word in enumerate(before) if word in english.NOT), default=need.start)
    start = at - 1 if before[at : at + 1] == ["n't"] or before[at : at + 2] == ["no", "means"] else at
    return join(tuple(tokens[start : need.end + 1])), bare, whole(tokens, at)


def never_before(word: str) -> bool:
    """Whether no sentence of training had an English word before a need."""
    return not {normal(token) for token in tokenize(word)} <= record("en").before


_NEGATIONS = {
    "ていません": "ています",
    "てはいない": "ている",
    "ていない": "ている",
    "くありません": "いです",
    "くない": "い",
    "ではありません": "です",
    "ではない": "だ",
    "じゃない": "だ",
    "いません": "います",
    "いない": "いる",
}
"""Japanese negative endings, and the same not negated."""


def _negated_in_japanese(tokens: Sequence[str], need: Mention) -> tuple[str, str, str]:
    whole = "".join(tokens[need.start : need.end + 1])
    for ending, plain in _NEGATIONS.items():
        if whole.endswith(ending):
            return whole, whole.removesuffix(ending) + plain, ""
    following = NEGATED.match("".join(tokens[need.end + 1 :]))
    return whole + (following[0] if following else ""), whole, ""
