"""What keeps a failure small: the part of a page that failed says so calmly, the rest stays, the log stays short."""

from __future__ import annotations

import functools
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st
from streamlit.errors import FragmentHandledException

from rnnviz.turns import workers
from rnnviz.ui import state
from rnnviz.ui.language import t

LINE = 400
"""Characters of a line in the log; a visitor's sentence may stand in one."""
LINES = 80
"""Lines of one entry; the first and the last ones tell most."""
FAILED = "_failed"
"""What a callback's failure is called under `errors` in the locale files, while it has not been told."""

log = logging.getLogger("rnnviz")


def part(body: Callable[..., None], run_every: float | None = None) -> Callable[..., None]:
    """A part of a page that Streamlit runs again by itself (a fragment): it takes in what the visitor did, and if it
    fails, it alone says so, in the reader's language."""

    @functools.wraps(body)
    def run(*args: Any, **kwargs: Any) -> None:
        with calmly(body.__name__), state.turn():
            if state.outdated():
                st.rerun()
            body(*args, **kwargs)

    return st.fragment(run, run_every=run_every)


@contextmanager
def calmly(name: str) -> Iterator[None]:
    """Say calmly what failed inside; `name` stands in the log. `st.stop` and `st.rerun` pass."""
    try:
        if said := st.session_state.pop(FAILED, ""):
            st.error(t(f"errors.{said}"))
        yield
    except FragmentHandledException:
        raise
    except Exception as error:
        with st.container(key=f"frame-error-{name}"):
            st.error(t(f"errors.{_told(error, name) or 'page'}"))


def called(function: Callable[..., object]) -> Callable[..., None]:
    """A function as a widget may call it. It finds what the visitor set last under `state.value`; if it fails, the page
    is drawn all the same, and says so."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            state.follow()
            function(*args, **kwargs)
        except Exception as error:
            name = getattr(function, "__qualname__", function)
            st.session_state[FAILED] = _told(error, f"callback {name}") or "action"

    return run


def _told(error: Exception, where: str) -> str:
    """Why the server would not compute it, which is no fault of the page's; "" for a fault. The log has either."""
    why = workers.why(error)
    if why:
        log.warning(f"{where}: {error}")
    else:
        log.exception("%s", where)
    return why


def failed(error: Exception) -> bool:
    """For `st.App`: what no part and no callback has caught, such as a message that no browser sends. Streamlit has
    logged it already."""
    st.error(t("errors.page"))
    return True


def shorten_log() -> None:
    """Cut what is written into the log, by whichever module: an exception may quote all that a visitor sent."""
    logging.setLogRecordFactory(_short)


def _short(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = logging.LogRecord(*args, **kwargs)
    try:
        said = record.getMessage()
    except Exception:  # wrong arguments: logging tells of it where the entry is written
        return record
    if len(said) > LINE or "\n" in said:
        record.msg, record.args = shortened(said), ()
    if record.exc_info and record.exc_info[1]:
        record.exc_text = shortened("".join(traceback.format_exception(record.exc_info[1])).rstrip())
    return record


def shortened(text: str) -> str:
    """A long entry's first and last lines, and of each line its beginning."""
    lines = [line if len(line) <= LINE else f"{line[:LINE]} … ({len(line):,})" for line in text.splitlines()]
    if len(lines) > LINES:
        lines[LINES // 2 : -LINES // 2] = ["…"]
    return "\n".join(lines)
