"""Open files, and what visits that have ended keep of them.

Streamlit keeps an ended visit for two minutes, for a browser that comes back, and with it an event loop of three open
files. Where few may be open, a class that reloads would fill them.
"""

from __future__ import annotations

import gc

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

ENOUGH = 10_240
"""Open files for two thousand visitors; macOS allows no process more."""
FEW = 1024
"""Where no more than this may be open, `KEPT` ended visits are kept, and not all of two minutes."""
KEPT = 16

SWEEP = 50
"""After so many visits what the ended ones left is collected. It hangs together in circles, and the garbage collector
by itself, which looks seldom, would come after some thousand visits, at 45 kB each."""

_ended = 0
"""How many visits have ended."""
_watched = False
_known: dict[str, None] = {}
"""The sessions that have drawn something, the last one last. Empty where files are plenty."""


def raise_limit() -> None:
    """Let this process open as many files as the system allows it; many systems begin with 256 or 1,024."""
    if resource:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def watch() -> None:
    """From now on `drawn` and `ended` are called; they have something to do where files are few."""
    global _watched
    raise_limit()
    _watched = resource is not None and 0 <= resource.getrlimit(resource.RLIMIT_NOFILE)[0] < FEW


def drawn() -> None:
    """Note that this session has drawn a page."""
    context = get_script_run_ctx(suppress_warning=True)
    if _watched and context:
        _known.pop(context.session_id, None)
        _known[context.session_id] = None


def ended() -> None:
    """A visit has ended: where files are few, close the ended ones but the last. Must be called on the event loop's
    thread."""
    global _ended
    _ended += 1
    if _ended % SWEEP == 0:
        gc.collect()
    if not _watched:
        return
    server = runtime.get_instance()
    gone = [id for id in list(_known) if not server.is_active_session(id)]
    for id in gone[:-KEPT]:
        server.close_session(id)
        del _known[id]
