"""How long units remember, what they hold, and what gates listen to: against torch and against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.recurrence import memory
from rnnviz.text import tokenize

ALICE = tokenize("Starving, Alice drives to the nearest store to buy")


def traced(kind: str, steps: int, units: int, seed: int) -> tuple[torch.nn.Module, rnnviz.Trace]:
    torch.manual_seed(seed)
    module = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind](5, units).double()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(3)
    return module, rnnviz.trace(module, torch.randn(steps, 5).double().numpy())


cells = {"kind": st.sampled_from(["lstm", "gru"]), "steps": st.integers(1, 12), "seed": st.integers(0, 99)}


@settings(deadline=None, max_examples=40)
@given(**cells, units=st.integers(1, 6))
def test_what_the_words_still_make_adds_up_to_the_last_state(kind: str, steps: int, units: int, seed: int) -> None:
    module, trace = traced(kind, steps, units, seed)
    _, last = module(torch.tensor(trace.inputs))
    wanted = (last[1] if kind == "lstm" else last)[0].detach().numpy()
    np.testing.assert_allclose(memory.contributions(trace).sum(0), wanted, atol=1e-9)


@settings(deadline=None, max_examples=20)
@given(**cells)
def test_each_words_part_is_its_write_times_all_later_gates(kind: str, steps: int, seed: int) -> None:
    _, trace = traced(kind, steps, 3, seed)
    g, found = trace.gates, memory.contributions(trace)
    for s in range(steps):
        part = g["i"][s] * g["g"][s] if kind == "lstm" else (1 - g["z"][s]) * g["n"][s]
        for later in range(s + 1, steps):
            part = part * g["f" if kind == "lstm" else "z"][later]
        np.testing.assert_allclose(found[s], part, atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(**cells)
def test_the_half_life_is_the_time_after_which_the_gates_leave_half(kind: str, steps: int, seed: int) -> None:
    """At the rate of the sentence: 0.5^(steps / half-life) is what the product of the gates leaves."""
    _, trace = traced(kind, steps, 4, seed)
    gate = trace.gates["f" if kind == "lstm" else "z"]
    counted = gate[1:] if steps > 1 else gate
    halves = memory.half_lives(trace)
    np.testing.assert_allclose(0.5 ** (len(counted) / halves), counted.prod(0), rtol=1e-6)
    order = memory.longest_first(trace)
    assert sorted(order) == list(range(4))
    assert (np.diff(halves[order]) <= 0).all()


def test_a_gate_that_never_closes_holds_for_ever_and_one_that_is_shut_for_no_time() -> None:
    _, trace = traced("lstm", 4, 2, 0)
    trace.gates["f"][:] = [1.0, 0.0]
    np.testing.assert_array_equal(memory.half_lives(trace), [np.inf, 0.0])


def test_no_half_life_is_measured_beyond_the_steps_in_which_gates_worked() -> None:
    assert [memory.steps_of(range(steps)) for steps in (1, 2, 12)] == [1, 1, 11]
    _, trace = traced("lstm", 7, 4, 5)
    left = trace.gates["f"][1:].prod(0)
    np.testing.assert_array_equal(memory.half_lives(trace) > memory.steps_of(trace), left > 0.5)


def test_the_mean_of_a_gate_has_no_half_life() -> None:
    """One unit of four never forgets, three forget at once; by their mean gate half would be gone after half a step."""
    _, trace = traced("lstm", 9, 4, 0)
    trace.gates["f"][:] = [1.0, 0.0, 0.0, 0.0]
    assert np.log(0.5) / np.log(trace.gates["f"].mean()) == pytest.approx(0.5)
    assert (memory.half_lives(trace) > 8).tolist() == [True, False, False, False]


def test_on_its_direct_way_a_cells_gradient_is_multiplied_by_f() -> None:
    _, trace = traced("lstm", 6, 4, 1)
    steps = rnnviz.jacobians(trace).steps
    np.testing.assert_allclose(steps[:, 4:, 4:], [np.diag(f) for f in trace.gates["f"]], atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(**cells)
def test_what_a_gate_listens_to_adds_up_to_torchs_gate(kind: str, steps: int, seed: int) -> None:
    """The sum, squashed, is the gate; and the gates are those of torch, since its hidden state comes out."""
    module, trace = traced(kind, steps, 4, seed)
    outputs, _ = module(torch.tensor(trace.inputs))
    np.testing.assert_allclose(trace.h, outputs.detach().numpy(), atol=1e-9)
    for letter, values in trace.gates.items():
        heard = memory.listens(trace, letter)
        squashed = torch.tanh if letter in "gn" else torch.sigmoid
        np.testing.assert_allclose(squashed(torch.tensor(heard.total)).numpy(), values, atol=1e-9)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_each_part_is_what_remains_if_the_others_are_silenced(kind: str) -> None:
    """The word alone, the state alone, the bias alone, each by torch's own matrices."""
    module, trace = traced(kind, 6, 4, 3)
    letters = "ifgo" if kind == "lstm" else "rzn"
    w = {name.removesuffix("_l0"): p.detach().numpy() for name, p in module.named_parameters()}
    before = np.concatenate([np.zeros((1, 4)), trace.h[:-1]])
    for k, letter in enumerate(letters):
        rows = slice(4 * k, 4 * k + 4)
        behind = trace.gates["r"] if letter == "n" else 1.0
        heard = memory.listens(trace, letter)
        np.testing.assert_allclose(heard.word, trace.inputs @ w["weight_ih"][rows].T, atol=1e-9)
        np.testing.assert_allclose(heard.state, behind * (before @ w["weight_hh"][rows].T), atol=1e-9)
        bias = w["bias_ih"][rows] + behind * w["bias_hh"][rows]
        np.testing.assert_allclose(heard.bias, np.broadcast_to(bias, heard.word.shape), atol=1e-9)


def test_an_rnn_has_no_gate_that_keeps() -> None:
    trace = rnnviz.trace(torch.nn.RNN(3, 2), np.zeros((2, 3), np.float32))
    with pytest.raises(ValueError, match="RNN"):
        memory.half_lives(trace)


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_training_made_the_memory_long(name: str) -> None:
    """C5, C15: before training no unit keeps half for the ten words of a sentence, after it many do, in a GRU too."""
    longer = {
        trained: int((memory.half_lives(rnnviz.trace(rnnviz.load(name, trained=trained), ALICE)) > len(ALICE)).sum())
        for trained in (False, True)
    }
    assert longer[False] == 0
    assert longer[True] >= 5
