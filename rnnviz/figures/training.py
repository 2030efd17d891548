"""A training run as it goes on, twins on the same axes: loss, gradient norm, accuracy, and how memory grows.

Twins differ in colour, dash and mark, the same as everywhere. Thin: every step, of many the extremes, so that no jump
is lost; thick: the mean of the last `WINDOW`. What leaves an axis stands hollow at its end; ∞ and NaN as a cross at
the upper edge.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    spec,
    token_axis,
    value_axis,
)
from rnnviz.figures.gradients import caption, key, norm_axis, round_steps
from rnnviz.figures.paths import STYLES
from rnnviz.figures.training_lines import Ends, Twin, faded, logged, mean_of_last, other_line, smoothed, twin_lines
from rnnviz.numbers import power, three_digits

if TYPE_CHECKING:
    from rnnviz.training.advance import Probe

SECTION = "training_figures"
"""Of the locale file."""
PLOT = 190
"""Height of a plot in px at scale 1."""
LEFT, RIGHT, BELOW = 44, 12, 36
"""Margins in px at scale 1."""
LOW, HIGH = -6, 6
"""The ends of the axis of the gradient's norm, in powers of ten. Never rescaled."""
NOTHING = "&nbsp;"
"""An empty line of a caption, so that figures side by side stand level and nothing moves."""
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
    if logarithmic:
        lowest = min((float(np.nanmin(logged(twin, "loss"), initial=1.0)) for twin in [*twins, *others]), default=1.0)
        low = min(-3, int(np.floor(np.log10(max(lowest, 1e-9)))))
        ends = Ends(10.0**low, 10**0.7, _powers(range(low, 1), [float(low), 0.7], theme, scale))
    else:
        first = [float(logged(twin, "loss")[0]) for twin in [*twins, *others] if len(logged(twin, "loss"))]
        usual = max([1e-3, *([chance] if chance else []), *(value for value in first if np.isfinite(value))])
        means = [smoothed(logged(twin, "loss"))[1] for twin in [*twins, *others] if len(logged(twin, "loss"))]
        jumped = any(float(np.nanmax(mean, initial=0.0)) > 1.4 * usual for mean in means)
        high = (4 if jumped else 1.4) * usual  # one jump of the axis, and no more
        ends = Ends(0.0, high, value_axis(theme, scale, range=[0, high], tickmode="auto", nticks=5))
    lines = _lines(
        twins, labels, theme, lambda twin: three_digits(mean_of_last(twin.log["loss"])), "now", "loss", others
    )
    lines.append(_guess(chance, f"{chance or 0:.2g}", labels, theme))
    return _figure("loss", twins, others, steps, ends, lines, chance, at, labels, theme, scale)


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

    def often(twin: Twin) -> str:
        if twin.clip is None:
            return labels["never_clipped"].format(value=three_digits(float(np.max(twin.log["norm"]))))
        return labels["clipped"].format(percent=f"{100 * _share(twin.log['clipped']):.0f}")

    lines = _lines(twins, labels, theme, often, "", "norm", others)
    thresholds = sorted({twin.clip for twin in twins if twin.clip is not None})
    said = labels["threshold"].format(value=", ".join(map(three_digits, thresholds)))
    lines.append(key(f"╌ {said}", "gradient", theme) if thresholds else NOTHING)
    drawn = _figure(
        "norm", twins, others, steps, Ends(10.0**LOW, 10.0**HIGH, axis), lines, None, at, labels, theme, scale
    )
    for threshold in thresholds:
        y = float(np.clip(threshold, 10.0**LOW, 10.0**HIGH))
        ends = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y}
        line = {"color": themes.line(theme, "gradient"), "width": 1.4 * scale, "dash": "dash"}
        drawn["layout"]["shapes"].insert(0, {"type": "line", "line": line, **ends})
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
    lines = _lines(
        twins, labels, theme, lambda twin: f"{100 * mean_of_last(twin.log['accuracy']):.0f}%", "now", "accuracy", others
    )
    lines.append(_guess(chance, f"{100 * (chance or 0):.0f}%", labels, theme))
    return _figure("accuracy", twins, others, steps, ends, lines, chance, at, labels, theme, scale)


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
    axis = _powers(range(-1, 5), [-1.2, 4.2], theme, scale)
    lines = _lines(
        twins, labels, theme, lambda twin: three_digits(mean_of_last(twin.log["state_norm"])), "now", "state_norm"
    )
    return _figure("state_norm", twins, (), steps, Ends(0.1, 1e4, axis), lines, None, at, labels, theme, scale)


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
        last = labels["memory_moment"].format(step=f"{chosen[-1].step:,}", ratio=three_digits(arrived[-1]))
        lines.append(labels["memory_start"].format(ratio=three_digits(arrived[0])))
        lines.append(key(last, "gradient", theme))
    elif chosen:
        lines.append(labels["memory_start"].format(ratio=three_digits(arrived[0])))
    lines += [NOTHING] * (3 - len(lines))  # nothing moves when the first probes come
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


def _powers(powers: range, ends: list[float], theme: str, scale: float) -> dict[str, Any]:
    """A logarithmic axis that names these powers of ten."""
    axis = value_axis(theme, scale, type="log", range=ends)
    return axis | {"tickvals": [10.0**p for p in powers], "ticktext": [power(p) for p in powers]}


def _figure(
    what: str,
    twins: Sequence[Twin],
    others: Sequence[Twin],
    steps: int,
    ends: Ends,
    lines: list[str],
    chance: float | None,
    at: int | None,
    labels: Labels,
    theme: str,
    scale: float,
) -> Spec:
    data = [one for twin in others for one in other_line(twin, what, ends, labels, theme, scale)]
    for k, twin in enumerate(twins):
        data += twin_lines(twin, k, what, ends, labels, theme, scale)
    said, top = caption(lines, LEFT * scale, theme, scale)
    shapes = []
    if chance is not None:
        line = {"color": themes.line(theme, "faint"), "width": 1.2 * scale, "dash": "dot"}
        where = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": chance, "y1": chance}
        shapes.append({"type": "line", "layer": "below", "line": line, **where})
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
        annotations=[said],
        shapes=shapes,
        margin=margin,
        height=height,
    )


def _lines(
    twins: Sequence[Twin], labels: Labels, theme: str, said: Any, before: str, what: str, others: Sequence[Twin] = ()
) -> list[str]:
    """The caption: one line for each twin, with its mark, its name and what is to be said of it."""
    lines = []
    for twin, (role, _, _, letter) in zip(twins, STYLES, strict=False):
        begun = bool(len(logged(twin, what)))
        told = said(twin) if begun else "–"
        told = f"{labels[before]} {told}" if before and begun else told
        lines.append(key(f"{letter} {escaped(twin.name)}: {told}", role, theme))
    return lines


def _guess(chance: float | None, value: str, labels: Labels, theme: str) -> str:
    """The last line of a caption: what the dotted line is. Not beside it, where the curves run."""
    return NOTHING if chance is None else key(f"┈ {labels['chance']} {value}", "faint", theme)


def _share(flags: np.ndarray) -> float:
    return float(np.mean(flags)) if len(flags) else 0.0


def _title(text: str, theme: str, scale: float) -> dict[str, Any]:
    font = {"size": SMALL * scale, "color": themes.text(theme, "faint")}
    return {"text": text, "standoff": 2, "font": font}
