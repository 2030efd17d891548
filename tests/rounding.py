"""What rounding alone makes of a computation in PyTorch: Monte Carlo arithmetic (Parker 1997).

Two right programs for one gradient differ by their rounding, and how much that comes to depends on the network: the
slope 1 - h² of a unit at h = 0.9999999 has lost seven digits. So it is measured: PyTorch computes again, each of its
results moved up or down by a unit of roundoff at random, forward and backward.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy import ndarray
from torch.utils._python_dispatch import TorchDispatchMode

UNIT = {np.dtype(np.float32): 2.0**-24, np.dtype(np.float64): 2.0**-53}
DRAWS, MARGIN = 6, 10
"""So often it is computed again; and so many times the largest deviation seen may be due to rounding: ours adds up in
another order, and its tanh may be off by some units."""
Compute = Callable[[], Sequence[ndarray]]


class Rounding(TorchDispatchMode):
    """Inside, everything that PyTorch computes comes out wrong by `unit`, relatively, to either side."""

    def __init__(self, unit: float, seed: int):
        super().__init__()
        self.unit, self.random = unit, torch.Generator().manual_seed(seed)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        found = func(*args, **(kwargs or {}))
        values = found if isinstance(found, tuple | list) else (found,)
        for value, described in zip(values, func._schema.returns, strict=False):
            seen = described.alias_info  # of a mere view of what was there before: nothing was computed
            if isinstance(value, torch.Tensor) and value.is_floating_point() and (seen is None or seen.is_write):
                signs = torch.randint(0, 2, value.shape, generator=self.random).to(value.dtype) * 2 - 1
                value.mul_(1 + self.unit * signs)
        return found


def due_to_rounding(compute: Compute, unit: float) -> tuple[list[ndarray], list[ndarray]]:
    """What `compute` gives, and how far each of its numbers may be off because of rounding."""
    exact = [np.asarray(one, float) for one in compute()]
    largest = [np.zeros_like(one) for one in exact]
    for seed in range(DRAWS):
        with Rounding(unit, seed):
            moved = compute()
        largest = [np.fmax(most, np.abs(one - wanted)) for most, one, wanted in zip(largest, moved, exact, strict=True)]
    return exact, [MARGIN * most for most in largest]


def assert_equal_but_for_rounding(
    ours: Sequence[ndarray], compute: Compute, unit: float, rtol: float, atol: float = 0.0
) -> None:
    """`ours` are what `compute` gives: each number to `rtol`, and `atol` of the largest of its array; or where it is
    farther off, no farther than rounding explains."""
    theirs = [np.asarray(one, float) for one in compute()]
    tolerances = [rtol * np.abs(one) + atol * np.abs(one).max(initial=0.0) + 1e-300 for one in theirs]
    if all((np.abs(a - b) <= most).all() for a, b, most in zip(ours, theirs, tolerances, strict=True)):
        return
    _, explained = due_to_rounding(compute, unit)
    for a, b, most, more in zip(ours, theirs, tolerances, explained, strict=True):
        apart = np.abs(a - b)
        wrong = ~(apart <= most + more)
        assert not wrong.any(), f"off by {apart[wrong]}, of which rounding explains {(most + more)[wrong]}"
