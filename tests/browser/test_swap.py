"""The swap of a word in Chromium: offered at a click, asked for once, then stepped without a message."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from rnnviz.language import translate
from scripts.serving import Served
from tests.browser.test_step import COUNT_FRAMES, EIGHT_STEPS, opened, step_of
from tests.conftest import Visit

pytestmark = pytest.mark.browser
SENTENCE = "Starving, Alice drives to the nearest store to buy"
DRAWN = ".rv-swap[data-drawn]"
LINE = ".rv-swap-side >> nth={} >> .rv-swap-lines > p:not(.rv-room)"


def test_a_click_on_a_word_offers_others_and_what_comes_of_one_is_stepped_in_the_browser(
    app: Served, visit: Callable[..., Visit]
) -> None:
    tab = opened(visit, app.address, f"?sentence={quote(SENTENCE)}")
    other = tab.page.get_by_role("button", name="Thirsty", exact=True)
    assert not other.is_visible()
    tab.page.locator(".rv-chip").first.click()
    tab.page.evaluate(COUNT_FRAMES)
    other.click()
    tab.page.wait_for_selector(DRAWN)
    tab.settle()
    assert tab.page.evaluate("window.sent") == 1
    assert "swap=0+Starving+Thirsty" in tab.page.url
    expect(other).to_have_attribute("aria-pressed", "true")
    tab.page.locator(".rv-chip").first.focus()
    tab.page.evaluate("window.sent = 0")
    assert tab.page.evaluate(EIGHT_STEPS) == 0
    assert step_of(tab) == 8
    for side in (0, 1):
        expect(tab.page.locator(LINE.format(side))).to_contain_text(translate("en", "swap.later", ago=8).strip())
    assert tab.page.locator(".rv-swap .heatmaplayer image").count() == 7
    tab.page.locator(".rv-swap .rv-figure").first.focus()
    tab.page.keyboard.press("t")  # the numbers, as of every figure
    expect(tab.page.get_by_role("dialog").locator("tbody tr")).to_have_count(10)
    tab.page.keyboard.press("Escape")
    tab.page.get_by_role("button", name=translate("en", "swap.hand.back")).click()
    expect(tab.page.locator(".rv-swap")).to_be_hidden()
    tab.page.wait_for_function("!location.search.includes('swap')")
    assert tab.errors == []


def test_by_keyboard_alone_a_word_is_typed_and_what_does_not_fit_is_said(
    app: Served, visit: Callable[..., Visit]
) -> None:
    tab = opened(visit, app.address, f"?lang=ja&sentence={quote(SENTENCE)}&hide=trained")
    tab.page.locator(".rv-chip").first.press("Enter")
    field = tab.page.get_by_label(translate("ja", "swap.hand.typed"))
    field.focus()
    tab.page.keyboard.type("ice cream")
    assert step_of(tab) == 0  # the keys are the field's
    tab.page.keyboard.press("Enter")
    said = translate("ja", "swap.said.several", word="ice cream", count=2, parts="ice、cream")
    expect(tab.page.get_by_text(said)).to_be_visible()
    field.fill("Parched")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector(DRAWN)
    expect(tab.page.get_by_text(said)).to_be_hidden()
    expect(tab.page.locator(".rv-swap h3")).to_contain_text("Parched")
    expect(tab.page.get_by_role("button", name=translate("ja", "swap.hand.untrained"))).to_be_hidden()
    tab.page.go_back()  # a swap is a step of the history
    expect(tab.page.locator(".rv-swap")).to_be_hidden()
    assert tab.errors == []
    lesson = opened(visit, app.address, f"?sentence={quote(SENTENCE)}&swap=0+Starving+Parched&hide=swap")
    lesson.page.wait_for_selector(DRAWN)
    assert lesson.page.locator(".rv-offer").is_hidden()
    assert lesson.page.get_by_role("button", name=translate("en", "swap.hand.back")).count() == 0
