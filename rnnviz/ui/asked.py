"""The one door from a page to the processes that compute.

`asked` keeps what it was told, for all visitors: a class that follows its teacher asks for the same sentence a hundred
times, and it is computed once, also if all ask at the same moment. `asked_alone` is for what is one visitor's alone.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ParamSpec, TypeVar, cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from rnnviz.turns import workers
from rnnviz.turns.nursery import Refused
from rnnviz.turns.pool import Pool

P = ParamSpec("P")
R = TypeVar("R")
BYTES = 24 * 2**20
"""How much of what was computed is kept for all visitors."""
WAIT = 60.0
"""Seconds after which a visitor is told that the server is too busy."""
MOMENT = 0.1
"""Seconds between two looks whether the visitor has asked for something newer."""
COOKIE = "rnnviz"
"""By which a browser is known from its first page on."""


@dataclass
class Flight:
    """One computation, and how many wait for it."""

    future: Future[Any]
    waiting: int = 0


@dataclass
class Kept:
    """What was computed, the latest used last; and what is being computed."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    answers: OrderedDict[Any, tuple[Any, int, float]] = field(default_factory=OrderedDict)
    """Value, bytes, and when it was computed."""
    flights: dict[Any, Flight] = field(default_factory=dict)
    bytes: int = 0

    def find(self, key: Any, max_age: float | None) -> tuple[Any] | None:
        """The answer, if it is there and new enough."""
        found = self.answers.get(key)
        if found is None or (max_age is not None and time.monotonic() - found[2] > max_age):
            return None
        self.answers.move_to_end(key)
        return (found[0],)

    def land(self, key: Any, flight: Flight, future: Future[Any]) -> None:
        """A computation has ended: nobody else joins it, and a good answer is kept."""
        with self.lock:
            if self.flights.get(key) is flight:
                del self.flights[key]
            if not future.cancelled() and future.exception() is None:
                self.keep(key, future.result(), getattr(future, "bytes", 0))

    def keep(self, key: Any, value: Any, size: int) -> None:
        """Keep an answer, and give up those that nobody has asked for longest."""
        old = self.answers.pop(key, None)
        self.bytes -= old[1] if old else 0
        self.answers[key] = (value, size, time.monotonic())
        self.bytes += size
        while self.bytes > BYTES and len(self.answers) > 1:
            self.bytes -= self.answers.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Forget all."""
        with self.lock:
            self.answers.clear()
            self.bytes = 0


kept = Kept()


def visitor() -> str:
    """Whose turn it is: all pages of one browser are one visitor; without a cookie, every page is its own."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return ""
    return str(st.context.cookies.get(COOKIE) or context.session_id)[:64]


def asked(
    function: Callable[..., R],
    *args: Any,
    max_age: float | None = None,
    pool: Callable[[], Pool | None] = workers.readers,
) -> R:
    """`function(*args)`, computed beside the server, once for all who ask; kept while there is room.

    `max_age`: an answer older than so many seconds is computed again. `pool`: whose processes compute.
    Raises what the function raises, or `rnnviz.turns.nursery.Refused`.
    """
    key = (function.__module__, function.__qualname__, args)
    processes = pool()
    with kept.lock:
        found = kept.find(key, max_age)
        if found:
            return cast(R, found[0])
        flight = kept.flights.get(key)
        first = flight is None
        if flight is None:
            future = Future() if processes is None else processes.ask(visitor(), function, *args)
            flight = kept.flights[key] = Flight(future)
        flight.waiting += 1
    if first:
        flight.future.add_done_callback(partial(kept.land, key, flight))
        if processes is None:
            _compute(flight.future, function, args)
    try:
        return cast(R, _wait(flight.future))
    finally:
        with kept.lock:
            flight.waiting -= 1
            unwanted = not flight.waiting and not flight.future.running() and kept.flights.get(key) is flight
            if unwanted:
                del kept.flights[key]  # nobody may join what is about to be cancelled
        if unwanted:
            flight.future.cancel()


def asked_alone(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`function(*args)`, computed by a reader for this visitor alone. Raises as `asked` does.

    For what a press does: it is waited for also if the visitor has asked for something newer meanwhile, or the press
    would be lost.
    """
    pool = workers.readers()
    if pool is None:
        return function(*args, **kwargs)
    future = pool.ask(visitor(), function, *args, **kwargs)
    try:
        value: R = _wait(future, newer=False)
        return value
    finally:
        future.cancel()


def _compute(future: Future[Any], function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    """Here and now, where nobody has started readers."""
    future.set_running_or_notify_cancel()
    try:
        value = function(*args)
    except BaseException as error:
        future.set_exception(error)
        return
    future.set_result(value)


def _wait(future: Future[Any], newer: bool = True) -> Any:
    """What comes of it. `newer`: who asks for something newer meanwhile waits no longer for this."""
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        try:
            return future.result(timeout=MOMENT)
        except TimeoutError:
            if future.done():  # it was the function's own
                raise
            if newer and get_script_run_ctx(suppress_warning=True):
                st.session_state.get("_")  # to ask for anything lets Streamlit end a run that is not wanted any more
        except CancelledError:
            raise Refused("busy") from None
    raise Refused("busy")
