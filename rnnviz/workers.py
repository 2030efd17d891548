"""Where the app computes: in processes beside the server, so that the server is free to answer everybody.

A visitor's thread that computed would hold Python's lock, for which all other visitors wait. The readers are two
processes that compute for all, in the order in which they are asked; they are forked from the server once that has
loaded everything, so that all share their memory. The trainers are a pool of processes, one for each core, or a Dask
cluster; they start when they are first needed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver, get_all_start_methods, get_context, parent_process
from multiprocessing.context import BaseContext
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

PR_SET_PDEATHSIG = 1
DASK = "RNNVIZ_DASK"
"""The environment variable that names a Dask scheduler, as in "tcp://10.0.0.5:8786"."""
PRELOAD = ["rnnviz.queueing", "torch._dynamo"]
"""What trainers have in common is imported once, before they are forked; Adam would import torch._dynamo at its first
step, in each of them."""
PATIENCE = 10.0
"""Seconds to wait for the scheduler when it is first asked for."""
READERS = 2
"""One alone would be at work for two thirds of the time with 100 visitors at once, and then most of them wait for it.
Each takes about 35 MB of its own."""
_readers: Executor | None = None
_trainers: Executor | None = None
_client: Any = None
"""Dask's, if there is a cluster."""
_changing = threading.Lock()


def start_readers() -> None:
    """Fork the readers, where the system can; elsewhere a thread of this process reads.

    For the server's main thread, once, before it serves: a fork copies no other thread, but the locks they hold.
    """
    global _readers
    if sys.platform == "linux" and _readers is None:
        _readers = ProcessPoolExecutor(READERS, get_context("fork"), _settle)
        _readers.submit(_nothing).result()  # all are forked now, not at the first visit


def stop_readers() -> None:
    """End the readers, without what is still waiting to be computed."""
    global _readers
    if _readers is not None:
        _readers.shutdown(wait=False, cancel_futures=True)
        _readers = None


def aside(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`function(*args, **kwargs)`, computed by a reader. Raises what the function raises.

    Torch is used nowhere else in a server, so it needs no lock. If the system has ended a reader (for want of
    memory, say), a thread of this process takes their place, and nobody loses anything.
    """
    readers = _current()
    try:
        return readers.submit(function, *args, **kwargs).result()
    except BrokenProcessPool:
        return _current(instead_of=readers).submit(function, *args, **kwargs).result()


def _current(instead_of: Executor | None = None) -> Executor:
    global _readers
    with _changing:
        if _readers is instead_of:
            _readers = ThreadPoolExecutor(1, "reader")
        assert _readers is not None
        return _readers


def _settle() -> None:
    """In a reader: leave Ctrl-C to the server, and end with it however it ends."""
    os.nice(5)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _nothing() -> None:
    """The first task of a new process."""


def trainers(instead_of: Executor | None = None) -> Executor:
    """Who trains: Dask's own executor if `RNNVIZ_DASK` names a scheduler, else a pool of processes of this machine.

    Made when it is first asked for. `instead_of` is one that broke: another takes its place, unless one has already.
    Raises OSError if the scheduler does not answer, and ImportError without the package `distributed`.
    """
    global _trainers, _client
    with _changing:
        if _trainers is None or _trainers is instead_of:
            _close_trainers()
            if address := os.environ.get(DASK):
                from distributed import Client

                _client = Client(address, timeout=PATIENCE, set_as_default=False)
                _trainers = _client.get_executor(pure=False)  # a chunk asked for again is computed again
            else:
                _trainers = Pool(os.cpu_count(), _context(), _settle_trainer)
        assert _trainers is not None
        return _trainers


def places() -> int:
    """How many tasks the trainers work on at once. One at a time goes to a cluster that does not answer now."""
    if _client is None:
        return os.cpu_count() or 1
    try:
        return max(1, sum(_client.nthreads().values()))
    except (OSError, RuntimeError):
        return 1


def warm_trainers() -> None:
    """Start the trainers in the background, for who will want them soon. Returns at once."""
    if _trainers is None:
        threading.Thread(target=_warm, name="warm trainers", daemon=True).start()


def stop_trainers() -> None:
    """End the trainers, without what is still waiting to be computed. Asked for again, others start."""
    with _changing:
        _close_trainers()


def rest_trainers() -> None:
    """End idle trainers of this machine, and the process that they are forked from, which holds most of their memory.

    For who hands out the tasks: none may be under way. Asked for again, others start.
    """
    with _changing:
        if isinstance(_trainers, Pool):
            _trainers.shutdown()
            _close_trainers()
            if stop := getattr(forkserver._forkserver, "_stop", None):  # waits for the processes forked from it
                stop()


def is_lost(error: BaseException) -> bool:
    """Whether an error of a task says that its worker is gone, not that the task failed."""
    return isinstance(error, BrokenExecutor | CancelledError) or type(error).__name__ == "KilledWorker"  # Dask's


def _warm() -> None:
    executor = trainers()
    for _ in range(places()):
        executor.submit(_nothing)


def _close_trainers() -> None:
    global _trainers, _client
    if _client is not None:
        _client.close(timeout=2)
    elif _trainers is not None:
        _trainers.shutdown(wait=False, cancel_futures=True)
    _trainers = _client = None


def _settle_trainer() -> None:
    """In a trainer: give way to the server and the readers, and end with the server, which is not what it was forked
    from."""
    if sys.platform == "linux":
        _settle()
        os.nice(14)  # 19 in all: what nobody else wants
    threading.Thread(target=_end_with_server, name="end with the server", daemon=True).start()


def _end_with_server() -> None:
    server = parent_process()
    if server is not None:
        server.join()
        os._exit(1)


def _context() -> BaseContext:
    """Processes forked from one that has imported torch and nothing of the server, where the system can."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    return context


class Pool(ProcessPoolExecutor):
    """Processes that import nothing of what the server was started with.

    A new process imports its parent's main module, which in a server is whichever page runs just then.
    """

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        main, nothing = sys.modules["__main__"], ModuleType("__main__")
        sys.modules["__main__"] = nothing
        try:
            return super().submit(fn, *args, **kwargs)  # starts a process if none is idle
        finally:
            if sys.modules["__main__"] is nothing:  # else a page has begun
                sys.modules["__main__"] = main
