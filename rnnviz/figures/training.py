"""A training run as it goes on, twins on the same axes: loss, gradient norm, accuracy, and how memory grows.

Twins differ in colour, dash and mark, the same as everywhere. Thin: every step, of many the extremes, so that no jump
is lost; thick: the mean of the last `WINDOW`. What leaves an axis stands hollow at its end; ∞ and NaN as a cross at
the upper edge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.figures import theme as themes
from rnnviz.figures.base import (
    SMALL,
    Labels,
    Spec,
    as_figure,
    categories,
    english,
    escaped,
    note,
    spec,
    token_axis,
    value_axis,
)
from rnnviz.figures.clipping import number, power
from rnnviz.figures.gradients import caption, key, norm_axis, round_steps
from rnnviz.figures.paths import STYLES
from rnnviz.figures.training_lines import Ends, Twin, faded, logged, mean_of_last, other_line, smoothed, twin_lines

if TYPE_CHECKING:
    from rnnviz.training import Probe

SECTION = "training_figures"
"""Of the locale file."""
PLOT = 190
"""Height of a plot in px at scale 1."""
LEFT, RIGHT, BELOW = 44, 12, 36
"""Margins in px at scale 1."""
LOW, HIGH = -6, 6
"""The ends of the axis of the gradient's norm, in powers of ten. Never rescaled."""
MOMENTS = 5
"""Moments of the training at which the probe is shown, at most."""


def loss_curves_spec(
    twins: Sequence[Twin],
    steps: int,
    chance: float | None = None,
    others: Sequence[Twin] = (),
    at: int | None = None,
    logarithmic: bool = False,
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
) -> Spec:
    """The loss of every step, and where there is one, of the held-out examples.

    `steps`: where training ends, and with it the axis; `chance`: the loss of guessing; `others`: earlier runs to
    compare with; `at`: the step gone back to, what comes after it is veiled.
    """
    labels = labels or english(SECTION)
    losses = [loss for twin in [*twins, *others] if len(loss := logged(twin, "loss"))]
    if logarithmic:
        lowest = min((float(np.nanmin(loss, initial=1.0)) for loss in losses), default=1.0)
        low = min(-3, int(np.floor(np.log10(max(lowest, 1e-9)))))
        ends = Ends(10.0**low, 10**0.7, _powers(range(low, 1), [low, 0.7], theme, scale))
    else:
        first = [float(loss[0]) for loss in losses]
        usual = max([1e-3, *([chance] if chance else []), *(value for value in first if np.isfinite(value))])
        means = [smoothed(loss)[1] for loss in losses]
        jumped = any(float(np.nanmax(mean, initial=0.0)) > 1.4 * usual for mean in means)
        high = (4 if jumped else 1.4) * usual  # one jump of the axis, and no more
        ends = Ends(0.0, high, value_axis(theme, scale, range=[0, high], tickmode="auto", nticks=5))
    return _curves("loss", twins, steps, ends, number, chance, others, at, labels, theme, scale)


def norm_curves_spec(
    twins: Sequence[Twin],
    steps: int,
    others: Sequence[Twin] = (),
    at: int | None = None,
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
) -> Spec:
    """The norm of every step's gradient before clipping, the thresholds, and how often they were exceeded."""
    labels = labels or english(SECTION)
    axis = _powers(range(LOW, HIGH + 1, 3), [LOW - 0.4, HIGH + 0.4], theme, scale)
    ends = Ends(10.0**LOW, 10.0**HIGH, axis)
    drawn = _curves("norm", twins, steps, ends, None, None, others, at, labels, theme, scale)
    for threshold in {twin.clip for twin in twins if twin.clip is not None}:
        y = float(np.clip(threshold, ends.low, ends.high))
        across = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y}
        line = {"color": themes.line(theme, "gradient"), "width": 1.4 * scale, "dash": "dash"}
        drawn["layout"]["shapes"].insert(0, {"type": "line", "line": line, **across})
        said = labels["threshold"].format(value=number(threshold))
        where = {"x": 1, "xanchor": "right", "yref": "y", "y": float(np.log10(y)), "yanchor": "top"}
        drawn["layout"]["annotations"].append(note(said, SMALL * scale, themes.text(theme, "gradient"), **where))
    return drawn


def accuracy_curves_spec(
    twins: Sequence[Twin],
    steps: int,
    chance: float | None = None,
    others: Sequence[Twin] = (),
    at: int | None = None,
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
) -> Spec:
    """The share of right answers in every step's batch, and where there is one, of the held-out examples."""
    labels = labels or english(SECTION)
    axis = value_axis(theme, scale, range=[-0.02, 1.04], tickvals=[0, 0.25, 0.5, 0.75, 1])
    ends = Ends(0.0, 1.0, axis | {"ticktext": ["0%", "", "50%", "", "100%"]})
    return _curves("accuracy", twins, steps, ends, _percent, chance, others, at, labels, theme, scale)


def state_curves_spec(
    twins: Sequence[Twin],
    steps: int,
    at: int | None = None,
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
) -> Spec:
    """The norm of the cell state that a never-ending stream has left, step by step."""
    labels = labels or english(SECTION)
    ends = Ends(0.1, 1e4, _powers(range(-1, 5), [-1.2, 4.2], theme, scale))
    return _curves("state_norm", twins, steps, ends, number, None, (), at, labels, theme, scale)


def memory_spec(
    probes: Sequence[Probe],
    tokens: Sequence[str] = (),
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
) -> Spec:
    """How much of the right answer's gradient arrives in every earlier state of one fixed example, at a few moments
    of the training: pale before it, strong now. In c where there is one, else in h."""
    labels = labels or english(SECTION)
    chosen = [probes[k] for k in np.unique(np.linspace(0, len(probes) - 1, min(len(probes), MOMENTS)).astype(int))]
    state = "h" if not chosen or chosen[-1].norms_c is None else "c"
    data, arrived = [], []
    names = categories(tuple(tokens))
    for k, probe in enumerate(chosen):
        norms = probe.norms_h if probe.norms_c is None else probe.norms_c
        strength = (k + 1) / len(chosen)
        colour = faded(themes.line(theme, "gradient"), 0.15 + 0.85 * strength**1.5)
        low, high = 1e-12, 1e6
        shown = np.clip(np.nan_to_num(norms, nan=np.inf), low, high).astype(np.float32)
        hover = labels["hover_memory"].format(step=f"{probe.step:,}", place="%{x}", value="%{y:.1~e}")
        one = {
            "type": "scatter",
            "mode": "lines",
            "y": shown,
            "hovertemplate": hover + "<extra></extra>",
        }
        one |= {"x": names} if tokens else {"x0": 1, "dx": 1}
        width = (1.2 + 1.6 * strength) * scale
        line = {"color": colour, "width": width, "dash": "dot" if probe.step == 0 and len(chosen) > 1 else "solid"}
        data.append(one | {"line": line, "cliponaxis": False})
        with np.errstate(all="ignore"):
            arrived.append(float(norms[0] / norms[-1]))
    count = len(chosen[0].norms_h) if chosen else 2
    lines = [labels["memory_of"].format(state=state)]
    if len(chosen) > 1:
        last = labels["memory_moment"].format(step=f"{chosen[-1].step:,}", ratio=number(arrived[-1]))
        lines.append(labels["memory_start"].format(ratio=number(arrived[0])))
        lines.append(key(last, "gradient", theme))
    elif chosen:
        lines.append(labels["memory_start"].format(ratio=number(arrived[0])))
    lines += ["&nbsp;"] * (3 - len(lines))  # nothing moves when the first probes come
    said, top = caption(lines, LEFT * scale, theme, scale)
    if tokens:
        x_axis, below = token_axis(tokens, names, theme, scale)
    else:
        ticks = round_steps(count) if chosen else []
        x_axis = value_axis(theme, scale, range=[0.5, count + 0.5], tickvals=ticks, showgrid=False)
        x_axis["title"], below = _title(labels["time"], theme, scale), round(BELOW * scale)
    margin = {"l": round(LEFT * scale), "r": round(RIGHT * scale), "t": top, "b": below, "pad": 0}
    height = round(PLOT * scale) + top + margin["b"]
    return spec(
        data,
        theme,
        scale,
        xaxis=x_axis,
        yaxis=norm_axis(theme, scale),
        annotations=[said],
        margin=margin,
        height=height,
    )


loss_curves = as_figure(loss_curves_spec)
norm_curves = as_figure(norm_curves_spec)
accuracy_curves = as_figure(accuracy_curves_spec)
state_curves = as_figure(state_curves_spec)
memory = as_figure(memory_spec)


def _curves(
    what: str,
    twins: Sequence[Twin],
    steps: int,
    ends: Ends,
    form: Callable[[float], str] | None,
    chance: float | None,
    others: Sequence[Twin],
    at: int | None,
    labels: Labels,
    theme: str,
    scale: float,
) -> Spec:
    """What the log has under `what`, step by step, and above it what is to be said of each twin: the mean of late in
    this `form`; without one, how often its gradient was clipped."""

    def told(twin: Twin) -> str:
        if not len(logged(twin, what)):
            return "–"
        if form:
            return f"{labels['now']} {form(mean_of_last(twin.log[what]))}"
        return labels["never_clipped"] if twin.clip is None else labels["clipped"].format(percent=_share(twin))

    pairs = zip(twins, STYLES, strict=False)
    lines = [key(f"{letter} {escaped(twin.name)}: {told(twin)}", role, theme) for twin, (role, *_, letter) in pairs]
    data = [one for twin in others for one in other_line(twin, what, ends, labels, theme, scale)]
    for k, twin in enumerate(twins):
        data += twin_lines(twin, k, what, ends, labels, theme, scale)
    said, top = caption(lines, LEFT * scale, theme, scale)
    notes, shapes = [said], []
    if chance is not None:
        line = {"color": themes.line(theme, "faint"), "width": 1.2 * scale, "dash": "dot"}
        where = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": chance, "y1": chance}
        shapes.append({"type": "line", "layer": "below", "line": line, **where})
        height = float(np.log10(chance)) if ends.axis.get("type") == "log" else chance
        place = {"x": 1, "xanchor": "right", "yref": "y", "y": height, "yanchor": "bottom"}
        notes.append(note(labels["chance"], SMALL * scale, themes.text(theme, "faint"), **place))
    if at is not None:
        after = {"xref": "x", "x0": at, "x1": steps * 1.02, "yref": "paper", "y0": 0, "y1": 1}
        shapes.append(
            {"type": "rect", "fillcolor": faded(themes.THEMES[theme].ground, 0.75), "line": {"width": 0}, **after}
        )
        line = {"color": themes.line(theme, "ink"), "width": 1.4 * scale}
        shapes.append({"type": "line", "line": line, **after, "x1": at})
    x_axis = value_axis(
        theme, scale, range=[0, 1.02 * steps], tickmode="auto", nticks=6, showgrid=False, rangemode="tozero"
    )
    x_axis["title"] = _title(labels["step"], theme, scale)
    margin = {"l": round(LEFT * scale), "r": round(RIGHT * scale), "t": top, "b": round(BELOW * scale), "pad": 0}
    height = round(PLOT * scale) + top + margin["b"]
    return spec(
        data,
        theme,
        scale,
        xaxis=x_axis,
        yaxis=ends.axis,
        annotations=notes,
        shapes=shapes,
        margin=margin,
        height=height,
    )


def _powers(powers: Sequence[int], ends: Sequence[float | int], theme: str, scale: float) -> dict[str, Any]:
    """An axis with these powers of ten at its ticks; `ends` are exponents too."""
    axis = value_axis(theme, scale, type="log", range=list(ends))
    return axis | {"tickvals": [10.0**p for p in powers], "ticktext": [power(p) for p in powers]}


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _share(twin: Twin) -> str:
    """Of how many steps in a hundred the gradient was clipped."""
    return f"{100 * float(np.mean(twin.log['clipped'])):.0f}"


def _title(text: str, theme: str, scale: float) -> dict[str, Any]:
    font = {"size": SMALL * scale, "color": themes.text(theme, "faint")}
    return {"text": text, "standoff": 2, "font": font}
