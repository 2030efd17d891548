"""The cliff of Pascanu, Mikolov & Bengio (2013): the surface, gradient descent on it, and why it is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.figures import theme as themes
from rnnviz.figures.base import SMALL, TEXT, TINY, Labels, Spec, as_figure, english, note, spec, value_axis
from rnnviz.figures.clipping import SECTION
from rnnviz.figures.paths import STYLES, TOP_ERROR, Box, legend, told, visible, width
from rnnviz.numbers import minus, power, three_digits

if TYPE_CHECKING:
    from rnnviz.recurrence.cliff import Branches, Descent, Surface

FLAT, STEEP = -2, 7
"""The ends of the colour scale of steepness, in powers of ten."""
CELLS = 120
"""Cells of the map along b."""


def cliff_spec(
    surface: Surface,
    paths: Mapping[str, Descent] | None = None,
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
) -> Spec:
    """The error surface in 3D, coloured by its steepness, with paths of gradient descent.

    `paths`: by name; what lies outside the surface is cut off, with a cross where a path leaves. In light of its
    own: the colours are those of the scale.
    """
    labels, paths = labels or english(SECTION), paths or {}
    box = _box(surface)
    ground = {
        "type": "surface",
        "x": np.repeat(surface.w[:, None], surface.b.shape[1], axis=1).astype(np.float32),
        "y": surface.b.astype(np.float32),
        "z": surface.error.astype(np.float32),
        "surfacecolor": _log(surface.steepness),
        "cmin": FLAT,
        "cmax": STEEP,
        "colorscale": _colours(theme),
        "colorbar": _bar(labels, theme, scale)
        | {"orientation": "h", "len": 0.5, "x": 0.5, "xpad": 0, "y": 0, "yanchor": "top", "ypad": 4 * scale},
        "lighting": {"ambient": 0.88, "diffuse": 0.25, "specular": 0.0, "roughness": 1.0, "fresnel": 0.0},
        "hovertemplate": labels["hover_surface"].format(w="%{x:.2f}", b="%{y:.3f}", error="%{z:.3f}")
        + "<extra></extra>",
    }
    data: list[dict[str, Any]] = [ground]
    for k, (name, path) in enumerate(paths.items()):
        seen, (role, dash, mark, _) = visible(path, box), STYLES[k % len(STYLES)]
        colour = themes.line(theme, role)
        z = seen.error + 0.004  # just above the ground
        texts = told(name, path, seen, labels)
        line = {"color": colour, "width": 2.5 * width(k, paths, scale), "dash": dash}
        marker = {"size": 2.6 * scale, "symbol": mark, "color": colour, "line": {"width": 0}}
        hover = {"type": "scatter3d", "hovertemplate": "%{text}<extra></extra>"}
        way: dict[str, Any] = {"x": seen.w, "y": seen.b, "z": z, "text": texts}
        data.append(hover | way | {"mode": "lines+markers", "line": line, "marker": marker})
        if len(seen.exits):
            ends = {key: np.asarray(values)[seen.exits].tolist() for key, values in way.items()}
            cross = {"size": 9 * scale, "symbol": "cross", "color": colour, "line": {"width": 0}}
            data.append(hover | ends | {"mode": "markers", "marker": cross})
    notes, top = legend(paths, box, labels, theme, scale)
    side = {"backgroundcolor": themes.THEMES[theme].ground, "gridcolor": themes.THEMES[theme].rule, "showspikes": False}
    side |= {"zeroline": False, "tickfont": {"size": SMALL * scale, "color": themes.text(theme, "faint")}, "nticks": 5}
    named = {"font": {"size": TEXT * scale, "color": themes.text(theme, "ink")}}
    scene = {
        "xaxis": side | {"title": named | {"text": "w"}, "range": list(box[0])},
        "yaxis": side | {"title": named | {"text": "b"}, "range": list(box[1])},
        "zaxis": side | {"title": named | {"text": "E"}, "range": [0, TOP_ERROR], "tickvals": [0.2, 0.4]},
        "aspectmode": "manual",
        "aspectratio": {"x": 1.1, "y": 1.3, "z": 0.7},
        "camera": {"eye": {"x": 1.5, "y": 1.4, "z": 0.92}, "center": {"x": 0.1, "y": -0.03, "z": -0.14}},
        "dragmode": "turntable",
        "bgcolor": themes.THEMES[theme].ground,
    }
    margin = {"l": 0, "r": 0, "t": top, "b": round(44 * scale), "pad": 0}
    height = round(360 * scale) + margin["t"] + margin["b"]
    return spec(data, theme, scale, margin=margin, height=height, scene=scene, annotations=notes, uirevision="cliff")


cliff = as_figure(cliff_spec)


def cliff_map_spec(
    surface: Surface,
    paths: Mapping[str, Descent] | None = None,
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
) -> Spec:
    """The same from above, flat: the steepest point of each cell, lines of equal E, and the paths."""
    labels, paths = labels or english(SECTION), paths or {}
    box = _box(surface)
    b, steepness, e = _cells(surface)
    cells = {"x": surface.w, "y": b}
    data: list[dict[str, Any]] = [
        {
            "type": "heatmap",
            **cells,
            "z": steepness,
            "zmin": FLAT,
            "zmax": STEEP,
            "colorscale": _colours(theme),
            "colorbar": _bar(labels, theme, scale),
            "customdata": e,
            "text": [[three_digits(float(one)) for one in row] for row in 10.0**steepness],
            "hovertemplate": labels["hover_map"].format(
                w="%{x:.2f}", b="%{y:.3f}", error="%{customdata:.3f}", steepness="%{text}"
            )
            + "<extra></extra>",
        },
        {
            "type": "contour",
            **cells,
            "z": np.where(steepness < 0.3, e, np.float32(np.nan)),  # on the wall they would lie on one another
            "contours": {"coloring": "none", "start": 0.02, "end": 0.42, "size": 0.04},
            "line": {"color": themes.line(theme, "faint"), "width": 0.8 * scale},
            "hoverinfo": "skip",
            "showscale": False,
        },
    ]
    for k, (name, path) in enumerate(paths.items()):
        seen, (role, dash, mark, _) = visible(path, box), STYLES[k % len(STYLES)]
        colour = themes.line(theme, role)
        symbols, sizes = np.full(len(seen.w), mark, dtype=object), np.full(len(seen.w), 3.5 * scale)
        symbols[seen.exits], sizes[seen.exits] = "x", 11 * scale
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": seen.w,
                "y": seen.b,
                "line": {"color": colour, "width": width(k, paths, scale), "dash": dash},
                "marker": {"symbol": symbols.tolist(), "size": sizes, "color": colour}
                | {"opacity": 1, "line": {"width": 0}},
                "cliponaxis": False,
                "text": told(name, path, seen, labels),
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    notes, top = legend(paths, box, labels, theme, scale)
    margin = {"l": round(44 * scale), "r": round(64 * scale), "t": top, "b": round(40 * scale), "pad": 0}
    axes = [
        value_axis(theme, scale, tickmode="auto", nticks=6, showgrid=False, range=list(ends))
        | {"title": {"text": name, "standoff": 4, "font": {"size": TEXT * scale}}}
        for name, ends in zip("wb", box, strict=True)
    ]
    height = round(330 * scale) + margin["t"] + margin["b"]
    return spec(data, theme, scale, margin=margin, height=height, xaxis=axes[0], yaxis=axes[1], annotations=notes)


cliff_map = as_figure(cliff_map_spec)


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


def _colours(theme: str) -> themes.Colorscale:
    """From the quiet rule colour, which is still seen on the ground, to that of gradients."""
    return [[0.0, themes.THEMES[theme].rule], [1.0, themes.line(theme, "gradient")]]


def _bar(labels: Labels, theme: str, scale: float) -> dict[str, Any]:
    ticks = range(FLAT, STEEP + 1, 2)
    faint = themes.text(theme, "faint")
    return {
        "x": 1,
        "xpad": 8 * scale,
        "thickness": 6 * scale,
        "len": 0.7,
        "outlinewidth": 0,
        "ticks": "",
        "tickvals": list(ticks),
        "ticktext": [power(tick) for tick in ticks],
        "tickfont": {"size": TINY * scale, "color": faint},
        "title": {"text": labels["steepness"], "side": "top", "font": {"size": TINY * scale, "color": faint}},
    }


def bifurcation_spec(
    branches: Branches,
    b: float | None = None,
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
) -> Spec:
    """Fixed points of x = w·σ(x) + b over b: those that attract solid, those that repel dashed; the two values of b
    between which two attract; and where x_0 stands on the one that repels. `b`: the chosen one, if any.
    """
    labels = labels or english(SECTION)
    ends = [float(branches.b.min()), float(branches.b.max())]
    low, high = float(branches.x.min()), float(branches.x.max())
    room = 0.12 * (high - low)
    data = []
    edges = np.flatnonzero(np.diff(branches.stable)) + 1
    for part in np.split(np.arange(len(branches.x)), edges):
        stable = bool(branches.stable[part[0]])
        part = np.append(part, min(part[-1] + 1, len(branches.x) - 1))  # so that there is no gap
        style = {"color": themes.line(theme, "hidden"), "width": (2.4 if stable else 1.6) * scale, "simplify": False}
        style["dash"] = "solid" if stable else "dash"
        text = labels["hover_stable" if stable else "hover_unstable"].format(b="%{x:.3f}", x="%{y:.3f}")
        one = {"type": "scatter", "mode": "lines", "x": branches.b[part], "y": branches.x[part], "line": style}
        data.append(one | {"hovertemplate": text + "<extra></extra>"})
    ink, faint = themes.text(theme, "ink"), themes.text(theme, "faint")
    thin = {"type": "line", "line": {"color": themes.line(theme, "faint"), "width": scale, "dash": "dot"}}
    shapes = [thin | {"x0": 0, "x1": 1, "xref": "paper", "y0": branches.start, "y1": branches.start}]
    where = {"x": 0, "xanchor": "left", "xshift": 3, "yref": "y", "y": branches.start, "yanchor": "bottom"}
    notes = [note(labels["start"].format(x=three_digits(branches.start)), SMALL * scale, faint, **where)]
    for k, fold in enumerate(branches.folds or ()):
        shapes.append(thin | {"x0": fold, "x1": fold, "y0": 0, "y1": 1, "yref": "paper"})
        side = {"xanchor": "right" if k == 0 else "left", "xshift": -4 if k == 0 else 4, "yanchor": "bottom"}
        side["bgcolor"] = themes.THEMES[theme].ground  # the chosen b may stand behind it
        notes.append(note(minus(f"b = {fold:.3f}"), SMALL * scale, faint, xref="x", x=fold, y=0, yshift=2, **side))
    if branches.wall is not None and ends[0] <= branches.wall <= ends[1]:
        mark = {"symbol": "circle-open", "size": 10 * scale, "color": ink, "line": {"width": 2 * scale}, "opacity": 1}
        text = labels["wall"].format(b=minus(f"{branches.wall:.4f}"))
        data.append(
            {"type": "scatter", "mode": "markers", "x": [branches.wall], "y": [branches.start], "marker": mark}
            | {"hovertemplate": text + "<extra></extra>"}
        )
    if b is not None:
        chosen = {"color": ink, "width": 1.6 * scale, "dash": "solid"}
        shapes.append({"type": "line", "x0": b, "x1": b, "y0": 0, "y1": 1, "yref": "paper", "line": chosen})
    key = f'<span style="color:{themes.text(theme, "hidden")}">━ {labels["stable"]}   ╍ {labels["unstable"]}</span>'
    if branches.wall is not None:
        key += f"<br>○ {labels['wall'].format(b=minus(f'{branches.wall:.4f}'))}"
    above = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "yshift": 6, "align": "left"}
    notes.append(note(key, SMALL * scale, ink, **above))
    margin = {"l": round(44 * scale), "r": round(12 * scale), "t": round(44 * scale), "b": round(40 * scale), "pad": 0}
    axes = [
        value_axis(theme, scale, tickmode="auto", nticks=7, range=span)
        | {"title": {"text": name, "standoff": 4, "font": {"size": TEXT * scale}}}
        for name, span in (("b", ends), ("x", [low - room, high + room]))
    ]
    height = round(260 * scale) + margin["t"] + margin["b"]
    more = {"annotations": notes, "shapes": shapes}
    return spec(data, theme, scale, margin=margin, height=height, xaxis=axes[0], yaxis=axes[1], **more)


bifurcation = as_figure(bifurcation_spec)
