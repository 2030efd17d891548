"""How much memory a training step takes, by estimate and as the system measured it; and what the page offers fits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import product
from typing import Any

import pytest

from rnnviz.tasks import TASKS
from rnnviz.training import plans
from rnnviz.training.advance import settled, start
from rnnviz.training.files import TooMuch, dump, read
from rnnviz.training.plans import Plan
from rnnviz.training.runs import STEP_BYTES, step_bytes
from rnnviz.ui import state
from scripts.serving import ROOT

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "lstm": ("recall", {"kind": "lstm", "units": 100, "batch": 64, "length": 200}),
    "lstm, dropout": ("continual", {"kind": "lstm", "units": 100, "batch": 64, "length": 200, "dropout": 0.5}),
    "gru": ("recall", {"kind": "gru", "units": 32, "batch": 128, "length": 400}),
    "rnn": ("recall", {"kind": "rnn", "units": 200, "batch": 64, "length": 200}),
    "words": ("errands", {"kind": "lstm", "units": 64, "batch": 64, "length": 20}),
    "held-out words": ("errands", {"kind": "rnn", "units": 16, "batch": 8, "length": 12, "examples": 64}),
    "examples": ("errands", {"kind": "rnn", "units": 8, "batch": 8, "length": 12, "examples": 1000}),
    "window": ("recall", {"kind": "window", "units": 256, "batch": 64, "length": 200}),
    "convolution": ("recall", {"kind": "conv", "units": 64, "batch": 64, "length": 200}),
    "attention": ("recall", {"kind": "attention", "units": 64, "batch": 64, "length": 100}),
    "attention over all": ("recall", {"kind": "attention", "units": 16, "batch": 4, "length": 200, "examples": 64}),
}
# Forked one after the other from a process that has imported everything, each is told its own peak by the system.
# ru_maxrss would not do: it also knows the peak of whoever started it. Large arrays are given back when they are freed
# (`EXACT`): else the peak hangs on what the allocator happened to keep, and differs by half from one try to the next.
EXACT = {"OMP_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": "100000", "PYTHONPATH": str(ROOT)}
MEASURE = """
import json, os, sys
from dataclasses import replace
from pathlib import Path
from rnnviz.training.advance import advance, start

def peak():
    return 1024 * int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])

for name, (task, settings) in json.loads(sys.argv[1]).items():
    least = {"units": 8, "batch": 2, "length": 10, "examples": None}
    if os.fork() == 0:
        advance(start(task, **settings | least, steps=4), 2)
        run = start(task, **settings, steps=4)
        before = peak()
        advance(replace(run, level=run.settings.top), 2)
        print(json.dumps([name, peak() - before]), flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the peak")
def test_the_estimate_is_right_within_a_factor_of_two() -> None:
    command = [sys.executable, "-c", MEASURE, json.dumps(CASES)]
    said = subprocess.run(command, env=os.environ | EXACT, capture_output=True, text=True, check=True).stdout
    measured = dict(json.loads(line) for line in said.splitlines())
    assert measured.keys() == CASES.keys()
    for name, (task, settings) in CASES.items():
        ratio = step_bytes(settled(task, **settings)) / measured[name]
        assert 0.5 < ratio < 2, (name, ratio, measured[name])


@pytest.mark.slow
@pytest.mark.parametrize("task", [name for name, task in TASKS.items() if task.live])
def test_whatever_the_page_offers_fits(task: str) -> None:
    """The largest of what grows, with every choice of what does not."""
    largest = {"size": "100", "batch": "128", "delay": plans.options(task, "delay")[-1], "budget": "4500"}
    for knob in ("size", "batch"):
        assert largest[knob] == max(filter(None, state.KNOBS[knob].ids), key=int)
    for cell, examples, dropout in product(*(plans.options(task, knob) for knob in ("cell", "examples", "dropout"))):
        knobs = {knob: plans.usual(task, knob) for knob in state.KNOBS} | largest
        knobs |= {"cell": cell, "examples": examples, "dropout": dropout}
        (settings,) = Plan(task, "none", ("",), tuple(knobs.items()), 0).settings()
        assert step_bytes(settled(task, **settings)) < STEP_BYTES


def test_what_grows_makes_a_step_larger() -> None:
    small: dict[str, Any] = {"units": 64, "batch": 64, "length": 100}
    for kind in ("rnn", "lstm", "gru", "window", "conv", "attention"):
        usual = step_bytes(settled("recall", kind=kind, **small))
        for name, value in small.items():
            twice = step_bytes(settled("recall", kind=kind, **small | {name: 2 * value}))
            assert 1.3 * usual < twice < 3 * usual
        assert step_bytes(settled("recall", kind=kind, **small, examples=10_000)) > usual


def test_a_strangers_run_that_needs_too_much_is_refused_and_ones_own_is_not() -> None:
    run = start("recall", kind="lstm", units=256, batch=512, length=400)
    file = dump(run)
    with pytest.raises(TooMuch) as refused:
        read(file, STEP_BYTES)
    assert refused.value.most == STEP_BYTES < step_bytes(run.settings) == refused.value.needed
    assert read(file).settings == run.settings
