"""The language of errands as a task, as a class types it, in English and in Japanese.

The network predicts every next word; what is asked for is the thing to buy.
"""

from functools import cache
from typing import ClassVar

import numpy as np
from numpy import ndarray

from rnnviz.tasks import errands
from rnnviz.tasks.base import Batch, Task
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


class Everyday(Task):
    """`length`: the most fillers in a sentence."""

    name = "everyday"
    place = 2
    inputs = 64
    outputs = errands.output_words("en")
    lengths = (0, LONGEST)
    live = False
    words = True
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

    def augmented(self, batch: Batch, rng: np.random.Generator, synonyms: bool, word_dropout: float) -> Batch:
        """`synonyms`: the wording of the need is replaced by any known one of the same need and part of speech
        (those of one word; Zhang, Zhao & LeCun 2015). `word_dropout`: the share of words read as `<unk>`
        (Iyyer et al. 2015)."""
        assert batch.rows is not None
        rows, targets = batch.rows.copy(), batch.targets.copy()
        if synonyms:
            group, at = _groups(self.reads)
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
        return Batch(vocabulary(self.reads).vectors[rows], targets, batch.weights, batch.asked, rows)

    def chance(self, length: int) -> tuple[float, float]:
        """Of always giving words their share, over all levels mixed; one in ten things is right."""
        return _entropy(self.name, length), 1 / len(errands.grammar_of(self.reads).things)

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
def _entropy(task: str, length: int) -> float:
    """Of the targets' frequencies, weighted as in the loss, over 3000 sentences."""
    made = {one.name: one for one in (Everyday, EverydayJapanese)}[task]().batch(np.random.default_rng(0), 3000, length)
    counted = made.weights > 0
    p = np.bincount(made.targets[counted], made.weights[counted])
    p = p[p > 0] / p.sum()
    return float(-(p * np.log(p)).sum())


@cache
def _groups(language: str) -> tuple[ndarray, list[ndarray]]:
    """For each row of the table the group of its wording, -1 for other words; for each group its members,
    (row, place among the outputs). A group: the known wordings of one word, of one need and form."""
    table, places = vocabulary(language), errands.output_words(language)
    group = np.full(len(table.vectors), -1)
    members: list[ndarray] = []
    for lines in errands.grammar_of(language).wordings["known"].values():
        pairs = [(table.index(line), places.index(form(line, language))) for line in lines if len(tokenize(line)) == 1]
        if pairs:
            group[[row for row, _ in pairs]] = len(members)
            members.append(np.array(pairs))
    return group, members
