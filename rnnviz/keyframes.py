"""Earlier moments of training runs, kept to rewind to: few where the memory is short, spread over the whole way."""

from __future__ import annotations

from rnnviz.training import Run

Runs = tuple[Run, ...]
MOST = 24
"""Keyframes of one ticket."""


class Keyframes:
    """Moments by step. The first and the latest are always among them."""

    def __init__(self, runs: Runs) -> None:
        self._of = {max(run.step for run in runs): runs}
        parameters = sum(value.nbytes for run in runs for value in run.parameters.values())
        self._each = 3 * parameters  # Adam has two more numbers for each parameter

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
