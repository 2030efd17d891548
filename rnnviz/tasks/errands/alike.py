"""Words of the same kind: what else could stand in a word's place, as far as the language of errands knows it."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from rnnviz.tasks.errands.claims import Mention
from rnnviz.tasks.errands.grammar import Agreement, Template, grammar_of
from rnnviz.tasks.errands.meaning import meaning, mentions
from rnnviz.tasks.errands.names import NAMES
from rnnviz.tasks.errands.reading import FORMS, needs_told
from rnnviz.tasks.errands.sentences import output_words
from rnnviz.tasks.errands.wordings import needs
from rnnviz.text import language_of, nearest, normal, tokenize

MOST = 9
"""Words that are offered for one: as many as there are other needs."""
WIDEST = 6
"""Words of a place or a clause that is looked up as a whole."""
Words = Iterator[str]


def alike(tokens: tuple[str, ...]) -> list[tuple[str, ...]]:
    """For each token at most `MOST` others of one token: where it states a need, another need; for a name another name,
    those of the sentence first; for a word of a place, a clause or a verb of going, what makes another one of these;
    else words of training whose vectors are most like its own, none of which words a need.
    """
    language, named = language_of(tokens), mentions(tokens)
    return [tuple(_alike(tokens, at, language, named)) for at in range(len(tokens))]


def filler(tokens: tuple[str, ...], offered: Sequence[Sequence[str]]) -> tuple[int, str] | None:
    """A word that says nothing of a need, and another in its place, after which the sentence asks for the same: the
    first after the need that makes another place, clause or going, else any. `offered`: what `alike` gives.
    """
    language, told, named = language_of(tokens), meaning(tokens), mentions(tokens)
    first = told.named.end + 1 if told.named else 0
    states = {at for one in named for at in range(one.start, one.end + 1)}
    plain = [at for at in (*range(first, len(tokens)), *range(first)) if at not in states and tokens[at].isalpha()]
    plain = [at for at in plain if offered[at] and normal(tokens[at]) not in _people(language)]
    listed = [at for at in plain if offered[at][0] in _in_lists(tokens, at, language)]
    for at in listed or plain:
        word = offered[at][0]
        other = meaning((*tokens[:at], word, *tokens[at + 1 :]))
        if (other.says, other.thing) == (told.says, told.thing):
            return at, word
    return None


def _alike(tokens: tuple[str, ...], at: int, language: str, named: Sequence[Mention]) -> list[str]:
    """Those of the first kind of which there are any, each once."""
    need = next((one for one in named if one.start <= at <= one.end), None)
    kinds = (_needs(tokens, at, language, need), _names(tokens, at, language), _in_lists(tokens, at, language))
    for kind in (*kinds, _near(tokens[at], language)):
        fitting = (word for word in kind if _fits(word, language) and normal(word) != normal(tokens[at]))
        if found := list(islice(dict.fromkeys(islice(fitting, 4 * MOST)), MOST)):
            return [word.capitalize() if tokens[at][:1].isupper() and word.islower() else word for word in found]
    return []


@lru_cache(maxsize=1 << 12)
def _fits(word: str, language: str) -> bool:
    """Whether it is one token, of this language."""
    return tokenize(word) == (word,) and (language_of(word) == language or word.isascii())


def _needs(tokens: tuple[str, ...], at: int, language: str, need: Mention | None) -> Words:
    """The words that make of a need's wording another need's, the next needs first; of "feeling cold", of "cold"."""
    spans = [] if need is None else [(s, e) for s in range(need.start, at + 1) for e in range(need.end, at - 1, -1)]
    order = [one.thing for one in needs(language).values()]
    forms = dict.fromkeys(form for _, form in grammar_of(language).wordings["known"])
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        assert need
        text, place = _text(tokens[start : end + 1], language), order.index(need.thing)
        for form in dict.fromkeys((*FORMS.get(need.kind, (need.kind,)), *forms)):
            if text in map(str.lower, needs_told(language, need.thing, form)):
                for thing in (*order[place + 1 :], *order[:place]):
                    others = _in_place(tokens, start, at, end + 1, needs_told(language, thing, form))
                    yield from islice((word for word in others if _fits(word, language)), 1)


def _names(tokens: tuple[str, ...], at: int, language: str) -> Words:
    """The other people of the sentence; then who goes by the same pronoun."""
    people = _people(language)
    group = people.get(normal(tokens[at]))
    if group is not None:
        yield from (token for token in tokens if normal(token) in people)
        yield from (one.called for one in grammar_of(language).people if one.group == group)


@lru_cache
def _people(language: str) -> dict[str, str]:
    """Names of one word, by the pronoun's group; in Japanese whoever is called by one word."""
    told = {normal(one.called): one.group for one in grammar_of(language).people if not one.called.islower()}
    told = {name: group for name, group in told.items() if " " not in name and name != "i"}
    return (NAMES if language == "en" else {}) | told


def _in_lists(tokens: tuple[str, ...], at: int, language: str) -> Words:
    """What makes another entry of the longest entry of a list that a word stands in."""
    words = [token if language == "ja" else normal(token) for token in tokens]
    lists, blank = _lists(language), _blank(language)
    for width in range(WIDEST, 0, -1):
        for start in range(max(0, at - width + 1), min(at, len(tokens) - width) + 1):
            for lines in lists.get(blank.join(words[start : start + width]), ()):
                yield from _in_place(tokens, start, at, start + width, lines)


def _in_place(tokens: tuple[str, ...], start: int, at: int, end: int, lines: Iterable[str]) -> Words:
    """What stands at `at` in those lines that are else the tokens from `start` to `end`."""
    language = language_of(tokens)
    before, after = _text(tokens[start:at], language), _text(tokens[at + 1 : end], language)
    before, after = before and before + _blank(language), after and _blank(language) + after
    for line in lines:
        low = line.lower()
        if len(low) > len(before) + len(after) and low.startswith(before) and low.endswith(after):
            yield line[len(before) : len(line) - len(after)]


def _text(tokens: Sequence[str], language: str) -> str:
    """As it stands in the files, in lower case."""
    return _blank(language).join(token if language == "ja" else normal(token) for token in tokens)


def _blank(language: str) -> str:
    return "" if language == "ja" else " "


@lru_cache
def _lists(language: str) -> dict[str, list[tuple[str, ...]]]:
    """Of places, verbs of going, fillers …: all entries of its list, by each entry. A verb has a list for each of its
    two persons."""
    grammar = grammar_of(language)
    found = [tuple(_filled(one, which)) for one in grammar.lists.values() for which in (0, 1)]
    found += [tuple(line.strip(" ,.、。") for line in lines) for lines in grammar.fillers.values()]
    by_entry: dict[str, list[tuple[str, ...]]] = {}
    for lines in dict.fromkeys(found):
        for line in lines:
            by_entry.setdefault(line.lower(), []).append(lines)
    return by_entry


def _filled(templates: Sequence[Template], which: int) -> Words:
    """Those entries that have no slot, in one of the two persons."""
    for parts in templates:
        told = [part if isinstance(part, str) else part[which] for part in parts if isinstance(part, str | Agreement)]
        if len(told) == len(parts):
            yield "".join(told)


def _near(token: str, language: str) -> Words:
    """The nearest words of the table that training had, and that word no need."""
    known, told = _known(language)
    yield from (word for word, _ in nearest(token, language) if word in known and word not in told)


@lru_cache
def _known(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """All words of training's sentences; the wordings of needs among them."""
    grammar = grammar_of(language)
    told = (line.lower() for which in grammar.wordings.values() for lines in which.values() for line in lines)
    return frozenset(output_words(language)), frozenset(told)
