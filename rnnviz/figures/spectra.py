"""What decides how far a gradient gets: singular values, eigenvalues, saturated units. Axes as in `gradients.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, log2, log10
from typing import Any

import numpy as np

from rnnviz.figures import theme as themes
from rnnviz.figures.base import SMALL, Labels, Spec, as_figure, english, spec, value_axis
from rnnviz.figures.gradients import LEFT, RIGHT, SECTION, caption, curve, key, norm_axis
from rnnviz.numbers import three_digits
from rnnviz.recurrence.cells import ROLES

LONGEST = 200
"""The end of the axis of steps back, unless the sequence is longer."""
NONE_BACK = 0.6
"""Where no step back stands on a log axis, which has no zero."""
ENOUGH = 0.01
"""A direction in which a gradient keeps this share is counted as surviving."""
SURVIVAL, SQUARE = 190, 230
"""Heights in px at scale 1: of the singular values, of the two scatters."""
REACH = 1.5
"""The plane of eigenvalues ends here, or at twice that, or at four times, ..."""

MARKS = {
    "hidden": ("circle", "●"),
    "input": ("circle", "●"),
    "forget": ("diamond", "◆"),
    "candidate": ("square", "■"),
    "output": ("triangle-up", "▲"),
    "reset": ("triangle-up", "▲"),
    "update": ("diamond", "◆"),
}
"""The mark of each role, and the mark's letter."""


def survival_spec(
    ks: np.ndarray,
    values: np.ndarray,
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
) -> Spec:
    """Singular values of the products of the last k step Jacobians (`spectra.survival`), a line for each."""
    labels = labels or english(SECTION)
    x = np.maximum(ks, NONE_BACK)
    known = np.where(np.isfinite(values) & (values > 0), values, np.nan)
    gap = np.full((1, known.shape[1]), np.nan)
    thin = {
        "type": "scatter",
        "mode": "lines",
        "x": np.tile(np.append(x, np.nan), known.shape[1]),
        "y": np.concatenate([known, gap]).T.ravel(),
        "line": {"color": themes.line(theme, "gradient"), "width": 0.6 * scale},
        "opacity": 0.45,
        "hoverinfo": "skip",
    }
    hover = labels["hover_survival"].format(steps="%{text}", value="%{customdata:.2~e}")
    largest = curve(values[:, 0], "circle", "gradient", "solid", theme, scale)
    largest |= {"x": x, "text": [str(k) for k in ks.tolist()], "hovertemplate": hover + "<extra></extra>"}
    last, kept = int(ks[-1]), int((values[-1] >= ENOUGH).sum())
    if np.isnan(values[-1]).all():
        said = labels["overflow_survival"]
    else:
        said = labels["survive"].format(kept=kept, all=values.shape[1], steps=last, percent=f"{100 * ENOUGH:.0f}")
    lines = [key(f"● {labels['largest']}", "gradient", theme) + f" &nbsp; {labels['others']}", said]
    head, top = caption(lines, LEFT * scale, theme, scale)
    end = max(LONGEST, last)
    shown = [k for k in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if k <= end]
    axis = value_axis(theme, scale, type="log", showgrid=False, tickvals=[NONE_BACK, *shown])
    axis |= {"ticktext": ["0", *map(str, shown)], "range": [log10(NONE_BACK) - 0.08, log10(end) + 0.03]}
    margin = {"l": round(LEFT * scale), "r": round(RIGHT * scale), "t": top, "b": round(36 * scale), "pad": 0}
    return spec(
        [thin, largest],
        theme,
        scale,
        xaxis=axis | titled(labels["steps_back"], theme, scale),
        yaxis=norm_axis(theme, scale),
        annotations=[head],
        margin=margin,
        height=round(SURVIVAL * scale) + top + margin["b"],
    )


survival = as_figure(survival_spec)


def titled(text: str, theme: str, scale: float) -> dict[str, Any]:
    font = {"size": SMALL * scale, "color": themes.text(theme, "faint")}
    return {"title": {"text": text, "standoff": 2, "font": font}}


def eigen_spec(
    eigenvalues: Mapping[str, np.ndarray],
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
    reach: float | None = None,
) -> Spec:
    """Eigenvalues of each gate's block of W_hh in the complex plane, with the unit circle (`spectra.eigenvalues`).

    The plane ends at `reach`; left out, at the first of 1.5, 3, 6, 12, ... that holds all of them.
    """
    labels = labels or english(SECTION)
    largest = max(float(np.abs(values).max()) for values in eigenvalues.values())
    reach = reach or REACH * 2.0 ** ceil(log2(max(1.0, largest / (0.95 * REACH))))
    data = []
    for letter, values in eigenvalues.items():
        hover = labels["hover_eigen"].format(gate=labels[f"gate_{letter}"], re="%{x:.2f}", im="%{y:+.2f}")
        data.append(dots(values.real, values.imag, letter, hover + "i", theme, scale))
    rule = {"color": themes.line(theme, "ink"), "width": 1.2 * scale}
    circle = {"type": "circle", "x0": -1, "x1": 1, "y0": -1, "y1": 1, "line": rule}
    ends = [-reach, -reach / 2, 0.0, reach / 2, reach] if reach > REACH else [-1.0, 0.0, 1.0]
    axis = value_axis(theme, scale, range=[-reach, reach], tickvals=ends, zeroline=True)
    axis |= {"zerolinecolor": themes.THEMES[theme].rule, "showgrid": False}
    said = labels["largest_eigenvalue"].format(value=three_digits(largest))
    return square(
        data,
        [*legend(list(eigenvalues), labels, theme), said],
        axis | titled(labels["real"], theme, scale),
        axis | titled(labels["imaginary"], theme, scale) | {"scaleanchor": "x"},
        theme,
        scale,
        shapes=[circle],
    )


eigen = as_figure(eigen_spec)


def saturation_spec(
    shares: Mapping[str, tuple[np.ndarray, np.ndarray | None]],
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
) -> Spec:
    """Each unit by the share of steps at the lower and at the upper end of its range (`spectra.saturation`)."""
    labels = labels or english(SECTION)
    data: list[dict[str, Any]] = []
    diagonal = {"color": themes.THEMES[theme].rule, "width": 1.2 * scale}
    data.append({"type": "scatter", "mode": "lines", "x": [0, 1], "y": [1, 0], "line": diagonal, "hoverinfo": "skip"})
    relu = any(high is None for _, high in shares.values())
    for letter, (low, high) in shares.items():
        hover = labels["hover_saturation"].format(gate=labels[f"gate_{letter}"], low="%{x:.0%}", high="%{y:.0%}")
        data.append(dots(low, np.zeros_like(low) if high is None else high, letter, hover, theme, scale))
    axis = value_axis(theme, scale, range=[-0.04, 1.04], tickvals=[0, 0.5, 1], ticktext=["0", "50%", "100%"])
    return square(
        data,
        legend(list(shares), labels, theme),
        axis | titled(labels["low_relu" if relu else "low"], theme, scale),
        axis | titled(labels["high_relu" if relu else "high"], theme, scale),
        theme,
        scale,
    )


saturation = as_figure(saturation_spec)


def dots(x: np.ndarray, y: np.ndarray, letter: str, hover: str, theme: str, scale: float) -> dict[str, Any]:
    """A mark for each unit, with the unit's number for the hover text."""
    role = ROLES[letter]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": np.ascontiguousarray(x, dtype=float),
        "y": np.ascontiguousarray(y, dtype=float),
        "marker": {"symbol": MARKS[role][0], "size": 5.5 * scale, "color": themes.line(theme, role), "opacity": 0.7},
        "cliponaxis": False,
        "hovertemplate": hover + "<extra></extra>",
    }


def legend(letters: Sequence[str], labels: Labels, theme: str) -> list[str]:
    """Two lines that name the marks."""
    roles = ((letter, ROLES[letter]) for letter in letters)
    names = [key(f"{MARKS[role][1]} {labels[f'gate_{letter}']}", role, theme) for letter, role in roles]
    return [" &nbsp; ".join(names[:2]), " &nbsp; ".join(names[2:]) or "&nbsp;"]


def square(
    data: list[dict[str, Any]],
    lines: Sequence[str],
    x_axis: dict[str, Any],
    y_axis: dict[str, Any],
    theme: str,
    scale: float,
    **layout: Any,
) -> Spec:
    """A scatter under a caption, as high in every network."""
    left = LEFT + 14
    head, top = caption(lines, left * scale, theme, scale)
    margin = {"l": round(left * scale), "r": round(RIGHT * scale), "t": top, "b": round(36 * scale), "pad": 0}
    axes = {"xaxis": x_axis, "yaxis": y_axis, "annotations": [head]}
    return spec(data, theme, scale, **axes, margin=margin, height=round(SQUARE * scale) + top + margin["b"], **layout)
