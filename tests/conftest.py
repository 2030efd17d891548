"""Shared by all tests: shapes are checked while testing, and the real app runs once for the browser tests."""

from __future__ import annotations

import os

# One thread each, as in the app (app.py) and in its workers: with two for every process on two cores they wait for
# each other. NumPy's BLAS and torch's OpenMP read this once, when they are first imported.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

import inspect
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Literal
from urllib.parse import urljoin

import pytest
from hypothesis import settings

from tests.checked import check_all

# CI tries the same examples every time, so that a run says something about the change; at home they are new each time.
# An example may take as long as it takes: on a busy machine the first one reads what the others find.
settings.register_profile("home", deadline=None)
settings.register_profile("ci", settings.get_profile("home"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "home")

check_all()

from playwright.sync_api import (  # noqa: E402
    Browser,
    ConsoleMessage,
    Dialog,
    Error,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from scripts.serving import Served, launch, serve  # noqa: E402
from tests.tree import Copy  # noqa: E402

expect.set_options(timeout=60_000)  # ends as soon as it holds: only what fails waits so long


STARTS = {"serve", "launch", "LocalCluster"}
"""Whoever calls one of these starts the app, a browser or a cluster."""


def names(code: CodeType) -> set[str]:
    """The names that a function uses, with the functions inside it."""
    inside = (names(part) for part in code.co_consts if isinstance(part, CodeType))
    return set(code.co_names).union(*inside)


@cache
def uses(function: FunctionType) -> tuple[bool, list[FunctionType]]:
    """Whether a function calls one of them itself, and the functions of its file that it may call."""
    used = names(function.__code__)
    others = (function.__globals__.get(name) for name in used)
    return not STARTS.isdisjoint(used), [other for other in map(unwrapped, others) if isinstance(other, FunctionType)]


def unwrapped(found: object) -> object:
    return inspect.unwrap(found) if callable(found) else found


def starts(function: object) -> bool:
    """Whether a function calls one of them, itself or through others of its file."""
    function = unwrapped(function)
    found = [function] if isinstance(function, FunctionType) else []
    for one in found:  # grows
        itself, others = uses(one)
        if itself:
            return True
        found += [other for other in others if other not in found]
    return False


def served(item: pytest.Function) -> bool:
    """Whether a test, or a fixture that it uses, starts the app, a browser or a cluster."""
    fixtures = (fixture.func for found in item._fixtureinfo.name2fixturedefs.values() for fixture in found)
    return any(map(starts, (item.function, *fixtures)))


SHARED = {"app", "browser", "tabs", "visit"}
"""Fixtures that each process of a test run has for itself, once."""


def servers(item: pytest.Function) -> list[str]:
    """The fixtures for which a test needs another server than the app."""
    found = (fixture for fixtures in item._fixtureinfo.name2fixturedefs.values() for fixture in fixtures)
    return [f"{one.baseid} {one.argname}" for one in found if one.argname not in SHARED and starts(one.func)]


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is served; whose server is the same, stays together; the quick tests come first. Of what is served the
    slow ones do: one that began last would keep a single processor at work."""
    for item in items:
        if isinstance(item, pytest.Function) and served(item):
            item.add_marker("served")
            for name in servers(item)[:1]:
                item.add_marker(pytest.mark.xdist_group(name))
    items.sort(key=_when)


def _when(item: pytest.Item) -> tuple[bool, ...]:
    starts_one = item.get_closest_marker("served") is not None
    return starts_one, _in_chromium(item), starts_one and item.get_closest_marker("slow") is None


def pytest_collection_finish() -> None:
    """All is imported: whoever is started from now on, as the app, finds what a visitor's machine says."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.pop(name, None)


def _in_chromium(item: pytest.Item) -> bool:
    """These come last: while Playwright is there, no test can run an event loop of its own."""
    return "browser" in getattr(item, "fixturenames", ())


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    """A copy of the tree, to be changed."""
    yield Copy(tmp_path / "tree")
    shutil.rmtree(tmp_path / "tree")


@pytest.fixture(scope="session")
def app() -> Iterator[Served]:
    """The app as a visitor meets it, warm. What went wrong in it fails the test run."""
    with serve() as served:
        yield served
        assert "Traceback" not in served.log(), served.log()


@pytest.fixture(scope="session")
def under() -> Iterator[Served]:
    """The app under a base path."""
    with serve(base="teaching/rnn") as served:
        yield served
        assert "Traceback" not in served.log(), served.log()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            found = launch(playwright, light=True)
        except RuntimeError as missing:
            pytest.fail(str(missing))
        yield found
        found.close()


class Visit:
    """One browser tab that notes whatever it complains of."""

    USUAL = 1.5
    """Seconds within which a page opens, unless the machine is slow or busy."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requested: list[str] = []
        self.slow = 1.0
        self.listening: list[tuple[str, Callable[..., None]]] = []
        self.listen("console", self._note)
        self.listen("pageerror", lambda error: self.errors.append(str(error)))
        self.listen("request", lambda request: self.requested.append(request.url))
        self.listen("dialog", self._dismiss)

    def listen(self, event: str, to: Callable[..., None]) -> None:
        """Hear what happens in the page, for as long as the visit lasts."""
        self.page.on(event, to)  # type: ignore[call-overload]
        self.listening.append((event, to))

    def _note(self, said: ConsoleMessage) -> None:
        # Opened at /step, Streamlit asks for /step/_stcore/... first, to learn where the app's root is. The
        # answer 404 is the one it expects, and Chromium reports it.
        probe = re.search(r"://[^/]+/.+/_stcore/", said.location["url"])
        if said.type == "error" and not probe:
            self.errors.append(said.text)

    def _dismiss(self, dialog: Dialog) -> None:
        self.errors.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, url: str) -> Visit:
        """Go there and wait until the page stands."""
        start = time.monotonic()
        self.page.goto(url)
        self.stand()
        self.slow = min(max((time.monotonic() - start) / self.USUAL, 1.0), 10.0)
        self.settle()
        return self

    def stand(self) -> None:
        """Wait until the frame of the page stands."""
        self.page.wait_for_selector(".st-key-frame-switches", state="attached", timeout=60_000)

    def settle(self) -> None:
        """Wait until app and browser have been still for a moment, a longer one where everything takes longer."""
        app = "[data-testid=stApp][data-test-script-state=notRunning]"
        self.page.wait_for_timeout(150 * self.slow)
        self.page.wait_for_selector(app, state="attached", timeout=60_000)
        # What has come is drawn, or at least has had its time: where nobody looks, Chromium may never be idle.
        self.page.evaluate("() => new Promise((done) => requestIdleCallback(done, { timeout: 500 }))")
        self.page.wait_for_timeout(250 * self.slow)


DESKTOP: ViewportSize = {"width": 1440, "height": 900}
ColorScheme = Literal["light", "dark"]


class Tabs:
    """Tabs that are used again: the browser has the scripts already, which halves the work of opening a page.

    Of the visit before a tab keeps nothing else: no cookie, no storage, no history, no listener, no route.
    """

    MOST = 14
    """Visits to a tab before another is opened: what the pages leave in its process grows to a gigabyte in fifty."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.idle: dict[str, list[Page]] = {}
        self.visits: Counter[Page] = Counter()

    @contextmanager
    def open(
        self, viewport: ViewportSize = DESKTOP, color_scheme: ColorScheme = "light", **options: Any
    ) -> Iterator[Visit]:
        """A tab as of a browser that was never here."""
        idle = self.idle.setdefault(repr(options), [])
        page = idle.pop() if idle else self.browser.new_context(**options).new_page()
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme)
        visit = Visit(page)
        yield visit
        self.visits[page] += 1
        try:
            self._forget(visit)
            if self.visits[page] < self.MOST:
                idle.append(page)
                return
        except Error:  # it was closed, or its server was
            pass
        del self.visits[page]
        page.context.close()

    def _forget(self, visit: Visit) -> None:
        page = visit.page
        for event, to in visit.listening:
            page.remove_listener(event, to)
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.unroute_all()
        page.mouse.move(0, 0)
        page.goto(urljoin(page.url, "/_stcore/health"))  # a page of the same host, where nothing runs
        page.evaluate("localStorage.clear(), sessionStorage.clear()")
        page.context.clear_cookies()
        session = page.context.new_cdp_session(page)
        session.send("Page.resetNavigationHistory")
        session.detach()


@pytest.fixture(scope="session")
def tabs(browser: Browser) -> Tabs:
    return Tabs(browser)


@pytest.fixture
def visit(tabs: Tabs) -> Iterator[Callable[..., Visit]]:
    """Open a page as a browser that was never here: visit(url, locale=…, color_scheme=…, viewport=…)."""
    with ExitStack() as opened:
        yield lambda url, **options: opened.enter_context(tabs.open(**options)).open(url)
