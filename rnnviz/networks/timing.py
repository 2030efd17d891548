"""How fast the networks are on this machine: reading a sentence at once as in training, and saying word after word."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rnnviz.networks.bodies import RECURRENT, Attention, positions
from rnnviz.networks.network import Network

LENGTHS = (5, 20, 80, 240)
"""Words in a sentence. 5 is the article's (C21)."""
Cache = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Speeds:
    """Words per second of each network at each length."""

    lengths: tuple[int, ...]
    training: Mapping[str, tuple[float, ...]]
    """Forward and backward through one sentence, all its words at once."""
    saying: Mapping[str, tuple[float, ...]]
    """One more word, after so many have been read."""
    seconds: float
    """What all of it took."""


def measure(networks: Mapping[str, Network], budget: float = 0.6, lengths: tuple[int, ...] = LENGTHS) -> Speeds:
    """Measure all in one go, in about `budget` seconds of a processor: the best of all tries that fit, one at least.

    Processor time of this thread, so that other work on the machine does not count. Without oneDNN, which has one
    kernel for a whole LSTM and none for the others: so all take the same way.
    """
    began = time.perf_counter()
    share = budget / (2 * len(networks) * len(lengths))
    training, saying = {}, {}
    with torch.backends.mkldnn.flags(enabled=False):
        for name, network in networks.items():
            training[name] = tuple(length / best(reading(network, length), share) for length in lengths)
            saying[name] = tuple(1 / best(next_word(network, length), share) for length in lengths)
    return Speeds(lengths, training, saying, time.perf_counter() - began)


def best(task: Callable[[], object], seconds: float) -> float:
    """The shortest time that `task` takes, tried for so many seconds of this thread; the first try only warms up."""
    times: list[float] = []
    until = time.thread_time() + seconds
    while len(times) < 2 or time.thread_time() < until:
        began = time.thread_time()
        task()
        times.append(time.thread_time() - began)
    return min(times[1:])


def reading(network: Network, length: int) -> Callable[[], object]:
    """One sentence forward and backward, as in training."""
    vectors = drawn(network, length)

    def task() -> None:
        network.zero_grad()
        network(vectors).sum().backward()

    return task


def next_word(network: Network, length: int) -> Callable[[], Tensor]:
    """One word more after `length` words, with what the network has to keep of them: a recurrent one its state,
    attention its keys and values; the others read the last few inputs again. Gives the logits `(1, V)`."""
    vectors, body = drawn(network, length + 1), network.body

    @torch.inference_mode()
    def task() -> Tensor:
        x = network.projection(vectors[:, -1:])
        if isinstance(body, Attention):
            out = attend(body, x, length, cache)
        elif network.shape.kind in RECURRENT:
            out = body(x, state)[0]
        else:
            out = body(network.projection(vectors[:, -(network.reach or 1) :]))[0]
        return network.readout(out[:, -1])

    with torch.inference_mode():
        before = network.projection(vectors[:, :-1])
        cache = keys_values(body, body_inputs(body, before, 0)) if isinstance(body, Attention) else None
        state = body(before)[1] if network.shape.kind in RECURRENT else None
    return task


def body_inputs(body: Attention, x: Tensor, start: int) -> Tensor:
    """What attention works on: the inputs `(1, T, E)` entered, with their positions from `start` on."""
    units = body.enter.out_features
    return units**0.5 * body.enter(x) + positions(start + x.shape[1], units)[start:].to(x)


def keys_values(body: Attention, y: Tensor) -> Cache:
    """Keys and values of these words, each `(1, T, H)`."""
    inside = body.attention
    _, key, value = nn.functional.linear(body.norm_attention(y), inside.in_proj_weight, inside.in_proj_bias).chunk(
        3, -1
    )
    return key, value


def attend(body: Attention, x: Tensor, start: int, cache: Cache | None) -> Tensor:
    """`Attention.forward` for one word at place `start`, with the keys and values of those before it."""
    assert cache is not None
    inside, y = body.attention, body_inputs(body, x, start)
    weight, bias = inside.in_proj_weight, inside.in_proj_bias
    query, *new = nn.functional.linear(body.norm_attention(y), weight, bias).chunk(3, -1)
    key, value = (torch.cat(both, 1) for both in zip(cache, new, strict=True))
    heads = [part.unflatten(2, (inside.num_heads, -1)).transpose(1, 2) for part in (query, key, value)]
    mixed = nn.functional.scaled_dot_product_attention(*heads).transpose(1, 2).flatten(2)
    y = y + inside.out_proj(mixed)
    return body.norm_out(y + body.feed(body.norm_feed(y)))


def drawn(network: Network, length: int) -> Tensor:
    """Random word vectors `(1, T, N)`: the time does not depend on them."""
    size = getattr(network.projection, "in_features", 1)
    return torch.randn(1, length, size, generator=torch.Generator().manual_seed(length))
