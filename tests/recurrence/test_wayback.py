"""The way back step by step, stage by stage, against autograd through a plain loop."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from rnnviz.recurrence.bptt import backpropagate
from rnnviz.recurrence.fresh import fresh_weights, random_sequence
from rnnviz.recurrence.trace import trace_cell
from rnnviz.recurrence.wayback import direct, way_back
from tests.modules import cells

ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "logistic": torch.sigmoid}


def staged(kind, activation, parameters, inputs):
    """The equations of PyTorch's documentation, with every step's a_hh = W_hh h + b_hh and carrying gate kept."""
    w = {name: torch.from_numpy(p) for name, p in parameters.items()}
    units = w["weight_hh"].shape[1]
    h = torch.zeros(units, dtype=torch.double, requires_grad=True)
    c = torch.zeros(units, dtype=torch.double, requires_grad=True)
    steps = []
    for x in torch.from_numpy(inputs):
        a_ih, a_hh = w["weight_ih"] @ x + w["bias_ih"], w["weight_hh"] @ h + w["bias_hh"]
        before, gate = h, None
        if kind == "rnn":
            h = ACTIVATIONS[activation](a_ih + a_hh)
        elif kind == "lstm":
            i, f, g, o = (a_ih + a_hh).split(units)
            gate = f.sigmoid()
            c = gate * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
        else:
            (ar, az, an), (br, bz, bn) = a_ih.split(units), a_hh.split(units)
            gate = (az + bz).sigmoid()
            h = (1 - gate) * (an + (ar + br).sigmoid() * bn).tanh() + gate * h
        steps.append({"before": before, "a": a_hh, "gate": gate, "h": h, "c": c})
    return steps


def stages(kind, steps, losses):
    """Autograd's norms of each stage: entry t of the step from t + 1 to t."""
    total = sum(losses)
    parts = ("h", "c") if kind == "lstm" else ("h",)
    whole = [torch.autograd.grad(total, [step[p] for p in parts], retain_graph=True) for step in steps]
    found = {name: [] for name in ("sent", "sloped", "weighed", "held", "kept")}
    for step, grads in zip(steps[1:], whole[1:], strict=True):
        (a,) = torch.autograd.grad(total, step["a"], retain_graph=True)
        (back,) = torch.autograd.grad(step["a"], step["before"], a, retain_graph=True)
        found["sent"].append(torch.cat(grads).norm())
        found["sloped"].append(a.norm())
        found["weighed"].append(back.norm())
        if step["gate"] is not None:
            found["held"].append(grads[-1].norm())
            found["kept"].append((step["gate"] * grads[-1]).norm())
    return whole, {name: np.array([float(one.detach()) for one in norms]) for name, norms in found.items() if norms}


@pytest.mark.parametrize("at", ["last", "every"])
@settings(deadline=None, max_examples=60)
@given(cells(max_length=12))
def test_every_stage_is_autograds(at, cell):
    kind, activation, parameters, inputs = cell
    trace = trace_cell(kind, activation, inputs, parameters)
    found = way_back(backpropagate(trace, at=at, through_time=False))
    steps = staged(kind, activation, parameters, inputs)
    losses = [step["h"].square().sum() / 2 for step in steps]
    whole, norms = stages(kind, steps, losses if at == "every" else losses[-1:])
    close = {"rtol": 1e-7, "atol": 1e-200}
    np.testing.assert_allclose(found.h, [float(g[0].norm()) for g in whole], **close)
    if kind == "lstm":
        np.testing.assert_allclose(found.c, [float(g[1].norm()) for g in whole], **close)
    for name, expected in norms.items():
        values = found.records[name]
        assert np.isnan(values[-1])
        np.testing.assert_allclose(values[:-1], expected, **close)
    assert (found.held is None) == (kind == "rnn")
    if at == "last":  # what arrives is what is there
        np.testing.assert_allclose(found.arrived[:-1], found.h[:-1], **close)


@pytest.mark.parametrize("kind", ["rnn", "lstm"])
def test_the_factors_multiply_to_the_norm_after(kind):
    """Of an RNN's h, and of an LSTM's: there is one way into it, through the weights."""
    trace = trace_cell(kind, "tanh", random_sequence(30, 32, 0), fresh_weights(kind))
    found = way_back(backpropagate(trace, through_time=False))
    slopes, weights = found.sloped / found.sent, found.weighed / found.sloped
    np.testing.assert_allclose((found.sent * slopes * weights)[:-1], found.h[:-1], rtol=1e-12)
    if kind == "rnn":
        np.testing.assert_allclose(np.prod((slopes * weights)[:-1]), found.h[0] / found.h[-1], rtol=1e-10)
        assert (slopes[:-1] <= 1).all(), "no slope of tanh is steeper"


def test_two_ways_add_as_vectors():
    """A GRU's: what arrives is at most the sum of both norms, and at least their difference."""
    trace = trace_cell("gru", "tanh", random_sequence(30, 32, 0), fresh_weights("gru"))
    found = way_back(backpropagate(trace, through_time=False))
    kept, weighed, h = found.kept[:-1], found.weighed[:-1], found.h[:-1]
    assert (h <= kept + weighed + 1e-12).all()
    assert (h >= np.abs(kept - weighed) - 1e-12).all()


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_a_units_own_way_is_the_product_of_its_gates(kind):
    """By autograd of a loop in which every other way is cut."""
    parameters, inputs = fresh_weights(kind, forget_bias=1.0), random_sequence(9, 32, 0)
    trace = trace_cell(kind, "tanh", inputs, parameters)
    gates = torch.from_numpy(trace.gates[trace.cell.keeper])
    state = [torch.zeros(32, dtype=torch.double, requires_grad=True)]
    for gate in gates[1:]:
        state.append(gate * state[-1])
    grads = torch.autograd.grad(state[-1].sum(), state)
    np.testing.assert_allclose(direct(trace), torch.stack(grads).numpy(), rtol=1e-12)
    assert direct(trace_cell("rnn", "tanh", inputs, fresh_weights("rnn"))) is None
