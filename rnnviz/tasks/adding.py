"""The adding problem of Hochreiter & Schmidhuber (1997), experiment 4.

Each step shows a number between -1 and 1 and a mark. Two numbers are marked 1, the first among the first ten, the
second somewhere in the first half; the first and the last step are marked -1. At the end the network gives
0.5 + (X1 + X2)/4. Counted as right, as in the paper, if it is off by less than 0.04.

Others draw the numbers from [0, 1] and ask for their sum: the same task with an error twice as large, so a mean
square error four times as large.
"""

from functools import cache
from typing import ClassVar

import numpy as np
from numpy import ndarray

from rnnviz.tasks.base import Batch, Task, at_the_end

NEAR = 0.04
"""An error below this is right."""
FIRST = 10
"""The first number marked is one of so many."""


class Adding(Task):
    """`length` T: the sequences have T to T + T/10 steps."""

    name = "adding"
    inputs = 2
    outputs = ()
    lengths = (10, 400)
    suggested: ClassVar = {"units": 8, "rate": 1e-2, "batch": 64, "steps": 1500, "length": 50}

    def batch(self, rng: np.random.Generator, size: int, length: int, level: int | None = None) -> Batch:
        """All of one batch have the same number of steps."""
        steps = int(rng.integers(length, length + length // 10 + 1))
        inputs = np.zeros((size, steps, 2), np.float32)
        inputs[..., 0] = rng.uniform(-1, 1, (size, steps))
        first = rng.integers(FIRST, size=size)
        # One of the other places of the first half, all equally likely: those from `first` on move up by one.
        second = rng.integers(length // 2 - 1, size=size)
        second += second >= first
        each = np.arange(size)
        inputs[:, [0, -1], 1] = -1
        inputs[each, first, 1] = inputs[each, second, 1] = 1
        # The paper: where the first pair is marked, its number is set to zero.
        inputs[(first == 0) | (second == 0), 0, 0] = 0
        answers = 0.5 + (inputs[each, first, 0] + inputs[each, second, 0]) / 4
        return at_the_end(inputs, answers.astype(np.float32))

    def judge(self, said: ndarray, targets: ndarray) -> ndarray:
        """Off by less than 0.04."""
        return np.abs(said - targets) < NEAR

    def chance(self, length: int) -> tuple[float, float]:
        """Of the answer 0.5: the variance of the target (1/24, but for pairs set to zero), and how often it is near."""
        return _chance(length)


@cache
def _chance(length: int) -> tuple[float, float]:
    # A marked first pair (either place) counts as zero: then the target is 0.5 + X/4, else the sum of two.
    # P(first mark is step 0) = 1/10; P(second is) = P(first is not) / (half - 1).
    half = length // 2
    zero = 1 / FIRST + (1 - 1 / FIRST) / (half - 1)
    variance = (1 - zero) * 2 / 3 / 16 + zero / 3 / 16
    s = 4 * NEAR  # |X1 + X2| < s for a triangular density on (-2, 2), |X| < s for a uniform one on (-1, 1)
    near = (1 - zero) * (s - s**2 / 4) + zero * s
    return variance, near
