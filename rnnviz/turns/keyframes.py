"""Earlier moments of training runs, kept to rewind to: few where the memory is short, spread over the whole way."""

from __future__ import annotations

from rnnviz.training.runs import Run

Runs = tuple[Run, ...]
MOST = 24
"""Keyframes of one ticket."""


class Keyframes:
    """Moments by step. The first and the latest are always among them."""

    def __init__(self, runs: Runs) -> None:
        self._of = {max(run.step for run in runs): runs}
        self._each = sum(map(size, runs))

    def steps(self) -> tuple[int, ...]:
        """The steps that are kept, in order."""
        return tuple(self._of)

    def bytes(self) -> int:
        """About the memory that all of them take."""
        return self._each * len(self._of)

    def add(self, step: int, runs: Runs) -> None:
        """Keep this moment, and give up another if they are too many. What is known already stays as it is."""
        if step not in self._of:
            self._of = dict(sorted({**self._of, step: runs}.items()))
            self._each = max(self._each, sum(map(size, runs)))
        if len(self._of) > MOST:
            self.thin()

    def thin(self) -> bool:
        """Give up the moment whose neighbours are nearest to each other, if there are more than two."""
        steps = self.steps()
        gaps = [(after - before, middle) for before, middle, after in zip(steps, steps[1:], steps[2:], strict=False)]
        if gaps:
            del self._of[min(gaps)[1]]
        return bool(gaps)

    def before(self, step: int) -> Runs:
        """The last moment not after `step`. Raises ValueError if all are after it."""
        return self._of[max(kept for kept in self._of if kept <= step)]


def size(run: Run) -> int:
    """About the bytes of a run: its parameters, two numbers of Adam's for each, the best parameters, and the log."""
    copies = 3 + (run.best is not None)
    return copies * sum(p.nbytes for p in run.parameters.values()) + sum(one.nbytes for one in run.log.values())
