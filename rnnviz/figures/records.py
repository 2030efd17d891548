"""Recorded runs: a thin line for each seed, the median of an arm's seeds thick."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.figures.axes import power_axis, value_axis
from rnnviz.figures.base import SMALL, Look, Spec, caption, escaped, figure, key, note, spec

if TYPE_CHECKING:
    from rnnviz.training.records import Recorded

PLOT = 200
"""Height of the plot in px at scale 1."""
STYLES = (
    *(("ink", "solid", "━"), ("forget", "dash", "╍"), ("hidden", "dot", "┅")),
    *(("input", "dashdot", "━·"), ("candidate", "longdash", "━ ━"), ("cell", "longdashdot", "━ ·")),
)
"""Colour, dash and the key's letters of each arm in its order."""
GATES = {"no-i": "input", "no-f": "forget", "no-o": "output"}
"""Arms that have the colour of what they are about."""
IN_A_ROW = 2
"""Keys in a line, which a phone shows whole; as many as three short ones fit if there are no more."""
OVER = ("p7", "p9", "gates", "thresholds", "convergence")
"""Records whose arms are compared at several lengths, thresholds or rates, the number behind the arm's name; the others
are followed step by step."""
FACTORS = ("thresholds", "convergence")
"""Those of them in which each number is so many times the last."""
SUCCESS = {"p7": 0.01, "thresholds": 0.1, "convergence": 0.1}
"""Records in which a run counts as learned with an error below this: the thick line is the share of seeds that are so
good."""
FOLLOWED = {"p8": "state_norm", "preset-clipping": "norm"}
"""The curve that is followed, where it is not the share of right answers."""
LOG = {"p8": -1.0, "preset-clipping": -2.0}
"""Records with a log scale, and the power of ten at which it begins."""


@figure("records")
def record(name: str, runs: Sequence[Recorded], chance: float | None = None, *, look: Look) -> Spec:
    """The figure of a record (`rnnviz.training.records.record(name)`).

    p5 and p6: the share of right answers during training; `OVER`: that share at the end, against the length, the
    threshold or the rate; p8: the size of the state; preset-clipping: the norm of the gradient; both have no chance
    level. `chance`: what somebody gets who does not look at the input, in the same unit.
    """
    names = list(dict.fromkeys(run.arm.split()[0] for run in runs))
    data: list[dict[str, Any]] = []
    keys = []
    for (role, dash, letter), arm in zip(STYLES, names, strict=False):
        role = GATES.get(arm, role)
        mine = [run for run in runs if run.arm.split()[0] == arm]
        xs, ys = over_numbers(mine) if name in OVER else over_steps(mine, FOLLOWED.get(name, "accuracy"))
        said = escaped(look.labels.get(f"{name}_{arm}", arm))
        keys.append(key(f"{letter} {said}", role, look))
        one: dict[str, Any] = {"type": "scatter", "x": xs, "mode": "lines+markers" if name in OVER else "lines"}
        one["marker"] = {"size": 5 * look.scale, "color": look.line(role)}
        for seed, y in ys.items():
            x = "%{x:,g}" if name in FACTORS else "%{x:,.0f}"
            hover = look.labels["hover_seed"].format(arm=said, seed=seed, x=x, y=f"%{{y:{_form(name)}}}")
            line = {"color": look.line(role), "width": 0.9 * look.scale, "dash": dash}
            data.append(one | {"y": y, "line": line, "opacity": 0.55, "hovertemplate": hover + "<extra></extra>"})
        seeds = np.array(list(ys.values()))
        middle = successes(seeds, SUCCESS[name]) if name in SUCCESS else np.median(seeds, axis=0)
        line = {"color": look.line(role), "width": 2.6 * look.scale, "dash": dash}
        data.append(one | {"y": middle, "line": line, "hoverinfo": "skip", "mode": "lines"})
    axis = _axis(name, data, look)
    row = len(keys) if len(keys) <= 3 else IN_A_ROW
    rows = ["   ".join(keys[k : k + row]) for k in range(0, len(keys), row)]
    shapes, lines = [], [f"<b>{look.labels[f'{name}_y']}</b>", *rows]
    if chance is not None:
        ends = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": chance, "y1": chance}
        shapes.append(
            {"type": "line", "line": {"color": look.line("faint"), "width": look.scale, "dash": "dot"}, **ends}
        )
        said = f"{chance:.2g}" if name in FOLLOWED else f"{100 * chance:.0f}%"
        label = look.labels["chance_loss" if name in FOLLOWED else "chance"]
        lines.append(key(f"┈ {label.format(value=said)}", "faint", look))
    above, top = caption(lines, 44, look)
    under = {"x": 1, "xanchor": "right", "y": 0, "yanchor": "top", "yshift": -20 * look.scale}
    notes = [above, note(look.labels[f"{name}_x"], SMALL, "faint", look, **under)]
    margin = {"l": look.px(46), "r": look.px(14), "t": top, "b": look.px(40), "pad": 0}
    x_axis = _numbers(name, data[0]["x"], max(float(trace["x"][-1]) for trace in data), look)
    height = look.px(PLOT) + margin["t"] + margin["b"]
    return spec(data, look, xaxis=x_axis, yaxis=axis, annotations=notes, shapes=shapes, margin=margin, height=height)


def over_steps(runs: Sequence[Recorded], quantity: str) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """Steps, and for each seed the curve; a run that ended early goes on as no number."""
    longest = max(runs, key=lambda run: run.steps)
    x = longest.at(quantity)
    return x, {run.seed: np.interp(x, run.at(quantity), run.curves[quantity], right=np.nan) for run in runs}


def over_numbers(runs: Sequence[Recorded]) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """The numbers behind the arm's name, and for each seed the share of right answers in the test; 0 for a run that
    ended in trouble."""
    numbers = sorted({run.number for run in runs})
    seeds = sorted({run.seed for run in runs})
    scores = {(run.seed, run.number): run.test["accuracy"] if run.test else 0.0 for run in runs}
    return np.array(numbers), {seed: np.array([scores[seed, number] for number in numbers]) for seed in seeds}


def successes(right: np.ndarray, error: float) -> np.ndarray:
    """Of the shares of right answers `(seeds, N)`: in how many of the seeds the error is below this, `(N,)`."""
    return (right > 1 - error).mean(0)


def _numbers(name: str, numbers: np.ndarray, last: float, look: Look) -> dict[str, Any]:
    """The axis of steps, lengths or whatever the arms are compared at."""
    if name not in FACTORS:
        return value_axis(look, tickmode="auto", nticks=6, showgrid=False, range=[0, 1.03 * last])
    ends = np.log10(numbers[[0, -1]]) + np.array([-0.08, 0.08])
    names = [f"{number:g}" for number in numbers]
    return value_axis(look, type="log", tickvals=numbers, ticktext=names, showgrid=False, range=list(ends))


def _form(name: str) -> str:
    """How a value is written."""
    return ",.3g" if name in FOLLOWED else ".0%"


def _axis(name: str, data: list[dict[str, Any]], look: Look) -> dict[str, Any]:
    """The axis of values: shares from 0 to 1, losses from a whole number, or what jumps on a log scale."""
    if name not in FOLLOWED:
        return value_axis(look, range=[0, 1.04], tickvals=[0, 0.5, 1], ticktext=["0%", "50%", "100%"])
    most = max(float(np.nanmax(trace["y"], initial=0)) for trace in data)
    if name not in LOG:
        low = np.floor(min(float(np.nanmin(trace["y"])) for trace in data))
        return value_axis(look, range=[low, 1.02 * most], tickmode="auto", nticks=6)
    low, high = LOG[name], np.log10(most) + 0.05
    return power_axis(range(int(np.ceil(low)), int(high) + 1), (low, high), look)
