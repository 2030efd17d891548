"""Recall after a delay: a symbol first, then distractors, then a cue: which symbol was it?

After experiment 2 of Hochreiter & Schmidhuber (1997), long time lags: what is asked for stands before all the
noise. Chance is one in four.
"""

from math import log
from typing import ClassVar

import numpy as np

from rnnviz.tasks.base import Batch, Task, at_the_end, one_hot

SYMBOLS = ("a", "b", "c", "d")
DISTRACTORS = 4
CUE = len(SYMBOLS) + DISTRACTORS


class Recall(Task):
    """`length`: the number of distractors between the symbol and the cue."""

    name = "recall"
    place = 4
    inputs = CUE + 1
    outputs = SYMBOLS
    lengths = (1, 400)
    suggested: ClassVar = {"units": 16, "rate": 1e-2, "batch": 32, "steps": 800, "length": 20, "forget_bias": 3.0}

    def steps(self, length: int) -> int:
        """With the symbol and the cue."""
        return length + 2

    def batch(self, rng: np.random.Generator, size: int, length: int, level: int | None = None) -> Batch:
        """Symbol, `length` distractors, cue: `length` + 2 steps."""
        answers = rng.integers(len(SYMBOLS), size=size)
        read = rng.integers(len(SYMBOLS), CUE, (size, length + 2))
        read[:, 0], read[:, -1] = answers, CUE
        return at_the_end(one_hot(read, CUE + 1), answers)

    def chance(self, length: int) -> tuple[float, float]:
        """Of four equally likely symbols."""
        return log(len(SYMBOLS)), 1 / len(SYMBOLS)
