"""Single units on the page Step in Chromium: two of them through time, and one that is held."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

import rnnviz
from rnnviz.language import translate
from rnnviz.ui.state import ALICE
from scripts.serving import Served
from tests.browser.test_step import COUNT_FRAMES, EIGHT_STEPS, READY, opened
from tests.conftest import Visit

pytestmark = pytest.mark.browser
LINES = """nodes => nodes.map(node => node.data.map(line => [line.name, [...line.y]]))"""


def test_two_units_through_time_follow_the_reader_and_the_link(app: Served, visit: Callable[..., Visit]) -> None:
    """Their lines are the networks' own numbers; to choose and to step sends nothing until the reader rests."""
    tab = opened(visit, app.address, "?lang=en&left=gru&unit=3")
    tab.page.wait_for_function("document.querySelectorAll('.rv-time-panel .scatterlayer .trace').length > 8")
    tab.page.evaluate(COUNT_FRAMES)
    picked = tab.page.get_by_label(translate("en", "unit.chosen"), exact=True)
    picked.select_option(label="GRU · unit 7")  # the one before stays beside it
    assert tab.page.evaluate(EIGHT_STEPS) == 0
    lstm, gru = (rnnviz.trace(rnnviz.load(name).double(), ALICE) for name in ("lstm", "gru"))
    tab.page.wait_for_function("document.querySelectorAll('.rv-time-panel .scatterlayer .trace').length === 10")
    shown = tab.page.locator(".rv-time-panel .js-plotly-plot").evaluate_all(LINES)
    for lines, trace, unit in ((shown[0], gru, 7), (shown[1], lstm, 3)):
        assert [name for name, _ in lines] == list(trace.records)
        for name, values in lines:
            assert values == pytest.approx(trace.records[name][:, unit].tolist(), abs=1e-6)
    tab.page.wait_for_url("**against=right.3**")
    tab.settle()
    other = visit(tab.page.url)
    other.page.wait_for_selector(READY)
    assert other.page.locator(".rv-choice select").evaluate_all("nodes => nodes.map(one => one.value)") == [
        "left.7",
        "right.3",
    ]
    said = other.page.locator(".rv-time-panel [role=img]").first.get_attribute("aria-label") or ""
    assert "GRU, unit 7" in said
    other.open(f"{app.address}/step?lang=en&against=left.9999")  # the network has no such unit
    other.page.wait_for_selector(READY)
    other.page.wait_for_function("!location.search.includes('against')")
    assert tab.errors == other.errors == []


HELD_MS = """(button) => new Promise((done) => {
    const root = document.querySelector(".rv-erase"), before = root.dataset.drawn, began = performance.now();
    const look = () => requestAnimationFrame(() =>
        root.dataset.drawn && root.dataset.drawn !== before ? done(performance.now() - began) : look());
    button.click();
    look();
})"""
"""From the press to the frame that shows what came of it."""


def test_a_unit_is_held_soon_then_stepped_without_a_message_and_is_in_the_link(
    app: Served, visit: Callable[..., Visit]
) -> None:
    tab = opened(visit, app.address, "?lang=en&unit=12&step=5")
    took = []
    for value in (translate("en", "erase.hand.mean"), "1", "0"):
        told = translate("en", "erase.hand.hold").format(letter="c", unit=12, value=value)
        hold = tab.page.get_by_role("button", name=told, exact=True)
        took.append(hold.evaluate(HELD_MS))
        tab.settle()
    assert min(took) < 400 * tab.slow, took
    tab.page.wait_for_url("**held=5.right.c.12.0**")
    result = tab.page.locator(".rv-erased")
    expect(result).to_contain_text("LSTM, unit 12: c held at 0 from “thirsty” on")
    expect(hold).to_have_attribute("aria-pressed", "true")
    tab.settle()
    tab.page.evaluate(COUNT_FRAMES)
    assert tab.page.evaluate(EIGHT_STEPS) == 0
    tab.page.wait_for_url("**step=13**")
    tab.settle()
    other = visit(tab.page.url)
    expect(other.page.locator(".rv-erased")).to_contain_text("LSTM, unit 12: c held at 0 from “thirsty” on")
    other.page.get_by_role("button", name=translate("en", "erase.hand.free"), exact=True).press("Enter")
    expect(other.page.locator(".rv-erased")).to_be_hidden()
    other.page.wait_for_function("!location.search.includes('held')")
    other.open(f"{app.address}/step?lang=en&right=gru&held=5.right.c.12.0")  # a GRU has no c
    expect(other.page.get_by_text(translate("en", "erase.hand.gone"))).to_be_visible()
    other.page.wait_for_function("!location.search.includes('held')")
    tab.page.get_by_label("Right network").click()  # the unit goes with its network
    tab.page.get_by_role("option", name="GRU").click()
    tab.page.wait_for_function("!location.search.includes('held')")
    expect(result).to_be_hidden()
    assert tab.errors == other.errors == []
