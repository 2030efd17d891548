"""What is to be trained: the settings of one run or of twins that differ in one thing, as the link and controls say.

Settings stand here as the ids that `KNOBS` offers, so that the link, the controls and the words agree.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from rnnviz.language import labels_of, translate
from rnnviz.recurrence.cells import CELLS
from rnnviz.tasks import TASKS
from rnnviz.training.settings import DEFAULTS, KNOBS, LIMITS, Settings

BETS = ("first", "second", "same")
"""What somebody may expect of twins: one of them is right more often, or both are about as right."""
TWINS = ("none", *(knob.name for knob in KNOBS.values() if knob.twins is not None))
"""In what two training runs may differ: one of these keys."""


class Plan(NamedTuple):
    """One run, or twins."""

    task: str
    twin: str
    """The choice that differs; "none" for one run."""
    values: tuple[str, ...]
    """What each twin has of it."""
    knobs: tuple[tuple[str, str], ...]
    """All other choices."""
    seed: int
    equal: str = "units"
    """What twins of two kinds of cell have equally many of: "units" or "weights"."""

    def settings(self) -> tuple[dict[str, Any], ...]:
        """For each run the arguments of `training.start`, but for the task."""
        sides = [dict(self.knobs) | ({self.twin: value} if self.twin != "none" else {}) for value in self.values]
        found = [_allowed(self.task, side) | {"seed": self.seed} for side in sides]
        return tuple(equally_heavy(self.task, found) if self.equal == "weights" else found)

    def names(self, language: str) -> tuple[str, ...]:
        """What each run is called."""
        if self.twin == "none":
            return (translate(language, f"networks.{dict(self.knobs)['cell']}"),)
        names = tuple(called(language, self.twin, value) for value in self.values)
        if self.equal == "units":
            return names
        units = [side["units"] for side in self.settings()]
        return tuple(
            translate(language, "training.sized", name=name, units=each)
            for name, each in zip(names, units, strict=True)
        )

    def words(self, language: str) -> str:
        """All that does not differ, in words, to stand beside the names; what is as usual and seldom asked about is
        left out."""
        told = [
            called(language, knob, id)
            for knob, id in self.knobs
            if not (knob == "cell" and self.twin == "none")  # its name
            and not (knob == "size" and self.equal == "weights")  # in the names
            and applies(self.task, knob, dict(self.knobs).get("cell", "lstm"))
            and (KNOBS[knob].named or id != usual(self.task, knob))
        ]
        return translate(language, "training.comma").join(told)


def pair(task: str, twin: str) -> tuple[str, str]:
    """What the twins have where the link does not say."""
    if twins := KNOBS[twin].twins:
        first, second = twins.split()
        return first, second
    there, start = options(task, twin), usual(task, twin)
    return start, next((id for id in there if float(id) >= 3 * float(start)), there[-1])


def usual(task: str, knob: str) -> str:
    """What the task suggests, as an id; where it suggests nothing, what a run has anyway."""
    row = KNOBS[knob]
    return row.id((DEFAULTS | TASKS[task].suggested)[row.field])


def options(task: str, knob: str) -> list[str]:
    """The ids that a task allows, the usual one among them."""
    row = KNOBS[knob]
    if row.field != "length":
        return list(row.ids)
    low, high = TASKS[task].lengths
    return [id for id in row.ids if low <= int(id) <= high]


def applies(task: str, knob: str, cell: str) -> bool:
    """Whether a choice makes a difference for a task and a kind of cell."""
    return KNOBS[knob].applies(TASKS[task], cell)


def twins(task: str, cell: str, gate: str = "learned") -> list[str]:
    """In what the twins of a task may differ; a gate that is fixed bears no weight decay."""
    without = ("decay",) if cell == "lstm" and gate != "learned" else ()
    return [twin for twin in TWINS if twin == "none" or (twin not in without and applies(task, twin, cell))]


def called(language: str, knob: str, id: str) -> str:
    """A choice in words: "clipped at 1", "no dropout"."""
    texts = labels_of(language, "training")["called"]
    text: str = texts.get(f"{knob}_{id}", texts[knob])
    return text.format(value=label(language, id))


def label(language: str, id: str) -> str:
    """An id in words; a number is itself."""
    words: dict[str, str] = labels_of(language, "training")["ids"] | labels_of(language, "networks")
    return words.get(id, id)


def planned(preset: str) -> Plan:
    """The plan of an experiment, with seed 0."""
    given = PRESETS[preset]
    task, twin = given["task"], given["twin"]
    knobs = tuple((knob, given.get(knob) or usual(task, knob)) for knob in KNOBS if knob != twin)
    return Plan(task, twin, (given["first"], given["second"]), knobs, 0)


def plan_of(s: Settings) -> Plan:
    """The plan of one run with these settings, as near as the choices' ids say it."""
    values = vars(s) | vars(s.shape)
    knobs = tuple((name, knob.id(values[knob.field])) for name, knob in KNOBS.items())
    return Plan(s.task, "none", ("",), knobs, s.seed)


def described(s: Settings, language: str, **ids: str) -> str:
    """The settings of one run in words, but for its cell, length, batch and steps: all that is neither off nor
    PyTorch's own way, whatever the task suggests. `ids`: of a knob, in the place of this run's."""
    plan = plan_of(s)
    told = [
        called(language, knob, ids.get(knob, id))
        for knob, id in plan.knobs
        if knob not in ("cell", "delay", "batch", "budget")
        and applies(s.task, knob, s.shape.kind)
        and (KNOBS[knob].named or knob == "optimizer" or id != KNOBS[knob].id(DEFAULTS[KNOBS[knob].field]))
    ]
    return translate(language, "training.comma").join(told)


def weights_of_body(kind: str, units: int, reads: int) -> int:
    """The weights and biases of a recurrent body: for each block, W_ih, W_hh and two biases."""
    return len(CELLS[kind].letters) * units * (reads + units + 2)


def equally_heavy(task: str, sides: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Runs whose bodies have as nearly as possible the same number of weights: that of the kind with the most blocks
    keeps its units, the others get more."""
    usual = DEFAULTS | TASKS[task].suggested
    reads = int(usual["embedding"] or TASKS[task].inputs)
    largest = max(weights_of_body(side["kind"], side["units"], reads) for side in sides)
    low, high = (int(bound) for bound in LIMITS["units"])

    def units(kind: str) -> int:
        return min(range(low, high + 1), key=lambda count: abs(weights_of_body(kind, count, reads) - largest))

    return [side | {"units": units(side["kind"])} for side in sides]


def _allowed(task: str, side: dict[str, str]) -> dict[str, Any]:
    """The settings of one run, without what its cell or task does not have."""
    found: dict[str, Any] = {}
    for knob, id in side.items():
        if applies(task, knob, side["cell"]):
            found[KNOBS[knob].field] = KNOBS[knob].value(id)
    if found.get("examples") is None:
        found.pop("patience", None)
    if found.get("fixed_gate"):
        found.pop("weight_decay", None)
    return found


PRESETS: dict[str, dict[str, str]] = {
    "cells": {"task": "errands", "twin": "cell", "first": "rnn", "second": "lstm", "record": "opening"},
    "long": {
        **{"task": "recall", "twin": "cell", "first": "rnn", "second": "lstm", "delay": "50", "size": "32"},
        **{"rate": "0.005", "bias": "5", "budget": "800", "record": "p5"},
    },
    "explodes": {
        **{"task": "temporal_order", "twin": "limit", "first": "off", "second": "1", "cell": "rnn"},
        **{"nonlinearity": "relu", "begin": "identity", "optimizer": "sgd", "rate": "0.05", "delay": "30"},
        **{"size": "50", "batch": "16", "budget": "800", "record": "preset-clipping"},
    },
    "bias": {"task": "recall", "twin": "bias", "first": "0", "second": "3", "record": "p9"},
    "overfits": {
        **{"task": "errands", "twin": "examples", "first": "64", "second": "all", "delay": "0", "batch": "32"},
        **{"budget": "600", "record": "overfitting"},
    },
    "decay": {
        **{"task": "errands", "twin": "decay", "first": "0", "second": "1", "examples": "64", "delay": "0"},
        **{"batch": "32", "budget": "600", "record": "overfitting"},
    },
    "tuning": {
        **{"task": "recall", "twin": "rate", "first": "0.001", "second": "0.02", "delay": "50"},
        "record": "tuning",
    },
    "stream": {"task": "continual", "twin": "gate", "first": "fixed", "second": "learned", "record": "p8"},
}
"""Experiments to pick: what differs from the usual settings, and the recorded runs that belong to it."""
SECONDS = {
    **{"cells": 30, "long": 20, "explodes": 15, "bias": 15},
    **{"overfits": 20, "decay": 20, "tuning": 15, "stream": 40},
}
"""About how long each takes when nobody else trains: the processor time of both runs, and half as much again."""
