"""Everybody's run advances in turn: one chunk of each, as many at once as the executor has workers.

`submit` gives a `Ticket`. A visitor's page asks it for `now()` again and again, which is also the sign that the page
is still open: without one, the run is let go and the others go faster. A chunk is `training.advance`, a pure function
of the run, so a worker that dies loses nothing: its chunk is advanced again on another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnviz.training import Run

LIFE = 4.0
"""Seconds without a sign of life after which a run is let go: no chunk of it is begun until the next sign."""
KEEP = 600.0
"""Seconds without a sign of life after which a ticket is no longer found by its id."""
CHUNK = 0.3
"""Seconds that a chunk of all runs of a ticket should take."""
FRAMES = 24
"""The most keyframes that a ticket keeps to rewind to."""

State = Literal["waiting", "running", "paused", "done", "failed"]


@dataclass(frozen=True)
class Progress:
    """What a page shows of a ticket."""

    runs: tuple[Run, ...]
    step: int
    """Of the run that is furthest."""
    of: int
    """The step at which training ends (the runs' `settings.steps`, the greatest)."""
    state: State
    """"waiting": submitted, no chunk is back yet. "running": in turn. "paused": by `pause`, after `advance` or `rewind`
    have arrived, or let go. "done": all runs have ended, or `cancel`. "failed": see `error`."""
    seconds_left: float | None
    """Until the end (or where `advance` and `rewind` stop), at the speed measured of late and with as many others in
    turn as now; None if nothing was measured yet or the state is "paused", "done" or "failed"."""
    ahead: int
    """Chunks of others that are begun before this ticket's next; 0 while one of its own is under way."""
    others: int
    """Other tickets in turn at present."""
    error: str = ""
    """What went wrong, if the state is "failed": type and message of the exception (for the log, not for a reader)."""


class Ticket:
    """A visitor's runs in the queue. Every method may be called from any thread and returns at once."""

    id: str
    """A random name, unguessable; `find` gives the ticket back, say after a page was reloaded."""

    def now(self) -> Progress:
        """How far it is. Counts as a sign of life: a run that was let go goes on."""
        raise NotImplementedError

    def pause(self) -> None:
        """Begin no more chunks. The one under way, 0.3 s at most, still counts."""
        raise NotImplementedError

    def resume(self) -> None:
        """Go on, to the end."""
        raise NotImplementedError

    def advance(self, steps: int) -> None:
        """Go on for so many steps, then pause. Raises ValueError if `steps` is not positive."""
        raise NotImplementedError

    def rewind(self, step: int) -> None:
        """Go to a step (earlier or later) and pause there. At once if it is one of `steps()`, else trained again from
        the nearest before. Raises ValueError if there is no such step."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Leave the queue for good. The runs stay as they are; what is under way is not waited for."""
        raise NotImplementedError

    def steps(self) -> tuple[int, ...]:
        """The steps to which `rewind` goes at once, the first (where it was submitted) and the latest among them."""
        raise NotImplementedError


def submit(runs: tuple[Run, ...]) -> Ticket:
    """Train these runs, one or two, which advance by the same number of steps in each turn. Running at once.

    Raises ValueError for none or more than two.
    """
    raise NotImplementedError


def find(id: str) -> Ticket | None:
    """The ticket of that id, unless it was cancelled or without a sign of life for `KEEP` seconds."""
    raise NotImplementedError


def crowd() -> int:
    """How many tickets are in turn. Above 8 or so, a page need not look more than every two seconds."""
    raise NotImplementedError


def stop() -> None:
    """End the dispatcher, without what is under way. For the server's end; a later `submit` starts a new one."""
    raise NotImplementedError
