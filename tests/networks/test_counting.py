"""The counts of each network against its module: PyTorch's own counter, autograd's graph, perturbed words."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from rnnviz.networks import counting, timing
from rnnviz.networks.bodies import Attention
from rnnviz.networks.network import Network, Shape

UNITS = {"rnn": 84, "lstm": 32, "gru": 40, "window": 39, "conv": 28, "attention": 32}
KINDS = list(UNITS)
RECURRENT = ("rnn", "lstm", "gru")
LENGTHS = (1, 6, 40)


def made(kind: Any, **more: Any) -> Network:
    return Network(Shape(kind, UNITS[kind]), tuple(f"word{k}" for k in range(50)), 48, **more).eval()


def drawn(length: int) -> torch.Tensor:
    return torch.randn(1, length, 48, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("kind", KINDS)
def test_the_weights_are_those_of_the_module(kind: str) -> None:
    network = made(kind)
    assert counting.weights(network) == sum(p.numel() for p in network.parameters())
    found = {part.id: part.weights.value for part in counting.parts(network)}
    assert found.pop("projection") == sum(p.numel() for p in network.projection.parameters())
    assert found.pop("readout") == sum(p.numel() for p in network.readout.parameters())
    assert sum(found.values()) == network.body_weights()


@pytest.mark.parametrize("kind", KINDS)
def test_a_formula_comes_out_right(kind: str) -> None:
    """As a pencil would: the numbers put in, multiplied and added."""
    for part in counting.parts(made(kind), 7):
        for count in (part.weights, part.work):
            said = count.numbers.replace(",", "")
            assert sum(eval(term.replace("·", "*")) for term in said.split(" + ")) == count.value
            for letter, size in count.sizes.items():
                assert (letter in count.formula) <= (f"{size:,}" in count.numbers)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_work_is_what_pytorch_counts(kind: str, length: int) -> None:
    network, vectors = made(kind), drawn(length)
    with torch.backends.mkldnn.flags(enabled=False), FlopCounterMode(display=False) as counter:
        if isinstance(network.body, Attention):  # the fused kernel is not counted: look, then it is two products
            network.readout(network.body(network.projection(vectors), look=True)[0])
        else:
            network(vectors)
    assert counter.get_total_flops() == 2 * length * counting.work(network, length)


def chain(node: Any, known: dict[Any, int]) -> int:
    """The most products of matrices on any way from here back through autograd's graph."""
    if node is None:
        return 0
    if node not in known:
        own = any(name in type(node).__name__.lower() for name in ("mmbackward", "convolutionbackward"))
        known[node] = own + max((chain(before, known) for before, _ in node.next_functions), default=0)
    return known[node]


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_depth_is_the_longest_chain_of_products(kind: str, length: int) -> None:
    network = made(kind)
    vectors = drawn(length).requires_grad_()
    x = network.projection(vectors)
    with torch.backends.mkldnn.flags(enabled=False):  # else an LSTM is one node
        out = network.body(x, look=True)[0] if isinstance(network.body, Attention) else network.body(x)[0]
    assert chain(network.readout(out)[0, -1, 0].grad_fn, {}) == counting.depth(network, length)


@pytest.mark.parametrize("kind", KINDS)
@torch.inference_mode()
def test_a_word_that_changes_is_felt_as_far_as_there_is_a_path(kind: str) -> None:
    network, length = made(kind).double(), 40
    vectors = drawn(length).double()
    before = network(vectors)[0, -1]
    for distance in range(1, length):
        changed = vectors.clone()
        changed[0, -1 - distance] += 3.0
        felt = bool((network(changed)[0, -1] != before).any())
        assert felt == (counting.path(network, distance) is not None)
        assert felt == network.sees(length)[-1, -1 - distance]


@pytest.mark.parametrize("kind", ["rnn", "window", "conv"])
def test_each_step_of_a_path_multiplies_by_the_weights_once(kind: str) -> None:
    """Shrink what hands words on by a small factor: what arrives shrinks by its power, once for each time."""
    shrink, network, vectors = 1e-4, made(kind).double(), drawn(32).double() / 100
    handing = [p for name, p in network.body.named_parameters() if "weight" in name and "ih" not in name]
    biases = [p for name, p in network.body.named_parameters() if "bias" in name]
    with torch.no_grad():
        for bias in biases:
            bias.fill_(0.1)  # so that no ReLU is shut
        for weight in handing:
            weight.mul_(0.01)

    def arrived() -> torch.Tensor:
        given = vectors.clone().requires_grad_()
        network(given)[0, -1].sum().backward()
        assert given.grad is not None
        return given.grad[0].norm(dim=1).flip(0)

    full = arrived()
    with torch.no_grad():
        for weight in handing:
            weight.mul_(shrink)
    power = torch.log(arrived() / full) / torch.log(torch.tensor(shrink))
    for distance in range(1, 20 if kind == "rnn" else 32):
        wanted = counting.path(network, distance)
        if wanted is None:
            assert not full[distance]
        else:
            assert float(power[distance]) == pytest.approx(wanted, abs=0.3)


@pytest.mark.parametrize("kind", RECURRENT)
def test_the_memory_of_a_recurrent_network_is_its_state(kind: str) -> None:
    network = made(kind)
    state = network.body(network.projection(drawn(9)))[1]
    kept = state if isinstance(state, tuple) else (state,)
    assert counting.memory(network, 9).value == sum(part.numel() for part in kept)


def test_the_memory_of_attention_is_its_keys_and_values() -> None:
    network = made("attention")
    assert isinstance(network.body, Attention)
    entered = timing.body_inputs(network.body, network.projection(drawn(9)), 0)
    kept = timing.keys_values(network.body, entered)
    assert counting.memory(network, 9).value == sum(part.numel() for part in kept)


def test_the_memory_of_a_convolution_is_what_its_layers_read_before() -> None:
    network, kept = made("conv"), []

    def note(layer: Any, given: tuple[torch.Tensor], _: Any) -> None:
        kept.append(given[0].shape[1] * layer.dilation[0] * (layer.kernel_size[0] - 1))

    for layer in network.body.layers:  # type: ignore[union-attr]
        layer.register_forward_hook(note)
    network(drawn(9))
    assert counting.memory(network, 9).value == sum(kept)
    window = made("window")
    assert counting.memory(window, 9).value == 4 * 64


@pytest.mark.parametrize("length", [1, 5, 33])
@pytest.mark.parametrize("kind", KINDS)
def test_word_by_word_says_the_same_as_at_once(kind: str, length: int) -> None:
    """What is timed is the network itself, and what it keeps is enough to go on."""
    network = made(kind)
    at_once = network(timing.drawn(network, length + 1))[:, -1]
    torch.testing.assert_close(timing.next_word(network, length)(), at_once.detach(), atol=1e-5, rtol=1e-4)


def test_a_measurement_has_every_network_and_length() -> None:
    networks = {kind: made(kind) for kind in KINDS}
    found = timing.measure(networks, budget=0.01, lengths=(3, 9))
    for table in (found.training, found.saying):
        assert table.keys() == networks.keys()
        assert all(len(row) == 2 and min(row) > 0 for row in table.values())
    assert found.seconds > 0


def test_a_wider_window_costs_weights_for_each_word() -> None:
    network = made("window")
    assert counting.wide_window(network, 5).value == network.body_weights()
    more = [counting.wide_window(network, k + 1).value - counting.wide_window(network, k).value for k in (20, 30, 100)]
    assert more == [64 * 39] * 3
