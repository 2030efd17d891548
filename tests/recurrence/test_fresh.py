"""Fresh cells: PyTorch's shapes and default, and each setting moves what it names and nothing else."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import rnnviz
from rnnviz.recurrence.cells import CELLS
from rnnviz.recurrence.fresh import fresh_weights, random_sequence
from rnnviz.recurrence.trace import trace_cell
from tests.modules import cells

MODULES = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
kinds = pytest.mark.parametrize("kind", MODULES)


def module_of(kind, activation, parameters):
    rows, size = parameters["weight_ih"].shape
    units = parameters["weight_hh"].shape[1]
    options = {"nonlinearity": activation} if kind == "rnn" else {}
    module = MODULES[kind](size, units, dtype=torch.float64, **options)
    assert len(module.weight_ih_l0) == rows
    module.load_state_dict({f"{name}_l0": torch.from_numpy(p) for name, p in parameters.items()})
    return module


@settings(deadline=None, max_examples=30)
@given(cells(activations=("tanh", "relu")))
def test_pytorch_takes_the_parameters_and_computes_the_same(case):
    kind, activation, parameters, inputs = case
    assert {p.dtype.name for p in parameters.values()} == {"float64"}
    ours = trace_cell(kind, activation, inputs, parameters)
    theirs = rnnviz.trace(module_of(kind, activation, parameters), inputs)
    assert ours.tokens == theirs.tokens
    assert ours.parameters.keys() == theirs.parameters.keys()
    with torch.inference_mode():
        h, _ = module_of(kind, activation, parameters)(torch.from_numpy(inputs))
    np.testing.assert_allclose(ours.h, h.numpy(), rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(ours.h, theirs.h)


@kinds
def test_the_default_is_pytorchs(kind):
    """Uniform on ±1/√H: the largest of many draws comes near the edge, the variance is edge²/3, the mean 0."""
    ours, edge = fresh_weights(kind, units=64, inputs=64, seed=3), 1 / 8
    module = MODULES[kind](64, 64).requires_grad_(False)
    for name, values in ours.items():
        assert values.shape == getattr(module, f"{name}_l0").shape
        assert np.abs(values).max() <= edge
        assert np.abs(values).max() >= 0.9 * edge
        if name.startswith("weight"):
            assert values.var() == pytest.approx(edge**2 / 3, rel=0.1)
            assert values.var() == pytest.approx(float(getattr(module, f"{name}_l0").var()), rel=0.1)
    assert len({float(values.flat[0]) for values in ours.values()}) == 4, "each parameter has draws of its own"


@kinds
@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**63), units=st.integers(1, 20))
def test_a_setting_changes_what_it_names_and_nothing_else(kind, seed, units):
    base = fresh_weights(kind, units, 3, seed=seed)

    def changed(**settings):
        other = fresh_weights(kind, units, 3, **{"seed": seed, **settings})
        return {name for name in base if not np.array_equal(base[name], other[name])}

    assert changed() == changed(activation="relu") == changed(scale=1.0) == set()
    assert changed(start="orthogonal") == changed(start="identity") == changed(scale=2.0) == {"weight_hh"}
    assert changed(forget_bias=1.0) == ({"bias_hh"} if kind != "rnn" else set())
    assert changed(seed=seed ^ 1) == set(base)
    np.testing.assert_array_equal(
        fresh_weights(kind, units, 3, scale=3.0, seed=seed)["weight_hh"], 3 * base["weight_hh"]
    )
    if keeper := CELLS[kind].keeper:
        more = (fresh_weights(kind, units, 3, forget_bias=2.5, seed=seed)["bias_hh"] - base["bias_hh"]).reshape(
            -1, units
        )
        np.testing.assert_allclose(more, [[2.5 if letter == keeper else 0] * units for letter in letters(kind)])


def letters(kind):
    return {"lstm": "ifgo", "gru": "rzn"}[kind]


@kinds
def test_starts_are_made_for_each_gate_block(kind):
    for scale in (1.0, 0.5):
        turned = fresh_weights(kind, 12, 3, start="orthogonal", scale=scale)["weight_hh"].reshape(-1, 12, 12)
        for block in turned:
            np.testing.assert_allclose(block @ block.T, scale**2 * np.eye(12), atol=1e-12)
        same = fresh_weights(kind, 12, 3, start="identity", scale=scale)["weight_hh"].reshape(-1, 12, 12)
        np.testing.assert_array_equal(same, np.broadcast_to(scale * np.eye(12), same.shape))
    assert len(np.unique(turned[:, 0, 0])) == len(turned), "no two blocks are the same"


@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 40), st.integers(0, 2**63))
def test_a_longer_sequence_begins_with_the_shorter(one, other, size, seed):
    short, long = sorted((random_sequence(one, size, seed), random_sequence(other, size, seed)), key=len)
    np.testing.assert_array_equal(short, long[: len(short)])
    assert short.shape == (min(one, other), size)


def test_a_sequence_is_standard_normal_and_no_copy_of_the_weights():
    values = random_sequence(200, 32, 0)
    assert values.mean() == pytest.approx(0, abs=0.05)
    assert values.std() == pytest.approx(1, abs=0.05)
    assert not np.array_equal(values, random_sequence(200, 32, 1))


def test_what_does_not_exist():
    with pytest.raises(Exception, match="transformer"):
        fresh_weights("transformer")
    with pytest.raises(Exception, match="swish"):
        fresh_weights("rnn", activation="swish")
