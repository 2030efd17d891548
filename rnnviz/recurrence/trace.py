"""Forward: a cell and its inputs give a `Trace`, all that was computed on the way."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnnviz.recurrence.cells import (
    ACTIVATIONS,
    CELLS,
    Cell,
    Gates,
    State,
    Weights,
    blocks,
    cell_of,
    hidden_half,
    input_half,
)
from rnnviz.recurrence.given import array_of

Array = ndarray
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
"""The names of a cell's weights, PyTorch's without the layer."""


@dataclass(frozen=True)
class Trace:
    """What one layer computed while it read T inputs. E embedding, H units, V words, K gate blocks.

    Arrays have the network's own precision (float32 unless it was built with another); half precision: `widened_from`.
    """

    tokens: tuple[str, ...]
    """What was read, T entries; numbers `0 … T-1` where the input was an array."""
    inputs: Float[Array, "T E"]
    h: Float[Array, "T H"]
    """Hidden state after each token."""
    c: Float[Array, "T H"] | None
    """Cell state after each token (LSTM)."""
    gates: dict[str, ndarray]
    """`(T, H)` under PyTorch's letters: LSTM `i f g o`, GRU `r z n`, RNN none."""
    logits: Float[Array, "T V"] | None
    """Scores of the next word; None for a module without a readout."""
    kind: str
    """`rnn`, `lstm` or `gru`: a row of `rnnviz.recurrence.cells.CELLS`."""
    nonlinearity: str = "tanh"
    """Of an RNN: `tanh`, `relu` or `logistic`."""
    words: tuple[str, ...] | None = None
    """The V words that the logits score."""
    parameters: dict[str, ndarray] = field(default_factory=dict, repr=False)
    """`weight_ih (K·H, E)`, `weight_hh (K·H, H)`, `bias_ih (K·H,)`, `bias_hh (K·H,)`, and where
    there is a readout `weight_out (V, H)`, `bias_out (V,)`."""
    widened_from: str = ""
    """`float16` or `bfloat16` if the weights were in half precision: all numbers here were computed from them in
    float32, and the module's own differ by the rounding of half precision. Else empty."""

    def __len__(self) -> int:
        return len(self.h)

    @property
    def cell(self) -> Cell:
        return cell_of(self.kind, self.nonlinearity)

    @property
    def records(self) -> dict[str, ndarray]:
        """The parts of the state and the gates by letter, `(T, H)` each, in the order in which figures show them."""
        found = dict(zip(self.cell.parts, self.states, strict=True)) | self.gates
        return {letter: found[letter] for letter in self.cell.roles}

    @property
    def states(self) -> State:
        """`(h,)` or `(h, c)`, each `(T, H)`."""
        return (self.h,) if self.c is None else (self.h, self.c)

    @property
    def states_before(self) -> State:
        """The state each token met: `states` one step earlier, zero at the first."""
        return tuple(np.concatenate([np.zeros_like(s[:1]), s[:-1]]) for s in self.states)

    @property
    def one_number(self) -> bool:
        """Whether the network gives one number (the adding problem) and not scores of words. It is `logits[:, 0]`."""
        return self.logits is not None and self.logits.shape[1] == 1

    @cached_property
    def probabilities(self) -> Float[Array, "T V"]:
        """softmax(logits). Raises ValueError for a trace without a readout, or of a network that gives one number."""
        if self.logits is None:
            raise ValueError("this trace has no readout, so it scores no words")
        if self.one_number:
            raise ValueError("this network gives one number and no words: it is in trace.logits[:, 0]")
        return softmax(self.logits)

    def top(self, k: int = 5, step: int = -1) -> list[tuple[str, float]]:
        """The k likeliest next words after token `step`, as `(word, probability)`, likeliest first.

        Raises ValueError for a trace without a readout, IndexError for a step outside it.
        """
        return likeliest(self, self.probabilities[step][None], k)[0]

    def tops(self, k: int = 5) -> list[list[tuple[str, float]]]:
        """`top` of every step, at once."""
        return likeliest(self, self.probabilities, k)


def likeliest(trace: Trace, p: Float[Array, "N V"], k: int) -> list[list[tuple[str, float]]]:
    """The k likeliest words of each row, likeliest first."""
    assert trace.words is not None
    found = np.argpartition(p, -min(k, p.shape[1]), axis=1)[:, -k:]
    values = np.take_along_axis(p, found, 1)
    order = np.argsort(-values, axis=1)
    found, values = np.take_along_axis(found, order, 1), np.take_along_axis(values, order, 1)
    words = [[trace.words[j] for j in row] for row in found.tolist()]
    return [list(zip(*row, strict=True)) for row in zip(words, values.tolist(), strict=True)]


def softmax(logits: ndarray) -> ndarray:
    """e^logit / Σ e^logit over the last axis."""
    e = np.exp(logits - logits.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def trace_cell(
    kind: str,
    activation: str,
    inputs: Any,
    parameters: Mapping[str, Any],
    tokens: Sequence[str] | None = None,
) -> Trace:
    """Run a cell with these `parameters` (`weight_ih`, `weight_hh`, `bias_ih`, `bias_hh`, as in `Trace`) over
    `inputs (T, E)`, from a zero state and in the parameters' precision (float16: in float32). No module is needed.

    `activation` is an RNN's (tanh, relu or logistic); gated cells have their own. Arrays, tensors, lists and data
    frames are read alike.
    Raises ValueError for an unknown kind or activation, weights that are not this cell's, or inputs of the wrong shape.
    """
    nonlinearity = activation if kind == "rnn" else "tanh"
    if kind not in CELLS or nonlinearity not in ACTIVATIONS:
        known = f"the kinds {', '.join(CELLS)}, and for an rnn the activations {', '.join(ACTIVATIONS)}"
        raise ValueError(f"no cell {kind!r} with {activation!r}; there are {known}")
    cell = cell_of(kind, nonlinearity)
    w = weights_of(cell, kind, parameters)
    half = w["weight_hh"].dtype == np.float16
    if half:
        w = {name: part.astype(np.float32) for name, part in w.items()}
    inputs = sequence_of(inputs, w["weight_ih"].shape[1]).astype(w["weight_hh"].dtype)
    states, gates = run(cell, inputs, w)
    return Trace(
        tokens=tuple(tokens) if tokens is not None else tuple(str(t) for t in range(len(inputs))),
        inputs=inputs,
        h=states[0],
        c=states[1] if "c" in cell.parts else None,
        gates=dict(zip(cell.gates, gates, strict=True)),
        logits=None,
        kind=kind,
        nonlinearity=nonlinearity,
        parameters=w,
        widened_from="float16" if half else "",
    )


def weights_of(cell: Cell, kind: str, parameters: Mapping[str, Any]) -> dict[str, ndarray]:
    """A cell's parameters as arrays. Raises ValueError where one is missing, or its shape is that of another cell."""
    if not set(WEIGHTS) <= set(parameters):
        hint = "; take _l0 off the names" if any(name.endswith("_l0") for name in parameters) else ""
        raise ValueError(f"wanted the weights {', '.join(WEIGHTS)}, got {', '.join(parameters) or 'none'}{hint}")
    w = {name: array_of(part) for name, part in parameters.items()}
    shapes, count = (w["weight_ih"].shape, w["weight_hh"].shape), len(cell.letters)
    if [len(shape) for shape in shapes] != [2, 2] or {shape[0] for shape in shapes} != {count * shapes[1][1]}:
        wanted = f"weight_ih ({count}·H, E) and weight_hh ({count}·H, H)"
        raise ValueError(f"wanted the weights of {kind}, {wanted}, got {shapes[0]} and {shapes[1]}")
    return w


def sequence_of(given: Any, size: int) -> ndarray:
    """One sequence of inputs as an array `(T, size)`. Raises ValueError for another shape."""
    found = array_of(given)
    if found.ndim == 2 and len(found) and found.shape[1] == size:
        return found
    hint = ": one sequence at a time, for example batch[0]" if found.ndim == 3 else ""
    raise ValueError(f"wanted an array (T, {size}) with T at least 1, got {found.shape}{hint}")


def run(cell: Cell, inputs: Float[Array, "T E"], w: Weights) -> tuple[State, Gates]:
    """Step `cell` over all inputs from zero: the parts of the state and the gates, `(T, H)` each."""
    units = w["weight_hh"].shape[1]
    state: State = tuple(np.zeros(units, inputs.dtype) for _ in cell.parts)
    steps = []
    with np.errstate(over="ignore", invalid="ignore"):  # e^-a may overflow: the gate is then 0, rightly
        for a in input_half(inputs, w):
            state, gates = cell.step(a, state, w)
            steps.append((*state, *gates))
    # All steps of h, then all of c, then of each gate: one join, since np.stack takes as long as steps do.
    kept = np.concatenate(list(chain(*zip(*steps, strict=True)))).reshape(-1, len(steps), units)
    parts = len(cell.parts)
    return tuple(kept[:parts]), tuple(kept[parts:])


def surprise(trace: Trace) -> list[float | None]:
    """-log2 of the probability that each token had before it was read, in bits.

    None for the first token, which nothing foretold, and for words that the network cannot say.
    """
    assert trace.words is not None
    index = {word: j for j, word in enumerate(trace.words)}
    said, p = [index.get(token.lower()) for token in trace.tokens], trace.probabilities
    return [None] + [None if j is None else -math.log2(max(p[t, j], 1e-30)) for t, j in enumerate(said[1:])]


def shares(trace: Trace) -> dict[str, dict[str, ndarray]]:
    """Where each pre-activation comes from: `word` W_ih x, `state` W_hh h, each `(T, H)` by gate
    letter (an RNN's one block goes under `h`), and `bias_ih`, `bias_hh`, each `(H,)`.
    """
    w, letters = trace.parameters, trace.cell.letters
    a_ih, a_hh = input_half(trace.inputs, w), hidden_half(trace.states_before[0], w)
    parts = {"word": a_ih - w["bias_ih"], "state": a_hh - w["bias_hh"]}
    parts |= {"bias_ih": w["bias_ih"], "bias_hh": w["bias_hh"]}
    return {name: dict(zip(letters, blocks(part, len(letters)), strict=True)) for name, part in parts.items()}
