"""What decides how far a gradient gets: singular values, eigenvalues, saturated units. Axes as in `gradients.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, log2, log10
from typing import Any

import numpy as np

from rnnviz.figures.axes import title, value_axis
from rnnviz.figures.base import Look, Spec, caption, figure, key, spec
from rnnviz.figures.gradients import LEFT, RIGHT, curve, norm_axis
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


@figure("gradients_figures")
def survival(ks: np.ndarray, values: np.ndarray, *, look: Look) -> Spec:
    """Singular values of the products of the last k step Jacobians (`spectra.survival`), a line for each."""
    x = np.maximum(ks, NONE_BACK)
    known = np.where(np.isfinite(values) & (values > 0), values, np.nan)
    gap = np.full((1, known.shape[1]), np.nan)
    thin = {
        "type": "scatter",
        "mode": "lines",
        "x": np.tile(np.append(x, np.nan), known.shape[1]),
        "y": np.concatenate([known, gap]).T.ravel(),
        "line": {"color": look.line("gradient"), "width": 0.6 * look.scale},
        "opacity": 0.45,
        "hoverinfo": "skip",
    }
    hover = look.labels["hover_survival"].format(steps="%{text}", value="%{customdata:.2~e}")
    largest = curve(values[:, 0], "circle", "gradient", "solid", look)
    largest |= {
        "name": look.labels["largest"],
        "x": x,
        "text": [str(k) for k in ks.tolist()],
        "hovertemplate": hover + "<extra></extra>",
    }
    last, kept = int(ks[-1]), int((values[-1] >= ENOUGH).sum())
    if np.isnan(values[-1]).all():
        said = look.labels["overflow_survival"]
    else:
        said = look.labels["survive"].format(kept=kept, all=values.shape[1], steps=last, percent=f"{100 * ENOUGH:.0f}")
    lines = [key(f"● {look.labels['largest']}", "gradient", look) + f" &nbsp; {look.labels['others']}", said]
    head, top = caption(lines, LEFT, look)
    end = max(LONGEST, last)
    shown = [k for k in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if k <= end]
    axis = value_axis(look, type="log", showgrid=False, tickvals=[NONE_BACK, *shown])
    axis |= {"ticktext": ["0", *map(str, shown)], "range": [log10(NONE_BACK) - 0.08, log10(end) + 0.03]}
    margin = {"l": look.px(LEFT), "r": look.px(RIGHT), "t": top, "b": look.px(36), "pad": 0}
    return spec(
        [thin, largest],
        look,
        xaxis=axis | {"title": title(look.labels["steps_back"], look)},
        yaxis=norm_axis(look),
        annotations=[head],
        margin=margin,
        height=look.px(SURVIVAL) + top + margin["b"],
    )


@figure("gradients_figures")
def eigen(eigenvalues: Mapping[str, np.ndarray], *, reach: float | None = None, look: Look) -> Spec:
    """Eigenvalues of each gate's block of W_hh in the complex plane, with the unit circle (`spectra.eigenvalues`).

    The plane ends at `reach`; left out, at the first of 1.5, 3, 6, 12, ... that holds all of them.
    """
    largest = max(float(np.abs(values).max()) for values in eigenvalues.values())
    reach = reach or REACH * 2.0 ** ceil(log2(max(1.0, largest / (0.95 * REACH))))
    data = []
    for letter, values in eigenvalues.items():
        hover = look.labels["hover_eigen"].format(gate=look.labels[f"gate_{letter}"], re="%{x:.2f}", im="%{y:+.2f}")
        data.append(dots(values.real, values.imag, letter, hover + "i", look))
    rule = {"color": look.line("ink"), "width": 1.2 * look.scale}
    circle = {"type": "circle", "x0": -1, "x1": 1, "y0": -1, "y1": 1, "line": rule}
    ends = [-reach, -reach / 2, 0.0, reach / 2, reach] if reach > REACH else [-1.0, 0.0, 1.0]
    axis = value_axis(look, range=[-reach, reach], tickvals=ends, zeroline=True)
    axis |= {"zerolinecolor": look.rule, "showgrid": False}
    said = look.labels["largest_eigenvalue"].format(value=three_digits(largest))
    return square(
        data,
        [*legend(list(eigenvalues), look), said],
        axis | {"title": title(look.labels["real"], look)},
        axis | {"title": title(look.labels["imaginary"], look)} | {"scaleanchor": "x"},
        look,
        shapes=[circle],
    )


@figure("gradients_figures")
def saturation(shares: Mapping[str, tuple[np.ndarray, np.ndarray | None]], *, look: Look) -> Spec:
    """Each unit by the share of steps at the lower and at the upper end of its range (`spectra.saturation`)."""
    data: list[dict[str, Any]] = []
    diagonal = {"color": look.rule, "width": 1.2 * look.scale}
    data.append({"type": "scatter", "mode": "lines", "x": [0, 1], "y": [1, 0], "line": diagonal, "hoverinfo": "skip"})
    relu = any(high is None for _, high in shares.values())
    for letter, (low, high) in shares.items():
        hover = look.labels["hover_saturation"].format(
            gate=look.labels[f"gate_{letter}"], low="%{x:.0%}", high="%{y:.0%}"
        )
        data.append(dots(low, np.zeros_like(low) if high is None else high, letter, hover, look))
    axis = value_axis(look, range=[-0.04, 1.04], tickvals=[0, 0.5, 1], ticktext=["0", "50%", "100%"])
    return square(
        data,
        legend(list(shares), look),
        axis | {"title": title(look.labels["low_relu" if relu else "low"], look)},
        axis | {"title": title(look.labels["high_relu" if relu else "high"], look)},
        look,
    )


def dots(x: np.ndarray, y: np.ndarray, letter: str, hover: str, look: Look) -> dict[str, Any]:
    """A mark for each unit, with the unit's number for the hover text."""
    role = ROLES[letter]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": look.labels[f"gate_{letter}"],
        "x": np.ascontiguousarray(x, dtype=float),
        "y": np.ascontiguousarray(y, dtype=float),
        "marker": {"symbol": MARKS[role][0], "size": 5.5 * look.scale, "color": look.line(role), "opacity": 0.7},
        "cliponaxis": False,
        "hovertemplate": hover + "<extra></extra>",
    }


def legend(letters: Sequence[str], look: Look) -> list[str]:
    """Two lines that name the marks."""
    roles = ((letter, ROLES[letter]) for letter in letters)
    names = [key(f"{MARKS[role][1]} {look.labels[f'gate_{letter}']}", role, look) for letter, role in roles]
    return [" &nbsp; ".join(names[:2]), " &nbsp; ".join(names[2:]) or "&nbsp;"]


def square(
    data: list[dict[str, Any]],
    lines: Sequence[str],
    x_axis: dict[str, Any],
    y_axis: dict[str, Any],
    look: Look,
    **layout: Any,
) -> Spec:
    """A scatter under a caption, as high in every network."""
    left = LEFT + 14
    head, top = caption(lines, left, look)
    margin = {"l": look.px(left), "r": look.px(RIGHT), "t": top, "b": look.px(36), "pad": 0}
    axes = {"xaxis": x_axis, "yaxis": y_axis, "annotations": [head]}
    return spec(data, look, **axes, margin=margin, height=look.px(SQUARE) + top + margin["b"], **layout)
