"""What all scenes share: a page's look and language, sections of a board, and their bytes."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from rnnviz import figures
from rnnviz.figures.base import Look, Spec
from rnnviz.language import filled, labels_of, labels_of_figures, translate
from rnnviz.training.frozen import OwnNetwork


@dataclass(frozen=True)
class View:
    """What a payload depends on beside the sentence and the networks."""

    language: str
    theme: str
    scale: float

    def look(self, section: str) -> Look:
        """How figures look on this page. `section`: of the locale file, for their labels."""
        return Look(labels_of_figures(self.language, section), self.theme, self.scale)


@dataclass(frozen=True)
class Board:
    """A payload for `rnnviz.ui.board.board`, and the networks whose gradients are beyond all numbers."""

    payload: bytes
    overflowing: tuple[str, ...] = ()


class Writer:
    """Sections in one language and look."""

    def __init__(self, page: str, words: str, view: View, own: OwnNetwork | None = None) -> None:
        self.page, self.view, self.own = page, view, own
        self.look = view.look(words)

    def say(self, key: str, **values: Any) -> str:
        return translate(self.view.language, f"{self.page}.{key}", **values)

    def name(self, kind: str) -> str:
        """What a figure shows: a kind of network, or a word of the page's own."""
        networks = labels_of(self.view.language, "networks")
        name = networks[kind] if kind in networks else self.say(f"kinds.{kind}")
        mine = self.own is not None and self.own.kind == kind
        return translate(self.view.language, "source.own_name", name=name) if mine else name

    def section(
        self, id: str, drawn: dict[str, Spec], found: Mapping[str, Mapping[str, Any]] | None = None, /, **values: Any
    ) -> Section:
        """A section whose words stand in the locale file under its id; `drawn`: figures by what tells them apart.

        `values` fill its words; `found`, by figure, what that figure alone shows: its label says it in numbers.
        """
        text = filled(self.view.language, f"{self.page}.{id}.text", values)
        names = {key: self.name(key) if len(drawn) > 1 else "" for key in drawn}

        def told(key: str) -> dict[str, Any]:
            shown = {"name": names[key], "caption": caption(drawn[key], self.view.language)}
            return values | shown | dict((found or {}).get(key, {}))

        shown: list[Figure] = [
            {"id": key, "name": names[key], "figure": spec, "label": self.label(id, key, told(key))}
            for key, spec in drawn.items()
        ]
        return {"id": id, "title": self.say(f"{id}.title", **values), "text": text, "figures": shown, "foot": None}

    def label(self, id: str, figure: str, told: Mapping[str, Any]) -> str:
        """The text alternative of a figure, which is its finding: the section's label, or one of its own there."""
        alone = isinstance(labels_of(self.view.language, f"{self.page}.{id}")["label"], dict)
        return self.say(f"{id}.label.{figure}" if alone else f"{id}.label", **told)

    def board(self, what: object, sections: list[Section], overflowing: tuple[str, ...] = ()) -> Board:
        revision = hashlib.sha256(repr(what).encode()).hexdigest()[:16]
        words = labels_of(self.view.language, "board")
        return Board(pack(revision, sections, words, self.view.theme, self.view.scale), overflowing)


def caption(figure: Spec, language: str) -> str:
    """The words in a figure, one after the other, without their marks: for a label that says what they say."""
    texts = "<br>".join(note["text"] for note in figure["layout"].get("annotations", ()))
    texts = texts.replace("<sup>", "^").replace("<sub>", "_")
    lines = (html.unescape(re.sub("<[^>]*>", "", line)).strip(MARKS) for line in re.split("<br>|&nbsp;| {2,}", texts))
    return translate(language, "compare.comma").join(line for line in lines if line)


MARKS = " -–━╍┈╌▒○●◆■▲\u00a0"
"""What tells lines apart in a figure."""
WIDEST = 4
"""Figures side by side in one section."""

Runs = Sequence[Sequence[str]]
"""`[text, style]` each; style is "", "strong", "small" or a role of `rnnviz.figures.theme`."""


class Figure(TypedDict):
    """One figure of a section."""

    id: str
    """Unique within the section. A figure with the same ids keeps its nodes when the data change."""
    name: str
    """What stands over the figure, such as the network's name; "" for nothing."""
    figure: Spec
    """Data and layout. `layout.height` (px) is the height the card has before the figure is drawn, and keeps.

    With `layout.meta["explain"]`, a click on a cell of its heatmap (or the arrow keys) marks the cell and says a
    sentence under the figure:
      template  the sentence: {later} and {earlier} are the tokens of the cell's row and column, {later_step} and
                {earlier_step} their numbers from 1, {steps} how many lie in between, {value} the cell's number
      tokens    of the rows and of the columns, as typed
      log10     True where a cell holds the number's logarithm
      none      optional: the sentence of a cell without a number (NaN)
    """
    label: str
    """What a screen reader says in the figure's place: its finding, from its numbers. Over its table, all read it."""


class Section(TypedDict):
    """A heading that states what is seen, a few words, one to `WIDEST` figures, and a foot."""

    id: str
    title: str
    text: Runs
    figures: Sequence[Figure]
    foot: Runs | None
    way: NotRequired[Mapping[str, Any]]
    """The gradient's way back over the figures (`rnnviz.scenes.wayback.way`), which the reader can walk."""


def pack(
    revision: str,
    sections: Sequence[Section],
    labels: Mapping[str, str],
    theme: str = "light",
    scale: float = 1.0,
    said: str = "",
) -> bytes:
    """The payload for `board`. `labels`: the locale files' section "board"; `theme` and `scale` as the figures have.
    `said`: a sentence for screen readers, told when it changes.

    Two payloads of the same revision, theme, scale and labels count as equal: the second one draws nothing.
    Raises ValueError for an id that comes twice, a figure without a height, or a section without figures or with
    more than `WIDEST`.
    """
    if len({section["id"] for section in sections}) < len(sections):
        raise ValueError("two sections have the same id")
    for section in sections:
        shown = section["figures"]
        if not 1 <= len(shown) <= WIDEST or len({one["id"] for one in shown}) < len(shown):
            raise ValueError(f"section {section['id']}: wanted 1 to {WIDEST} figures with different ids")
        if not all(one["figure"]["layout"].get("height", 0) > 0 for one in shown):
            raise ValueError(f"section {section['id']}: a figure without layout.height")
    return figures.as_json(
        {
            "revision": revision,
            "theme": theme,
            "scale": scale,
            "labels": dict(labels),
            "sections": sections,
            "said": said,
        }
    )
