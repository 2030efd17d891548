"""The lines of a training run: every step and the running mean, few enough to be sent each second.

Thin: every step, of many the extremes, so that no jump is lost; thick: the mean of the last `WINDOW`. What leaves an
axis stands hollow at its upper edge; ∞ and NaN as a cross there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from rnnviz.figures.base import SMALL, Look, escaped
from rnnviz.figures.paths import STYLES
from rnnviz.numbers import three_digits

WINDOW = 20
"""Steps whose mean the thick line is."""
MOST = 240
"""Points of a curve, at most."""
HERE = 20
"""So many crosses or hollow marks are told apart."""

NOTHING = np.zeros(0)
Log = Mapping[str, np.ndarray]
"""`Run.log`: one entry a step under each key; empty before the first."""


class Twin(NamedTuple):
    """What the figures show of a run."""

    name: str
    log: Log
    clip: float | None = None
    """The norm at which its gradient is clipped."""
    broke: int = 0
    """The step at which it broke down, counted from 1; 0 if it did not."""

    def until(self, at: int | None) -> Twin:
        """As it was after that step; None: as it is."""
        if at is None:
            return self
        log = {name: values[:at] for name, values in self.log.items()}
        return self._replace(log=log, broke=self.broke if self.broke <= at else 0)


class Ends(NamedTuple):
    """The axis of a figure's values."""

    low: float
    high: float
    axis: dict[str, Any]


def thinned(values: np.ndarray, most: int = MOST) -> tuple[np.ndarray, np.ndarray]:
    """Steps (from 1) and values, of many the least and the greatest of each stretch, in their order: `(n,)` each."""
    count = len(values)
    if count <= most:
        return np.arange(1.0, count + 1, dtype=np.float32), values.astype(np.float32)
    size = -(-2 * count // most)
    padded = np.pad(values.astype(float), (0, -count % size), constant_values=values[-1]).reshape(-1, size)
    wild = np.where(np.isnan(padded), np.inf, padded)  # a NaN is an extreme too
    both = np.sort(np.column_stack([wild.argmin(1), wild.argmax(1)]), axis=1)
    steps = (both + size * np.arange(len(padded))[:, None]).ravel().clip(max=count - 1)
    return (steps + 1).astype(np.float32), values[steps].astype(np.float32)


def smoothed(values: np.ndarray, most: int = MOST) -> tuple[np.ndarray, np.ndarray]:
    """Steps (from 1) and the mean of the numbers among the last `WINDOW` up to each; NaN where there is none."""
    known = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0), dtype=float)])
    counts = np.concatenate([[0], np.cumsum(known)])
    every = max(1, -(-len(values) // most))
    ends = np.arange(len(values), 0, -every)[::-1]
    starts = np.maximum(ends - WINDOW, 0)
    with np.errstate(all="ignore"):
        means = (sums[ends] - sums[starts]) / (counts[ends] - counts[starts])
    return ends.astype(np.float32), means.astype(np.float32)


def twin_lines(twin: Twin, k: int, what: str, ends: Ends, look: Look) -> list[dict[str, Any]]:
    """One twin's lines: every step, the running mean, where it is now, held-out examples, what left the axis."""
    role, dash, mark, _ = STYLES[k]
    colour = look.line(role)
    values = logged(twin, what)
    if not len(values):
        return []
    name = escaped(twin.name)
    steps, every = thinned(values)
    mean_steps, means = smoothed(values)
    hover = look.labels["hover"].format(name=name, step="%{x}", value="%{y:.3~g}") + "<extra></extra>"
    shared = {"type": "scatter", "mode": "lines", "cliponaxis": False}
    shown = np.where(np.isfinite(every), np.clip(every, ends.low, ends.high), np.nan).astype(np.float32)
    thin = {"color": faded(colour, 0.3), "width": look.scale}
    held = twin.log.get(f"held_{what}")
    alone = held is None or not np.isfinite(held).any()
    found = [shared | {"x": steps, "y": shown, "line": thin, "hoverinfo": "skip"}]
    thick = {"color": colour, "width": (3.4 - 1.6 * k) * look.scale, "dash": dash}  # both are seen where they agree
    means = np.clip(means, ends.low, ends.high)
    found.append(
        shared
        | {
            "x": mean_steps,
            "y": means,
            "line": thick if alone else thick | {"width": 1.4 * look.scale},
            "hovertemplate": hover,
        }
    )
    if held is not None and not alone:
        where = np.flatnonzero(np.isfinite(held))
        told = look.labels["hover_held"].format(name=name, step="%{x}", value="%{y:.3~g}") + "<extra></extra>"
        dots = {"color": colour, "symbol": f"{mark}-open", "size": 5 * look.scale, "opacity": 1}
        one = {"x": (where + 1.0).astype(np.float32), "y": np.clip(held[where], ends.low, ends.high).astype(np.float32)}
        line = {"color": colour, "width": 2.6 * look.scale, "dash": dash}
        found.append(shared | one | {"mode": "lines+markers", "line": line, "marker": dots, "hovertemplate": told})
    last = np.flatnonzero(np.isfinite(means))[-1:]
    here = {"color": colour, "symbol": mark, "size": 8 * look.scale, "opacity": 1}
    found.append(
        shared | {"mode": "markers", "x": mean_steps[last], "y": means[last], "marker": here, "hoverinfo": "skip"}
    )
    if what != "accuracy":  # which is no number where a batch asked nothing
        found += _beyond(steps, every, ends, colour, name, look)
    return found


def _beyond(
    steps: np.ndarray, values: np.ndarray, ends: Ends, colour: str, name: str, look: Look
) -> list[dict[str, Any]]:
    """Marks at the upper edge: hollow for what is above it, a cross for ∞ and NaN."""
    wild = np.flatnonzero(~(values <= ends.high))
    if not len(wild):
        return []
    few = wild[:: -(-len(wild) // HERE)]
    few = np.union1d(few, wild[~np.isfinite(values[wild])][:1])
    symbols = ["triangle-up-open" if np.isfinite(values[k]) else "x" for k in few]
    hover = look.labels["hover"].format(name=name, step="%{x}", value="%{text}") + "<extra></extra>"
    marker = {
        "color": colour,
        "symbol": symbols,
        "size": 9 * look.scale,
        "opacity": 1,
        "line": {"width": 1.6 * look.scale},
    }
    top = np.full(len(few), ends.high, np.float32)
    one = {"type": "scatter", "mode": "markers", "x": steps[few], "y": top, "marker": marker, "cliponaxis": False}
    return [one | {"text": [three_digits(float(values[k])) for k in few], "hovertemplate": hover}]


def other_line(twin: Twin, what: str, ends: Ends, look: Look) -> list[dict[str, Any]]:
    """An earlier run: a faint line that ends in its name."""
    if not len(logged(twin, what)):
        return []
    steps, means = smoothed(twin.log[what])
    means = np.clip(means, ends.low, ends.high)
    line = {"color": look.line("faint"), "width": 1.4 * look.scale}
    one = {"type": "scatter", "mode": "lines+text", "x": steps, "y": means, "line": line, "cliponaxis": False}
    names = ["" for _ in steps]
    known = np.flatnonzero(np.isfinite(means))
    if len(known):
        names[known[-1]] = escaped(twin.name)
    font = look.font(SMALL, "faint")
    return [one | {"text": names, "textposition": "top left", "textfont": font, "hoverinfo": "skip"}]


def logged(twin: Twin, what: str) -> np.ndarray:
    """The log under a key, empty if there is none."""
    return twin.log.get(what, NOTHING)


def mean_of_last(values: np.ndarray) -> float:
    """The mean of the numbers among the last `WINDOW`; NaN if there is none."""
    known = values[-WINDOW:][np.isfinite(values[-WINDOW:])]
    return float(known.mean()) if len(known) else float("nan")


def faded(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:.2f})"
