"""Gradient clipping: by norm (Pascanu, Mikolov & Bengio 2013, algorithm 1) and by value; and what it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import atan2, degrees, nan
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnnviz.recurrence.given import array_of

Gradients = Mapping[Any, Any]
"""A gradient per parameter's name (or place in a list): an array or a tensor, or None for a parameter without one."""


@dataclass(frozen=True)
class Clipped:
    """What clipping made of some gradients."""

    after: Any
    """As it went in: the same names or places, the same shapes, tensors where tensors were given."""
    norm_before: float
    """The norm of all gradients together, as if they were one vector."""
    norm_after: float


@dataclass(frozen=True)
class Change:
    """What clipping did to one gradient."""

    norm_before: float
    norm_after: float
    angle: float
    """Between the gradient before and after, in degrees; NaN where one of them has no direction: it is zero, or
    has an entry that is not finite."""
    cut: float
    """The share of entries that came out changed, 0 to 1. Clipping by norm changes all that are not zero, or none."""


@dataclass(frozen=True)
class Changes:
    each: dict[str, Change]
    """Under each parameter's name."""
    total: Change
    """All parameters together, as if they were one vector."""


@dataclass(frozen=True)
class Proposal:
    """A threshold for clipping, from the norms of a run of N steps."""

    average: Float[ndarray, "N"]
    """The running average norm at each step; NaN as long as there was no finite norm."""
    low: Float[ndarray, "N"]
    """Half the average: the least threshold of the heuristic."""
    high: Float[ndarray, "N"]
    """Ten times the average: the greatest."""

    @property
    def narrower(self) -> tuple[Float[ndarray, "N"], Float[ndarray, "N"]]:
        """Our own band, a twentieth to a fifth of the average: decided on seeds 100 to 105 of one experiment, whose
        record on other seeds is `thresholds` (`rnnviz.training.records`)."""
        return self.average / 20, self.average / 5


def total_norm(gradients: Gradients) -> float:
    """The Euclidean norm of all entries of all gradients: inf or NaN where an entry is. None counts nothing."""
    with np.errstate(over="ignore"):
        squares = (np.square(array_of(g), dtype=float).sum() for g in gradients.values() if g is not None)
        return float(np.sqrt(sum(map(float, squares))))


def clip(gradients: Any, *, norm: float | None = None, value: float | None = None) -> Clipped:
    """Clip by `norm` (scale all so that the total norm is at most this; the direction stays) or by
    `value` (cut each entry to [-value, value]; the direction may turn).

    `gradients` are a dict by name, a list, or one alone: arrays, or tensors, which stay tensors. None, a parameter
    without a gradient, stays None. Nothing is changed in place.

    Equals `torch.nn.utils.clip_grad_norm_` and `clip_grad_value_`, also where a gradient has blown up. By norm, one
    infinite entry makes all finite entries 0 and itself NaN (inf · 0), and one NaN makes everything NaN; by value,
    an infinite entry becomes ±value and NaN stays. One difference: PyTorch squares float32 entries in float32,
    where those beyond 1.8e19 overflow and all comes out 0; here norms are taken in float64.
    Raises ValueError unless exactly one of the two is given and is positive, and for parameters in the place of
    their gradients.
    """
    bound = norm if value is None else value
    if (norm is None) == (value is None) or bound is None or not bound > 0:
        raise ValueError("give one of norm and value, and let it be positive")
    named = _named(gradients)
    before = total_norm(named)
    # 1e-6 as in PyTorch, against division by zero
    scale = float(np.minimum(1.0, norm / (before + 1e-6))) if norm is not None else None
    after = {name: None if g is None else _clipped(g, scale, bound) for name, g in named.items()}
    norm_after = total_norm(after)
    if isinstance(gradients, Mapping):
        return Clipped(after, before, norm_after)
    return Clipped(after[0] if _alone(gradients) else list(after.values()), before, norm_after)


def _alone(gradients: Any) -> bool:
    """Whether this is one gradient, and not several."""
    return hasattr(gradients, "shape")


def _named(gradients: Any) -> dict[Any, Any]:
    """Gradients by name, or by place."""
    several = [gradients] if _alone(gradients) else gradients
    if not hasattr(several, "__iter__"):
        raise TypeError(
            f"wanted gradients, got {type(gradients).__name__}: give a dict or a list of them, p.grad of each p"
        )
    named = dict(several if isinstance(several, Mapping) else enumerate(several))
    # A tensor that wants a gradient and was not computed is a parameter.
    if any(getattr(g, "requires_grad", False) and g.is_leaf for g in named.values()):
        raise ValueError("got parameters in the place of their gradients: give p.grad of each parameter p")
    return named


@np.errstate(invalid="ignore")
def _clipped(gradient: Any, scale: float | None, bound: float) -> Any:
    """One gradient scaled, or cut to [-bound, bound]: a tensor, or an array."""
    if hasattr(gradient, "detach"):
        tensor = gradient.detach()
        return tensor.clip(-bound, bound) if scale is None else tensor * scale
    array = array_of(gradient)
    array = array if array.dtype.kind == "f" else array.astype(float)
    return np.asarray(np.clip(array, -bound, bound) if scale is None else array * np.asarray(scale, array.dtype))


def changes(before: Gradients, after: Gradients) -> Changes:
    """Norms, angles and shares of changed entries, per parameter and in total.

    `after` is `clip(before, …).after`. Raises KeyError if a name of `before` is missing there.
    """
    names = [name for name, gradient in before.items() if gradient is not None]
    ravelled = {name: (array_of(before[name]).ravel(), array_of(after[name]).ravel()) for name in names}
    both = tuple(np.concatenate([pair[k] for pair in ravelled.values()] or [np.zeros(0)]) for k in (0, 1))
    return Changes({name: _change(*pair) for name, pair in ravelled.items()}, _change(*both))


def angle(u: Float[ndarray, "N"], v: Float[ndarray, "N"]) -> float:
    """The angle between two vectors in degrees, NaN if one is zero or not finite.

    2·atan2(‖û - v̂‖, ‖û + v̂‖) (Kahan 2006): the arc cosine of û·v̂ could not tell 0 from a millionth of a degree.
    """
    with np.errstate(invalid="ignore"):
        u, v = (w.astype(float) / (np.abs(w).max(initial=0.0) or nan) for w in (u, v))  # so that no square overflows
    if not (np.isfinite(u).all() and np.isfinite(v).all()) or u.size == 0:
        return nan
    u, v = u / np.linalg.norm(u), v / np.linalg.norm(v)
    return degrees(2 * atan2(np.linalg.norm(u - v), np.linalg.norm(u + v)))


def proposed(norms: Sequence[float] | Float[ndarray, "N"], window: int = 100) -> Proposal:
    """The heuristic of Pascanu, Mikolov & Bengio (2013), section 3.2: half to ten times the average norm.

    The average is over the last `window` norms (as many as there are at the start), those that are not finite left
    out: a gradient that has blown up says nothing about the usual size. Raises ValueError unless window >= 1.
    """
    if window < 1:
        raise ValueError(f"wanted window >= 1, got {window}")
    padded = np.concatenate([np.full(window - 1, nan), np.asarray(norms, dtype=float)])
    if len(padded) < window:
        return Proposal(*np.empty((3, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, window)
    finite = np.isfinite(windows)
    count = finite.sum(1)
    average = np.where(count > 0, windows.sum(1, where=finite) / np.maximum(count, 1), nan)
    return Proposal(average, average / 2, 10 * average)


def _change(before: ndarray, after: ndarray) -> Change:
    changed = (before != after) & ~(np.isnan(before) & np.isnan(after))
    cut = float(changed.mean()) if before.size else 0.0
    return Change(total_norm({"": before}), total_norm({"": after}), angle(before, after), cut)
