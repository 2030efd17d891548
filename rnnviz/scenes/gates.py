"""What the page Gates shows of trained networks: what units remember, and what their gates listen to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from rnnviz import figures
from rnnviz.figures.gates import BIASES, lasts, sigmoid
from rnnviz.language import translate
from rnnviz.networks import reading
from rnnviz.numbers import duration, percent
from rnnviz.recurrence import memory
from rnnviz.recurrence.cells import CELLS, ROLES
from rnnviz.recurrence.trace import Trace
from rnnviz.scenes.readings import in_language, tracing_network
from rnnviz.scenes.writer import Board, View, Writer

LETTERS = {
    kind: "".join(sorted((letter for letter in cell.roles if letter in cell.gates), key=lambda id: id != cell.keeper))
    for kind, cell in CELLS.items()
    if cell.keeper
}
"""The gates of each kind that has one which keeps the state: this one first, then as figures show them."""
GATES = {kind: ("f", *letters[1:]) for kind, letters in LETTERS.items()}
"""The same as the link has them, so that a change of network leaves the choice as it is."""
WORTH = 0.1
"""A word is held if it makes up so much of a unit's state, of all that is in it."""
NAMED = 3
"""So many units are told of in words."""


def letter_of(kind: str, id: str) -> str:
    """PyTorch's letter of a gate: the one that keeps the state is called f in the link, in a GRU too."""
    return LETTERS[kind][GATES[kind].index(id)]


def unit_half_lives(kind: str, trained: bool, tokens: tuple[str, ...]) -> tuple[tuple[int, float], ...]:
    """The units with their half-lives, longest first."""
    trace = trace_of(kind, trained, tokens)
    halves = memory.half_lives(trace)
    return tuple((int(unit), float(halves[unit])) for unit in memory.longest_first(trace))


@lru_cache(maxsize=4)
def trace_of(kind: str, trained: bool, tokens: tuple[str, ...]) -> Trace:
    """What a network of the zoo did with the sentence."""
    return reading.trace(tracing_network(in_language(kind, tokens), trained), tokens)


def forgetting_board(bias: float, view: View) -> Board:
    """The board about a forget bias, and how long it makes a cell remember."""
    writer = Writer("gates", "gates_figures", view)
    gate, half = in_digits(bias)
    told = {"bias": f"{bias:g}".replace("-", "−"), "gate": gate, "half": half}
    told |= {name: duration(lasts(sigmoid(b))) for name, b in zip(("one", "three", "five"), BIASES, strict=True)}
    left = {f"at_{steps}": percent(sigmoid(bias) ** steps) for steps in (1, 10, 100)}
    drawn = figures.forgetting.spec(bias, look=writer.look)
    return writer.board(bias, [writer.section("bias", {"bias": drawn}, {"bias": left}, **told)])


def in_digits(bias: float) -> tuple[str, str]:
    """σ(bias) and its half-life, with as many digits of the gate as it takes for the calculation to come out right."""
    gate = sigmoid(bias)
    half = duration(lasts(gate))
    texts = (f"{gate:.{digits}f}" for digits in range(3, 12))
    return next(text for text in texts if 0 < float(text) < 1 and duration(lasts(float(text))) == half), half


def remembering_board(kind: str, trained: bool, tokens: tuple[str, ...], unit: int, view: View) -> Board:
    """The board about every unit's memory of a sentence."""
    writer = Writer("gates", "gates_figures", view)
    trace = trace_of(kind, trained, tokens)
    order, halves, parts = memory.longest_first(trace), memory.half_lives(trace), memory.contributions(trace)
    keeper = LETTERS[kind][0]
    room, steps = figures.token_room(tokens, view.scale), memory.steps_of(trace)
    rows = figures.half_lives.spec(halves, order, steps, ROLES[keeper], chosen=unit, below=room, look=writer.look)
    grid = figures.holds.spec(parts, tokens, order, chosen=unit, look=writer.look)
    best = [telling(view.language, int(j), float(halves[j]), parts[:, j], tokens) for j in order[:NAMED]]
    told = {"longer": int((halves > steps).sum()), "units": len(order), "best": "\n".join(best)}
    most, of = (int(k) for k in np.unravel_index(np.argmax(np.abs(parts)), parts.shape))
    middle, least = (lasting(view.language, float(halves[order[k]]), steps) for k in (len(order) // 2, -1))
    found: dict[str, dict[str, object]] = {
        "half": {"middle": middle, "shortest": least},
        "holds": {"value": signed(float(parts[most, of])), "word": tokens[most], "unit": of},
    }
    name = memory_name(view.language, kind)
    section = writer.section("memory", {"half": rows, "holds": grid}, found, state=name, **told)
    return writer.board((kind, trained, tokens, unit), [section])


def lasting(language: str, half: float, steps: int) -> str:
    """A half-life in words: no longer than the sentence can show, which lets its gates work `steps` times."""
    beyond = half > steps
    return translate(language, "gates.half_life_beyond" if beyond else "gates.half_life", half=duration(half))


def signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def memory_name(language: str, kind: str) -> str:
    return translate(language, f"gates.memory_{CELLS[kind].parts[-1]}")


def telling(language: str, unit: int, half: float, parts: np.ndarray, tokens: tuple[str, ...]) -> str:
    """A sentence about a unit: its half-life, and the words it holds on to with their shares."""
    sizes = np.abs(parts)
    shares = sizes / sizes.sum() if sizes.sum() else sizes
    found = [s for s in np.argsort(-shares, kind="stable")[:2] if shares[s] >= WORTH]
    quoted = [translate(language, "gates.held", word=tokens[s], percent=f"{100 * shares[s]:.0f}") for s in found]
    said = translate(language, "gates.and").join(quoted) or translate(language, "gates.held_nothing")
    half_life = lasting(language, half, memory.steps_of(tokens))
    return translate(language, "gates.unit_holds", unit=unit, half=half_life, words=said)


def listening_board(
    kind: str, trained: bool, tokens: tuple[str, ...], unit: int, letter: str, step: int, view: View
) -> Board:
    """The board about what one gate of one unit listens to."""
    writer = Writer("gates", "gates_figures", view)
    trace = trace_of(kind, trained, tokens)
    heard = memory.listens(trace, letter)
    one = figures.parts.spec(heard, letter, step, unit, look=writer.look)
    every = figures.listening.spec(heard, letter, tokens, step, unit, look=writer.look)
    gate = translate(view.language, f"gates.letters.{letter}")
    sizes = {name: float(getattr(heard, name)[step, unit]) for name in ("word", "state", "bias")}
    most = translate(view.language, f"gates_figures.part_{max(sizes, key=lambda name: abs(sizes[name]))}")
    total, value = float(heard.total[step, unit]), float(trace.gates[letter][step, unit])
    squash = trace.cell.squash[letter]
    told = {"gate": gate, "letter": letter, "unit": unit, "token": tokens[step], "step": step + 1, "most": most}
    told |= dict(zip((*sizes, "total"), adding_up([*sizes.values(), total]), strict=True))
    told |= {"value": f"{value:.3f}".replace("-", "−"), "squash": squash}
    sums = heard.total[:, unit]
    ends = {"highest": int(np.argmax(sums)), "lowest": int(np.argmin(sums))}
    extremes = {name: tokens[at] for name, at in ends.items()}
    extremes |= {"high": signed(float(sums[ends["highest"]])), "low": signed(float(sums[ends["lowest"]]))}
    section = writer.section("listens", {"one": one, "every": every}, {"every": extremes}, **told)
    return writer.board((kind, trained, tokens, unit, letter, step), [section])


def adding_up(values: Sequence[float]) -> list[str]:
    """Numbers of which the last is the sum of the others, with as many digits as it takes for that to be seen."""
    for digits in range(2, 7):
        *parts, total = (round(value, digits) for value in values)
        if round(sum(parts), digits) == total:
            break
    return [f"{value:.{digits}f}".replace("-", "−") for value in values]
