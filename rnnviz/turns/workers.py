"""Where the app computes: in processes beside the server, so that the server is free to answer everybody.

A visitor's thread that computed would hold Python's lock, for which all other visitors wait. The readers compute for
the pages; the trainers train, one for each core, or one alone where memory is short, or a Dask cluster. All are forked
from one process that has everything loaded (rnnviz/turns/nursery.py), so that they share its memory.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from typing import Any

from rnnviz import host
from rnnviz.training.runs import STEP_BYTES
from rnnviz.turns.nursery import Nursery, Refused, Role
from rnnviz.turns.pool import Pool

MB = 2**20
DASK = "RNNVIZ_DASK"
"""The environment variable that names a Dask scheduler, as in "tcp://10.0.0.5:8786"."""
PATIENCE = 10.0
"""Seconds to wait for the scheduler."""
READERS = 2
"""One alone would be at work for two thirds of the time with 100 visitors at once, and then most of them wait for it.
Each takes about 35 MB of its own."""
READER = Role("reader", nice=5, first_to_go=600, memory=512 * MB, limit=8.0, eager=True)
TRAINER = Role(
    "trainer",
    nice=19,  # what nobody else wants
    first_to_go=1000,
    memory=min(max(host.memory() // 4, STEP_BYTES + 160 * MB), 2048 * MB),  # a step, and what a run holds besides
    limit=75.0,  # the queue gives up later
    eager=False,
)

nursery = Nursery()
_readers: Pool | None = None
_trainers: Pool | None = None
_changing = threading.Lock()
"""Held for a moment only, never while something is waited for."""


def start_readers(*preload: str, fork: bool = True) -> None:
    """Have the readers ready. `fork`: from this process, for its main thread, before it serves: a fork copies no other
    thread, but the locks they hold. Without it, they are loaded anew, which takes some seconds. `preload`: what they
    are to have loaded, as `Nursery.preload` has it; the server does not wait for it."""
    global _readers
    nursery.preload = tuple(dict.fromkeys(nursery.preload + preload))
    if fork:
        nursery.fork()
    with _changing:
        if _readers is None:
            _readers = Pool(READER, READERS, nursery)


def stop_readers() -> None:
    """End the readers, without what is still waiting to be computed."""
    global _readers
    with _changing:
        old, _readers = _readers, None
    if old is not None:
        old.shutdown()


def readers() -> Pool | None:
    """Who computes for the pages; None where nobody has started them, as in a test or a notebook."""
    return _readers


def here() -> Pool:
    """The trainers of this machine. Their processes start when they are first wanted."""
    global _trainers
    with _changing:
        if _trainers is None:
            _trainers = Pool(TRAINER, 1 if host.small() else host.cores(), nursery)
        return _trainers


def trainers(instead_of: Executor | None = None) -> Executor:
    """Who trains: the cluster if `RNNVIZ_DASK` names a scheduler that answers, else the trainers of this machine.

    For the thread that hands out chunks: to connect takes up to `PATIENCE` seconds, once. `instead_of` is one that
    broke.
    """
    return cluster.executor(instead_of) or here()


def places() -> int:
    """How many tasks the trainers work on at once."""
    return cluster.threads() or here().places


def stop_trainers() -> None:
    """End the trainers, without what is still waiting to be computed. Asked for again, others start."""
    global _trainers
    with _changing:
        old, _trainers = _trainers, None
    if old is not None:
        old.shutdown()
    cluster.close()


def rest_trainers() -> None:
    """End the trainers of this machine that have nothing to do. Asked for again, others start."""
    if _trainers is not None:
        _trainers.rest()


def stop() -> None:
    """End all processes."""
    stop_trainers()
    stop_readers()
    nursery.stop()


def is_lost(error: BaseException) -> bool:
    """Whether an error of a task says that its worker is gone, not that the task failed. The pool's own has been tried
    again already."""
    return isinstance(error, BrokenExecutor | CancelledError) or type(error).__name__ in ("KilledWorker", "CommClosed")


def why(error: BaseException) -> str:
    """What to tell a reader of an error: "slow", "memory", "lost", "busy", or "" for a fault of ours."""
    return error.why if isinstance(error, Refused) else "memory" if isinstance(error, MemoryError) else ""


class Cluster:
    """A Dask scheduler, if the environment names one. For one thread, but for `away`."""

    def __init__(self) -> None:
        self._client: Any = None
        self._executor: Executor | None = None
        self.away = False
        """Whether the scheduler does not answer, so that this machine trains."""

    def executor(self, broken: Executor | None) -> Executor | None:
        """Dask's own executor, connected at first use; None without a scheduler that answers."""
        address = os.environ.get(DASK)
        if not address or self.away:
            return None
        if self._executor is None or self._executor is broken:
            self.close()
            try:
                from distributed import Client

                # Its own timeout does not count once somebody has taken the call.
                self._client = _within(2 * PATIENCE, Client, address, timeout=PATIENCE, set_as_default=False)
                self._executor = self._client.get_executor(pure=False)  # a chunk asked for again is computed again
            except Exception as error:  # whatever it is, training goes on here
                logging.getLogger(__name__).warning("no cluster at %s, training here: %s", address, error)
                self.away = True
        return self._executor

    def threads(self) -> int:
        """How many tasks it works on at once; 0 where there is none. One at a time goes to one that does not answer."""
        if self._client is None:
            return 0
        try:
            found = _within(PATIENCE / 5, self._client.nthreads)
            return max(1, sum(found.values()))
        except Exception:
            return 1

    def close(self) -> None:
        """Leave the cluster. Asked for again, it is called again."""
        client, self._client, self._executor, self.away = self._client, None, None, False
        if client is not None:
            with contextlib.suppress(Exception):  # it may be gone already
                _within(2.0, client.close, timeout=1.0)


def _within(seconds: float, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """`call(*args, **kwargs)`, or TimeoutError after so many seconds: Dask may wait for ever."""
    found: Future[Any] = Future()

    def run() -> None:
        try:
            found.set_result(call(*args, **kwargs))
        except BaseException as error:
            found.set_exception(error)

    threading.Thread(target=run, name="a call to the cluster", daemon=True).start()
    return found.result(seconds)


cluster = Cluster()
