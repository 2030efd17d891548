"""What the random walk found, in a real browser: what is shown, the link and the server stay of one mind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from scripts.serving import Served
from tests.conftest import Visit

pytestmark = pytest.mark.browser
REST_MS = 700
"""Somewhat more than the stepper waits until it tells where it is."""


def link(tab: Visit) -> dict[str, str]:
    return {name: text[-1] for name, text in parse_qs(urlsplit(tab.page.url).query).items()}


def drawn(tab: Visit) -> None:
    tab.page.wait_for_selector(".rv-stepper .js-plotly-plot", timeout=60_000)
    tab.settle()


def step(tab: Visit) -> int:
    """The place of the chip that is marked, from 0."""
    chips: Any = tab.page.evaluate(
        "[...document.querySelectorAll('.rv-chips button')].findIndex((chip) => chip.ariaCurrent)"
    )
    return int(chips)


def press(tab: Visit, *keys: str) -> None:
    for key in keys:
        tab.page.keyboard.press(key)
    tab.page.wait_for_timeout(REST_MS * tab.slow)
    tab.settle()


def go(tab: Visit, section: str, title: str) -> None:
    tab.page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
    tab.page.get_by_test_id("stTopNavDropdownLink").filter(has_text=title).click()
    tab.settle()


def test_the_stepper_is_where_it_was_after_another_page(app: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(f"{app.address}/step")
    drawn(tab)
    press(tab, "ArrowRight", "ArrowRight", "ArrowRight")
    assert link(tab)["step"] == "3"
    go(tab, "Forward", "Gates")
    go(tab, "Forward", "Step")
    drawn(tab)
    assert (step(tab), link(tab)["step"]) == (3, "3")


def test_back_moves_the_stepper_to_where_the_link_says(app: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(f"{app.address}/step")
    drawn(tab)
    press(tab, "ArrowRight", "ArrowRight")
    tab.page.get_by_role("slider").press("ArrowRight")  # a new place in the browser's history
    tab.settle()
    tab.page.locator(".rv-chips button").nth(5).click()
    press(tab)
    assert link(tab) | {"unit": ""} == {"words": "1", "step": "5", "unit": ""}
    tab.page.go_back()
    tab.settle()
    tab.page.wait_for_timeout(REST_MS * tab.slow)
    assert "words" not in link(tab)
    assert (str(step(tab)), link(tab)["step"]) == ("2", "2")


def test_another_network_is_entered_at_its_own_first_unit(app: Served, visit: Callable[..., Visit]) -> None:
    """As long as the link names none: else another browser that opens it would see another unit."""
    tab = visit(f"{app.address}/step")
    drawn(tab)
    tab.page.get_by_label("Right network").click()
    tab.page.get_by_role("option", name="GRU").click()
    drawn(tab)
    tab.page.wait_for_timeout(REST_MS * tab.slow)
    other = visit(tab.page.url)
    drawn(other)
    unit = ".rv-choice select"
    assert tab.page.locator(unit).first.input_value() == other.page.locator(unit).first.input_value()


@pytest.mark.parametrize("page", ["clipping", "gates"])
def test_another_colour_redraws_all_of_the_page(page: str, app: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(f"{app.address}/{page}", color_scheme="light")
    boards = tab.page.locator("[class^=rv-][data-theme]")
    expect(boards.first).to_be_attached()
    tab.page.emulate_media(color_scheme="dark")
    expect(tab.page.locator("[class^=rv-][data-theme=light]")).to_have_count(0)
    assert boards.count() >= 2


def test_the_link_has_the_hand_of_the_gates_that_are_shown(app: Served, visit: Callable[..., Visit]) -> None:
    by_hand = "lstm.hold." + "05" * 39
    tab = visit(f"{app.address}/gates?lang=en&drawn={by_hand}")
    gates = tab.page.locator(".rv-gates")
    expect(gates).to_have_attribute("data-drawn", "lstm.hold")
    tab.page.get_by_text("an RNN's unit").or_(tab.page.get_by_text("RNN unit")).first.click()
    expect(gates).to_have_attribute("data-drawn", "rnn.hold")
    gates.locator("input[type=range]").first.press("ArrowRight")
    tab.page.wait_for_url("**drawn=rnn.hold.*")
    tab.settle()
    tab.page.get_by_text("LSTM unit").first.click()
    expect(gates).to_have_attribute("data-drawn", "lstm.hold")
    tab.page.wait_for_url(f"**drawn={by_hand}*")
