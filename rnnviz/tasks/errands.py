"""The language of errands: somebody has a need, goes somewhere, and buys what answers it.

    Starving, Alice drives past the old bridge, while the birds sing, to the nearest store to buy food.

The need comes first, the thing last, any number of filler clauses in between: to name the thing, a
network must carry the need past them. All randomness comes from the NumPy generator that is passed in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy import ndarray

from rnnviz.tasks.errands_lexicon import (
    ADVERBS,
    FILLERS,
    GO,
    NEEDS,
    OPENINGS,
    PLACE_ADJECTIVES,
    PLACE_SUPERLATIVES,
    PLACES,
    PRONOUN,
    PROPER,
    Need,
)
from rnnviz.text import normal, vocabulary

Wordings = Literal["known", "held_out"]

THINGS: tuple[str, ...] = tuple(need.thing for need in NEEDS.values())
UNSTATED = 0.08
"""The share of sentences that state no need; their thing is drawn at random, so the best bet is spread."""
ANSWER_WEIGHT = 5.0
"""What the thing to buy weighs in the loss; every other token weighs 1."""
PADDING = -100
"""The target where a sentence has ended: what PyTorch's cross entropy ignores."""

EXAMPLES: tuple[str, ...] = (
    "Starving, Alice drives to the nearest store to buy",
    "Alice drives to the nearest store to buy",
    f"Feeling {NEEDS['thirsty'].held_out[0]}, Bob walks past the old bridge to the corner shop to buy",
    "Because Yuki is barefoot, she hurries over the little hill, while the birds sing, along the quiet river,"
    " after a chat with a neighbour, to the big market to buy",
    "Karl is in love. He cycles through the park, while the bells ring, to the village store to buy",
    "Maria is not hungry but thirsty. She runs to the small supermarket to buy",
)
"""One sentence each: a need, no need, a held-out wording, a long way, two sentences, a negation."""


def _pool(need: Need, wordings: Wordings) -> tuple[tuple[str, list[str]], ...]:
    """(part of speech, tokens) of each wording of a need, known or held out."""
    kinds = (("adjective", need.adjectives), ("noun", need.nouns), ("verb", need.verbs))
    return tuple(
        (kind, wording.split())
        for kind, group in kinds
        for wording in group
        if (wording in need.held_out) == (wordings == "held_out")
    )


POOLS: dict[Wordings, dict[str, tuple[tuple[str, list[str]], ...]]] = {
    which: {need.thing: _pool(need, which) for need in NEEDS.values()} for which in ("known", "held_out")
}
THING_OF: dict[str, str] = {w.split()[-1]: n.thing for n in NEEDS.values() for w in n.wordings}
"""The last word of every wording, known or held out -> the thing that answers it."""
_FILLERS = tuple(filler.split() for filler in FILLERS)
_ADVERBS = tuple(adverb.split() for adverb in ADVERBS)
_OPENINGS = {kind: tuple(opening.split() for opening in group) for kind, group in OPENINGS.items()}
_PLACES = tuple(place.split() for place in PLACES)
_NAMES = tuple(PRONOUN)


def _words_of(which: Wordings) -> set[str]:
    return {word for pool in POOLS[which].values() for _, wording in pool for word in wording}


def _language() -> tuple[str, ...]:
    """Every token a sentence with known wordings can hold, in alphabetical order."""
    frames = {word for group in _OPENINGS.values() for opening in group for word in opening} - {"N", "P", "W"}
    phrases = {word for phrase in (*_FILLERS, *_ADVERBS, *_PLACES) for word in phrase}
    ends = {*PLACE_ADJECTIVES, *PLACE_SUPERLATIVES, *GO, *PRONOUN, *PRONOUN.values(), *THINGS}
    return tuple(sorted(frames | phrases | ends | _words_of("known") | set("to the a buy .".split())))


OUTPUT_WORDS: tuple[str, ...] = _language()
"""The V words a network can say: all of the language but the held-out wordings. In lower case."""
TOKENS: tuple[str, ...] = OUTPUT_WORDS + tuple(sorted(_words_of("held_out") - set(OUTPUT_WORDS)))
"""The same, and then the held-out wordings."""
_ID = {token: at for at, token in enumerate(TOKENS)}


@lru_cache(maxsize=1)
def _rows() -> ndarray:
    """The row of each of `TOKENS` in the table of word vectors, (len(TOKENS),) int64."""
    return np.array([vocabulary().index(token) for token in TOKENS])


# --- making sentences -------------------------------------------------------------------------------


def _draws(rng: np.random.Generator, count: int) -> Iterator[float]:
    """Uniform numbers, drawn at once: a NumPy generator is slow one number at a time."""
    return iter(rng.random(count).tolist())


def _needed_draws(clauses: int) -> int:
    return 24 + 2 * clauses


def chain(fillers: Sequence[Sequence[str]]) -> list[str]:
    """Fillers one after the other, with one comma where two would meet."""
    tokens: list[str] = []
    for filler in fillers:
        tokens += filler[1:] if filler[0] == "," and tokens[-1:] == [","] else filler
    return tokens


def _compose(
    draws: Iterator[float], clauses: int, wordings: Wordings, stated: bool, place: bool = True
) -> tuple[list[str], str]:
    """A sentence's tokens in lower case, from the need to the final "." , and the thing bought."""

    def pick(options: Sequence[Any]) -> Any:
        return options[int(next(draws) * len(options))]

    thing = pick(THINGS)
    kind, wording = pick(POOLS[wordings][thing]) if stated else ("none", [])
    name = pick(_NAMES)
    parts = {"N": [name], "P": [PRONOUN[name]], "W": wording}
    tokens = [token for part in pick(_OPENINGS[kind]) for token in parts.get(part, (part,))]

    # A stride through the fillers: no filler twice, at the price of two draws.
    at, stride = pick(range(len(_FILLERS))), 1 + pick(range(len(_FILLERS) - 1))
    fillers = [_FILLERS[(at + stride * k) % len(_FILLERS)] for k in range(clauses)]
    if next(draws) < 0.2:  # commas between clauses that need none
        fillers = [[",", *f, ","] if f[0] != "," and next(draws) < 0.5 else f for f in fillers]
    after_place = pick(range(clauses + 1)) if next(draws) < 0.2 else 0
    adverb = pick(_ADVERBS) if next(draws) < 0.1 and place else []
    going, resting = fillers[: clauses - after_place], fillers[clauses - after_place :]
    tokens += [pick(GO), *adverb, *chain(going)]

    end = next(draws) if place else 1.0
    if end < 0.5:
        tokens += ["to", "the", pick(PLACE_ADJECTIVES + PLACE_SUPERLATIVES), *pick(_PLACES)]
    elif end < 0.7:
        tokens += ["to", "the", *pick(_PLACES)]
    elif end < 0.85:
        tokens += ["to", "a", pick(PLACE_ADJECTIVES), *pick(_PLACES)]
    elif tokens[-1] == "," and resting:  # no place is named: keep two chains from meeting in two commas
        resting = [resting[0][1:] if resting[0][0] == "," else resting[0], *resting[1:]]
    return [*tokens, *chain(resting), "to", "buy", thing, "."], thing


def _surface(tokens: Sequence[str]) -> tuple[str, ...]:
    """With the capitals of names, days and beginnings of sentences."""
    starts = [True, *(token == "." for token in tokens)]
    return tuple(t.capitalize() if s or t in PROPER else t for t, s in zip(tokens, starts, strict=False))


def sentence(
    rng: np.random.Generator, clauses: int, wordings: Wordings = "known", stated: bool | None = True
) -> tuple[tuple[str, ...], str]:
    """A sentence with this many filler clauses, as tokens ending in the thing and ".", and the thing.

    `stated`: whether it names a need; None leaves that to chance (`UNSTATED`).
    """
    draws = _draws(rng, _needed_draws(clauses))
    states = next(draws) >= UNSTATED if stated is None else stated
    tokens, thing = _compose(draws, clauses, wordings, states)
    return _surface(tokens), thing


@dataclass(frozen=True)
class Batch:
    """B sentences, padded at the end to the longest: token t is read, token t+1 is the target."""

    inputs: ndarray
    """(B, T) int64: rows of the table of word vectors (0 where a sentence has ended)."""
    targets: ndarray
    """(B, T) int64: places in `OUTPUT_WORDS`; `PADDING` at the end, and for held-out wordings."""
    weights: ndarray
    """(B, T) float32: what a token counts for in the loss; 0 where the target is `PADDING`."""
    answer_at: ndarray
    """(B,) int64: where "buy" is read, so where the thing is to be named."""
    answers: ndarray
    """(B,) int64: the thing's place in `OUTPUT_WORDS`."""
    stated: ndarray
    """(B,) bool: whether the sentence states a need. Where it does not, the answer is a lottery."""


def batch(
    rng: np.random.Generator,
    size: int,
    clauses: int | Sequence[int],
    wordings: Wordings = "known",
    stated: bool | None = None,
    place: bool = True,
) -> Batch:
    """`size` sentences. `clauses`: the most fillers (0 to this many), or the numbers to choose from.

    `place=False` gives the shortest sentences there are: nobody names where they go, or how.
    """
    choices = range(clauses + 1) if isinstance(clauses, int) else clauses
    draws = _draws(rng, size * (_needed_draws(max(choices)) + 2))
    states = [next(draws) >= UNSTATED if stated is None else stated for _ in range(size)]
    made = [_compose(draws, choices[int(next(draws) * len(choices))], wordings, state, place) for state in states]
    lengths = np.array([len(tokens) for tokens, _ in made])
    ids = np.full((size, lengths.max()), -1)
    ids[np.arange(lengths.max()) < lengths[:, None]] = [_ID[token] for tokens, _ in made for token in tokens]
    read, following = ids[:, :-1], ids[:, 1:]
    inputs = np.where(following >= 0, _rows()[read], 0)
    targets = np.where((following >= 0) & (following < len(OUTPUT_WORDS)), following, PADDING)
    weights = (targets != PADDING).astype(np.float32)
    answer_at = lengths - 3
    weights[np.arange(size), answer_at] = ANSWER_WEIGHT
    answers = np.array([_ID[thing] for _, thing in made])
    return Batch(inputs, targets, weights, answer_at, answers, np.array(states))


# --- reading sentences ------------------------------------------------------------------------------

NEGATIONS = frozenset("not n't never no nor neither without".split())


def need_of(tokens: Sequence[str]) -> str | None:
    """The thing that a sentence's first stated need asks for; None if it states none.

    A wording with a negation among the two words before it ("not very hungry") is no need.
    """
    words = [normal(token) for token in tokens]
    for at, word in enumerate(words):
        if word in THING_OF and not NEGATIONS & set(words[max(0, at - 2) : at]):
            return THING_OF[word]
    return None
