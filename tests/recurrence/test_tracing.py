"""`trace` against `torch.nn`: the modules themselves, and gates read out of PyTorch by other means."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from torch import nn

import rnnviz
from rnnviz.networks.checking import check
from rnnviz.recurrence.fresh import fresh_weights, random_sequence
from rnnviz.recurrence.trace import shares, trace_cell
from tests.modules import cells, modules, unrolled_cell


@settings(deadline=None, max_examples=60)
@given(modules())
def test_states_equal_torch_nn(case):
    module, inputs = case
    trace = rnnviz.trace(module, inputs)
    with torch.inference_mode():
        h, last = module(torch.from_numpy(inputs))
    np.testing.assert_allclose(trace.h, h.numpy(), atol=1e-5, rtol=0)
    if trace.kind == "lstm":
        assert trace.c is not None
        np.testing.assert_allclose(trace.c[-1], last[1][0].numpy(), atol=1e-5, rtol=0)
    assert check(module, trace, rnnviz.backpropagate(trace)).states <= 1e-5


def lstm_gates(module, inputs):
    """The gates of an `nn.LSTM`, by asking it one-step questions whose answers give the gates away.

    From a chosen state (h, c), one step gives c' = f·c + i·g and h' = o·tanh(c'). Running it with the
    true h but c = 0 gives i·g, with c = 1 gives f + i·g; a c of ±40 saturates tanh, so that h' = ±o.
    """
    h, c = torch.zeros(1, module.hidden_size), torch.zeros(1, module.hidden_size)
    found = {"f": [], "ig": [], "o": []}
    for x in torch.from_numpy(inputs):
        ask = lambda value, x=x, h=h: module(x[None], (h, torch.full_like(h, value)))[1]  # noqa: E731
        ig, f_ig, big = ask(0.0)[1], ask(1.0)[1], ask(1e6)
        found["ig"].append(ig)
        found["f"].append(f_ig - ig)
        found["o"].append(big[0] * big[1].sign())
        _, (h, c) = module(x[None], (h, c))
    return {name: torch.cat(values).detach().numpy() for name, values in found.items()}


@settings(deadline=None, max_examples=25)
@given(modules(max_length=40))
def test_gates_equal_what_the_module_gives_away(case):
    module, inputs = case
    trace = rnnviz.trace(module, inputs)
    if isinstance(module, nn.LSTM):
        asked = lstm_gates(module, inputs)
        np.testing.assert_allclose(trace.gates["f"], asked["f"], atol=1e-5)
        np.testing.assert_allclose(trace.gates["i"] * trace.gates["g"], asked["ig"], atol=1e-5)
        kept = asked["f"] > 1e-3  # where f is 0 a huge cell state does not come through to saturate tanh
        np.testing.assert_allclose(trace.gates["o"][kept], asked["o"][kept], atol=1e-5)
    elif isinstance(module, nn.GRU):
        z, n = trace.gates["z"], trace.gates["n"]
        before = trace.states_before[0]
        np.testing.assert_allclose((1 - z) * n + z * before, trace.h, atol=1e-6)
        with torch.inference_mode():
            cell = nn.GRUCell(module.input_size, module.hidden_size, bias=module.bias)
            cell.load_state_dict({k.removesuffix("_l0"): v for k, v in module.state_dict().items()})
            w_ih, w_hh = cell.weight_ih, cell.weight_hh
            zero = torch.zeros(3 * module.hidden_size)
            b_ih, b_hh = (cell.bias_ih, cell.bias_hh) if module.bias else (zero, zero)
            a, b = torch.from_numpy(inputs) @ w_ih.T + b_ih, torch.from_numpy(before) @ w_hh.T + b_hh
            r, z_torch = torch.sigmoid((a + b)[:, : 2 * module.hidden_size]).chunk(2, 1)
        np.testing.assert_allclose(trace.gates["r"], r.numpy(), atol=1e-5)
        np.testing.assert_allclose(z, z_torch.numpy(), atol=1e-5)


@settings(deadline=None, max_examples=25)
@given(modules(max_length=20))
def test_shares_add_up_to_the_preactivations(case):
    module, inputs = case
    trace = rnnviz.trace(module, inputs)
    parts = shares(trace)
    sigmoid = lambda a: 1 / (1 + np.exp(-a))  # noqa: E731
    for letter in set(parts["word"]) - {"n"}:
        a = sum(parts[p][letter] for p in ("word", "state", "bias_ih", "bias_hh"))
        if letter == "h":
            squash = np.tanh if trace.nonlinearity == "tanh" else lambda a: np.maximum(a, 0)
            np.testing.assert_allclose(squash(a), trace.h, atol=2e-5)
        else:
            squash = np.tanh if letter == "g" else sigmoid
            np.testing.assert_allclose(squash(a), trace.gates[letter], atol=2e-5)


@settings(deadline=None, max_examples=60)
@given(cells(max_length=60))
def test_cells_without_a_module_equal_a_loop_in_torch(case):
    """All cells and activations; the logistic one, which `torch.nn` lacks, from its formula."""
    kind, activation, parameters, inputs = case
    trace = trace_cell(kind, activation, inputs, parameters)
    _, states = unrolled_cell(*case)
    for part, ours in enumerate(trace.states):
        theirs = torch.cat([state[part] for state in states]).detach().numpy()
        # A chaotic cell multiplies the last digit's rounding at every step; what is equal must agree at the start.
        sure = 10 if parameters["weight_hh"].std() > 0.5 else None
        np.testing.assert_allclose(ours[:sure], theirs[:sure], rtol=1e-6, atol=1e-9)
    assert trace.nonlinearity == (activation if kind == "rnn" else "tanh")
    assert trace.h.dtype == float
    assert trace.logits is None


def test_a_cell_without_a_module_takes_tokens_and_checks_shapes():
    inputs = random_sequence(3, 4, 0)
    assert trace_cell("gru", "tanh", inputs, fresh_weights("gru", 5, 4), ["a", "b", "c"]).tokens == ("a", "b", "c")
    assert trace_cell("rnn", "logistic", inputs, fresh_weights("rnn", 5, 4)).tokens == ("0", "1", "2")
    for wrong in (inputs[:0], inputs[:, :3], inputs[0]):
        with pytest.raises(ValueError, match=r"\(T, 4\)"):
            trace_cell("lstm", "tanh", wrong, fresh_weights("lstm", 5, 4))


def test_a_cell_without_a_module_says_what_is_wrong_with_its_weights():
    inputs, weights = random_sequence(3, 4, 0), fresh_weights("lstm", 5, 4)
    named = {f"{name}_l0": part for name, part in weights.items()}
    with pytest.raises(ValueError, match=r"wanted the weights weight_ih, .* got weight_ih_l0, .*take _l0 off"):
        trace_cell("lstm", "tanh", inputs, named)
    with pytest.raises(ValueError, match=r"wanted the weights .* got weight_ih, weight_hh$"):
        trace_cell("lstm", "tanh", inputs, {name: weights[name] for name in ("weight_ih", "weight_hh")})
    with pytest.raises(ValueError, match=r"weights of gru, weight_ih \(3·H, E\) .* got \(20, 4\) and \(20, 5\)"):
        trace_cell("gru", "tanh", inputs, weights)
    with pytest.raises(ValueError, match="no cell 'elman' with 'tanh'; there are the kinds rnn, lstm, gru"):
        trace_cell("elman", "tanh", inputs, weights)
    with pytest.raises(ValueError, match=r"no cell 'rnn' with 'gelu'.* the activations tanh, relu, logistic"):
        trace_cell("rnn", "gelu", inputs, weights)


def test_a_cell_without_a_module_takes_tensors_and_lists_and_widens_half_precision():
    inputs, weights = random_sequence(3, 4, 0), fresh_weights("gru", 5, 4)
    wanted = trace_cell("gru", "tanh", inputs, weights)
    tensors = {name: torch.from_numpy(part) for name, part in weights.items()}
    for x in (torch.from_numpy(inputs), inputs.tolist()):
        np.testing.assert_array_equal(trace_cell("gru", "tanh", x, tensors).h, wanted.h)
    half = {name: part.astype(np.float16) for name, part in weights.items()}
    found = trace_cell("gru", "tanh", inputs, half)
    assert (found.widened_from, found.h.dtype, wanted.widened_from) == ("float16", np.float32, "")
    same = trace_cell("gru", "tanh", inputs, {name: part.astype(np.float32) for name, part in half.items()})
    np.testing.assert_array_equal(found.h, same.h)


def test_bad_input_says_what_was_wanted():
    module = nn.RNN(3, 4)
    with pytest.raises(ValueError, match=r"\(T, 3\)"):
        rnnviz.trace(module, np.zeros((5, 2), np.float32))
    with pytest.raises(ValueError, match="T at least 1"):
        rnnviz.trace(module, np.zeros((0, 3), np.float32))
    with pytest.raises(ValueError, match="one layer"):
        rnnviz.trace(nn.LSTM(3, 4, num_layers=2), np.zeros((5, 3), np.float32))
    with pytest.raises(ValueError, match="Linear"):
        rnnviz.trace(nn.Linear(3, 4), np.zeros((5, 3), np.float32))
    with pytest.raises(TypeError, match="sentence"):
        rnnviz.trace(module, "Starving, Alice drives")
    with pytest.raises(ValueError, match="readout"):
        rnnviz.trace(module, np.zeros((5, 3), np.float32)).top()
