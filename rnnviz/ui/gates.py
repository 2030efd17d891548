"""The unit that is played by hand, in a Streamlit page; and what the visitor looks at in a network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial

from rnnviz.language import labels_of
from rnnviz.numbers import duration
from rnnviz.recurrence.memory import steps_of
from rnnviz.scenes.gates import GATES, letter_of
from rnnviz.scenes.writer import View
from rnnviz.ui import component, state
from rnnviz.ui.calm import called
from rnnviz.ui.language import t

SCRIPTS = ("shared/parts.js", *(f"gates/{name}.js" for name in ("units", "challenges", "strip", "setting", "gates")))
STYLES = ("shared/parts.css", "gates/gates.css")
LONGEST = LAST = -1
"""The unit that remembers longest, and the last word: what is looked at unless another one is chosen."""


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
        "on_drawn_change": called(lambda: state.put(drawn=state.said_by(key, "drawn"))),
        "on_theme_change": called(partial(state.theme_said, key)),
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
        key = "gates.listener_beyond" if half > steps_of(self.tokens) else "gates.listener_named"
        return t(key, unit=unit, half=duration(half))

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
