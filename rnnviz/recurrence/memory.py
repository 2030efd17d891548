"""How long each unit of an LSTM or a GRU remembers, what of the sentence it still holds, and what its gates listen to.

Sources: the forget gate is Gers, Schmidhuber & Cummins (2000); gates read as time scales are Tallec & Ollivier (2018).
"""

from collections.abc import Sized
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnnviz.recurrence.trace import Trace, shares

Array = ndarray


def memory(trace: Trace) -> Float[Array, "T H"]:
    """What the unit remembers: the cell state of an LSTM, the hidden state of a GRU."""
    return trace.h if trace.c is None else trace.c


def keeper(trace: Trace) -> Float[Array, "T H"]:
    """The share of the old state that each step keeps: f (LSTM), z (GRU). Raises ValueError for a cell without one."""
    if not trace.cell.keeper:
        raise ValueError(f"{trace.kind.upper()}: this cell has no gate that keeps its state")
    return trace.gates[trace.cell.keeper].astype(float)


def writes(trace: Trace) -> Float[Array, "T H"]:
    """What each step adds to the state: i·g (LSTM), (1 - z)·n (GRU)."""
    assert trace.cell.write is not None
    return trace.cell.write({letter: values.astype(float) for letter, values in trace.gates.items()})


def contributions(trace: Trace) -> Float[Array, "T H"]:
    """What each step's write still makes of the state at the end: Σ_s (Π_(r>s) f_r) i_s g_s = c_T, exactly.

    For a GRU z stands for f, and (1 - z)·n for i·g. Row s: the write of token s; the rows add up to the last state.
    """
    kept = keeper(trace)
    later = np.ones_like(kept)
    later[:-1] = np.cumprod(kept[:0:-1], axis=0)[::-1]
    return later * writes(trace)


def steps_of(read: Sized) -> int:
    """How often the gates worked on what was there already: at every step but the first, which finds nothing.

    A half-life beyond this is no measurement: more than half is left when the sequence ends.
    """
    return max(1, len(read) - 1)


def half_lives(trace: Trace) -> Float[Array, "H"]:
    """After how many steps half of what a unit holds is left, at the rate of this sequence: ln 0.5 / ln f.

    f is the geometric mean of the unit's gate over the steps that had something to forget: all but the first. So the
    product of the gates is above a half exactly where this is above `steps_of`. inf for a gate that never closed.
    """
    kept = keeper(trace)
    with np.errstate(divide="ignore"):
        rate = np.log(kept[min(1, len(kept) - 1) :]).mean(0)  # of the logarithms: what many steps keep is a product
        return np.log(0.5) / np.minimum(rate, -0.0)


def longest_first(trace: Trace) -> Int[Array, "H"]:
    """The units, from the one with the longest half-life."""
    return np.argsort(-half_lives(trace), kind="stable")


class Listens(NamedTuple):
    """What a gate's pre-activation is made of at every step and unit: three parts that add up to it."""

    word: Float[Array, "T H"]
    """W_ih x; nothing else."""
    state: Float[Array, "T H"]
    """W_hh h of the step before; in the candidate of a GRU behind the reset gate."""
    bias: Float[Array, "T H"]

    @property
    def total(self) -> Float[Array, "T H"]:
        return self.word + self.state + self.bias


def listens(trace: Trace, letter: str) -> Listens:
    """Where the pre-activation of a gate (PyTorch's letters) comes from. Raises KeyError for a gate it has not."""
    parts = {name: by_gate[letter].astype(float) for name, by_gate in shares(trace).items()}
    gate = trace.cell.behind.get(letter)
    behind = trace.gates[gate].astype(float) if gate else 1.0
    bias = parts["bias_ih"] + behind * parts["bias_hh"]
    return Listens(parts["word"], behind * parts["state"], np.broadcast_to(bias, parts["word"].shape))
