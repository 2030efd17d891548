"""What became of every seed of recorded runs: a row for each setting, or a cell for each setting and seed."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean
from typing import TYPE_CHECKING, Any

from rnnviz.figures import theme as themes
from rnnviz.figures.axes import value_axis
from rnnviz.figures.base import SMALL, TEXT, Look, Spec, escaped, figure, note, spec
from rnnviz.figures.kinds import PALE
from rnnviz.numbers import percent

if TYPE_CHECKING:
    from rnnviz.training.records import Recorded

ROW, HEAD, LEFT, RIGHT = 30, 50, 132, 84
"""Heights of a row and of what stands above all, and the room for the rows' names and for their numbers, in px."""
CELL = 36
"""Height of a cell in px."""


def by_arm(runs: Sequence[Recorded]) -> dict[str, list[Recorded]]:
    """The runs of each setting, in their order."""
    arms: dict[str, list[Recorded]] = {}
    for run in runs:
        arms.setdefault(run.arm, []).append(run)
    return arms


@figure("records")
def spreads(name: str, runs: Sequence[Recorded], chance: float, *, look: Look) -> Spec:
    """For each setting of a record the share of right answers to new examples: a dot for each seed, a line from the
    least to the most, a bar at their mean. Hollow: to the examples that it learned, their mean over the seeds.

    `chance`: the share that guessing gets.
    """
    arms = by_arm(runs)
    names = [look.labels[f"{name}_{arm}"] for arm in arms]
    dots: dict[str, list[Any]] = {"x": [], "y": [], "text": []}
    ends: dict[str, list[Any]] = {"x": [], "y": []}
    means, learned, notes = [], [], []
    for called, mine in zip(names, arms.values(), strict=True):
        shares = [run.right for run in mine]
        dots["x"] += shares
        dots["y"] += [called] * len(mine)
        dots["text"] += [str(run.seed) for run in mine]
        ends["x"] += [min(shares), max(shares), None]
        ends["y"] += [called, called, None]
        means.append(mean(shares))
        learned.append(mean(float(run.curves["accuracy"][-1]) for run in mine))
        span = look.labels["span"].format(least=percent(min(shares)), most=percent(max(shares)))
        said = f"<b>{percent(means[-1])}%</b> {span}"
        notes.append(
            note(said, SMALL, "ink", look, x=1, xanchor="left", xshift=8, yref="y", y=called, yanchor="middle")
        )
    here = {"type": "scatter", "mode": "markers", "hovertemplate": look.labels["hover_spread"] + "<extra></extra>"}
    blue, thick = look.line("hidden"), {"width": 2.5 * look.scale}
    data = [
        {"type": "scatter", "mode": "lines", "hoverinfo": "skip", **ends, "line": {"color": blue, "width": look.scale}},
        here | dots | {"marker": {"size": 6 * look.scale, "color": blue, "opacity": 0.6}},
        {"type": "scatter", "mode": "markers", "hoverinfo": "skip", "x": means, "y": names,
         "marker": {"symbol": "line-ns-open", "size": 15 * look.scale, "line": thick, "color": blue}},
        {"type": "scatter", "mode": "markers", "x": learned, "y": names,
         "hovertemplate": look.labels["hover_learned"] + "<extra></extra>",
         "marker": {"symbol": "circle-open", "size": 9 * look.scale, "color": look.line("ink"),
                    "line": {"width": 1.4 * look.scale}}},
    ]  # fmt: skip
    above = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "yshift": 8 * look.scale, "align": "left"}
    notes.append(
        note(f"<b>{look.labels[f'{name}_y']}</b><br>{look.labels[f'{name}_key']}", SMALL, "ink", look, **above)
    )
    mark = {"type": "line", "x0": chance, "x1": chance, "yref": "paper", "y0": 0, "y1": 1}
    mark["line"] = {"color": look.line("faint"), "width": look.scale, "dash": "dot"}
    across = value_axis(look, range=[-0.02, 1.04], tickvals=[0, 0.25, 0.5, 0.75, 1])
    across |= {"ticktext": ["0%", "25%", "50%", "75%", "100%"]}
    down = _names(names, names, look)
    margin = {"l": look.px(LEFT), "r": look.px(RIGHT), "t": look.px(HEAD), "b": look.px(22), "pad": 0}
    height = look.px(ROW) * len(names) + margin["t"] + margin["b"]
    return spec(data, look, xaxis=across, yaxis=down, annotations=notes, shapes=[mark], margin=margin, height=height)


@figure("records")
def grid(name: str, runs: Sequence[Recorded], *, look: Look) -> Spec:
    """The share of right answers of each setting (rows) with each seed (columns), and the mean over the seeds; the
    colours go from 0 to 100%, always."""
    arms = by_arm(runs)
    seeds = [run.seed for run in next(iter(arms.values()))]
    columns = [*map(str, seeds), "", look.labels["mean"]]
    shares = [[run.right for run in mine] for mine in arms.values()]
    values = [[*row, None, mean(row)] for row in shares]
    cells = {
        "type": "heatmap",
        "x": columns,
        "y": list(arms),
        "z": values,
        "zmin": 0,
        "zmax": PALE,
        "colorscale": themes.sequential(look.theme, "hidden"),
        "showscale": False,
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
        "text": [["" if share is None else percent(share) for share in row] for row in values],
        "texttemplate": "%{text}",
        "textfont": look.font(TEXT, "ink"),
        "hovertemplate": look.labels["hover_grid"] + "<extra></extra>",
    }
    top = value_axis(look, type="category", side="top", tickvals=columns, ticktext=columns, showgrid=False, tickangle=0)
    above = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "yshift": 24 * look.scale, "align": "left"}
    notes = [note(f"<b>{look.labels[f'{name}_y']}</b><br>{look.labels[f'{name}_key']}", SMALL, "ink", look, **above)]
    margin = {"l": look.px(52), "r": 2, "t": look.px(62), "b": 2, "pad": 0}
    height = look.px(CELL) * len(arms) + margin["t"] + margin["b"]
    return spec([cells], look, xaxis=top, yaxis=_names(list(arms), list(arms), look), annotations=notes, margin=margin,
                height=height)  # fmt: skip


def _names(rows: list[str], called: list[str], look: Look) -> dict[str, Any]:
    """The axis of rows, the first on top."""
    axis = value_axis(look, type="category", autorange="reversed", tickvals=rows, showgrid=False)
    return axis | {"ticktext": [escaped(one) for one in called], "tickfont": look.font(SMALL, "ink")}
