"""The Training page in Chromium: a class that trains, stops, goes back, and carries its network away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from rnnviz.language import translate
from scripts.serving import Served
from tests.conftest import Visit

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
SHORT = "task=recall&delay=2&size=4&batch=8"
LONG = f"{SHORT}&budget=4500"
PATIENCE = 60_000


def opened(visit: Callable[..., Visit], app: Served, query: str = SHORT, **options: object) -> Visit:
    tab = visit(f"{app.address}/training?{query}", **options)
    tab.page.wait_for_selector(".st-key-training .rv-board[data-drawn]", state="attached", timeout=PATIENCE)
    return tab


def press(tab: Visit, key: str) -> None:
    tab.page.locator(f".st-key-{key} button").first.click()


def status(tab: Visit) -> Locator:
    return tab.page.locator("[data-testid=stProgress]").first  # while a run is redrawn there may be two for a moment


def title(tab: Visit) -> Locator:
    return tab.page.locator(".rv-section[data-id=curves] h3")


def said(key: str, **values: object) -> str:
    return translate("en", f"training.{key}", **values)


def label(tab: Visit, key: str) -> Locator:
    return tab.page.locator(f".st-key-{key}")


def test_a_run_is_trained_to_its_end_in_place(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, f"{SHORT}&budget=100")
    expect(status(tab)).to_contain_text(said("status.ready"))
    tab.page.evaluate("window.kept = [...document.querySelectorAll('.rv-board :is(h3, figure, .main-svg)')]")
    press(tab, "train")
    expect(status(tab)).to_contain_text(said("status.done", step=100), timeout=PATIENCE)
    expect(title(tab)).to_contain_text("After step 100")
    tab.settle()
    assert tab.page.evaluate("kept.length > 8 && kept.every((node) => node.isConnected)")
    assert "100" in (tab.page.locator(".rv-board > [aria-live]").text_content() or "")
    # It looks no more: nothing is drawn again.
    drawn = tab.page.locator(".rv-board").get_attribute("data-drawn")
    tab.page.wait_for_timeout(1500)
    assert tab.page.locator(".rv-board").get_attribute("data-drawn") == drawn
    assert tab.errors == []


def test_pause_step_go_back_and_cancel(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, LONG)
    press(tab, "train")
    expect(status(tab)).to_contain_text("of 4,500", timeout=PATIENCE)
    press(tab, "pause")
    expect(status(tab)).to_contain_text("Paused at step", timeout=PATIENCE)
    tab.settle()
    before = status(tab).inner_text()
    press(tab, "one")
    expect(status(tab)).not_to_have_text(before, timeout=PATIENCE)
    expect(status(tab)).to_contain_text("Paused at step", timeout=PATIENCE)
    tab.settle()
    slider = tab.page.locator(".st-key-rewind input[type=range]")
    slider.focus()
    slider.press("Home")
    expect(status(tab)).to_contain_text("Looking at step 0 ", timeout=PATIENCE)
    press(tab, "resume")
    expect(status(tab)).to_contain_text("left", timeout=PATIENCE)
    press(tab, "cancel")
    expect(status(tab)).to_contain_text("Cancelled at step", timeout=PATIENCE)
    expect(label(tab, "train")).to_be_visible()
    assert tab.errors == []


def test_after_a_reload_the_run_goes_on(app: Served, visit: Callable[..., Visit]) -> None:
    def step(tab: Visit) -> int:
        return int(re.search(r"[Ss]tep ([\d,]+) of 4,500", status(tab).inner_text())[1].replace(",", ""))  # type: ignore[index]

    tab = opened(visit, app, "task=recall&delay=100&size=64&budget=4500&twin=bias&seed=3")
    press(tab, "train")
    expect(status(tab)).to_contain_text("of 4,500", timeout=PATIENCE)
    expect(status(tab)).to_contain_text("left", timeout=PATIENCE)
    tab.page.wait_for_function("sessionStorage.getItem('rnnviz-kept')")
    link, before = tab.page.url, step(tab)
    assert tab.page.evaluate("sessionStorage.getItem('rnnviz-kept')") not in link
    tab.page.reload()
    expect(status(tab)).to_contain_text("of 4,500", timeout=PATIENCE)
    assert step(tab) >= before
    assert tab.page.url == link
    expect(label(tab, "pause")).to_be_visible(timeout=PATIENCE)
    expect(title(tab)).to_contain_text("After", timeout=PATIENCE)
    expect(tab.page.locator(".rv-section[data-id=curves] .rv-text").first).to_contain_text("Forget bias")
    expect(status(tab)).not_to_contain_text(f"{step(tab):,} of", timeout=PATIENCE)  # it goes on
    press(tab, "cancel")
    expect(status(tab)).to_contain_text("Cancelled at step", timeout=PATIENCE)
    # Who is given the link has nothing of it; this tab finds it again, cancelled as it is.
    other = opened(visit, app, urlsplit(link).query)
    expect(status(other)).to_contain_text(said("status.ready"))
    tab.page.reload()
    expect(status(tab)).to_contain_text("Cancelled at step", timeout=PATIENCE)
    tab.settle()
    expect(status(tab)).to_contain_text("Cancelled at step")
    assert tab.errors == other.errors == []


def test_another_setting_leaves_the_run_alone_and_says_so(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, f"{SHORT}&budget=100")
    press(tab, "train")
    expect(status(tab)).to_contain_text(said("status.done", step=100), timeout=PATIENCE)
    tab.settle()
    was = title(tab).inner_text()
    seed = tab.page.locator(".st-key-seed input")
    seed.fill("7")
    seed.press("Enter")
    expect(tab.page.locator("[data-testid=stAlert]")).to_contain_text("not those of the run below")
    expect(label(tab, "train")).to_contain_text(said("these"))
    assert title(tab).inner_text() == was
    tab.settle()
    assert parse_qs(urlsplit(tab.page.url).query)["seed"] == ["7"]
    press(tab, "train")
    expect(tab.page.locator("[data-testid=stAlert]")).to_have_count(0, timeout=PATIENCE)
    expect(status(tab)).to_contain_text(said("status.done", step=100), timeout=PATIENCE)
    expect(tab.page.get_by_text(said("saved"))).to_be_visible()
    expect(tab.page.locator(".st-key-sawA")).to_contain_text("RNN")
    assert tab.errors == []


def test_an_experiment_is_one_click_and_a_link(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, "")
    tab.page.locator(".st-key-training-records summary").click()
    record = tab.page.locator(".st-key-record input")
    expect(record).to_have_value(said("record_names.p5"))
    press(tab, "preset-bias")
    expect(tab.page.get_by_text("a symbol comes first")).to_be_visible()
    expect(record).to_have_value(said("record_names.p9"))
    tab.settle()
    link = urlsplit(tab.page.url).query
    assert parse_qs(link)["task"] == ["recall"]
    other = opened(visit, app, link)
    assert tab.page.locator(".rv-text").all_inner_texts() == other.page.locator(".rv-text").all_inner_texts()
    assert tab.errors == other.errors == []


def test_ones_own_network_reads_the_classs_sentence(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, "size=8&batch=8&budget=100&twin=none")
    press(tab, "train")
    expect(status(tab)).to_contain_text(said("status.done", step=100), timeout=PATIENCE)
    tab.settle()
    press(tab, "use0")
    expect(tab.page.get_by_text(said("used", name="LSTM", steps=100))).to_be_visible()
    tab.page.get_by_test_id("stTopNavSection").filter(has_text=translate("en", "frame.sections.forward")).click()
    tab.page.get_by_test_id("stTopNavDropdownLink").filter(has_text=translate("en", "frame.pages.step")).click()
    tab.page.wait_for_selector(".rv-stepper", state="attached")
    tab.settle()
    tab.page.locator(".st-key-right input").first.click()
    tab.page.get_by_role("option", name=translate("en", "networks.yours")).click()
    expect(tab.page.locator(".rv-stepper")).to_contain_text("8 units", timeout=PATIENCE)
    assert tab.errors == []


def test_a_link_to_a_network_that_nobody_has_says_so(app: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(f"{app.address}/step?right=yours")
    expect(tab.page.locator("[data-testid=stAlert]")).to_contain_text("no network of your own")
    tab.page.wait_for_selector(".rv-stepper", state="attached")
    assert tab.errors == []


def test_a_downloaded_run_goes_on_in_another_browser(app: Served, visit: Callable[..., Visit], tmp_path: Path) -> None:
    tab = opened(visit, app, f"{SHORT}&budget=100&twin=none")
    press(tab, "one")
    expect(status(tab)).to_contain_text("Paused at step 1 ", timeout=PATIENCE)
    tab.settle()
    with tab.page.expect_download(timeout=PATIENCE) as found:
        press(tab, "download0")
    file = tmp_path / found.value.suggested_filename
    found.value.save_as(file)
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(file.read_bytes()[:200])
    other = opened(visit, app, "")
    other.page.get_by_text(said("upload")).first.click()
    other.page.locator("input[type=file]").set_input_files(bad)
    expect(other.page.get_by_text(said("upload_bad"))).to_be_visible(timeout=PATIENCE)
    other.page.locator("input[type=file]").set_input_files(file)
    expect(status(other)).to_contain_text("Paused at step 1 of 100", timeout=PATIENCE)
    press(other, "resume")
    expect(status(other)).to_contain_text(said("status.done", step=100), timeout=PATIENCE)
    assert tab.errors == other.errors == []


@pytest.mark.parametrize("query", ["", "lang=ja", "lang=ja&task=continual&twin=gate", "twin=examples&projector=true"])
def test_a_phone_needs_no_sideways_scroll(query: str, app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, query, viewport=PHONE)
    for selector in ("html", "[data-testid=stMain]", ".st-key-training .rv-board"):
        assert tab.page.locator(selector).first.evaluate("node => node.scrollWidth - node.clientWidth") == 0
    assert tab.errors == []


def test_hidden_controls_are_not_drawn(app: Served, visit: Callable[..., Visit]) -> None:
    names = ("task", "twin", "first", "second", "cell", "size", "rate", "delay", "seed", "rewind")
    names += ("equal", "bet", "presets", "further", "overfitting")
    tab = opened(visit, app, f"hide={','.join(names)}")
    for key in names:
        expect(label(tab, key)).to_have_count(0)
    expect(label(tab, "train")).to_be_visible()
    assert tab.errors == []
