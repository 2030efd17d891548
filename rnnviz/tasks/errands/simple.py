"""The simple language of errands, small enough to be learned while a class watches, and the task that is made of it.

    Starving, Alice drives past the old bridge, while the birds sing, to the nearest store to buy food.

The need always comes first, the thing last, any number of filler clauses in between: to name the thing, a
network must carry the need past them. All randomness comes from the NumPy generator that is passed in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, ClassVar, Literal

import numpy as np
from numpy import ndarray

from rnnviz.tasks.base import Batch as Examples
from rnnviz.tasks.errands.reading import chain
from rnnviz.tasks.errands.sentences import THINGS
from rnnviz.tasks.errands.simple_lexicon import (
    ADVERBS,
    ADVICE,
    FILLERS,
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
from rnnviz.tasks.errands.worded import Synonyms, Worded
from rnnviz.text import vocabulary

Wordings = Literal["known", "held_out"]
Form = Literal["advice", "brief", "errand"]
"""How long a sentence is: "If hungry, buy food." names nobody who goes anywhere; "Starving, Alice drives to buy food."
names no place; an errand does in most cases, and has room for clauses."""

UNSTATED = 0.08
"""The share of sentences that state no need; their thing is drawn at random, so the best bet is spread."""
ANSWER_WEIGHT = 60.0
"""What the thing to buy weighs in the loss; every other token weighs 1."""
PADDING = -100
"""The target where a sentence has ended: what PyTorch's cross entropy ignores."""


FILLER_TOKENS = tuple(filler.split() for filler in FILLERS)
ADVERB_TOKENS = tuple(adverb.split() for adverb in ADVERBS)


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


# --- the task -----------------------------------------------------------------------------------------

LONGEST = 24
"""The most filler clauses that may be asked for."""
PROBE = "Starving, Alice drives past the old bridge, while the birds sing, to the nearest store to buy food."
"""The sentence whose gradient is followed through training; its need has a known wording."""


def form_of(level: int) -> tuple[Form, int]:
    """Form and number of clauses of a level's sentences: advice, brief, then errands with 0, 1, 2 … clauses."""
    return (("advice", 0), ("brief", 0))[level] if level < 2 else ("errand", level - 2)


class Errands(Worded):
    """`length`: the most clauses between need and thing."""

    name = "errands"
    place = 1
    outputs = OUTPUT_WORDS
    lengths = (0, LONGEST)
    suggested: ClassVar = {"kind": "lstm", "units": 32, "embedding": 64, "batch": 64, "steps": 1000, "length": 4}

    def levels(self, length: int) -> int:
        """Advice, brief, and errands with 0 to `length` clauses."""
        return length + 3

    def steps(self, length: int) -> int:
        """As batches of hundreds have it: there is no bound that is ever met, for a clause has four to nine words."""
        return 20 + 13 * length // 2

    def batch(self, rng: np.random.Generator, size: int, length: int, level: int | None = None) -> Examples:
        """All levels mixed: as good as equally many of each, in random order, padded to the longest."""
        if level is not None:
            return _batch(rng, size, level)
        levels, counts = np.unique(rng.integers(self.levels(length), size=size), return_counts=True)
        parts = [_batch(rng, int(count), int(level)) for level, count in zip(levels, counts, strict=True)]
        longest = max(part.asked.shape[1] for part in parts)
        order = rng.permutation(size)

        def joined(name: str, padding: int = 0) -> ndarray:
            arrays = (getattr(part, name) for part in parts)
            return np.concatenate([_padded(array, longest, padding) for array in arrays])[order]

        weights, asked, rows = joined("weights"), joined("asked"), joined("rows")
        return Examples(vocabulary().vectors[rows], joined("targets", PADDING), weights, asked, rows)

    def synonyms(self) -> Synonyms:
        """Of `POOLS`."""
        return _synonyms()

    def probe(self, length: int) -> Examples:
        """Always the same sentence."""
        return _probe()


def _batch(rng: np.random.Generator, size: int, level: int) -> Examples:
    """Sentences of one level."""
    form, clauses = form_of(level)
    made = batch(rng, size, [clauses], form=form)
    asked = np.zeros(made.targets.shape, bool)
    asked[np.arange(size), made.answer_at] = made.stated
    return Examples(vocabulary().vectors[made.inputs], made.targets, made.weights, asked, made.inputs)


def _padded(array: ndarray, length: int, value: int) -> ndarray:
    return np.pad(array, ((0, 0), (0, length - array.shape[1])), constant_values=value)


@cache
def _probe() -> Examples:
    """The sentence `PROBE`; only the thing counts."""
    words = [word.lower() for word in PROBE.replace(",", " ,").replace(".", " .").split()]
    rows = np.array([[vocabulary().index(word) for word in words[:-2]]])
    targets = np.array([[OUTPUT_WORDS.index(word) for word in words[1:-1]]])
    asked = np.zeros(rows.shape, bool)
    asked[:, -1] = True
    return Examples(vocabulary().vectors[rows], targets, asked.astype(np.float32), asked, rows)


@cache
def _synonyms() -> Synonyms:
    group = np.full(len(vocabulary().words), -1)
    members: list[ndarray] = []
    for wordings in POOLS["known"].values():
        for part in ("adjective", "noun", "verb"):
            single = [words[0] for kind, words in wordings if kind == part and len(words) == 1]
            pairs = [(vocabulary().index(word), OUTPUT_WORDS.index(word)) for word in single]
            if pairs:
                group[[row for row, _ in pairs]] = len(members)
                members.append(np.array(pairs))
    return Synonyms(group, members)
