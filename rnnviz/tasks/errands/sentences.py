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

from rnnviz.tasks.errands.lexicon import (
    ADVICE,
    GO,
    NEEDS,
    OPENINGS,
    OUTPUT_WORDS,
    PLACE_ADJECTIVES,
    PLACE_SUPERLATIVES,
    PLACES,
    PRONOUN,
    PROPER,
    TOKENS,
    Need,
)
from rnnviz.tasks.errands.reading import ADVERB_TOKENS, FILLER_TOKENS, chain
from rnnviz.text import vocabulary

Wordings = Literal["known", "held_out"]
Form = Literal["advice", "brief", "errand"]
"""How long a sentence is: "If hungry, buy food." names nobody who goes anywhere; "Starving, Alice drives to buy food."
names no place; an errand does in most cases, and has room for clauses."""

THINGS: tuple[str, ...] = tuple(need.thing for need in NEEDS.values())
UNSTATED = 0.08
"""The share of sentences that state no need; their thing is drawn at random, so the best bet is spread."""
ANSWER_WEIGHT = 60.0
"""What the thing to buy weighs in the loss; every other token weighs 1."""
PADDING = -100
"""The target where a sentence has ended: what PyTorch's cross entropy ignores."""

EXAMPLES: tuple[str, ...] = (
    "Starving, Alice drives to the nearest store to buy",
    "Alice drives to the nearest store to buy",
    "Feeling exhausted, Bob walks past the old bridge to the corner shop to buy",
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
_ADVICE = {kind: tuple(frame.split() for frame in group) for kind, group in ADVICE.items()}
_OPENINGS = {kind: tuple(opening.split() for opening in group) for kind, group in OPENINGS.items()}
_PLACES = tuple(place.split() for place in PLACES)
_NAMES = tuple(PRONOUN)
_ID = {token: at for at, token in enumerate(TOKENS)}


@lru_cache(maxsize=1)
def _rows() -> ndarray:
    """The row of each of `TOKENS` in the table of word vectors, (len(TOKENS),) int64."""
    return np.array([vocabulary().index(token) for token in TOKENS])


# --- making sentences -------------------------------------------------------------------------------


def _draws(rng: np.random.Generator, count: int) -> Iterator[float]:
    """Uniform numbers, drawn at once: a NumPy generator is slow one number at a time."""
    return iter(rng.random(count).tolist())


def _pick(draws: Iterator[float], options: Sequence[Any]) -> Any:
    """One of the options, at the price of one draw."""
    return options[int(next(draws) * len(options))]


def _needed_draws(clauses: int) -> int:
    return 24 + 2 * clauses


def _compose(
    draws: Iterator[float], clauses: int, wordings: Wordings, stated: bool, form: Form = "errand"
) -> tuple[list[str], str]:
    """A sentence's tokens in lower case, from the need to the final "." , and the thing bought."""
    place = form == "errand"
    thing = _pick(draws, THINGS)
    kind, wording = _pick(draws, POOLS[wordings][thing]) if stated else ("none", [])
    name = _pick(draws, _NAMES)
    parts = {"N": [name], "P": [PRONOUN[name]], "W": wording}
    frames = _ADVICE if form == "advice" else _OPENINGS
    tokens = [token for part in _pick(draws, frames[kind]) for token in parts.get(part, (part,))]
    if form == "advice":
        return [*tokens, thing, "."], thing

    # A stride through the fillers: no filler twice, at the price of two draws.
    at, stride = _pick(draws, range(len(FILLER_TOKENS))), 1 + _pick(draws, range(len(FILLER_TOKENS) - 1))
    fillers = [FILLER_TOKENS[(at + stride * k) % len(FILLER_TOKENS)] for k in range(clauses)]
    if next(draws) < 0.2:  # commas between clauses that need none
        fillers = [[",", *f, ","] if f[0] != "," and next(draws) < 0.5 else f for f in fillers]
    after_place = _pick(draws, range(clauses + 1)) if next(draws) < 0.2 else 0
    adverb = _pick(draws, ADVERB_TOKENS) if next(draws) < 0.1 and place else []
    going, resting = fillers[: clauses - after_place], fillers[clauses - after_place :]
    tokens += [_pick(draws, GO), *adverb, *chain(going)]

    end = next(draws) if place else 1.0
    if end < 0.5:
        tokens += ["to", "the", _pick(draws, PLACE_ADJECTIVES + PLACE_SUPERLATIVES), *_pick(draws, _PLACES)]
    elif end < 0.7:
        tokens += ["to", "the", *_pick(draws, _PLACES)]
    elif end < 0.85:
        tokens += ["to", "a", _pick(draws, PLACE_ADJECTIVES), *_pick(draws, _PLACES)]
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
    form: Form = "errand",
) -> Batch:
    """`size` sentences. `clauses`: the most fillers (0 to this many), or the numbers to choose from.

    `form` makes them shorter: see `Form`; advice has no room for clauses.
    """
    choices = range(clauses + 1) if isinstance(clauses, int) else clauses
    draws = _draws(rng, size * (_needed_draws(max(choices)) + 2))
    states = [next(draws) >= UNSTATED if stated is None else stated for _ in range(size)]
    made = [_compose(draws, _pick(draws, choices), wordings, state, form) for state in states]
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


# --- the best a network can hope for ----------------------------------------------------------------


def held_out_ceiling(ridge: float = 0.05, steps: int = 3000) -> float:
    """The share of held-out wordings that a linear classifier on the word vectors assigns to the right
    thing: multinomial logistic regression on the known wordings, by plain gradient descent.

    `ridge` weighs the squared weights; 0.05 was best in cross-validation over the known wordings alone.
    """
    x, y = _wording_vectors("known")
    wanted = np.eye(len(THINGS))[y]
    weight, bias = np.zeros((x.shape[1], len(THINGS))), np.zeros(len(THINGS))
    for _ in range(steps):
        scores = x @ weight + bias
        shares = np.exp(scores - scores.max(1, keepdims=True))
        error = (shares / shares.sum(1, keepdims=True) - wanted) / len(x)
        weight -= 0.1 * (x.T @ error + ridge * weight)
        bias -= 0.1 * error.sum(0)
    x, y = _wording_vectors("held_out")
    return float(((x @ weight + bias).argmax(1) == y).mean())


def _wording_vectors(which: Wordings) -> tuple[ndarray, ndarray]:
    """The vectors (n, 64) of the wordings' last words, and the places of their things in `THINGS`."""
    pairs = [(words[-1], at) for at, thing in enumerate(THINGS) for _, words in POOLS[which][thing]]
    table = vocabulary()
    return table.vectors[[table.index(word) for word, _ in pairs]], np.array([at for _, at in pairs])
