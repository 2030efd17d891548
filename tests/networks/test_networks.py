"""The six kinds of network: what reaches what, and their bodies against formulas written out."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.networks.bodies import OTHERS, RECURRENT, Attention, Convolution, Window
from rnnviz.networks.network import Network, Shape
from rnnviz.text import vocabulary

KINDS = [*RECURRENT, *OTHERS]
UNITS = {"rnn": 12, "lstm": 8, "gru": 8, "window": 6, "conv": 8, "attention": 8}


def network(kind: str, seed: int = 0, **shape) -> Network:
    """A small one, double precision, so that nothing is hidden by rounding."""
    return Network(Shape(kind, UNITS[kind], **{"embedding": 7} | shape), ("a", "b", "c"), 5, seed).double().eval()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(length=st.integers(1, 45), seed=st.integers(0, 2**31), data=st.data())
@torch.inference_mode()
def test_changing_an_input_changes_no_earlier_output(kind, length, seed, data):
    made, random = network(kind, seed), np.random.default_rng(seed)
    vectors = torch.from_numpy(random.standard_normal((2, length, 5)))
    at = data.draw(st.integers(0, length - 1))
    changed = vectors.clone()
    changed[:, at:] += 3
    before, after = made(vectors), made(changed)
    assert before.shape == (2, length, 3)
    torch.testing.assert_close(before[:, :at], after[:, :at], rtol=0, atol=1e-12)
    assert not torch.allclose(before[:, at], after[:, at])


@pytest.mark.parametrize("kind", KINDS)
@torch.inference_mode()
def test_what_a_network_sees_is_what_moves_it(kind):
    """Every input is changed in turn, several times: the outputs that move are those `sees` names, and no other."""
    length, trials = 40, 30
    made = network(kind)
    vectors = torch.from_numpy(np.random.default_rng(1).standard_normal((trials, length, 5)))
    before, moved = made(vectors), np.zeros((length, length), bool)
    for at in range(length):
        changed = vectors.clone()
        changed[:, at] += torch.from_numpy(np.random.default_rng(at).standard_normal((trials, 5))) * 10
        moved[:, at] = (before != made(changed)).any(2).any(0).numpy()
    np.testing.assert_array_equal(moved, made.sees(length))


@pytest.mark.parametrize(("kind", "reach"), [("rnn", None), ("window", 5), ("conv", 31), ("attention", None)])
def test_reach(kind, reach):
    made = network(kind)
    assert made.reach == reach
    assert made.sees(3).tolist() == [[True, False, False], [True, True, False], [True, True, True]]
    assert made.sees(60)[-1].sum() == (reach or 60)


def test_the_window_is_the_formula():
    torch.manual_seed(0)
    body, x = Window(3, 4, reach=3).double(), torch.randn(1, 6, 3, dtype=torch.double)
    weight = body.linear.weight.detach().numpy().reshape(4, 3, 3)  # (H, E, place in the window)
    for t in range(6):
        a = body.linear.bias.detach().numpy().copy()
        for place in range(3):
            if (s := t - 2 + place) >= 0:
                a += weight[:, :, place] @ x[0, s].numpy()
        np.testing.assert_allclose(body(x)[0][0, t].detach().numpy(), np.tanh(a), atol=1e-12)


def test_the_convolution_is_the_formula():
    torch.manual_seed(0)
    body, x = Convolution(3, 4, layers=3).double(), torch.randn(1, 20, 3, dtype=torch.double)
    y = x[0].numpy()
    for k, layer in enumerate(body.layers):
        weight, bias = (p.detach().numpy() for p in (layer.weight, layer.bias))
        new = np.tile(bias, (20, 1))
        for t in range(20):
            for place in range(3):
                if (s := t - (2 - place) * 2**k) >= 0:
                    new[t] += weight[:, :, place] @ y[s]
        new = np.maximum(new, 0)
        y = y + new if k else new
    np.testing.assert_allclose(body(x)[0][0].detach().numpy(), y, atol=1e-12)
    assert body.reach == 15


def test_attention_is_the_formula():
    torch.manual_seed(0)
    body, x = Attention(3, 8, heads=2).double(), torch.randn(1, 9, 3, dtype=torch.double)
    with torch.no_grad():
        for p in body.parameters():
            p.add_(0.3 * torch.randn_like(p))  # no weight and bias at PyTorch's 0 and 1
    p = {name: value.detach().numpy() for name, value in body.named_parameters()}

    def normal(v, name):
        scaled = (v - v.mean(1, keepdims=True)) / np.sqrt(v.var(1, keepdims=True) + 1e-5)
        return scaled * p[f"{name}.weight"] + p[f"{name}.bias"]

    def linear(v, name):
        return v @ p[f"{name}weight"].T + p[f"{name}bias"]

    place = np.array([[f(t / 10000 ** (2 * i / 8)) for f in (math.sin, math.cos) for i in range(4)] for t in range(9)])
    y = math.sqrt(8) * linear(x[0].numpy(), "enter.") + place
    q, k, v = np.split(linear(normal(y, "norm_attention"), "attention.in_proj_"), 3, axis=1)
    heads, weights = [], []
    for h in (slice(0, 4), slice(4, 8)):
        e = np.exp(q[:, h] @ k[:, h].T / math.sqrt(4)) * np.tri(9)
        weights.append(e / e.sum(1, keepdims=True))
        heads.append(weights[-1] @ v[:, h])
    y = y + linear(np.concatenate(heads, 1), "attention.out_proj.")
    y = y + linear(np.maximum(linear(normal(y, "norm_feed"), "feed.0."), 0), "feed.2.")
    wanted = normal(y, "norm_out")

    np.testing.assert_allclose(body(x)[0][0].detach().numpy(), wanted, atol=1e-12)
    looked, seen = body(x, look=True)
    np.testing.assert_allclose(looked[0].detach().numpy(), wanted, atol=1e-12)
    np.testing.assert_allclose(seen[0].detach().numpy(), np.stack(weights), atol=1e-12)


def test_attention_weights_of_a_network():
    vectors = torch.randn(2, 6, 5, dtype=torch.double)
    weights = network("attention").attention(vectors)
    assert weights.shape == (2, 2, 6, 6)
    torch.testing.assert_close(weights.sum(3), torch.ones(2, 2, 6, dtype=torch.double))
    with pytest.raises(ValueError, match="no attention"):
        network("gru").attention(vectors)


def test_a_forget_bias_opens_the_gate_that_keeps_and_nothing_else():
    for kind, gate in (("lstm", "f"), ("gru", "z")):
        plain, opened = (Network(Shape(kind, 8, forget_bias=bias), ("a",), 64) for bias in (0.0, 50.0))
        before, after = (rnnviz.trace(made, "Starving") for made in (plain, opened))
        assert np.all(after.gates[gate] > 0.999)
        for other in before.gates.keys() - {gate, "n"}:
            np.testing.assert_array_equal(before.gates[other], after.gates[other])
    plain, same = (Network(Shape("rnn", 8, forget_bias=bias), ("a",), 64) for bias in (0.0, 50.0))
    assert all(map(torch.equal, plain.parameters(), same.parameters()))


def test_an_identity_start_is_the_identity_and_changes_nothing_else():
    plain, started = (Network(Shape("lstm", 6, start=start), ("a",), 5) for start in ("default", "identity"))
    for name, value in started.named_parameters():
        wanted = torch.eye(6).repeat(4, 1) if name == "body.weight_hh_l0" else plain.get_parameter(name)
        assert torch.equal(value, wanted)


@pytest.mark.parametrize("kind", ["lstm", "conv"])
def test_dropout_acts_in_training_alone(kind):
    vectors = torch.randn(1, 4, 5, dtype=torch.double)
    plain, dropping = network(kind), network(kind, dropout=0.5)
    assert torch.equal(plain(vectors), dropping(vectors))
    dropping.train()
    assert not torch.equal(dropping(vectors), dropping(vectors))


def test_without_a_projection_the_body_reads_the_inputs_as_they_are():
    made = Network(Shape("lstm", 8, embedding=0), ("a", "b"), 5)
    vectors = torch.randn(2, 6, 5)
    assert not list(made.projection.parameters())
    assert torch.equal(made(vectors), made.readout(made.body(vectors)[0]))
    read = Network(Shape("lstm", 8, embedding=0), ("a", "b"), 64)
    trace = rnnviz.trace(read, "Hungry")
    np.testing.assert_array_equal(trace.inputs[0], vocabulary().vectors[vocabulary().index("hungry")])


@pytest.mark.parametrize("kind", OTHERS)
def test_only_recurrent_networks_can_be_traced_or_start_in_a_special_way(kind):
    with pytest.raises(ValueError, match=r"wanted nn\.RNN"):
        rnnviz.trace(Network(Shape(kind, 8), ("a",), 64), "Starving")
    with pytest.raises(ValueError, match="only recurrent"):
        Network(Shape(kind, 8, start="orthogonal"), ("a",), 64)


def test_a_kind_or_a_size_that_cannot_be():
    tree = Shape("rnn", 8)
    object.__setattr__(tree, "kind", "tree")  # past the type checker
    with pytest.raises(ValueError, match="there are rnn"):
        Network(tree, ("a",), 64)
    with pytest.raises(ValueError, match="multiple of 4"):
        Network(Shape("attention", 10), ("a",), 64)
