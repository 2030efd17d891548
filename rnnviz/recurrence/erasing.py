"""Erase: hold a unit's state, or one of its gates, at a value from a token on, and read on from there.

Exactly one number is held at each step, and nothing else is touched: what follows from it is computed by the cell's own
equations. By letter:
- `c` of an LSTM: the cell state; its h is then o·tanh(c), by its own output gate. At 0 the unit is gone, h and all.
- `h`: the hidden state, as the readout and the next step meet it. In an LSTM c goes on beside it.
- a gate: its value, whatever the gate listens to. It is cut off from word and hidden state, and all that it acts on is
  computed with the held value: the candidate of a GRU with a held reset gate, say.

This is ablation of single units, as in Morcos, Barrett, Rabinowitz & Botvinick (2018), from a chosen time on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from rnnviz.recurrence.cells import Cell, Gates, State, input_half
from rnnviz.recurrence.trace import Trace

Array = ndarray
To = float | int | str
"""What something is held at: a number, or "mean", its own mean over all tokens of the trace."""
RANGES = {"σ": (0.0, 1.0), "tanh": (-1.0, 1.0), "ReLU": (0.0, np.inf)}
"""The values that each function can give, its limits included."""
INVERSES: Mapping[str, Callable[[ndarray], ndarray]] = {
    "σ": lambda v: np.log(v / (1 - v)),
    "tanh": np.arctanh,
    "ReLU": lambda v: v,
}


@dataclass(frozen=True)
class Erased:
    """One sequence read twice: as it is, and with one number held. T tokens, H units."""

    before: Trace
    """As the network reads it."""
    after: Trace
    """With the number held; the same up to token `at`. Its weights alone do not give these states, so it has no
    gradients (`rnnviz.backpropagate` would take the held number for a computed one)."""
    unit: int
    at: int
    """The first token at which it is held, counted from 0."""
    letter: str
    """What of the unit is held: `h`, `c` or a gate."""
    value: float
    """What it is held at."""

    @property
    def changes(self) -> dict[str, ndarray]:
        """By letter, `(T, H)` each: what each part of the state and each gate has now, less what it had."""
        before = self.before.records
        return {letter: values - before[letter] for letter, values in self.after.records.items()}


def erase(trace: Trace, unit: int, at: int = 0, letter: str = "", to: To = 0.0) -> Erased:
    """Read the trace's inputs again, with `letter` of a unit held at `to` from token `at` on, the last one included.

    `letter`: a part of the state or a gate, under PyTorch's letters; left out, the state that the unit remembers in, c
    of an LSTM, else h. What exactly is set is told above, in this file's own docstring. `to`: a number that this
    letter can have, or "mean", its mean in this unit over all tokens of the trace.
    Raises ValueError for a letter that the cell lacks, a unit or a token that is not there, and for what the letter
    cannot be held at.
    """
    letter = letter or memory_letter(trace.cell)
    insist(trace, letter, at)
    one_of("unit", unit, trace.h.shape[1])
    which = np.array([unit])
    values = values_of(trace, letter, to, which)
    states, gates = (tuple(part[:, 0] for part in parts) for parts in read_on(trace, at, letter, which, values))
    before = (*trace.states, *trace.gates.values())
    h, *rest = (np.concatenate([old[:at], new]) for old, new in zip(before, (*states, *gates), strict=True))
    c = rest.pop(0) if trace.c is not None else None
    logits = None if trace.logits is None else readout(trace, h)
    after = replace(trace, h=h, c=c, gates=dict(zip(trace.gates, rest, strict=True)), logits=logits)
    return Erased(trace, after, int(unit), int(at), letter, float(values[0]))


def erase_each(trace: Trace, at: int = 0, letter: str = "", to: To | ndarray = 0.0) -> Float[Array, "H V"]:
    """The scores (logits) after the last token, with the same done to each unit in turn: row u is
    `erase(trace, u, at, letter, to).after.logits[-1]`. All H readings take their steps together. `to` may be an array
    `(H,)` too, a value for each unit.

    Raises ValueError as `erase` does, and for a trace without a readout.
    """
    letter = letter or memory_letter(trace.cell)
    insist(trace, letter, at)
    if trace.logits is None:
        raise ValueError("this trace has no readout, so there is no answer that could change")
    units = np.arange(trace.h.shape[1])
    values = to if isinstance(to, ndarray) else values_of(trace, letter, to, units)
    states, _ = read_on(trace, at, letter, units, values)
    return readout(trace, states[0][-1])


def memory_letter(cell: Cell) -> str:
    """The state that a unit remembers in: c of an LSTM, else h."""
    return cell.parts[-1]


def insist(trace: Trace, letter: str, at: int) -> None:
    """Raises ValueError where the cell lacks the letter, or the trace the token."""
    if letter not in trace.records:
        raise ValueError(f"wanted one of {', '.join(trace.records)}, which this {trace.kind} has, got {letter!r}")
    one_of("token", at, len(trace))


def one_of(what: str, number: int, count: int) -> None:
    """Raises ValueError for a number that is none of 0, 1, … count - 1."""
    if not isinstance(number, int | np.integer) or not 0 <= number < count:
        raise ValueError(f"wanted a {what} from 0 to {count - 1}, got {number!r}")


def values_of(trace: Trace, letter: str, to: To, units: Int[Array, "N"]) -> Float[Array, "N"]:
    """What each of the units is held at. Raises ValueError for what the letter cannot have."""
    if to == "mean":
        return trace.records[letter].mean(0)[units]
    low, high = (-np.inf, np.inf) if letter in trace.cell.parts else RANGES[trace.cell.squash[letter]]
    if isinstance(to, str) or not np.isfinite(to) or not low <= to <= high:
        wanted = "a finite number" if np.isinf(low) else f"a number from {low:g} to {high:g}"
        raise ValueError(f'{letter} can be held at {wanted} or its "mean", got {to!r}')
    return np.full(len(units), to, trace.h.dtype)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def read_on(
    trace: Trace, at: int, letter: str, units: Int[Array, "N"], values: Float[Array, "N"]
) -> tuple[State, Gates]:
    """Read on from token `at`, N times at once; in reading n the letter of unit `units[n]` is held at `values[n]`.

    Gives the parts of the state and the gates, `(T - at, N, H)` each.
    """
    cell, weights, runs = trace.cell, dict(trace.parameters), np.arange(len(units))
    said = np.repeat(input_half(trace.inputs[at:], weights)[:, None], len(units), axis=1)
    if letter in cell.gates:  # deaf to the hidden state, and told what its own function makes the value of
        row = cell.gates.index(letter) * trace.h.shape[1] + units
        weights["deaf"] = np.zeros(said.shape[1:], bool)
        weights["deaf"][runs, row] = True
        said[:, runs, row] = INVERSES[cell.squash[letter]](values)
    state: State = tuple(np.repeat(part[at][None], len(units), axis=0) for part in trace.states_before)
    steps = []
    for a in said:
        state, gates = cell.step(a, state, weights)
        if letter in cell.parts:
            state = held(cell, state, gates, letter, (runs, units), values)
        steps.append((*state, *gates))
    kept = [np.stack(parts) for parts in zip(*steps, strict=True)]
    return tuple(kept[: len(cell.parts)]), tuple(kept[len(cell.parts) :])


def held(
    cell: Cell, state: State, gates: Gates, letter: str, where: tuple[ndarray, ndarray], values: Float[Array, "N"]
) -> State:
    """The state with its part `letter` held at these values, and with the h that the cell shows of a held c."""
    parts = dict(zip(cell.parts, state, strict=True))
    parts[letter] = parts[letter].copy()
    parts[letter][where] = values
    if letter == "c":
        assert cell.show is not None
        parts["h"] = cell.show(dict(zip(cell.gates, gates, strict=True)), parts["c"])
    return tuple(parts[part] for part in cell.parts)


def readout(trace: Trace, h: Float[Array, "N H"]) -> Float[Array, "N V"]:
    """The scores of the next word from hidden states, by the trace's own readout."""
    return h @ trace.parameters["weight_out"].T + trace.parameters["bias_out"]
