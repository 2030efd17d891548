"""The link is the state: it follows every control, opens elsewhere as it was, and survives pages and Back."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rnnviz.ui.state import ALICE
from scripts.serving import Served
from tests.conftest import Visit

pytestmark = pytest.mark.browser


def values(tab: Visit) -> dict[str, Any]:
    """What Python holds, as the test page prints it."""
    found: dict[str, Any] = ast.literal_eval(tab.page.locator("code").first.inner_text())
    return found


def link(tab: Visit) -> dict[str, str]:
    return {name: text[-1] for name, text in parse_qs(urlsplit(tab.page.url).query).items()}


def go(tab: Visit, section: str, title: str) -> None:
    tab.page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
    tab.page.get_by_test_id("stTopNavDropdownLink").filter(has_text=title).click()
    tab.settle()


def test_defaults_leave_the_link_clean(small: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(small.address)
    assert link(tab) == {}
    assert values(tab)["sentence"] == ALICE


def test_controls_write_the_link_and_another_browser_reads_it(small: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(small.address)
    tab.page.get_by_label("sentence").fill("Bob is <b>$ill$</b>")
    tab.page.get_by_label("sentence").press("Enter")
    tab.settle()
    tab.page.get_by_role("slider").press("ArrowRight")
    tab.settle()
    tab.page.get_by_text("trained", exact=True).click()
    tab.settle()
    tab.page.get_by_role("combobox").click()
    tab.page.get_by_role("option", name="gru").click()
    tab.settle()
    tab.page.get_by_text("rest", exact=True).click()
    tab.settle()
    wanted = {"sentence": "Bob is <b>$ill$</b>", "words": "1", "left": "gru", "trained": "false"}
    assert link(tab) == wanted | {"step": "3", "unit": "7"}
    there = visit(tab.page.url, locale="ja-JP")
    assert values(there) == values(tab)
    assert there.page.get_by_label("sentence").input_value() == "Bob is <b>$ill$</b>"


def test_switching_the_language_keeps_everything(small: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(f"{small.address}/?words=10&left=gru&step=4")
    tab.page.get_by_label("sentence").fill("Starving")
    tab.page.get_by_label("sentence").press("Enter")
    tab.settle()
    before = values(tab)
    tab.page.get_by_text("日本語").click()
    tab.settle()
    assert values(tab) == before | {"lang": "ja"}
    assert link(tab)["lang"] == "ja"
    assert tab.page.get_by_label("sentence").input_value() == "Starving"
    assert tab.page.get_by_role("combobox").input_value() == "ja-gru"


def test_a_move_to_another_page_and_back_keeps_everything(small: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(f"{small.address}/?sentence=hello&words=10&left=gru&step=3&lang=en")
    before, query = values(tab), link(tab)
    go(tab, "Backward", "Two")
    assert tab.page.locator("h1").inner_text() == "two"
    assert (values(tab), link(tab)) == (before, query)
    go(tab, "Forward", "One")
    assert tab.page.locator("h1").inner_text() == "one"
    assert (values(tab), link(tab)) == (before, query)
    tab.page.go_back()
    tab.settle()
    assert (values(tab), link(tab)) == (before, query)


def test_back_undoes_a_change(small: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(small.address)
    tab.page.get_by_text("trained", exact=True).click()
    tab.settle()
    assert values(tab)["trained"] is False
    tab.page.go_back()
    tab.settle()
    assert values(tab)["trained"] is True
    assert link(tab) == {}


def test_a_lesson_hides_controls_and_still_sets_them(small: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(f"{small.address}/?hide=lang,projector,words&words=12&projector=true")
    assert tab.page.get_by_role("slider").count() == 0
    assert tab.page.get_by_text("日本語").count() == 0
    assert (values(tab)["words"], values(tab)["projector"]) == (12, True)
    go(tab, "Backward", "Two")
    assert values(tab)["words"] == 12
    # What a lesson hides of one page is there on the others; the switches around all pages stay hidden.
    assert link(tab) == {"hide": "lang,projector", "words": "12", "projector": "true"}
    assert tab.page.get_by_text("日本語").count() == 0


def test_the_projector_switch_scales_type_by_one_and_a_half(small: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(small.address)
    size = "parseFloat(getComputedStyle(document.querySelector('.stSlider p')).fontSize)"
    before = tab.page.evaluate(size)
    tab.page.locator(".st-key-projector").get_by_role("switch").or_(
        tab.page.locator(".st-key-projector label")
    ).first.click()
    tab.settle()
    assert tab.page.evaluate(size) == pytest.approx(1.5 * before)
    assert link(tab) == {"projector": "true"}


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_the_bar_is_thin_and_nothing_in_it_overlaps(width: int, small: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(small.address, viewport={"width": width, "height": 800})
    boxes = tab.page.evaluate(
        """() => ['[data-testid=stHeaderLogo]', '[data-testid=stExpandSidebarButton]',
                  '[data-testid=stTopNav]', '.st-key-frame-switches', '[data-testid=stMainMenu]']
            .map(name => document.querySelector(name)?.getBoundingClientRect())
            .filter(box => box && box.width).map(box => [box.left, box.right]).sort((a, b) => a[0] - b[0])"""
    )
    assert len(boxes) >= 3
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(boxes)), boxes
    assert tab.page.get_by_test_id("stHeader").bounding_box()["height"] <= 50  # type: ignore[index]
    assert tab.page.locator("h1").bounding_box()["y"] < 80  # type: ignore[index]
    sideways = "(e => e.scrollWidth - e.clientWidth)(document.querySelector('[data-testid=stMain]'))"
    assert tab.page.evaluate(sideways) == 0
