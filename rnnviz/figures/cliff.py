"""The cliff of Pascanu, Mikolov & Bengio (2013): the surface, gradient descent on it, and why it is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.figures import theme as themes
from rnnviz.figures.axes import power_names, value_axis
from rnnviz.figures.base import SMALL, TEXT, TINY, Look, Spec, escaped, figure, key, note, spec
from rnnviz.figures.paths import STYLES, TOP_ERROR, Box, legend, told, visible, width
from rnnviz.numbers import minus, three_digits

if TYPE_CHECKING:
    from rnnviz.recurrence.cliff import Branches, Descent, Surface

FLAT, STEEP = -2, 7
"""The ends of the colour scale of steepness, in powers of ten."""
CELLS = 120
"""Cells of the map along b."""


@figure("clipping_figures")
def cliff(surface: Surface, paths: Mapping[str, Descent] | None = None, *, look: Look) -> Spec:
    """The error surface in 3D, coloured by its steepness, with paths of gradient descent.

    `paths`: by name; what lies outside the surface is cut off, with a cross where a path leaves. In light of its
    own: the colours are those of the scale.
    """
    paths = paths or {}
    box = _box(surface)
    ground = {
        "type": "surface",
        "x": np.repeat(surface.w[:, None], surface.b.shape[1], axis=1).astype(np.float32),
        "y": surface.b.astype(np.float32),
        "z": surface.error.astype(np.float32),
        "surfacecolor": _log(surface.steepness),
        "cmin": FLAT,
        "cmax": STEEP,
        "colorscale": _colours(look),
        "colorbar": _bar(look)
        | {"orientation": "h", "len": 0.5, "x": 0.5, "xpad": 0, "y": 0, "yanchor": "top", "ypad": 4 * look.scale},
        "lighting": {"ambient": 0.88, "diffuse": 0.25, "specular": 0.0, "roughness": 1.0, "fresnel": 0.0},
        "hovertemplate": look.labels["hover_surface"].format(w="%{x:.2f}", b="%{y:.3f}", error="%{z:.3f}")
        + "<extra></extra>",
    }
    data: list[dict[str, Any]] = [ground]
    for k, (name, path) in enumerate(paths.items()):
        seen, (role, dash, mark, _) = visible(path, box), STYLES[k % len(STYLES)]
        colour = look.line(role)
        z = seen.error + 0.004  # just above the ground
        texts = told(name, path, seen, look)
        line = {"color": colour, "width": 2.5 * width(k, paths, look), "dash": dash}
        marker = {"size": 2.6 * look.scale, "symbol": mark, "color": colour, "line": {"width": 0}}
        hover = {"type": "scatter3d", "hovertemplate": "%{text}<extra></extra>"}
        way: dict[str, Any] = {"x": seen.w, "y": seen.b, "z": z, "text": texts}
        data.append(hover | way | {"name": escaped(name), "mode": "lines+markers", "line": line, "marker": marker})
        if len(seen.exits):
            ends = {key: np.asarray(values)[seen.exits].tolist() for key, values in way.items()}
            cross = {"size": 9 * look.scale, "symbol": "cross", "color": colour, "line": {"width": 0}}
            data.append(hover | ends | {"mode": "markers", "marker": cross})
    notes, top = legend(paths, box, look)
    side = {"backgroundcolor": look.ground, "gridcolor": look.rule, "showspikes": False}
    side |= {"zeroline": False, "tickfont": look.font(SMALL, "faint"), "nticks": 5}
    named = {"font": look.font(TEXT, "ink")}
    scene = {
        "xaxis": side | {"title": named | {"text": "w"}, "range": list(box[0])},
        "yaxis": side | {"title": named | {"text": "b"}, "range": list(box[1])},
        "zaxis": side | {"title": named | {"text": "E"}, "range": [0, TOP_ERROR], "tickvals": [0.2, 0.4]},
        "aspectmode": "manual",
        "aspectratio": {"x": 1.1, "y": 1.3, "z": 0.7},
        "camera": {"eye": {"x": 1.5, "y": 1.4, "z": 0.92}, "center": {"x": 0.1, "y": -0.03, "z": -0.14}},
        "dragmode": "turntable",
        "bgcolor": look.ground,
    }
    margin = {"l": 0, "r": 0, "t": top, "b": look.px(44), "pad": 0}
    height = look.px(360) + margin["t"] + margin["b"]
    return spec(data, look, margin=margin, height=height, scene=scene, annotations=notes, uirevision="cliff")


@figure("clipping_figures")
def cliff_map(surface: Surface, paths: Mapping[str, Descent] | None = None, *, look: Look) -> Spec:
    """The same from above, flat: the steepest point of each cell, lines of equal E, and the paths."""
    paths = paths or {}
    box = _box(surface)
    b, steepness, e = _cells(surface)
    cells = {"x": surface.w, "y": b}
    data: list[dict[str, Any]] = [
        {
            "type": "heatmap",
            "name": look.labels["steepness"],
            **cells,
            "z": steepness,
            "zmin": FLAT,
            "zmax": STEEP,
            "colorscale": _colours(look),
            "colorbar": _bar(look),
            "customdata": e,
            "text": [[three_digits(float(one)) for one in row] for row in 10.0**steepness],
            "hovertemplate": look.labels["hover_map"].format(
                w="%{x:.2f}", b="%{y:.3f}", error="%{customdata:.3f}", steepness="%{text}"
            )
            + "<extra></extra>",
        },
        {
            "type": "contour",
            **cells,
            "z": np.where(steepness < 0.3, e, np.float32(np.nan)),  # on the wall they would lie on one another
            "contours": {"coloring": "none", "start": 0.02, "end": 0.42, "size": 0.04},
            "line": {"color": look.line("faint"), "width": 0.8 * look.scale},
            "hoverinfo": "skip",
            "showscale": False,
        },
    ]
    for k, (name, path) in enumerate(paths.items()):
        seen, (role, dash, mark, _) = visible(path, box), STYLES[k % len(STYLES)]
        colour = look.line(role)
        symbols, sizes = np.full(len(seen.w), mark, dtype=object), np.full(len(seen.w), 3.5 * look.scale)
        symbols[seen.exits], sizes[seen.exits] = "x", 11 * look.scale
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": seen.w,
                "y": seen.b,
                "line": {"color": colour, "width": width(k, paths, look), "dash": dash},
                "marker": {"symbol": symbols.tolist(), "size": sizes, "color": colour}
                | {"opacity": 1, "line": {"width": 0}},
                "cliponaxis": False,
                "text": told(name, path, seen, look),
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    notes, top = legend(paths, box, look)
    margin = {"l": look.px(44), "r": look.px(64), "t": top, "b": look.px(40), "pad": 0}
    axes = [
        value_axis(look, tickmode="auto", nticks=6, showgrid=False, range=list(ends))
        | {"title": {"text": name, "standoff": 4, "font": {"size": TEXT * look.scale}}}
        for name, ends in zip("wb", box, strict=True)
    ]
    height = look.px(330) + margin["t"] + margin["b"]
    return spec(data, look, margin=margin, height=height, xaxis=axes[0], yaxis=axes[1], annotations=notes)


def _cells(surface: Surface) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cells of equal width along b: their centres, and in each the greatest log steepness and the mean of E; on a
    line's cell without a point, what lies between its neighbours. The wall is much thinner than a cell, and an
    average would hide it.
    """
    lines, (low, high) = len(surface.w), _box(surface)[1]
    centre = low + (np.arange(CELLS) + 0.5) * (high - low) / CELLS
    steep = _log(surface.steepness).astype(float)
    z, e = np.empty((CELLS, lines)), np.empty((CELLS, lines))
    for k, b in enumerate(surface.b):
        z[:, k], e[:, k] = np.interp(centre, b, steep[k]), np.interp(centre, b, surface.error[k])
        cell = ((b - low) / (high - low) * CELLS).astype(int).clip(0, CELLS - 1)
        np.maximum.at(z[:, k], cell, steep[k])
    return centre, z.astype(np.float32), e.astype(np.float32)


def _box(surface: Surface) -> Box:
    ends = (float(surface.b[0, 0]), float(surface.b[0, -1]))
    return (float(surface.w[0]), float(surface.w[-1])), ends


def _log(steepness: np.ndarray) -> np.ndarray:
    return np.log10(np.maximum(steepness, 1e-12)).astype(np.float32)


def _colours(look: Look) -> themes.Colorscale:
    """A step for each power of ten, without the ground itself: what is flat is still seen."""
    return themes.stepped(themes.decades(look.theme, STEEP - FLAT + 1)[1:])


def _bar(look: Look) -> dict[str, Any]:
    ticks = range(FLAT, STEEP + 1, 2)
    return {
        "x": 1,
        "xpad": 8 * look.scale,
        "thickness": 6 * look.scale,
        "len": 0.7,
        "outlinewidth": 0,
        "ticks": "",
        "tickvals": list(ticks),
        "ticktext": power_names(ticks),
        "tickfont": look.font(TINY, "faint"),
        "title": {"text": look.labels["steepness"], "side": "top", "font": look.font(TINY, "faint")},
    }


@figure("clipping_figures")
def bifurcation(branches: Branches, b: float | None = None, *, look: Look) -> Spec:
    """Fixed points of x = w·σ(x) + b over b: those that attract solid, those that repel dashed; the two values of b
    between which two attract; and where x_0 stands on the one that repels. `b`: the chosen one, if any.
    """
    ends = [float(branches.b.min()), float(branches.b.max())]
    low, high = float(branches.x.min()), float(branches.x.max())
    room = 0.12 * (high - low)
    data = []
    edges = np.flatnonzero(np.diff(branches.stable)) + 1
    for part in np.split(np.arange(len(branches.x)), edges):
        stable = bool(branches.stable[part[0]])
        part = np.append(part, min(part[-1] + 1, len(branches.x) - 1))  # so that there is no gap
        style = {"color": look.line("hidden"), "width": (2.4 if stable else 1.6) * look.scale, "simplify": False}
        style["dash"] = "solid" if stable else "dash"
        text = look.labels["hover_stable" if stable else "hover_unstable"].format(b="%{x:.3f}", x="%{y:.3f}")
        one = {"type": "scatter", "mode": "lines", "x": branches.b[part], "y": branches.x[part], "line": style}
        one["name"] = look.labels["stable" if stable else "unstable"]
        data.append(one | {"hovertemplate": text + "<extra></extra>"})
    ink = look.text("ink")
    thin = {"type": "line", "line": {"color": look.line("faint"), "width": look.scale, "dash": "dot"}}
    shapes = [thin | {"x0": 0, "x1": 1, "xref": "paper", "y0": branches.start, "y1": branches.start}]
    where = {"x": 0, "xanchor": "left", "xshift": 3, "yref": "y", "y": branches.start, "yanchor": "bottom"}
    notes = [note(look.labels["start"].format(x=three_digits(branches.start)), SMALL, "faint", look, **where)]
    for k, fold in enumerate(branches.folds or ()):
        shapes.append(thin | {"x0": fold, "x1": fold, "y0": 0, "y1": 1, "yref": "paper"})
        side = {"xanchor": "right" if k == 0 else "left", "xshift": -4 if k == 0 else 4, "yanchor": "bottom"}
        side["bgcolor"] = look.ground  # the chosen b may stand behind it
        notes.append(note(minus(f"b = {fold:.3f}"), SMALL, "faint", look, xref="x", x=fold, y=0, yshift=2, **side))
    if branches.wall is not None and ends[0] <= branches.wall <= ends[1]:
        mark = {
            "symbol": "circle-open",
            "size": 10 * look.scale,
            "color": ink,
            "line": {"width": 2 * look.scale},
            "opacity": 1,
        }
        text = look.labels["wall"].format(b=minus(f"{branches.wall:.4f}"))
        data.append(
            {"type": "scatter", "mode": "markers", "x": [branches.wall], "y": [branches.start], "marker": mark}
            | {"hovertemplate": text + "<extra></extra>"}
        )
    if b is not None:
        chosen = {"color": ink, "width": 1.6 * look.scale, "dash": "solid"}
        shapes.append({"type": "line", "x0": b, "x1": b, "y0": 0, "y1": 1, "yref": "paper", "line": chosen})
    above = [key(f"━ {look.labels['stable']}   ╍ {look.labels['unstable']}", "hidden", look)]
    if branches.wall is not None:
        above.append(f"○ {look.labels['wall'].format(b=minus(f'{branches.wall:.4f}'))}")
    where = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "yshift": 6, "align": "left"}
    notes.append(note("<br>".join(above), SMALL, "ink", look, **where))
    margin = {"l": look.px(44), "r": look.px(12), "t": look.px(44), "b": look.px(40), "pad": 0}
    axes = [
        value_axis(look, tickmode="auto", nticks=7, range=span)
        | {"title": {"text": name, "standoff": 4, "font": {"size": TEXT * look.scale}}}
        for name, span in (("b", ends), ("x", [low - room, high + room]))
    ]
    height = look.px(260) + margin["t"] + margin["b"]
    more = {"annotations": notes, "shapes": shapes}
    return spec(data, look, margin=margin, height=height, xaxis=axes[0], yaxis=axes[1], **more)
