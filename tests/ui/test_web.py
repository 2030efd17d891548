"""What the server answers over HTTP and WebSockets, wherever it is hosted; without a browser."""

from __future__ import annotations

import asyncio
import re
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path
from urllib.parse import urlsplit

import plotly.offline
import pytest

from benchmarks.visitor import Visitor
from rnnviz.ui import server, web
from scripts.serving import Served, serve

PLOTLY = server.file_path("plotly.js", plotly.offline.get_plotlyjs())
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def ask(url: str, headers: dict[str, str] | None = None, method: str = "GET") -> tuple[int, Message, bytes]:
    request = urllib.request.Request(url, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read()


@pytest.fixture(params=["", "teaching/rnn"])
def hosted(request: pytest.FixtureRequest, app: Served, under: Served) -> Served:
    """The app at the root of its host, and under a base path."""
    return under if request.param else app


def test_our_files_and_streamlits_come_compressed(hosted: Served) -> None:
    status, headers, _ = ask(hosted.address + PLOTLY, {"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert headers["Content-Type"].startswith("text/javascript")
    _, _, page = ask(f"{hosted.address}/")
    script = page.decode().split('src=".')[1].split('"')[0]
    status, headers, packed = ask(hosted.address + script, {"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert headers["Content-Type"].startswith("text/javascript")
    assert len(packed) < len(ask(hosted.address + script)[2])


def test_a_file_that_does_not_exist_is_no_page(hosted: Served) -> None:
    for name in ("board-000000000000.js", "..%2fapp.py", "x"):
        assert ask(f"{hosted.address}/files/{name}")[0] in (400, 404)


@pytest.mark.parametrize(
    "name", ["metrics", "metrics?families=active_sessions", "script-health-check", "agent/openapi.json", "agent/mcp"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_what_no_page_needs_is_closed(name: str, method: str, hosted: Served) -> None:
    status, headers, body = ask(f"{hosted.address}/_stcore/{name}", method=method)
    assert (status, body) == (404, b"")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_what_pages_need_is_open(hosted: Served) -> None:
    for name in ("health", "host-config"):
        assert ask(f"{hosted.address}/_stcore/{name}")[0] == 200
    assert ask(f"{hosted.address}/step/_stcore/health")[0] == 404, "by this the browser learns where the root is"
    run = asyncio.run(visited(hosted.address))
    assert run == []


async def visited(address: str) -> list[str]:
    visitor = Visitor(address)
    run = await visitor.open()
    await visitor.close()
    return run.errors


def directives(host: str) -> dict[str, str]:
    return {part.split(" ", 1)[0]: part.split(" ", 1)[1] for part in web.policy(host).split("; ")}


def test_a_page_may_talk_to_this_host_alone(hosted: Served) -> None:
    host = urlsplit(hosted.address).netloc
    policy = ask(f"{hosted.address}/")[1]["Content-Security-Policy"]
    assert policy == web.policy(host)
    assert directives(host)["connect-src"] == f"'self' ws://{host} wss://{host} data: blob:"
    _, headers, _ = ask(f"{hosted.address}/", {"Host": "rnn.school.example"})
    assert "wss://rnn.school.example " in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "host", ["", "a b", "x;script-src *", "evil.example *", "[::1]:8501", "a\u3042", "x'", "a:b", "host:123456", "a,b"]
)
def test_a_host_that_is_no_name_is_not_repeated(host: str) -> None:
    assert directives(host)["connect-src"] == "'self' data: blob:"
    assert host == "" or host not in web.policy(host)


def test_no_directive_lets_another_host_in() -> None:
    for name, sources in directives("rnn.example:8501").items():
        if name != "frame-ancestors":  # who may show our pages, not whom they may ask
            hosts = [source for source in sources.split() if re.search(r"[.*]|^(https?|wss?):", source)]
            assert {urlsplit(source).netloc for source in hosts} <= {"rnn.example:8501"}
    assert directives("x")["frame-ancestors"] == "* file:"


def test_no_other_header_forbids_frames(hosted: Served) -> None:
    assert ask(f"{hosted.address}/")[1]["X-Frame-Options"] is None


def test_a_browser_gets_one_cookie(hosted: Served) -> None:
    address, path = hosted.address, urlsplit(hosted.address).path or "/"
    given = [ask(f"{address}/{page}", PAGE)[1].get_all("Set-Cookie") for page in ("", "", "gates", "nowhere")]
    ours = [[one for one in cookies if one.startswith("rnnviz=")] for cookies in given]
    assert all(len(one) == 1 for one in ours)
    parts = [dict(part.partition("=")[::2] for part in one.split("; ")) for [one] in ours]
    assert all(re.fullmatch(r"[\w-]{22}", one["rnnviz"]) for one in parts)
    assert len({one["rnnviz"] for one in parts}) == len(parts)
    assert all(one | {"rnnviz": ""} == {"rnnviz": "", "Path": path, "HttpOnly": "", "SameSite": "Lax"} for one in parts)


def test_a_browser_that_has_the_cookie_keeps_it_and_files_give_none(hosted: Served) -> None:
    def gives(path: str, **headers: str) -> bool:
        return "rnnviz=" in str(ask(hosted.address + path, headers)[1].get_all("Set-Cookie"))

    assert gives("/", **PAGE)
    assert gives("/", **PAGE, Cookie="other=1")
    assert not gives("/", **PAGE, Cookie="other=1; rnnviz=abc")
    assert not gives(PLOTLY, Accept="*/*")
    assert not gives("/_stcore/health", Accept="application/json, text/plain, */*")


def test_a_page_that_the_browser_has_already_gives_the_cookie_too(hosted: Served) -> None:
    """A session cookie goes when the browser closes, the page in its cache stays."""
    tag = ask(f"{hosted.address}/", PAGE)[1]["ETag"]
    status, headers, _ = ask(f"{hosted.address}/", PAGE | {"If-None-Match": tag})
    assert status == 304
    assert "rnnviz=" in str(headers.get_all("Set-Cookie"))


def test_a_host_that_runs_the_script_plainly_has_no_routes_of_ours() -> None:
    with serve(plain=True) as served:
        _, headers, _ = ask(served.address + PLOTLY)
        assert headers["Content-Type"].startswith("text/html")
        assert asyncio.run(visited(served.address)) == []
        assert "Traceback" not in served.log()


def test_started_from_another_folder_the_settings_hold(tmp_path: Path) -> None:
    """Those that only .streamlit/config.toml sets: uploads of 20 MB at most, and no cookie against forgery."""
    with serve(folder=tmp_path) as served:
        assert asyncio.run(visited(served.address)) == []
        _, headers, _ = ask(f"{served.address}/_stcore/health")
        assert "_streamlit_xsrf" not in str(headers.get_all("Set-Cookie"))
        assert "Traceback" not in served.log()


FILES, VISITS = 256, 120


def test_visits_come_and_go_where_few_files_may_be_open() -> None:
    """Each would keep three files for two minutes."""

    async def come_and_go(address: str) -> list[str]:
        wrong: list[str] = []
        for _ in range(VISITS):
            wrong += await visited(address)
        return wrong

    with serve(files=FILES) as served:
        assert asyncio.run(come_and_go(served.address)) == []
        assert ask(f"{served.address}/_stcore/health")[0] == 200
        assert "Too many open files" not in served.log()
        assert "Traceback" not in served.log()
