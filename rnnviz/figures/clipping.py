"""What clipping did to each parameter's gradient, and the threshold that a run's norms propose."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf, isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.figures.axes import power_axis, value_axis
from rnnviz.figures.base import SMALL, TEXT, Look, Spec, escaped, figure, key, note, spec, width_in_em

if TYPE_CHECKING:
    from rnnviz.recurrence.clipping import Change, Changes, Proposal
from rnnviz.numbers import three_digits

LOW, HIGH = -6, 6
"""The ends of the axis of norms, in powers of ten. Never rescaled: how large a gradient is must be seen."""
ROW, NUMBERS = 30, 58
"""Height of a parameter's row and width of a column of numbers, in px at scale 1."""
RUN = 230
"""Height of the norms over a run, in px at scale 1."""


def norm_axis(look: Look, every: int) -> dict[str, Any]:
    """The one log axis of norms."""
    return power_axis(range(LOW, HIGH + 1, every), (LOW - 0.4, HIGH + 0.4), look)


def on_axis(norms: Sequence[float] | np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Where norms stand on the axis, and their marks: a triangle at its end for those beyond it, NaN at the upper."""
    norms = np.asarray(norms, dtype=float)
    shown = np.clip(np.nan_to_num(norms, nan=np.inf), 10.0**LOW, 10.0**HIGH)
    beyond = np.where(shown > 1, "triangle-up", "triangle-down")
    return shown, np.where(shown == norms, "circle", beyond).tolist()


@figure("clipping_figures")
def before_after(changes: Changes, threshold: float | None = None, *, value: float | None = None, look: Look) -> Spec:
    """One row per parameter, and one for all: the norm before and after clipping, the angle, what was changed.

    `threshold`: the norm clipped to, drawn as a line; `value`: what each entry was cut to, which is no norm and so
    has no place on the axis. A norm off the axis stands at its end as a triangle that points on.
    """
    rows = [(f"<b>{look.labels['total']}</b>", changes.total)]
    rows += [(escaped(_called(name, look)), change) for name, change in reversed(changes.each.items())]
    names = [name for name, _ in rows]
    widest = max(width_in_em(name) for name in [look.labels["total"], *(_called(one, look) for one in changes.each)])
    margin = {"l": look.px(widest * TEXT + 14), "r": look.px(2 * NUMBERS + 8), "pad": 0}
    margin |= {"t": look.px(40), "b": look.px(58 if _blown_up(changes) else 42)}
    height = look.px(ROW * len(rows))

    data = [_moved([change.norm_before, change.norm_after], k, look) for k, (_, change) in enumerate(rows)]
    for when in ("before", "after"):
        norms = [change.norm_before if when == "before" else change.norm_after for _, change in rows]
        data.append(_dots(when, norms, [_told(*row, look) for row in rows], look))
    notes = [_entry(text, k, column, look) for k, row in enumerate(rows) for column, text in _columns(row[1])]
    for column, head in enumerate(("angle", "changed")):
        place = {"x": 1, "xanchor": "right", "xshift": (NUMBERS * (column + 1) + 4) * look.scale, "align": "right"}
        place |= {"y": 1, "yanchor": "bottom", "yshift": 4}
        notes.append(note(look.labels[head], SMALL, "faint", look, **place))
    keys = [key(f"○ {look.labels['before']}", "gradient", look), key(f"● {look.labels['after']}", "gradient", look)]
    shapes = [_rule(0.5, look)]
    if threshold is not None:
        shapes.append(_limit("x", threshold, look))
        keys.append(key("┇ " + look.labels["threshold"].format(value=three_digits(threshold)), "ink", look))
    if value is not None:
        keys.append(key(look.labels["cut_at"].format(value=three_digits(value)), "ink", look))
    where = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "yshift": 4, "align": "left"}
    where["xshift"] = -margin["l"] + 4 * look.scale
    notes.append(note("   ".join(keys), SMALL, "ink", look, **where))
    under = {"x": 0, "xanchor": "left", "y": 0, "yanchor": "top"}
    notes.append(note(look.labels["norm"], SMALL, "faint", look, yshift=-20 * look.scale, **under))
    if _blown_up(changes):
        notes.append(note(look.labels["blown_up"], SMALL, "ink", look, yshift=-36 * look.scale, **under))
    rows_axis = {"range": [-0.5, len(rows) - 0.5], "tickvals": list(range(len(rows))), "ticktext": names}
    rows_axis |= {"showgrid": False, "tickfont": look.font(TEXT, "ink")}
    return spec(
        data,
        look,
        margin=margin,
        height=height + margin["t"] + margin["b"],
        xaxis=norm_axis(look, 3),
        yaxis=value_axis(look, **rows_axis),
        annotations=notes,
        shapes=shapes,
    )


@figure("clipping_figures")
def running(
    norms: Sequence[float] | np.ndarray,
    proposal: Proposal,
    threshold: float | None = None,
    *,
    band: bool = True,
    look: Look,
) -> Spec:
    """The norm of each input's gradient, their running average, the band of thresholds proposed by it, and between
    dotted lines the narrower one.

    `norms` `(N,)`, before clipping; `proposal` is `clipping.proposed(norms)`; `threshold`: the chosen one; `band`:
    whether these norms can propose any.
    """
    steps = np.arange(1.0, len(norms) + 1)
    shown, symbols = on_axis(norms)
    low, high, average = (on_axis(curve)[0] for curve in (proposal.low, proposal.high, proposal.average))
    known = np.isfinite(np.asarray(proposal.average))
    curve = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "x": steps[known]}
    hover = look.labels["hover_run"].format(input="%{x}", norm="%{text}") + "<extra></extra>"
    small = 3 if len(steps) > 200 else 4.5
    mark = {"color": look.line("gradient"), "opacity": 1, "line": {"width": 0}, "symbol": symbols}
    mark["size"] = [(small if symbol == "circle" else 9) * look.scale for symbol in symbols]
    fill = {"fill": "tonexty", "fillcolor": _faded(look.line("faint"))}
    edges = [curve | {"y": low[known], "line": {"width": 0}}, curve | {"y": high[known], "line": {"width": 0}} | fill]
    dots = {"color": look.line("faint"), "width": 1.2 * look.scale, "dash": "dot"}
    narrow = [curve | {"y": on_axis(edge)[0][known], "line": dots} for edge in proposal.narrower]
    data = [
        *(edges + narrow) * band,
        {"type": "scatter", "mode": "markers", "x": steps, "y": shown, "marker": mark, "cliponaxis": False}
        | {"name": look.labels["norms"], "text": [three_digits(float(n)) for n in norms], "hovertemplate": hover},
        curve | {"y": average[known], "line": {"color": look.text("ink"), "width": 2 * look.scale}},
    ]
    margin = {"l": look.px(44), "r": look.px(12), "t": look.px(42), "b": look.px(40), "pad": 0}
    keys = [
        key(f"● {look.labels['norms']}", "gradient", look),
        key(f"━ {look.labels['average']}", "ink", look),
        *[key(f"{mark} {look.labels[name]}", "faint", look) for mark, name in (("▒", "band"), ("┈", "narrow"))] * band,
    ]
    shapes = []
    if threshold is not None:
        shapes.append(_limit("y", threshold, look))
        keys.append(key("╍ " + look.labels["threshold"].format(value=three_digits(threshold)), "ink", look))
    text = "   ".join(keys[:2]) + "<br>" + "   ".join(keys[2:])
    where = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "yshift": 4, "align": "left"}
    notes = [note(text, SMALL, "ink", look, **where)]
    under = {"x": 1, "xanchor": "right", "y": 0, "yanchor": "top", "yshift": -20 * look.scale}
    notes.append(note(look.labels["input"], SMALL, "faint", look, **under))
    height = look.px(RUN)
    last = max(len(steps), 2)
    ticks = value_axis(look, tickmode="auto", nticks=6, showgrid=False, range=[1 - 0.02 * last, 1.02 * last])
    return spec(
        data,
        look,
        margin=margin,
        height=height + margin["t"] + margin["b"],
        xaxis=ticks,
        yaxis=norm_axis(look, 2),
        annotations=notes,
        shapes=shapes,
    )


def _called(name: str, look: Look) -> str:
    """A parameter in words, if it is one of a cell's; else by its name."""
    return look.labels.get(f"of_{name}", name)


def _moved(norms: list[float], row: int, look: Look) -> dict[str, Any]:
    """The line from before to after."""
    style = {"color": look.line("gradient"), "width": 1.6 * look.scale}
    one = {"type": "scatter", "mode": "lines", "x": on_axis(norms)[0], "y": [row, row], "line": style}
    return one | {"hoverinfo": "skip", "cliponaxis": False}


def _dots(when: str, norms: list[float], told: list[str], look: Look) -> dict[str, Any]:
    shown, symbols = on_axis(norms)
    hollow = "-open" if when == "before" else ""
    sideways = {"circle": "circle", "triangle-up": "triangle-right", "triangle-down": "triangle-left"}
    marker = {"symbol": [sideways[symbol] + hollow for symbol in symbols], "size": (12 if hollow else 7) * look.scale}
    marker["opacity"] = 1
    marker |= {"color": look.line("gradient"), "line": {"width": (1.8 if hollow else 0) * look.scale}}
    one = {"type": "scatter", "mode": "markers", "x": shown, "y": list(range(len(norms))), "marker": marker}
    one |= {"orientation": "h", "name": look.labels[when], "customdata": np.asarray(norms, dtype=float)}
    return one | {"text": told, "hovertemplate": "%{text}<extra></extra>", "cliponaxis": False}


def _told(name: str, change: Change, look: Look) -> str:
    values = {"before": three_digits(change.norm_before), "after": three_digits(change.norm_after)}
    return look.labels["hover_change"].format(name=name, **values)


def _columns(change: Change) -> list[tuple[int, str]]:
    """The angle and the share, as short as a column is narrow."""
    turned = "–" if isnan(change.angle) else "0°" if change.angle < 0.001 else f"{change.angle:.1f}°"
    if turned == "0.0°":
        turned = "<0.1°"
    return [(0, turned.replace("<", "&lt;")), (1, f"{100 * change.cut:.0f}%")]


def _entry(text: str, row: int, column: int, look: Look) -> dict[str, Any]:
    where = {"x": 1, "xanchor": "right", "xshift": (NUMBERS * (column + 1) + 4) * look.scale}
    return note(text, TEXT, "ink", look, yref="y", y=row, yanchor="middle", **where)


def _limit(axis: str, threshold: float, look: Look) -> dict[str, Any]:
    """The threshold across the figure, at the axis' end if it is off it."""
    at = min(max(threshold, 10.0**LOW), 10.0**HIGH)
    other = "y" if axis == "x" else "x"
    ends = {f"{axis}0": at, f"{axis}1": at, f"{other}0": 0, f"{other}1": 1, f"{axis}ref": axis, f"{other}ref": "paper"}
    return {"type": "line", "line": {"color": look.text("ink"), "width": 1.4 * look.scale, "dash": "dash"}, **ends}


def _rule(y: float, look: Look) -> dict[str, Any]:
    ends = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y}
    return {"type": "line", "layer": "below", "line": {"color": look.line("faint"), "width": 1}, **ends}


def _blown_up(changes: Changes) -> bool:
    return isnan(changes.total.norm_before) or isinf(changes.total.norm_before)


def _faded(colour: str, opacity: str = "38") -> str:
    """A colour of the theme, seen through."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{int(opacity, 16) / 255:.2f})"
