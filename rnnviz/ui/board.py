"""The board in a Streamlit page: sections of text and Plotly figures that are redrawn in place.

`st.plotly_chart` builds its nodes anew whenever the data change, so zoom, scroll position and a moment of
paint are lost. The board keeps them: a slider moves, and only what the figures show changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypedDict

from rnnviz import figures
from rnnviz.figures.base import Spec
from rnnviz.ui import component, state
from rnnviz.ui.calm import called
from rnnviz.ui.keys import TICKET

SCRIPTS = ("shared/parts.js", "board/card.js", "board/board.js")
STYLES = ("shared/parts.css", "board/board.css")
WIDEST = 3
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
    """What a screen reader says in the figure's place."""


class Section(TypedDict):
    """A heading that states what is seen, a few words, one to three figures, and a foot."""

    id: str
    title: str
    text: Runs
    figures: Sequence[Figure]
    foot: Runs | None


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


def board(
    payload: bytes, key: str = "board", kept: str | None = None, found: Callable[[str], None] | None = None
) -> None:
    """Mount a board, or give a mounted one new data.

    `payload`: what `pack` returns. Where the page looks different from what it was made for, the board says so, and
    the visitor's state remembers it.

    `kept`: what this tab of the browser remembers over a reload. To a page that has nothing yet ("") it says once what
    it remembers, by `found`.
    """

    def remembered() -> None:
        ticket = TICKET.check(state.told(key, "kept"))
        if ticket and found:
            found(ticket)

    mount = component.registered("board", SCRIPTS, STYLES)
    mount(
        key=key,
        data=component.joined(payload, **({} if kept is None else {"kept": kept})),
        default={"theme": None, "kept": None},
        on_theme_change=called(partial(state.look, key)),
        on_kept_change=called(remembered),
    )
