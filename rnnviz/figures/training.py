"""A training run as it goes on, twins on the same axes: loss, gradient norm, accuracy, and how sensitive the answer is
to each earlier state.

Twins differ in colour, dash and mark, the same as everywhere. Thin: every step, of many the extremes, so that no jump
is lost; thick: the mean of the last `WINDOW`. What leaves an axis stands hollow at its end; ∞ and NaN as a cross at
the upper edge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.figures.axes import categories, power_axis, title, token_axis, value_axis
from rnnviz.figures.base import Look, Spec, caption, escaped, figure, key, spec
from rnnviz.figures.gradients import norm_axis, round_steps
from rnnviz.figures.paths import STYLES
from rnnviz.figures.training_lines import Ends, Twin, faded, logged, mean_of_last, other_line, smoothed, twin_lines
from rnnviz.numbers import percent, three_digits

if TYPE_CHECKING:
    from rnnviz.training.advance import Probe

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


@figure("training_figures")
def loss_curves(
    twins: Sequence[Twin],
    steps: int,
    chance: float | None = None,
    others: Sequence[Twin] = (),
    at: int | None = None,
    logarithmic: bool = False,
    *,
    look: Look,
) -> Spec:
    """The loss of every step, and where there is one, of the held-out examples.

    `steps`: where training ends, and with it the axis; `chance`: the loss of guessing; `others`: earlier runs to
    compare with; `at`: the step gone back to, what comes after it is veiled.
    """
    if logarithmic:
        lowest = min((float(np.nanmin(logged(twin, "loss"), initial=1.0)) for twin in [*twins, *others]), default=1.0)
        low = min(-3, int(np.floor(np.log10(max(lowest, 1e-9)))))
        ends = Ends(10.0**low, 10**0.7, power_axis(range(low, 1), [float(low), 0.7], look))
    else:
        first = [float(logged(twin, "loss")[0]) for twin in [*twins, *others] if len(logged(twin, "loss"))]
        usual = max([1e-3, *([chance] if chance else []), *(value for value in first if np.isfinite(value))])
        means = [smoothed(logged(twin, "loss"))[1] for twin in [*twins, *others] if len(logged(twin, "loss"))]
        jumped = any(float(np.nanmax(mean, initial=0.0)) > 1.4 * usual for mean in means)
        high = (4 if jumped else 1.4) * usual  # one jump of the axis, and no more
        ends = Ends(0.0, high, value_axis(look, range=[0, high], tickmode="auto", nticks=5))
    lines = _lines(twins, at, look, _of_late("loss", three_digits, look), "loss")
    lines.append(_guess("chance_loss", chance, f"{chance or 0:.2g}", look))
    return _figure("loss", twins, others, steps, ends, lines, chance, at, look)


@figure("training_figures")
def norm_curves(
    twins: Sequence[Twin], steps: int, others: Sequence[Twin] = (), at: int | None = None, *, look: Look
) -> Spec:
    """The norm of every step's gradient before clipping, the thresholds, and how often they were exceeded."""
    axis = power_axis(range(LOW, HIGH + 1, 3), [LOW - 0.4, HIGH + 0.4], look)

    def often(twin: Twin) -> str:
        if twin.clip is None:
            return look.labels["never_clipped"].format(value=three_digits(float(np.max(twin.log["norm"]))))
        return look.labels["clipped"].format(percent=f"{100 * _share(twin.log['clipped']):.0f}")

    lines = _lines(twins, at, look, often, "norm")
    thresholds = sorted({twin.clip for twin in twins if twin.clip is not None})
    said = look.labels["threshold"].format(value=", ".join(map(three_digits, thresholds)))
    lines.append(key(f"╌ {said}", "gradient", look) if thresholds else NOTHING)
    drawn = _figure("norm", twins, others, steps, Ends(10.0**LOW, 10.0**HIGH, axis), lines, None, at, look)
    for threshold in thresholds:
        y = float(np.clip(threshold, 10.0**LOW, 10.0**HIGH))
        ends = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y}
        line = {"color": look.line("gradient"), "width": 1.4 * look.scale, "dash": "dash"}
        drawn["layout"]["shapes"].insert(0, {"type": "line", "line": line, **ends})
    return drawn


@figure("training_figures")
def accuracy_curves(
    twins: Sequence[Twin],
    steps: int,
    chance: float | None = None,
    others: Sequence[Twin] = (),
    at: int | None = None,
    *,
    look: Look,
) -> Spec:
    """The share of right answers in every step's batch, and where there is one, of the held-out examples."""
    axis = value_axis(look, range=[-0.02, 1.04], tickvals=[0, 0.25, 0.5, 0.75, 1])
    ends = Ends(0.0, 1.0, axis | {"ticktext": ["0%", "", "50%", "", "100%"]})
    lines = _lines(twins, at, look, _of_late("accuracy", lambda share: f"{percent(share)}%", look), "accuracy")
    lines.append(_guess("chance", chance, f"{100 * (chance or 0):.0f}%", look))
    return _figure("accuracy", twins, others, steps, ends, lines, chance, at, look)


@figure("training_figures")
def state_curves(twins: Sequence[Twin], steps: int, at: int | None = None, *, look: Look) -> Spec:
    """The norm of the cell state that a never-ending stream has left, step by step."""
    axis = power_axis(range(-1, 5), [-1.2, 4.2], look)
    lines = _lines(twins, at, look, _of_late("state_norm", three_digits, look), "state_norm")
    return _figure("state_norm", twins, (), steps, Ends(0.1, 1e4, axis), lines, None, at, look)


@figure("training_figures")
def memory(probes: Sequence[Probe], tokens: Sequence[str] = (), *, look: Look) -> Spec:
    """How much of the right answer's gradient arrives in h at every earlier step of one fixed example, at a few moments
    of the training: pale before it, strong now. Where there is a c, the latest gradient in it is dashed."""
    chosen = [probes[k] for k in np.unique(np.linspace(0, len(probes) - 1, min(len(probes), MOMENTS)).astype(int))]
    data, arrived = [], []
    names = categories(tuple(tokens))

    def add(state: str, probe: Probe, norms: np.ndarray, line: dict[str, Any]) -> None:
        shown = np.clip(np.nan_to_num(norms, nan=np.inf), 1e-12, 1e6).astype(np.float32)
        told = {"state": state, "step": f"{probe.step:,}", "place": "%{x}", "value": "%{y:.1~e}"}
        hover = look.labels["hover_memory"].format(**told) + "<extra></extra>"
        one = {"type": "scatter", "mode": "lines", "y": shown, "hovertemplate": hover, "line": line}
        data.append(one | ({"x": names} if tokens else {"x0": 1, "dx": 1}) | {"cliponaxis": False})

    for k, probe in enumerate(chosen):
        strength = (k + 1) / len(chosen)
        colour = faded(look.line("gradient"), 0.15 + 0.85 * strength**1.5)
        width = (1.2 + 1.6 * strength) * look.scale
        dash = "dot" if probe.step == 0 and len(chosen) > 1 else "solid"
        add("h", probe, probe.norms_h, {"color": colour, "width": width, "dash": dash})
        with np.errstate(all="ignore"):
            arrived.append(float(probe.norms_h[0] / probe.norms_h[-1]))
    if chosen and chosen[-1].norms_c is not None:
        line = {"color": look.line("cell"), "width": 1.8 * look.scale, "dash": "dash"}
        add("c", chosen[-1], chosen[-1].norms_c, line)
    count = len(chosen[0].norms_h) if chosen else 2
    lines = [look.labels["memory_of"] if len(data) == len(chosen) else look.labels["memory_of_both"]]
    if len(chosen) > 1:
        last = look.labels["memory_moment"].format(step=f"{chosen[-1].step:,}", ratio=three_digits(arrived[-1]))
        lines.append(look.labels["memory_start"].format(ratio=three_digits(arrived[0])))
        lines.append(key(last, "gradient", look))
    elif chosen:
        lines.append(look.labels["memory_start"].format(ratio=three_digits(arrived[0])))
    lines += [NOTHING] * (3 - len(lines))  # nothing moves when the first probes come
    said, top = caption(lines, LEFT, look)
    if tokens:
        x_axis, below = token_axis(tokens, names, look)
    else:
        ticks = round_steps(count) if chosen else []
        x_axis = value_axis(look, range=[0.5, count + 0.5], tickvals=ticks, showgrid=False)
        x_axis["title"], below = title(look.labels["time"], look), look.px(BELOW)
    margin = {"l": look.px(LEFT), "r": look.px(RIGHT), "t": top, "b": below, "pad": 0}
    height = look.px(PLOT) + top + margin["b"]
    return spec(
        data,
        look,
        xaxis=x_axis,
        yaxis=norm_axis(look),
        annotations=[said],
        margin=margin,
        height=height,
    )


def _figure(
    what: str,
    twins: Sequence[Twin],
    others: Sequence[Twin],
    steps: int,
    ends: Ends,
    lines: list[str],
    chance: float | None,
    at: int | None,
    look: Look,
) -> Spec:
    data = [one for twin in others for one in other_line(twin, what, ends, look)]
    for k, twin in enumerate(twins):
        data += twin_lines(twin, k, what, ends, look)
    said, top = caption(lines, LEFT, look)
    shapes = []
    if chance is not None:
        line = {"color": look.line("faint"), "width": 1.2 * look.scale, "dash": "dot"}
        where = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": chance, "y1": chance}
        shapes.append({"type": "line", "layer": "below", "line": line, **where})
    if at is not None:
        after = {"xref": "x", "x0": at, "x1": steps * 1.02, "yref": "paper", "y0": 0, "y1": 1}
        shapes.append({"type": "rect", "fillcolor": faded(look.ground, 0.75), "line": {"width": 0}, **after})
        line = {"color": look.line("ink"), "width": 1.4 * look.scale}
        shapes.append({"type": "line", "line": line, **after, "x1": at})
    x_axis = value_axis(look, range=[0, 1.02 * steps], tickmode="auto", nticks=6, showgrid=False, rangemode="tozero")
    x_axis["title"] = title(look.labels["step"], look)
    margin = {"l": look.px(LEFT), "r": look.px(RIGHT), "t": top, "b": look.px(BELOW), "pad": 0}
    height = look.px(PLOT) + top + margin["b"]
    return spec(
        data,
        look,
        xaxis=x_axis,
        yaxis=ends.axis,
        annotations=[said],
        shapes=shapes,
        margin=margin,
        height=height,
    )


def _lines(twins: Sequence[Twin], at: int | None, look: Look, said: Callable[[Twin], str], what: str) -> list[str]:
    """The caption: one line for each twin, with its mark, its name and what is to be said of it at the step that is
    looked at."""
    lines = []
    for twin, (role, _, _, letter) in zip([twin.until(at) for twin in twins], STYLES, strict=False):
        told = said(twin) if len(logged(twin, what)) else "–"
        told = look.labels["broke"].format(step=f"{twin.broke:,}") if twin.broke else told
        lines.append(key(f"{letter} {escaped(twin.name)}: {told}", role, look))
    return lines


def _of_late(what: str, written: Callable[[float], str], look: Look) -> Callable[[Twin], str]:
    """What is said of a twin's curve: its mean over the last steps; of examples held out, the last look beside it."""

    def told(twin: Twin) -> str:
        now, held = mean_of_last(twin.log[what]), logged(twin, f"held_{what}")
        looked = held[~np.isnan(held)]
        if not len(looked):
            return look.labels["now"].format(value=written(now))
        return look.labels["both"].format(learned=written(now), held=written(float(looked[-1])))

    return told


def _guess(label: str, chance: float | None, value: str, look: Look) -> str:
    """The last line of a caption: what the dotted line is. Not beside it, where the curves run."""
    return NOTHING if chance is None else key(f"┈ {look.labels[label]} {value}", "faint", look)


def _share(flags: np.ndarray) -> float:
    return float(np.mean(flags)) if len(flags) else 0.0
