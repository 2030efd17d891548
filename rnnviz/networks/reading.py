"""A network reads a sentence, or numbers: from a PyTorch module to a `Trace`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import nn
from torch.nn.utils.rnn import PackedSequence

from rnnviz.networks.bodies import OTHERS, Body
from rnnviz.networks.network import Network
from rnnviz.recurrence.cells import input_half
from rnnviz.recurrence.given import array_of
from rnnviz.recurrence.trace import Array, Trace, sequence_of, softmax, trace_cell
from rnnviz.text import asking_words, missing, tokenize, vectors_of, vocabulary

HALF = {torch.float16: "float16", torch.bfloat16: "bfloat16"}


def trace(network: Any, given: Any) -> Trace:
    """Run `network` over `given` from a zero state and keep everything, as `rnnviz.trace` does, but without asking the
    module itself whether it would say the same."""
    if not isinstance(network, Network):
        return traced(recurrent(network), numbers(given))
    body, tokens = recurrent(network.body), words_of(network, given)
    vectors = vectors_of(tokens, network.reads) if tokens else sequence_of(numbers(given), network.inputs).astype(float)
    read = traced(body, project(network, vectors), tokens)
    weight, bias = arrays(network.readout, "weight", "bias")
    parameters = read.parameters | {"weight_out": weight, "bias_out": bias}
    return replace(read, logits=read.h @ weight.T + bias, words=network.words, parameters=parameters)


def traced(body: Body, inputs: ndarray, tokens: Sequence[str] | None = None) -> Trace:
    """What the body computes from its inputs, in float32 where its weights are in half precision."""
    kind, activation = body.mode.lower().split("_")[0], getattr(body, "nonlinearity", "tanh")
    read = trace_cell(kind, activation, inputs, cell_parameters(body), tokens)
    half = HALF.get(next(body.parameters()).dtype)
    return replace(read, widened_from=half) if half else read


def words_of(network: Network, given: Any) -> tuple[str, ...] | None:
    """The tokens of what is given, None if it is numbers. Raises ValueError where there is no word, TypeError for
    words to a network that reads numbers."""
    tokens = tokenize(given) if isinstance(given, str) else given
    if not isinstance(tokens, list | tuple) or not all(isinstance(token, str) for token in tokens):
        return None
    if network.inputs != vocabulary(network.reads).vectors.shape[1]:
        raise TypeError(f"this network reads an array (T, {network.inputs}) of numbers, got words")
    if not tokens:
        raise ValueError("there is no word to read")
    return tuple(tokens)


def numbers(given: Any) -> ndarray:
    """One sequence of numbers, whatever holds it. Raises TypeError for a sentence, a `PackedSequence` and what is not
    numbers."""
    if isinstance(given, str):
        raise TypeError("a module without a vocabulary reads an array (T, E), not a sentence")
    if isinstance(given, PackedSequence):
        raise TypeError(
            "wanted one sequence, an array (T, E), got a PackedSequence, which can hold several: "
            "give one of those that torch.nn.utils.rnn.unpack_sequence makes of it"
        )
    return array_of(given)


def embed(network: Network, tokens: Sequence[str]) -> Float[Array, "T E"]:
    """What the body is given for each token: its word vector, projected if the network has a projection."""
    return project(network, vectors_of(tokens, network.reads))


def project(network: Network, vectors: Float[Array, "T N"]) -> Float[Array, "T E"]:
    """What the body is given for each input."""
    if not network.shape.embedding:
        return vectors
    weight, bias = arrays(network.projection, "weight", "bias")
    return vectors.astype(weight.dtype) @ weight.T + bias


def ask(network: Network, trace: Trace) -> Float[Array, "T V"]:
    """Probabilities of the word after each prefix, had the sentence gone on from there by asking for a thing, in the
    language that the network reads.

    A prefix that already asks in part is given only what is missing (`rnnviz.text.missing`). All T prefixes take their
    steps together, as one batch.
    """
    words = asking_words(network.reads)
    given = input_half(embed(network, words), trace.parameters)
    added = asked_at(trace.tokens, network.reads)
    states = trace.states
    for left in range(max(map(len, added)), 0, -1):  # how many words are left to add
        steps = [words.index(more[-left]) if len(more) >= left else -1 for more in added]
        stepped, _ = trace.cell.step(given[steps], states, trace.parameters)
        go = np.array(steps)[:, None] >= 0
        states = tuple(np.where(go, new, old) for new, old in zip(stepped, states, strict=True))
    return softmax(states[0] @ trace.parameters["weight_out"].T + trace.parameters["bias_out"])


def asked_at(tokens: Sequence[str], language: str) -> list[tuple[str, ...]]:
    """What each prefix is given so that it asks for a thing."""
    return [missing(tokens[: t + 1], language) for t in range(len(tokens))]


def arrays(module: nn.Module, *names: str) -> tuple[ndarray, ...]:
    """The named parameters of a module as NumPy arrays: views, nothing is copied; half precision as float32."""
    found = (array_of(getattr(module, name)) for name in names)
    return tuple(array.astype(np.float32) if array.dtype == np.float16 else array for array in found)


def recurrent(module: Any) -> Body:
    """The module, if it is one that can be traced. Raises ValueError, and says what came, if it is not."""
    if not isinstance(module, Body):
        raise ValueError(f"wanted nn.RNN, nn.LSTM or nn.GRU, got {_instead(module)}")
    if more := _beyond(module):
        raise ValueError(
            f"rnnviz traces one layer in one direction, without a projection, got {called(module)} with {more}: "
            "put the weights of one layer into a module of its own"
        )
    return module


def _beyond(module: Body) -> str:
    """What a recurrent module has that cannot be traced."""
    plain = {"num_layers": 1, "bidirectional": False, "proj_size": 0}
    return ", ".join(f"{k}={getattr(module, k)}" for k, usual in plain.items() if getattr(module, k) != usual)


def called(module: object) -> str:
    """The name of a module's class, with where it stands: a class of one's own may be called LSTM too."""
    made = type(module)
    return f"nn.{made.__name__}" if made.__module__.startswith("torch.nn") else f"{made.__module__}.{made.__qualname__}"


def _instead(came: object) -> str:
    """What came in the place of a recurrent module, and what to do."""
    if isinstance(came, type):
        return f"the class {came.__qualname__}: make a module of it"
    if isinstance(came, Mapping):
        return f"a state_dict ({type(came).__name__}), weights alone: load it into a module and give that"
    if not isinstance(came, nn.Module):
        return f"a {type(came).__qualname__}"
    if type(came) in OTHERS.values():
        return f"a body of class {type(came).__name__}, which has no recurrent state"
    parts = {name: part for name, part in came.named_modules() if isinstance(part, Body)}
    if good := " or ".join(f"{name} ({called(part)})" for name, part in parts.items() if not _beyond(part)):
        return f"{called(came)}, a module of your own: trace a submodule of it with what that reads, {good}"
    more = "".join(f"; {name} ({called(part)}) has {_beyond(part)}" for name, part in parts.items())
    return f"{called(came)}, of whose submodules none can be traced{more}"


def cell_parameters(module: Body) -> dict[str, ndarray]:
    """The weights of a one-layer, one-direction recurrent module; missing biases are zero."""
    weight_ih, weight_hh = arrays(module, "weight_ih_l0", "weight_hh_l0")
    if module.bias:
        bias_ih, bias_hh = arrays(module, "bias_ih_l0", "bias_hh_l0")
    else:
        bias_ih = bias_hh = np.zeros(len(weight_hh), weight_hh.dtype)
    return {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias_ih": bias_ih, "bias_hh": bias_hh}
