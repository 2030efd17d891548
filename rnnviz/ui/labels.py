"""What the labels of a choice stood for.

Streamlit's browser sends the label that was chosen, and labels change: with the language, with the task ("32 (usual)"),
with the sentence ("unit 13 · half-life 6,670"). So the last few drawings of each choice are remembered, and a label
means what it meant when the visitor saw it.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

RECENT = 8
"""Drawings of a choice that are remembered."""


@dataclass(frozen=True)
class Drawing:
    """A choice as it was drawn once: which id each label stood for."""

    link: int
    """Stands for the link of the state that it was drawn for."""
    labels: array[int]
    """Hashes: the labels themselves would be most of what a visit costs."""
    ids: tuple[Any, ...]

    def label(self, id: object) -> int | None:
        return self.labels[self.ids.index(id)] if id in self.ids else None

    def id(self, label: int) -> Any:
        return self.ids[self.labels.index(label)] if label in self.labels else None


@dataclass
class Drawings:
    """The last drawings of one choice."""

    recent: deque[Drawing] = field(default_factory=lambda: deque(maxlen=RECENT))

    def add(self, link: int, labels: Sequence[str], ids: tuple[Any, ...], start: object) -> bool:
        """Remember a drawing; returns whether the id `start` is called otherwise than in the last one."""
        new = Drawing(link, array("q", map(hash, labels)), ids)
        if not self.recent:
            self.recent.append(new)
            return False
        last = self.recent[-1]
        if (last.labels, last.ids) == (new.labels, new.ids):
            new = Drawing(link, last.labels, last.ids)
        if new != last:
            self.recent.append(new)
        return last.label(start) != new.label(start)

    def meant(self, held: object, link: int) -> Any:
        """The id that a widget's value stands for, in a message with this link; the value itself if it is no label.

        Streamlit hands out an id where the label is one of those drawn last, else the label as it is. Which id the
        visitor saw under the label depends on when: they saw what was drawn for the link that they sent.
        """
        label = self.recent[-1].label(held)
        if label is None and isinstance(held, str):
            label = hash(held)
        if label is None:
            return held
        seen = [drawing for drawing in self.recent if drawing.link == link]
        found = (drawing.id(label) for drawing in (*seen, *reversed(self.recent)))
        return next((id for id in found if id is not None), held)
