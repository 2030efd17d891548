"""Six networks at the last word of one sentence: what they answer, what they can see, what they react to.

Each figure has one row for a network, at the same height in all three.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.figures import theme as themes
from rnnviz.figures.axes import categories, token_axis, value_axis
from rnnviz.figures.base import SMALL, TEXT, Look, Spec, caption, escaped, figure, note, shortened, spec
from rnnviz.figures.through_time import DEEP, PALE, frame, magnitudes
from rnnviz.numbers import percent, three_digits

if TYPE_CHECKING:
    from rnnviz.networks.sight import Sight

ROW = 40
"""Height of a network's row in px at scale 1."""
LEFT, RIGHT = 92, 40
"""Margins in px at scale 1: for the names, for a colour scale."""
MOST = 16
"""Words named under a figure."""
CROSSES = 40
"""So many crosses in a row are told apart."""
CHANCE = 0.1
STYLES = {
    "rnn": ("ink", "dot"),
    "lstm": ("hidden", "solid"),
    "gru": ("output", "dash"),
    "window": ("faint", "solid"),
    "conv": ("input", "solid"),
    "attention": ("candidate", "solid"),
    "wide": ("faint", "dash"),
    "window-20": ("faint", "dash"),
    "window-30": ("faint", "dot"),
    "rnn-48": ("ink", "dot"),
    "gru-48": ("output", "dash"),
}
"""The colour (a role) and the dash of each network's lines and bars; "wide": a window that sees every word."""


def name(kind: str, look: Look) -> str:
    """What a network is called in the figures."""
    return look.called(kind)


@figure("compare_figures")
def answers(looks: Sequence[Sight], answer: str | None, *, look: Look) -> Spec:
    """The probability of the right thing as a bar (of the likeliest, where no thing is right), and what is said."""
    rows = np.arange(len(looks), dtype=float)
    values = [network.chance_of(answer) if answer else network.best[1] for network in looks]
    colours = [look.line(STYLES[network.kind][0]) for network in looks]
    bars = {"type": "bar", "orientation": "h", "x": np.array(values), "y": rows + 0.2, "width": 0.32}
    bars |= {"marker": {"color": colours, "line": {"width": 0}}, "hoverinfo": "skip"}
    told = [says(network, answer, look) for network in looks]
    bars |= {"name": look.labels["says_what"], "customdata": told}
    notes = []
    for row, said in enumerate(told):
        where = {"xref": "x", "x": 0, "xanchor": "left", "yref": "y", "y": row - 0.2, "yanchor": "middle"}
        notes.append(note(said, TEXT, "ink", look, **where))
    line = {"color": look.line("faint"), "width": 1.5 * look.scale, "dash": "dot"}
    chance = {"type": "scatter", "mode": "lines", "x": np.full(3 * len(rows), CHANCE), "line": line}
    chance |= {"y": np.column_stack([rows + 0.02, rows + 0.38, np.full(len(rows), np.nan)]).ravel()}
    chance |= {"hoverinfo": "skip"}
    axis = value_axis(look, range=[0, 1.0], tickvals=[0, CHANCE, 0.5, 1], side="bottom", showgrid=False)
    axis["ticktext"] = ["", look.labels["chance"], "50%", "100%"]
    head = look.labels["answers_caption"].format(word=escaped(answer)) if answer else look.labels["answers_open"]
    layout = _rows(looks, head, look, look.px(30))
    layout["margin"]["r"] = look.px(16)
    return spec(
        [bars, chance],
        look,
        xaxis=axis,
        annotations=[*layout.pop("annotations"), *notes],
        **layout,
    )


def says(network: Sight, answer: str | None, look: Look) -> str:
    """What a network finds likeliest; beside it the right thing, where that is another one."""
    best, p = network.best
    said = look.labels["says"].format(word=escaped(shortened(best)), percent=percent(p))
    if not answer or best == answer:
        return said
    right = percent(network.chance_of(answer))
    return look.labels["says_else"].format(said=said, word=escaped(answer), percent=right)


@figure("compare_figures")
def sight(looks: Sequence[Sight], *, look: Look) -> Spec:
    """Which words can reach the last output: blue through a state, green directly; attention by its weights.

    Attention's row is the mean of its heads, which stand in it as a row of their own each, below.
    """
    tokens = looks[0].tokens
    names = categories(tokens)
    axis, below = _words(tokens, names, look)
    gap = int(len(tokens) <= 40)
    data: list[dict[str, Any]] = []
    notes = []
    for row, network in enumerate(looks):
        called = name(network.kind, look)
        shared = {
            "type": "heatmap",
            "name": escaped(called),
            "x": names,
            "showscale": False,
            "xgap": gap,
            "hoverongaps": False,
        }
        if network.attention is not None:
            heads = np.vstack([network.attention.mean(0), network.attention]).astype(float)
            edges = row - 0.4 + np.array([0.0, 0.3, 0.55, 0.8])[: len(heads) + 1]
            if len(edges) != len(heads) + 1:  # another number of heads: all rows alike
                edges = row - 0.4 + np.linspace(0, 0.8, len(heads) + 1)
            hover = look.labels["hover_attention"].format(
                name=escaped(called), head="%{text}", token="%{x}", value="%{z:.0%}"
            )
            told = [
                look.labels["mean_heads"],
                *(look.labels["head"].format(head=k + 1) for k in range(len(network.attention))),
            ]
            one = {"z": heads, "y": edges, "text": [[said] * len(tokens) for said in told], "zmin": 0, "zmax": 1}
            one["meta"] = {"rows": told}
            data.append(shared | one | {"colorscale": themes.sequential(look.theme, "candidate"), "ygap": 1}
                        | {"hovertemplate": hover + "<extra></extra>"})  # fmt: skip
            continue
        direct = network.kind in ("window", "conv")
        seen = np.where(network.sees, 1.0, np.nan)[None]
        role = STYLES[network.kind][0] if direct else "hidden"
        colour = look.line(role)
        one = {
            "z": seen,
            "y": np.array([row - 0.3, row + 0.3]),
            "zmin": 0,
            "zmax": 1,
            "opacity": 0.85 if direct else 0.3,
        }
        hover = look.labels["hover_direct" if direct else "hover_state"].format(name=escaped(called), token="%{x}")
        data.append(
            shared | one | {"colorscale": [[0, colour], [1, colour]], "hovertemplate": hover + "<extra></extra>"}
        )
        if not direct:
            where = {"xref": "paper", "x": 0.5, "xanchor": "center", "yref": "y", "y": row, "yanchor": "middle"}
            notes.append(note(look.labels["through_state"], SMALL, "ink", look, **where))
    attends = any(network.attention is not None for network in looks)
    layout = _rows(looks, look.labels["sight_caption" if attends else "sight_states"], look, below)
    layout["margin"]["r"] = look.px(10)
    return spec(data, look, xaxis=axis | frame(look), annotations=[*layout.pop("annotations"), *notes], **layout)


@figure("compare_figures")
def reacts(looks: Sequence[Sight], *, look: Look) -> Spec:
    """The size of the gradient of the answer's logit in each word's vector, on an absolute log scale.

    Words that cannot reach the answer at all are crossed out.
    """
    tokens = looks[0].tokens
    names = categories(tokens)
    axis, below = _words(tokens, names, look)
    sizes = np.array([network.saliency for network in looks], dtype=float)
    sees = np.array([network.sees for network in looks])
    z = np.log10(np.clip(sizes, 10.0 ** (PALE - 1), 10.0 ** (DEEP + 1)))
    hover = look.labels["hover_reacts"].format(token="%{x}", value="%{text}")
    text = [[three_digits(float(size)) if seen else look.labels["unseen"] for size, seen in zip(*row, strict=True)]
            for row in zip(sizes, sees, strict=True)]  # fmt: skip
    grid = {"type": "heatmap", "x": names, "y": np.arange(len(looks), dtype=float), "z": z, "text": text}
    grid |= {"xgap": int(len(tokens) <= 40), "ygap": look.px(8), "hovertemplate": hover + "<extra></extra>"}
    grid |= magnitudes(look, ROW * len(looks)) | {"name": look.labels["gradient"]}
    some = np.arange(len(tokens)) % -(-len(tokens) // CROSSES) == 0  # of many in a row
    rows, columns = np.nonzero(~sees & some)
    crosses = {"type": "scatter", "mode": "markers", "x": [names[k] for k in columns], "y": rows.astype(float)}
    marker = {"symbol": "x-thin", "size": 6 * look.scale, "opacity": 1}
    marker["line"] = {"width": 1.2 * look.scale, "color": look.line("faint")}
    crosses |= {"marker": marker, "hoverinfo": "skip"}
    target = look.labels["reacts_caption"].format(word=escaped(looks[0].target))
    if len({network.target for network in looks}) > 1:
        target = look.labels["reacts_own"]
    layout = _rows(looks, target, look, below)
    return spec([grid, crosses], look, xaxis=axis | frame(look), **layout)


def _words(tokens: Sequence[str], names: list[str], look: Look) -> tuple[dict[str, Any], int]:
    """The token axis with few labels, evenly from the last word back, and the first: three figures stand abreast."""
    axis, below = token_axis(tokens, names, look)
    count, every = len(tokens), -(-len(tokens) // round(MOST / look.scale))
    kept = [0, *(t for t in range((count - 1) % every, count, every) if t >= every)]
    return axis | {"tickvals": kept, "ticktext": [escaped(shortened(tokens[t])) for t in kept]}, below


def _rows(looks: Sequence[Sight], head: str, look: Look, below: int) -> dict[str, Any]:
    """The rows' names, the caption (as many lines for each figure, so that rows stand abreast) and the height."""
    said, top = caption(head.split("\n"), LEFT, look)
    side = value_axis(look, range=[len(looks) - 0.5, -0.5], tickvals=list(range(len(looks))), showgrid=False)
    side["ticktext"] = [
        f"<b>{escaped(name(network.kind, look))}</b>" + ("" if network.trained else f"<br>{look.labels['untrained']}")
        for network in looks
    ]
    side["tickfont"] = look.font(SMALL, "ink")
    margin = {"l": look.px(LEFT), "r": look.px(RIGHT), "t": top, "b": below, "pad": 0}
    height = look.px(ROW) * len(looks) + top + below
    return {"yaxis": side, "margin": margin, "height": height, "annotations": [said]}
