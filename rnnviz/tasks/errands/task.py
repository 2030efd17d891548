"""The language of errands as a task, as a class types it, in English and in Japanese.

The network predicts every next word; what is asked for is the thing to buy.
"""

from functools import cache
from typing import ClassVar

import numpy as np
from numpy import ndarray

from rnnviz.tasks import errands
from rnnviz.tasks.base import Batch
from rnnviz.tasks.errands.worded import Synonyms, Worded
from rnnviz.text import form, tokenize, vocabulary

LONGEST = 24
"""The most fillers that may be asked for."""
SAID, SAID_WEIGHT = 0.1, 0.3
"""The share of a sentence's words whose prediction counts in a step of training, drawn anew each time, and what each
weighs beside the answer, which always counts. So a step costs a quarter, and what to buy is learned first."""
BRIEF = (0.9, 0.9, 0.75, 0.45, 0.15, 0.0, 0.0, 0.0)
"""How many of the batches in each eighth of the training have brief sentences only. The others have all kinds and
lengths from the first step on; but an RNN that reads these alone from the beginning learns nothing."""
PROBE = {
    "en": ("Starving, Alice drives past the old bridge, while the birds sing, to the nearest store to buy", "food"),
    "ja": ("お腹を空かせたアリスは、一番近い店まで車を走らせる。買うのは", "食べ物"),
}
"""The sentence whose gradient is followed through training, and its answer; the need has a known wording."""


class Everyday(Worded):
    """`length`: the most fillers in a sentence."""

    name = "everyday"
    place = 2
    outputs = errands.output_words("en")
    lengths = (0, LONGEST)
    live = False
    sparse = True
    paced = True
    suggested: ClassVar = {"kind": "lstm", "units": 48, "embedding": 64, "batch": 64, "steps": 3000, "length": 4}

    def levels(self, length: int) -> int:
        """Eighths of the training."""
        return len(BRIEF)

    def steps(self, length: int) -> int:
        """As batches of hundreds have it: there is no bound that is ever met, for a filler has four to nine words."""
        return 60 + 13 * length // 2

    def batch(self, rng: np.random.Generator, size: int, length: int, level: int | None = None) -> Batch:
        """For a step of training (there is a `level`) all sentences have equally many fillers, seldom many; else each
        has a number of its own, and all its words count."""
        training = level is not None
        fillers: int | list[int] = [int((length + 1) * rng.random() ** 2)] if training else length
        kind: errands.Kind | None = "brief" if level is not None and rng.random() < BRIEF[level] else None
        made = errands.batch(rng, size, [0] if kind else fillers, kind=kind, language=self.reads)
        weights = made.weights
        if training:
            weights = weights * np.where(rng.random(weights.shape) < SAID, SAID_WEIGHT, 0).astype(np.float32)
            weights[np.arange(size), made.answer_at] = errands.ANSWER_WEIGHT
        asked = np.zeros(made.targets.shape, bool)
        asked[np.arange(size), made.answer_at] = made.stated
        return Batch(vocabulary(self.reads).vectors[made.inputs], made.targets, weights, asked, made.inputs)

    def synonyms(self) -> Synonyms:
        """Of the language's files."""
        return _synonyms(self.reads)

    def probe(self, length: int) -> Batch:
        """Always the same sentence."""
        return _probe(self.reads)


class EverydayJapanese(Everyday):
    """The same in Japanese."""

    name = "everyday-ja"
    reads: ClassVar = "ja"
    place = 3
    outputs = errands.output_words("ja")


@cache
def _probe(language: str) -> Batch:
    """The sentence of `PROBE`; only the thing counts."""
    text, thing = PROBE[language]
    words = [form(token, language) for token in (*tokenize(text), thing)]
    table, places = vocabulary(language), errands.output_words(language)
    rows = np.array([[table.index(word) for word in words[:-1]]])
    targets = np.array([[places.index(word) for word in words[1:]]])
    asked = np.zeros(rows.shape, bool)
    asked[:, -1] = True
    return Batch(table.vectors[rows], targets, asked.astype(np.float32), asked, rows)


@cache
def _synonyms(language: str) -> Synonyms:
    table, places = vocabulary(language), errands.output_words(language)
    group = np.full(len(table.vectors), -1)
    members: list[ndarray] = []
    for lines in errands.grammar_of(language).wordings["known"].values():
        pairs = [(table.index(line), places.index(form(line, language))) for line in lines if len(tokenize(line)) == 1]
        if pairs:
            group[[row for row, _ in pairs]] = len(members)
            members.append(np.array(pairs))
    return Synonyms(group, members)
