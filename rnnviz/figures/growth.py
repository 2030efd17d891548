"""Six networks against the length of what they read: accuracy, what a longer sentence costs, and measured speed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnnviz.figures.axes import title, value_axis
from rnnviz.figures.base import SMALL, Look, Spec, escaped, figure, note, spec, width_in_em
from rnnviz.figures.compare import CHANCE, STYLES, name

PLOT, TALL = 200, 300
"""Heights in px at scale 1."""
APART = 14
"""The distance of two names under each other, in px at scale 1."""
Numbers = Sequence[float | int]
Curve = tuple[Numbers, Numbers]


@figure("compare_figures")
def generalisation(table: Sequence[Mapping[str, Any]], trained: float, words: int = 0, *, look: Look) -> Spec:
    """Accuracy against words in between: every seed a thin line, the shipped one thick, all networks in one chart.

    `table` as for `lengths`; `trained`: the words in between of the longest sentences in training; `words`: where we
    are now.
    """
    data: list[dict[str, Any]] = []
    ends: dict[str, float] = {}
    for run in sorted(table, key=lambda run: bool(run["shipped"])):
        kind, shipped = str(run["network"]), bool(run["shipped"])
        role, dash = STYLES[kind]
        x, y = list(run["words"]), list(run["accuracy"])
        line = {"color": look.line(role), "width": (2.6 if shipped else 0.8) * look.scale, "dash": dash}
        said = look.labels["hover_accuracy"].format(
            name=escaped(name(kind, look)), seed=run["seed"], words="%{x}", value="%{y:.0%}"
        )
        one = {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "opacity": 1 if shipped else 0.55}
        one["name"] = look.labels["seed"].format(name=escaped(name(kind, look)), seed=run["seed"])
        data.append(one | {"cliponaxis": False, "hovertemplate": said + "<extra></extra>"})
        if shipped:
            ends[kind] = y[-1]
    last = max((max(run["words"]) for run in table), default=1)
    axis = value_axis(look, range=[0, last], tickmode="auto", nticks=7, showgrid=False)
    axis["title"] = title(look.labels["words_between"], look)
    side = value_axis(look, range=[0, 1.02], tickvals=[0, CHANCE, 0.5, 1])
    side["ticktext"] = ["0", look.labels["chance"], "50%", "100%"]
    shapes = [_upright(trained, "faint", "dot", look)]
    side_of = {"xanchor": "left", "xshift": 4} if trained < last / 2 else {"xanchor": "right", "xshift": -4}
    where = {"xref": "x", "x": trained, "yanchor": "bottom", "y": 0.02, "yref": "y"} | side_of
    notes = [note(look.labels["trained_to"], SMALL, "faint", look, **where)]
    if words:
        shapes.append(_upright(float(words), "ink", "dash", look))
    named, room = _ends({kind: [kind] for kind in ends}, ends, (0.0, 1.02), TALL, look)
    notes += named
    margin = {"l": look.px(56), "r": round(room), "t": look.px(8), "b": look.px(42), "pad": 0}
    height = look.px(TALL) + margin["t"] + margin["b"]
    return spec(data, look, xaxis=axis, yaxis=side, margin=margin, height=height, shapes=shapes, annotations=notes)


@figure("compare_figures")
def growth(curves: Mapping[str, Curve], at: int, *, unit: str = "words_read", look: Look) -> Spec:
    """One quantity of each network against the number of words, both axes logarithmic; a line `at` this sentence.

    Networks with the same curve share a name at its end.
    """
    data = []
    groups: dict[tuple[float, ...], list[str]] = {}
    for kind, (x, y) in curves.items():
        groups.setdefault(tuple(np.asarray(y, dtype=float)), []).append(kind)
        data.append(_line(x, y, name(kind, look), *STYLES[kind], look))
    shown = [float(v) for _, y in curves.values() for v in y if np.isfinite(v) and v > 0]
    first, last = (float(f(np.asarray(next(iter(curves.values()))[0]))) for f in (np.min, np.max))
    low, high = float(np.log10(min(shown))) - 0.2, float(np.log10(max(shown))) + 0.12
    ends, members = {}, {}
    for values, kinds in groups.items():
        finite = [v for v in values if np.isfinite(v)]
        if finite and np.isfinite(values[-1]):
            ends[kinds[0]], members[kinds[0]] = float(np.log10(values[-1])), kinds
    notes, room = _ends(members, ends, (low, high), PLOT, look)
    for kind, (x, y) in curves.items():  # a line that stops short of the end is named where it stops
        stop = next((k for k in range(len(y) - 1, -1, -1) if np.isfinite(y[k])), -1)
        if 0 <= stop < len(y) - 1:
            where = {"xref": "x", "x": float(np.log10(x[stop])), "yref": "y", "y": float(np.log10(y[stop]))}
            where |= {"xanchor": "left", "xshift": 5 * look.scale, "bgcolor": look.ground}
            where |= {"yanchor": "bottom"} if y[stop] > min(shown) else {"yanchor": "top", "yshift": -2 * look.scale}
            said = look.labels["stops"].format(name=escaped(name(kind, look)))
            notes.append(note(said, SMALL, STYLES[kind][0], look, **where))
    axis = value_axis(
        look, type="log", range=[float(np.log10(first)) - 0.01, float(np.log10(last)) + 0.01], showgrid=False
    )
    axis["tickvals"] = [v for v in (2, 10, 50, 200, 1000) if first <= v <= last]  # few: large type, three abreast
    axis["title"] = title(look.labels[unit], look)
    side = value_axis(look, type="log", range=[low, high])
    side["tickvals"], side["ticktext"] = _decades(low, high)
    margin = {"l": look.px(48), "r": round(room), "t": look.px(8), "b": look.px(40), "pad": 0}
    height = look.px(PLOT) + margin["t"] + margin["b"]
    shapes = [_upright(float(at), "ink", "dash", look)] if first <= at <= last else []
    return spec(data, look, xaxis=axis, yaxis=side, margin=margin, height=height, shapes=shapes, annotations=notes)


@figure("compare_figures")
def speeds(
    lengths: Sequence[int], speeds: Mapping[str, Numbers], claimed: tuple[int, float] | None = None, *, look: Look
) -> Spec:
    """Words per second as ratios to the RNN of the same run; `claimed`: a point (length, ratio) to hold beside it."""
    base = np.asarray(speeds["rnn"], dtype=float)
    ratios = {kind: (lengths, (np.asarray(row) / base).tolist()) for kind, row in speeds.items()}
    drawn = growth.spec(ratios, 0, look=look)
    for line, row in zip(drawn["data"], speeds.values(), strict=True):
        line |= {
            "mode": "lines+markers",
            "marker": {"size": 6 * look.scale, "opacity": 1, "color": line["line"]["color"]},
        }
        line["text"] = [f"{speed:,.0f}" for speed in row]
        said = {"name": line["name"], "words": "%{x}", "ratio": "%{y:.2~g}", "speed": "%{text}"}
        line["hovertemplate"] = look.labels["hover_speed"].format(**said) + "<extra></extra>"
    layout = drawn["layout"]
    layout["xaxis"]["tickvals"] = list(lengths)
    if claimed:
        x, y = claimed
        mark = {"size": 12 * look.scale, "symbol": "star-open", "color": look.line("gradient"), "opacity": 1}
        said = {"x": float(np.log10(x)), "xref": "x", "y": float(np.log10(y)), "yref": "y", "xanchor": "left"}
        point = {"type": "scatter", "mode": "markers", "x": [x], "y": [y], "marker": mark, "hoverinfo": "skip"}
        drawn["data"].append(point | {"cliponaxis": False})
        layout["annotations"].append(
            note(
                look.labels["article"],
                SMALL,
                "gradient",
                look,
                xshift=9 * look.scale,
                yanchor="middle",
                bgcolor=look.ground,
                **said,
            )
        )
        layout["xaxis"]["range"][0] -= 0.1  # the mark stands beside the ticks, not on one
        low, high = layout["yaxis"]["range"]
        layout["yaxis"]["range"] = [low, max(high, float(np.log10(y)) + 0.15)]
        layout["yaxis"]["tickvals"], layout["yaxis"]["ticktext"] = _decades(*layout["yaxis"]["range"])
    return drawn


def _line(x: Numbers, y: Numbers, called: str, role: str, dash: str, look: Look) -> dict[str, Any]:
    hover = look.labels["hover_growth"].format(name=escaped(called), words="%{x}", value="%{y:,.4~g}")
    line = {"color": look.line(role), "width": 2 * look.scale, "dash": dash}
    values = np.asarray(y, dtype=float)
    one = {"type": "scatter", "mode": "lines", "x": np.asarray(x, dtype=float), "y": values, "line": line}
    return one | {"name": escaped(called), "cliponaxis": False, "hovertemplate": hover + "<extra></extra>"}


def _ends(
    members: Mapping[str, Sequence[str]],
    at: Mapping[str, float],
    axis: Sequence[float],
    height: int,
    look: Look,
) -> tuple[list[dict[str, Any]], float]:
    """Names at the right ends of the lines, moved apart where they would touch, and the room they need in px.

    `axis`: its two ends; Plotly leaves out what lies beyond them.
    """
    low, high = axis
    step = APART * (high - low) / height
    order = sorted(at, key=lambda kind: at[kind], reverse=True)
    places: list[float] = []
    for kind in order:
        places.append(min(at[kind], places[-1] - step if places else high))
    floor = low
    for k in reversed(range(len(places))):  # pushed beyond the lower end: up again
        places[k] = max(places[k], floor)
        floor = places[k] + step
    notes, room = [], 0.0
    for kind, y in zip(order, places, strict=True):
        said = ", ".join(name(one, look) for one in members[kind])
        room = max(room, width_in_em(said) * SMALL * look.scale + 14)
        where = {"x": 1, "xanchor": "left", "xshift": 6 * look.scale, "yref": "y", "y": y, "yanchor": "middle"}
        notes.append(note(escaped(said), SMALL, STYLES[kind][0], look, **where))
    return notes, room


def _upright(x: float, role: str, dash: str, look: Look) -> dict[str, Any]:
    line = {"color": look.line(role), "width": 1.2 * look.scale, "dash": dash}
    return {"type": "line", "xref": "x", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _decades(low: float, high: float) -> tuple[list[float], list[str]]:
    """Round numbers between two powers of ten, fewer where there are many."""
    digits = (1, 2, 5) if high - low < 1.6 else (1, 3) if high - low < 2.4 else (1,)
    ticks = [d * 10.0**p for p in range(-6, 12) for d in digits if low <= np.log10(d * 10.0**p) <= high]
    return ticks, [_short(tick) for tick in ticks]


def _short(value: float) -> str:
    """1, 200, 5k, 1M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
