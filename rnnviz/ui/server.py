"""What the web server does beside running pages: start-up work, and the files that a page asks for."""

from __future__ import annotations

import ctypes
import functools
import gc
import gzip
import hashlib
import mmap
import sys
from pathlib import Path

import plotly.offline
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit import runtime

from rnnviz.ui import visits
from rnnviz.ui.language import LANGUAGES
from rnnviz.ui.web import A_YEAR

_files: dict[str, bytes] = {}
"""Gzipped, by path."""
TYPES = {".js": "text/javascript", ".json": "application/json"}
_own_server = False


@functools.cache
def warm() -> None:
    """Do the slow work once per process, before the first visitor: load, compute, then freeze what is there.

    Frozen objects are skipped by the garbage collector, which else would walk all of torch again and again.
    """
    from rnnviz import figures, zoo
    from rnnviz.text import tokenize
    from rnnviz.ui import calm, stage, state

    visits.raise_limit()
    calm.shorten_log()
    for name in state.NETWORKS:
        for trained in (True, False):
            stage.weights_of(name, trained)
    for language in LANGUAGES:  # the start page as a visitor first sees it
        view = stage.View(language, "light", 1.0)
        stage.compute(tuple(tokenize(state.ALICE)), "rnn", "lstm", True, view)
    figures.lengths(zoo.all_seeds(state.NETWORKS))  # two visitors at once may not be the first to import Plotly's parts
    plotly_url()
    one_heap()
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(0.001)  # a visitor whose work is short need not wait for one whose work is long
    gc.set_threshold(20_000, 20, 20)  # what a visit leaves behind is small: look for it less often


def one_heap() -> None:
    """Let all threads share one heap, where the C library is glibc: a heap for each keeps what others could use."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(-8, 1)  # M_ARENA_MAX


def give_back() -> None:
    """Give back to the system what the server itself does not need, once the readers are forked: torch's machine code.

    It was read while torch was imported, and only the readers run it. What is needed after all is read again from its
    file.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, rights, *_, path = line.split()
        if rights == "r-xp" and "/torch/lib/" in path:
            start, end = (int(address, 16) for address in place.split("-"))
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), mmap.MADV_DONTNEED)


def claim() -> None:
    """Say that app.py's own server is running, so that `file_url` may name its route, and visits are seen to end."""
    global _own_server
    _own_server = True
    visits.watch()


def file_url(name: str, content: str) -> str:
    """Where a page finds a file `name` (`….js` or `….json`), relative to the page's own address; "" where app.py's own
    server is not running.

    Sent once and kept by the browser, where an inline script would travel with every message.
    """
    if not _own_server:
        return ""
    path = file_path(name, content)
    if path not in _files:
        _files[path] = gzip.compress(content.encode(), 6)
    return "." + path


def file_path(name: str, content: str) -> str:
    """The path of a file on the server; another content has another path."""
    stem, suffix = name.rsplit(".", 1)
    return f"/files/{stem}-{hashlib.sha256(content.encode()).hexdigest()[:12]}.{suffix}"


def plotly_url() -> str:
    """Where a page finds Plotly.js as shipped with the plotly package (4.8 MB, gzipped 1.5); "" outside a server.

    A host that runs app.py as a plain script has no routes of ours; Streamlit's media store serves it then.
    """
    if _own_server or not runtime.exists():
        return _plotly_script()
    store = runtime.get_instance().media_file_mgr
    return "." + store.add(plotly.offline.get_plotlyjs().encode(), "text/javascript", "rnnviz.plotly")


@functools.cache
def _plotly_script() -> str:
    return file_url("plotly.js", plotly.offline.get_plotlyjs())


async def _file(request: Request) -> Response:
    name = request.path_params["file"]
    packed = _files.get(f"/files/{name}")
    if packed is None:
        return Response(status_code=404)
    gzipped = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"Cache-Control": A_YEAR, "Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if gzipped else {})
    content = packed if gzipped else gzip.decompress(packed)
    return Response(content, media_type=TYPES[Path(name).suffix], headers=headers)


# Under any base path, which is not known yet when app.py is read. A file that does not exist is a 404 there, where
# Streamlit would answer with a page of HTML.
ROUTES = [Route("/{base:path}files/{file}", _file, methods=["GET"])]
