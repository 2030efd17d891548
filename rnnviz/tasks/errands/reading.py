"""Reading sentences of errands, or any others: what is needed, where clauses fit in, where they can end."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from rnnviz.tasks.errands.lexicon import ADVERBS, FILLERS, GO, NEEDS, PLACES, TOKENS
from rnnviz.tasks.errands.meaning import Mention, meaning
from rnnviz.text import normal

FILLER_TOKENS = tuple(filler.split() for filler in FILLERS)
ADVERB_TOKENS = tuple(adverb.split() for adverb in ADVERBS)
PUNCTUATION = frozenset(".,;:!?)\"'")

_WITHOUT_COMMAS = tuple([word for word in filler if word != ","] for filler in (*FILLER_TOKENS, *ADVERB_TOKENS))
_BY_LAST_WORD = {c[-1]: [d for d in _WITHOUT_COMMAS if d[-1] == c[-1]] for c in _WITHOUT_COMMAS}
_STARTS = frozenset(clause[0] for clause in _WITHOUT_COMMAS)
_PLACE_ENDS = frozenset(place.split()[-1] for place in PLACES)
_LANGUAGE = frozenset(TOKENS)


def need_of(tokens: Sequence[str]) -> str | None:
    """The thing that a sentence asks for; None if it states no need, or it is not sure which (`meaning` says why)."""
    return meaning(tuple(tokens)).thing


def need_at(tokens: Sequence[str]) -> int | None:
    """The token with which that need is stated."""
    found = meaning(tuple(tokens))
    return found.need.end if found.need and found.thing else None


def exchanged(tokens: tuple[str, ...], need: Mention) -> tuple[tuple[str, ...], str, str] | None:
    """The sentence with another need's wording in the place of this one, that wording, and what answers it.

    It is the next need in the order of `NEEDS` with a known wording of one word and of the same part of speech. None
    where the need is told in other words than the language of errands has.
    """
    wording = " ".join(normal(token) for token in tokens[need.start : need.end + 1])
    order = list(NEEDS.values())
    for at, own in enumerate(order):
        for kind in ("adjectives", "nouns", "verbs"):
            if wording in getattr(own, kind):
                others = (*order[at + 1 :], *order[:at])
                usual = (
                    (w, one) for one in others for w in getattr(one, kind) if " " not in w and w not in one.held_out
                )
                word, other = next(usual)
                word = word.capitalize() if tokens[need.start][:1].isupper() else word
                return (*tokens[: need.start], word, *tokens[need.end + 1 :]), word, other.thing
    return None


def chain(fillers: Sequence[Sequence[str]]) -> list[str]:
    """Fillers one after the other, with one comma where two would meet."""
    tokens: list[str] = []
    for filler in fillers:
        tokens += filler[1:] if filler[0] == "," and tokens[-1:] == [","] else filler
    return tokens


def stretch(tokens: Sequence[str], words: int, seed: int = 0) -> tuple[str, ...]:
    """The sentence with clauses of exactly `words` words put in (commas not counted).

    They go after the last verb of going that follows the need, if a clause can follow it there; else
    before the last "to the", "to a" or "to buy"; else at the end, before its punctuation. The seed
    chooses the clauses. More words keep the clauses of fewer, all but the last, which makes the count
    exact. No words, or a sentence without tokens: nothing changes.
    """
    if words <= 0 or not tokens:
        return tuple(tokens)
    order = [FILLER_TOKENS[at] for at in np.random.default_rng(seed).permutation(len(FILLERS))]
    chosen: list[list[str]] = []
    left = words
    while (size := _length(filler := order[len(chosen) % len(order)])) <= left:
        chosen.append(filler)
        left -= size
    if left:
        place = len(chosen) % len(order)
        unused = (*order[place:], *order[:place], *ADVERB_TOKENS)
        chosen.append(next(filler for filler in unused if _length(filler) == left))
    gap = _gap(tokens)
    before, added, after = tokens[:gap], chain(chosen), tokens[gap:]
    if added[0] == "," and (not before or before[-1] == ","):
        added = added[1:]
    if added[-1] == "," and (not after or after[0] in PUNCTUATION):
        added = added[:-1]
    return (*before, *added, *after)


def _length(filler: Sequence[str]) -> int:
    """The number of words, commas not counted."""
    return sum(word != "," for word in filler)


def _gap(tokens: Sequence[str]) -> int:
    """Where clauses can be put into a sentence: the number of tokens before them."""
    words = [normal(token) for token in tokens]
    end = len(words)
    while end and words[end - 1] in PUNCTUATION:
        end -= 1
    pairs = list(pairwise(words))
    buy = max((at for at, pair in enumerate(pairs) if pair == ("to", "buy")), default=end)
    named = meaning(tuple(tokens)).named
    for at in reversed(range(named.end if named else 0, buy)):
        following = words[at + 1] if at + 1 < len(words) else "."
        if words[at] in GO and following in _STARTS | PUNCTUATION | {"to"}:
            return at + 1
    goals = [at for at, (a, b) in enumerate(pairs[:buy]) if a == "to" and b in ("the", "a", "an")]
    return goals[-1] if goals else buy


@lru_cache(maxsize=4)
def _normal(tokens: tuple[str, ...]) -> list[str]:
    return [normal(token) for token in tokens]


def can_end(tokens: Sequence[str], at: int) -> bool:
    """Whether English lets a sentence that stops after token `at` go on with "to buy ..." (or, where it
    stops after "to" or "to buy", with what is missing of that).

    It does after a place, a verb of going or a whole clause, until something is bought; it does not
    after "the", "nearest", a comma or a name. Of a word from outside the language of errands we cannot
    tell what part of speech it is; it counts as the end of a phrase if it is not the sentence's first
    word and the next begins another phrase ("the bakery past ...", "the bakery to ...") or is missing.
    """
    words = _normal(tuple(tokens))
    seen = words[: at + 1]
    if seen[-2:] == ["to", "buy"]:
        seen = seen[:-2]
    elif seen[-1] == "to":
        seen = seen[:-1]
    if not seen or "buy" in seen:
        return False
    if seen[-1] in _PLACE_ENDS or seen[-1] in GO or any(seen[-len(c) :] == c for c in _BY_LAST_WORD.get(seen[-1], ())):
        return True
    following = words[len(seen)] if len(seen) < len(words) else "to"
    foreign = seen[-1].isalpha() and seen[-1] not in _LANGUAGE
    return foreign and len(seen) > 1 and following in _STARTS | {"to"}
