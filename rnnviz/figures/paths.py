"""Paths of gradient descent: what of them a picture shows, their names, and E along them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnnviz.figures.axes import value_axis
from rnnviz.figures.base import SMALL, TEXT, Look, Spec, escaped, figure, key, note, spec
from rnnviz.numbers import three_digits

if TYPE_CHECKING:
    from rnnviz.recurrence.cliff import Descent

STYLES = (("forget", "dash", "diamond", "◆"), ("ink", "solid", "circle", "●"), ("hidden", "dot", "square", "■"))
"""Colour, dash, mark and the mark's letter of the first, second and third path."""
TOP_ERROR = 0.5
"""The end of the axes of E, which never exceeds 0.49."""

Box = tuple[tuple[float, float], tuple[float, float]]


class Seen(NamedTuple):
    """The part of a path inside a box, its pieces parted by NaN."""

    w: np.ndarray
    b: np.ndarray
    error: np.ndarray
    step: np.ndarray
    """Whole at the path's own points; between them where a line crosses the edge."""
    exits: np.ndarray
    """Indices of the points at which it leaves."""


def visible(path: Descent, box: Box) -> Seen:
    """What of a path lies inside `box` = (w range, b range). From a point whose successor is infinite or NaN, there
    is no line: it leaves there.
    """
    low, high = np.array(box).T
    rows: list[np.ndarray] = []
    exits: list[int] = []
    points = np.column_stack([path.points, path.errors, np.arange(len(path.points))])
    for k, here in enumerate(points):
        inside = bool(((here[:2] >= low) & (here[:2] <= high)).all())
        if inside:
            rows.append(here)
        if k + 1 == len(points):
            break
        there = points[k + 1]
        if not np.isfinite(there[:2]).all():
            if inside:
                exits.append(len(rows) - 1)
                rows.append(np.full(4, np.nan))
            continue
        enter, leave = _crossing(here[:2], there[:2], low, high)
        if enter > leave or (enter == leave and not inside):
            continue
        for share in [enter] * (not inside) + [leave] * (leave < 1):
            edge = here + share * (there - here)
            rows.append(np.append(edge[:2].clip(low, high), edge[2:]))
        if leave < 1:
            rows.append(np.full(4, np.nan))
            exits.append(len(rows) - 2)
    w, b, e, step = np.ascontiguousarray(np.array(rows).reshape(-1, 4).T)
    return Seen(w, b, e, step, np.array(exits, dtype=int))


def _crossing(here: np.ndarray, there: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[float, float]:
    """Between which shares of the way from here to there a line is inside the box (Liang & Barsky 1984); the first
    is greater than the second if it never is.
    """
    if not np.isfinite(here).all():
        return 1.0, 0.0
    way = there - here
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = (low - here) / way, (high - here) / way
    still = way == 0
    outside = still & ((here < low) | (here > high))
    first = np.where(still, 0.0, np.minimum(a, b)).max(initial=0.0)
    last = np.where(still, 1.0, np.maximum(a, b)).min(initial=1.0)
    return (1.0, 0.0) if outside.any() else (float(first), float(last))


@figure("clipping_figures")
def error(paths: Mapping[str, Descent], *, box: Box | None = None, look: Look) -> Spec:
    """E at each step of each path. `box`: the part of the plane that the other figures show, for their words on
    where a path went.
    """
    data: list[dict[str, Any]] = []
    notes, top = legend(paths, box, look)
    for k, (name, path) in enumerate(paths.items()):
        role, dash, mark, _ = STYLES[k % len(STYLES)]
        colour = look.line(role)
        there = {"w": path.points[:, 0], "b": path.points[:, 1], "error": path.errors, "norm": path.norms}
        texts = [
            look.labels["hover_path"].format(
                name=escaped(name),
                step=step,
                **{key: three_digits(float(values[step])) for key, values in there.items()},
            )
            for step in range(len(path.errors))
        ]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": escaped(name),
                "customdata": path.errors,
                "x": np.arange(float(len(path.errors))),
                "y": path.errors,
                "line": {"color": colour, "width": width(k, paths, look), "dash": dash},
                "marker": {"symbol": mark, "size": 3.5 * look.scale, "color": colour, "opacity": 1},
                "cliponaxis": False,
                "text": texts,
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    last = max((len(path.errors) - 1 for path in paths.values()), default=1) or 1
    margin = {"l": look.px(44), "r": look.px(12), "t": top, "b": look.px(40), "pad": 0}
    named = [
        {"title": {"text": text, "standoff": 4, "font": {"size": TEXT * look.scale}}}
        for text in (look.labels["step"], "E")
    ]
    x_axis = value_axis(look, tickmode="auto", nticks=7, showgrid=False, range=[-0.02 * last, 1.02 * last])
    y_axis = value_axis(look, range=[0, TOP_ERROR], tickvals=[0, 0.1, 0.2, 0.3, 0.4, 0.5])
    height = look.px(200) + margin["t"] + margin["b"]
    axes = {"xaxis": x_axis | named[0], "yaxis": y_axis | named[1]}
    return spec(data, look, margin=margin, height=height, annotations=notes, **axes)


def width(k: int, paths: Mapping[str, Descent], look: Look) -> float:
    """Of the k-th path's line: the later ones are thinner, so that where two go the same way both are seen."""
    return (1.6 + 1.8 * (len(paths) - 1 - k)) * look.scale


def told(name: str, path: Descent, seen: Seen, look: Look) -> list[str]:
    """What each visible point of a path says."""
    texts = []
    for w, b, e, step in zip(seen.w, seen.b, seen.error, seen.step, strict=True):
        k = 0 if np.isnan(step) else int(step)
        values = {"step": str(k), "w": three_digits(w), "b": three_digits(b), "error": three_digits(e)}
        texts.append(
            look.labels["hover_path"].format(name=escaped(name), norm=three_digits(float(path.norms[k])), **values)
        )
    return texts


def legend(paths: Mapping[str, Descent], box: Box | None, look: Look) -> tuple[list[dict[str, Any]], int]:
    """Above the figure, one line per path: its mark, and in words where it went. And the height of that in px."""
    lines = []
    for k, (name, path) in enumerate(paths.items()):
        role, _, _, letter = STYLES[k % len(STYLES)]
        low, high = np.array(box or ((-np.inf, np.inf),) * 2).T
        out = np.flatnonzero(~((path.points >= low) & (path.points <= high)).all(1))
        if len(out):
            w, b = path.points[out[0]]
            said = look.labels["leaves"].format(step=int(out[0]), w=three_digits(w), b=three_digits(b))
        else:
            said = look.labels["stays"].format(step=len(path.points) - 1, error=three_digits(float(path.errors[-1])))
        lines.append(key(f"{letter} <b>{escaped(name)}</b>: {said}", role, look))
    where = {"x": 0, "xanchor": "left", "xshift": 4, "y": 1, "yanchor": "bottom", "yshift": 6, "align": "left"}
    notes = [note("<br>".join(lines), SMALL, "ink", look, **where)] if lines else []
    return notes, look.px(SMALL * 1.35 * len(lines) + 14)
