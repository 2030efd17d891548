"""The queue of training runs: one chunk of each in turn, as many at once as the executor has workers.

A chunk is `training.advance`, a pure function of the run, so a worker that dies loses nothing: its chunk is advanced
again on another. What a page may ask is in rnnviz/turns/tickets.py.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue

import torch

from rnnviz import host
from rnnviz.training.advance import advance
from rnnviz.training.runs import Run
from rnnviz.turns import workers
from rnnviz.turns.keyframes import Keyframes, Runs

LOOK = 2.0
"""Seconds between two signs of life, if the page does not say."""
LATE = 2.0
"""Seconds that a sign of life may be late. Then the run is let go: no chunk of it is begun until the next sign."""
KEEP = 600.0
"""Seconds without a sign of life after which it is forgotten."""
REST = 10.0
"""Seconds in which nobody is in turn, after which the trainers are ended. Others are there within milliseconds."""
CHUNK, SHORTEST = 0.3, 0.1
"""Seconds that a chunk should take, and that it takes at least when many wait. What comes with each chunk beside the
training, such as making the network anew, takes 0.01."""
ROUND = 4.0
"""Seconds in which everybody should have had a turn; if they are too many, chunks get shorter."""
FIRST, GROWTH = 2, 4
"""Steps of the first chunk, whose speed is unknown, and how many times as long as the last one the next may be."""
TRIES = 3
"""How often a job is handed to a worker. One that was lost so often is perhaps too large for any."""
PAUSE = 0.5
"""Seconds before a job that was lost is handed out again, times the tries so far."""
LIMIT = 90.0
"""Seconds after which a job that has not come back counts as lost. This machine's own pool gives up before."""
ERROR = 500
"""Letters that are kept of an error."""
BYTES = min(150 * 2**20, host.memory() // 32)
"""Memory for what all keep to rewind to."""


class Entry:
    """One visitor's runs in the queue. Read and changed under the dispatcher's lock only."""

    def __init__(self, runs: Runs, now: float, owner: object = None, visitor: object = None) -> None:
        self.id, self.owner = secrets.token_urlsafe(12), owner
        self.visitor = visitor or self
        """Whose it is: visitors have their turn one after the other, however many runs each has."""
        self.runs, self.frames = runs, Keyframes(runs)
        self.goal = self.end = max(run.settings.steps for run in runs)
        settings = [run.settings for run in runs]
        self.kind = [(one.task, one.shape, one.batch, one.length) for one in settings]
        """What decides how long a step takes."""
        self.wanted, self.cancelled, self.error = True, False, ""
        self.seen, self.again = now, LOOK
        """When there was a sign of life, and in how many seconds the next one is meant to come."""
        self.version = 0
        """Of the runs: a chunk of an earlier one is dropped when it comes back."""
        self.queued = self.under_way = self.begun = False
        """Whether it stands in the queue or a chunk is under way; whether one is; whether one has ever come back."""
        self.stride = FIRST
        self.chunks: deque[Chunk] = deque(maxlen=4)
        """The last ones, for their speed."""

    @property
    def step(self) -> int:
        """Of the run that is furthest."""
        return max(run.step for run in self.runs)

    def open(self) -> list[int]:
        """Which of the runs have not ended."""
        return [k for k, run in enumerate(self.runs) if not run.ended]

    def ready(self) -> bool:
        """Whether another chunk is wanted, if the visitor is still there."""
        return self.wanted and not self.cancelled and not self.error and self.step < self.goal and bool(self.open())

    def in_turn(self, now: float) -> bool:
        return self.ready() and now - self.seen <= self.again + LATE

    def drop(self) -> None:
        """Forget what is under way and the place in the queue."""
        self.version += 1
        self.queued = self.under_way = False

    def take(self, chunk: Chunk, seconds: float, others: list[Entry]) -> None:
        """A chunk is back. The next one's runs should take `seconds` each.

        How many steps that is, all of a kind say together, so that they stay abreast while the machine's speed varies.
        """
        self.runs = tuple(chunk.runs)
        chunk.runs = []
        self.frames.add(self.step, self.runs)
        if self.begun:  # the first one may have waited for a process to start
            self.chunks.append(chunk)
        known = [one for entry in {self, *others} if entry.kind == self.kind for one in entry.chunks] or [chunk]
        speed = sum(one.steps for one in known) / max(sum(one.slowest for one in known), 1e-6)
        self.stride = max(1, min(int(speed * seconds), GROWTH * chunk.steps))
        self.begun, self.queued, self.under_way = True, False, False

    def cost(self) -> float:
        """Seconds for which one chunk occupies workers."""
        steps = sum(chunk.steps for chunk in self.chunks)
        return self.stride * sum(chunk.spent for chunk in self.chunks) / steps if steps else CHUNK

    def seconds_left(self, round_trip: float) -> float | None:
        """A step takes what its slower run takes, or its part of a round in which everybody has a turn."""
        if not self.chunks:
            return None
        alone = sum(chunk.slowest for chunk in self.chunks) / sum(chunk.steps for chunk in self.chunks)
        return (self.goal - self.step) * max(alone, round_trip / self.stride)


@dataclass(eq=False)
class Chunk:
    """The same number of steps of each run of an entry that has not ended."""

    entry: Entry
    version: int
    steps: int
    runs: list[Run]
    missing: int
    slowest: float = 0.0
    """Seconds of the run that took longest, computing only."""
    spent: float = 0.0
    """Seconds for which workers were occupied, with all that comes beside computing."""

    @property
    def stale(self) -> bool:
        return self.version != self.entry.version


@dataclass(eq=False)
class Job:
    """One run of a chunk, for a worker."""

    chunk: Chunk
    index: int
    tries: int = 0
    begun: float = 0.0
    due: float = 0.0
    """When it may be handed out: later, if it was lost."""
    executor: Executor | None = None


class Dispatcher:
    """The queue. A thread of its own, begun by `start`, is the only one that talks to the executor."""

    def __init__(
        self,
        executor: Callable[[Executor | None], Executor] = workers.trainers,
        places: Callable[[], int] = workers.places,
        clock: Callable[[], float] = time.monotonic,
        rest: Callable[[], None] = workers.rest_trainers,
    ) -> None:
        self.clock, self.lock = clock, threading.RLock()
        self.entries: dict[str, Entry] = {}
        self._executor, self._ask_places, self._rest = executor, places, rest
        self.wanted = clock()
        """When trainers were last needed."""
        self._queue: list[tuple[Entry, int]] = []  # who waits for a turn, and the version of the runs
        self._served: dict[object, int] = {}  # when each visitor had the last turn, in turns
        self._jobs: deque[Job] = deque()  # of chunks that have begun
        self._out: dict[Future[tuple[Run, float]], Job] = {}
        self._back: SimpleQueue[Future[tuple[Run, float]] | None] = SimpleQueue()  # None: look what is to be done
        self._broken: Executor | None = None
        self._places, self._asked = 1, float("-inf")
        self._stopped = False
        self._thread = threading.Thread(target=self._serve, name="queue of training runs", daemon=True)

    def enqueue(self, entry: Entry) -> None:
        """Give an entry its place in the queue, if it wants one and has none."""
        with self.lock:
            if entry.ready():
                self.entries[entry.id] = entry
                if not entry.queued:
                    entry.queued = True
                    self._queue.append((entry, entry.version))
                    self._back.put(None)

    def active(self) -> list[Entry]:
        """Who is in turn."""
        with self.lock:
            now = self.clock()
            return [entry for entry in self.entries.values() if entry.in_turn(now)]

    def before(self, entry: Entry) -> int:
        """How many of those in turn have their chunk before this one."""
        with self.lock:
            if entry.under_way:
                return 0
            now, lines = self.clock(), dict[object, list[Entry]]()
            for one, version in self._queue:
                if version == one.version and one.in_turn(now):
                    lines.setdefault(one.visitor, []).append(one)
            mine = lines.get(entry.visitor, [])
            if entry not in mine:
                return 0
            place = mine.index(entry)
            order = sorted(lines, key=lambda visitor: self._served.get(visitor, 0))
            sooner = order.index(entry.visitor)
            rounds = [place + 1] * sooner + [place] * (len(order) - sooner)
            return sum(min(len(lines[visitor]), most) for visitor, most in zip(order, rounds, strict=True))

    def round_trip(self, entry: Entry) -> float:
        """Seconds until this entry has had one chunk, and every visitor as many as its own."""
        costs: dict[object, list[float]] = {}
        for one in self.active():
            costs.setdefault(one.visitor, []).append(one.cost())
        own = len(costs.get(entry.visitor, "1"))
        return sum(min(own, len(each)) * sum(each) / len(each) for each in costs.values()) / self._places

    def forget(self) -> None:
        """Drop entries whose visitors left long ago, and keyframes where memory is short."""
        with self.lock:
            now = self.clock()
            self.entries = {id: entry for id, entry in self.entries.items() if now - entry.seen <= KEEP}
            there = {entry.visitor for entry in self.entries.values()}
            self._served = {visitor: turn for visitor, turn in self._served.items() if visitor in there}
            frames = [entry.frames for entry in self.entries.values()]
            while sum(one.bytes() for one in frames) > BYTES:
                most = max(frames, key=lambda one: len(one.steps()))
                if not most.thin():
                    break

    def start(self) -> None:
        """Dispatch from now on, until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Hand out nothing more. What is out is not waited for."""
        self._stopped = True
        self._back.put(None)
        if self._thread.is_alive():
            self._thread.join(5)

    def _serve(self) -> None:
        while not self._stopped:
            try:
                self.turn(wait=PAUSE if self._jobs or self._out else KEEP / 10)
            except Exception:
                logging.getLogger(__name__).exception("queue of training runs")
                time.sleep(0.1)

    def turn(self, wait: float = 0.0) -> None:
        """Take in what has come back, waiting so many seconds for something, and hand out what is next."""
        try:
            future = self._back.get(timeout=wait) if wait else self._back.get_nowait()
            while True:
                if future is not None:
                    self._receive(future)
                future = self._back.get_nowait()
        except Empty:
            pass
        self.forget()
        if self.clock() - self._asked > 1:  # a cluster has to be asked, and answers in its own time
            self._places, self._asked = self._ask_places(), self.clock()
        self._give_up()
        while not self._stopped and len(self._out) < self._places and (job := self._next()):
            self._hand_out(job)
        if self._out or self.active():
            self.wanted = self.clock()
        elif self.clock() - self.wanted > REST:
            self._rest()
            self.wanted = float("inf")  # once is enough

    def _next(self) -> Job | None:
        """The next job: of the chunk that has begun, else of the one whose turn it is and who still wants it."""
        with self.lock:
            now = self.clock()
            if not any(job.due <= now for job in self._jobs):
                self._begin(now)
            job = next((job for job in self._jobs if job.due <= now), None)
            if job:
                self._jobs.remove(job)
            return job

    def _begin(self, now: float) -> None:
        """Begin a chunk: of the visitor whose last turn is longest ago, the run that has waited longest."""
        while self._queue:
            entry, version = place = min(self._queue, key=lambda place: self._served.get(place[0].visitor, 0))
            self._queue.remove(place)
            if version != entry.version:
                continue
            entry.queued = entry.under_way = entry.in_turn(now)
            if entry.under_way:
                self._served[entry.visitor] = 1 + max(self._served.values(), default=0)
                steps, which = min(entry.stride, entry.goal - entry.step), entry.open()
                chunk = Chunk(entry, version, steps, list(entry.runs), len(which))
                self._jobs.extend(Job(chunk, k) for k in which)
                return

    def _give_up(self) -> None:
        """What does not come back is lost."""
        late = [future for future, job in self._out.items() if self.clock() - job.begun > LIMIT]
        for future in late:
            future.cancel()
            self._failed(self._out.pop(future), CancelledError())

    def _hand_out(self, job: Job) -> None:
        """Without the lock: an executor may take seconds to start."""
        if job.chunk.stale:
            return
        job.tries, job.begun = job.tries + 1, self.clock()
        try:
            job.executor = self._executor(self._broken)
            run = replace(job.chunk.runs[job.index], probes=())  # many small objects, which `advance` only adds to
            future = job.executor.submit(work, run, job.chunk.steps)
        except Exception as error:
            self._failed(job, error)
            return
        self._out[future] = job
        future.add_done_callback(self._back.put)

    def _receive(self, future: Future[tuple[Run, float]]) -> None:
        job = self._out.pop(future, None)
        if job is None:  # it was given up
            return
        chunk = job.chunk
        error = CancelledError() if future.cancelled() else future.exception()
        if error is not None:
            self._failed(job, error)
            return
        with self.lock:
            if not chunk.stale:
                run, took = future.result()
                chunk.runs[job.index] = replace(run, probes=chunk.runs[job.index].probes + run.probes)
                chunk.missing -= 1
                chunk.slowest = max(chunk.slowest, took)
                chunk.spent += self.clock() - job.begun
                if not chunk.missing:
                    active = self.active()
                    jobs = sum(len(entry.open()) for entry in active)
                    seconds = min(CHUNK, max(SHORTEST, ROUND * self._places / max(jobs, 1)))
                    chunk.entry.take(chunk, seconds, active)
                    self.enqueue(chunk.entry)

    def _failed(self, job: Job, error: BaseException) -> None:
        """A worker was lost, and the job is for another; or the job itself went wrong."""
        if isinstance(error, BrokenExecutor | CancelledError):
            self._broken = job.executor
        with self.lock:
            if workers.is_lost(error) and job.tries < TRIES:
                job.due = self.clock() + PAUSE * job.tries
                self._jobs.appendleft(job)
            elif not job.chunk.stale:
                job.chunk.entry.drop()
                why = "lost" if workers.is_lost(error) else workers.why(error)
                job.chunk.entry.error = why or f"{type(error).__name__}: {error}"[:ERROR]


def work(run: Run, steps: int) -> tuple[Run, float]:
    """In a worker: the run later, and the seconds that took. With one thread of torch's, so that all workers agree."""
    torch.set_num_threads(1)
    start = time.perf_counter()
    later = advance(run, steps)
    return later, time.perf_counter() - start
