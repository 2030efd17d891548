"""What the figures share: how they look, what makes a function a figure, words in a figure, and JSON."""

from __future__ import annotations

import base64
import functools
import html
import inspect
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, Protocol, cast, runtime_checkable

import numpy as np
import orjson
import plotly.graph_objects as go

from rnnviz.figures import theme as themes
from rnnviz.language import NETWORKS, labels_of_figures

Labels = Mapping[str, Any]
Spec = dict[str, Any]
"""A figure as a plain dict: `data` and `layout`, with NumPy arrays where Plotly takes them."""
P = ParamSpec("P")

MOST_LETTERS, MOST_IN_PROSE = 12, 24
"""Letters of a token that are shown beside an axis, and in a sentence."""
TEXT, SMALL, TINY = 12, 11, 9
"""Type sizes in px at scale 1: names, ticks, the ends of a colour scale."""


@dataclass(frozen=True)
class Look:
    """What a figure shows of a page, beside the numbers: its labels, its colours and its size."""

    labels: Labels
    theme: str = "light"
    scale: float = 1.0
    """Of type, lines and margins: 1.5 for a projector."""

    def px(self, size: float | int) -> int:
        """A length at this scale, in whole px."""
        return round(size * self.scale)

    def line(self, role: str) -> str:
        """A role's colour for lines, marks and surfaces."""
        return themes.line(self.theme, role)

    def text(self, role: str) -> str:
        """A role's colour for words."""
        return themes.text(self.theme, role)

    @property
    def ground(self) -> str:
        return themes.THEMES[self.theme].ground

    @property
    def rule(self) -> str:
        """The colour of hairlines and grids."""
        return themes.THEMES[self.theme].rule

    def called(self, network: str) -> str:
        """What a network is called; one that is not ours keeps its name."""
        names: Mapping[str, str] = self.labels.get(NETWORKS, {})
        return names.get(network, network)

    def font(self, size: int, role: str) -> dict[str, Any]:
        return {"size": size * self.scale, "color": self.text(role)}


def english(section: str = "figures") -> Labels:
    """The labels of a section of the locale file in English, for whoever does not pass any."""
    return labels_of_figures("en", section)


@runtime_checkable
class Figure(Protocol[P]):
    """A function that `figure` has made a figure: it returns a `go.Figure`, and `.spec` the plain dict."""

    section: str
    spec: Callable[P, Spec]

    def __call__(
        self, *records: Any, labels: Labels | None = None, theme: str = "light", scale: float = 1.0, **options: Any
    ) -> go.Figure: ...


def figure(section: str) -> Callable[[Callable[P, Spec]], Figure[P]]:
    """Makes a figure of a function that draws one, `draw(…, look)`. `section`: of the locale file, for its labels.

    Called, the figure takes `labels`, `theme` and `scale` in the place of `look`, and returns a `go.Figure`. It is
    not validated: that would take ten times as long, and the tests do it. Pages call `.spec`, which is `draw` itself.
    """

    def made(draw: Callable[P, Spec]) -> Figure[P]:
        @functools.wraps(draw)
        def drawn(
            *records: Any, labels: Labels | None = None, theme: str = "light", scale: float = 1.0, **options: Any
        ) -> go.Figure:
            options["look"] = Look(labels or english(section), theme, scale)
            return go.Figure(draw(*records, **options), _validate=False)

        named = cast(Any, drawn)
        named.spec, named.section, named.__signature__ = draw, section, _public(draw)
        return cast(Figure[P], named)

    return made


def _public(draw: Callable[..., Spec]) -> inspect.Signature:
    """The signature of `draw` with the fields of a `Look` in the place of `look`."""
    mine = [one for name, one in inspect.signature(draw).parameters.items() if name != "look"]
    labels, *rest = (one.replace(kind=one.KEYWORD_ONLY) for one in inspect.signature(Look).parameters.values())
    labels = labels.replace(default=None, annotation="Labels | None")
    return inspect.Signature([*mine, labels, *rest], return_annotation="go.Figure")


def escaped(text: str) -> str:
    """Text that Plotly shows as typed: it would read <b> as bold and, beside MathJax, $x$ as a formula."""
    return html.escape(text, quote=False).replace("$", "&#36;")


def shortened(token: str, most: int = MOST_LETTERS) -> str:
    return token if len(token) <= most else token[: most - 1] + "…"


def width_in_em(text: str) -> float:
    """A rough width of a text: ideographs and kana are as wide as they are high, capitals wider than small letters."""
    wide = (
        1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.68 if letter.isupper() else 0.56 for letter in text
    )
    return sum(wide)


def note(text: str, size: int, role: str, look: Look, **where: Any) -> dict[str, Any]:
    """A text in the figure in a role's colour, placed on the paper unless `where` says otherwise."""
    place: dict[str, Any] = {"xref": "paper", "yref": "paper", "showarrow": False, "borderpad": 0}
    return {**place, "text": text, "font": look.font(size, role), **where}


def key(text: str, role: str, look: Look) -> str:
    """A part of a caption in the colour of what it names."""
    return f'<span style="color:{look.text(role)}">{text}</span>'


def caption(lines: Sequence[str], left: float | int, look: Look) -> tuple[dict[str, Any], int]:
    """Lines above a figure, from its left edge, and the height they need in px. `left`: the margin, at scale 1."""
    where = {
        "x": 0,
        "xanchor": "left",
        "xshift": -left * look.scale + 2,
        "y": 1,
        "yanchor": "bottom",
        "yshift": 7 * look.scale,
    }
    text = note("<br>".join(lines), SMALL, "faint", look, align="left", **where)
    return text, look.px(len(lines) * 1.3 * SMALL + 12)


def spec(data: list[dict[str, Any]], look: Look, **layout: Any) -> Spec:
    """Traces and layout as a figure's plain dict, without a template: the rest is Plotly's own default."""
    font = {"family": themes.FONT, **look.font(TEXT, "ink")}
    base = {
        "template": {},
        "autosize": True,
        "paper_bgcolor": look.ground,
        "plot_bgcolor": look.ground,
        "font": font,
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": look.ground, "bordercolor": look.line("faint"), "font": font},
    }
    return {"data": data, "layout": {**base, **layout}}


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
