"""What is to be trained: the settings of one run or of twins that differ in one thing, as the link and controls say.

Settings stand here as the ids that `KNOBS` offers, so that the link, the controls and the words agree.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from rnnviz.language import labels_of, translate
from rnnviz.tasks import TASKS
from rnnviz.training.settings import DEFAULTS, KNOBS, Settings

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

    def settings(self) -> tuple[dict[str, Any], ...]:
        """For each run the arguments of `training.start`, but for the task."""
        sides = [dict(self.knobs) | ({self.twin: value} if self.twin != "none" else {}) for value in self.values]
        return tuple(_allowed(self.task, side) | {"seed": self.seed} for side in sides)

    def names(self, language: str) -> tuple[str, ...]:
        """What each run is called."""
        if self.twin == "none":
            return (translate(language, f"networks.{dict(self.knobs)['cell']}"),)
        return tuple(called(language, self.twin, value) for value in self.values)

    def words(self, language: str) -> str:
        """All that does not differ, in words, to stand beside the names; what is as usual and seldom asked about is
        left out."""
        told = [
            called(language, knob, id)
            for knob, id in self.knobs
            if not (knob == "cell" and self.twin == "none")  # its name
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
    "explodes": {
        **{"task": "temporal_order", "twin": "limit", "first": "off", "second": "1", "cell": "rnn"},
        **{"nonlinearity": "relu", "begin": "identity", "optimizer": "sgd", "rate": "0.05", "delay": "30"},
        **{"size": "50", "batch": "16", "budget": "800", "record": "preset-clipping"},
    },
    "long": {
        **{"task": "recall", "twin": "cell", "delay": "50", "size": "32", "rate": "0.005", "bias": "5"},
        **{"budget": "800", "record": "p5"},
    },
    "bias": {"task": "recall", "twin": "bias", "record": "p9"},
    "adding": {"task": "adding", "twin": "cell", "record": "p6"},
    "stream": {"task": "continual", "twin": "gate", "record": "p8"},
    "overfits": {"task": "errands", "twin": "examples", "record": "overfitting"},
    "dropout": {"task": "errands", "twin": "dropout", "examples": "64", "record": "overfitting"},
    "synonyms": {"task": "errands", "twin": "synonyms", "examples": "64", "record": "overfitting"},
}
"""Experiments to pick: what differs from the usual settings, and the recorded runs that belong to it."""
