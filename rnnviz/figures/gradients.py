"""Gradients over the steps they travel back: their norms, and each step's share of the weights' gradients.

All axes and colour scales are absolute and the same for every network, length and setting: rescaling would hide
exactly what vanishing and exploding are. What leaves the axis stands hollow at its end, what leaves the numbers of
a computer (∞, NaN) as a cross at the top, and a line in words says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnnviz.figures.axes import categories, power_axis, title, token_axis, value_axis
from rnnviz.figures.base import Look, Spec, caption, figure, key, spec
from rnnviz.numbers import three_digits
from rnnviz.recurrence.cells import ROLES

if TYPE_CHECKING:
    from rnnviz.recurrence.bptt import Gradients
    from rnnviz.recurrence.spectra import Reference
    from rnnviz.recurrence.trace import Trace

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


def across(trace: Trace, look: Look) -> Across:
    steps = len(trace)
    if not numbered(trace.tokens):
        names = categories(trace.tokens)
        axis, below = token_axis(trace.tokens, names, look)
        return Across(names, axis, below, look.labels["at_token"])
    axis = value_axis(look, range=[0.5, steps + 0.5], tickvals=round_steps(steps), showgrid=False)
    axis["title"] = title(look.labels["step"], look)
    return Across(np.arange(1.0, steps + 1), axis, look.px(36), look.labels["at_step"])


def numbered(tokens: Sequence[str]) -> bool:
    """Whether what was read were numbers and not words (`Trace.tokens`)."""
    return list(tokens) == [str(t) for t in range(len(tokens))]


def round_steps(steps: int) -> list[int]:
    """1, and about five round numbers up to `steps`."""
    every = next(e for k in range(9) for e in (10**k, 2 * 10**k, 5 * 10**k) if steps <= 5 * e)
    return sorted({1, *range(every, steps + 1, every)})


def norm_axis(look: Look) -> dict[str, Any]:
    """The one log axis of gradients, `LOW` to `HIGH`, with ≤ and ≥ at its ends."""
    return power_axis(range(LOW, HIGH + 1, 3), (LOW - 0.5, HIGH + 0.5), look, open_ended=True)


def curve(norms: np.ndarray, mark: str, role: str, dash: str, look: Look) -> dict[str, Any]:
    """Norms as a line; hollow at the end of the axis where they are off it, a cross at the top for ∞ and NaN."""
    shown = np.clip(np.nan_to_num(norms, nan=np.inf), 10.0**LOW, 10.0**HIGH)
    beyond = ~np.isfinite(norms)
    off = (shown != norms) | beyond
    colour = look.line(role)
    marker = {"color": colour, "line": {"width": 0}, "opacity": 1}
    if off.any():
        marked = (np.arange(len(norms)) % -(-len(norms) // HERE) == 0) & (off | (len(norms) <= HERE))
        symbols = np.where(beyond, "x", np.where(off, f"{mark}-open", mark))
        marker |= {"size": (np.where(marked, 6.0, 0.0) * look.scale).tolist(), "symbol": symbols.tolist()}
    else:
        marker |= {"size": 6.0 * look.scale, "symbol": mark, "maxdisplayed": MARKS}
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "y": shown,
        "customdata": norms,
        "line": {"color": colour, "width": 1.8 * look.scale, "dash": dash},
        "marker": marker,
        "cliponaxis": False,
    }


@figure("gradients_figures")
def norms(trace: Trace, gradients: Gradients, references: Mapping[str, Reference] | None = None, *, look: Look) -> Spec:
    """‖∂L/∂h_t‖ (and ‖∂L/∂c_t‖) at every step, and what `spectra.references` holds them against."""
    steps = across(trace, look)
    data: list[dict[str, Any]] = []
    lines = []
    for name, reference in (references or {}).items():
        role = ROLES.get(name, "faint")  # a gate's letter, or "bound"
        known = np.where(np.isfinite(reference.norms) & (reference.norms > 0), reference.norms, np.nan)
        line = {"color": look.line(role), "width": 1.6 * look.scale, "dash": "dash"}
        data.append({"type": "scatter", "mode": "lines", "y": known, "line": line, "hoverinfo": "skip"})
        rate = three_digits(reference.rate) if reference.rate is not None else ""
        text = look.labels[f"reference_{name}"].format(rate=rate, ratio=ratio(reference.norms))
        lines.append(key(f"- - {text}", role, look))
    keys, ratios = [], []
    for state, norms, mark, letter, role, dash in (
        ("h", gradients.norms, "circle", "●", "gradient", "solid"),
        ("c", gradients.norms_c, "diamond", "◆", "cell", "dot"),
    ):
        if norms is None:
            continue
        hover = look.labels["hover_norm"].format(
            place=steps.place.format(token="%{x}"), state=state, value="%{customdata:.2~e}"
        )
        one = {"name": look.labels[f"norm_{state}"], "hovertemplate": hover + "<extra></extra>"}
        data.append(curve(norms, mark, role, dash, look) | one)
        keys.append(key(f"{letter} {look.labels[f'norm_{state}']}", role, look))
        ratios.append(key(f"{state} {ratio(norms)}", role, look))
    beyond = np.flatnonzero(~np.isfinite(gradients.norms))
    if len(beyond):
        last = look.labels["overflow"].format(step=int(beyond[-1]) + 1)
    else:
        last = look.labels["first_last"].format(ratio=" · ".join(ratios))
    return over_steps(data, [" &nbsp; ".join(keys), *lines, last], steps, look)


def ratio(norms: np.ndarray) -> str:
    """What of a gradient at the last step has arrived at the first."""
    with np.errstate(all="ignore"):
        return three_digits(float(norms[0] / norms[-1]))


def over_steps(data: list[dict[str, Any]], lines: Sequence[str], steps: Across, look: Look) -> Spec:
    """Curves over the steps under a caption, on the one axis of norms."""
    said, top = caption(lines, LEFT, look)
    margin = {"l": look.px(LEFT), "r": look.px(RIGHT), "t": top, "b": steps.below, "pad": 0}
    return spec(
        [{"x": steps.x} | one for one in data],
        look,
        xaxis=steps.axis,
        yaxis=norm_axis(look),
        annotations=[said],
        margin=margin,
        height=look.px(PLOT) + top + steps.below,
    )


@figure("gradients_figures")
def shares(trace: Trace, gradients: Gradients, *, look: Look) -> Spec:
    """How much each step adds to the gradient of each weight matrix and bias: the norm of its share."""
    steps = across(trace, look)
    data, keys = [], []
    drawn = (
        ("weight_ih", "circle", "●", "input", "solid"),
        ("weight_hh", "diamond", "◆", "hidden", "dash"),
        ("bias_hh", "square", "■", "faint", "dot"),
    )
    for name, mark, letter, role, dash in drawn:
        called = look.labels[f"share_{name}"]
        hover = look.labels["hover_share"].format(
            place=steps.place.format(token="%{x}"), weight=called, value="%{customdata:.2~e}"
        )
        one = curve(gradients.weights[name], mark, role, dash, look)
        if name == "weight_hh":
            one["y"][0] = np.nan  # the first step has no state before it to multiply W_hh with
        data.append(one | {"name": called, "hovertemplate": hover + "<extra></extra>"})
        keys.append(key(f"{letter} {called}", role, look))
    latest = recent(gradients.weights["weight_hh"])
    said = look.labels["recent"].format(steps=latest, all=len(trace)) if latest else look.labels["nothing"]
    if latest is None:
        said = look.labels["overflow_share"]
    return over_steps(data, [" &nbsp; ".join(keys), said], steps, look)


def recent(shares: np.ndarray) -> int | None:
    """How many of the last steps hold nine tenths of the sum of all shares; None where that is no number."""
    back = np.cumsum(shares[::-1])
    return int(np.searchsorted(back, PART * back[-1])) + int(back[-1] > 0) if np.isfinite(back[-1]) else None
