"""Reading sentences of errands, or any others: what is needed, where clauses fit in, where they can end."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from rnnviz.tasks.errands import english
from rnnviz.tasks.errands.claims import Mention
from rnnviz.tasks.errands.grammar import Agreement, Template, grammar_of
from rnnviz.tasks.errands.meaning import meaning
from rnnviz.tasks.errands.quoted import spans
from rnnviz.tasks.errands.wordings import needs
from rnnviz.text import begun, join, language_of, normal, tokenize

PUNCTUATION = frozenset(".,;:!?)\"'”»、。！？」』")
ENDS = frozenset(".!?。！？")
FORMS = {"adjective": ("adj", "grad"), "noun": ("noun",), "verb": ("verb",)}
"""Forms of `needs.txt` by English parts of speech."""


class _Fillers(NamedTuple):
    """What can be put in between in a language, as tokens."""

    clauses: tuple[tuple[str, ...], ...]
    sentences: tuple[tuple[str, ...], ...]
    past: tuple[tuple[str, ...], ...]
    short: tuple[tuple[str, ...], ...]
    """Clauses of one and two words; then the sentences."""
    short_sentences: tuple[tuple[str, ...], ...]


@lru_cache
def _fillers(language: str) -> _Fillers:
    lines = grammar_of(language).fillers
    gaps = ("between", "sentences", "sentences.past", "between.short", "sentences.short")
    return _Fillers(*(tuple(tokenize(line) for line in lines.get(gap, lines["sentences"])) for gap in gaps))


class _Ends(NamedTuple):
    """What tells where an English clause ends."""

    places: frozenset[str]
    """The last words of places."""
    clauses: dict[str, list[list[str]]]
    """What can be put in between, without commas, by the last word."""
    firsts: frozenset[str]
    """The first words of these."""


@lru_cache
def _ends() -> _Ends:
    fillers = (*_fillers("en").clauses, *_fillers("en").short)
    clauses = [[normal(token) for token in one if token != ","] for one in fillers]
    by_last: dict[str, list[list[str]]] = {}
    for clause in clauses:
        by_last.setdefault(clause[-1], []).append(clause)
    places = frozenset(_last(place) for place in grammar_of("en").lists["place"])
    return _Ends(places, by_last, frozenset(clause[0] for clause in clauses))


def _last(place: Template) -> str:
    """The last word of a template that ends in words."""
    text = place[-1] if isinstance(place[-1], str) else ""
    return normal((tokenize(text) or ("",))[-1])


@lru_cache
def _going() -> frozenset[str]:
    """English verbs of going: the first word of each."""
    go = [part for line in grammar_of("en").lists["go"] for part in line if isinstance(part, Agreement)]
    return english.GO | {normal(part.singular.split()[0]) for part in go}


def need_of(tokens: Sequence[str]) -> str | None:
    """The thing that a sentence asks for; None if it states no need, or it is not sure which (`meaning` says why)."""
    return meaning(tuple(tokens)).thing


def need_at(tokens: Sequence[str]) -> int | None:
    """The token with which that need is stated."""
    found = meaning(tuple(tokens))
    return found.need.end if found.need and found.thing else None


def exchanged(tokens: tuple[str, ...], need: Mention) -> tuple[tuple[str, ...], str, str] | None:
    """The sentence with another need's wording in the place of this one, that wording, and what answers it.

    It is the next need in the order of `needs.txt` with a wording of the same form that training knows (in English of
    one word). None where the need is told by what happened, or in words that the language of errands lacks.
    """
    language = language_of(tokens)
    known = grammar_of(language).wordings["known"]
    own = tokens[need.start : need.end + 1]
    wording = "".join(own) if language == "ja" else join(own).lower()
    order = [one.thing for one in needs(language).values()]
    at = order.index(need.thing)
    for form in FORMS.get(need.kind, (need.kind,)):
        if wording not in map(str.lower, needs_told(language, need.thing, form)):
            continue
        for thing in (*order[at + 1 :], *order[:at]):
            usual = [one for one in known.get((thing, form), ()) if language == "ja" or one.isalpha()]
            if usual:
                word = usual[0].capitalize() if tokens[need.start][:1].isupper() else usual[0]
                return (*tokens[: need.start], *tokenize(word), *tokens[need.end + 1 :]), word, thing
    return None


def needs_told(language: str, thing: str, form: str) -> tuple[str, ...]:
    """All wordings of a need in a form."""
    grammar = grammar_of(language)
    return tuple(one for which in grammar.wordings.values() for one in which.get((thing, form), ()))


def chain(fillers: Sequence[Sequence[str]]) -> list[str]:
    """Fillers one after the other, with one comma where two would meet."""
    tokens: list[str] = []
    for filler in fillers:
        tokens += filler[1:] if filler[0] == "," and tokens[-1:] == [","] else filler
    return tokens


def stretch(tokens: Sequence[str], words: int, seed: int = 0) -> tuple[str, ...]:
    """The sentence with exactly `words` more words in between (marks not counted).

    Where the need stands in an earlier sentence, these are whole sentences and follow it. Else they are clauses: in
    English after the last verb of going that follows the need, if a clause can follow it there, or before the last "to
    the", "to a" or "to buy"; in Japanese after the last は, が or mark that follows the need, before the place; if
    there is none, at the end, before its mark. The seed chooses them. More words keep the fillers of fewer, all but
    the last ones, which make the count exact. No words, or a sentence without tokens: nothing changes.
    """
    if words <= 0 or not tokens:
        return tuple(tokens)
    language = language_of(tokens)
    known, after = _fillers(language), _sentence_after(tokens)
    whole = known.past if english.TOLD_PAST & set(map(normal, tokens[after or 0 :])) else known.sentences
    among, short = (known.clauses, known.short) if after is None else (whole, known.short_sentences)
    gap = after if after is not None else _gap(tokens) if language == "en" else _japanese_gap(tokens)
    before, added, rest = tokens[:gap], chain(_chosen(among, short, words, seed)), tokens[gap:]
    if not added:
        return tuple(tokens)
    if added[0] == "," and (not before or before[-1] == ","):
        added = added[1:]
    if added[-1] in (",", "、") and (not rest or rest[0] in PUNCTUATION):
        added = added[:-1]
    return (*before, *added, *rest)


def _chosen(
    among: Sequence[tuple[str, ...]], short: Sequence[tuple[str, ...]], words: int, seed: int
) -> list[tuple[str, ...]]:
    """Fillers of so many words together: in the order that the seed chooses, then what makes the count exact."""
    order = [among[at] for at in np.random.default_rng(seed).permutation(len(among))]
    chosen: list[tuple[str, ...]] = []
    while (size := _length(filler := order[len(chosen) % len(order)])) <= words:
        chosen.append(filler)
        words -= size
    place = len(chosen) % len(order)
    unused = [*order[place:], *order[:place], *short]
    while words:
        best = max((one for one in unused if _length(one) <= words), key=_length, default=None)
        if best is None:  # no word is so short
            break
        chosen.append(best)
        unused.remove(best)
        words -= _length(best)
    return chosen


def _length(filler: Sequence[str]) -> int:
    """The number of words, marks not counted."""
    return sum(word not in PUNCTUATION for word in filler)


def _sentence_after(tokens: Sequence[str]) -> int | None:
    """Where whole sentences fit: after the sentence with the need, if another one follows it."""
    found = meaning(tuple(tokens))
    named = found.need or found.denied
    if named is None:
        return None
    end = next((at for at in range(named.end, len(tokens) - 1) if tokens[at] in ENDS), None)
    if end is None or all(token in PUNCTUATION for token in tokens[end + 1 :]):
        return None
    inside = any(opens < end < closes for opens, closes in spans(tokens))
    buying = tokens[end + 1].startswith("買") or "".join(tokens[end + 1 :]).startswith("買")
    return None if inside or buying else end + 1


def _told(tokens: Sequence[str]) -> int:
    """The last token of the need, and of a denied one; -1 where none is named."""
    found = meaning(tuple(tokens))
    return max((one.end for one in (found.need, found.denied) if one), default=-1)


def _japanese_gap(tokens: Sequence[str]) -> int:
    """The place for clauses in Japanese: the number of tokens before them."""
    words = list(tokens)
    buy = max((at for at, word in enumerate(words) if word.startswith("買")), default=len(words))
    for at in reversed(range(_told(tokens) + 1, buy - 1)):
        if words[at] in ("は", "が", "、", "。", "！", "？") and words[at + 1] not in PUNCTUATION:
            return at + 1
    return buy - (buy == len(words) and words[-1] in PUNCTUATION)


def _gap(tokens: Sequence[str]) -> int:
    """Where clauses can be put into an English sentence: the number of tokens before them."""
    words = [normal(token) for token in tokens]
    end = len(words)
    while end and words[end - 1] in PUNCTUATION:
        end -= 1
    pairs = list(pairwise(words))
    buy = max((at for at, pair in enumerate(pairs) if pair == ("to", "buy")), default=end)
    first, firsts = max(_told(tokens), 0), _ends().firsts
    for at in reversed(range(first, buy)):
        following = words[at + 1] if at + 1 < len(words) else "."
        if words[at] in _going() and following in firsts | PUNCTUATION | {"to"}:
            return at + 1
    goals = [at for at, (a, b) in enumerate(pairs[:buy]) if at > first and a == "to" and b in ("the", "a", "an")]
    if not goals and words[buy - 2 : buy - 1] == ["and"] and buy - 2 > first:  # "he is tired and wants to buy"
        return buy - 2
    return goals[-1] if goals else buy


@lru_cache(maxsize=4)
def _normal(tokens: tuple[str, ...]) -> list[str]:
    return [normal(token) for token in tokens]


def can_end(tokens: Sequence[str], at: int) -> bool:
    """Whether a sentence that stops after token `at` asks for a thing, has begun to ("to"), or can go on with "to buy";
    in Japanese with 買うのは.

    In English it can after a place, a verb of going or a whole clause, until something is bought; it cannot after
    "the", "nearest", a comma or a name. Of a word from outside the language of errands we cannot tell what part of
    speech it is; it counts as the end of a phrase if it is not the sentence's first word and the next begins another
    phrase ("the bakery past ...", "the bakery to ...") or is missing. In Japanese it can after a clause that goes on
    (て, で and what follows them), and after a sentence.
    """
    language = language_of(tokens)
    if begun(tokens[: at + 1], language):
        return True
    if language == "ja":
        return _japanese_can_end(tokens, at)
    words = _normal(tuple(tokens))
    seen = words[: at + 1]
    if "buy" in seen:
        return False
    places, clauses, firsts = _ends()
    if seen[-1] in places | _going() or any(seen[-len(one) :] == one for one in clauses.get(seen[-1], ())):
        return True
    following = words[len(seen)] if len(seen) < len(words) else "to"
    foreign = seen[-1].isalpha() and seen[-1] not in _known()
    return foreign and len(seen) > 1 and following in firsts | {"to"}


@lru_cache
def _known() -> frozenset[str]:
    """Every word that training's sentences hold, and those of wordings held out from it."""
    from rnnviz.tasks.errands.sentences import output_words

    return frozenset(output_words("en"))


def _japanese_can_end(tokens: Sequence[str], at: int) -> bool:
    seen = "".join(tokens[: at + 1])
    return "買" not in seen and seen.rstrip("、").endswith(("て", "で", "。", "!", "?"))
