"""A network reads a sentence: from a PyTorch module and words to a `Trace`."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from torch import nn

from rnnviz.networks.bodies import Body
from rnnviz.networks.network import Network
from rnnviz.recurrence.cells import input_half
from rnnviz.recurrence.trace import Array, Trace, softmax, trace_cell
from rnnviz.text import tokenize, vocabulary


def trace(network: Network | nn.Module, given: str | tuple[str, ...] | ndarray) -> Trace:
    """Run `network` over `given` from a zero state and keep everything.

    `given` is a sentence (or its tokens) for a `Network`, or an array `(T, E)` for a plain
    `torch.nn.RNN` (tanh or relu), `nn.LSTM` or `nn.GRU` of one layer and one direction.
    Raises ValueError for an empty input, an array of the wrong shape, or a module that is none of
    these (also a `Network` whose body is not recurrent); TypeError where a bare module is given a sentence.
    """
    if isinstance(network, Network):
        tokens = tokenize(given) if isinstance(given, str) else tuple(given)
        if not tokens:
            raise ValueError("there is no word to read")
        body = recurrent(network.body)
        inputs = embed(network, tokens)
    else:
        if not isinstance(given, np.ndarray):
            raise TypeError("a module without a vocabulary reads an array (T, E), not a sentence")
        body = recurrent(network)
        inputs, tokens = np.asarray(given), None
    kind, activation = body.mode.lower().split("_")[0], getattr(body, "nonlinearity", "tanh")
    read = trace_cell(kind, activation, inputs, cell_parameters(body), tokens)
    if not isinstance(network, Network):
        return read
    weight, bias = arrays(network.readout, "weight", "bias")
    parameters = read.parameters | {"weight_out": weight, "bias_out": bias}
    return replace(read, logits=read.h @ weight.T + bias, words=network.words, parameters=parameters)


def embed(network: Network, tokens: Sequence[str]) -> Float[Array, "T E"]:
    """What the body is given for each token: its word vector, projected if the network has a projection."""
    vectors = vocabulary().vectors[[vocabulary().index(token) for token in tokens]]
    if not network.shape.embedding:
        return vectors
    weight, bias = arrays(network.projection, "weight", "bias")
    return vectors @ weight.T + bias


def ask(network: Network, trace: Trace, ending: tuple[str, ...] = ("to", "buy")) -> Float[Array, "T V"]:
    """Probabilities of the word after each prefix, had the sentence gone on with `ending` from there.

    A prefix that already ends with the beginning of `ending` is given only what is missing. All T
    prefixes take their steps together, as one batch.
    """
    read = [word.lower() for word in trace.tokens]
    given = np.array([overlap(read[: t + 1], ending) for t in range(len(read))])
    states = trace.states
    for k, a in enumerate(input_half(embed(network, ending), trace.parameters)):
        stepped, _ = trace.cell.step(a, states, trace.parameters)
        go = (given <= k)[:, None]
        states = tuple(np.where(go, new, old) for new, old in zip(stepped, states, strict=True))
    return softmax(states[0] @ trace.parameters["weight_out"].T + trace.parameters["bias_out"])


def overlap(read: list[str], ending: tuple[str, ...]) -> int:
    """How many words at the end of `read` are already the first words of `ending`."""
    if read[-1] not in ending:
        return 0
    return max(k for k in range(len(ending) + 1) if tuple(read[len(read) - k :]) == ending[:k])


def arrays(module: nn.Module, *names: str) -> tuple[ndarray, ...]:
    """The named parameters of a module as NumPy arrays (views: nothing is copied)."""
    return tuple(getattr(module, name).detach().numpy() for name in names)


def recurrent(module: nn.Module) -> Body:
    """The module, if it is one that can be traced. Raises ValueError if it is not."""
    if not isinstance(module, Body):
        raise ValueError(f"wanted nn.RNN, nn.LSTM or nn.GRU, got {type(module).__name__}")
    if module.num_layers > 1 or module.bidirectional or module.proj_size:
        raise ValueError("rnnviz traces one layer in one direction, without a projection")
    return module


def cell_parameters(module: Body) -> dict[str, ndarray]:
    """The weights of a one-layer, one-direction recurrent module; missing biases are zero."""
    weight_ih, weight_hh = arrays(module, "weight_ih_l0", "weight_hh_l0")
    if module.bias:
        bias_ih, bias_hh = arrays(module, "bias_ih_l0", "bias_hh_l0")
    else:
        bias_ih = bias_hh = np.zeros(len(weight_hh), weight_hh.dtype)
    return {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias_ih": bias_ih, "bias_hh": bias_hh}
