"""Every colour, and the typeface, of every figure and of the stepper.

A thing has one colour everywhere. The hues are those of Okabe & Ito (2008), which people with colour-vision
deficiency tell apart, darkened or lightened until a line has a contrast of 3:1 and a text of 4.5:1 against
the ground. What does the same work shares a colour: a GRU's update gate keeps the old state as an LSTM's
forget gate does, and its reset gate decides, like an output gate, how much of the state is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

ThemeName = Literal["light", "dark"]

FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Hiragino Sans', 'Hiragino Kaku Gothic ProN', "
    "'Yu Gothic UI', 'Noto Sans JP', 'Noto Sans CJK JP', Meiryo, sans-serif"
)
"""System faces with Japanese glyphs: nothing is fetched. The same list as in .streamlit/config.toml."""


class Colour(NamedTuple):
    line: str
    """For lines, marks and surfaces: at least 3:1 against the ground."""
    text: str
    """For words in that colour: at least 4.5:1."""


class Theme(NamedTuple):
    ground: str
    rule: str
    """Hairlines and grid: meant to be quiet, carries no information."""
    roles: Mapping[str, Colour]
    below: tuple[str, str]
    """Signed values: at -0.5 and at -1. Zero is the ground, so that nothing there looks like nothing."""
    above: tuple[str, str]
    """At 0.5 and at 1."""
    sizes: tuple[str, ...]
    """Sizes on a log scale, between the ground (vanished) and the ink (exploded): several hues, and the further up,
    the further from the ground in lightness, so that everybody tells one power of ten from the next."""


THEMES: Mapping[str, Theme] = {
    "light": Theme(
        ground="#ffffff",
        rule="#d9d9d6",
        roles={
            "ink": Colour("#1a1a1a", "#1a1a1a"),
            "faint": Colour("#6b6f76", "#6b6f76"),
            "hidden": Colour("#0072b2", "#00639c"),
            "cell": Colour("#b87700", "#8a5900"),
            "forget": Colour("#d55e00", "#b04c00"),
            "input": Colour("#009970", "#007656"),
            "candidate": Colour("#7a4fa3", "#7a4fa3"),
            "output": Colour("#3091d1", "#1f74ad"),
            "reset": Colour("#3091d1", "#1f74ad"),
            "update": Colour("#d55e00", "#b04c00"),
            "gradient": Colour("#c0268c", "#b3227f"),
        },
        below=("#74aed6", "#08406f"),
        above=("#f0a36b", "#8f2d04"),
        sizes=(
            "#f7f3cc",
            "#f2e4aa",
            "#f1d36c",
            "#f3c032",
            "#fea057",
            "#fd8a1a",
            "#ff6a46",
            "#bd7127",
            "#ba5a43",
            "#9a505c",
            "#80436e",
            "#6c2d87",
            "#591272",
            "#3d1c3d",
        ),
    ),
    "dark": Theme(
        ground="#111213",
        rule="#3a3d40",
        roles={
            "ink": Colour("#ececea", "#ececea"),
            "faint": Colour("#9da1a6", "#9da1a6"),
            "hidden": Colour("#4da6e0", "#66b3e6"),
            "cell": Colour("#e69f00", "#ebae2e"),
            "forget": Colour("#f0793a", "#f58f55"),
            "input": Colour("#20b88c", "#35c79c"),
            "candidate": Colour("#ad86d6", "#bc9ae0"),
            "output": Colour("#8ccbf2", "#8ccbf2"),
            "reset": Colour("#8ccbf2", "#8ccbf2"),
            "update": Colour("#f0793a", "#f58f55"),
            "gradient": Colour("#e860b4", "#ee7dc2"),
        },
        below=("#2b6593", "#a9d8fb"),
        above=("#a2512a", "#ffc795"),
        sizes=(
            "#0d114f",
            "#180b7d",
            "#2f297e",
            "#5214a4",
            "#662eaf",
            "#7a44b0",
            "#b646a2",
            "#bd607d",
            "#d16c74",
            "#cf826c",
            "#d09b2a",
            "#d3c237",
            "#d1d86b",
            "#ebdeac",
        ),
    ),
}

SIGNED = (-1.0, 1.0)
"""The one range of hidden states, cell states and candidates. Beyond it the colour stays that of the end."""
SHARE = (0.0, 1.0)
"""The one range of gates."""

Colorscale = list[list[Any]]


def diverging(theme: str) -> Colorscale:
    """Plotly's colour scale for signed values on `SIGNED`; zero is the ground."""
    look = THEMES[theme]
    stops = (look.below[1], look.below[0], look.ground, look.above[0], look.above[1])
    return [[i / 4, colour] for i, colour in enumerate(stops)]


def sequential(theme: str, role: str) -> Colorscale:
    """Plotly's colour scale for a gate on `SHARE`: from the ground (closed) to the gate's colour (open)."""
    return [[0.0, THEMES[theme].ground], [1.0, THEMES[theme].roles[role].line]]


def decades(theme: str, count: int) -> list[str]:
    """`count` colours from the ground (vanished) to the ink (exploded): one for each power of ten."""
    look = THEMES[theme]
    stops = (look.ground, *look.sizes, look.roles["ink"].line)
    return [_between(stops, k / (count - 1) * (len(stops) - 1)) for k in range(count)]


def stepped(colours: Sequence[str]) -> Colorscale:
    """Plotly's colour scale that does not blend: each colour fills its part, and its edge is seen."""
    return [[(k + end) / len(colours), colour] for k, colour in enumerate(colours) for end in (0, 1)]


def _between(stops: Sequence[str], place: float) -> str:
    """The colour at a place between stops 0, 1, 2, …"""
    k = min(int(place), len(stops) - 2)
    ends = ([int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in stops[k : k + 2])
    return "#" + "".join(f"{round(a + (place - k) * (b - a)):02x}" for a, b in zip(*ends, strict=True))


def line(theme: str, role: str) -> str:
    """A role's colour for lines, marks and surfaces."""
    return THEMES[theme].roles[role].line


def text(theme: str, role: str) -> str:
    """A role's colour for words."""
    return THEMES[theme].roles[role].text


def css(theme: str) -> str:
    """The same as CSS custom properties: `--rv-<role>`, `--rv-<role>-text`, `--rv-ground`, `--rv-rule`."""
    look = THEMES[theme]
    pairs = {"ground": look.ground, "rule": look.rule}
    for role, colour in look.roles.items():
        pairs |= {role: colour.line, f"{role}-text": colour.text}
    return " ".join(f"--rv-{name}: {value};" for name, value in pairs.items())
