"""The axes of figures: one column per token, values, and powers of ten."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnviz.figures.base import SMALL, Look, escaped, shortened, width_in_em
from rnnviz.numbers import power

TICK_ANGLE = -60
MOST_TICKS = 22
"""More token labels than this would touch each other on a phone."""


@functools.lru_cache(maxsize=8)
def categories(tokens: tuple[str, ...]) -> list[str]:
    """The tokens as names of columns. A category axis wants them distinct, so each carries zero-width spaces:
    one more at each return. So no token looks like a number either.
    """
    counts: dict[str, int] = {}
    names = []
    for token in tokens:
        counts[token] = counts.get(token, 0) + 1
        names.append(escaped(token) + "\u200b" * counts[token])
    return names


def token_axis(tokens: Sequence[str], names: list[str], look: Look) -> tuple[dict[str, Any], int]:
    """The x axis of a figure with one column per token, and the height of its labels in px."""
    steps = len(tokens)
    shown = np.unique(np.linspace(0, steps - 1, min(steps, MOST_TICKS)).round().astype(int)).tolist()
    size = SMALL * look.scale
    labels = [shortened(tokens[step]) for step in shown]
    longest = max(map(width_in_em, labels), default=1.0)
    axis = {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": names,
        "range": [-0.5, steps - 0.5],
        "fixedrange": True,
        "tickmode": "array",
        "tickvals": shown,
        "ticktext": [escaped(label) for label in labels],
        "tickangle": TICK_ANGLE,
        "ticklabeloverflow": "allow",
        "ticks": "",
        "tickfont": look.font(SMALL, "faint"),
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "automargin": False,
    }
    return axis, round(size * (0.87 * longest + 1.0)) + 6


def value_axis(look: Look, **more: Any) -> dict[str, Any]:
    """A y axis with quiet rules at its ticks."""
    return {
        "fixedrange": True,
        "tickmode": "array",
        "ticks": "",
        "tickfont": look.font(SMALL, "faint"),
        "ticklabelstandoff": 3,
        "ticklabeloverflow": "allow",  # else every label is measured
        "showgrid": True,
        "gridcolor": look.rule,
        "gridwidth": 1,
        "zeroline": False,
        "showline": False,
        "automargin": False,
        **more,
    }


def power_axis(powers: Sequence[int], ends: Sequence[float], look: Look, open_ended: bool = False) -> dict[str, Any]:
    """A logarithmic axis between two powers of ten, which names some of them as `power_names` does."""
    axis = value_axis(look, type="log", range=list(ends))
    return axis | {"tickvals": [10.0**p for p in powers], "ticktext": power_names(powers, open_ended)}


def power_names(powers: Sequence[int], open_ended: bool = False) -> list[str]:
    """Powers of ten in words; `open_ended`: with ≤ at the first and ≥ at the last."""
    names = [power(p) for p in powers]
    if open_ended:
        names[0], names[-1] = f"≤{names[0]}", f"≥{names[-1]}"
    return names


def title(text: str, look: Look) -> dict[str, Any]:
    """The name of an axis, for its `title`."""
    return {"text": text, "standoff": 2, "font": look.font(SMALL, "faint")}
