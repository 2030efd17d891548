"""The record of training on the page Step: it begins with its heat tables, fits a phone, and goes seed by seed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from rnnviz.language import translate
from rnnviz.scenes import seeds
from scripts.serving import Served
from tests.conftest import Visit

pytestmark = pytest.mark.browser
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1440, "height": 900}}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_record_shows_kinds_first_and_every_seed_one_press_deeper(
    language: str, size: str, app: Served, visit: Callable[..., Visit]
) -> None:
    tab = visit(f"{app.address}/?lang={language}", viewport=SIZES[size])
    tab.page.wait_for_selector(".rv-stepper[data-drawn]")
    record = tab.page.locator(".st-key-step-record")
    record.locator("summary").first.click()
    for tongue, networks in seeds.RECORDED.items():
        expect(
            record.get_by_role("heading", name=translate(language, f"step.record.{tongue}"), exact=True)
        ).to_be_visible()
        for author in seeds.AUTHORS:
            cells = record.locator(f".st-key-{author}-{networks[0]} .heatmap-label")
            expect(cells).to_have_count(len(networks) * len(seeds.AUTHORS[author]))
    tab.settle()  # what is drawn above it pushes it down, away from a press
    first = record.locator(".st-key-seeds-rnn")
    first.locator("summary").click()
    expect(first.locator("table")).to_have_count(2)
    expect(first.locator("table").first.locator("tbody tr")).to_have_count(7 * 6)
    said = record.inner_text()
    for gap in ("{", "}", "undefined", "NaN", "None"):
        assert gap not in said
    assert tab.page.locator("[data-testid=stMain]").evaluate("node => node.scrollWidth - node.clientWidth") == 0
    assert tab.errors == []
