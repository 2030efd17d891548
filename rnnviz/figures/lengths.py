"""Accuracy against the number of words in between: every seed of every network, none left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnnviz.figures import theme as themes
from rnnviz.figures.base import SMALL, TEXT, Labels, Spec, as_figure, english, escaped, note, spec, value_axis

PANEL, BETWEEN = 150, 44
"""Height of a panel and of the gap between two, in px at scale 1."""


def lengths_spec(
    table: Sequence[Mapping[str, Any]],
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
    chance: float = 0.1,
    columns: int = 2,
) -> Spec:
    """One panel per network, a thin line per seed, the shipped seed thick with marks.

    `table`: one mapping per trained network with `network` (its id), `seed`, `shipped` (bool), `words` (words
    in between) and `accuracy` (0 to 1, as many). Panels stand in the order in which the networks first appear,
    on the same axes.
    """
    labels = labels or english()
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
        x_axis = value_axis(theme, scale, domain=[left, left + wide], anchor=f"y{n}", tickmode="auto", nticks=5)
        layout[f"xaxis{n}"] = x_axis | {"range": [-0.03 * last, 1.03 * last], "showgrid": False}
        y_axis = value_axis(theme, scale, domain=[bottom, top], anchor=f"x{n}", range=[0, 1.04])
        layout[f"yaxis{n}"] = y_axis | {
            "tickvals": [0, chance, 0.5, 1],
            "ticktext": ["", labels["chance"].format(percent=f"{100 * chance:.0f}"), "50%", "100%"],
            "showticklabels": column == 0,
        }
        axes = {"xaxis": f"x{n}", "yaxis": f"y{n}"}
        dotted = {"color": themes.line(theme, "faint"), "width": scale, "dash": "dot"}
        data.append(
            {**axes, "type": "scatter", "mode": "lines", "x": [0, last], "y": [chance] * 2, "line": dotted}
            | {"hoverinfo": "skip"}
        )
        # The shipped seed last, so that it lies on top.
        runs = [run for run in table if run["network"] == network]
        runs.sort(key=lambda run: bool(run["shipped"]))
        data += [axes | _seed(run, labels, theme, scale) for run in runs]
        name = f"<b>{escaped(labels.get(f'network_{network}', network))}</b>"
        where = {"x": left, "xanchor": "left", "y": top, "yanchor": "bottom", "yshift": 6 * scale}
        notes.append(note(name, TEXT * scale, themes.text(theme, "ink"), **where))
    under = {"x": 0.5, "xanchor": "center", "y": 0, "yanchor": "top", "yshift": -24 * scale}
    notes.append(note(labels["words_between"], SMALL * scale, themes.text(theme, "faint"), **under))
    margin = {"l": round(68 * scale), "r": round(12 * scale), "t": round(28 * scale), "b": round(60 * scale)}
    total = round(height * scale) + margin["t"] + margin["b"]
    return spec(data, theme, scale, margin=margin, height=total, annotations=notes, **layout)


lengths = as_figure(lengths_spec)


def _seed(run: Mapping[str, Any], labels: Labels, theme: str, scale: float) -> dict[str, Any]:
    shipped = bool(run["shipped"])
    key = "hover_shipped" if shipped else "hover_seed"
    hover = labels[key].format(seed=escaped(str(run["seed"])), words="%{x}", value="%{y:.0%}")
    colour = themes.line(theme, "ink" if shipped else "faint")
    return {
        "type": "scatter",
        "mode": "lines+markers" if shipped else "lines",
        "x": list(run["words"]),
        "y": list(run["accuracy"]),
        "line": {"color": colour, "width": (2.4 if shipped else 1.0) * scale},
        "marker": {"size": 6 * scale, "color": colour},
        "cliponaxis": False,
        "hovertemplate": hover + "<extra></extra>",
    }
