"""Everybody's run advances in turn: what a page may ask of the queue.

`submit` gives a `Ticket`. A visitor's page asks it for `now()` again and again, which is also the sign that the page
is still open: without one, the run is let go and the others go faster.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

from rnnviz.turns.keyframes import Keyframes, Runs
from rnnviz.turns.queue import KEEP, LATE, LOOK, Dispatcher, Entry

__all__ = ["KEEP", "LATE", "LOOK", "Progress", "Runs", "State", "Ticket", "crowd", "find", "stop", "submit"]

State = Literal["waiting", "running", "paused", "done", "failed"]


@dataclass(frozen=True)
class Progress:
    """What a page shows of a ticket."""

    runs: Runs
    step: int
    """Of the run that is furthest."""
    of: int
    """The step at which training ends: the greatest of the runs' `settings.steps`."""
    state: State
    """ "waiting": no chunk is back yet. "running": in turn. "paused": by `pause`, or where `advance` and `rewind` stop.
    "done": all runs have ended, or `cancel`. "failed": see `error`; `resume` tries again."""
    seconds_left: float | None
    """Until the end, or where `advance` and `rewind` stop: at the speed measured in the last chunks, with as many in
    turn as now. None if nothing was measured yet, or the state is "paused", "done" or "failed"."""
    ahead: int
    """How many others have their chunk before this ticket's next; 0 while one of its own is under way."""
    others: int
    """Other tickets in turn at present."""
    error: str = ""
    """What went wrong, if the state is "failed": "memory", "slow", "lost" or "busy" (as in
    `rnnviz.turns.nursery.Refused`), else the exception, for the log rather than for a reader."""


class Ticket:
    """A visitor's runs in the queue. Every method may be called from any thread and returns at once."""

    def __init__(self, dispatcher: Dispatcher, entry: Entry) -> None:
        self._dispatcher, self._lock, self._entry = dispatcher, dispatcher.lock, entry

    @property
    def id(self) -> str:
        """A random name, unguessable; `find` gives the ticket back, say after a page was reloaded."""
        return self._entry.id

    @property
    def owner(self) -> object:
        """What was submitted with the runs."""
        return self._entry.owner

    def now(self, again: float = LOOK) -> Progress:
        """How far it is. Counts as a sign of life: a run that was let go goes on. `again`: in how many seconds the
        page will ask the next time; a run whose page is `LATE` seconds later than that is let go."""
        with self._lock:
            entry, state = self._entry, self._state()
            entry.seen, entry.again = self._dispatcher.clock(), again
            self._dispatcher.enqueue(entry)
            running = state == "running"
            return Progress(
                entry.runs,
                entry.step,
                entry.end,
                state,
                entry.seconds_left(self._dispatcher.round_trip(entry)) if running else None,
                self._dispatcher.before(entry) if entry.queued else 0,
                sum(one is not entry for one in self._dispatcher.active()),
                entry.error,
            )

    def pause(self) -> None:
        """Stay where it is. The chunk under way does not count; after `resume` the same one is advanced again."""
        with self._lock:
            self._entry.wanted = False
            self._entry.drop()

    def resume(self) -> None:
        """Go on, to the end."""
        self._go(self._entry.end)

    def advance(self, steps: int) -> None:
        """Go on for so many steps, then pause. Raises ValueError if `steps` is not positive."""
        if steps <= 0:
            raise ValueError(f"cannot advance {steps} steps")
        with self._lock:
            self._go(min(self._entry.step + steps, self._entry.end))

    def rewind(self, step: int) -> None:
        """Go to a step, earlier or later, and pause there. At once if it is one of `steps()`, else trained again from
        the nearest of them before. Raises ValueError if no step of these runs is that early or late."""
        with self._lock:
            first, last = self.steps()[0], self._entry.end
            if not first <= step <= last:
                raise ValueError(f"no step {step}: there are {first} to {last}")
            self._entry.drop()
            self._entry.runs = self._entry.frames.before(step)
            self._go(step)

    def cancel(self) -> None:
        """Train no more. The runs stay as they are, and can be found; what is under way is not waited for."""
        with self._lock:
            entry = self._entry
            entry.drop()
            entry.cancelled = True
            entry.frames = Keyframes(entry.runs)

    def leave(self) -> None:
        """Cancel, and be forgotten."""
        with self._lock:
            self.cancel()
            self._dispatcher.entries.pop(self.id, None)

    def steps(self) -> tuple[int, ...]:
        """The steps to which `rewind` goes at once, the first (where it was submitted) and the latest among them."""
        with self._lock:
            return self._entry.frames.steps()

    def _go(self, goal: int) -> None:
        with self._lock:
            self._entry.goal, self._entry.wanted, self._entry.error = goal, True, ""
            self._entry.seen = self._dispatcher.clock()
            self._dispatcher.enqueue(self._entry)

    def _state(self) -> State:
        entry = self._entry
        if entry.error:
            return "failed"
        if entry.cancelled or entry.step >= entry.end or not entry.open():
            return "done"
        if not entry.ready():
            return "paused"
        return "running" if entry.begun else "waiting"


_dispatcher: Dispatcher | None = None
_starting = threading.Lock()


def _everybody() -> Dispatcher:
    global _dispatcher
    with _starting:
        if _dispatcher is None:
            _dispatcher = Dispatcher()
            _dispatcher.start()
        return _dispatcher


def submit(runs: Runs, dispatcher: Dispatcher | None = None, owner: object = None, visitor: object = None) -> Ticket:
    """Train these runs, one or two, which advance by the same number of steps in each turn. Running at once.

    Raises ValueError for none or more than two. `dispatcher` is another than everybody's, for tests; `owner` is
    whatever is to be found again with the runs; all runs of one `visitor` share that visitor's turns.
    """
    if not 1 <= len(runs) <= 2:
        raise ValueError(f"{len(runs)} runs in one ticket")
    dispatcher = dispatcher or _everybody()
    ticket = Ticket(dispatcher, Entry(runs, dispatcher.clock(), owner, visitor))
    ticket.resume()
    return ticket


def find(id: str) -> Ticket | None:
    """The ticket of that id, unless it has left or was without a sign of life for `KEEP` seconds."""
    dispatcher = _everybody()
    dispatcher.forget()
    entry = dispatcher.entries.get(id)
    return Ticket(dispatcher, entry) if entry else None


def owners(visitor: object) -> list[object]:
    """Whose the tickets of one visitor are: what was submitted with each."""
    dispatcher = _everybody()
    with dispatcher.lock:
        return [entry.owner for entry in dispatcher.entries.values() if entry.visitor == visitor]


def crowd() -> int:
    """How many tickets are in turn. Above 8 or so, a page need not look more than every two seconds."""
    return len(_everybody().active())


def stop() -> None:
    """End the dispatcher, without what is under way. For the server's end; a later `submit` starts a new one."""
    global _dispatcher
    with _starting:
        if _dispatcher is not None:
            _dispatcher.stop()
        _dispatcher = None
