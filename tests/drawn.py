"""What a figure draws, as the tests look at it."""

from __future__ import annotations

from typing import Any

from rnnviz.figures import Figure, Look, english
from rnnviz.figures.base import Labels, Spec


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
