"""Gates and memory: the half-life of a forget bias, of every unit, what a unit holds, what a gate listens to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.figures import theme as themes
from rnnviz.figures.axes import categories, title, token_axis, value_axis
from rnnviz.figures.base import SMALL, TEXT, TINY, Look, Spec, caption, escaped, figure, key, note, spec
from rnnviz.numbers import duration
from rnnviz.recurrence.cells import ROLES

if TYPE_CHECKING:
    from rnnviz.recurrence.memory import Listens

BIASES = (1.0, 3.0, 5.0)
"""Forget biases drawn for comparison."""
FURTHEST = 1000
"""The end of the axis of steps."""
SHORTEST, BEYOND = 0.1, 2.0
"""The ends of the axis of half-lives, in steps and in lengths of what was read: what is off it stands there, hollow."""
ROW = 11
"""Height of a unit's row in px at scale 1."""
PARTS = (("word", "input", ""), ("state", "hidden", "/"), ("bias", "faint", "."))
"""The parts of a pre-activation, their colours (as on the page Gradients) and patterns."""


def sigmoid(bias: float) -> float:
    return float(1 / (1 + np.exp(-bias)))


def lasts(kept: float) -> float:
    """After how many steps half is left: ln 0.5 / ln kept."""
    return float(np.log(0.5) / np.log(kept))


@figure("gates_figures")
def forgetting(bias: float, *, look: Look) -> Spec:
    """f^k, what is left of something k steps later, for a forget gate f = σ(bias); others thin, for comparison."""
    k = np.geomspace(1, FURTHEST, 121)
    data: list[dict[str, Any]] = []
    notes = []
    for other in (*(b for b in BIASES if b != bias), bias):
        own, f = other == bias, sigmoid(other)
        colour = look.line("forget" if own else "faint")
        line = {"color": colour, "width": (2.6 if own else 1.0) * look.scale}
        hover = look.labels["hover_left"].format(steps="%{x:.3~g}", left="%{y:.1%}") + "<extra></extra>"
        curve = {"type": "scatter", "mode": "lines", "x": k, "y": f**k, "line": line, "cliponaxis": False}
        called = f"b = {other:g}".replace("-", "−")
        data.append(curve | {"name": called, "hovertemplate": hover})
        half = lasts(f)
        if half >= 1 and not (not own and abs(np.log(half / max(lasts(sigmoid(bias)), 1e-9))) < 0.35):
            mark = {"type": "scatter", "mode": "markers", "x": [half], "y": [0.5], "hoverinfo": "skip"}
            data.append(mark | {"marker": {"size": (9 if own else 5) * look.scale, "color": colour, "opacity": 1}})
            said = look.labels["bias_half"].format(bias=f"{other:g}".replace("-", "−"), half=duration(half))
            role = "forget" if own else "faint"
            where: dict[str, Any] = {"xref": "x", "x": float(np.log10(half)), "yref": "y", "y": 0.5}
            where |= {
                "xanchor": "left",
                "xshift": 8 * look.scale,
                "yanchor": "bottom",
                "yshift": 16 * look.scale if own else 1,
            }
            notes.append(note(f"<b>{said}</b>" if own else said, SMALL, role, look, **where))
    axis = value_axis(look, type="log", range=[0, 3], tickvals=[1, 3, 10, 30, 100, 300, 1000], showgrid=False)
    axis["title"] = title(look.labels["steps_later"], look)
    margin = {"l": look.px(48), "r": look.px(16), "t": look.px(12), "b": look.px(40), "pad": 0}
    share = value_axis(look, range=[0, 1.03], tickvals=[0, 0.5, 1], ticktext=["0", "½", "1"])
    return spec(data, look, xaxis=axis, yaxis=share, margin=margin, height=look.px(230), annotations=notes)


@figure("gates_figures")
def half_lives(
    halves: np.ndarray,
    order: Sequence[int] | np.ndarray,
    steps: int,
    role: str = "forget",
    chosen: int | None = None,
    *,
    below: int | None = None,
    look: Look,
) -> Spec:
    """One row per unit in `order`: its half-life `halves (H,)` in steps on a log axis; a line at the `steps` in which
    its gates worked (`memory.steps_of`). Beyond it nothing was measured: there stands that it is longer, no number.

    `below`: the height under the rows in px, so that a heatmap of the same rows beside it lines up.
    """
    sorted_halves = np.asarray(halves, dtype=float)[np.asarray(order)]
    longer, end = sorted_halves > steps, BEYOND * steps
    shown = np.where(longer, end, np.clip(sorted_halves, SHORTEST, steps))
    inside = (sorted_halves >= SHORTEST) & ~longer
    rows = np.arange(len(shown), dtype=float)
    colour = look.line(role)
    stems = {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "line": {"color": colour, "width": 1.2 * look.scale},
    }
    stems |= {"x": np.column_stack([np.full(len(shown), SHORTEST), shown, np.full(len(shown), np.nan)]).ravel()}
    stems |= {"y": np.repeat(rows, 3)}
    hover = [
        look.labels["hover_half_beyond" if beyond else "hover_half"].format(unit=int(unit), half=duration(float(half)))
        for unit, half, beyond in zip(order, sorted_halves, longer, strict=True)
    ]
    marker = {"size": 7 * look.scale, "color": colour, "opacity": 1, "line": {"width": 0}}
    marker["symbol"] = np.where(inside, "circle", "circle-open").tolist()
    dots = {"type": "scatter", "mode": "markers", "x": shown, "y": rows, "marker": marker, "cliponaxis": False}
    dots |= {"text": hover, "hovertemplate": "%{text}<extra></extra>"}
    told = [
        look.labels["beyond"] if beyond else duration(half) for half, beyond in zip(sorted_halves, longer, strict=True)
    ]
    dots |= {"orientation": "h", "name": look.labels["half_life"], "customdata": told}
    ink = look.text("ink")
    rule = {"type": "line", "xref": "x", "x0": steps, "x1": steps, "yref": "paper", "y0": 0, "y1": 1}
    rule["line"] = {"color": ink, "width": 1.2 * look.scale, "dash": "dash"}
    ticks = [0.1, *(tick for tick in (1, 10, 100) if tick < 0.7 * steps), end]
    axis = value_axis(look, type="log", range=[-1, float(np.log10(end)) + 0.05], tickvals=ticks)
    axis["ticktext"] = ["≤0.1", *(f"{tick:g}" for tick in ticks[1:-1]), look.labels["beyond"]]
    said, top = caption([look.labels["half_caption"].format(steps=steps)], 30, look)
    layout = _rows(order, chosen, look, below if below is not None else look.px(34), top)
    return spec([stems, dots], look, xaxis=axis, shapes=[rule], annotations=[said], **layout)


@figure("gates_figures")
def holds(
    contributions: np.ndarray,
    tokens: Sequence[str],
    order: Sequence[int] | np.ndarray,
    chosen: int | None = None,
    *,
    look: Look,
) -> Spec:
    """What each word still makes of each unit's state at the end: `contributions (T, H)`, units as rows in `order`.

    Colours on the one range of signed values, [-1, 1]; what is beyond has the colour of the end.
    """
    names = categories(tuple(tokens))
    axis, below = token_axis(tokens, names, look)
    z = np.asarray(contributions, dtype=float).T[np.asarray(order)]
    low, high = themes.SIGNED
    grid = {"type": "heatmap", "x": names, "y": np.arange(len(z), dtype=float), "z": z, "zmin": low, "zmax": high}
    grid |= {"colorscale": themes.diverging(look.theme), "showscale": True, "xgap": 1 if len(tokens) <= 40 else 0}
    ticks = {"tickvals": [-1, 0, 1], "ticktext": ["−1", "0", "1"], "ticks": "", "xpad": 4}
    ticks["tickfont"] = look.font(TINY, "faint")
    grid["colorbar"] = {"thickness": 8 * look.scale, "len": 1, "outlinewidth": 0, **ticks}
    grid["customdata"] = np.repeat(np.asarray(order, dtype=float)[:, None], len(tokens), axis=1)
    grid |= {"name": look.labels["unit"], "meta": {"rows": [str(int(unit)) for unit in order]}}
    place = {"unit": "%{customdata:.0f}", "token": "%{x}", "value": "%{z:.2f}"}
    grid["hovertemplate"] = look.labels["hover_holds"].format(**place) + "<extra></extra>"
    said, top = caption([look.labels["holds_caption"]], 30, look)
    layout = _rows(order, chosen, look, below, top)
    layout["margin"] = {**layout["margin"], "r": look.px(36)}
    return spec([grid], look, xaxis=axis, annotations=[said], **layout)


def token_room(tokens: Sequence[str], scale: float = 1.0) -> int:
    """The height of the words under a figure, in px."""
    return token_axis(tokens, categories(tuple(tokens)), Look({}, scale=scale))[1]


@figure("gates_figures")
def parts(listens: Listens, letter: str, step: int, unit: int, *, look: Look) -> Spec:
    """One step's pre-activation as three signed bars that add up to it: word, state, bias, and their sum."""
    values = [float(getattr(listens, name)[step, unit]) for name, _, _ in PARTS]
    values.append(float(listens.total[step, unit]))
    roles = [role for _, role, _ in PARTS] + [ROLES[letter]]
    names = [look.labels[f"part_{name}"] for name, _, _ in PARTS] + [f"<b>{look.labels['part_total']}</b>"]
    rows = np.arange(len(values), dtype=float)
    marker = {"color": [look.line(role) for role in roles], "line": {"width": 0}}
    marker["pattern"] = {"shape": [shape for _, _, shape in PARTS] + [""], **_pattern(look)}
    bars = {"type": "bar", "orientation": "h", "x": np.array(values), "y": rows, "marker": marker, "width": 0.62}
    low, high = min(0.0, *values), max(0.0, *values)
    room = (high - low) or 1.0  # beside the bars, for their numbers
    ends = [low - room * (0.34 if low < 0 else 0.03), high + room * (0.34 if high > 0 else 0.03)]
    said = [_signed(value) for value in values]
    bars |= {"text": said, "textposition": "outside", "hoverinfo": "skip", "cliponaxis": False}
    bars["name"] = look.labels["preactivation"]
    bars["textfont"] = look.font(TEXT, "ink")
    axis = value_axis(look, range=ends, tickvals=[0])
    axis |= {"zeroline": True, "zerolinecolor": look.line("faint"), "showticklabels": False}
    side = value_axis(look, range=[3.6, -0.6], tickvals=rows, ticktext=names, showgrid=False)
    side["tickfont"] = look.font(TEXT, "ink")
    margin = {"l": look.px(118), "r": look.px(8), "t": look.px(8), "b": look.px(10), "pad": 0}
    return spec([bars], look, xaxis=axis, yaxis=side, margin=margin, height=look.px(170))


@figure("gates_figures")
def listening(listens: Listens, letter: str, tokens: Sequence[str], step: int, unit: int, *, look: Look) -> Spec:
    """The same at every word: bars stacked upwards and downwards, and their sum as a line; the chosen word marked."""
    names = categories(tuple(tokens))
    axis, below = token_axis(tokens, names, look)
    data: list[dict[str, Any]] = []
    keys = []
    for name, role, shape in PARTS:
        values = np.asarray(getattr(listens, name)[:, unit], dtype=float)
        hover = look.labels["hover_part"].format(part=look.labels[f"part_{name}"], token="%{x}", value="%{y:.2f}")
        marker = {
            "color": look.line(role),
            "line": {"width": 0},
            "pattern": {"shape": shape, **_pattern(look)},
        }
        bar = {"type": "bar", "x": names, "y": values, "marker": marker, "hovertemplate": hover + "<extra></extra>"}
        data.append(bar | {"name": look.labels[f"part_{name}"]})
        keys.append(key(f"■ {look.labels[f'part_{name}']}", role, look))
    total = np.asarray(listens.total[:, unit], dtype=float)
    colour = look.line(ROLES[letter])
    hover = look.labels["hover_part"].format(part=look.labels["part_total"], token="%{x}", value="%{y:.2f}")
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": names,
        "y": total,
        "line": {"color": colour, "width": 2 * look.scale},
    }
    ring = {
        "size": 7 * look.scale,
        "color": colour,
        "opacity": 1,
        "line": {"color": look.ground, "width": 1.5},
    }
    data.append(line | {"name": look.labels["part_total"], "marker": ring, "hovertemplate": hover + "<extra></extra>"})
    keys.append(key(f"● {look.labels['part_total']}", ROLES[letter], look))
    here = {"type": "rect", "layer": "below", "xref": "x", "x0": step - 0.5, "x1": step + 0.5, "yref": "paper"}
    here |= {"y0": 0, "y1": 1, "line": {"width": 0}, "fillcolor": look.rule, "opacity": 0.55}
    said, top = caption([" &nbsp; ".join(keys[:3]), keys[3]], 42, look)
    side = value_axis(look, tickmode="auto", nticks=6)
    side |= {"zeroline": True, "zerolinecolor": look.line("faint"), "zerolinewidth": 1}
    margin = {"l": look.px(42), "r": look.px(10), "t": top, "b": below, "pad": 0}
    layout = {"xaxis": axis, "yaxis": side, "margin": margin, "barmode": "relative", "bargap": 0.25, "shapes": [here]}
    return spec(data, look, height=look.px(200) + top + below, annotations=[said], **layout)


def _rows(order: Sequence[int] | np.ndarray, chosen: int | None, look: Look, below: int, top: int) -> dict[str, Any]:
    """Units as rows from above, by number; the chosen one bold."""
    names = [f"<b>▸{int(unit)}</b>" if unit == chosen else str(int(unit)) for unit in order]
    rows = len(names)
    every = 1 if rows <= 48 else 2
    axis = value_axis(look, range=[rows - 0.5, -0.5], showgrid=False)
    axis["tickvals"], axis["ticktext"] = list(range(0, rows, every)), names[::every]
    axis["tickfont"] = look.font(TINY, "faint")
    margin = {"l": look.px(30), "r": look.px(14), "t": top, "b": below, "pad": 0}
    return {"yaxis": axis, "margin": margin, "height": look.px(ROW * rows) + top + below}


def _pattern(look: Look) -> dict[str, Any]:
    return {"fgcolor": look.ground, "fillmode": "overlay", "size": 6, "solidity": 0.25}


def _signed(value: float) -> str:
    return escaped(f"{value:+.2f}".replace("-", "−"))
