"""Temporal order: two symbols, each A or B, in a long row of noise: AA, AB, BA or BB?

After experiment 6a of Hochreiter & Schmidhuber (1997), used by Pascanu, Mikolov & Bengio (2013) for figure 7: A or B
somewhere in 10 to 20% of the sequence and again in 50 to 60%; four classes, asked for at the end. A success, in
the latter paper, is an error below 1%.
"""

from math import log
from typing import ClassVar

import numpy as np

from rnnviz.tasks.base import Batch, Task, at_the_end, one_hot

ORDERS = ("AA", "AB", "BA", "BB")
DISTRACTORS = 4


class TemporalOrder(Task):
    """`length`: the number of steps T."""

    name = "temporal_order"
    place = 3
    inputs = 2 + DISTRACTORS
    outputs = ORDERS
    lengths = (10, 400)
    suggested: ClassVar = {
        "kind": "rnn",
        "units": 50,
        "start": "orthogonal",
        "optimizer": "sgd",
        "rate": 0.5,
        "batch": 16,
        "steps": 800,
        "length": 20,
    }
    """At this rate a step along the whole gradient is too long, unless that is clipped."""

    def batch(self, rng: np.random.Generator, size: int, length: int, level: int | None = None) -> Batch:
        """T steps, as places in the one-hot input: A, B, four distractors."""
        read = rng.integers(2, self.inputs, (size, length))
        symbols = rng.integers(2, size=(size, 2))
        each = np.arange(size)
        for k, (low, high) in enumerate(((0.1, 0.2), (0.5, 0.6))):
            first = int(low * length)
            read[each, rng.integers(first, max(first + 1, int(high * length)), size)] = symbols[:, k]
        return at_the_end(one_hot(read, self.inputs), 2 * symbols[:, 0] + symbols[:, 1])

    def chance(self, length: int) -> tuple[float, float]:
        """Of four equally likely orders."""
        return log(len(ORDERS)), 1 / len(ORDERS)
