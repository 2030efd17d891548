"""The language of errands as a task: sentences from the shortest to the longest enter one by one.

The network predicts every next word; what is asked for is the thing to buy.
"""

from functools import cache
from typing import ClassVar

import numpy as np
from numpy import ndarray

from rnnviz.tasks import errands
from rnnviz.tasks.base import Batch, Task
from rnnviz.text import vocabulary

LONGEST = 24
"""The most filler clauses that may be asked for."""
PROBE = "Starving, Alice drives past the old bridge, while the birds sing, to the nearest store to buy food."
"""The sentence whose gradient is followed through training; its need has a known wording."""


def form_of(level: int) -> tuple[errands.Form, int]:
    """Form and number of clauses of a level's sentences: advice, brief, then errands with 0, 1, 2 … clauses."""
    return (("advice", 0), ("brief", 0))[level] if level < 2 else ("errand", level - 2)


class Errands(Task):
    """`length`: the most clauses between need and thing."""

    name = "errands"
    place = 1
    inputs = 64
    outputs = errands.OUTPUT_WORDS
    lengths = (0, LONGEST)
    words = True
    suggested: ClassVar = {"kind": "lstm", "units": 32, "embedding": 64, "batch": 64, "steps": 1000, "length": 4}

    def levels(self, length: int) -> int:
        """Advice, brief, and errands with 0 to `length` clauses."""
        return length + 3

    def steps(self, length: int) -> int:
        """As batches of hundreds have it: there is no bound that is ever met, for a clause has four to nine words."""
        return 20 + 13 * length // 2

    def batch(self, rng: np.random.Generator, size: int, length: int, level: int | None = None) -> Batch:
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
        return Batch(vocabulary().vectors[rows], joined("targets", errands.PADDING), weights, asked, rows)

    def augmented(self, batch: Batch, rng: np.random.Generator, synonyms: bool, word_dropout: float) -> Batch:
        """`synonyms`: the wording of the need is replaced by any known one of the same need and part of speech
        (those of one word; Zhang, Zhao & LeCun 2015). `word_dropout`: the share of words read as `<unk>`
        (Iyyer et al. 2015)."""
        assert batch.rows is not None
        rows, targets = batch.rows.copy(), batch.targets.copy()
        if synonyms:
            group, at = _groups()
            found = group[rows] >= 0
            first = found.argmax(1)
            each = np.flatnonzero(found.any(1) & batch.asked.any(1))
            first = first[each]
            for sentence, place in zip(each, first, strict=True):
                choices = at[group[rows[sentence, place]]]
                row, word = choices[rng.integers(len(choices))]
                rows[sentence, place] = row
                if place:
                    targets[sentence, place - 1] = word
        if word_dropout:
            rows[rng.random(rows.shape) < word_dropout] = 0
        return Batch(vocabulary().vectors[rows], targets, batch.weights, batch.asked, rows)

    def chance(self, length: int) -> tuple[float, float]:
        """Of always giving words their share, over all levels mixed; one in ten things is right."""
        return _entropy(length), 1 / len(errands.THINGS)

    def probe(self, length: int) -> Batch:
        """Always the same sentence."""
        return errands_probe()


def _batch(rng: np.random.Generator, size: int, level: int) -> Batch:
    """Sentences of one level."""
    form, clauses = form_of(level)
    made = errands.batch(rng, size, [clauses], form=form)
    asked = np.zeros(made.targets.shape, bool)
    asked[np.arange(size), made.answer_at] = made.stated
    return Batch(vocabulary().vectors[made.inputs], made.targets, made.weights, asked, made.inputs)


def _padded(array: ndarray, length: int, value: int) -> ndarray:
    return np.pad(array, ((0, 0), (0, length - array.shape[1])), constant_values=value)


@cache
def errands_probe() -> Batch:
    """The sentence `PROBE`; only the thing counts."""
    words = [word.lower() for word in PROBE.replace(",", " ,").replace(".", " .").split()]
    rows = np.array([[vocabulary().index(word) for word in words[:-2]]])
    targets = np.array([[errands.OUTPUT_WORDS.index(word) for word in words[1:-1]]])
    asked = np.zeros(rows.shape, bool)
    asked[:, -1] = True
    return Batch(vocabulary().vectors[rows], targets, asked.astype(np.float32), asked, rows)


@cache
def _entropy(length: int) -> float:
    """Of the targets' frequencies, weighted as in the loss, over 3000 sentences."""
    made = Errands().batch(np.random.default_rng(0), 3000, length)
    counted = made.weights > 0
    p = np.bincount(made.targets[counted], made.weights[counted])
    p = p[p > 0] / p.sum()
    return float(-(p * np.log(p)).sum())


@cache
def _groups() -> tuple[ndarray, list[ndarray]]:
    """For each row of the table the group of its wording, -1 for other words; for each group its members,
    (row, place among the outputs)."""
    group = np.full(len(vocabulary().words), -1)
    members: list[ndarray] = []
    for wordings in errands.POOLS["known"].values():
        for part in ("adjective", "noun", "verb"):
            single = [words[0] for kind, words in wordings if kind == part and len(words) == 1]
            pairs = [(vocabulary().index(word), errands.OUTPUT_WORDS.index(word)) for word in single]
            if pairs:
                group[[row for row, _ in pairs]] = len(members)
                members.append(np.array(pairs))
    return group, members
