"""How far a gradient can travel, told from matrices and gates: bounds, singular values, eigenvalues, saturation.

Sources: the bound and its two conditions are Pascanu, Mikolov & Bengio (2013), section 2.1 (and Hochreiter 1991);
the saturation of gates is counted as by Karpathy, Johnson & Fei-Fei (2015).
"""

from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Complex, Float, Int
from numpy import ndarray

from rnnviz.recurrence.bptt import Gradients, jacobians, lengths, loss_gradients, slopes
from rnnviz.recurrence.trace import Trace

Array = ndarray

MOST = 12
"""A singular value decomposition of 128 rows takes 2 ms: so many products, and no more, are decomposed."""
NOISE = float(np.finfo(float).eps)
"""Rounding puts singular values of S times this share of the largest where smaller ones should be (as
`numpy.linalg.matrix_rank` has it)."""
ENDS = {"σ": (0.1, 0.9), "tanh": (-0.9, 0.9), "ReLU": (0.0, np.inf)}
"""Below the first and above the second, hardly any gradient passes each squashing. A ReLU has no upper end."""


def bound(trace: Trace) -> float | None:
    """γ·σ_max(W_hh): no step back can lengthen an RNN's gradient by more; γ is the steepest slope of its activation.
    None for gated cells.

    Below 1 the gradient must vanish; above 1 it may explode, but need not.
    """
    most = trace.cell.bound
    return most and most(float(np.linalg.norm(trace.parameters["weight_hh"].astype(float), 2)))


def decay(rate: float, ends: Float[Array, "T"]) -> Float[Array, "T"]:
    """The norms of gradients that each step back multiplies by `rate`: Σ_(u≥t) rate^(u-t)·ends_u.

    `ends` are the norms with which the losses' gradients set out, ‖∂L_t/∂h_t‖.
    """
    result = np.zeros(len(ends))
    sum_so_far = 0.0
    for t in reversed(range(len(ends))):
        result[t] = sum_so_far = float(ends[t]) + rate * sum_so_far
    return result


def gate_path(kept: Float[Array, "T H"], starts: Float[Array, "T H"]) -> Float[Array, "T"]:
    """The norms of gradients that each step back multiplies by its gate, unit by unit, and by nothing else:
    ‖Σ_(u≥t) (Π_(t<r≤u) kept_r) starts_u‖. The mean of such products is not the product of the gates' means.
    """
    carried = starts.copy()
    for t in reversed(range(len(kept) - 1)):
        carried[t] += kept[t + 1] * carried[t + 1]
    return lengths(carried)


class Reference(NamedTuple):
    """What the gradients of a network are held against."""

    norms: Float[Array, "T"]
    rate: float | None = None
    """By what each step back multiplies them, if it is one number."""


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def references(trace: Trace, gradients: Gradients, at: Literal["last", "every"] = "last") -> dict[str, Reference]:
    """What ‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ are held against, starting where they start.

    `bound` (RNN): (γ·σ_max)^k, which they cannot exceed. `f` (LSTM, for the cell state), `z` (GRU): what would arrive
    if the path through the gate that keeps the old state were the only one. `at` as for `backpropagate`.
    """
    starts = setting_out(trace, gradients)
    if at == "last":
        starts[:-1] = 0
    if letter := trace.cell.keeper:
        return {letter: Reference(gate_path(trace.gates[letter].astype(float), starts))}
    rate = bound(trace)
    assert rate is not None
    return {"bound": Reference(decay(rate, lengths(starts)), rate)}


def setting_out(trace: Trace, gradients: Gradients) -> Float[Array, "T H"]:
    """∂L_t/∂h_t, of an LSTM ∂L_t/∂c_t: the gradient of each step's own loss, before it travels."""
    asked = set(gradients.targets)  # one word for all steps, or each step's likeliest
    here, _ = loss_gradients(trace, asked.pop() if len(asked) == 1 else None, gradients.of)
    shown = slopes(trace).shown
    return here if shown is None else here * shown


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def survival(trace: Trace, most: int = MOST) -> tuple[Int[Array, "N"], Float[Array, "N S"]]:
    """Singular values of J_T ··· J_(T-k+1), the product of the last k step Jacobians, for some k from 0 to T-1.

    Returns the N <= `most` values of k, spread evenly on a log scale, and the S singular values for each, largest
    first; S = H, or 2H for an LSTM (h above c). A value of 0.01 says that in some direction a gradient keeps one
    hundredth of its length over k steps. Values below S·2⁻⁵² (about 1e-14) of the largest are rounding noise and
    left out as NaN; a product that is zero has zeros. What leaves the range of a double comes out as inf or 0.
    """
    steps = jacobians(trace).steps
    ks = counts(len(steps) - 1, most)
    product, size = np.eye(steps.shape[1]), 0.0  # the product is product·2^size, lest it overflow
    values = np.full((len(ks), steps.shape[1]), np.nan)
    row = 0
    for k in range(len(steps)):
        if k:
            product = product @ steps[-k]
            largest = np.abs(product).max()
            if not np.isfinite(largest):
                break  # a state that was no number has no Jacobian: from here on nothing is known
            if largest > 0:
                power = np.frexp(largest)[1]
                product, size = np.ldexp(product, -power), size + power
        if k == ks[row]:
            found = np.linalg.svd(product, compute_uv=False)
            found[found < len(found) * NOISE * found[0]] = np.nan
            values[row] = np.ldexp(found, int(size))
            row += 1
    return ks, values


def counts(last: int, most: int) -> Int[Array, "N"]:
    """From 0 to `last`, at most `most` numbers: all of them, or evenly spread on a log scale."""
    if last < most:
        return np.arange(last + 1)
    return np.append(0, np.unique(np.geomspace(1, last, most - 1).round().astype(int)))


def eigenvalues(trace: Trace) -> dict[str, Complex[Array, "H"]]:
    """The eigenvalues of each gate's block of W_hh, by gate letter; of an RNN's one block under `h`."""
    letters = trace.cell.letters
    w = trace.parameters["weight_hh"].astype(float)
    found = np.linalg.eigvals(w.reshape(len(letters), -1, w.shape[1]))
    return dict(zip(letters, found.astype(complex), strict=True))


def saturation(trace: Trace) -> dict[str, tuple[Float[Array, "H"], Float[Array, "H"] | None]]:
    """The shares of all steps at which each unit is (low, high): by gate letter, of an RNN's hidden state under `h`.

    Gates, and a logistic RNN: below 0.1, above 0.9. Candidates, and a tanh RNN: below -0.9, above 0.9. A relu RNN:
    at 0, where it lets no gradient through; it has no upper end, hence None.
    """
    found: dict[str, tuple[ndarray, ndarray | None]] = {}
    for letter, squash in trace.cell.squash.items():
        values, (low, high) = trace.records[letter], ENDS[squash]
        if squash == "ReLU":
            found[letter] = ((values <= low).mean(0), None)
        else:
            found[letter] = ((values < low).mean(0), (values > high).mean(0))
    return found
