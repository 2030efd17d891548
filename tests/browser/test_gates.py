"""The page Gates in Chromium: a unit that is played by hand. What passes a challenge: tests/js/gates.test.mjs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from rnnviz.language import translate
from scripts.serving import Served
from tests.conftest import Visit

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
KINDS = ("lstm", "gru", "rnn")
CHALLENGES = ("hold", "count", "stop")


def opened(visit: Callable[..., Visit], app: Served, query: str = "", **options: Any) -> Visit:
    tab = visit(f"{app.address}/gates?{query}", **options)
    tab.page.wait_for_selector(".rv-gates[data-drawn]")
    for board in ("forgetting", "remembering", "listening"):
        tab.page.wait_for_selector(f".st-key-{board} .rv-board", state="attached")
    tab.settle()
    return tab


def row(tab: Visit, letter: str) -> Locator:
    return tab.page.locator(f".rv-gates-row[data-of={letter}]")


def shown(tab: Visit, letter: str) -> float:
    return float(row(tab, letter).locator(".rv-gates-name .rv-gates-value").inner_text().replace("−", "-"))


def test_a_slider_moves_the_state_without_a_message(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app)
    tab.page.evaluate("""() => {
      const send = WebSocket.prototype.send;
      window.sent = 0;
      WebSocket.prototype.send = function (...rest) { window.sent += 1; return send.apply(this, rest); };
    }""")
    before = shown(tab, "h")
    slider = row(tab, "o").locator("input[type=range]")
    slider.focus()
    for _ in range(20):
        slider.press("ArrowRight")
    assert tab.page.evaluate("window.sent") == 0
    assert shown(tab, "o") == pytest.approx(0.7)
    assert shown(tab, "h") == pytest.approx(before * 0.7 / 0.5, abs=0.012)
    assert tab.errors == []


def test_gates_drawn_by_keys_pass_and_go_into_the_link(app: Served, visit: Callable[..., Visit]) -> None:
    """By keyboard alone: shut and open the three gates of every step."""
    tab = opened(visit, app)
    for letter, open_at in (("i", {2}), ("f", set(range(3, 13))), ("o", {12})):
        strip = row(tab, letter).locator("[role=slider]")
        strip.focus()
        strip.press("Home")
        for t in range(13):
            strip.press("1" if t in open_at else "0")
            assert strip.get_attribute("aria-valuenow") == f"{float(t in open_at):.2f}"
            strip.press("ArrowRight")
    tab.page.get_by_role("button", name="Check on").press("Enter")
    verdict = tab.page.locator(".rv-gates-verdict")
    expect(verdict).to_have_text(translate("en", "gates.hand.passed", count=10))
    tab.page.wait_for_function("location.search.includes('drawn=lstm.hold.')")
    tab.settle()
    url = tab.page.url
    again = visit(url)
    again.page.wait_for_selector(".rv-gates[data-drawn]")
    again.page.get_by_role("button", name="Check on").click()
    expect(again.page.locator(".rv-gates-verdict")).to_have_text(translate("en", "gates.hand.passed", count=10))
    assert tab.errors == []


def test_a_hand_draws_over_the_strip(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app)
    strip = row(tab, "f").locator("[role=slider]")
    box = strip.bounding_box()
    assert box
    tab.page.mouse.move(box["x"] + 2, box["y"] + 1)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] - 1, steps=3)
    tab.page.mouse.up()
    bars = strip.locator("b").evaluate_all("all => all.map((bar) => parseFloat(bar.style.height))")
    assert len(bars) == 13
    assert bars[0] == pytest.approx(100)
    assert bars[-1] == pytest.approx(0)
    assert sorted(bars, reverse=True) == bars  # columns that the hand skipped are filled in


def test_what_went_wrong_is_said_and_shown(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, "challenge=count")
    tab.page.get_by_role("button", name="Check on").click()
    part = tab.page.locator(".rv-gates-part.rv-wrong").first
    expect(part).to_contain_text("Sequence")
    expect(part).to_contain_text("of 10, step")
    tab.page.get_by_role("button", name=labels_en("solution")).click()
    tab.page.get_by_role("button", name="Check on").click()
    expect(tab.page.locator(".rv-gates-verdict")).to_have_text(translate("en", "gates.hand.passed", count=10))
    assert tab.errors == []


def labels_en(key: str) -> str:
    return translate("en", f"gates.hand.{key}")


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_unit_and_challenge_speaks_both_languages_on_a_phone(
    kind: str, language: str, app: Served, visit: Callable[..., Visit]
) -> None:
    """The first of a unit's challenges comes by the link, another for each unit, the rest by the page's own control."""
    first = KINDS.index(kind)
    tab = opened(visit, app, f"gatecell={kind}&challenge={CHALLENGES[first]}&lang={language}", viewport=PHONE)
    for challenge in (*CHALLENGES[first:], *CHALLENGES[:first]):
        name = translate(language, f"gates.challenge_ids.{challenge}")
        tab.page.locator(".st-key-challenge label", has_text=name).last.click()
        tab.page.wait_for_selector(f".rv-gates[data-drawn='{kind}.{challenge}']")
        tab.settle()
        failed = translate(language, "gates.hand.failed")
        assert failed not in tab.page.locator(".rv-gates").inner_text()
        tab.page.locator(".rv-gates button.rv-first").click()
        said = tab.page.locator(".rv-gates").inner_text()
        assert failed in said
        for gap in ("{", "}", "undefined", "NaN"):
            assert gap not in said
        for selector in ("html", "[data-testid=stMain]", ".rv-gates"):
            assert tab.page.locator(selector).first.evaluate("node => node.scrollWidth - node.clientWidth") == 0
        assert tab.errors == []


def test_a_cold_link_restores_the_page(app: Served, visit: Callable[..., Visit]) -> None:
    query = "gatecell=gru&challenge=stop&forget=3.0&keeps=gru&listener=3&listens=n&heard=2&lang=ja"
    tab = opened(visit, app, query)
    assert tab.page.locator(".rv-gates").get_attribute("data-drawn") == "gru.stop"
    titles = tab.page.locator(".rv-section h3").all_inner_texts()
    assert "14.3" in titles[0]
    assert translate("ja", "gates.letters.n") in titles[2]
    assert {key: value for key, (value,) in parse_qs(urlsplit(tab.page.url).query).items()} == dict(
        part.split("=") for part in query.split("&")
    )
    assert tab.errors == []


def test_a_change_of_network_keeps_the_page_standing(app: Served, visit: Callable[..., Visit]) -> None:
    """Unit 39 and gate o exist in one network and not in the other."""
    tab = opened(visit, app, "keeps=gru&listener=39&listens=r")
    tab.page.locator(".st-key-keeps label", has_text="LSTM").click()
    tab.settle()
    assert tab.page.locator(".st-key-frame-error, [data-testid=stException]").count() == 0
    title = tab.page.locator(".st-key-listening h3")
    expect(title).to_contain_text(translate("en", "gates.letters.f"))
    assert tab.errors == []
