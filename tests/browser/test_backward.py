"""The pages Gradients and Clipping in Chromium: opened by a link, moved by their controls, read by a click."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from rnnviz.language import translate
from scripts.serving import Served
from tests.conftest import Visit

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
BOARDS = {"gradients": ["gradients"], "clipping": ["clipping", "cliff"]}
FAR = "length=200&activation=relu&start=identity&scale=5.0&units=16"
SENTENCE = "Thirsty, Bob walks to the shop to buy"


def opened(visit: Callable[..., Visit], app: Served, page: str, query: str = "", **options: object) -> Visit:
    """A page with its boards drawn."""
    tab = visit(f"{app.address}/{page}?{query}", **options)
    for key in BOARDS[page]:
        tab.page.wait_for_selector(f".st-key-{key} .rv-board[data-drawn]", state="attached")
    tab.settle()
    return tab


def thumb(tab: Visit, name: str) -> Locator:
    return tab.page.locator(f".st-key-{name} input[type=range]")


def titles(tab: Visit) -> list[str]:
    return tab.page.locator(".rv-section h3").all_inner_texts()


def press(tab: Visit, board: str, on: Locator, key: str) -> None:
    """Press a key on a control, and wait until the board has answered."""
    drawn = tab.page.locator(f".st-key-{board} .rv-board").get_attribute("data-drawn")
    on.focus()
    on.press(key)
    tab.page.wait_for_function(
        "([key, old]) => document.querySelector(`.st-key-${key} .rv-board`).dataset.drawn !== old", arg=[board, drawn]
    )
    tab.settle()


def link(tab: Visit) -> dict[str, str]:
    return {key: value for key, (value,) in parse_qs(urlsplit(tab.page.url).query).items()}


def test_a_cold_link_to_gradients_restores_its_settings(app: Served, visit: Callable[..., Visit]) -> None:
    query = "length=60&scale=2.0&activation=relu&start=orthogonal&at=every&lang=ja"
    tab = opened(visit, app, "gradients", query)
    assert thumb(tab, "length").input_value() == "60"
    assert float(thumb(tab, "scale").input_value()) == 2
    for name, id in (("activation", "relu"), ("start", "orthogonal"), ("at", "every")):
        chosen = tab.page.locator(f".st-key-{name} [role=combobox]")
        expect(chosen).to_have_value(translate("ja", f"source.{name}_ids.{id}"))
    assert translate("ja", "gradients.map.title") in titles(tab)
    assert link(tab) == dict(part.split("=") for part in query.split("&"))
    assert tab.errors == []


def test_a_cold_link_to_clipping_restores_its_settings(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, "clipping", "clip=value&threshold=0.1&net=gru&cliffw=5.2&cliffclip=0.5")
    assert tab.page.locator(".st-key-clip input:checked").get_attribute("value") == "2"
    assert thumb(tab, "threshold").get_attribute("aria-valuetext") == "0.1"
    expect(tab.page.locator(".st-key-net [role=combobox]")).to_have_value("GRU")
    assert float(thumb(tab, "cliffw").input_value()) == 5.2
    first, *_, last = titles(tab)
    assert first.startswith(translate("en", "clipping.clip_value.title").split(":")[0])
    assert "w = 5.2" in last
    assert tab.errors == []


@pytest.mark.parametrize("page", BOARDS)
def test_the_length_is_drawn_in_place_and_put_into_the_link(
    page: str, app: Served, visit: Callable[..., Visit]
) -> None:
    tab = opened(visit, app, page)
    before = titles(tab)
    tab.page.evaluate("window.kept = [...document.querySelectorAll('.rv-board :is(h3, figure, .main-svg)')]")
    for _ in range(3):
        press(tab, page, thumb(tab, "length"), "ArrowRight")
    assert link(tab) == {"length": "23"}
    assert titles(tab) != before if page == "gradients" else titles(tab)[0] != before[0]
    assert tab.page.evaluate("kept.length > 12 && kept.every((node) => node.isConnected)")
    # A link made here says the same in another browser.
    assert titles(opened(visit, app, page, "length=23")) == titles(tab)
    assert tab.errors == []


def test_a_threshold_leaves_the_cliff_alone_and_the_cliff_the_gradient(
    app: Served, visit: Callable[..., Visit]
) -> None:
    tab = opened(visit, app, "clipping")
    first, *_ = before = titles(tab)
    press(tab, "clipping", thumb(tab, "threshold"), "ArrowLeft")
    assert titles(tab)[0] != first
    assert titles(tab)[1:] == before[1:]
    first = titles(tab)[0]
    press(tab, "cliff", thumb(tab, "cliffclip"), "ArrowLeft")
    assert titles(tab)[0] == first
    assert link(tab) == {"threshold": "0.5", "cliffclip": "0.5"}
    assert tab.errors == []


@pytest.mark.parametrize("page", BOARDS)
def test_the_classs_sentence_is_read(page: str, app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, page, f"input=sentence&sentence={quote(SENTENCE)}")
    field = tab.page.get_by_role("textbox").first
    expect(field).to_have_value(SENTENCE)
    if page == "gradients":
        assert "water" in titles(tab)[0]
        assert translate("en", "gradients.saliency.title", word="water") in titles(tab)
    before = titles(tab)
    field.fill("Hungry, Alice drives to the store to buy")
    field.press("Enter")
    expect(tab.page.locator(".rv-section h3").first).not_to_have_text(before[0])
    tab.settle()
    assert link(tab)["sentence"].startswith("Hungry")
    if page == "gradients":
        assert "food" in titles(tab)[0]
    field.fill("")
    field.press("Enter")
    expect(tab.page.get_by_text(translate("en", "step.nothing"))).to_be_visible()
    field.fill(SENTENCE)
    field.press("Enter")
    expect(tab.page.locator(".rv-section h3").first).to_have_text(before[0])
    assert tab.errors == []


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("page", BOARDS)
def test_an_overflow_is_said_in_words_and_all_is_drawn(
    page: str, language: str, app: Served, visit: Callable[..., Visit]
) -> None:
    phone = language == "en"
    tab = opened(visit, app, page, f"{FAR}&lang={language}", **({"viewport": PHONE} if phone else {}))
    if page == "clipping":  # the norm of the whole is taken from squares, as PyTorch does
        said = translate(language, "clipping.overflow")
        expect(tab.page.locator("[data-testid=stAlert]")).to_contain_text(said.split("(")[0])
    else:
        expect(tab.page.locator("[data-testid=stAlert]")).to_have_count(0)
    assert tab.page.locator(".rv-section").count() == {"gradients": 7, "clipping": 6}[page]
    assert tab.page.locator("[data-failed], [data-testid=stException], .st-key-frame-error").count() == 0
    scroll_through(tab)
    assert tab.page.locator("[data-failed]").count() == 0
    if phone:
        assert_no_sideways_scroll(tab, page)
    press(tab, page, thumb(tab, "length"), "Home")
    expect(tab.page.locator("[data-testid=stAlert]")).to_have_count(0)
    assert tab.errors == []


def scroll_through(tab: Visit) -> None:
    """Bring every figure near, so that it is drawn, and wait until all are."""
    cards = tab.page.locator(".rv-drawing")
    for k in range(cards.count()):
        cards.nth(k).scroll_into_view_if_needed()
        expect(cards.nth(k).locator(".main-svg").first).to_be_attached()


def test_a_click_on_a_cell_of_the_map_says_what_it_is(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, "gradients")
    card = tab.page.locator(".rv-section[data-id=map] .rv-card").first
    card.scroll_into_view_if_needed()
    expect(card.locator(".nsewdrag").first).to_be_attached()
    said = card.locator("[aria-live]")
    expect(said).to_have_text(translate("en", "board.hint"))
    click(tab, card, row=19, column=9)
    expect(said).to_contain_text("loss at step 20 reaches the hidden state at step 10 with a gradient of size")
    expect(said).to_contain_text("(steps back: 10)")
    click(tab, card, row=4, column=9)
    none = translate("en", "gradients_figures.explain_none_steps", later=5, earlier=10)
    expect(said).to_have_text(none)
    assert tab.errors == []


def click(tab: Visit, card: Locator, row: int, column: int, count: int = 20) -> None:
    box = card.locator(".nsewdrag").first.bounding_box()
    assert box
    side = {"x": box["width"] / count, "y": box["height"] / count}
    tab.page.mouse.click(box["x"] + (column + 0.5) * side["x"], box["y"] + (row + 0.5) * side["y"])


@pytest.mark.parametrize("query", ["", "lang=ja", f"input=sentence&lang=ja&sentence={quote(SENTENCE)}"])
@pytest.mark.parametrize("page", BOARDS)
def test_a_phone_needs_no_sideways_scroll(page: str, query: str, app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, page, query, viewport=PHONE)
    scroll_through(tab)
    assert_no_sideways_scroll(tab, page)
    assert tab.errors == []


def assert_no_sideways_scroll(tab: Visit, page: str) -> None:
    tab.settle()
    for selector in ("html", "[data-testid=stMain]", *(f".st-key-{key} .rv-board" for key in BOARDS[page])):
        assert tab.page.locator(selector).first.evaluate("node => node.scrollWidth - node.clientWidth") == 0
    for box in tab.page.locator(".rv-drawing").all():
        place = box.bounding_box()
        assert place
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= PHONE["width"]


def at_rest(tab: Visit, name: str, value: str | None) -> None:
    """Until the link says so, as the reader rests."""
    tab.page.wait_for_function(
        "([name, value]) => new URL(location).searchParams.get(name) === value", arg=[name, value], timeout=20_000
    )
    tab.settle()


def test_a_chosen_cell_is_in_the_link_and_on_every_map(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, "gradients", "length=10")
    maps = tab.page.locator(".rv-section[data-id=map] .rv-card")
    maps.nth(1).scroll_into_view_if_needed()
    maps.nth(1).locator(".rv-drawing").focus()
    for key in ("ArrowUp", "ArrowLeft", "ArrowLeft"):
        tab.page.keyboard.press(key)
    at_rest(tab, "spot", "9,7")
    said = [maps.nth(k).locator("[aria-live]").inner_text() for k in range(3)]
    assert all("step 10" in one and "step 8" in one for one in said)
    assert len(set(said)) == 3
    there = opened(visit, app, "gradients", "length=10&spot=9,7")
    there.page.locator(".rv-section[data-id=map]").scroll_into_view_if_needed()
    for k in range(3):
        card = there.page.locator(".rv-section[data-id=map] .rv-card").nth(k)
        expect(card.locator("[aria-live]")).to_have_text(said[k])
        expect(card.locator(".shapelayer path").last).to_be_attached()
    press(tab, "gradients", thumb(tab, "length"), "ArrowLeft")  # the cell is not in the map now, and stays in the link
    expect(maps.nth(0).locator("[aria-live]")).to_have_text(translate("en", "board.hint"))
    assert link(tab) == {"length": "9", "spot": "9,7"}
    tab.page.go_back()
    tab.settle()
    expect(maps.nth(0).locator("[aria-live]")).to_have_text(said[0])
    assert tab.errors == []


def test_the_cliff_opens_as_it_was_turned(app: Served, visit: Callable[..., Visit]) -> None:
    eye = "() => document.querySelector('.rv-section[data-id=cliff] .js-plotly-plot').layout.scene.camera.eye"
    tab = opened(visit, app, "clipping", "cliffb=wall")
    drawing = tab.page.locator(".rv-section[data-id=cliff] .rv-drawing")
    drawing.scroll_into_view_if_needed()
    tab.page.wait_for_selector(".rv-section[data-id=cliff] .js-plotly-plot canvas")
    start = tab.page.evaluate(eye)
    drawing.focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp"):
        tab.page.keyboard.press(key)
    tab.page.wait_for_url("**camera=*")
    tab.settle()
    turned = tab.page.evaluate(eye)
    assert turned != start
    there = visit(tab.page.url)
    there.page.wait_for_selector(".st-key-cliff .rv-board[data-drawn]", state="attached")
    there.page.locator(".rv-section[data-id=cliff] .rv-drawing").scroll_into_view_if_needed()
    there.page.wait_for_selector(".rv-section[data-id=cliff] .js-plotly-plot canvas")
    assert there.page.evaluate(eye) == turned
    assert link(there) == link(tab)
    drawing.press("Escape")
    at_rest(tab, "camera", None)
    assert tab.page.evaluate(eye) == start
    assert tab.errors == there.errors == []


def test_the_way_back_is_played_in_the_browser_alone(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app, "gradients", "length=5")
    part = tab.page.locator(".rv-section[data-id=norms]")
    lines = part.locator(".rv-back-lines > :last-child")
    expect(lines.first).to_be_hidden()
    tab.page.evaluate("""() => {
      window.sent = 0; window.seen = [];
      const send = WebSocket.prototype.send;
      WebSocket.prototype.send = function (...rest) { window.sent += 1; return send.apply(this, rest); };
      const position = document.querySelector('.rv-back .rv-position');
      new MutationObserver(() => {
        if (position.textContent !== seen.at(-1)?.[0]) seen.push([position.textContent, sent]);
      }).observe(position, { childList: true });
    }""")
    part.get_by_role("button", name=translate("en", "wayback.play")).click()
    expect(part.locator(".rv-position")).to_have_text("1 / 5")
    assert tab.page.evaluate("seen") == [[f"{step} / 5", 0] for step in (5, 4, 3, 2, 1)]
    at_rest(tab, "wayback", "0")
    tab.page.keyboard.press("ArrowRight")
    at_rest(tab, "wayback", "1")
    said = lines.all_inner_texts()
    assert len(said) == 3
    assert all(text.startswith("From step 3 back to step 2") for text in said)
    there = opened(visit, app, "gradients", "length=5&wayback=1")
    expect(there.page.locator(".rv-back-lines > :last-child").first).to_be_visible()
    assert there.page.locator(".rv-back-lines > :last-child").all_inner_texts() == said
    tab.page.keyboard.press("Escape")
    at_rest(tab, "wayback", None)
    expect(lines.first).to_be_hidden()
    assert tab.errors == there.errors == []
    hidden = opened(visit, app, "gradients", "hide=wayback")
    expect(hidden.page.locator(".rv-back").first).to_be_hidden()
