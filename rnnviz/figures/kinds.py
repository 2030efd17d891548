"""How often each network reads each kind of sentence rightly: a cell for its seeds' mean, and their range under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean

import numpy as np

from rnnviz.figures import theme as themes
from rnnviz.figures.axes import value_axis
from rnnviz.figures.base import SMALL, TEXT, TINY, Look, Spec, escaped, figure, spec
from rnnviz.numbers import percent

ROW, HEAD, LEFT = 40, 40, 84
"""Heights of a row and of the columns' names, and the room for the rows' names, in px at scale 1."""

PALE = 1.7
"""The end of the scale of colours: with 1 the strongest would be too dark for the numbers on it."""


@figure("figures")
def kinds(table: Mapping[str, Mapping[str, Sequence[float]]], *, look: Look) -> Spec:
    """`table`: for each network, by its id, the shares of right answers of all its seeds, by the kind of sentence."""
    networks, columns = list(table), list(next(iter(table.values()), {}))
    shares = [[table[network][kind] for kind in columns] for network in networks]
    called = [look.called(network) for network in networks]
    names = [look.labels[f"kind_{kind}"] for kind in columns]
    cells = {
        "type": "heatmap",
        "x": names,
        "y": called,
        "z": np.array([[mean(cell) for cell in row] for row in shares]).reshape(len(networks), len(columns)),
        "zmin": 0,
        "zmax": PALE,
        "colorscale": themes.sequential(look.theme, "hidden"),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "text": [[_told(cell, look) for cell in row] for row in shares],
        "texttemplate": "%{text}",
        "textfont": look.font(TEXT, "ink"),
        "customdata": [[" · ".join(f"{percent(share)}%" for share in cell) for cell in row] for row in shares],
        "hovertemplate": look.labels["hover_kinds"].format(network="%{y}", seeds="%{customdata}") + "<extra></extra>",
    }
    top = value_axis(look, type="category", side="top", tickvals=names, ticktext=names, showgrid=False, tickangle=0)
    side = value_axis(look, type="category", autorange="reversed", tickvals=called, showgrid=False)
    side["ticktext"] = [escaped(name).replace(", ", ",<br>").replace("（", "<br>（") for name in called]
    side["tickfont"] = look.font(SMALL, "ink")
    margin = {"l": look.px(LEFT), "r": 2, "t": look.px(HEAD), "b": 2, "pad": 0}
    height = look.px(ROW) * len(networks) + margin["t"] + margin["b"]
    return spec([cells], look, xaxis=top, yaxis=side, margin=margin, height=height)


def _told(cell: Sequence[float], look: Look) -> str:
    """The mean over the seeds, and under it the least and the most."""
    span = look.labels["span"].format(least=percent(min(cell)), most=percent(max(cell)))
    return f"{percent(mean(cell))}<br><span style='font-size:{TINY * look.scale:g}px'>{span}</span>"
