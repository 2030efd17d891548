"""Twins: whether they read the same examples, held against what their networks really read; how large each is."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from torch import Tensor

from rnnviz.training import advance as library
from rnnviz.training.runs import Run
from rnnviz.training.settings import KNOBS, Settings
from rnnviz.training.twins import alike, body_weights, parting

STEPS = 60
SMALL: dict[str, Any] = {"units": 4, "batch": 4, "steps": STEPS}
DIFFERENCES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("errands", {"kind": "rnn"}, {"kind": "lstm"}),
    ("errands", {"clip": None}, {"clip": 0.1}),
    ("errands", {"length": 1}, {"length": 8}),
    ("errands", {"word_dropout": 0.0}, {"word_dropout": 0.5}),
    ("errands", {"synonyms": False}, {"synonyms": True}),
    ("errands", {"dropout": 0.0}, {"dropout": 0.5}),
    ("errands", {"examples": 64}, {"examples": None}),
    ("errands", {"examples": 64, "dropout": 0.0}, {"examples": 64, "dropout": 0.5}),
    ("errands", {"examples": 64, "patience": 25}, {"examples": 64}),
    ("recall", {"kind": "rnn"}, {"kind": "gru"}),
    ("recall", {"length": 4}, {"length": 12}),
    ("recall", {"batch": 4}, {"batch": 8}),
    ("temporal_order", {"rate": 0.5}, {"rate": 0.01}),
    ("continual", {"fixed_gate": ""}, {"fixed_gate": "f"}),
    ("recall", {"kind": "rnn"}, {"kind": "rnn", "activation": "relu"}),
]


def trained(task: str, side: dict[str, Any]) -> tuple[Run, list[bytes]]:
    """The run at its end, and what its network read at each step."""
    return read_by(library.settled(task, **SMALL | side))


@cache
def read_by(settings: Settings) -> tuple[Run, list[bytes]]:
    found: list[bytes] = []
    usual = library._Stepper.read

    def read(stepper: Any, inputs: Tensor, *only: Any) -> Any:
        found.append(inputs.numpy().tobytes())
        return usual(stepper, inputs, *only)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(library._Stepper, "read", read)
        patched.setattr(library, "MASTERY", 0.01)  # so that levels rise within a few steps, sooner in one of the two
        return library.advance(library.new_run(settings), STEPS), found


@pytest.mark.parametrize(("task", "one", "other"), DIFFERENCES)
def test_the_step_from_which_twins_read_other_examples(task: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    (first, a), (second, b) = trained(task, one), trained(task, other)
    same = np.array([mine == theirs for mine, theirs in zip(a, b, strict=False)])
    found = parting(first, second)
    if same.all():
        assert found is None
        return
    assert found is not None
    assert found.step == 1 + int((~same).argmax())
    if found.why == "level":
        assert found.same == same.sum()
        ahead = (first, second)[found.ahead]
        behind = (second, first)[found.ahead]
        assert ahead.log["level"][found.step - 1] > behind.log["level"][found.step - 1]
    else:
        assert not alike(first.settings, second.settings)


@pytest.mark.slow
def test_the_tests_above_see_both_ways_of_parting() -> None:
    found = set()
    for task, *sides in DIFFERENCES:
        first, second = (trained(task, side)[0] for side in sides)  # type: ignore[arg-type]
        parted = parting(first, second)
        found.add(parted.why if parted else None)
    assert found == {"setting", "level", None}


OTHERS: dict[str, Any] = {
    **{"kind": "gru", "start": "orthogonal", "optimizer": "sgd", "synonyms": True, "fixed_gate": "i"},
    **{"clip": 3.0, "rate": 0.5, "forget_bias": 1.0, "weight_decay": 0.1, "word_dropout": 0.1, "dropout": 0.1},
    **{"length": 3, "units": 5, "batch": 3, "steps": 7, "examples": 32, "patience": 50, "activation": "relu"},
}
"""Another value of each setting than the usual one."""


def test_every_knob_in_which_twins_may_differ_is_judged_by_what_it_does_to_the_examples() -> None:
    """A knob that is not among those that decide the examples is one of the network or of its training."""
    of_training = {"clip", "kind", "forget_bias", "start", "rate", "units", "steps", "optimizer", "fixed_gate"}
    of_training |= {"dropout", "weight_decay", "patience", "activation"}
    for knob in KNOBS.values():
        kind = "rnn" if knob.field == "activation" else "lstm"
        usual = library.settled("errands", examples=64, kind=kind)
        other = library.settled("errands", **{"examples": 64, "kind": kind, knob.field: OTHERS[knob.field]})
        assert other != usual
        assert alike(usual, other) == (knob.field in of_training), knob.name


@pytest.mark.parametrize(("task", "inputs"), [("recall", 9), ("errands", 64), ("adding", 2)])
def test_an_lstm_has_four_times_the_weights_of_an_rnn_and_a_gru_three_times(task: str, inputs: int) -> None:
    """H (E + H) + 2 H for each block: as content/training.md says."""
    for kind, blocks in (("rnn", 1), ("lstm", 4), ("gru", 3)):
        settings = library.settled(task, kind=kind, units=7)
        assert body_weights(settings) == blocks * (7 * (inputs + 7) + 2 * 7)
