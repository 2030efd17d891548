"""What the figures share: labels, escaped tokens, the token axis, and rows measured in pixels."""

from __future__ import annotations

import base64
import functools
import html
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec

import numpy as np
import orjson
import plotly.graph_objects as go

from rnnviz.figures import theme as themes
from rnnviz.language import labels_of

Labels = Mapping[str, str]
Spec = dict[str, Any]
"""A figure as a plain dict: `data` and `layout`, with NumPy arrays where Plotly takes them."""
P = ParamSpec("P")

TICK_ANGLE = -60
MOST_TICKS = 22
"""More token labels than this would touch each other on a phone."""
MOST_LETTERS, MOST_IN_PROSE = 12, 24
"""Letters of a token that are shown beside an axis, and in a sentence."""
TEXT, SMALL, TINY = 12, 11, 9
"""Type sizes in px at scale 1: names, ticks, the ends of a colour scale."""


def english(section: str = "figures") -> Labels:
    """The labels of a section of the locale file in English, for whoever does not pass any."""
    return labels_of("en", section)


def escaped(text: str) -> str:
    """Text that Plotly shows as typed: it would read <b> as bold and, beside MathJax, $x$ as a formula."""
    return html.escape(text, quote=False).replace("$", "&#36;")


def shortened(token: str, most: int = MOST_LETTERS) -> str:
    return token if len(token) <= most else token[: most - 1] + "…"


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


def width_in_em(text: str) -> float:
    """A rough width of a text: ideographs and kana are as wide as they are high, capitals wider than small letters."""
    wide = (
        1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.68 if letter.isupper() else 0.56 for letter in text
    )
    return sum(wide)


def token_axis(tokens: Sequence[str], names: list[str], theme: str, scale: float) -> tuple[dict[str, Any], int]:
    """The x axis of a figure with one column per token, and the height of its labels in px."""
    steps = len(tokens)
    shown = np.unique(np.linspace(0, steps - 1, min(steps, MOST_TICKS)).round().astype(int)).tolist()
    size = SMALL * scale
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
        "tickfont": {"size": size, "color": themes.text(theme, "faint")},
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "automargin": False,
    }
    return axis, round(size * (0.87 * longest + 1.0)) + 6


def value_axis(theme: str, scale: float, **more: Any) -> dict[str, Any]:
    """A y axis with quiet rules at its ticks."""
    return {
        "fixedrange": True,
        "tickmode": "array",
        "ticks": "",
        "tickfont": {"size": SMALL * scale, "color": themes.text(theme, "faint")},
        "ticklabelstandoff": 3,
        "ticklabeloverflow": "allow",  # else every label is measured
        "showgrid": True,
        "gridcolor": themes.THEMES[theme].rule,
        "gridwidth": 1,
        "zeroline": False,
        "showline": False,
        "automargin": False,
        **more,
    }


def note(text: str, size: float, colour: str, **where: Any) -> dict[str, Any]:
    """A text in the figure, placed on the paper unless `where` says otherwise."""
    place: dict[str, Any] = {"xref": "paper", "yref": "paper", "showarrow": False, "borderpad": 0}
    return {**place, "text": text, "font": {"size": size, "color": colour}, **where}


def spec(data: list[dict[str, Any]], theme: str, scale: float, **layout: Any) -> Spec:
    """Traces and layout as a figure's plain dict, without a template: the rest is Plotly's own default."""
    look = themes.THEMES[theme]
    base = {
        "template": {},
        "autosize": True,
        "paper_bgcolor": look.ground,
        "plot_bgcolor": look.ground,
        "font": {"family": themes.FONT, "size": TEXT * scale, "color": themes.text(theme, "ink")},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": look.ground,
            "bordercolor": themes.line(theme, "faint"),
            "font": {"family": themes.FONT, "size": TEXT * scale, "color": themes.text(theme, "ink")},
        },
    }
    return {"data": data, "layout": {**base, **layout}}


def as_figure(draw: Callable[P, Spec]) -> Callable[P, go.Figure]:
    """The same function, returning a `go.Figure` of what `draw` describes.

    Not validated: that would take ten times as long, and the tests do it.
    """

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> go.Figure:
        return go.Figure(draw(*args, **kwargs), _validate=False)

    drawn.__annotations__ = {**draw.__annotations__, "return": go.Figure}
    return drawn


def as_json(value: Any) -> bytes:
    """A spec, or anything that holds specs and arrays, as JSON: every array as Plotly's `{dtype, bdata, shape}`."""
    return orjson.dumps(value, default=encoded)


def encoded(array: np.ndarray) -> dict[str, str]:
    """An array as Plotly reads it, in base64. Raises TypeError for what is no array of numbers."""
    kind = {"float32": "f4", "float64": "f8"}.get(array.dtype.name) if isinstance(array, np.ndarray) else None
    if kind is None:
        raise TypeError(f"cannot be sent to the browser: {type(array).__name__}")
    one = {"dtype": kind, "bdata": base64.b64encode(array.tobytes()).decode()}
    return one if array.ndim == 1 else one | {"shape": ", ".join(map(str, array.shape))}
