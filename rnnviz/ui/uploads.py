"""Files that visitors send. Streamlit keeps each until its visit is over; here a file is dropped as soon as it is read,
and what waits to be read is bounded, for a visit and in all.

`Uploads` stands before Streamlit's own route. What it cannot keep it lets pass by and answers 202: Streamlit's field,
whose own words are English, then shows no error, and the page says in the reader's language what happened.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, MutableMapping
from typing import Any

import streamlit as st
from starlette.responses import Response
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFileManager
from streamlit.typing import UploadedFile

from rnnviz.ui.calm import called
from rnnviz.ui.web import ASGI, Receive, Scope, Send

LARGEST = 4
"""MB of a file; the largest run that the page can make has 2.1. The same stands in .streamlit/config.toml."""
MOST = (LARGEST + 1) * 2**20
"""Bytes that the body of one request may have: the file, and what Streamlit allows to be around it."""
ALL = 48 * 2**20
"""Bytes of all visits that wait to be read or are on their way."""
KEEP = 60.0
"""Seconds that a file may take to arrive, and then to be read; a page reads it at once."""
WHERE = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")
"""The end of the path of Streamlit's route: the session and the file."""


def uploader(label: str, read: Callable[[bytes | None], None]) -> None:
    """A field for one file. `read` is called with its bytes, or with None if the server could not keep it. Nothing of
    it stays on the server, and the field is ready for the next one."""
    key = f"upload-{st.session_state.setdefault('_uploads', 0)}"
    # No `type`: phones would not let these files be chosen, and what is refused is better refused in words of ours.
    st.file_uploader(
        label,
        max_upload_size=LARGEST,
        label_visibility="collapsed",
        key=key,
        on_change=called(_arrived),
        args=(key, read),
    )


def _arrived(key: str, read: Callable[[bytes | None], None]) -> None:
    found, visit = st.session_state.get(key), get_script_run_ctx()
    if found is None or visit is None:
        return
    visit.uploaded_file_mgr.remove_file(visit.session_id, found.file_id)
    st.session_state["_uploads"] += 1  # another field, and Streamlit forgets what this one held
    read(found.getvalue() if isinstance(found, UploadedFile) else None)


class Uploads:
    """Let through what there is room for. A visit has one file at most: the newest."""

    def __init__(self, app: ASGI) -> None:
        self.app = app
        self.coming = 0
        """Bytes that are on their way, or may be."""
        self.newest: dict[str, str] = {}
        """The file of each session that waits to be read."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = WHERE.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if found is None or not runtime.exists():
            return await self.app(scope, receive, send)
        size, status = _size(scope), 0

        async def noted(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        if _held() + self.coming + size > ALL:
            return await _pass_by(scope, receive, send)
        self.coming += size
        try:
            async with asyncio.timeout(KEEP):
                await self.app(scope, receive, noted)
        except TimeoutError:
            if not status:
                await Response(status_code=408)(scope, receive, send)
        finally:
            self.coming -= size
        if status == 204:
            self._stored(*found.groups())

    def _stored(self, session: str, file: str) -> None:
        before, self.newest[session] = self.newest.get(session), file
        if before not in (None, file):
            _manager().remove_file(session, before)
        if runtime.get_instance().is_active_session(session):
            asyncio.get_running_loop().call_later(KEEP, self._drop, session, file)
        else:  # it ended meanwhile, and nobody would ever drop this
            self._drop(session, file)

    def _drop(self, session: str, file: str) -> None:
        if not runtime.exists():
            return
        _manager().remove_file(session, file)
        if self.newest.get(session) == file:
            del self.newest[session]
        if not runtime.get_instance().is_active_session(session):
            _manager().remove_session_files(session)


def _size(scope: Scope) -> int:
    """The bytes of a request's body, as far as it may have any."""
    said = dict(scope["headers"]).get(b"content-length", b"")
    return min(int(said), MOST) if said.isdigit() else MOST


async def _pass_by(scope: Scope, receive: Receive, send: Send) -> None:
    """Read a body and keep nothing of it: a browser that is not heard out takes it for a broken connection."""
    left = MOST
    try:
        async with asyncio.timeout(KEEP):
            more = True
            while more and left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                more = message.get("more_body", False)
    except TimeoutError:
        pass
    await Response(status_code=202)(scope, receive, send)


def _manager() -> Any:
    """Streamlit's keeper of uploaded files."""
    manager: UploadedFileManager = runtime.get_instance().uploaded_file_mgr
    return manager


def _held() -> int:
    """Bytes of all files that it keeps."""
    found = _manager().get_stats()
    return sum(stat.byte_length for family in found.values() for stat in family)
