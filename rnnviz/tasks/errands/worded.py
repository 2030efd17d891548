"""What the tasks that read sentences of errands share: how words are varied, and what chance scores."""

from abc import abstractmethod
from functools import cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from rnnviz.tasks.base import Batch, Task
from rnnviz.tasks.errands.sentences import THINGS
from rnnviz.text import vocabulary


class Synonyms(NamedTuple):
    """The wordings of one word, in groups of one need and part of speech."""

    group: Int[ndarray, "N"]
    """For each row of the table of word vectors the group of its wording, -1 for other words."""
    members: list[ndarray]
    """For each group its members, (row, place among the outputs)."""


class Worded(Task):
    """A task whose inputs are the vectors of words, and whose answer is one of the ten things."""

    inputs = 64
    words = True

    @abstractmethod
    def synonyms(self) -> Synonyms:
        """The known wordings."""

    def augmented(self, batch: Batch, rng: np.random.Generator, synonyms: bool, word_dropout: float) -> Batch:
        """`synonyms`: the wording of the need is replaced by any known one of the same need and part of speech
        (those of one word; Zhang, Zhao & LeCun 2015). `word_dropout`: the share of words read as `<unk>`
        (Iyyer et al. 2015)."""
        assert batch.rows is not None
        rows, targets = batch.rows.copy(), batch.targets.copy()
        if synonyms:
            group, members = self.synonyms()
            found = group[rows] >= 0
            first = found.argmax(1)
            for sentence in np.flatnonzero(found.any(1) & batch.asked.any(1)):
                place = first[sentence]
                choices = members[group[rows[sentence, place]]]
                row, word = choices[rng.integers(len(choices))]
                rows[sentence, place] = row
                if place:
                    targets[sentence, place - 1] = word
        if word_dropout:
            rows[rng.random(rows.shape) < word_dropout] = 0
        return Batch(vocabulary(self.reads).vectors[rows], targets, batch.weights, batch.asked, rows)

    def chance(self, length: int) -> tuple[float, float]:
        """Of always giving words their share, over all levels mixed; one in ten things is right."""
        return _entropy(type(self), length), 1 / len(THINGS)


@cache
def _entropy(task: type[Worded], length: int) -> float:
    """Of the targets' frequencies, weighted as in the loss, over 3000 sentences."""
    made = task().batch(np.random.default_rng(0), 3000, length)
    counted = made.weights > 0
    p = np.bincount(made.targets[counted], made.weights[counted])
    p = p[p > 0] / p.sum()
    return float(-(p * np.log(p)).sum())
