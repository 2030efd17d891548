"""Ask it now: would the network name the right thing if the sentence ended here? So forgetting is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnnviz.figures.axes import TICK_ANGLE, categories, token_axis, value_axis
from rnnviz.figures.base import TEXT, Look, Spec, escaped, figure, note, spec
from rnnviz.figures.states import LEFT, RIGHT

HEIGHT, TOP = 120, 22
"""Of the plot and above it, in px at scale 1."""
APART = 0.25
"""Curves that differ by less are not told apart by where their names stand."""
STYLES = (("ink", "solid", "circle"), ("faint", "dash", "square"), ("gradient", "dot", "diamond"))
"""Colour, dash and mark of the first, second and third network."""


@figure("figures")
def ask(
    curves: Mapping[str, np.ndarray],
    can_end: np.ndarray | Sequence[bool],
    tokens: Sequence[str],
    answer: str | None,
    *,
    chance: float = 0.1,
    title: bool = False,
    look: Look,
) -> Spec:
    """The probability of `answer` after every token, if the sentence ended there: one curve per network.

    `curves`: `(T,)` by the network's name; `can_end`: `(T,)`, False where the language does not allow an end
    (hollow marks); `answer`: None where no need is stated, and the curves are those of the likeliest thing;
    `chance`: the probability of a blind guess; `title`: the question over the figure. The margins and
    `layout.meta` are those of `states`, so that the two can stand under each other.
    """
    names = categories(tuple(tokens))
    margin = {"l": look.px(LEFT), "r": look.px(RIGHT), "pad": 0}
    margin["t"] = look.px(TOP * (2 if title else 1))
    x_axis, margin["b"] = token_axis(tokens, names, look)
    y_axis = value_axis(look, range=[0, 1], zeroline=True, zerolinecolor=look.rule)
    y_axis["tickvals"] = [chance, 0.5, 1]
    y_axis["ticktext"] = [look.labels["chance"].format(percent=f"{100 * chance:.0f}"), "50%", "100%"]

    notes, data = [], [_chance(names, chance, look)]
    values = [np.asarray(curve, dtype=np.float64) for curve in curves.values()]
    ends = np.asarray(can_end, dtype=bool)
    for k, name in enumerate(curves):
        role, dash, mark = STYLES[k % len(STYLES)]
        style = (look.line(role), dash, mark)
        data.append({"name": escaped(name)} | _curve(names, values[k], ends, style, look))
        notes.append(_label(escaped(name), k, values, role, look))
    height = look.px(HEIGHT)
    if title:
        question = look.labels["ask"].format(answer=f"<b>{escaped(answer)}</b>") if answer else look.labels["ask_open"]
        where = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "yshift": look.px(TOP)}
        notes.append(note(question, TEXT, "ink", look, **where))
    meta = {
        "rows": [{"role": "ask", "kind": "line", "top": margin["t"], "height": height}],
        "steps": len(names),
        "angle": TICK_ANGLE,
    }
    return spec(
        data,
        look,
        margin=margin,
        height=height + margin["t"] + margin["b"],
        xaxis=x_axis | {"anchor": "y"},
        yaxis=y_axis,
        annotations=notes,
        meta=meta,
    )


def _chance(names: list[str], chance: float, look: Look) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": names,
        "y": [chance] * len(names),
        "line": {"color": look.line("faint"), "width": look.scale, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _curve(
    names: list[str],
    values: np.ndarray,
    ends: np.ndarray,
    style: tuple[str, str, str],
    look: Look,
) -> dict[str, Any]:
    colour, dash, mark = style
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": names,
        "y": values,
        "line": {"color": colour, "width": 1.8 * look.scale, "dash": dash},
        "marker": {
            "symbol": mark,
            "size": (4 if len(names) > 40 else 6.5) * look.scale,
            "color": [colour if end else look.ground for end in ends.tolist()],
            "line": {"color": colour, "width": 1.3 * look.scale},
            "opacity": 1,
        },
        "cliponaxis": False,
        "hovertemplate": look.labels["hover_ask"].format(token="%{x}", value="%{y:.0%}") + "<extra></extra>",
    }


def _label(name: str, k: int, values: list[np.ndarray], role: str, look: Look) -> dict[str, Any]:
    """A curve's name where it is farthest from the others: above the higher one, below the lower. Curves that
    never part are named at the left and at the right end.
    """
    mine, steps = values[k], len(values[k])
    others = [other for j, other in enumerate(values) if j != k] or [np.zeros(steps)]
    apart = mine - np.mean(others, axis=0)
    at, above = int(np.argmax(np.abs(apart))), True
    if abs(apart[at]) > APART:
        above = bool(apart[at] > 0 or mine[at] < 0.15)  # under 15% a name below would stand in the tokens
    else:
        at = round((steps - 1) * (0.06 if k == 0 else 0.94))
    side = "left" if at < steps / 6 else "right" if at > steps * 5 / 6 else "center"
    where = {"xref": "x", "yref": "y", "x": at, "y": float(mine[at]), "xanchor": side}
    where |= {"yanchor": "bottom" if above else "top", "yshift": (5 if above else -5) * look.scale}
    return note(f"<b>{name}</b>", TEXT, role, look, bgcolor=look.ground, **where)
