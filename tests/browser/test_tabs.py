"""A tab that is used again is a browser that was never here: what one test does cannot reach the next."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from scripts.serving import Served, serve
from tests.conftest import Tabs

pytestmark = pytest.mark.browser
KNOWS = """() => [localStorage.left, sessionStorage.left, window.left, document.cookie, history.length,
    innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]"""
LEAVE = """() => {
  localStorage.left = sessionStorage.left = window.left = 1;
  document.cookie = 'left=1';
  for (let k = 0; k < 60; k++) history.pushState(0, '', '#' + k);
}"""


@pytest.fixture
def tabs(browser: Browser) -> Tabs:
    """None that another test has used already."""
    return Tabs(browser)


def test_a_tab_keeps_nothing_of_the_visit_before(small: Served, tabs: Tabs) -> None:
    with tabs.open() as first:
        fresh = first.open(small.address).page.evaluate(KNOWS)
        session = first.page.context.cookies()
    with tabs.open({"width": 390, "height": 844}, "dark") as second:
        assert second.page is first.page
        second.open(small.address)
        assert second.page.evaluate(KNOWS)[-2:] == [390, True]
        second.page.evaluate(LEAVE)
        assert second.page.evaluate(KNOWS) != fresh
        with second.page.expect_popup():
            second.page.evaluate("void window.open(location.href)")
    with tabs.open() as third:
        third.open(small.address)
        assert third.page.evaluate(KNOWS) == fresh
        assert third.page.context.pages == [third.page]
        assert [one["name"] for one in third.page.context.cookies()] == [one["name"] for one in session]
        assert third.page.context.cookies() != session  # another visitor
        third.page.evaluate("console.error('heard')")
        expect(third.page.locator("h1")).to_be_visible()
        assert third.errors == ["heard"]
        assert first.errors == second.errors == []


def test_a_tab_that_was_closed_or_whose_server_is_gone_is_used_no_more(
    tabs: Tabs, small: Served, small_root: Path
) -> None:
    with tabs.open() as closed:
        closed.page.close()
    with tabs.open() as gone:
        assert gone.page is not closed.page
        with serve(root=small_root) as served:
            gone.open(served.address)
    with tabs.open() as next:
        assert next.page is not gone.page
        next.open(small.address)


def test_who_speaks_another_language_gets_a_tab_of_their_own(tabs: Tabs, small: Served) -> None:
    with tabs.open() as english, tabs.open(locale="ja-JP") as japanese:
        languages = [tab.open(small.address).page.evaluate("navigator.language") for tab in (english, japanese)]
    assert languages == ["en-US", "ja-JP"]


def test_a_tab_is_given_up_after_some_visits(tabs: Tabs, small: Served) -> None:
    used = []
    for _ in range(Tabs.MOST + 1):
        with tabs.open() as tab:
            used.append(tab.page)
            tab.page.goto(f"{small.address}/_stcore/health")
    assert len(set(used[:-1])) == 1
    assert used[-1] is not used[0]
    assert used[0].is_closed()
