"""The adding problem: two marked numbers far apart, and at the end half their sum.

After Hochreiter & Schmidhuber (1997), experiment 4: numbers X from -1 to 1, the target 0.5 + (X1 + X2)/4, right if off
by less than 0.04. With X = 2u - 1 that is (u1 + u2)/2 for numbers u from 0 to 1, which are read here. One mark stands
in each half, as in Arjovsky, Shah & Bengio (2016), where the paper has both in the first half and a length that varies;
nothing then is near the end, and an LSTM of eight units needs far longer to begin.

Others ask for u1 + u2: an error twice as large, so a mean square error four times as large (7e-4 for 1.75e-4).
"""

from typing import ClassVar

import numpy as np
from numpy import ndarray

from rnnviz.tasks.base import Batch, Task, at_the_end

NEAR = 0.04
"""An error below this is right."""


class Adding(Task):
    """`length`: the number of steps T."""

    name = "adding"
    place = 2
    inputs = 2
    outputs = ()
    lengths = (10, 400)
    suggested: ClassVar = {
        "units": 16,
        "rate": 5e-3,
        "batch": 64,
        "steps": 1200,
        "length": 30,
        "clip": 0.2,
        "forget_bias": 1.0,
    }

    def batch(self, rng: np.random.Generator, size: int, length: int, level: int | None = None) -> Batch:
        """Each step shows a number and a mark, which is 1 for the two and else 0."""
        half, each = length // 2, np.arange(size)
        inputs = np.zeros((size, length, 2), np.float32)
        inputs[..., 0] = rng.uniform(0, 1, (size, length))
        first, second = rng.integers(half, size=size), rng.integers(half, length, size)
        inputs[each, first, 1] = inputs[each, second, 1] = 1
        return at_the_end(inputs, (inputs[each, first, 0] + inputs[each, second, 0]) / 2)

    def judge(self, said: ndarray, targets: ndarray) -> ndarray:
        """Off by less than 0.04."""
        return np.abs(said - targets) < NEAR

    def chance(self, length: int) -> tuple[float, float]:
        """Of the answer 0.5: the variance of the target, and how often |u1 + u2 - 1| < 0.08, a triangle's middle."""
        return 1 / 24, 4 * NEAR - 4 * NEAR**2
