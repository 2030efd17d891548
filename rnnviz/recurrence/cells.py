"""RNN, LSTM and GRU: one step of each, and the slopes of that step, in NumPy.

Sources: the equations and the letters are those of PyTorch's documentation of `nn.RNN`, `nn.LSTM`
and `nn.GRU`; the RNN is Elman (1990), the LSTM Hochreiter & Schmidhuber (1997) with the forget gate
of Gers, Schmidhuber & Cummins (2000), the GRU Cho et al. (2014) in the form of cuDNN (the reset gate
acts after the matrix product).

Shapes: E embedding, H units, K gate blocks (RNN 1, GRU 3, LSTM 4), P parts of the state (LSTM 2:
h and c, otherwise 1: h). `...` is any leading axes: one step, all T steps, or a batch.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

Array = ndarray
Weights = Mapping[str, ndarray]
State = tuple[ndarray, ...]
"""`(h,)`, or `(h, c)` for an LSTM; each `(..., H)`."""
Gates = tuple[ndarray, ...]
"""One `(..., H)` for each letter, in PyTorch's order."""


class Slopes(NamedTuple):
    """Partial derivatives inside one step, all of them diagonal in the units, for T steps.

    `a_ih = W_ih x + b_ih` and `a_hh = W_hh h + b_hh` are the two halves of every pre-activation. An
    LSTM's step has two stages, c' and then h' = o·tanh(c'), and part h is taken with c' held fixed.
    """

    ih: Float[Array, "T P K H"]
    """∂ state part p / ∂ a_ih of gate block k."""
    hh: Float[Array, "T P K H"]
    """∂ state part p / ∂ a_hh of gate block k."""
    carry: Float[Array, "T H"] | None
    """Along the path past all weights: ∂c'/∂c = f (LSTM), ∂h'/∂h = z (GRU); an RNN has none."""
    shown: Float[Array, "T H"] | None
    """∂h'/∂c' = o·(1 - tanh²c'), the second stage of an LSTM."""


def sigmoid(a: ndarray) -> ndarray:
    """The logistic function 1 / (1 + e^-a), elementwise."""
    return np.reciprocal(1 + np.exp(-a))


def blocks(a: ndarray, count: int) -> ndarray:
    """`(K·H,)` or `(N, K·H)` cut into its K gate blocks, which come first: `(K, H)` or `(K, N, H)`."""
    return a.reshape(*a.shape[:-1], count, -1).swapaxes(0, -2)


def input_half(x: ndarray, w: Weights) -> ndarray:
    """a_ih = W_ih x + b_ih, `(..., K·H)`: what the input says to every gate."""
    return x @ w["weight_ih"].T + w["bias_ih"]


def hidden_half(h: ndarray, w: Weights) -> ndarray:
    """a_hh = W_hh h + b_hh, `(..., K·H)`: what the hidden state says to every gate, but for those that are `deaf`
    (a mask among the weights, where `rnnviz.recurrence.erasing` holds a gate)."""
    said = h.dot(w["weight_hh"].T) + w["bias_hh"]
    return np.where(w["deaf"], 0, said) if "deaf" in w else said


def rnn_step(a: ndarray, state: State, w: Weights) -> tuple[State, Gates]:
    """h' = tanh(a_ih + a_hh). It has no gates."""
    return (np.tanh(a + hidden_half(state[0], w)),), ()


def relu_step(a: ndarray, state: State, w: Weights) -> tuple[State, Gates]:
    """h' = max(0, a_ih + a_hh)."""
    return (np.maximum(a + hidden_half(state[0], w), 0),), ()


def logistic_step(a: ndarray, state: State, w: Weights) -> tuple[State, Gates]:
    """h' = 1 / (1 + e^-(a_ih + a_hh)), the squashing of the first recurrent nets; `torch.nn.RNN` has no such."""
    return (sigmoid(a + hidden_half(state[0], w)),), ()


def lstm_step(a: ndarray, state: State, w: Weights) -> tuple[State, Gates]:
    """c' = f·c + i·g and h' = o·tanh(c'); gates `i f g o`."""
    h, c = state
    a = a + hidden_half(h, w)
    i, f, _, o = blocks(sigmoid(a), 4)  # one call for all: a step of 32 units is all overhead
    g = np.tanh(blocks(a, 4)[2])
    c = f * c + i * g
    return (o * np.tanh(c), c), (i, f, g, o)


def gru_step(a: ndarray, state: State, w: Weights) -> tuple[State, Gates]:
    """h' = (1 - z)·n + z·h, with n = tanh(a_ih + r·a_hh); gates `r z n`."""
    (h,) = state
    ar, az, an = blocks(a, 3)
    br, bz, bn = blocks(hidden_half(h, w), 3)
    r, z = sigmoid(ar + br), sigmoid(az + bz)
    n = np.tanh(an + r * bn)
    return ((1 - z) * n + z * h,), (r, z, n)


def rnn_slopes(before: State, after: State, gates: Gates, w: Weights) -> Slopes:
    """∂h'/∂a = 1 - h'², so the step Jacobian is diag(1 - h'²) W_hh."""
    d = 1 - after[0] ** 2
    return Slopes(d[:, None, None], d[:, None, None], None, None)


def relu_slopes(before: State, after: State, gates: Gates, w: Weights) -> Slopes:
    """∂h'/∂a = 1 where the unit is active, else 0; no number where h' is none."""
    d = np.heaviside(after[0], 0)
    return Slopes(d[:, None, None], d[:, None, None], None, None)


def logistic_slopes(before: State, after: State, gates: Gates, w: Weights) -> Slopes:
    """∂h'/∂a = h'·(1 - h'), at most 1/4."""
    d = after[0] * (1 - after[0])
    return Slopes(d[:, None, None], d[:, None, None], None, None)


def lstm_slopes(before: State, after: State, gates: Gates, w: Weights) -> Slopes:
    """c' moves with a_i, a_f and a_g; h' with a_o, and with c' at the slope `shown`."""
    i, f, g, o = gates
    tanh_c = np.tanh(after[1])
    d = np.zeros((len(i), 2, 4, i.shape[1]), i.dtype)
    dc, dh = d[:, 1], d[:, 0]
    dc[:, 0], dc[:, 1], dc[:, 2] = g * i * (1 - i), before[1] * f * (1 - f), i * (1 - g**2)
    dh[:, 3] = tanh_c * o * (1 - o)
    return Slopes(d, d, f, o * (1 - tanh_c**2))


def gru_slopes(before: State, after: State, gates: Gates, w: Weights) -> Slopes:
    """∂h'/∂h = z along the carry; everything else passes the weights."""
    r, z, n = gates
    (h,) = before
    bn = blocks(hidden_half(h, w), 3)[2]
    dn = (1 - z) * (1 - n**2)
    dr, dz = dn * bn * r * (1 - r), (h - n) * z * (1 - z)
    return Slopes(np.stack([dr, dz, dn], axis=1)[:, None], np.stack([dr, dz, dn * r], axis=1)[:, None], z, None)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One kind of recurrent cell, and every fact about it. Whoever needs a fact reads it here, JavaScript too."""

    step: Callable[[ndarray, State, Weights], tuple[State, Gates]]
    """(a_ih, state, weights) -> the new state, and the gates."""
    slopes: Callable[[State, State, Gates, Weights], Slopes]
    """(state before, state after, gates, weights), `(T, H)` each -> the slopes of all T steps."""
    roles: Mapping[str, str]
    """What each part of the state and each gate does, by letter, in the order in which figures show them. A role is
    the name of a colour (`rnnviz.figures.theme`) and of a label."""
    squash: Mapping[str, str]
    """The function at the end of each gate block, by letter, as it is written: σ, tanh or ReLU."""
    gates: str = ""
    """The letters of the gates, in the order of their blocks in the weights. None: one block, which gives h."""
    parts: str = "h"
    """The letters of the state's parts: h, or h and c."""
    keeper: str = ""
    """The gate whose value is the share of the old state that is kept. A forget bias opens it."""
    write: Callable[[Mapping[str, ndarray]], ndarray] | None = None
    """With a keeper: gates by letter -> what a step adds to the state."""
    show: Callable[[Mapping[str, ndarray], ndarray], ndarray] | None = None
    """With a c: gates by letter, and c -> the h that is shown of it."""
    behind: Mapping[str, str] = field(default_factory=dict)
    """Where a gate acts on W_hh h + b_hh of another: that one's letter -> the gate's."""
    bound: Callable[[float], float] | None = None
    """Without a keeper: σ_max(W_hh) -> the most by which one step back can lengthen a gradient."""

    @property
    def letters(self) -> str:
        """One for each block of the weights, in their order."""
        return self.gates or "h"

    @property
    def facts(self) -> dict[str, object]:
        """What the browser is told of a cell: all facts that are no functions."""
        texts = {"letters": self.letters, "parts": self.parts, "keeper": self.keeper}
        return texts | {"roles": dict(self.roles), "squash": dict(self.squash)}


RNN = Cell(
    step=rnn_step,
    slopes=rnn_slopes,
    roles={"h": "hidden"},
    squash={"h": "tanh"},
    bound=lambda sigma: sigma,
)
ACTIVATIONS: dict[str, Cell] = {
    "tanh": RNN,
    "relu": replace(RNN, step=relu_step, slopes=relu_slopes, squash={"h": "ReLU"}),
    "logistic": replace(
        RNN, step=logistic_step, slopes=logistic_slopes, squash={"h": "σ"}, bound=lambda sigma: sigma / 4
    ),
}
"""The RNNs. A slope of the logistic function is 1/4 at most, hence its bound."""
CELLS: dict[str, Cell] = {
    "rnn": RNN,
    "lstm": Cell(
        step=lstm_step,
        slopes=lstm_slopes,
        gates="ifgo",
        parts="hc",
        roles={"h": "hidden", "c": "cell", "f": "forget", "i": "input", "g": "candidate", "o": "output"},
        squash={"i": "σ", "f": "σ", "g": "tanh", "o": "σ"},
        keeper="f",
        write=lambda gates: gates["i"] * gates["g"],
        show=lambda gates, c: gates["o"] * np.tanh(c),
    ),
    "gru": Cell(
        step=gru_step,
        slopes=gru_slopes,
        gates="rzn",
        roles={"h": "hidden", "r": "reset", "z": "update", "n": "candidate"},
        squash={"r": "σ", "z": "σ", "n": "tanh"},
        keeper="z",
        write=lambda gates: (1 - gates["z"]) * gates["n"],
        behind={"n": "r"},
    ),
}
"""The kinds of cells, a row each."""
ROLES = {letter: role for cell in CELLS.values() for letter, role in cell.roles.items()}
"""The role of each letter: it has the same one in all cells."""


def cell_of(kind: str, activation: str = "tanh") -> Cell:
    """The cell of a kind; `activation` is that of an RNN: tanh, relu or logistic."""
    return ACTIVATIONS[activation] if kind == "rnn" else CELLS[kind]


def through_weights(slopes: Slopes, weight_hh: Float[Array, "KH H"]) -> Float[Array, "T P H H"]:
    """∂ state parts / ∂ h along the path through the weights: Σ_k diag(slope of block k) W_hh,k."""
    _, _, k, h = slopes.hh.shape
    # One small matrix product for each unit: its slopes at all steps against its K rows of weights.
    unit_rows = slopes.hh.transpose(1, 3, 0, 2).copy() @ weight_hh.reshape(k, h, h).swapaxes(0, 1)
    return unit_rows.transpose(2, 0, 1, 3)


def jacobian(slopes: Slopes, weight_hh: Float[Array, "KH H"]) -> Float[Array, "T S S"]:
    """The step Jacobians ∂ state' / ∂ state of all T steps at once; S = H, or 2H (h above c).

    Row: the new state, column: the old one. RNN: diag(1 - h'²) W_hh. GRU: that of its three gates
    plus diag(z). LSTM: [[s·J_ch + J_oh, diag(s·f)], [J_ch, diag(f)]] with s = o·(1 - tanh²c').
    """
    path = through_weights(slopes, weight_hh)
    t, p, h, _ = path.shape
    full = np.zeros((t, p * h, p * h), path.dtype)
    full[:, :, :h] = path.reshape(t, p * h, h)
    if slopes.carry is not None:
        unit = np.arange(h)
        full[:, -h + unit, -h + unit] += slopes.carry
    if slopes.shown is not None:
        full[:, :h] += slopes.shown[:, :, None] * full[:, h:]
    return full
