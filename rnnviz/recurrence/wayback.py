"""The way back, step by step: by what each step multiplies a gradient, and what is left of it.

One step back, from state t + 1 to state t, is linear. It has up to two ways, whose results are added:

- through the weights: ∂L/∂a = slopes · ∂L/∂state of each gate block, then W_hhᵀ ∂L/∂a arrives in h_t;
- past the weights, where a gate carries the state: f · ∂L/∂c (LSTM), z · ∂L/∂h (GRU).

Of an LSTM, c_t also gets what h_t hands on to it, o·(1 - tanh²c_t) · ∂L/∂h_t.

Norms of vectors do not multiply as numbers do. What is true, and what stands here: the norm before, times what a
stage did to this very gradient, is the norm after. Only of a single unit on the way past the weights is the factor
the gate's own value (`direct`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnnviz.recurrence.bptt import QUIET, Gradients, flat, lengths, slopes
from rnnviz.recurrence.trace import Trace

Array = ndarray


@dataclass(frozen=True)
class WayBack:
    """The norms of one gradient on its way, float64. Entry t tells of the step from state t + 1 to state t; the last
    entry, where the gradient sets out, is NaN, but for `h` and `c`."""

    h: Float[Array, "T"]
    """‖∂L/∂h_t‖, after the step."""
    c: Float[Array, "T"] | None
    """‖∂L/∂c_t‖ (LSTM)."""
    sent: Float[Array, "T"]
    """Before the step: ‖∂L/∂state_(t+1)‖; of an LSTM h and c together."""
    sloped: Float[Array, "T"]
    """After the slopes: ‖∂L/∂a_(t+1)‖ of all gate blocks, a = W_hh h_t + b_hh."""
    weighed: Float[Array, "T"]
    """After the weights: ‖W_hhᵀ ∂L/∂a_(t+1)‖, which arrives in h_t."""
    arrived: Float[Array, "T"]
    """What arrives in h_t by all ways, without the own loss of step t, if it has one."""
    held: Float[Array, "T"] | None
    """Before the gate: ‖∂L/∂c_(t+1)‖ (LSTM), ‖∂L/∂h_(t+1)‖ (GRU)."""
    kept: Float[Array, "T"] | None
    """After the gate: ‖f · ∂L/∂c_(t+1)‖ (LSTM), ‖z · ∂L/∂h_(t+1)‖ (GRU)."""

    @property
    def records(self) -> Mapping[str, ndarray]:
        """What there is, by name."""
        return {name: values for name, values in vars(self).items() if values is not None}


@QUIET
def way_back(gradients: Gradients) -> WayBack:
    """What each step did to a gradient, from the record of its way."""
    trace = gradients.trace
    carry = slopes(trace).carry
    parts = [part for part in (gradients.dh, gradients.dc) if part is not None]
    a = flat(gradients.da_hh)
    weighed = a @ trace.parameters["weight_hh"].astype(float)
    kept = None if carry is None else carry * parts[-1]
    arrived = weighed + kept if kept is not None and len(parts) == 1 else weighed  # an LSTM's gate keeps c
    return WayBack(
        h=gradients.norms,
        c=gradients.norms_c,
        sent=after(lengths(np.concatenate(parts, axis=1))),
        sloped=after(lengths(a)),
        weighed=after(lengths(weighed)),
        arrived=after(lengths(arrived)),
        held=None if kept is None else after(lengths(parts[-1])),
        kept=None if kept is None else after(lengths(kept)),
    )


def after(norms: Float[Array, "T"]) -> Float[Array, "T"]:
    """What is known of step t + 1, at t."""
    return np.append(norms[1:], np.nan)


def direct(trace: Trace) -> Float[Array, "T H"] | None:
    """What is left at step t, unit by unit, of a gradient that comes from the last step past all weights: the product
    of the gates of the steps in between, f (LSTM) or z (GRU). None for an RNN, which has no such way."""
    keeper = trace.cell.keeper
    if not keeper:
        return None
    gates = trace.gates[keeper].astype(float)
    gone = np.vstack([gates[1:], np.ones_like(gates[:1])])
    return np.cumprod(gone[::-1], axis=0)[::-1]
