"""Everybody's run advances in turn: one chunk of each, as many at once as the executor has workers.

`submit` gives a `Ticket`. A visitor's page asks it for `now()` again and again, which is also the sign that the page
is still open: without one, the run is let go and the others go faster. A chunk is `training.advance`, a pure function
of the run, so a worker that dies loses nothing: its chunk is advanced again on another.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Literal

import torch

from rnnviz import workers
from rnnviz.keyframes import Keyframes, Runs
from rnnviz.training import Run, advance

LIFE = 4.0
"""Seconds without a sign of life after which a run is let go: no chunk of it is begun until the next sign."""
KEEP = 600.0
"""Seconds without a sign of life after which a ticket is no longer found by its id."""
CHUNK, SHORTEST = 0.3, 0.1
"""Seconds that a chunk should take, and that it takes at least when many wait. What comes with each chunk beside the
training, such as making the network anew, takes 0.01."""
ROUND = 4.0
"""Seconds in which everybody should have had a turn; if they are too many, chunks get shorter."""
FIRST, GROWTH = 2, 4
"""Steps of the first chunk, whose speed is unknown, and how much longer each may be than the one before."""
TRIES = 3
"""How often a job is handed to a worker. One that was lost so often is perhaps too large for any."""
BYTES = 150 * 2**20
"""Memory for what all tickets keep to rewind to."""

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
    """What went wrong, if the state is "failed": the exception, for the log rather than for a reader."""


@dataclass(eq=False)
class Chunk:
    """The same number of steps of each run of a ticket that has not ended."""

    ticket: Ticket
    version: int
    steps: int
    runs: list[Run]
    missing: int = 0
    slowest: float = 0.0
    """Seconds of the run that took longest, computing only."""
    spent: float = 0.0
    """Seconds that workers were occupied, with all that comes beside computing."""


@dataclass(eq=False)
class Job:
    """One run of a chunk, for a worker."""

    chunk: Chunk
    index: int
    tries: int = 0
    begun: float = 0.0
    executor: Executor | None = None


class Ticket:
    """A visitor's runs in the queue. Every method may be called from any thread and returns at once."""

    def __init__(self, turns: Turns, runs: Runs) -> None:
        self.id = secrets.token_urlsafe(12)
        """A random name, unguessable; `find` gives the ticket back, say after a page was reloaded."""
        self._turns, self._lock = turns, turns._lock
        self._runs, self._frames = runs, Keyframes(runs)
        self._goal = self._of = max(run.settings.steps for run in runs)
        self._wanted, self._queued, self._under_way = True, False, False
        self._version = 0  # of the runs: a chunk of an earlier one is dropped when it comes back
        self._seen = turns._clock()
        self._steps, self._begun = FIRST, False
        self._chunks: deque[Chunk] = deque(maxlen=4)  # the last ones, for their speed
        self._error = ""

    def now(self) -> Progress:
        """How far it is. Counts as a sign of life: a run that was let go goes on."""
        with self._lock:
            self._seen = self._turns._clock()
            self._turns._enqueue(self)
            active = [one for one in self._turns._tickets.values() if one._in_turn()]
            others, ahead = len([one for one in active if one is not self]), 0
            state = self._state()
            if self._queued and not self._under_way:
                ahead = self._turns._before(self)
            left = self._seconds_left(active) if state == "running" else None
            return Progress(self._runs, self._step, self._of, state, left, ahead, others, self._error)

    def pause(self) -> None:
        """Begin no more chunks. The one under way, about 0.3 s, still counts."""
        with self._lock:
            self._wanted = False

    def resume(self) -> None:
        """Go on, to the end."""
        self._go(self._of)

    def advance(self, steps: int) -> None:
        """Go on for so many steps, then pause. Raises ValueError if `steps` is not positive."""
        if steps <= 0:
            raise ValueError(f"cannot advance {steps} steps")
        with self._lock:
            self._go(min(self._step + steps, self._of))

    def rewind(self, step: int) -> None:
        """Go to a step, earlier or later, and pause there. At once if it is one of `steps()`, else trained again from
        the nearest of them before. Raises ValueError if no step of these runs is that early or late."""
        with self._lock:
            if not self.steps()[0] <= step <= self._of:
                raise ValueError(f"no step {step}: there are {self.steps()[0]} to {self._of}")
            self._version += 1
            self._queued = self._under_way = False
            self._runs = self._frames.before(step)
            self._go(step)

    def cancel(self) -> None:
        """Leave the queue for good. The runs stay as they are; what is under way is not waited for."""
        with self._lock:
            self._version += 1
            self._goal = self._of = self._step
            self._wanted = self._queued = self._under_way = False
            self._turns._tickets.pop(self.id, None)

    def steps(self) -> tuple[int, ...]:
        """The steps to which `rewind` goes at once, the first (where it was submitted) and the latest among them."""
        with self._lock:
            return self._frames.steps()

    @property
    def _step(self) -> int:
        return max(run.step for run in self._runs)

    def _go(self, goal: int) -> None:
        with self._lock:
            self._goal, self._wanted, self._error = goal, True, ""
            self._seen = self._turns._clock()
            self._turns._enqueue(self)

    def _open(self) -> list[int]:
        """Which of the runs have not ended."""
        return [k for k, run in enumerate(self._runs) if not ended(run)]

    def _ready(self) -> bool:
        """Whether another chunk is wanted, as far as the visitor is concerned who may have left."""
        return self._wanted and not self._error and self._step < self._goal and bool(self._open())

    def _in_turn(self) -> bool:
        return self._ready() and self._turns._clock() - self._seen <= LIFE

    def _state(self) -> State:
        if self._error:
            return "failed"
        if self._step >= self._of or not self._open():
            return "done"
        if not self._ready():
            return "paused"
        return "running" if self._begun else "waiting"

    def _cost(self) -> float:
        """Seconds that one chunk occupies workers."""
        steps = sum(chunk.steps for chunk in self._chunks)
        return self._steps * sum(chunk.spent for chunk in self._chunks) / steps if steps else CHUNK

    def _seconds_left(self, active: list[Ticket]) -> float | None:
        """A step takes what its slower run takes, or its part of a round in which everybody has a turn."""
        if not self._chunks:
            return None
        alone = sum(chunk.slowest for chunk in self._chunks) / sum(chunk.steps for chunk in self._chunks)
        in_turn = sum(one._cost() for one in active) / self._turns._places() / self._steps
        return (self._goal - self._step) * max(in_turn, alone)

    def _take(self, chunk: Chunk) -> None:
        """A chunk is back: remember it and how long it took."""
        self._runs = tuple(chunk.runs)
        chunk.runs = []
        self._frames.add(self._step, self._runs)
        if self._begun:  # the first one may have waited for a process to start
            self._chunks.append(chunk)
        known = self._chunks or [chunk]
        speed = sum(one.steps for one in known) / max(sum(one.slowest for one in known), 1e-6)
        self._steps = max(1, min(int(speed * self._turns._length()), GROWTH * chunk.steps))
        self._begun = True


class Turns:
    """The queue and its one dispatcher. `serve` runs in a thread of its own; `turn` is one pass of it."""

    def __init__(
        self,
        executor: Callable[[Executor | None], Executor] = workers.trainers,
        places: Callable[[], int] = workers.places,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._executor, self._clock, self._count = executor, clock, places
        self._lock = threading.RLock()
        self._tickets: dict[str, Ticket] = {}
        self._queue: deque[tuple[Ticket, int]] = deque()  # who waits for a turn, and the version of the runs
        self._jobs: deque[Job] = deque()  # of chunks that have begun
        self._out: dict[Future[tuple[Run, float]], Job] = {}
        self._back: SimpleQueue[Future[tuple[Run, float]] | None] = SimpleQueue()  # None: look what is to be done
        self._broken: Executor | None = None
        self._last_count, self._counted = 1, -1e9
        self._stopped = False

    def submit(self, runs: Runs) -> Ticket:
        if not 1 <= len(runs) <= 2:
            raise ValueError(f"{len(runs)} runs in one ticket")
        ticket = Ticket(self, runs)
        ticket._go(ticket._of)
        return ticket

    def find(self, id: str) -> Ticket | None:
        with self._lock:
            self._forget()
            return self._tickets.get(id)

    def crowd(self) -> int:
        with self._lock:
            return sum(ticket._in_turn() for ticket in self._tickets.values())

    def serve(self) -> None:
        """Dispatch until `stop`."""
        while not self._stopped:
            try:
                self.turn(wait=KEEP / 10)
            except Exception:
                logging.getLogger(__name__).exception("turns")
                time.sleep(0.1)

    def stop(self) -> None:
        self._stopped = True
        self._back.put(None)

    def turn(self, wait: float = 0.0) -> None:
        """Take in what has come back, waiting for that if `wait` is not zero, and hand out what is next."""
        try:
            future = self._back.get(timeout=wait) if wait else self._back.get_nowait()
            while True:
                if future is not None:
                    self._receive(future)
                future = self._back.get_nowait()
        except Empty:
            pass
        with self._lock:
            self._forget()
        while not self._stopped and len(self._out) < self._places() and (job := self._next()):
            self._hand_out(job)

    def _places(self) -> int:
        """How many jobs may be out; asked for at most once a second, since a cluster has to be asked."""
        if self._clock() - self._counted > 1:
            self._last_count, self._counted = self._count(), self._clock()
        return self._last_count

    def _length(self) -> float:
        """Seconds that each run of a chunk should take."""
        jobs = sum(len(ticket._open()) for ticket in self._tickets.values() if ticket._in_turn())
        return min(CHUNK, max(SHORTEST, ROUND * self._last_count / max(jobs, 1)))

    def _enqueue(self, ticket: Ticket) -> None:
        """Under the lock: give a ticket its place in the queue, if it wants one and has none."""
        if ticket._ready():
            self._tickets[ticket.id] = ticket
            if not ticket._queued:
                ticket._queued = True
                self._queue.append((ticket, ticket._version))
                self._back.put(None)

    def _before(self, ticket: Ticket) -> int:
        """Under the lock: how many of those in turn stand before this one."""
        count = 0
        for one, version in self._queue:
            if one is ticket and version == one._version:
                break
            count += version == one._version and one._in_turn()
        return count

    def _forget(self) -> None:
        """Under the lock: drop tickets whose visitors left long ago, and keyframes where memory is short."""
        now = self._clock()
        self._tickets = {id: one for id, one in self._tickets.items() if now - one._seen <= KEEP}
        frames = [ticket._frames for ticket in self._tickets.values()]
        while sum(one.bytes() for one in frames) > BYTES and max(len(one.steps()) for one in frames) > 2:
            max(frames, key=lambda one: len(one.steps())).thin()

    def _next(self) -> Job | None:
        """The next job: of the chunk that has begun, else of the first in the queue who still wants it."""
        with self._lock:
            while not self._jobs and self._queue:
                ticket, version = self._queue.popleft()
                if version != ticket._version:
                    continue
                if not ticket._in_turn():
                    ticket._queued = False
                    continue
                ticket._under_way = True
                chunk = Chunk(ticket, version, min(ticket._steps, ticket._goal - ticket._step), list(ticket._runs))
                chunk.missing = len(ticket._open())
                self._jobs.extend(Job(chunk, k) for k in ticket._open())
            return self._jobs.popleft() if self._jobs else None

    def _hand_out(self, job: Job) -> None:
        """Not under the lock: an executor may take seconds to start."""
        if job.chunk.version != job.chunk.ticket._version:
            return
        job.tries, job.begun = job.tries + 1, self._clock()
        try:
            job.executor = self._executor(self._broken)
            future = job.executor.submit(work, job.chunk.runs[job.index], job.chunk.steps)
        except Exception as error:
            self._failed(job, error)
            return
        self._out[future] = job
        future.add_done_callback(self._back.put)

    def _receive(self, future: Future[tuple[Run, float]]) -> None:
        job = self._out.pop(future)
        chunk, ticket = job.chunk, job.chunk.ticket
        error = CancelledError() if future.cancelled() else future.exception()
        if error is not None:
            self._failed(job, error)
            return
        run, seconds = future.result()
        with self._lock:
            if chunk.version != ticket._version:
                return
            chunk.runs[job.index] = run
            chunk.missing -= 1
            chunk.slowest = max(chunk.slowest, seconds)
            chunk.spent += self._clock() - job.begun
            if not chunk.missing:
                ticket._take(chunk)
                ticket._queued = ticket._under_way = False
                self._enqueue(ticket)

    def _failed(self, job: Job, error: BaseException) -> None:
        """A worker was lost, and the job is for another; or the job itself went wrong."""
        if isinstance(error, BrokenExecutor):
            self._broken = job.executor
        with self._lock:
            if workers.is_lost(error) and job.tries < TRIES:
                self._jobs.appendleft(job)
            elif job.chunk.version == job.chunk.ticket._version:
                ticket = job.chunk.ticket
                ticket._version += 1
                ticket._queued = ticket._under_way = False
                ticket._error = f"{type(error).__name__}: {error}"


def ended(run: Run) -> bool:
    """Whether a run goes no further."""
    return run.step >= run.settings.steps


def work(run: Run, steps: int) -> tuple[Run, float]:
    """In a worker: the run later, and the seconds that took. One thread of torch's, as many as make all workers agree."""
    torch.set_num_threads(1)
    start = time.perf_counter()
    later = advance(run, steps)
    return later, time.perf_counter() - start


_turns: Turns | None = None
_starting = threading.Lock()


def _everybody() -> Turns:
    global _turns
    with _starting:
        if _turns is None:
            _turns = Turns()
            threading.Thread(target=_turns.serve, name="turns", daemon=True).start()
        return _turns


def submit(runs: Runs) -> Ticket:
    """Train these runs, one or two, which advance by the same number of steps in each turn. Running at once.

    Raises ValueError for none or more than two.
    """
    return _everybody().submit(runs)


def find(id: str) -> Ticket | None:
    """The ticket of that id, unless it was cancelled or without a sign of life for `KEEP` seconds."""
    return _everybody().find(id)


def crowd() -> int:
    """How many tickets are in turn. Above 8 or so, a page need not look more than every two seconds."""
    return _everybody().crowd()


def stop() -> None:
    """End the dispatcher, without what is under way. For the server's end; a later `submit` starts a new one."""
    global _turns
    with _starting:
        if _turns is not None:
            _turns.stop()
        _turns = None
