"""Gradients over the steps they travel back: their norms, and each step's share of the weights' gradients.

All axes and colour scales are absolute and the same for every network, length and setting: rescaling would hide
exactly what vanishing and exploding are. What leaves the axis stands hollow at its end, what leaves the numbers of
a computer (∞, NaN) as a cross at the top, and a line in words says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnnviz.figures import theme as themes
from rnnviz.figures.base import SMALL, Labels, Spec, as_figure, categories, english, note, spec, token_axis, value_axis
from rnnviz.numbers import power, three_digits
from rnnviz.recurrence.cells import ROLES

if TYPE_CHECKING:
    from rnnviz.recurrence.bptt import Gradients
    from rnnviz.recurrence.spectra import Reference
    from rnnviz.recurrence.trace import Trace
from rnnviz.numbers import duration

SECTION = "gradients_figures"
"""Of the locale file."""
LOW, HIGH = -12, 6
"""The ends of every axis of norms, in powers of ten."""
PLOT = 190
"""Height of a plot over the steps in px at scale 1."""
LEFT, RIGHT = 42, 10
"""Margins in px at scale 1: for the ticks, and where nothing stands."""
MARKS = 13
"""So many marks on a line tell it from another; each takes the browser time."""
HERE = 26
"""So many hollow marks or crosses are told apart."""
PART = 0.9
"""The part of all shares whose steps are counted."""


class Across(NamedTuple):
    """The axis of the steps: words where words were read, else numbers from 1."""

    x: list[str] | np.ndarray
    axis: dict[str, Any]
    below: int
    """Height of what stands under the axis, in px."""
    place: str
    """What a hover text calls a step, with a {token} to fill."""


def across(trace: Trace, labels: Labels, theme: str, scale: float) -> Across:
    steps = len(trace)
    if not numbered(trace.tokens):
        names = categories(trace.tokens)
        axis, below = token_axis(trace.tokens, names, theme, scale)
        return Across(names, axis, below, labels["at_token"])
    font = {"size": SMALL * scale, "color": themes.text(theme, "faint")}
    axis = value_axis(theme, scale, range=[0.5, steps + 0.5], tickvals=round_steps(steps), showgrid=False)
    axis["title"] = {"text": labels["step"], "standoff": 2, "font": font}
    return Across(np.arange(1.0, steps + 1), axis, round(36 * scale), labels["at_step"])


def numbered(tokens: Sequence[str]) -> bool:
    """Whether what was read were numbers and not words (`Trace.tokens`)."""
    return list(tokens) == [str(t) for t in range(len(tokens))]


def round_steps(steps: int) -> list[int]:
    """1, and about five round numbers up to `steps`."""
    every = next(e for k in range(9) for e in (10**k, 2 * 10**k, 5 * 10**k) if steps <= 5 * e)
    return sorted({1, *range(every, steps + 1, every)})


def norm_axis(theme: str, scale: float) -> dict[str, Any]:
    """The one log axis of gradients, `LOW` to `HIGH`, with ≤ and ≥ at its ends."""
    powers = range(LOW, HIGH + 1, 3)
    texts = [power(p) for p in powers]
    texts[0], texts[-1] = f"≤{texts[0]}", f"≥{texts[-1]}"
    axis = value_axis(theme, scale, type="log", range=[LOW - 0.5, HIGH + 0.5])
    return axis | {"tickvals": [10.0**p for p in powers], "ticktext": texts}


def key(text: str, role: str, theme: str) -> str:
    """A part of a caption in the colour of what it names."""
    return f'<span style="color:{themes.text(theme, role)}">{text}</span>'


def caption(lines: Sequence[str], left: float, theme: str, scale: float) -> tuple[dict[str, Any], int]:
    """Lines above a figure, from the left edge of the paper, and the height they need in px."""
    where = {"x": 0, "xanchor": "left", "xshift": -left + 2, "y": 1, "yanchor": "bottom", "yshift": 7 * scale}
    text = note("<br>".join(lines), SMALL * scale, themes.text(theme, "faint"), align="left", **where)
    return text, round((len(lines) * 1.3 * SMALL + 12) * scale)


def curve(norms: np.ndarray, mark: str, role: str, dash: str, theme: str, scale: float) -> dict[str, Any]:
    """Norms as a line; hollow at the end of the axis where they are off it, a cross at the top for ∞ and NaN."""
    shown = np.clip(np.nan_to_num(norms, nan=np.inf), 10.0**LOW, 10.0**HIGH)
    beyond = ~np.isfinite(norms)
    off = (shown != norms) | beyond
    colour = themes.line(theme, role)
    marker = {"color": colour, "line": {"width": 0}, "opacity": 1}
    if off.any():
        marked = (np.arange(len(norms)) % -(-len(norms) // HERE) == 0) & (off | (len(norms) <= HERE))
        symbols = np.where(beyond, "x", np.where(off, f"{mark}-open", mark))
        marker |= {"size": (np.where(marked, 6.0, 0.0) * scale).tolist(), "symbol": symbols.tolist()}
    else:
        marker |= {"size": 6.0 * scale, "symbol": mark, "maxdisplayed": MARKS}
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "y": shown,
        "customdata": norms,
        "line": {"color": colour, "width": 1.8 * scale, "dash": dash},
        "marker": marker,
        "cliponaxis": False,
    }


def norms_spec(
    trace: Trace,
    gradients: Gradients,
    references: Mapping[str, Reference] | None = None,
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
) -> Spec:
    """‖∂L/∂h_t‖ (and ‖∂L/∂c_t‖) at every step, and what `spectra.references` holds them against."""
    labels = labels or english(SECTION)
    steps = across(trace, labels, theme, scale)
    data: list[dict[str, Any]] = []
    lines = []
    for name, reference in (references or {}).items():
        role = ROLES.get(name, "faint")  # a gate's letter, or "bound"
        known = np.where(np.isfinite(reference.norms) & (reference.norms > 0), reference.norms, np.nan)
        line = {"color": themes.line(theme, role), "width": 1.6 * scale, "dash": "dash"}
        data.append({"type": "scatter", "mode": "lines", "y": known, "line": line, "hoverinfo": "skip"})
        text = labels[f"reference_{name}"].format(rate=three_digits(reference.rate), half=duration(reference.half_life))
        lines.append(key(f"- - {text}", role, theme))
    keys, ratios = [], []
    for state, norms, mark, letter, role, dash in (
        ("h", gradients.norms, "circle", "●", "gradient", "solid"),
        ("c", gradients.norms_c, "diamond", "◆", "cell", "dot"),
    ):
        if norms is None:
            continue
        hover = labels["hover_norm"].format(
            place=steps.place.format(token="%{x}"), state=state, value="%{customdata:.2~e}"
        )
        data.append(curve(norms, mark, role, dash, theme, scale) | {"hovertemplate": hover + "<extra></extra>"})
        keys.append(key(f"{letter} ‖∂L/∂{state}‖", role, theme))
        ratios.append(key(f"{state} {ratio(norms)}", role, theme))
    beyond = np.flatnonzero(~np.isfinite(gradients.norms))
    if len(beyond):
        last = labels["overflow"].format(step=int(beyond[-1]) + 1)
    else:
        last = labels["first_last"].format(ratio=" · ".join(ratios))
    return over_steps(data, [" &nbsp; ".join(keys), *lines, last], steps, theme, scale)


norms = as_figure(norms_spec)


def ratio(norms: np.ndarray) -> str:
    """What of a gradient at the last step has arrived at the first."""
    with np.errstate(all="ignore"):
        return three_digits(float(norms[0] / norms[-1]))


def over_steps(data: list[dict[str, Any]], lines: Sequence[str], steps: Across, theme: str, scale: float) -> Spec:
    """Curves over the steps under a caption, on the one axis of norms."""
    said, top = caption(lines, LEFT * scale, theme, scale)
    margin = {"l": round(LEFT * scale), "r": round(RIGHT * scale), "t": top, "b": steps.below, "pad": 0}
    return spec(
        [{"x": steps.x} | one for one in data],
        theme,
        scale,
        xaxis=steps.axis,
        yaxis=norm_axis(theme, scale),
        annotations=[said],
        margin=margin,
        height=round(PLOT * scale) + top + steps.below,
    )


def shares_spec(
    trace: Trace, gradients: Gradients, labels: Labels | None = None, theme: str = "light", scale: float = 1.0
) -> Spec:
    """How much each step adds to the gradient of each weight matrix and bias: the norm of its share."""
    labels = labels or english(SECTION)
    steps = across(trace, labels, theme, scale)
    data, keys = [], []
    drawn = (
        ("weight_ih", "W<sub>ih</sub>", "circle", "●", "input", "solid"),
        ("weight_hh", "W<sub>hh</sub>", "diamond", "◆", "hidden", "dash"),
        ("bias_hh", "b<sub>hh</sub>", "square", "■", "faint", "dot"),
    )
    for name, symbol, mark, letter, role, dash in drawn:
        hover = labels["hover_share"].format(
            place=steps.place.format(token="%{x}"), weight=symbol, value="%{customdata:.2~e}"
        )
        one = curve(gradients.weights[name], mark, role, dash, theme, scale)
        if name == "weight_hh":
            one["y"][0] = np.nan  # the first step has no state before it to multiply W_hh with
        data.append(one | {"hovertemplate": hover + "<extra></extra>"})
        keys.append(key(f"{letter} {symbol}", role, theme))
    latest = recent(gradients.weights["weight_hh"])
    said = labels["recent"].format(steps=latest, all=len(trace)) if latest else labels["nothing"]
    if latest is None:
        said = labels["overflow_share"]
    return over_steps(data, [" &nbsp; ".join(keys), said], steps, theme, scale)


shares = as_figure(shares_spec)


def recent(shares: np.ndarray) -> int | None:
    """How many of the last steps hold nine tenths of the sum of all shares; None where that is no number."""
    back = np.cumsum(shares[::-1])
    return int(np.searchsorted(back, PART * back[-1])) + int(back[-1] > 0) if np.isfinite(back[-1]) else None
