"""Random recurrent modules, cells and inputs, for the property tests."""

import numpy as np
import torch
from hypothesis import strategies as st
from torch import nn

from rnnviz.recurrence.fresh import fresh_weights, random_sequence


@st.composite
def modules(draw, dtype=torch.float32, max_length=200, scale=None):
    """A one-layer module of any kind with random sizes, and an input `(T, E)` for it."""
    embedding, units = draw(st.integers(1, 12)), draw(st.integers(1, 24))
    length, seed = draw(st.integers(1, max_length)), draw(st.integers(0, 2**31))
    made, options = draw(
        st.sampled_from(
            [(nn.RNN, {}), (nn.RNN, {"nonlinearity": "relu"}), (nn.LSTM, {}), (nn.GRU, {})],
        )
    )
    torch.manual_seed(seed)
    module = made(embedding, units, bias=draw(st.booleans()), dtype=dtype, **options)
    factor = draw(scale) if scale is not None else 1.0
    with torch.no_grad():
        for p in module.parameters():
            p.mul_(factor)
    numpy_dtype = torch.zeros((), dtype=dtype).numpy().dtype
    return module, np.random.default_rng(seed).standard_normal((length, embedding)).astype(numpy_dtype)


@st.composite
def cells(draw, max_length=30, scale=None, kinds=("rnn", "lstm", "gru"), activations=("tanh", "relu", "logistic")):
    """Settings of a fresh cell and its input: (kind, activation, parameters, inputs `(T, E)`), float64."""
    kind = draw(st.sampled_from(kinds))
    activation = draw(st.sampled_from(activations)) if kind == "rnn" else "tanh"
    units, size = draw(st.integers(1, 16)), draw(st.integers(1, 8))
    parameters = fresh_weights(
        kind,
        units,
        size,
        activation,
        draw(st.sampled_from(["default", "orthogonal", "identity"])),
        draw(scale if scale is not None else st.sampled_from([0.0, 0.3, 1.0, 2.0, 5.0])),
        draw(st.sampled_from([-2.0, 0.0, 1.0, 5.0])),
        seed := draw(st.integers(0, 2**31)),
    )
    return kind, activation, parameters, random_sequence(draw(st.integers(1, max_length)), size, seed)


def torch_step(kind, activation, w, x, state):
    """One step in plain torch: PyTorch's own cells, and for the logistic function its formula. `state` is (h,) or
    (h, c), everything with a batch of one, `w` tensors under PyTorch's names."""
    args = (w["weight_ih"], w["weight_hh"], w["bias_ih"], w["bias_hh"])
    if kind == "lstm":
        return torch.ops.aten.lstm_cell(x, list(state), *args)
    if kind == "gru":
        return (torch.gru_cell(x, state[0], *args),)
    if activation == "logistic":
        a = x @ w["weight_ih"].T + w["bias_ih"] + state[0] @ w["weight_hh"].T + w["bias_hh"]
        return (1 / (1 + torch.exp(-a)),)
    return ({"tanh": torch.rnn_tanh_cell, "relu": torch.rnn_relu_cell}[activation](x, state[0], *args),)


def unrolled_cell(kind, activation, parameters, inputs):
    """The states of every step in one autograd graph, and the parameters as its leaves."""
    w = {name: torch.from_numpy(p).clone().requires_grad_() for name, p in parameters.items()}
    zero = torch.zeros(1, parameters["weight_hh"].shape[1], dtype=torch.float64)
    state, states = (zero, zero) if kind == "lstm" else (zero,), []
    for x in torch.from_numpy(inputs)[:, None]:
        state = torch_step(kind, activation, w, x, state)
        states.append(state)
    return w, states
