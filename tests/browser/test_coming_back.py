"""What a tab finds that comes back: after the server was started anew, and beside its own duplicate."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from rnnviz.language import translate
from scripts.serving import Served, serve
from tests.conftest import Visit

pytestmark = pytest.mark.browser
SHORT = "task=recall&delay=2&size=4&batch=8&budget=100"
LONG = "task=recall&delay=200&size=100&budget=4500&seed=3"
KEPT = "sessionStorage.getItem('rnnviz-kept')"


def status(page: Page) -> Locator:
    return page.locator("[data-testid=stProgress]").last


def alert(page: Page) -> Locator:
    return page.locator("[data-testid=stAlert]")


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button").first.click()


def begun(page: Page, language: str = "en") -> None:
    """Train, until a step was seen and the tab will remember its run."""
    press(page, "train")
    expect(status(page)).to_have_text(re.compile(r"[1-9][\d,]*\D+4,500|4,500\D+[1-9]"))
    page.wait_for_function(KEPT)


def ready(page: Page) -> None:
    page.wait_for_selector(".st-key-training .rv-board[data-drawn]", state="attached", timeout=60_000)


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.night), "ja"])
def test_a_server_started_anew_says_what_was_lost(language: str, visit: Callable[..., Visit]) -> None:
    """Fault 14: the page came back with "Not trained yet"."""

    def said(key: str, **values: object) -> str:
        return translate(language, f"training.{key}", **values)

    with serve() as first:
        port = urlsplit(first.address).port
        tab = visit(f"{first.address}/training?{SHORT.replace('100', '4500')}&lang={language}")
        ready(tab.page)
        begun(tab.page)
        link = tab.page.url
        os.kill(first.pid, signal.SIGKILL)
    with serve(port=port or 0) as second:
        expect(alert(tab.page)).to_have_text(said("lost.restart"))
        expect(status(tab.page)).to_have_text(said("status.ready"))
        tab.settle()
        assert tab.page.url == link
        assert parse_qs(urlsplit(link).query)["size"] == ["4"]
        tab.page.reload()  # said once: what the tab remembered is forgotten
        ready(tab.page)
        tab.settle()
        begun(tab.page)
        expect(alert(tab.page)).to_have_count(0)
        assert "Traceback" not in second.log()


def test_a_duplicated_tab_has_a_run_of_its_own(app: Served, visit: Callable[..., Visit]) -> None:
    """Fault 23: both tabs held one run."""

    def step(page: Page) -> int:
        return int(re.findall(r"[Ss]tep ([\d,]+)", status(page).inner_text())[0].replace(",", ""))

    tab = visit(f"{app.address}/training?{LONG}")
    ready(tab.page)
    begun(tab.page)
    kept = tab.page.evaluate(KEPT)
    with tab.page.expect_popup() as found:
        tab.page.evaluate("void window.open(location.href)")
    twin = found.value
    ready(twin)
    assert twin.evaluate(KEPT) in (kept, None)
    expect(alert(twin)).to_have_text(translate("en", "training.lost.elsewhere"))
    before = step(tab.page)
    expect(status(tab.page)).not_to_contain_text(f"{before:,} of")  # it goes on
    assert tab.page.evaluate(KEPT) == kept
    begun(twin)
    expect(alert(twin)).to_have_count(0)
    assert twin.evaluate(KEPT) not in (kept, None)
    press(twin, "cancel")
    expect(status(twin)).to_contain_text("Cancelled at step")
    expect(tab.page.locator(".st-key-pause button")).to_be_visible()
    before = step(tab.page)
    twin.close()
    tab.page.reload()
    ready(tab.page)
    expect(tab.page.locator(".st-key-pause button")).to_be_visible()
    expect(status(tab.page)).not_to_contain_text(f"step {before:,} of")
    assert step(tab.page) >= before
    assert tab.errors == []


@pytest.mark.night
def test_a_duplicate_finds_the_run_once_the_first_tab_is_closed(app: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(f"{app.address}/training?{LONG}&size=32")
    ready(tab.page)
    begun(tab.page)
    kept = tab.page.evaluate(KEPT)
    context = tab.page.context
    twin = context.new_page()
    twin.add_init_script(f"if (!sessionStorage.getItem('rnnviz-kept')) sessionStorage.setItem('rnnviz-kept', '{kept}')")
    tab.page.close()
    twin.goto(f"{app.address}/training?{LONG}&size=32")
    ready(twin)
    expect(twin.locator(".st-key-pause button")).to_be_visible()
    expect(alert(twin)).to_have_count(0)
    assert twin.evaluate(KEPT) == kept
    press(twin, "cancel")
