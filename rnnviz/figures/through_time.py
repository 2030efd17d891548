"""Gradients as colours: of every loss in every state before it, and in the words themselves.

The colour scale is absolute, as the axes of `gradients.py` are: from the ground (vanished) to the ink (exploded).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rnnviz.figures import theme as themes
from rnnviz.figures.axes import power_names, value_axis
from rnnviz.figures.base import SMALL, TINY, Look, Spec, caption, escaped, figure, shortened, spec, width_in_em
from rnnviz.figures.gradients import LEFT, across, numbered
from rnnviz.numbers import three_digits

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


@figure("gradients_figures")
def gradient_map(trace: Trace, gradients: Gradients, part: Literal["h", "c"] = "h", *, look: Look) -> Spec:
    """‖∂L_t/∂h_s‖ (or of c) for every loss t, downwards, and every state s, to the right.

    `layout.meta.explain` is what the board says of a cell that is clicked; the map's values are powers of ten.
    """
    values = gradients.through_time if part == "h" else gradients.through_time_c
    assert values is not None
    steps = across(trace, look)
    count, words = len(trace), not numbered(trace.tokens)
    beyond = ~np.isfinite(values)
    with np.errstate(divide="ignore"):
        z = np.log10(np.where(beyond, np.inf, values)).astype(np.float32)
    z[np.triu_indices(count, 1)] = np.nan
    place = [steps.place.format(token=f"%{{{axis}}}") for axis in "yx"]
    hover = look.labels["hover_map"].format(later=place[0], earlier=place[1], value="10<sup>%{z:.1f}</sup>")
    gap = int(count <= MANY)
    shared = {"type": "heatmap", "x": steps.x, "y": steps.x, "hoverongaps": False, "xgap": gap, "ygap": gap}
    data = [{**shared, "z": z, **magnitudes(look, MAP), "hovertemplate": hover + "<extra></extra>"}]
    if beyond.any():
        ink = look.line("ink")
        hover = look.labels["hover_map"].format(later=place[0], earlier=place[1], value=look.labels["beyond"])
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
    head, top = caption([look.labels["map_axes"]], left, look)
    tokens = list(trace.tokens) if words else [str(t + 1) for t in range(count)]
    said, unsaid = (look.labels[name if words else f"{name}_steps"] for name in ("explain", "explain_none"))
    explain: dict[str, Any] = {"template": said.replace("{state}", look.labels[f"state_{part}"]), "none": unsaid}
    explain |= {"tokens": tokens, "log10": True}
    return spec(
        data,
        look,
        xaxis=steps.axis | frame(look),
        yaxis=down | frame(look),
        annotations=[head],
        margin={"l": look.px(left), "r": look.px(BAR), "t": top, "b": steps.below, "pad": 0},
        height=look.px(MAP) + top + steps.below,
        meta={"explain": explain},
    )


def frame(look: Look) -> dict[str, Any]:
    """Thin lines around a plot, so that nothing in it is seen as nothing."""
    return {"showline": True, "mirror": True, "linecolor": look.rule, "linewidth": 1}


def magnitudes(look: Look, height: int) -> dict[str, Any]:
    """The colours of powers of ten from `PALE` to `DEEP`, and their scale at the right."""
    powers = [PALE, -8, -4, 0, DEEP] if height > 4 * STRIP else [PALE, DEEP]
    return {
        "zmin": PALE,
        "zmax": DEEP,
        "colorscale": themes.magnitude(look.theme, -PALE / (DEEP - PALE)),
        "colorbar": {
            "x": 1,
            "xpad": 6 * look.scale,
            "ypad": 0,
            "thickness": 6 * look.scale,
            "outlinewidth": 0,
            "tickmode": "array",
            "ticklabeloverflow": "allow",
            "tickvals": powers,
            "ticktext": power_names(powers, open_ended=True),
            "ticks": "",
            "tickfont": look.font(TINY, "faint"),
        },
    }


@figure("gradients_figures")
def saliency(trace: Trace, gradients: Gradients, *, look: Look) -> Spec:
    """‖∂L/∂x_t‖ of every token as its colour: how much a small change of this word's vector would change L."""
    steps = across(trace, look)
    sizes = gradients.norms_x
    z = np.log10(np.clip(np.nan_to_num(sizes, nan=np.inf), 10.0**PALE, 10.0**DEEP))
    hover = look.labels["hover_word"].format(place=steps.place.format(token="%{x}"), value="%{text}")
    row = {"type": "heatmap", "x": steps.x, "y": [0.0], "z": z[None], "xgap": int(len(z) <= MANY)}
    row |= {"text": [[three_digits(float(size)) for size in sizes]], "hovertemplate": hover + "<extra></extra>"}
    row |= magnitudes(look, STRIP)
    margin = {"l": look.px(LEFT), "r": look.px(BAR), "t": look.px(8), "b": steps.below, "pad": 0}
    bare = value_axis(look, range=[-0.5, 0.5], tickvals=[], showgrid=False)
    return spec(
        [row],
        look,
        xaxis=steps.axis | frame(look),
        yaxis=bare | frame(look),
        margin=margin,
        height=look.px(STRIP) + margin["t"] + steps.below,
    )
