"""A pool of processes that answers everybody in turn, and is whole again whatever happens to one of them.

A thread of the server keeps each process: it takes the next request, hands it over, and waits for the answer. If the
process ends, the thread starts another. One more thread watches: a process that takes too long for its request, or that
somebody has stopped, is ended, which wakes its keeper.
"""

from __future__ import annotations

import logging
import pickle
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

from rnnviz.turns.nursery import Nursery, Refused, Role, Worker

LOOK = 0.5
"""Seconds between two looks at all processes."""
TRIES = 2
"""How often a request may take its process with it."""
PAUSES = (0.1, 0.5, 2.0)
"""Seconds before another process is tried where none could be started; the last one again and again."""


@dataclass(eq=False)
class Request:
    """A call to be computed."""

    data: bytes
    visit: object
    future: Future[Any] = field(default_factory=Future)
    tries: int = 0
    """How many processes have ended with it."""
    begun: bool = False
    """Whether it can be cancelled no more."""


class Line:
    """Who waits. Visits have their turn one after the other, and none of them has all places at once."""

    def __init__(self, places: int) -> None:
        self.most = max(1, places - 1)
        self._waiting: dict[object, deque[Request]] = {}  # by visit, the one whose turn is next first
        self._under_way: Counter[object] = Counter()

    def add(self, request: Request, first: bool = False) -> None:
        """To the end of its visit's own line, or to the front of it."""
        line = self._waiting.setdefault(request.visit, deque())
        line.appendleft(request) if first else line.append(request)

    def next(self) -> Request | None:
        """Whose turn it is, if anybody may be served now."""
        for visit, line in self._waiting.items():
            if visit is None or self._under_way[visit] < self.most:
                request = line.popleft()
                del self._waiting[visit]
                if line:
                    self._waiting[visit] = line
                self._under_way[visit] += 1
                return request
        return None

    def done(self, request: Request) -> None:
        """It is not under way any more."""
        self._under_way[request.visit] -= 1
        if self._under_way[request.visit] <= 0:
            del self._under_way[request.visit]

    def clear(self) -> list[Request]:
        """Nobody waits any more; who did."""
        left = [request for line in self._waiting.values() for request in line]
        self._waiting.clear()
        return left


@dataclass(eq=False)
class Seat:
    """The place of one process."""

    worker: Worker | None = None
    request: Request | None = None
    since: float = 0.0
    """When the request was handed over."""
    slow: bool = False
    """Whether it was ended for its time limit."""
    odd: int = 0
    """At how many looks in a row it was found stopped."""
    hung: bool = False
    """Whether it was ended for that, which is no fault of its request."""
    empty: bool = False
    """Whether its process has ended while it had no request, or is to end."""


class Pool(Executor):
    """Processes of one role, and the line before them. Every method may be called from any thread."""

    def __init__(self, role: Role, places: int, nursery: Nursery, clock: Callable[[], float] = time.monotonic) -> None:
        self.role, self.places, self._nursery, self._clock = role, places, nursery, clock
        self._changed = threading.Condition()
        self._line = Line(places)
        self._seats = [Seat() for _ in range(places)]
        self._stopped = threading.Event()
        for seat in self._seats:
            threading.Thread(target=self._keep, args=(seat,), name=f"keeper of a {role.name}", daemon=True).start()
        threading.Thread(target=self._watch, name=f"watch over {role.name}s", daemon=True).start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As executors have it, for nobody in particular."""
        return self.ask(None, fn, *args, **kwargs)

    def ask(self, visit: object, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The future of `function(*args, **kwargs)`, for this visit. It raises what the function raises, or `Refused`.
        Its attribute `bytes` says how large the answer was."""
        request = Request(pickle.dumps((function, args, kwargs), pickle.HIGHEST_PROTOCOL), visit)
        with self._changed:
            if self._stopped.is_set():
                raise RuntimeError("this pool was shut down")
            self._line.add(request)
            self._changed.notify()
        return request.future

    def pids(self) -> list[int]:
        """Of the processes that are there now."""
        return [worker.pid for seat in self._seats if (worker := seat.worker)]

    def rest(self) -> None:
        """End the processes that have nothing to do. Others are started when they are wanted."""
        with self._changed:
            for seat in self._seats:
                seat.empty = seat.empty or (seat.worker is not None and seat.request is None)
            self._changed.notify_all()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all processes at once, and what they compute with them."""
        with self._changed:
            self._stopped.set()
            left = self._line.clear()
            self._changed.notify_all()
        for request in left:
            request.future.cancel()
        for seat in self._seats:
            if worker := seat.worker:
                worker.kill()

    def _keep(self, seat: Seat) -> None:
        """Serve at this seat until the pool is shut down."""
        while not self._stopped.is_set():
            if seat.worker is None and self.role.eager:
                self._fill(seat)
            request = self._take(seat)
            if request is None:
                self._clear(seat)
                continue
            if seat.worker is not None and seat.worker.gone():  # since the last look
                self._clear(seat)
            if seat.worker is None:
                self._fill(seat)
            self._serve(seat, request)
        self._clear(seat)

    def _take(self, seat: Seat) -> Request | None:
        """Wait for the next request; None if the process is gone or is to end, or the pool is."""
        with self._changed:
            while True:
                if self._stopped.is_set() or seat.empty:
                    return None
                request = self._line.next()
                if request is None:
                    self._changed.wait()
                elif request.begun or request.future.set_running_or_notify_cancel():
                    request.begun = True
                    return request
                else:
                    self._line.done(request)

    def _fill(self, seat: Seat) -> None:
        """Start a process; where there can be none now, try until there can."""
        tries = 0
        while seat.worker is None and not self._stopped.is_set():
            try:
                seat.worker = self._nursery.start(self.role)
            except OSError as why:
                if not self._stopped.wait(PAUSES[min(tries, len(PAUSES) - 1)]):
                    logging.getLogger(__name__).warning("no %s could be started: %s", self.role.name, why)
                tries += 1

    def _serve(self, seat: Seat, request: Request) -> None:
        """Have a request computed, and tell whoever waits."""
        worker = seat.worker
        if worker is None:
            request.future.set_exception(Refused("busy"))
            return
        with self._changed:
            seat.request, seat.since, seat.slow, seat.hung = request, self._clock(), False, False
            if self._stopped.is_set():
                worker.kill()
        try:
            well, value, size = worker.ask(request.data)
        except (EOFError, OSError):
            self._clear(seat)
            self._lost(seat, request)
        except Exception as error:  # its answer cannot be read
            self._clear(seat)
            request.future.set_exception(error)
        else:
            with self._changed:
                seat.request = None
            request.future.bytes = size  # type: ignore[attr-defined]
            (request.future.set_result if well else request.future.set_exception)(value)
        finally:
            with self._changed:
                self._line.done(request)
                self._changed.notify()  # this visit may have had as many places as it may have

    def _lost(self, seat: Seat, request: Request) -> None:
        """Its process has ended: the request is computed again, unless it is the reason."""
        request.tries += not (seat.hung or self._nursery.fell())
        why = "busy" if self._stopped.is_set() else "slow" if seat.slow else "lost" if request.tries >= TRIES else ""
        if why:
            request.future.set_exception(Refused(why))
            return
        with self._changed:
            self._line.add(request, first=True)

    def _clear(self, seat: Seat) -> None:
        """The seat's process ends, and is forgotten."""
        with self._changed:
            worker, seat.worker, seat.request, seat.empty, seat.odd = seat.worker, None, None, False, 0
        if worker is not None:
            worker.close()

    def _watch(self) -> None:
        while not self._stopped.wait(LOOK):
            try:
                self._nursery.look()
                for seat in self._seats:
                    self._look(seat)
            except Exception:
                logging.getLogger(__name__).exception("watch over %ss", self.role.name)

    def _look(self, seat: Seat) -> None:
        """End a process that is stopped or too slow; find one that has ended."""
        worker = seat.worker
        if worker is None:
            return
        seat.odd = seat.odd + 1 if worker.stopped() else 0
        with self._changed:
            if seat.worker is not worker:
                return
            if seat.request is not None and self._clock() - seat.since > self.role.limit:
                seat.slow = True
                worker.kill()
            elif seat.odd >= 2:
                seat.hung = True
                worker.kill()
            elif seat.request is None and worker.gone():
                seat.empty = True
                self._changed.notify_all()
