"""Gradient clipping: by norm (Pascanu, Mikolov & Bengio 2013, algorithm 1) and by value."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy import ndarray


@dataclass(frozen=True)
class Clipped:
    """What clipping made of some gradients."""

    after: dict[str, ndarray]
    """The same names and shapes as went in."""
    norm_before: float
    """The norm of all gradients together, as if they were one vector."""
    norm_after: float


def total_norm(gradients: Mapping[str, ndarray]) -> float:
    """The Euclidean norm of all entries of all arrays."""
    return float(np.sqrt(sum(float(np.square(g, dtype=float).sum()) for g in gradients.values())))


def clip(gradients: Mapping[str, ndarray], *, norm: float | None = None, value: float | None = None) -> Clipped:
    """Clip by `norm` (scale all so that the total norm is at most this; the direction stays) or by
    `value` (cut each entry to [-value, value]; the direction may turn).

    Equals `torch.nn.utils.clip_grad_norm_` and `clip_grad_value_`.
    Raises ValueError unless exactly one of the two is given and is positive.
    """
    bound = norm if value is None else value
    if (norm is None) == (value is None) or bound is None or not bound > 0:
        raise ValueError("give one of norm and value, and let it be positive")
    before = total_norm(gradients)
    if norm is not None:
        scale = min(1.0, norm / (before + 1e-6))  # 1e-6 as in PyTorch, against division by zero
        after = {name: g * np.asarray(scale, g.dtype) for name, g in gradients.items()}
    else:
        after = {name: np.clip(g, -bound, bound) for name, g in gradients.items()}
    return Clipped(after, before, total_norm(after))
