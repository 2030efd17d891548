"""Sentences of errands for training: drawn from a language's files, and packed into batches.

    Starving, Alice drives past the old bridge, while the birds sing, to the nearest store to buy food.

Somebody has a need, goes somewhere, and buys what answers it. All randomness comes from the NumPy generator that is
passed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy import ndarray

from rnnviz.shipped import ASSETS
from rnnviz.tasks.errands.grammar import Wordings, drawn, filled, grammar_of, second_author
from rnnviz.text import form, tokenize, vocabulary

Kind = Literal["plain", "late", "denied", "implied", "two", "several", "brief", "advice", "none", "denied.none"]
"""How a need is told, and where: as the sections of `frames.txt`."""
SHARES: dict[Kind, float] = {
    "plain": 0.16, "late": 0.14, "denied": 0.22, "implied": 0.2, "two": 0.13, "several": 0.08,
    "brief": 0.02, "advice": 0.01, "none": 0.02, "denied.none": 0.02,
}  # fmt: skip
"""Of the kinds among all sentences."""
LOTTERY: tuple[Kind, ...] = ("none", "denied.none")
"""Kinds that tell no need: the thing is drawn at random, so that the best bet is spread."""
THINGS = ("food", "water", "medicine", "gloves", "coffee", "soap", "books", "flowers", "candles", "shoes")
THINGS_JA = ("食べ物", "水", "薬", "手袋", "コーヒー", "石鹸", "本", "花", "ろうそく", "靴")
EXAMPLES: dict[str, tuple[str, ...]] = {
    "en": (
        "Alice is not hungry but thirsty. She drives to the nearest store to buy",
        "Starving, Alice drives to the nearest store to buy",
        "Because Yuki is barefoot, she hurries over the little hill, while the birds sing, along the quiet river,"
        " after a chat with a neighbour, to the big market to buy",
        "Karl walks to the village store, for he is tired, and wants to buy some",
        "Bob's teeth are chattering. He cycles through the park to the corner shop to buy",
        "Emma is ill and Tom is bored. Emma stays in bed, and Tom goes to the market to buy",
        "The lights went out. It is late. We take the bus to the department store and buy",
        "Alice drives to the nearest store to buy",
    ),
    "ja": (
        "アリスはお腹は空いていないが、喉が渇いている。一番近い店まで車を走らせる。買うのは",
        "お腹を空かせたアリスは、一番近い店まで車を走らせる。買うのは",
        "裸足のゆきは、小さな丘を越えて、静かな川に沿って歩き、近所の人と少し話をして、大きな市場へ急ぐ。買うのは",
        "健太は商店街まで歩いていった。眠くてたまらないので、買いたいのは",
        "両手に息を吹きかけている父は、公園を抜けて角の店へ行く。買うのは",
        "兄は熱があり、妹は退屈している。兄は家で寝て、妹が市場へ出かける。買うのは",
        "急に明かりが消えた。もう遅い。私たちはバスでデパートへ行った。買った物は",
        "アリスは一番近い店まで車を走らせる。買うのは",
    ),
}
"""A sentence of each kind, by language: the need first, far back, late, denied, implied, of two people, in a sentence
before, and none."""
CLOSING = {"en": ".", "ja": "。"}
ANSWER_WEIGHT = 60.0
"""What the thing to buy weighs in the loss; every other token weighs 1."""
PADDING = -100
"""The target where a sentence has ended: what PyTorch's cross entropy ignores."""
LATELY = 50
"""So many batches are remembered: networks of one seed read the same ones, and to draw one takes longer than a step."""


def things(language: str = "en") -> tuple[str, ...]:
    """The ten things that can be bought, as a language calls them; in both in the same order."""
    return THINGS_JA if language == "ja" else THINGS


@lru_cache
def output_words(language: str = "en") -> tuple[str, ...]:
    """The V words that a network can say, in the order of the alphabet and in lower case: those of all sentences with
    known wordings (`python -m scripts.words` writes them)."""
    return tuple((ASSETS / "errands" / language / "words.txt").read_text("utf-8").split())


@lru_cache
def _places(language: str) -> dict[str, int]:
    return {word: place for place, word in enumerate(output_words(language))}


class Made(NamedTuple):
    """A whole sentence."""

    tokens: tuple[str, ...]
    """From the first to the thing and the full stop after it."""
    thing: str
    kind: Kind


def made(draw: Random, language: str, kind: Kind | None = None, clauses: int = 0, wordings: Wordings = "known") -> Made:
    """A sentence; of which kind is left to `SHARES` if it is not said."""
    chosen: Kind = kind or draw.choices(get_args(Kind), [SHARES[one] for one in get_args(Kind)])[0]
    text, thing, _ = drawn(grammar_of(language), draw, chosen, wordings, clauses)
    return Made((*tokenize(text), thing, CLOSING[language]), thing, chosen)


def sentence(
    rng: np.random.Generator,
    clauses: int = 0,
    wordings: Wordings = "known",
    kind: Kind | None = None,
    language: str = "en",
) -> tuple[tuple[str, ...], str]:
    """A sentence with this many fillers, as tokens that end in the thing and a full stop, and the thing."""
    return made(_random(rng), language, kind, clauses, wordings)[:2]


def _random(rng: np.random.Generator) -> Random:
    """Draws one at a time, at which a NumPy generator is slow."""
    return Random(int(rng.integers(2**63)))


@dataclass(frozen=True)
class Batch:
    """B sentences, padded at the end to the longest: token t is read, token t+1 is the target."""

    inputs: ndarray
    """(B, T) int64: rows of the table of word vectors (0 where a sentence has ended)."""
    targets: ndarray
    """(B, T) int64: places in `output_words`; `PADDING` at the end, and for held-out wordings."""
    weights: ndarray
    """(B, T) float32: what a token counts for in the loss; 0 where the target is `PADDING`."""
    answer_at: ndarray
    """(B,) int64: the last token before the thing, so where the thing is to be named."""
    answers: ndarray
    """(B,) int64: the thing's place in `output_words`."""
    stated: ndarray
    """(B,) bool: whether the sentence tells a need. Where it does not, the answer is a lottery."""


def batch(
    rng: np.random.Generator,
    size: int,
    clauses: int | Sequence[int] = 0,
    wordings: Wordings = "known",
    kind: Kind | None = None,
    language: str = "en",
) -> Batch:
    """`size` sentences. `clauses`: the most fillers (0 to this many), or the numbers to choose from."""
    choices = tuple(range(clauses + 1) if isinstance(clauses, int) else clauses)
    return _batch(int(rng.integers(2**63)), size, choices, wordings, kind, language)


@lru_cache(maxsize=LATELY)
def _batch(
    seed: int, size: int, choices: tuple[int, ...], wordings: Wordings, kind: Kind | None, language: str
) -> Batch:
    draw = Random(seed)
    return packed([made(draw, language, kind, draw.choice(choices), wordings) for _ in range(size)], language)


def packed(sentences: Sequence[Made], language: str) -> Batch:
    """These sentences side by side."""
    table, places = vocabulary(language), _places(language)
    lengths = np.array([len(one.tokens) for one in sentences])
    inside = np.arange(lengths.max()) < lengths[:, None]
    read, said = np.zeros(inside.shape, np.int64), np.full(inside.shape, PADDING)
    tokens = [token for one in sentences for token in one.tokens]
    read[inside] = [table.index(token) for token in tokens]
    said[inside] = [places.get(form(token, language), PADDING) for token in tokens]
    targets = said[:, 1:]
    weights = (targets != PADDING).astype(np.float32)
    answer_at = lengths - 3
    weights[np.arange(len(lengths)), answer_at] = ANSWER_WEIGHT
    return Batch(
        np.where(inside[:, 1:], read[:, :-1], 0),
        targets,
        weights,
        answer_at,
        np.array([places[one.thing] for one in sentences]),
        np.array([one.kind not in LOTTERY for one in sentences]),
    )


def by_second_author(language: str, kind: str, each: int = 20) -> Batch:
    """Sentences of the second author's frames of a kind, each frame filled so many times, always the same."""
    frames, draw = second_author(language), Random(f"{language} {kind}")
    own, found = frames
    texts = [filled(own, draw, choice)[:2] for choice in found[kind] for _ in range(each)]
    return packed(
        [Made((*tokenize(text), thing, CLOSING[language]), thing, "plain") for text, thing in texts], language
    )


# --- the best a network can hope for ----------------------------------------------------------------


def held_out_ceiling(language: str = "en", ridge: float = 0.05, steps: int = 3000) -> float:
    """The share of held-out wordings that a linear classifier on the word vectors assigns to the right
    thing: multinomial logistic regression on the known wordings, by plain gradient descent.

    `ridge` weighs the squared weights; 0.05 was best in cross-validation over the known wordings alone.
    """
    things = grammar_of(language).things
    x, y = _told(language, "known")
    wanted = np.eye(len(things))[y]
    weight, bias = np.zeros((x.shape[1], len(things))), np.zeros(len(things))
    for _ in range(steps):
        scores = x @ weight + bias
        shares = np.exp(scores - scores.max(1, keepdims=True))
        error = (shares / shares.sum(1, keepdims=True) - wanted) / len(x)
        weight -= 0.1 * (x.T @ error + ridge * weight)
        bias -= 0.1 * error.sum(0)
    x, y = _told(language, "held_out")
    return float(((x @ weight + bias).argmax(1) == y).mean())


def _told(language: str, which: Wordings) -> tuple[ndarray, ndarray]:
    """The vectors (n, 64) of the words that tell a need, and the places of their things."""
    own = grammar_of(language)
    pairs = [
        (row, at)
        for at, thing in enumerate(own.things)
        for row in own.telling[thing]
        if (row in own.held_out[thing]) == (which == "held_out")
    ]
    rows, places = np.array(pairs).T
    return vocabulary(language).vectors[rows], places
