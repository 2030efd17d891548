"""The Compare page in Chromium: it draws, follows the slider, measures when asked, fits a phone, and is a link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from rnnviz.language import translate
from scripts.serving import Served
from tests.conftest import Visit

PHONE = {"width": 390, "height": 844}
# By how many px the text of each figure goes beyond its left or right edge; negative: it does not.
BEYOND = """figures => figures.map((figure) => {
  const { left, right } = figure.getBoundingClientRect();
  const boxes = [...figure.querySelectorAll("svg text")].map((text) => text.getBoundingClientRect());
  return Math.max(...boxes.filter((box) => box.width).map((box) => Math.max(left - box.left, box.right - right)));
})"""


def opened(visit: Callable[..., Visit], app: Served, query: str = "", **options: Any) -> Visit:
    tab = visit(f"{app.address}/compare?{query}", **options)
    for board in ("answers", "growing"):
        tab.page.wait_for_selector(f".st-key-compare-{board} .rv-board[data-drawn]", state="attached")
    tab.settle()
    return tab


def test_the_slider_moves_answers_and_counts(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app)
    title = tab.page.locator(".rv-section[data-id=answers] h3")
    expect(title).to_contain_text("words in between: 0")
    slider = tab.page.locator(".st-key-words input")
    slider.focus()
    slider.press("End")
    expect(title).to_contain_text("words in between: 64")
    expect(tab.page.locator(".rv-section[data-id=ways] h3")).to_contain_text("words: ")
    tab.settle()
    assert parse_qs(urlsplit(tab.page.url).query)["words"] == ["64"]
    assert tab.errors == []


def test_speed_is_measured_when_asked(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app)
    assert tab.page.locator(".rv-section[data-id=speed]").count() == 0
    tab.page.get_by_role("button", name=translate("en", "compare.measure")).click()
    expect(tab.page.locator(".rv-section[data-id=speed] h3")).to_contain_text("times as fast", timeout=60_000)
    assert tab.errors == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_text_leaves_its_figure_in_large_type(language: str, app: Served, visit: Callable[..., Visit]) -> None:
    size = {"width": 1440, "height": 7200}
    tab = opened(visit, app, f"lang={language}&words=22&projector=true", viewport=size)
    expect(tab.page.locator(".rv-drawing .main-svg:first-child")).to_have_count(11)
    beyond = tab.page.locator(".rv-drawing").evaluate_all(BEYOND)
    assert len(beyond) == 11
    assert max(beyond) <= 1.5
    label = tab.page.locator(".st-key-words [data-testid=stWidgetLabel] p")
    assert label.evaluate("node => node.clientHeight / parseFloat(getComputedStyle(node).lineHeight)") < 1.5


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_fits_a_phone(language: str, app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, f"lang={language}&words=30&counted=attention", viewport=PHONE)
    said = tab.page.locator("[data-testid=stMain]").inner_text()
    assert translate(language, "compare.parts.look") in said
    for gap in ("{", "}", "undefined", "NaN"):
        assert gap not in said
    for selector in ("html", "[data-testid=stMain]"):
        assert tab.page.locator(selector).first.evaluate("node => node.scrollWidth - node.clientWidth") == 0
    assert tab.errors == []


def test_a_sentence_without_a_need_or_a_word(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, "sentence=Alice+drives+to+the+nearest+store+to+buy")
    expect(tab.page.locator(".rv-section[data-id=open] h3")).to_be_visible()
    field = tab.page.locator(".st-key-sentence input")
    field.fill("")
    field.press("Enter")
    expect(tab.page.get_by_text(translate("en", "step.nothing"))).to_be_visible()
    assert tab.page.locator(".st-key-frame-error, [data-testid=stException]").count() == 0
    assert tab.errors == []
