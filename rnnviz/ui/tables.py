"""Tables in a Streamlit page. `st.table` would load pandas and pyarrow, 50 MB in the server for a few cells of text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from rnnviz.language import literal

KEPT_TOGETHER = "\u00a0"


def table(rows: Sequence[Mapping[str, object]]) -> None:
    """One line for each row, a column for each key of the first; every text as it is."""
    first = next(iter(rows))
    lines = [_line(first), _line("---" for _ in first), *(_line(_as_is(row[key]) for key in first) for row in rows)]
    st.markdown("\n".join(lines))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _as_is(value: object) -> str:
    return KEPT_TOGETHER.join(map(literal, str(value).split(KEPT_TOGETHER)))
