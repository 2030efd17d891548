"""What every answer of the web server passes through: headers, a cookie, compression, and what is closed.

A path is known by how it ends, so that all of this holds under any base path (`--server.baseUrlPath`).
"""

from __future__ import annotations

import functools
import gzip
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import streamlit.file_util
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import Response
from streamlit import config

from rnnviz.ui import visits

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGI = Callable[[Scope, Receive, Send], Awaitable[None]]

A_YEAR = "public, max-age=31536000, immutable"
"""For files whose name changes with their content."""
COOKIE = "rnnviz"
OPEN = ("health", "host-config", "stream", "upload_file/")
"""What a page asks for under /_stcore/. The rest (metrics of all visits, an interface for programs) is closed."""
HOST = re.compile(r"[a-z0-9.-]+(:\d{1,5})?", re.IGNORECASE)
"""A host as a policy can name it: an address of IPv6 cannot stand there."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def policy(host: str) -> str:
    """The Content-Security-Policy of a page asked for under this Host header: everything comes from this server.

    Streamlit and Plotly need inline scripts and styles, blob: modules and (for formulas in charts) eval. 'self' covers
    the WebSocket in today's browsers; for older ones it is named by its host, as the browser (or the proxy) gave it.
    Any site may show a page in a frame: a course page or a slide is where many will meet it, and there is nobody to be
    logged in whom a hostile frame could rob.
    """
    sockets = f" ws://{host} wss://{host}" if HOST.fullmatch(host) else ""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob: data:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{sockets} data: blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors * file:",
        )
    )


class Headers:
    """Add `HEADERS` and the policy to every answer; give a browser that asks for a page its cookie.

    The cookie says nothing of the visitor: it tells one browser from another, so that they are served in turn.
    """

    def __init__(self, app: ASGI) -> None:
        self.app = app
        self.extra = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        asked = HTTPConnection(scope)
        own = [(b"content-security-policy", policy(asked.headers.get("host", "")).encode())]
        # A page is what a browser asks for as HTML; that it has it already (304) is an answer too.
        if "text/html" in asked.headers.get("accept", "") and COOKIE not in asked.cookies:
            own.append((b"set-cookie", _cookie().encode()))

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.extra, *own]
            await send(message)

        return await self.app(scope, receive, with_headers)


def _cookie() -> str:
    path = "/" + (config.get_option("server.baseUrlPath") or "").strip("/")
    return f"{COOKIE}={secrets.token_urlsafe(16)}; Path={path}; HttpOnly; SameSite=Lax"


class Closed:
    """Answer 404 to whatever Streamlit offers beside what its pages need, and note when a visit ends."""

    def __init__(self, app: ASGI) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, core, name = scope.get("path", "").partition("/_stcore/")
        if scope["type"] == "http" and core and not name.startswith(OPEN):
            return await Response(status_code=404)(scope, receive, send)
        try:
            return await self.app(scope, receive, send)
        finally:
            if scope["type"] == "websocket":
                visits.ended()


class Compressed:
    """Send Streamlit's scripts and styles gzipped, each compressed once per process.

    Streamlit leaves them plain, since compressing on every request costs more than it saves. Done once it
    costs nothing, and thirty laptops that open the app at the same minute on a school's network notice.
    """

    def __init__(self, app: ASGI) -> None:
        self.app = app
        root = Path(streamlit.file_util.get_static_dir())
        self.files = {
            file.relative_to(root / "static").as_posix(): file
            for kind in ("js", "css")
            for file in root.glob(f"static/**/*.{kind}")
        }
        self.body = functools.cache(lambda file: gzip.compress(file.read_bytes(), 6))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].rpartition("/static/")[2] if scope["type"] == "http" else ""
        file = self.files.get(name)
        if file is None or scope["method"] != "GET" or not _accepts_gzip(scope):
            return await self.app(scope, receive, send)
        body = await run_in_threadpool(self.body, file)
        headers = {"Content-Encoding": "gzip", "Cache-Control": A_YEAR, "Vary": "Accept-Encoding"}
        kind = "text/css" if file.suffix == ".css" else "text/javascript"
        return await Response(body, media_type=kind, headers=headers)(scope, receive, send)


def _accepts_gzip(scope: Scope) -> bool:
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])
