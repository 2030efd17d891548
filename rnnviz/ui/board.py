"""The board in a Streamlit page: sections of text and Plotly figures that are redrawn in place.

`st.plotly_chart` builds its nodes anew whenever the data change, so zoom, scroll position and a moment of
paint are lost. The board keeps them: a slider moves, and only what the figures show changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from rnnviz.ui import component, state
from rnnviz.ui.calm import called
from rnnviz.ui.keys import TICKET

SCRIPTS = (
    "shared/parts.js",
    "shared/table.js",
    "shared/transport.js",
    "stepper/back.js",
    "board/card.js",
    "board/board.js",
)
STYLES = ("shared/parts.css", "shared/transport.css", "stepper/back.css", "board/board.css")


def board(
    payload: bytes,
    key: str = "board",
    kept: str | None = None,
    found: Callable[[str], None] | None = None,
    places: Sequence[str] = (),
) -> None:
    """Mount a board, or give a mounted one new data.

    `payload`: what `pack` returns. Where the page looks different from what it was made for, the board says so, and
    the visitor's state remembers it.

    `kept`: what this tab of the browser remembers over a reload. To a page that has nothing yet ("") it says once what
    it remembers, by `found`.

    `places`: settings that the reader makes on the figures. The browser writes them into the link by itself; where the
    reader has rested, they are put into the visitor's state.
    """

    def remembered() -> None:
        ticket = TICKET.check(state.said_by(key, "kept"))
        if ticket and found:
            found(ticket)

    mount = component.registered("board", SCRIPTS, STYLES)
    own = ({} if kept is None else {"kept": kept}) | (begun(key, places) if places else {})
    mount(
        key=key,
        data=component.joined(payload, **own),
        default={"theme": None, "kept": None, "rest": None},
        on_theme_change=called(partial(state.theme_said, key)),
        on_kept_change=called(remembered),
        on_rest_change=called(lambda: state.put(**rested(state.said_by(key, "rest"), places))),
    )


def begun(key: str, places: Sequence[str]) -> dict[str, object]:
    """Where a board begins, and which of its places have controls that the link hides."""
    return state.begins(key, *places) | {"hidden": [name for name in places if not state.shown(name)]}


def rested(told: object, places: Sequence[str]) -> dict[str, object]:
    """What a board says of where the reader rests: of these settings only. Each is checked where it is put."""
    if not isinstance(told, Mapping):
        return {}
    return {name: tuple(told[name]) if isinstance(told[name], list) else told[name] for name in places if name in told}
