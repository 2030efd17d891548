"""What a figure draws, as the tests look at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import plotly.graph_objects as go

from rnnviz import figures
from rnnviz.figures import Figure, Look, english
from rnnviz.figures import theme as themes
from rnnviz.figures.base import Labels, Spec
from rnnviz.language import labels_of_figures


def plain(
    figure: Figure,
    *records: Any,
    labels: Labels | None = None,
    theme: str = "light",
    scale: float = 1.0,
    **options: Any,
) -> Spec:
    """A figure's plain dict, with the parameters that `figure` itself takes."""
    return figure.spec(*records, look=Look(labels or english(figure.section), theme, scale), **options)


def words(spec: Spec) -> str:
    """All notes of a figure."""
    return " ".join(note["text"] for note in spec["layout"]["annotations"])


def valid(draw: Callable[..., Mapping[str, Spec]], section: str, language: str, theme: str) -> Mapping[str, Spec]:
    """The figures in a language: valid Plotly on the theme's ground, and higher where the type is larger."""
    labels = labels_of_figures(language, section)
    small, large = (draw(labels=labels, theme=theme, scale=scale) for scale in (1.0, 1.5))
    for name, spec in small.items():
        go.Figure(spec)
        figures.as_json(spec)
        assert spec["layout"]["paper_bgcolor"] == themes.THEMES[theme].ground
        assert large[name]["layout"]["height"] > spec["layout"]["height"]
    return small
