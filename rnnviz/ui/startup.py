"""What the server does once: load, compute, freeze; and what it gives back to the system."""

from __future__ import annotations

import ctypes
import functools
import gc
import importlib
import pkgutil
import sys

from rnnviz import host
from rnnviz.language import LANGUAGES
from rnnviz.ui import visits
from rnnviz.ui.server import plotly_url

READERS = ("rnnviz.scenes.step", "rnnviz.tasks.errands.met:ready")
"""What readers have loaded beside what this process has: the rules take a second or two to read their files."""


@functools.cache
def warm() -> None:
    """Do the slow work once per process, before the first visitor: load, compute, then freeze what is there.

    Frozen objects are skipped by the garbage collector, which else would walk all of torch again and again.
    """
    from rnnviz import figures, scenes, text
    from rnnviz.scenes import readings, writer
    from rnnviz.scenes import step as step_scene
    from rnnviz.training import zoo
    from rnnviz.ui import calm, state

    for module in pkgutil.iter_modules(scenes.__path__):
        importlib.import_module(f"rnnviz.scenes.{module.name}")  # a reader that is forked later has them all
    visits.raise_limit()
    calm.shorten_log()
    for name in state.NETWORKS:
        for trained in (True, False):
            readings.tracing_network(name, trained)
    for language in text.ASKED:  # the readers share the tables
        text.vocabulary(language)
    for language in LANGUAGES:  # the start page as a visitor first sees it
        view = writer.View(language, "light", 1.0)
        step_scene.compose_step(tuple(text.tokenize(state.ALICE)), "rnn", "lstm", True, view)
    figures.lengths(zoo.all_seeds(state.NETWORKS))  # two visitors at once may not be the first to import Plotly's parts
    plotly_url()
    one_heap()
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(0.001)  # a visitor whose work is short need not wait for one whose work is long
    gc.set_threshold(20_000, 20, 20)  # what a visit leaves behind is small: look for it less often


def one_heap() -> None:
    """Let all threads share one heap, where the C library is glibc: a heap for each keeps what others could use."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(-8, 1)  # M_ARENA_MAX


def give_back() -> None:
    """Give back to the system what the server itself does not need, once the readers are forked: torch's machine code.

    It was read while torch was imported, and only the readers run it. What is needed after all is read again from its
    file.
    """
    host.give_back(host.mapped("/torch/lib/", "r-x"))
