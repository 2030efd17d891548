"""What visitors upload: how much of it the server keeps, and for how long; by Streamlit's own server and routes."""

from __future__ import annotations

import gc
import http.client
import os
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFileRec
from streamlit.testing.v1 import AppTest
from streamlit.typing import UploadedFile
from streamlit.web.server.starlette.starlette_routes import BASE_ROUTE_UPLOAD_FILE
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from rnnviz.ui import uploads
from scripts.serving import ROOT, serve

MEGABYTE = 2**20


def test_the_largest_file_is_the_same_everywhere() -> None:
    settings = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))
    assert settings["server"]["maxUploadSize"] == uploads.LARGEST


def test_the_doors_of_streamlit_that_uploads_go_through() -> None:
    """Names that Streamlit does not promise. If one moves, rnnviz/ui/uploads.py has to follow."""
    for name in ("remove_file", "remove_session_files", "get_stats"):
        assert callable(getattr(MemoryUploadedFileManager, name, None)), f"MemoryUploadedFileManager.{name} moved"
    for name in ("uploaded_file_mgr", "is_active_session"):
        assert hasattr(Runtime, name), f"Runtime.{name} moved"
    assert uploads.WHERE.search(f"/base/{BASE_ROUTE_UPLOAD_FILE}/a-session/a-file"), "the route of uploads moved"


APP = """
import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from rnnviz.ui import uploads

uploads.KEEP = {keep}
route = Route("/held", lambda _: PlainTextResponse(f"{{uploads._held()}} {{len(uploads._manager().file_storage)}}"))
app = st.App("script.py", middleware=[Middleware(uploads.Uploads)], routes=[route])
"""
OPTIONS = ("--server.enableXsrfProtection", "false", "--server.maxUploadSize", str(uploads.LARGEST))


class Server:
    """Streamlit's own server, with a page that has no field for files."""

    def __init__(self, address: str) -> None:
        self.host = address.removeprefix("http://")

    def ask(self, method: str, path: str, body: Any = None, head: dict[str, str] | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.request(method, path, body, head or {}, encode_chunked=isinstance(body, Iterator))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def held(self) -> int:
        """Bytes that it keeps."""
        return int(self.ask("GET", "/held")[1].split()[0])

    def sessions(self) -> int:
        """Of how many visits it keeps something, be it nothing but an empty place."""
        return int(self.ask("GET", "/held")[1].split()[1])


@contextmanager
def started(folder: Path, keep: float) -> Iterator[Server]:
    (folder / "script.py").write_text("import streamlit\n")
    (folder / "app.py").write_text(APP.format(keep=keep))
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(ROOT)
    try:
        with serve(*OPTIONS, root=folder) as served:
            yield Server(served.address)
    finally:
        del os.environ["PYTHONPATH"]
        os.environ |= {"PYTHONPATH": before} if before else {}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started(tmp_path_factory.mktemp("uploads"), uploads.KEEP) as running:
        yield running


class Session:
    """A visit: its WebSocket, and its name."""

    def __init__(self, server: Server) -> None:
        self.server = server
        address = f"ws://{server.host}/_stcore/stream"
        opened = connect(address, subprotocols=[Subprotocol("streamlit")], ping_interval=None)
        self.socket = opened.__enter__()  # until the server ends, or the visit
        message = BackMsg()
        message.rerun_script.query_string = ""
        self.socket.send(message.SerializeToString())
        while True:
            found = ForwardMsg.FromString(self.socket.recv(decode=False))
            if found.WhichOneof("type") == "new_session":
                self.id = found.new_session.initialize.session_id
                return

    def put(self, file: str, size: int) -> int:
        """Send a file of so many bytes, as a browser does."""
        return self.send(file, b"".join((HEAD, bytes(size), TAIL)))

    def send(self, file: str, body: Any) -> int:
        return self.server.ask("PUT", f"/{BASE_ROUTE_UPLOAD_FILE}/{self.id}/{file}", body, FORM)[0]


FORM = {"Content-Type": "multipart/form-data; boundary=x"}
HEAD = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n'
TAIL = b"\r\n--x--\r\n"


def test_a_visit_keeps_one_file_however_many_it_sends(server: Server) -> None:
    one = Session(server)
    for k in range(25):
        assert one.put(f"file-{k}", 3 * MEGABYTE) == 204
    assert server.held() == 3 * MEGABYTE
    assert one.put("file-24", 7) == 204  # the same again
    assert server.held() == 7


def test_all_visits_together_keep_no_more_than_there_is_room_for(server: Server) -> None:
    size = uploads.LARGEST * MEGABYTE - 1000
    visits = [Session(server) for _ in range(2 + uploads.ALL // size)]
    answers = [one.put("file", size) for one in visits]
    assert server.held() <= uploads.ALL
    assert set(answers) == {204, 202}  # what there is no room for passes by, without an error in the browser
    assert sorted(answers, reverse=True) == answers
    for one in visits:
        one.put("file", 0)
    assert [one.put("file", 0) for one in visits] == [204] * len(visits)  # each gives its place back


def test_what_is_too_large_is_refused_with_and_without_a_length(server: Server) -> None:
    one = Session(server)
    before = server.held()
    assert one.put("file", (uploads.LARGEST + 1) * MEGABYTE) == 413
    assert one.send("file", iter([HEAD, *[bytes(MEGABYTE)] * 8, TAIL])) == 413
    assert server.held() == before
    for _ in range(2 * uploads.ALL // uploads.MOST):  # nothing is left of what was on its way
        assert one.send("file", iter([HEAD, b"small", TAIL])) == 204


def test_a_session_that_does_not_exist_keeps_nothing(server: Server) -> None:
    one = Session(server)
    one.id = "somebody-else"
    before = server.held()
    assert one.put("file", MEGABYTE) == 400
    assert server.held() == before


def test_a_visit_that_ends_while_its_file_comes_keeps_nothing(server: Server) -> None:
    one = Session(server)
    before = server.held(), server.sessions()

    def leaving() -> Iterator[bytes]:
        yield HEAD + bytes(MEGABYTE)
        one.socket.close()
        time.sleep(0.5)
        yield TAIL

    one.send("file", leaving())
    assert (server.held(), server.sessions()) == before


@pytest.mark.slow
def test_what_nobody_reads_is_dropped(tmp_path: Path) -> None:
    with started(tmp_path, keep=3.0) as server:
        one = Session(server)
        assert one.put("file", MEGABYTE) == 204
        until = time.monotonic() + 30
        while server.held() and time.monotonic() < until:
            time.sleep(0.1)
        assert server.held() == 0

        def slow() -> Iterator[bytes]:
            yield HEAD
            time.sleep(6)
            yield TAIL

        assert one.send("file", slow()) == 408
        assert one.put("file", 1) == 204  # its place is free again


def page() -> None:
    import streamlit

    from rnnviz.ui.uploads import uploader

    def read(data: bytes | None) -> None:
        streamlit.session_state["lengths"] = [*streamlit.session_state.get("lengths", []), data and len(data)]

    uploader("A file", read)


def test_a_page_reads_a_file_and_keeps_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    dropped: list[str] = []
    real = MemoryUploadedFileManager.remove_file
    monkeypatch.setattr(
        MemoryUploadedFileManager, "remove_file", lambda self, *who: (dropped.append(who[1]), real(self, *who))
    )
    test = AppTest.from_function(page).run()
    for k in range(3):
        test.file_uploader[0].set_value(("any.txt", bytes(1000 + k), "text/plain"))
        test.run()
        assert not test.exception
        assert test.session_state["lengths"] == [1000 + j for j in range(k + 1)]
        assert len(dropped) == k + 1
    del test.session_state["lengths"]
    gc.collect()
    assert not [one for one in gc.get_objects() if type(one) is UploadedFile]


def test_a_file_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passed by, dropped after a minute, or never there: a message of the browser's that names it is no error."""
    monkeypatch.setattr(MemoryUploadedFileManager, "get_files", lambda self, **_: [])
    test = AppTest.from_function(page).run()
    test.file_uploader[0].set_value(("any.txt", b"abc", "text/plain"))
    test.run()
    assert not test.exception
    assert test.session_state["lengths"] == [None]


def test_a_file_that_is_told_twice_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who acts again at once sends the old field with it, whose file is read and gone by then."""
    visit = SimpleNamespace(uploaded_file_mgr=MemoryUploadedFileManager(""), session_id="a")
    monkeypatch.setattr(uploads, "get_script_run_ctx", lambda: visit)
    state: dict[str, Any] = {"upload0": UploadedFile(UploadedFileRec("one", "any.txt", "", b"abc"), FileURLs())}
    monkeypatch.setattr(uploads.st, "session_state", state)
    read: list[bytes | None] = []
    uploads._arrived("upload0", read.append)
    state["upload0"] = DeletedFile("one")
    uploads._arrived("upload0", read.append)
    assert read == [b"abc"]
    state["upload1"] = DeletedFile("two")
    uploads._arrived("upload1", read.append)
    assert read == [b"abc", None]
