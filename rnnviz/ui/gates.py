"""What the page Gates sends: the unit to be played by hand, and the boards about memory and what gates listen to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

import rnnviz
from rnnviz import figures, memory
from rnnviz.figures.gates import ROLES, lasts, sigmoid
from rnnviz.figures.gradients import duration
from rnnviz.tracing import Trace
from rnnviz.ui import component, state
from rnnviz.ui.asked import asked
from rnnviz.ui.backward import Board, Writer
from rnnviz.ui.calm import called
from rnnviz.ui.language import labels_of, t, translate
from rnnviz.ui.stage import View, network

SCRIPTS = ("shared/parts.js", *(f"gates/{name}.js" for name in ("units", "challenges", "strip", "setting", "gates")))
STYLES = ("shared/parts.css", "gates/gates.css")
LETTERS = {"lstm": "figo", "gru": "zrn"}
"""The gates of each kind, the one that keeps the state first."""
GATES = {"lstm": ("f", "i", "g", "o"), "gru": ("f", "r", "n")}
"""The same as the link has them, so that a change of network leaves the choice as it is."""
LONGEST = LAST = -1
"""The unit that remembers longest, and the last word: what is looked at unless another one is chosen."""
WORTH = 0.1
"""A word is held if it makes up so much of a unit's state, of all that is in it."""
NAMED = 3
"""So many units are told of in words."""


def unit(view: View, key: str = "gates") -> None:
    """Mount "be the gate". Where the hand has rested, the gates as it set them are the state's `drawn`, before anything
    is drawn: what is sent later than it was told, the browser would take for another wish."""
    payload = {
        "unit": state.value("gatecell"),
        "challenge": state.value("challenge"),
        "drawn": state.value("drawn"),
        "theme": view.theme,
        "labels": labels_of(view.language, "gates.hand"),
    }
    mount = component.registered("gates", SCRIPTS, STYLES)
    callbacks = {
        "on_drawn_change": called(lambda: state.put(drawn=state.told(key, "drawn"))),
        "on_theme_change": called(partial(state.look, key)),
    }
    mount(key=key, data=json.dumps(payload).encode(), default={"drawn": None, "theme": None}, **callbacks)


@dataclass(frozen=True)
class Place:
    """What is looked at in a network: a unit, a gate and a step, and how all of them are called."""

    unit: int
    letter: str
    step: int
    kind: str
    halves: tuple[tuple[int, float], ...]
    tokens: tuple[str, ...]

    def name_unit(self, id: int) -> str:
        unit, half = next((one for one in self.halves if one[0] == id), self.halves[0])
        return t("gates.listener_named", unit=unit, half=duration(half))

    def name_gate(self, id: str) -> str:
        return t(f"gates.letters.{letter_of(self.kind, id)}")

    def name_step(self, id: int) -> str:
        return f"{id % len(self.tokens) + 1}: {self.tokens[id]}"


def place(kind: str, halves: tuple[tuple[int, float], ...], tokens: tuple[str, ...]) -> Place:
    """What the settings say, where it exists in this network and sentence; else the defaults."""
    unit, letter, step = (state.value(name) for name in ("listener", "listens", "heard"))
    unit = unit if unit in dict(halves) else halves[0][0]
    letter = letter if letter in GATES[kind] else "f"
    step = step if 0 <= step < len(tokens) else len(tokens) - 1
    return Place(unit, letter_of(kind, letter), step, kind, halves, tokens)


def letter_of(kind: str, id: str) -> str:
    """PyTorch's letter of a gate: the one that keeps the state is called f in the link, in a GRU too."""
    return LETTERS[kind][GATES[kind].index(id)]


def forgetting(bias: float, view: View) -> Board:
    """The board about a forget bias, and how long it makes a cell remember."""
    return asked(compute_forgetting, bias, view)


def remembering(kind: str, trained: bool, tokens: tuple[str, ...], unit: int, view: View) -> Board:
    """The board about every unit's memory of a sentence."""
    return asked(compute_remembering, kind, trained, tokens, unit, view)


def listening(
    kind: str, trained: bool, tokens: tuple[str, ...], unit: int, letter: str, step: int, view: View
) -> Board:
    """The board about what one gate of one unit listens to."""
    return asked(compute_listening, kind, trained, tokens, unit, letter, step, view)


def units(kind: str, trained: bool, tokens: tuple[str, ...]) -> tuple[tuple[int, float], ...]:
    """The units with their half-lives, longest first."""
    return asked(compute_units, kind, trained, tokens)


def compute_units(kind: str, trained: bool, tokens: tuple[str, ...]) -> tuple[tuple[int, float], ...]:
    """As `units`, here and now."""
    trace = read(kind, trained, tokens)
    halves = memory.half_lives(trace)
    return tuple((int(unit), float(halves[unit])) for unit in memory.longest_first(trace))


@lru_cache(maxsize=4)
def read(kind: str, trained: bool, tokens: tuple[str, ...]) -> Trace:
    """What a network of the zoo did with the sentence."""
    return rnnviz.trace(network(kind, trained), tokens)


def compute_forgetting(bias: float, view: View) -> Board:
    """As `forgetting`, here and now."""
    writer = Writer("gates", "gates_figures", view)
    gate, half = in_digits(bias)
    told = {"bias": f"{bias:g}".replace("-", "−"), "gate": gate, "half": half}
    drawn = figures.forgetting_spec(bias, **writer.look)
    return writer.board(bias, [writer.section("bias", {"bias": drawn}, **told)])


def in_digits(bias: float) -> tuple[str, str]:
    """σ(bias) and its half-life, with as many digits of the gate as it takes for the calculation to come out right."""
    gate = sigmoid(bias)
    half = duration(lasts(gate))
    texts = (f"{gate:.{digits}f}" for digits in range(3, 12))
    return next(text for text in texts if 0 < float(text) < 1 and duration(lasts(float(text))) == half), half


def compute_remembering(kind: str, trained: bool, tokens: tuple[str, ...], unit: int, view: View) -> Board:
    """As `remembering`, here and now."""
    writer = Writer("gates", "gates_figures", view)
    trace = read(kind, trained, tokens)
    order, halves, parts = memory.longest_first(trace), memory.half_lives(trace), memory.contributions(trace)
    keeper = LETTERS[kind][0]
    room = figures.token_room(tokens, view.scale)
    rows = figures.half_lives_spec(halves, order, len(trace), ROLES[keeper], chosen=unit, below=room, **writer.look)
    grid = figures.holds_spec(parts, tokens, order, chosen=unit, **writer.look)
    longer = int((halves > len(trace)).sum())
    best = [telling(view.language, int(j), float(halves[j]), parts[:, j], tokens) for j in order[:NAMED]]
    told = {"longer": longer, "units": len(order), "words": len(trace), "name": memory_name(view.language, kind)}
    section = writer.section("memory", {"half": rows, "holds": grid}, best="\n".join(best), **told)
    return writer.board((kind, trained, tokens, unit), [section])


def memory_name(language: str, kind: str) -> str:
    return translate(language, f"gates.memory_{kind}")


def telling(language: str, unit: int, half: float, parts: np.ndarray, tokens: tuple[str, ...]) -> str:
    """A sentence about a unit: its half-life, and the words it holds on to with their shares."""
    sizes = np.abs(parts)
    shares = sizes / sizes.sum() if sizes.sum() else sizes
    found = [s for s in np.argsort(-shares, kind="stable")[:2] if shares[s] >= WORTH]
    quoted = [translate(language, "gates.held", word=tokens[s], percent=f"{100 * shares[s]:.0f}") for s in found]
    said = translate(language, "gates.and").join(quoted) or translate(language, "gates.held_nothing")
    return translate(language, "gates.unit_holds", unit=unit, half=duration(half), words=said)


def compute_listening(
    kind: str, trained: bool, tokens: tuple[str, ...], unit: int, letter: str, step: int, view: View
) -> Board:
    """As `listening`, here and now."""
    writer = Writer("gates", "gates_figures", view)
    trace = read(kind, trained, tokens)
    heard = memory.listens(trace, letter)
    one = figures.parts_spec(heard, letter, step, unit, **writer.look)
    every = figures.listening_spec(heard, letter, tokens, step, unit, **writer.look)
    gate = translate(view.language, f"gates.letters.{letter}")
    sizes = {name: float(getattr(heard, name)[step, unit]) for name in ("word", "state", "bias")}
    most = translate(view.language, f"gates_figures.part_{max(sizes, key=lambda name: abs(sizes[name]))}")
    total, value = float(heard.total[step, unit]), float(trace.gates[letter][step, unit])
    squash = "tanh" if letter in "gn" else "σ"
    told = {"gate": gate, "letter": letter, "unit": unit, "token": tokens[step], "step": step + 1, "most": most}
    told |= dict(zip((*sizes, "total"), adding_up([*sizes.values(), total]), strict=True))
    told |= {"value": f"{value:.3f}".replace("-", "−"), "squash": squash}
    section = writer.section("listens", {"one": one, "every": every}, **told)
    return writer.board((kind, trained, tokens, unit, letter, step), [section])


def adding_up(values: Sequence[float]) -> list[str]:
    """Numbers of which the last is the sum of the others, with as many digits as it takes for that to be seen."""
    for digits in range(2, 7):
        *parts, total = (round(value, digits) for value in values)
        if round(sum(parts), digits) == total:
            break
    return [f"{value:.{digits}f}".replace("-", "−") for value in values]
