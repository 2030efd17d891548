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
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from hypothesis import settings

from tests.checked import check_all

# CI tries the same examples every time, so that a run says something about the change; at home they are new each time.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

check_all()

from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright  # noqa: E402

from scripts.serving import Served, launch, serve  # noqa: E402
from tests.tree import Copy  # noqa: E402

expect.set_options(timeout=60_000)  # ends as soon as it holds: only what fails waits so long


STARTS = {"serve", "launch", "LocalCluster"}
"""Whoever calls one of these starts the app, a browser or a cluster."""


def names(code: CodeType) -> set[str]:
    """The names that a function uses, with the functions inside it."""
    inside = (names(part) for part in code.co_consts if isinstance(part, CodeType))
    return set(code.co_names).union(*inside)


def starts(function: object, *asked: object) -> bool:
    """Whether a function calls one of them, itself or through others of its file."""
    function = inspect.unwrap(function) if callable(function) else function
    if not isinstance(function, FunctionType) or function in asked:
        return False
    used = names(function.__code__)
    others = (function.__globals__.get(name) for name in used)
    return not STARTS.isdisjoint(used) or any(starts(other, function, *asked) for other in others)


def served(item: pytest.Function) -> bool:
    """Whether a test, or a fixture that it uses, starts the app, a browser or a cluster."""
    fixtures = (fixture.func for found in item._fixtureinfo.name2fixturedefs.values() for fixture in found)
    return any(map(starts, (item.function, *fixtures)))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is served; the quick tests come first."""
    for item in items:
        if isinstance(item, pytest.Function) and served(item):
            item.add_marker("served")
    items.sort(key=lambda item: (item.get_closest_marker("served") is not None, _in_chromium(item)))


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
    """Seconds that a page takes to open on an idle machine."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requested: list[str] = []
        self.slow = 1.0
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requested.append(request.url))

    def _note(self, said: ConsoleMessage) -> None:
        # Opened at /step, Streamlit asks for /step/_stcore/... first, to learn where the app's root is. The
        # answer 404 is the one it expects, and Chromium reports it.
        probe = re.search(r"://[^/]+/.+/_stcore/", said.location["url"])
        if said.type == "error" and not probe:
            self.errors.append(said.text)

    def open(self, url: str) -> Visit:
        """Go there and wait until the page stands."""
        start = time.monotonic()
        self.page.goto(url)
        self.page.wait_for_selector(".st-key-frame-switches", state="attached", timeout=60_000)
        self.slow = min(max((time.monotonic() - start) / self.USUAL, 1.0), 10.0)
        self.settle()
        return self

    def settle(self) -> None:
        """Wait until the app has been still for a moment, a longer one where everything takes longer."""
        app = "[data-testid=stApp][data-test-script-state=notRunning]"
        self.page.wait_for_timeout(150 * self.slow)
        self.page.wait_for_selector(app, state="attached", timeout=60_000)
        self.page.wait_for_timeout(250 * self.slow)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a fresh browser: visit(url, locale=…, color_scheme=…, viewport=…)."""
    contexts = []

    def opened(url: str, **options: object) -> Visit:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})  # type: ignore[arg-type]
        contexts.append(context)
        return Visit(context.new_page()).open(url)

    yield opened
    for context in contexts:
        context.close()
