"""A unit's state or a gate held at a value: against a plain loop in PyTorch that holds the same number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.recurrence.erasing import memory_letter
from rnnviz.recurrence.trace import trace_cell
from tests.modules import cells

LETTERS = {"rnn": "h", "lstm": "hcfigo", "gru": "hrzn"}
ENGLISH, JAPANESE = "Starving, Alice drives to the store to buy", "お腹を空かせたアリスは店へ行き、"
Hold = Callable[[str, torch.Tensor], torch.Tensor]


def plain_step(
    kind: str, activation: str, w: dict[str, torch.Tensor], x: torch.Tensor, state: dict[str, torch.Tensor], hold: Hold
) -> dict[str, torch.Tensor]:
    """The equations of PyTorch's documentation, one after the other; `hold` has the last word on each result."""
    a = (w["weight_ih"] @ x + w["bias_ih"]).reshape(-1, len(state["h"]))
    b = (w["weight_hh"] @ state["h"] + w["bias_hh"]).reshape(-1, len(state["h"]))
    if kind == "rnn":
        squash = {"tanh": torch.tanh, "relu": torch.relu, "logistic": torch.sigmoid}[activation]
        return {"h": hold("h", squash(a[0] + b[0]))}
    if kind == "lstm":
        i, f = hold("i", torch.sigmoid(a[0] + b[0])), hold("f", torch.sigmoid(a[1] + b[1]))
        g, o = hold("g", torch.tanh(a[2] + b[2])), hold("o", torch.sigmoid(a[3] + b[3]))
        c = hold("c", f * state["c"] + i * g)
        return {"h": hold("h", o * torch.tanh(c)), "c": c, "i": i, "f": f, "g": g, "o": o}
    r, z = hold("r", torch.sigmoid(a[0] + b[0])), hold("z", torch.sigmoid(a[1] + b[1]))
    n = hold("n", torch.tanh(a[2] + r * b[2]))
    return {"h": hold("h", (1 - z) * n + z * state["h"]), "r": r, "z": z, "n": n}


def plain(trace: rnnviz.Trace, unit: int, at: int, letter: str, value: float) -> dict[str, np.ndarray]:
    """All records of the reading with one number held, `(T, H)` by letter."""
    w = {name: torch.tensor(part) for name, part in trace.parameters.items()}
    state = {part: torch.zeros(trace.h.shape[1], dtype=torch.float64) for part in ("h", "c")}
    steps: list[dict[str, torch.Tensor]] = []
    for t, x in enumerate(torch.tensor(trace.inputs)):

        def hold(name: str, found: torch.Tensor, t: int = t) -> torch.Tensor:
            if name != letter or t < at:
                return found
            return torch.where(torch.arange(len(found)) == unit, value, found)

        steps.append(plain_step(trace.kind, trace.nonlinearity, w, x, state, hold))
        state = state | steps[-1]
    return {name: torch.stack([step[name] for step in steps]).numpy() for name in steps[0]}


@st.composite
def holds(draw: st.DrawFn) -> tuple[rnnviz.Trace, int, int, str, float | str]:
    kind, activation, parameters, inputs = draw(cells(max_length=12, scale=st.sampled_from([0.3, 1.0, 2.0])))
    trace = trace_cell(kind, activation, inputs, parameters)
    unit, at = draw(st.integers(0, trace.h.shape[1] - 1)), draw(st.integers(0, len(trace) - 1))
    return trace, unit, at, draw(st.sampled_from(LETTERS[kind])), draw(st.sampled_from([0.0, 0.25, 1.0, "mean"]))


@settings(deadline=None, max_examples=150)
@given(holds())
def test_holding_is_what_a_plain_loop_makes_of_it(given: tuple[rnnviz.Trace, int, int, str, float | str]) -> None:
    trace, unit, at, letter, to = given
    value = float(trace.records[letter][:, unit].mean()) if to == "mean" else float(to)
    found = rnnviz.erase(trace, unit, at, letter, to)
    assert (found.unit, found.at, found.letter, found.value) == (unit, at, letter, pytest.approx(value, 1e-12, 1e-15))
    wanted = plain(trace, unit, at, letter, value)
    assert found.after.records.keys() == wanted.keys()
    for name, values in found.after.records.items():
        np.testing.assert_allclose(values, wanted[name], rtol=1e-7, atol=1e-9, err_msg=name)
        np.testing.assert_array_equal(values[:at], trace.records[name][:at])
        np.testing.assert_array_equal(found.changes[name], values - trace.records[name])
    np.testing.assert_allclose(found.after.records[letter][at:, unit], value, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (name, text)
        for text, end in ((ENGLISH, ""), (JAPANESE, "-ja"))
        for name in (f"rnn{end}", f"lstm{end}", f"gru{end}")
    ],
)
def test_the_networks_that_ship_in_both_languages(name: str, sentence: str) -> None:
    network = rnnviz.load(name).double()
    trace = rnnviz.trace(network, sentence)
    weight, bias = (part.detach().numpy() for part in (network.readout.weight, network.readout.bias))
    for letter in trace.records:
        found = rnnviz.erase(trace, unit=3, at=2, letter=letter, to="mean")
        wanted = plain(trace, 3, 2, letter, float(trace.records[letter][:, 3].mean()))
        np.testing.assert_allclose(found.after.h, wanted["h"], atol=1e-9)
        assert found.after.logits is not None
        np.testing.assert_allclose(found.after.logits, wanted["h"] @ weight.T + bias, atol=1e-8)
        assert found.after.words == network.words
        assert np.abs(found.changes[letter]).max() > 1e-4, "nothing was held"


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("to", [0.0, 1.0, "mean"])
def test_each_unit_in_turn_is_one_after_the_other(name: str, to: float | str) -> None:
    trace = rnnviz.trace(rnnviz.load(name).double(), ENGLISH)
    for letter in trace.records:
        each = rnnviz.erase_each(trace, 3, letter, to)
        for unit in range(0, trace.h.shape[1], 7):
            alone = rnnviz.erase(trace, unit, 3, letter, to).after.logits
            assert alone is not None
            np.testing.assert_allclose(each[unit], alone[-1], atol=1e-9)
    means = trace.h.mean(0)
    np.testing.assert_allclose(rnnviz.erase_each(trace, 3, "h", means), rnnviz.erase_each(trace, 3, "h", "mean"))


def test_what_is_erased_when_nothing_is_said_is_the_state_that_remembers() -> None:
    lstm, gru = (rnnviz.trace(rnnviz.load(name), ENGLISH) for name in ("lstm", "gru"))
    assert [memory_letter(trace.cell) for trace in (lstm, gru)] == ["c", "h"]
    gone = rnnviz.erase(lstm, 5, at=1).after
    assert gone.c is not None
    assert not gone.c[1:, 5].any()
    assert not gone.h[1:, 5].any()
    assert gone.h[0, 5] == lstm.h[0, 5] != 0
    assert not rnnviz.erase(gru, 5).after.h[:, 5].any()


@pytest.mark.parametrize(
    ("wanted", "options"),
    [
        ("wanted one of h, c, f, i, g, o, which this lstm has, got 'z'", {"letter": "z"}),
        ("wanted one of h, c, f, i, g, o, which this lstm has, got 'weights'", {"letter": "weights"}),
        ("wanted a unit from 0 to", {"unit": 10_000}),
        ("wanted a unit from 0 to", {"unit": -1}),
        ("wanted a token from 0 to 8, got 9", {"at": 9}),
        ("wanted a token from 0 to 8, got -1", {"at": -1}),
        ('f can be held at a number from 0 to 1 or its "mean", got 1.5', {"letter": "f", "to": 1.5}),
        ('g can be held at a number from -1 to 1 or its "mean", got -2', {"letter": "g", "to": -2}),
        ('c can be held at a finite number or its "mean", got nan', {"to": float("nan")}),
        ("c can be held at a finite number or its \"mean\", got 'median'", {"to": "median"}),
    ],
)
def test_what_cannot_be_held_is_refused_in_words(wanted: str, options: dict[str, object]) -> None:
    trace = rnnviz.trace(rnnviz.load("lstm"), ENGLISH)
    with pytest.raises(ValueError, match=r"wanted|held") as caught:
        rnnviz.erase(trace, **{"unit": 0, **options})  # type: ignore[arg-type]
    assert wanted in str(caught.value)
    if "unit" not in options:
        with pytest.raises(ValueError, match=r"wanted|held"):
            rnnviz.erase_each(trace, **options)  # type: ignore[arg-type]


def test_a_bare_module_has_states_but_no_answer() -> None:
    trace = rnnviz.trace(torch.nn.GRU(3, 4), np.ones((5, 3), np.float32))
    found = rnnviz.erase(trace, 2, at=1, letter="r", to=1)
    assert found.after.h.dtype == np.float32
    assert found.after.logits is None
    with pytest.raises(ValueError, match="no readout"):
        rnnviz.erase_each(trace)
