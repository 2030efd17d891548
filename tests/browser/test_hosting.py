"""The app where hosts put it: under a base path, behind a proxy, in a frame of another site, with parts missing."""

from __future__ import annotations

import json
import re
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FrameLocator, Page, Route, expect

from rnnviz.language import translate
from scripts.serving import ROOT, Served
from tests.conftest import Tabs, Visit

pytestmark = pytest.mark.browser

PAGES = sorted(file.stem for file in ROOT.glob("pages/*/[!_]*.py"))
WORDS = {"en": "could not be loaded", "ja": "読み込めませんでした"}


@pytest.mark.parametrize("page", ["", *PAGES])
def test_every_page_draws_its_figures_under_a_base_path(page: str, under: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(f"{under.address}/{page}")
    expect(tab.page.locator("[data-drawn]").first).to_be_visible()
    expect(tab.page.locator("[data-failed], [data-unloaded]")).to_have_count(0)
    ours = [url for url in tab.requested if "/files/" in url]
    assert ours
    assert all(urlsplit(url).path.startswith("/teaching/rnn/files/") for url in ours)
    assert tab.errors == []


def test_the_menu_and_the_link_stay_under_the_base_path(under: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(f"{under.address}/gradients?input=random&length=33")
    assert "length=33" in tab.page.url
    tab.page.get_by_test_id("stTopNavSection").filter(has_text=translate("en", "frame.sections.forward")).click()
    tab.page.get_by_test_id("stTopNavDropdownLink").filter(has_text=translate("en", "frame.pages.compare")).click()
    tab.page.wait_for_url("**/teaching/rnn/compare?*")
    tab.settle()
    expect(tab.page.locator("[data-drawn]").first).to_be_visible()
    assert "length=33" in tab.page.url
    assert tab.errors == []


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[int]:
    """Let a server of this test run; its port."""
    server.daemon_threads = True  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def proxy(to: Served) -> Iterator[str]:
    """The app at another port of this machine, whatever passes through unchanged, as behind a reverse proxy."""

    class Passing(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", urlsplit(to.address).port or 80)) as there:
                threading.Thread(target=pump, args=(self.request, there), daemon=True).start()
                pump(there, self.request)

    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Passing)) as port:
        yield f"http://127.0.0.1:{port}"


def test_behind_a_proxy_the_page_talks_to_the_proxy(app: Served, visit: Callable[..., Visit]) -> None:
    with proxy(app) as address:
        tab = visit(f"{address}/gradients")
        expect(tab.page.locator("[data-drawn]").first).to_be_visible()
        assert {urlsplit(url).netloc for url in tab.requested if url.startswith("http")} == {urlsplit(address).netloc}
        assert tab.errors == []


@contextmanager
def site(html: str) -> Iterator[str]:
    """Another site with one page. `localhost` is to a browser another site than `127.0.0.1`."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Answer)) as port:
        yield f"http://localhost:{port}"


def frame_of(address: str) -> str:
    return f'<!doctype html><title>course</title><iframe src="{address}" width="1300" height="850"></iframe>'


def framed(page: Page, where: str) -> FrameLocator:
    page.goto(where)
    return page.frame_locator("iframe")


def test_in_a_frame_of_another_site_everything_works(app: Served, browser: object, tmp_path: Path) -> None:
    """Also an upload, though the frame has no cookies there."""
    file = tmp_path / "run.safetensors"
    file.write_bytes(b"no run at all")
    with site(frame_of(f"{app.address}/training?embed=true")) as where:
        page = browser.new_page()  # type: ignore[attr-defined]
        noted = Visit(page)
        inside = framed(page, where)
        inside.get_by_text(translate("en", "training.upload")).first.click()
        inside.locator("input[type=file]").set_input_files(file)
        expect(inside.get_by_text(translate("en", "training.upload_bad"))).to_be_visible()
        assert noted.errors == []
        page.close()


def test_a_slide_on_the_teachers_disk_may_show_a_page(app: Served, browser: object, tmp_path: Path) -> None:
    slide = tmp_path / "slide.html"
    slide.write_text(frame_of(f"{app.address}/gates?embed=true"))
    page = browser.new_page()  # type: ignore[attr-defined]
    inside = framed(page, slide.as_uri())
    expect(inside.locator(".rv-gates[data-drawn]")).to_be_visible()
    page.close()


@pytest.mark.parametrize("path", ["?embed=true", "gates?embed=true&lang=ja"])
def test_embedded_pages_have_no_top_bar_and_all_figures(path: str, app: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(f"{app.address}/{path}")
    expect(tab.page.locator("[data-drawn]").first).to_be_visible()
    assert tab.errors == []


def blocked(page: Page, pattern: str) -> None:
    def refuse(route: Route) -> None:
        route.abort()

    page.route(re.compile(pattern), refuse)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(("path", "name"), [("step", "stepper"), ("gradients", "board"), ("gates", "gates")])
def test_a_component_without_its_script_says_so(path: str, name: str, language: str, app: Served, tabs: Tabs) -> None:
    with tabs.open() as tab:
        blocked(tab.page, rf"/files/{name}-")
        tab.open(f"{app.address}/{path}?lang={language}")
        root = tab.page.locator(f".rv-{name}[data-unloaded]").first
        expect(root).to_be_visible()
        said = root.evaluate("node => getComputedStyle(node, '::before').content")
        assert json.loads(said) == translate(language, "errors.component")
        assert root.bounding_box()["height"] > 10  # type: ignore[index]


def test_a_script_that_comes_at_the_second_try_is_enough(app: Served, tabs: Tabs) -> None:
    with tabs.open() as tab:
        blocked(tab.page, r"/files/gates-[0-9a-f]+\.js$")
        tab.open(f"{app.address}/gates")
        expect(tab.page.locator(".rv-gates[data-drawn]")).to_be_visible()
        expect(tab.page.locator("[data-unloaded]")).to_have_count(0)
        assert any("ERR_FAILED" in error for error in tab.errors)  # the first try was refused


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("path", ["step", "gates", "gradients"])
def test_without_plotly_the_page_says_so_in_the_figures_place(
    path: str, language: str, app: Served, tabs: Tabs
) -> None:
    with tabs.open() as tab:
        blocked(tab.page, r"/files/plotly-")
        tab.open(f"{app.address}/{path}?lang={language}")
        failed = tab.page.locator("[data-failed]").first
        expect(failed).to_be_visible()
        assert WORDS[language] in failed.evaluate("node => getComputedStyle(node, '::before').content")
