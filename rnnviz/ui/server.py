"""The files that a page asks the web server for."""

from __future__ import annotations

import asyncio
import functools
import gzip
import hashlib
from pathlib import Path

import plotly.offline
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit import runtime

from rnnviz.scenes.readings import file_of, version, weights_file
from rnnviz.training import zoo
from rnnviz.ui import visits
from rnnviz.ui.asked import asked
from rnnviz.ui.keys import NETWORKS
from rnnviz.ui.web import A_YEAR

_files: dict[str, bytes] = {}
"""Gzipped, by path."""
TYPES = {".js": "text/javascript", ".json": "application/json"}
READERS = tuple(name for name in zoo.NAMES if zoo.plain(name) in NETWORKS)
WEIGHT_FILES = tuple(file_of(name, trained) for name in READERS for trained in (True, False))
_own_server = False


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


def weights_url(file: str) -> str:
    """Where a page finds `rnnviz.scenes.readings.weights_file`; "" where app.py's own server is not running."""
    return f"./files/{file}-{version(file)}.json" if _own_server else ""


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
    packed = _files.get(f"/files/{name}") or await _weights(name)
    if packed is None:
        return Response(status_code=404)
    gzipped = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"Cache-Control": A_YEAR, "Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if gzipped else {})
    content = packed if gzipped else gzip.decompress(packed)
    return Response(content, media_type=TYPES[Path(name).suffix], headers=headers)


async def _weights(name: str) -> bytes | None:
    """The weights of that name and version, made by a reader when they are first asked for; None if there are none."""
    for file in WEIGHT_FILES:
        if name == f"{file}-{version(file)}.json":
            made = await asyncio.to_thread(asked, weights_file, file)
            return _files.setdefault(f"/files/{name}", gzip.compress(made, 6))
    return None


# Under any base path, which is not known yet when app.py is read. A file that does not exist is a 404 there, where
# Streamlit would answer with a page of HTML.
ROUTES = [Route("/{base:path}files/{file}", _file, methods=["GET"])]
