"""What is to be trained: the settings of one run or of twins that differ in one thing, as the link and controls say.

Settings stand here as the ids of the choices in `IDS`, so that the link, the controls and the words agree.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from rnnviz.language import labels_of, translate
from rnnviz.networks.network import RECURRENT
from rnnviz.tasks import TASKS
from rnnviz.training.runs import Run

TWINS = (
    *("none", "limit", "cell", "bias", "begin", "rate", "delay", "size", "optimizer", "gate"),
    *("examples", "dropout", "decay", "worddrop", "synonyms", "patience"),
)
"""In what two training runs may differ: one of these keys."""
IDS: dict[str, tuple[str, ...]] = {
    "limit": ("", "off", "0.1", "0.2", "0.5", "1", "2", "5", "10"),
    "cell": ("", "rnn", "lstm", "gru"),
    "bias": ("", "0", "1", "3", "5"),
    "begin": ("", "default", "orthogonal", "identity"),
    "rate": ("", "0.0003", "0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2"),
    "delay": ("", "0", "2", "4", "8", "12", "20", "30", "50", "70", "100", "150", "200"),
    "size": ("", "4", "8", "16", "32", "50", "64", "84", "100"),
    "batch": ("", "8", "16", "32", "64", "128"),
    "budget": ("", "100", "200", "400", "600", "800", "1000", "1200", "1500", "2000", "3000", "4500"),
    "optimizer": ("", "adam", "sgd"),
    "gate": ("", "learned", "fixed"),
    "examples": ("", "all", "128", "64", "32"),
    "dropout": ("", "0", "0.1", "0.2", "0.3", "0.5"),
    "decay": ("", "0", "0.01", "0.1", "0.3", "1"),
    "worddrop": ("", "0", "0.1", "0.2", "0.3", "0.5"),
    "synonyms": ("", "off", "on"),
    "patience": ("", "off", "100", "200", "400"),
}
"""The ids of each choice of a run; empty: what the task suggests."""
FIELDS = {
    **{"limit": "clip", "cell": "kind", "bias": "forget_bias", "begin": "start", "rate": "rate", "delay": "length"},
    **{"size": "units", "batch": "batch", "budget": "steps", "optimizer": "optimizer", "gate": "fixed_forget"},
    **{"examples": "examples", "dropout": "dropout", "decay": "weight_decay", "worddrop": "word_dropout"},
    **{"synonyms": "synonyms", "patience": "patience"},
}
"""The field of `Settings` or `Shape` that each choice sets."""
USUAL = {
    **{"limit": "1", "cell": "lstm", "bias": "0", "begin": "default", "rate": "0.01", "size": "32", "batch": "64"},
    **{"budget": "4500", "optimizer": "adam", "gate": "learned", "examples": "all", "dropout": "0", "decay": "0"},
    **{"worddrop": "0", "synonyms": "off", "patience": "off", "delay": "12"},
}
"""Where the task suggests nothing."""
PAIRS = {
    **{"limit": ("off", "1"), "cell": ("rnn", "lstm"), "bias": ("0", "3"), "begin": ("default", "orthogonal")},
    **{"rate": ("0.001", "0.01"), "size": ("8", "32"), "optimizer": ("sgd", "adam"), "gate": ("fixed", "learned")},
    **{"examples": ("64", "all"), "dropout": ("0", "0.5"), "decay": ("0", "0.3"), "worddrop": ("0", "0.3")},
    **{"synonyms": ("off", "on"), "patience": ("off", "200")},
}
"""What the twins have where the link does not say."""
WORDS = ("worddrop", "synonyms")
ALWAYS = ("cell", "size", "limit", "rate", "delay", "budget", "batch")
"""Choices that are named in words even if they are the usual ones."""


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
            return (translate(language, f"training.ids.{dict(self.knobs)['cell']}"),)
        return tuple(called(language, self.twin, value) for value in self.values)

    def words(self, language: str) -> str:
        """All that does not differ, in words, to stand beside the names; what is as usual and seldom asked about is
        left out."""
        told = [
            called(language, knob, id)
            for knob, id in self.knobs
            if not (knob == "cell" and self.twin == "none")  # its name
            and applies(self.task, knob, dict(self.knobs).get("cell", "lstm"))
            and (knob in ALWAYS or id != usual(self.task, knob))
        ]
        return translate(language, "training.comma").join(told)


def pair(task: str, twin: str) -> tuple[str, str]:
    """What the twins have where the link does not say."""
    if twin != "delay":
        return PAIRS[twin]
    there = options(task, "delay")
    start = usual(task, "delay")
    return start, next((id for id in there if int(id) >= 3 * int(start)), there[-1])


def usual(task: str, knob: str) -> str:
    """What the task suggests, as an id."""
    suggested = TASKS[task].suggested.get(FIELDS[knob])
    if suggested is None:
        return USUAL[knob]
    return suggested if isinstance(suggested, str) else f"{suggested:g}"


def options(task: str, knob: str) -> list[str]:
    """The ids that a task allows, the usual one among them."""
    ids = [id for id in IDS[knob] if id]
    if knob != "delay":
        return ids
    low, high = TASKS[task].lengths
    return [id for id in ids if low <= int(id) <= high]


def applies(task: str, knob: str, cell: str) -> bool:
    """Whether a choice makes a difference for a task and a kind of cell."""
    if knob in ("gate", "bias"):
        return cell == "lstm" or (knob == "bias" and cell == "gru")
    if knob == "begin":
        return cell in RECURRENT
    if knob in WORDS:
        return task == "errands"
    return knob not in ("examples", "patience") or not TASKS[task].streams


def twins(task: str, cell: str, gate: str = "learned") -> list[str]:
    """In what the twins of a task may differ; a forget gate that is fixed bears no weight decay."""
    without = ("decay",) if cell == "lstm" and gate == "fixed" else ()
    return [twin for twin in TWINS if twin == "none" or (twin not in without and applies(task, twin, cell))]


def called(language: str, knob: str, id: str) -> str:
    """A choice in words: "clipped at 1", "no dropout"."""
    texts = labels_of(language, "training")["called"]
    text: str = texts.get(f"{knob}_{id}", texts[knob])
    return text.format(value=label(language, id))


def label(language: str, id: str) -> str:
    """An id in words; a number is itself."""
    found: str = labels_of(language, "training")["ids"].get(id, id)
    return found


def plan_of(run: Run) -> Plan:
    """The plan of a run that was uploaded, as near as the choices' ids say it."""
    s = run.settings
    values = vars(s) | vars(s.shape)
    knobs = tuple((knob, _id(knob, values[field])) for knob, field in FIELDS.items())
    return Plan(s.task, "none", ("",), knobs, s.seed)


def _id(knob: str, value: object) -> str:
    if knob == "gate":
        return "fixed" if value else "learned"
    if knob == "synonyms":
        return "on" if value else "off"
    if value is None:
        return "all" if knob == "examples" else "off"
    return value if isinstance(value, str) else f"{value:g}"


def _allowed(task: str, side: dict[str, str]) -> dict[str, Any]:
    """The settings of one run, without what its cell or task does not have."""
    found: dict[str, Any] = {}
    for knob, id in side.items():
        if applies(task, knob, side["cell"]):
            found[FIELDS[knob]] = _value(knob, id)
    if found.get("examples") is None:
        found.pop("patience", None)
    if found.get("fixed_forget"):
        found.pop("weight_decay", None)
    return found


def _value(knob: str, id: str) -> Any:
    if knob in ("cell", "begin", "optimizer"):
        return id
    if knob in ("gate", "synonyms"):
        return id in ("fixed", "on")
    if id in ("off", "all"):
        return None
    whole = knob in ("delay", "size", "batch", "budget", "examples", "patience")
    return int(id) if whole else float(id)


PRESETS: dict[str, dict[str, str]] = {
    "explodes": {
        **{"task": "temporal_order", "twin": "limit", "first": "off", "second": "1", "optimizer": "sgd"},
        **{"rate": "0.5", "begin": "orthogonal", "budget": "800", "batch": "16", "record": "preset-clipping"},
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
