"""Gradients as colours: of every loss in every state before it, and in the words themselves.

The colour scale is absolute, as the axes of `gradients.py` are, from the ground (vanished) to the ink (exploded), and
it has steps: one for each power of ten.
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
"""The ends of what the colours tell apart, in powers of ten. What lies beyond has one more step at each end."""
LINES = (-8, -4, 0)
"""The powers of ten at which the map has lines."""
MOST_LINES = 2000
"""With more pieces of a line than this the map is speckled, and the line would be everywhere."""
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
    first = 0 if words else 1  # an axis of words counts from 0, one of steps from 1
    rim, core = {"color": look.ground, "width": 3.6}, {"color": look.line("ink"), "width": 1.4}  # seen on every colour
    paths = [path for power in LINES if (path := outline(z >= power, first))]
    shapes = [{"type": "path", "path": path, "line": line} for path in paths for line in (rim, core)]
    place = [steps.place.format(token=f"%{{{axis}}}") for axis in "yx"]
    hover = look.labels["hover_map"].format(later=place[0], earlier=place[1], value="10<sup>%{z:.1f}</sup>")
    gap = int(count <= MANY)
    shared = {"type": "heatmap", "x": steps.x, "y": steps.x, "hoverongaps": False, "xgap": gap, "ygap": gap}
    called = {"name": look.labels[f"state_{part}"], "hovertemplate": hover + "<extra></extra>"}
    data = [{**shared, "z": z, **magnitudes(look, MAP), **called}]
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
        shapes=shapes,
        margin={"l": look.px(left), "r": look.px(BAR), "t": top, "b": steps.below, "pad": 0},
        height=look.px(MAP) + top + steps.below,
        meta={"explain": explain},
    )


def frame(look: Look) -> dict[str, Any]:
    """Thin lines around a plot, so that nothing in it is seen as nothing."""
    return {"showline": True, "mirror": True, "linecolor": look.rule, "linewidth": 1}


def outline(inside: np.ndarray, first: int) -> str:
    """The path between the cells of a map that are `inside` `(T, T)` and those that are not, up to the diagonal; ""
    where there is none, or where the map is speckled. `first`: where the first cell stands on the axes."""
    upright = np.tril(inside[:, 1:] != inside[:, :-1], -1)  # between the columns s and s + 1
    level = np.tril(inside[1:] != inside[:-1])  # between the rows t and t + 1
    edge = first - 0.5  # of the first cell
    path = [f"M{x + 1 + edge},{y0 + edge}V{y1 + edge}" for x, y0, y1 in zip(*runs(upright.T), strict=True)]
    path += [f"M{x0 + edge},{y + 1 + edge}H{x1 + edge}" for y, x0, x1 in zip(*runs(level), strict=True)]
    return "".join(path) if len(path) <= MOST_LINES else ""


def runs(edges: np.ndarray) -> tuple[list[int], list[int], list[int]]:
    """Of each row of `edges`, the unbroken pieces: the row, where one begins, and where it has ended."""
    turns = np.diff(np.pad(edges, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    (row, first), (_, last) = np.nonzero(turns == 1), np.nonzero(turns == -1)
    return row.tolist(), first.tolist(), last.tolist()


def magnitudes(look: Look, height: int) -> dict[str, Any]:
    """The colours of powers of ten from `PALE` to `DEEP`, and their scale at the right."""
    powers = [PALE, *LINES, DEEP] if height > 4 * STRIP else [PALE, DEEP]
    return {
        "zmin": PALE - 1,
        "zmax": DEEP + 1,
        "colorscale": themes.stepped(themes.decades(look.theme, DEEP - PALE + 2)),
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
    z = np.log10(np.clip(np.nan_to_num(sizes, nan=np.inf), 10.0 ** (PALE - 1), 10.0 ** (DEEP + 1)))
    hover = look.labels["hover_word"].format(place=steps.place.format(token="%{x}"), value="%{text}")
    row = {"type": "heatmap", "x": steps.x, "y": [0.0], "z": z[None], "xgap": int(len(z) <= MANY)}
    row |= {"text": [[three_digits(float(size)) for size in sizes]], "hovertemplate": hover + "<extra></extra>"}
    row |= magnitudes(look, STRIP) | {"name": look.labels["size"], "meta": {"rows": [""]}}
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
