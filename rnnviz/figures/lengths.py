"""Accuracy against the number of words in between: every seed of every network, none left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnnviz.figures.axes import value_axis
from rnnviz.figures.base import SMALL, TEXT, Look, Spec, escaped, figure, note, spec

PANEL, BETWEEN = 150, 44
"""Height of a panel and of the gap between two, in px at scale 1."""


@figure("figures")
def lengths(table: Sequence[Mapping[str, Any]], *, chance: float = 0.1, columns: int = 2, look: Look) -> Spec:
    """One panel per network, a thin line per seed, the shipped seed thick with marks.

    `table`: one mapping per trained network with `network` (its id), `seed`, `shipped` (bool), `words` (words
    in between) and `accuracy` (0 to 1, as many). Panels stand in the order in which the networks first appear,
    on the same axes.
    """
    networks = list(dict.fromkeys(str(run["network"]) for run in table))
    last = max((max(run["words"], default=0) for run in table), default=1) or 1
    columns = max(1, min(columns, len(networks)))
    rows = -(-len(networks) // columns) or 1
    height = rows * PANEL + (rows - 1) * BETWEEN
    wide = (1 - 0.07 * (columns - 1)) / columns
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {}
    notes = []
    for k, network in enumerate(networks):
        row, column = divmod(k, columns)
        left, top = column * (wide + 0.07), 1 - row * (PANEL + BETWEEN) / height
        bottom = top - PANEL / height
        n = "" if k == 0 else str(k + 1)
        x_axis = value_axis(look, domain=[left, left + wide], anchor=f"y{n}", tickmode="auto", nticks=5)
        layout[f"xaxis{n}"] = x_axis | {"range": [-0.03 * last, 1.03 * last], "showgrid": False}
        y_axis = value_axis(look, domain=[bottom, top], anchor=f"x{n}", range=[0, 1.04])
        layout[f"yaxis{n}"] = y_axis | {
            "tickvals": [0, chance, 0.5, 1],
            "ticktext": ["", look.labels["chance"].format(percent=f"{100 * chance:.0f}"), "50%", "100%"],
            "showticklabels": column == 0,
        }
        axes = {"xaxis": f"x{n}", "yaxis": f"y{n}"}
        dotted = {"color": look.line("faint"), "width": look.scale, "dash": "dot"}
        data.append(
            {**axes, "type": "scatter", "mode": "lines", "x": [0, last], "y": [chance] * 2, "line": dotted}
            | {"hoverinfo": "skip"}
        )
        # The shipped seed last, so that it lies on top.
        runs = [run for run in table if run["network"] == network]
        runs.sort(key=lambda run: bool(run["shipped"]))
        data += [axes | _seed(run, look) for run in runs]
        name = f"<b>{escaped(look.called(network))}</b>"
        where = {"x": left, "xanchor": "left", "y": top, "yanchor": "bottom", "yshift": 6 * look.scale}
        notes.append(note(name, TEXT, "ink", look, **where))
    under = {"x": 0.5, "xanchor": "center", "y": 0, "yanchor": "top", "yshift": -24 * look.scale}
    notes.append(note(look.labels["words_between"], SMALL, "faint", look, **under))
    margin = {"l": look.px(68), "r": look.px(12), "t": look.px(28), "b": look.px(60)}
    total = look.px(height) + margin["t"] + margin["b"]
    return spec(data, look, margin=margin, height=total, annotations=notes, **layout)


def _seed(run: Mapping[str, Any], look: Look) -> dict[str, Any]:
    shipped = bool(run["shipped"])
    key = "hover_shipped" if shipped else "hover_seed"
    hover = look.labels[key].format(seed=escaped(str(run["seed"])), words="%{x}", value="%{y:.0%}")
    colour = look.line("ink" if shipped else "faint")
    return {
        "type": "scatter",
        "mode": "lines+markers" if shipped else "lines",
        "x": list(run["words"]),
        "y": list(run["accuracy"]),
        "line": {"color": colour, "width": (2.4 if shipped else 1.0) * look.scale},
        "marker": {"size": 6 * look.scale, "color": colour},
        "cliponaxis": False,
        "hovertemplate": hover + "<extra></extra>",
    }
