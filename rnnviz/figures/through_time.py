"""Gradients as colours: of every loss in every state before it, and in the words themselves.

The colour scale is absolute, as the axes of `gradients.py` are: from the ground (vanished) to the ink (exploded).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rnnviz.figures import theme as themes
from rnnviz.figures.base import (
    SMALL,
    TINY,
    Labels,
    Spec,
    as_figure,
    english,
    escaped,
    shortened,
    spec,
    value_axis,
    width_in_em,
)
from rnnviz.figures.gradients import LEFT, SECTION, across, caption, numbered
from rnnviz.numbers import power, three_digits

if TYPE_CHECKING:
    from rnnviz.recurrence.bptt import Gradients
    from rnnviz.recurrence.trace import Trace

PALE, DEEP = -12, 2
"""The ends of the colour scale, in powers of ten."""
MAP, STRIP = 250, 30
"""Heights in px at scale 1: of the map, of the row of tokens."""
BAR = 44
"""The margin for the colour scale, in px at scale 1."""
ROWS = 16
"""So many names fit under one another beside the map."""
MANY = 40
"""From so many steps on, cells have no rules between them."""


def map_spec(
    trace: Trace,
    gradients: Gradients,
    part: Literal["h", "c"] = "h",
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
) -> Spec:
    """‖∂L_t/∂h_s‖ (or of c) for every loss t, downwards, and every state s, to the right.

    `layout.meta.explain` is what the board says of a cell that is clicked; the map's values are powers of ten.
    """
    labels = labels or english(SECTION)
    values = gradients.through_time if part == "h" else gradients.through_time_c
    assert values is not None
    steps = across(trace, labels, theme, scale)
    count, words = len(trace), not numbered(trace.tokens)
    beyond = ~np.isfinite(values)
    with np.errstate(divide="ignore"):
        z = np.log10(np.where(beyond, np.inf, values)).astype(np.float32)
    z[np.triu_indices(count, 1)] = np.nan
    place = [steps.place.format(token=f"%{{{axis}}}") for axis in "yx"]
    hover = labels["hover_map"].format(later=place[0], earlier=place[1], value="10<sup>%{z:.1f}</sup>")
    gap = int(count <= MANY)
    shared = {"type": "heatmap", "x": steps.x, "y": steps.x, "hoverongaps": False, "xgap": gap, "ygap": gap}
    data = [{**shared, "z": z, **magnitudes(theme, scale, MAP), "hovertemplate": hover + "<extra></extra>"}]
    if beyond.any():
        ink = themes.line(theme, "ink")
        hover = labels["hover_map"].format(later=place[0], earlier=place[1], value=labels["beyond"])
        one = {"z": np.where(np.isposinf(z), np.float32(1), np.float32(np.nan)), "showscale": False}
        data.append({**shared, **one, "colorscale": [[0, ink], [1, ink]], "hovertemplate": hover + "<extra></extra>"})
    down = dict(steps.axis, range=steps.axis["range"][::-1], ticklabelstandoff=3)
    left = 30.0
    if words:
        seen = np.unique(np.linspace(0, count - 1, min(count, ROWS)).round().astype(int)).tolist()
        names = [shortened(trace.tokens[t]) for t in seen]
        down |= {"tickvals": seen, "ticktext": [escaped(name) for name in names], "tickangle": 0}
        left = max(left, SMALL * max(map(width_in_em, names)) + 8)
    else:
        down.pop("title")
    head, top = caption([labels["map_axes"]], left * scale, theme, scale)
    tokens = list(trace.tokens) if words else [str(t + 1) for t in range(count)]
    said, unsaid = (labels[name if words else f"{name}_steps"] for name in ("explain", "explain_none"))
    explain: dict[str, Any] = {"template": said.replace("{state}", labels[f"state_{part}"]), "none": unsaid}
    explain |= {"tokens": tokens, "log10": True}
    return spec(
        data,
        theme,
        scale,
        xaxis=steps.axis | frame(theme),
        yaxis=down | frame(theme),
        annotations=[head],
        margin={"l": round(left * scale), "r": round(BAR * scale), "t": top, "b": steps.below, "pad": 0},
        height=round(MAP * scale) + top + steps.below,
        meta={"explain": explain},
    )


gradient_map = as_figure(map_spec)


def frame(theme: str) -> dict[str, Any]:
    """Thin lines around a plot, so that nothing in it is seen as nothing."""
    return {"showline": True, "mirror": True, "linecolor": themes.THEMES[theme].rule, "linewidth": 1}


def magnitudes(theme: str, scale: float, height: int) -> dict[str, Any]:
    """The colours of powers of ten from `PALE` to `DEEP`, and their scale at the right."""
    powers = [PALE, -8, -4, 0, DEEP] if height > 4 * STRIP else [PALE, DEEP]
    texts = [power(p) for p in powers]
    texts[0], texts[-1] = f"≤{texts[0]}", f"≥{texts[-1]}"
    return {
        "zmin": PALE,
        "zmax": DEEP,
        "colorscale": themes.magnitude(theme, -PALE / (DEEP - PALE)),
        "colorbar": {
            "x": 1,
            "xpad": 6 * scale,
            "ypad": 0,
            "thickness": 6 * scale,
            "outlinewidth": 0,
            "tickmode": "array",
            "ticklabeloverflow": "allow",
            "tickvals": powers,
            "ticktext": texts,
            "ticks": "",
            "tickfont": {"size": TINY * scale, "color": themes.text(theme, "faint")},
        },
    }


def saliency_spec(
    trace: Trace, gradients: Gradients, labels: Labels | None = None, theme: str = "light", scale: float = 1.0
) -> Spec:
    """‖∂L/∂x_t‖ of every token as its colour: how much a small change of this word's vector would change L."""
    labels = labels or english(SECTION)
    steps = across(trace, labels, theme, scale)
    sizes = gradients.norms_x
    z = np.log10(np.clip(np.nan_to_num(sizes, nan=np.inf), 10.0**PALE, 10.0**DEEP))
    hover = labels["hover_word"].format(place=steps.place.format(token="%{x}"), value="%{text}")
    row = {"type": "heatmap", "x": steps.x, "y": [0.0], "z": z[None], "xgap": int(len(z) <= MANY)}
    row |= {"text": [[three_digits(float(size)) for size in sizes]], "hovertemplate": hover + "<extra></extra>"}
    row |= magnitudes(theme, scale, STRIP)
    margin = {"l": round(LEFT * scale), "r": round(BAR * scale), "t": round(8 * scale), "b": steps.below, "pad": 0}
    bare = value_axis(theme, scale, range=[-0.5, 0.5], tickvals=[], showgrid=False)
    return spec(
        [row],
        theme,
        scale,
        xaxis=steps.axis | frame(theme),
        yaxis=bare | frame(theme),
        margin=margin,
        height=round(STRIP * scale) + margin["t"] + steps.below,
    )


saliency = as_figure(saliency_spec)
