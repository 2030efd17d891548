"""A continual stream: strings of the embedded Reber grammar, one after the other, without a mark between them.

Gers, Schmidhuber & Cummins (2000): the network predicts each next symbol and its state is never reset. The string
is B, T or P, a string of the Reber grammar, the same T or P again, E. What is asked is that second T or P: the
rest needs no memory of more than a symbol or two.
"""

from typing import ClassVar

import numpy as np

from rnnviz.tasks.base import Batch, Carried, Task, one_hot

SYMBOLS = ("B", "T", "P", "S", "X", "V", "E")
REBER: tuple[tuple[tuple[str, int], ...], ...] = (
    (("B", 1),),
    (("T", 2), ("P", 3)),
    (("S", 2), ("X", 4)),
    (("T", 3), ("V", 5)),
    (("X", 3), ("S", 6)),
    (("P", 4), ("V", 6)),
    (("E", 7),),
)
"""From each node the arcs, equally likely: a symbol and the node it leads to. Node 7 is the end."""
_ID = {symbol: at for at, symbol in enumerate(SYMBOLS)}
LONGEST = 64
"""Room for what is left of a string; one in a million is longer, and is drawn again."""


class Continual(Task):
    """`length`: the number of steps of a batch, so how far the gradient travels; the state goes on."""

    name = "continual"
    place = 5
    inputs = len(SYMBOLS)
    outputs = SYMBOLS
    lengths = (10, 200)
    suggested: ClassVar = {"units": 8, "rate": 1e-2, "batch": 16, "steps": 2000, "length": 30, "forget_bias": 1.0}
    streams = True
    hands_on: ClassVar = {"left": LONGEST}

    def batch(self, rng: np.random.Generator, size: int, length: int, level: int | None = None) -> Batch:
        """The beginnings of `size` streams."""
        return self.stream(rng, size, length, {})[0]

    def stream(self, rng: np.random.Generator, size: int, length: int, carried: Carried) -> tuple[Batch, Carried]:
        """`carried["left"]` (B, 64) int64: the symbols already drawn and not yet read, 2 for each; -1 after the last.

        A symbol is coded as twice its place, plus 1 if it is the one that is asked for.
        """
        left = [[int(s) for s in row if s >= 0] for row in carried.get("left", np.zeros((size, 0), int))]
        for row in left:
            while len(row) <= length:
                row += _string(rng)
        codes = np.array([row[: length + 1] for row in left])
        read, following = codes[:, :-1] // 2, codes[:, 1:] // 2
        handed_on = np.full((size, LONGEST), -1)
        for k, row in enumerate(left):
            rest = row[length:]
            handed_on[k, : len(rest)] = rest
        asked = codes[:, 1:] % 2 == 1
        batch = Batch(one_hot(read, len(SYMBOLS)), following, np.ones(read.shape, np.float32), asked)
        return batch, {"left": handed_on}

    def fits(self, carried: Carried) -> bool:
        """Of each stream at least the symbol read last is left, and there are no gaps."""
        left = carried["left"]
        there = left >= 0
        known = ((left >= -1) & (left < 2 * len(SYMBOLS))).all()
        return bool(known and there[:, 0].all() and (np.diff(there * 1) <= 0).all())

    def probe(self, length: int) -> Batch:
        """Always the same 40 symbols: some strings, and so some answers that are asked for."""
        return self.stream(np.random.default_rng(2026), 1, 40, {})[0]

    def chance(self, length: int) -> tuple[float, float]:
        """The entropy of the symbols' frequencies; T and P are equally likely."""
        p = frequencies()
        return float(-(p * np.log(p)).sum()), 0.5


def _string(rng: np.random.Generator) -> list[int]:
    """One string of the embedded grammar, coded."""
    while True:
        outer = ("T", "P")[rng.integers(2)]
        symbols, node = ["B", outer], 0
        while node < len(REBER):
            arcs = REBER[node]
            symbol, node = arcs[rng.integers(len(arcs))]
            symbols.append(symbol)
        if len(symbols) + 2 < LONGEST:
            codes = [2 * _ID[symbol] for symbol in (*symbols, outer, "E")]
            codes[-2] += 1
            return codes


def frequencies() -> np.ndarray:
    """How often each symbol comes in the long run, (7,): expected visits to each arc, by solving for the nodes."""
    nodes = len(REBER)
    passes = np.zeros((nodes, nodes + 1))
    for node, arcs in enumerate(REBER):
        for _, to in arcs:
            passes[node, to] += 1 / len(arcs)
    visits = np.linalg.solve(np.eye(nodes) - passes[:, :nodes].T, np.eye(nodes)[0])
    counts = np.zeros(len(SYMBOLS))
    for node, arcs in enumerate(REBER):
        for symbol, _ in arcs:
            counts[_ID[symbol]] += visits[node] / len(arcs)
    counts[[_ID["B"], _ID["E"]]] += 1
    counts[[_ID["T"], _ID["P"]]] += 1  # the outer symbol comes twice, and is each half of the time
    return counts / counts.sum()
