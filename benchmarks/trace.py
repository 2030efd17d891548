"""How fast a full trace and the T x T map of its gradients are, on one core.

Beside it the plain way, T autograd calls over an unrolled cell, and the least one could do, the module's own
forward and backward pass. Both ways are first compared number by number. All of them take turns.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is imported

import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch
from numpy import ndarray
from torch import nn

import rnnviz
from benchmarks.report import table, verdict

MODULES: dict[str, type[nn.RNN] | type[nn.LSTM] | type[nn.GRU]] = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}
CELLS: dict[str, type[nn.RNNCell] | type[nn.LSTMCell] | type[nn.GRUCell]] = {
    "lstm": nn.LSTMCell,
    "gru": nn.GRUCell,
    "rnn": nn.RNNCell,
}
SIZES = ((20, 32, 15.0, 15), (100, 64, 40.0, 5))
"""Tokens T, units H, how many times faster than autograd an LSTM must be, and how many turns are taken."""
TOLERANCE = 1e-4


def ours(module: nn.Module, inputs: ndarray) -> tuple[ndarray, ...]:
    """The map for h, and for c where there is one, each `(T, T)`."""
    gradients = rnnviz.backpropagate(rnnviz.trace(module, inputs))
    assert gradients.through_time is not None
    c = gradients.through_time_c
    return (gradients.through_time,) if c is None else (gradients.through_time, c)


def by_autograd(cell: nn.Module, inputs: torch.Tensor) -> tuple[ndarray, ...]:
    """The same by unrolling the cell and asking autograd once for each step's loss, ½‖h_t‖²."""
    steps: list[tuple[torch.Tensor, ...]] = []
    state = None
    for x in inputs[:, None]:  # a batch of one: without it nn.LSTMCell returns a copy of c
        state = cell(x, state)
        steps.append(state if isinstance(state, tuple) else (state,))
    maps = [np.zeros((len(steps), len(steps))) for _ in steps[0]]
    for t, (h, *_) in enumerate(steps):
        before = [part for step in steps[: t + 1] for part in step]
        loss = h.square().sum() / 2
        found = torch.autograd.grad(loss, before, retain_graph=True, allow_unused=True, materialize_grads=True)
        norms = torch.cat(found).double().norm(dim=1).numpy().reshape(t + 1, -1)
        for k, one in enumerate(maps):
            one[t, : t + 1] = norms[:, k]
    return tuple(maps)


def bare(module: nn.Module, inputs: torch.Tensor) -> None:
    """One forward and one backward pass, nothing kept."""
    module.zero_grad()
    module(inputs)[0].square().sum().backward()


def disagreement(mine: tuple[ndarray, ...], theirs: tuple[ndarray, ...]) -> float:
    """The largest relative difference, where autograd's float32 has digits left."""
    a, b = np.array(mine), np.array(theirs)
    seen = b > 1e-30
    return float(np.abs(a[seen] / b[seen] - 1).max())


def alternate(ways: dict[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """Median seconds of processor time of each way over some turns, after one that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(turns + 1):
        for name, way in ways.items():
            start = time.process_time()
            way()
            if turn:
                taken[name].append(time.process_time() - start)
    return {name: median(times) for name, times in taken.items()}


def measure(kind: str, steps: int, units: int, turns: int) -> tuple[dict[str, float], float]:
    """Median seconds of the three ways, and by how much the first two differ."""
    torch.manual_seed(0)
    module = MODULES[kind](units, units)
    cell = CELLS[kind](units, units)
    cell.load_state_dict({name.removesuffix("_l0"): w for name, w in module.state_dict().items()})
    inputs = torch.randn(steps, units)
    array = inputs.numpy()
    off = disagreement(ours(module, array), by_autograd(cell, inputs))
    if off > TOLERANCE:
        raise AssertionError(f"{kind}, T={steps}, H={units}: {off:.1e} from autograd")
    ways: dict[str, Callable[[], object]] = {
        "ours": lambda: ours(module, array),
        "autograd": lambda: by_autograd(cell, inputs),
        "bare": lambda: bare(module, inputs),
    }
    return alternate(ways, turns), off


def main() -> int:
    torch.set_num_threads(1)
    rows, worst, missed = [], 0.0, False
    for steps, units, bound, turns in SIZES:
        for kind in MODULES:
            took, off = measure(kind, steps, units, turns)
            worst = max(worst, off)
            faster = took["autograd"] / took["ours"]
            asked = kind == "lstm"
            missed |= asked and faster < bound
            rows.append(
                [
                    f"{kind}, T={steps}, H={units}",
                    f"{1e3 * took['ours']:.2f} ms",
                    f"{1e3 * took['autograd']:.1f} ms",
                    f"{faster:.0f}x faster",
                    f"{bound:.0f}x: {verdict(faster, bound, at_least=True)}" if asked else "",
                    f"{1e3 * took['bare']:.2f} ms",
                    f"{took['ours'] / took['bare']:.1f}x",
                ]
            )
    header = ["", "trace + T x T map", "T autograd calls", "ratio", "wanted", "bare pass", "ours / bare"]
    notes = (
        "Processor time on one core, medians of turns taken in rotation.",
        f"The maps equal autograd's within {worst:.0e} (relative).",
    )
    print(table("Trace and gradients of one sequence", header, rows, *notes))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
