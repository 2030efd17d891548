"""Six networks at the last word of one sentence: what they answer, what they can see, what they react to.

Each figure has one row for a network, at the same height in all three.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.figures import theme as themes
from rnnviz.figures.base import (
    SMALL,
    TEXT,
    Labels,
    Spec,
    as_figure,
    categories,
    english,
    escaped,
    note,
    shortened,
    spec,
    token_axis,
    value_axis,
)
from rnnviz.figures.gradients import caption
from rnnviz.figures.through_time import DEEP, PALE, frame, magnitudes
from rnnviz.numbers import percent, three_digits

if TYPE_CHECKING:
    from rnnviz.networks.sight import Sight

SECTION = "compare_figures"
"""Of the locale file."""
ROW = 40
"""Height of a network's row in px at scale 1."""
LEFT, RIGHT = 92, 40
"""Margins in px at scale 1: for the names, for a colour scale."""
MOST = 16
"""Words named under a figure."""
CROSSES = 40
"""So many crosses in a row are told apart."""
CHANCE = 0.1
STYLES = {
    "rnn": ("ink", "dot"),
    "lstm": ("hidden", "solid"),
    "gru": ("output", "dash"),
    "window": ("faint", "solid"),
    "conv": ("input", "solid"),
    "attention": ("candidate", "solid"),
    "wide": ("faint", "dash"),
}
"""The colour (a role) and the dash of each network's lines and bars; "wide": a window that sees every word."""


def name(kind: str, labels: Labels) -> str:
    """What a network is called in the figures."""
    return labels[f"kind_{kind}"]


def answers_spec(
    looks: Sequence[Sight], answer: str | None, labels: Labels | None = None, theme: str = "light", scale: float = 1.0
) -> Spec:
    """The probability of the right thing as a bar (of the likeliest, where no thing is right), and what is said."""
    labels = labels or english(SECTION)
    rows = np.arange(len(looks), dtype=float)
    values = [look.chance_of(answer) if answer else look.best[1] for look in looks]
    colours = [themes.line(theme, STYLES[look.kind][0]) for look in looks]
    bars = {"type": "bar", "orientation": "h", "x": np.array(values), "y": rows + 0.2, "width": 0.32}
    bars |= {"marker": {"color": colours, "line": {"width": 0}}, "hoverinfo": "skip"}
    notes = []
    for row, (look, value) in enumerate(zip(looks, values, strict=True)):
        best, p = look.best
        said = labels["says"].format(word=escaped(shortened(best)), percent=percent(p))
        if answer and best != answer:
            said = labels["says_else"].format(said=said, word=escaped(answer), percent=percent(value))
        where = {"xref": "x", "x": 0, "xanchor": "left", "yref": "y", "y": row - 0.2, "yanchor": "middle"}
        notes.append(note(said, TEXT * scale, themes.text(theme, "ink"), **where))
    line = {"color": themes.line(theme, "faint"), "width": 1.5 * scale, "dash": "dot"}
    chance = {"type": "scatter", "mode": "lines", "x": np.full(3 * len(rows), CHANCE), "line": line}
    chance |= {"y": np.column_stack([rows + 0.02, rows + 0.38, np.full(len(rows), np.nan)]).ravel()}
    chance |= {"hoverinfo": "skip"}
    axis = value_axis(theme, scale, range=[0, 1.0], tickvals=[0, CHANCE, 0.5, 1], side="bottom", showgrid=False)
    axis["ticktext"] = ["", labels["chance"], "50%", "100%"]
    head = labels["answers_caption"].format(word=escaped(answer)) if answer else labels["answers_open"]
    layout = _rows(looks, head, labels, theme, scale, round(30 * scale))
    layout["margin"]["r"] = round(16 * scale)
    return spec(
        [bars, chance],
        theme,
        scale,
        xaxis=axis,
        annotations=[*layout.pop("annotations"), *notes],
        **layout,
    )


answers = as_figure(answers_spec)


def sight_spec(looks: Sequence[Sight], labels: Labels | None = None, theme: str = "light", scale: float = 1.0) -> Spec:
    """Which words can reach the last output: blue through a state, green directly; attention by its weights.

    Attention's row is the mean of its heads, which stand in it as a row of their own each, below.
    """
    labels = labels or english(SECTION)
    tokens = looks[0].tokens
    names = categories(tokens)
    axis, below = _words(tokens, names, theme, scale)
    gap = int(len(tokens) <= 40)
    data: list[dict[str, Any]] = []
    notes = []
    for row, look in enumerate(looks):
        called = name(look.kind, labels)
        shared = {"type": "heatmap", "x": names, "showscale": False, "xgap": gap, "hoverongaps": False}
        if look.attention is not None:
            heads = np.vstack([look.attention.mean(0), look.attention]).astype(float)
            edges = row - 0.4 + np.array([0.0, 0.3, 0.55, 0.8])[: len(heads) + 1]
            if len(edges) != len(heads) + 1:  # another number of heads: all rows alike
                edges = row - 0.4 + np.linspace(0, 0.8, len(heads) + 1)
            hover = labels["hover_attention"].format(
                name=escaped(called), head="%{text}", token="%{x}", value="%{z:.0%}"
            )
            told = [labels["mean_heads"], *(labels["head"].format(head=k + 1) for k in range(len(look.attention)))]
            one = {"z": heads, "y": edges, "text": [[said] * len(tokens) for said in told], "zmin": 0, "zmax": 1}
            data.append(shared | one | {"colorscale": themes.sequential(theme, "candidate"), "ygap": 1}
                        | {"hovertemplate": hover + "<extra></extra>"})  # fmt: skip
            continue
        direct = look.kind in ("window", "conv")
        seen = np.where(look.sees, 1.0, np.nan)[None]
        role = STYLES[look.kind][0] if direct else "hidden"
        colour = themes.line(theme, role)
        one = {
            "z": seen,
            "y": np.array([row - 0.3, row + 0.3]),
            "zmin": 0,
            "zmax": 1,
            "opacity": 0.85 if direct else 0.3,
        }
        hover = labels["hover_direct" if direct else "hover_state"].format(name=escaped(called), token="%{x}")
        data.append(
            shared | one | {"colorscale": [[0, colour], [1, colour]], "hovertemplate": hover + "<extra></extra>"}
        )
        if not direct:
            where = {"xref": "paper", "x": 0.5, "xanchor": "center", "yref": "y", "y": row, "yanchor": "middle"}
            notes.append(note(labels["through_state"], SMALL * scale, themes.text(theme, "ink"), **where))
    layout = _rows(looks, labels["sight_caption"], labels, theme, scale, below)
    layout["margin"]["r"] = round(10 * scale)
    return spec(
        data, theme, scale, xaxis=axis | frame(theme), annotations=[*layout.pop("annotations"), *notes], **layout
    )


sight = as_figure(sight_spec)


def reacts_spec(looks: Sequence[Sight], labels: Labels | None = None, theme: str = "light", scale: float = 1.0) -> Spec:
    """The size of the gradient of the answer's logit in each word's vector, on an absolute log scale.

    Words that cannot reach the answer at all are crossed out.
    """
    labels = labels or english(SECTION)
    tokens = looks[0].tokens
    names = categories(tokens)
    axis, below = _words(tokens, names, theme, scale)
    sizes = np.array([look.saliency for look in looks], dtype=float)
    sees = np.array([look.sees for look in looks])
    z = np.log10(np.clip(sizes, 10.0**PALE, 10.0**DEEP))
    hover = labels["hover_reacts"].format(token="%{x}", value="%{text}")
    text = [[three_digits(float(size)) if seen else labels["unseen"] for size, seen in zip(*row, strict=True)]
            for row in zip(sizes, sees, strict=True)]  # fmt: skip
    grid = {"type": "heatmap", "x": names, "y": np.arange(len(looks), dtype=float), "z": z, "text": text}
    grid |= {"xgap": int(len(tokens) <= 40), "ygap": round(8 * scale), "hovertemplate": hover + "<extra></extra>"}
    grid |= magnitudes(theme, scale, ROW * len(looks))
    some = np.arange(len(tokens)) % -(-len(tokens) // CROSSES) == 0  # of many in a row
    rows, columns = np.nonzero(~sees & some)
    crosses = {"type": "scatter", "mode": "markers", "x": [names[k] for k in columns], "y": rows.astype(float)}
    marker = {"symbol": "x-thin", "size": 6 * scale, "opacity": 1}
    marker["line"] = {"width": 1.2 * scale, "color": themes.line(theme, "faint")}
    crosses |= {"marker": marker, "hoverinfo": "skip"}
    target = labels["reacts_caption"].format(word=escaped(looks[0].target))
    if len({look.target for look in looks}) > 1:
        target = labels["reacts_own"]
    layout = _rows(looks, target, labels, theme, scale, below)
    return spec([grid, crosses], theme, scale, xaxis=axis | frame(theme), **layout)


reacts = as_figure(reacts_spec)


def _words(tokens: Sequence[str], names: list[str], theme: str, scale: float) -> tuple[dict[str, Any], int]:
    """The token axis with few labels, evenly from the last word back, and the first: three figures stand abreast."""
    axis, below = token_axis(tokens, names, theme, scale)
    count, every = len(tokens), -(-len(tokens) // round(MOST / scale))
    kept = [0, *(t for t in range((count - 1) % every, count, every) if t >= every)]
    return axis | {"tickvals": kept, "ticktext": [escaped(shortened(tokens[t])) for t in kept]}, below


def _rows(looks: Sequence[Sight], head: str, labels: Labels, theme: str, scale: float, below: int) -> dict[str, Any]:
    """The rows' names, the caption (as many lines for each figure, so that rows stand abreast) and the height."""
    said, top = caption(head.split("\n"), LEFT * scale, theme, scale)
    side = value_axis(theme, scale, range=[len(looks) - 0.5, -0.5], tickvals=list(range(len(looks))), showgrid=False)
    side["ticktext"] = [
        f"<b>{escaped(name(look.kind, labels))}</b>" + ("" if look.trained else f"<br>{labels['untrained']}")
        for look in looks
    ]
    side["tickfont"] = {"size": SMALL * scale, "color": themes.text(theme, "ink")}
    margin = {"l": round(LEFT * scale), "r": round(RIGHT * scale), "t": top, "b": below, "pad": 0}
    height = round(ROW * scale) * len(looks) + top + below
    return {"yaxis": side, "margin": margin, "height": height, "annotations": [said]}
