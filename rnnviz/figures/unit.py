"""One unit through time: its state and its gates as lines over the tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.figures.axes import TICK_ANGLE, categories, token_axis, value_axis
from rnnviz.figures.base import SMALL, Look, Spec, figure, key, note, spec
from rnnviz.figures.states import CAPTION, GAP, LEFT, RIGHT
from rnnviz.numbers import minus

if TYPE_CHECKING:
    from rnnviz.recurrence.trace import Trace

STATE, GATES = 96, 84
"""Heights of the two rows in px at scale 1."""
MARKS = {"circle": "●", "diamond": "◆", "square": "■", "triangle-up": "▲"}
"""Marks, and how they are written: a line is told by its colour and by its mark."""


def reach_of(trace: Trace, unit: int) -> float:
    """How far the state of a unit reaches to either side of 0: a whole number, at least 1."""
    most = max(float(np.abs(np.nan_to_num(part[:, unit], posinf=0, neginf=0)).max()) for part in trace.states)
    return max(1.0, float(np.ceil(most)))


@figure("unit_figures")
def unit(trace: Trace, unit: int, *, reach: float | None = None, look: Look) -> Spec:
    """Everything that one unit of `trace` holds: a line for each part of its state, and below for each gate.

    `reach`: the ends of the axis of the state, ± (`reach_of`); give the same for units that are to be compared. The
    margins and `layout.meta` are those of `states`, so that the two can stand under each other. Each trace's `meta`
    names its record.
    """
    cell, names = trace.cell, categories(trace.tokens)
    reach = reach or reach_of(trace, unit)
    rows = [("state", [letter for letter in cell.roles if letter in cell.parts], STATE)]
    rows += [("gates", [letter for letter in cell.roles if letter in cell.gates], GATES)] if cell.gates else []
    margin = {"l": look.px(LEFT), "r": look.px(RIGHT), "t": 0, "pad": 0}
    x_axis, margin["b"] = token_axis(trace.tokens, names, look)
    places: list[dict[str, Any]] = []
    y = 0
    for role, _, tall in rows:
        y += look.px(CAPTION)
        places.append({"role": role, "kind": "line", "top": y, "height": look.px(tall)})
        y += look.px(tall) + look.px(GAP)
    height = y - look.px(GAP)

    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"xaxis": x_axis | {"anchor": f"y{len(rows)}" if len(rows) > 1 else "y"}}
    notes = []
    for k, ((role, letters, _), place) in enumerate(zip(rows, places, strict=True)):
        bottom, top = 1 - (place["top"] + place["height"]) / height, 1 - place["top"] / height
        marks = dict(zip(letters, MARKS, strict=False))
        data += [
            {"x": names, "yaxis": f"y{k + 1}" if k else "y"} | _line(trace, letter, unit, marks[letter], look)
            for letter in letters
        ]
        signed = role == "state" or any(cell.squash[letter] == "tanh" for letter in letters)
        end = reach if role == "state" else 1.0
        layout[f"yaxis{k + 1}" if k else "yaxis"] = {"domain": [bottom, top], "anchor": "x"} | _axis(end, signed, look)
        said = " ".join(key(f"{MARKS[marks[letter]]} {letter}", cell.roles[letter], look) for letter in letters)
        where = {"x": 0, "xanchor": "left", "y": top, "yanchor": "bottom", "yshift": 2}
        notes.append(note(f"{look.labels[role]}\u2002{said}", SMALL, "faint", look, **where))
    meta = {"rows": places, "order": [], "steps": len(trace), "angle": TICK_ANGLE}
    return spec(data, look, margin=margin, height=height + margin["b"], annotations=notes, meta=meta, **layout)


def of_any_unit(figure: Spec) -> Spec:
    """The same figure for a payload that holds the records: a line names its record, `y: {"record": "f"}`, and the
    browser puts in the numbers of the unit that is looked at, and sets the axis of the state."""
    return figure | {"data": [{**one, "y": one["meta"]} for one in figure["data"]]}


def _line(trace: Trace, letter: str, unit: int, mark: str, look: Look) -> dict[str, Any]:
    colour, many = look.line(trace.cell.roles[letter]), len(trace) > 40
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": letter,
        "y": trace.records[letter][:, unit],
        "meta": {"record": letter},
        "line": {"color": colour, "width": 1.6 * look.scale},
        "marker": {"symbol": mark, "size": (3.5 if many else 5.5) * look.scale, "color": colour, "opacity": 1},
        "cliponaxis": False,
        "hovertemplate": look.labels["hover"].format(token="%{x}", letter=letter, value="%{y:.2f}") + "<extra></extra>",
    }


def _axis(end: float, signed: bool, look: Look) -> dict[str, Any]:
    """From -end to end, or from 0 to 1; ticks at the ends, at 0, and at ±1 where these are not too near to the ends."""
    ticks = sorted({-end, -1.0, 0.0, 1.0, end} if end >= 3 else {-end, 0.0, end}) if signed else [0.0, 1.0]
    axis = value_axis(look, range=[-end if signed else 0.0, end], zeroline=True, zerolinecolor=look.line("faint"))
    return axis | {"zerolinewidth": 1, "tickvals": ticks, "ticktext": [minus(f"{tick:g}") for tick in ticks]}
