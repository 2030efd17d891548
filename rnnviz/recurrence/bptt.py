"""Backward: backpropagation through time, and the Jacobians it multiplies.

Source: Werbos (1990); the Jacobian products are eq. 5 of Pascanu, Mikolov & Bengio (2013). One pass
serves every cell: a gradient row for each step that has a loss travels back one token at a time, all
rows together. Computed in float64, because what vanishes would leave float32 at 1e-45.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnnviz.recurrence.cells import Slopes, jacobian, through_weights
from rnnviz.recurrence.trace import Trace, softmax

Array = ndarray
QUANTITIES, PLACES = ("loss", "logit"), ("last", "every")
"""What can be asked for, and at which steps."""
QUIET = np.errstate(over="ignore", invalid="ignore")
"""What explodes comes out as inf, without a warning."""
SURE = 1e-280
"""A square between this and its reciprocal has lost no digit to the ends of float64."""


@dataclass(frozen=True)
class Gradients:
    """How the answer depends on every state before it. Float64; T tokens, H units."""

    dh: Float[Array, "T H"]
    """∂L/∂h_t, through everything that follows token t."""
    dc: Float[Array, "T H"] | None
    """∂L/∂c_t (LSTM), through h_t too, as autograd counts it."""
    through_time: Float[Array, "T T"] | None
    """‖∂L_t/∂h_s‖; row t: the loss's step, column s: the state's step, zero where s > t. None where it
    was switched off."""
    through_time_c: Float[Array, "T T"] | None
    """The same for the cell state (LSTM)."""
    da_ih: Float[Array, "T K H"]
    """∂L/∂a_ih of each gate block: a_ih = W_ih x_t + b_ih."""
    da_hh: Float[Array, "T K H"]
    """∂L/∂a_hh of each gate block: a_hh = W_hh h_(t-1) + b_hh."""
    targets: tuple[str, ...]
    """The word asked for at each step; empty for a module without a readout."""
    of: str
    """What L is: "loss", the word's -log p (½‖h‖² without a readout), or "logit"."""
    trace: Trace = field(repr=False)

    @cached_property
    @QUIET
    def dx(self) -> Float[Array, "T E"]:
        """∂L/∂x_t, the gradient in each token's input."""
        return flat(self.da_ih) @ self.trace.parameters["weight_ih"].astype(float)

    @cached_property
    @QUIET
    def weights(self) -> dict[str, ndarray]:
        """`(T,)` for each parameter of the cell: the norm of each step's own share of its gradient."""
        # δ_t x_tᵀ and δ_t h_(t-1)ᵀ have rank one, so their norms multiply.
        rows = (flat(self.da_ih), flat(self.da_hh), self.trace.inputs, self.trace.states_before[0])
        ih, hh, x, h = (lengths(row.astype(float)) for row in rows)
        return {"weight_ih": ih * x, "weight_hh": hh * h, "bias_ih": ih, "bias_hh": hh}

    @cached_property
    @QUIET
    def parameters(self) -> dict[str, ndarray]:
        """∂L/∂w of each parameter of the cell, in its shape: the sum of all steps' shares."""
        ih, hh = flat(self.da_ih).T, flat(self.da_hh).T  # columns δ_t; Σ_t δ_t x_tᵀ is one matrix product
        before = self.trace.states_before[0]
        return {
            "weight_ih": ih @ self.trace.inputs,
            "weight_hh": hh @ before,
            "bias_ih": ih.sum(1),
            "bias_hh": hh.sum(1),
        }

    @property
    @QUIET
    def norms(self) -> Float[Array, "T"]:
        """‖∂L/∂h_t‖."""
        return lengths(self.dh)

    @property
    @QUIET
    def norms_x(self) -> Float[Array, "T"]:
        """‖∂L/∂x_t‖."""
        return lengths(self.dx)

    @property
    @QUIET
    def norms_c(self) -> Float[Array, "T"] | None:
        """‖∂L/∂c_t‖ (LSTM)."""
        return None if self.dc is None else lengths(self.dc)


@dataclass(frozen=True)
class Jacobians:
    """∂ state_t / ∂ state_(t-1) for every step t; S = H, or 2H (h above c) for an LSTM."""

    steps: Float[Array, "T S S"]

    def product(self, later: int, earlier: int) -> Float[Array, "S S"]:
        """∂ state_later / ∂ state_earlier, the identity where they are equal.

        Raises ValueError unless 0 <= earlier <= later < T.
        """
        if not 0 <= earlier <= later < len(self.steps):
            raise ValueError(f"wanted 0 <= earlier <= later < {len(self.steps)}, got {earlier}, {later}")
        result = np.eye(self.steps.shape[1])
        for step in self.steps[earlier + 1 : later + 1]:
            result = step @ result
        return result

    def spectrum(self) -> Float[Array, "T S"]:
        """Singular values of each step's Jacobian, largest first."""
        return np.linalg.svd(self.steps, compute_uv=False)


def lengths(rows: Float[Array, "T H"]) -> Float[Array, "T"]:
    """‖row‖ of each row, divided by its largest entry before it is squared: 1e-170 squared would be 0."""
    largest = np.clip(np.abs(rows).max(1), np.finfo(float).tiny, np.finfo(float).max)
    return largest * np.linalg.norm(rows / largest[:, None], axis=1)


def lengths_quickly(rows: Float[Array, "P N H"]) -> Float[Array, "P N"]:
    """‖row‖ of each row: the root of its square, where that can be relied on, which takes a third of the time."""
    squares = np.vecdot(rows, rows)
    found = np.sqrt(squares)
    if not (squares.min() > SURE and squares.max() < 1 / SURE):
        unsure = ~((squares > SURE) & (squares < 1 / SURE))
        found[unsure] = lengths(rows[unsure])
    return found


def jacobians(trace: Trace) -> Jacobians:
    """The step Jacobians of a trace, all T in one batched call (`cells.jacobian`)."""
    wanted(trace)
    return Jacobians(jacobian(slopes(trace), trace.parameters["weight_hh"].astype(float)))


def wanted(trace: Any) -> None:
    """Raises TypeError for what is no trace, such as a network."""
    if not isinstance(trace, Trace):
        raise TypeError(f"wanted a trace, got {type(trace).__name__}: give what rnnviz.trace returns")


def slopes(trace: Trace) -> Slopes:
    """The cell's slopes at every step, in float64."""

    def double(arrays: Iterable[ndarray]) -> tuple[ndarray, ...]:
        return tuple(a.astype(float) for a in arrays)

    before, after, gates = trace.states_before, trace.states, trace.gates.values()
    return trace.cell.slopes(double(before), double(after), double(gates), trace.parameters)


@QUIET
def backpropagate(
    trace: Trace,
    target: Any = None,
    of: str = "loss",
    at: str = "last",
    through_time: bool = True,
) -> Gradients:
    """The gradient of a word's loss (or logit) in every state before it.

    `target` is a word; left out, it is the likeliest next word at each step. For a bare module
    without a readout L_t = ½‖h_t‖². All belongs to the loss at the last step, or to the sum of the
    losses at every step, but for `through_time`: unless it is switched off to save time, it always
    holds every step's own.
    Raises ValueError for a word that the network cannot say, a target or a logit without a readout, the loss of a
    network that gives one number, and another `of` than "loss" or "logit", or `at` than "last" or "every".
    """
    wanted(trace)
    for name, given, known in (("of", of, QUANTITIES), ("at", at, PLACES)):
        if given not in known:
            raise ValueError(f"{name} can be {known[0]!r} or {known[1]!r}, got {given!r}")
    here, targets = loss_gradients(trace, target, of)
    d = slopes(trace)
    w_hh = trace.parameters["weight_hh"].astype(float)
    last, (_, parts, _, units) = len(trace) - 1, d.hh.shape
    if at == "last" and not through_time:
        here[:last] = 0
    states = np.zeros((parts, len(trace), units))
    norms = np.zeros((parts, len(trace), len(trace)))
    for s, rows in travel_back(here, d, w_hh, together=not through_time):
        states[:, s] = rows[:, -1] if at == "last" else rows.sum(1)
        if through_time:
            norms[:, s:, s] = lengths_quickly(rows)
    lstm = parts == 2
    by_step = states.swapaxes(0, 1)[:, :, None]
    da_ih = (by_step * d.ih).sum(1)
    return Gradients(
        dh=states[0],
        dc=states[1] if lstm else None,
        through_time=norms[0] if through_time else None,
        through_time_c=norms[1] if through_time and lstm else None,
        da_ih=da_ih,
        da_hh=da_ih if d.hh is d.ih else (by_step * d.hh).sum(1),
        targets=targets,
        of=of,
        trace=trace,
    )


def travel_back(
    here: Float[Array, "T H"], d: Slopes, w_hh: Float[Array, "KH H"], together: bool
) -> Iterator[tuple[int, Float[Array, "P N H"]]]:
    """Carry the gradients `here`, ∂L_t/∂h_t, back from step to step, the last step first.

    Yields each step s with ∂L/∂(h_s, c_s): one row for the sum of all losses (`together`), or one for
    each loss at a step t >= s. The rows are overwritten as the walk goes on.
    """
    steps, parts, _, units = d.hh.shape
    rows = np.zeros((parts, 1 if together else steps, units))
    if not together:
        rows[0] = here  # each row waits for its step
    # One row goes through the gates' slopes and then the weights; for many, the two are multiplied beforehand.
    path = None if together else through_weights(d, w_hh)
    for s in reversed(range(steps)):
        live = rows if together else rows[:, s:]
        h, last = live[0], live[-1]  # `last` is c for an LSTM, else h itself
        if together:
            h += here[s]
        if d.shown is not None:
            last += h * d.shown[s]
        yield s, live
        passed = (live * d.hh[s]).sum(0).reshape(1, 1, -1) @ w_hh if path is None else live @ path[s]
        if d.carry is not None:
            last *= d.carry[s]
        if d.carry is not None and d.shown is None:
            h += passed[0]
        else:
            np.add.reduce(passed, out=h)  # only a GRU's h also hands on what goes past the weights


def flat(blocks: Float[Array, "T K H"]) -> Float[Array, "T KH"]:
    """The gate blocks of each step in one row, as in the rows of PyTorch's weights."""
    return blocks.reshape(len(blocks), -1)


def loss_gradients(trace: Trace, target: object, of: str) -> tuple[Float[Array, "T H"], tuple[str, ...]]:
    """∂L_t/∂h_t at the step where the loss arises, and the words asked for."""
    if trace.logits is None or trace.words is None:
        if target is not None:
            raise ValueError(f"a module without a readout says no word: leave out the target {target!r}")
        if of == "logit":
            raise ValueError('a module without a readout has no logit: leave out of="logit", and L is ½‖h‖²')
        return trace.h.astype(float), ()
    if trace.one_number and of == "loss":
        raise ValueError('this network gives one number and no words: of="logit" is the gradient of that number')
    answers = answer_ids(trace, target)
    w_out = trace.parameters["weight_out"].astype(float)
    wanted = w_out[answers]
    if of == "loss":
        wanted = softmax(trace.logits.astype(float)) @ w_out - wanted
    return wanted, tuple(trace.words[j] for j in answers)


def answer_ids(trace: Trace, target: object) -> Int[Array, "T"]:
    """The output index asked for at each step. Raises ValueError for a word outside the readout."""
    assert trace.logits is not None
    assert trace.words is not None
    if target is None:
        return trace.logits.argmax(1)
    if target not in trace.words:
        raise ValueError(f"the network cannot say {target!r}: the words it can say are in trace.words")
    return np.full(len(trace), trace.words.index(target))
