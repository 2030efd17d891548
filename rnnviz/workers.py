"""Where the app computes: in a process beside the server, so that the server is free to answer everybody.

A visitor's thread that computed would hold Python's lock, for which all other visitors wait. The reader is one
process that computes for all, one after another; it is forked from the server once that has loaded everything, so
the two share their memory.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

PR_SET_PDEATHSIG = 1
_reader: Executor | None = None
_changing = threading.Lock()


def start_reader() -> None:
    """Fork the reader, where the system can; elsewhere a thread of this process reads.

    For the server's main thread, once, before it serves: a fork copies no other thread, but the locks they hold.
    """
    global _reader
    if sys.platform == "linux" and _reader is None:
        _reader = ProcessPoolExecutor(1, get_context("fork"), _settle)
        _reader.submit(_nothing).result()  # the process is forked now, not at the first visit


def stop_reader() -> None:
    """End the reader, without what is still waiting to be computed."""
    global _reader
    if _reader is not None:
        _reader.shutdown(wait=False, cancel_futures=True)
        _reader = None


def aside(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`function(*args, **kwargs)`, computed by the reader. Raises what the function raises.

    Torch is used nowhere else in a server, so it needs no lock. If the system has ended the reader (for want of
    memory, say), a thread of this process takes its place, and nobody loses anything.
    """
    reader = _current()
    try:
        return reader.submit(function, *args, **kwargs).result()
    except BrokenProcessPool:
        return _current(instead_of=reader).submit(function, *args, **kwargs).result()


def _current(instead_of: Executor | None = None) -> Executor:
    global _reader
    with _changing:
        if _reader is instead_of:
            _reader = ThreadPoolExecutor(1, "reader")
        assert _reader is not None
        return _reader


def _settle() -> None:
    """In the reader: leave Ctrl-C to the server, and end with it however it ends."""
    os.nice(5)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _nothing() -> None:
    """The first task of a new reader."""
