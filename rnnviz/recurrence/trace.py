"""Forward: a cell and its inputs give a `Trace`, all that was computed on the way."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnnviz.recurrence.cells import Cell, Gates, State, Weights, blocks, cell_of, hidden_half, input_half

Array = ndarray


@dataclass(frozen=True)
class Trace:
    """What one layer computed while it read T inputs. E embedding, H units, V words, K gate blocks.

    Arrays have the network's own precision (float32 unless it was built with another).
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

    @cached_property
    def probabilities(self) -> Float[Array, "T V"]:
        """softmax(logits). Raises ValueError for a trace without a readout."""
        if self.logits is None:
            raise ValueError("this trace has no readout, so it scores no words")
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
    inputs: ndarray,
    parameters: Mapping[str, ndarray],
    tokens: Sequence[str] | None = None,
) -> Trace:
    """Run a cell with these `parameters` (`weight_ih`, `weight_hh`, `bias_ih`, `bias_hh`, as in `Trace`) over
    `inputs (T, E)`, from a zero state and in the parameters' precision. No module is needed.

    `activation` is an RNN's (tanh, relu or logistic); gated cells have their own.
    Raises ValueError for an array of the wrong shape.
    """
    wanted, dtype = parameters["weight_ih"].shape[1], parameters["weight_hh"].dtype
    if inputs.ndim != 2 or not len(inputs) or inputs.shape[1] != wanted:
        raise ValueError(f"wanted an array (T, {wanted}) with T at least 1, got {inputs.shape}")
    nonlinearity = activation if kind == "rnn" else "tanh"
    cell, inputs = cell_of(kind, nonlinearity), inputs.astype(dtype)
    states, gates = run(cell, inputs, parameters)
    return Trace(
        tokens=tuple(tokens) if tokens is not None else tuple(str(t) for t in range(len(inputs))),
        inputs=inputs,
        h=states[0],
        c=states[1] if "c" in cell.parts else None,
        gates=dict(zip(cell.gates, gates, strict=True)),
        logits=None,
        kind=kind,
        nonlinearity=nonlinearity,
        parameters=dict(parameters),
    )


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
