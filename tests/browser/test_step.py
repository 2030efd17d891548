"""The Step page in Chromium: stepping asks the server nothing, the link carries all, odd input breaks nothing."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import expect

import rnnviz
from rnnviz.language import translate
from rnnviz.text import nearest, tokenize, vocabulary
from rnnviz.ui.state import ALICE
from scripts.serving import Served
from tests.conftest import Visit

pytestmark = pytest.mark.browser
READY = ".rv-stepper[data-drawn]"
READ = len(tokenize(ALICE))
COUNT_FRAMES = """() => {
    const send = WebSocket.prototype.send
    window.sent = 0
    WebSocket.prototype.send = function (...args) { window.sent += 1; return send.apply(this, args) }
}"""


# All in one go: on a slow machine half a second may pass between two keys, and the stepper rightly tells its place.
EIGHT_STEPS = """() => {
    const key = () => new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true });
    for (let k = 0; k < 8; k++) document.body.dispatchEvent(key());
    return window.sent;
}"""


def opened(visit: Callable[..., Visit], address: str, query: str = "", **options: object) -> Visit:
    """The Step page, with its figures drawn."""
    tab = visit(f"{address}/{query}", **options)
    tab.page.wait_for_selector(READY)
    tab.page.wait_for_function("document.querySelectorAll('.rv-stepper .heatmaplayer image').length > 4")
    return tab


def step_of(tab: Visit) -> int:
    return int(tab.page.locator(READY).get_attribute("data-step") or -1)


def test_keys_step_to_both_ends_but_not_in_the_sentence_and_the_bars_are_the_likeliest_words(
    app: Served, visit: Callable[..., Visit]
) -> None:
    tab = opened(visit, app.address)
    chips = tab.page.locator(".rv-chip").count()
    assert chips == READ
    last = READ - 1
    for key, wanted in zip(
        ["ArrowRight", "ArrowLeft", "ArrowLeft", "End", "ArrowRight", "Home"], (1, 0, 0, last, last, 0), strict=True
    ):
        tab.page.keyboard.press(key)
        assert step_of(tab) == wanted
    assert tab.errors == []
    field = tab.page.get_by_role("textbox").first
    field.click()
    field.press("Home")
    field.press("ArrowRight")
    field.press("End")
    assert step_of(tab) == 0
    field.blur()
    tab.page.keyboard.press("End")
    assert step_of(tab) == last
    for column, name in enumerate(("rnn", "lstm")):
        trace = rnnviz.trace(rnnviz.load(name), ALICE)
        shown = tab.page.locator(".rv-column").nth(column).inner_text()
        assert trace.top(1)[0][0] in shown


def test_stepping_sends_nothing_until_it_rests_and_then_the_link_has_it(
    app: Served, visit: Callable[..., Visit]
) -> None:
    tab = opened(visit, app.address)
    tab.page.evaluate(COUNT_FRAMES)
    assert tab.page.evaluate(EIGHT_STEPS) == 0
    entries = tab.page.evaluate("history.length")
    tab.page.wait_for_url("**step=8**")
    tab.settle()
    assert tab.page.evaluate("window.sent") == 1
    assert tab.page.evaluate("history.length") == entries


def test_a_link_restores_everything_in_another_browser(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app.address, "?left=gru&words=6&trained=false")
    field = tab.page.get_by_role("textbox").first
    field.fill("Thirsty, Bob walks to the shop to buy")
    field.press("Enter")
    expect(tab.page.locator(".rv-chip").first).to_have_text("Thirsty")
    tab.page.locator("h1, .rv-column").first.click(position={"x": 5, "y": 5})
    tab.page.keyboard.press("Home")
    for _ in range(3):
        tab.page.keyboard.press("ArrowRight")
    tab.page.wait_for_url("**step=3**")
    link = tab.page.url
    said = parse_qs(urlsplit(link).query)
    assert said["sentence"] == ["Thirsty, Bob walks to the shop to buy"]
    other = visit(link)
    other.page.wait_for_selector(READY)
    assert step_of(other) == 3
    words = ".rv-chip"
    assert other.page.locator(words).all_inner_texts() == tab.page.locator(words).all_inner_texts()
    assert "GRU" in other.page.locator(".rv-column").first.inner_text()
    assert said["trained"] == ["false"]
    assert translate("en", "step.subtitle_untrained").split("·")[-1].strip() in other.page.locator(READY).inner_text()


ODD = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "latex": "$x^2$ **bold** [a](http://b) :smile: {0} %s",
    "japanese": "お腹が空いたアリスは店へ行く",
    "right to left": "אני רעב מאוד",
    "marks": "... !!! ,,,",
    "unknown": "zzxqy qqqwf",
    "one word": "Starving",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_text_in_a_link_is_shown_as_typed(name: str, app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app.address, f"?lang=en&sentence={quote(ODD[name])}")
    tab.page.keyboard.press("End")
    tab.settle()
    assert_shown_as_typed(tab, ODD[name])


def test_odd_text_in_the_field_is_shown_as_typed(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app.address, "?lang=ja")
    field = tab.page.get_by_role("textbox").first
    for text in ODD.values():
        field.fill(text)
        field.press("Enter")
        tab.page.wait_for_function("text => new URLSearchParams(location.search).get('sentence') === text", arg=text)
        tab.settle()
        assert_shown_as_typed(tab, text)


def assert_shown_as_typed(tab: Visit, text: str) -> None:
    chips = "".join(tab.page.locator(".rv-chip .rv-word, .rv-chip").all_inner_texts())
    assert chips
    assert all(letter in chips for letter in text if letter.isalnum())
    assert tab.page.locator(".rv-stepper :is(script, img[onerror], .katex, strong a)").count() == 0
    assert tab.errors == []  # an alert would be one
    assert tab.page.locator("[data-testid=stException], .st-key-frame-error").count() == 0


@pytest.mark.parametrize("language", ["en", "ja"])
def test_nothing_to_read_says_so_and_comes_back(language: str, app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app.address, f"?lang={language}")
    field = tab.page.get_by_role("textbox").first
    field.fill("")
    field.press("Enter")
    expect(tab.page.get_by_text(translate(language, "step.nothing"))).to_be_visible()
    field.fill("Hungry, Alice")
    field.press("Enter")
    expect(tab.page.locator(".rv-chip")).to_have_count(3)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_ten_thousand_words_are_refused_in_place_and_kept(
    language: str, app: Served, visit: Callable[..., Visit]
) -> None:
    tab = opened(visit, app.address, f"?lang={language}")
    field = tab.page.get_by_role("textbox").first
    text = "word " * 10_000
    field.fill(text)
    field.press("Enter")
    said = translate(language, "step.too_many_letters", limit="2,000")
    expect(tab.page.get_by_text(said)).to_be_visible()
    assert field.input_value() == text
    assert tab.page.locator(".rv-chip").count() == READ
    field.fill("word " * 300)
    field.press("Enter")
    expect(tab.page.get_by_text(translate(language, "step.too_long", count="300", limit=120))).to_be_visible()
    expect(tab.page.locator(".rv-chip")).to_have_count(120)


def test_a_heatmap_row_chooses_the_unit(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app.address)
    heat = tab.page.locator(".rv-column").nth(1).locator(".js-plotly-plot .heatmaplayer image").first
    box = heat.bounding_box()
    assert box
    unit = tab.page.get_by_label(translate("en", "unit.chosen"), exact=True)
    before = unit.input_value()
    tab.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.75)
    assert unit.input_value() != before
    tab.page.wait_for_url("**unit=**")


UNDER = """() => [...document.querySelectorAll(".rv-stepper .rv-plot")].filter((one) => one.offsetParent)
.map((plot) => {
    const shown = [...plot.querySelectorAll(".rv-name, .rv-foot")].filter((one) => one.style.visibility !== "hidden");
    const foot = plot.querySelector(".rv-foot");
    const at = (one) => new DOMMatrix(getComputedStyle(one).transform).e;
    const others = shown.filter((one) => one !== foot).map(at);
    const apart = others.map((other) => Math.abs(other - at(foot)) * Math.sin(Math.PI / 3));
    return {
        word: foot.textContent, same: shown.filter((one) => at(one) === at(foot)).length,
        plotly: plot.querySelectorAll(".xtick text").length, nearest: Math.min(...apart) / foot.offsetHeight,
        names: shown.length,
    };
})"""


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Starving, Alice drives to the hypermarket to buy", 0),
        ("Starving, Alice drives to buy", 64),
        ("お腹が空いた。買うのは", 0),
    ],
)
def test_the_current_word_stands_once_under_each_figure_and_touches_no_other(
    sentence: str, words: int, app: Served, visit: Callable[..., Visit]
) -> None:
    tab = opened(visit, app.address, f"?sentence={quote(sentence)}&words={words}&step=2")
    texts = [chip.strip() for chip in tab.page.locator(".rv-chip").all_inner_texts()]
    for step in (2, 3):
        assert step_of(tab) == step
        found = tab.page.evaluate(UNDER)
        assert len(found) >= 3
        for one in found:
            assert one["word"] == texts[step]
            assert (one["same"], one["plotly"]) == (1, 0)
            assert one["nearest"] >= 1
            assert one["names"] > 4
        tab.page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scroll(scheme: str, app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app.address, "?words=30&lang=ja", viewport={"width": 390, "height": 844}, color_scheme=scheme)
    assert tab.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    assert tab.page.locator(READY).get_attribute("data-theme") == scheme


@pytest.mark.parametrize("text", ["a" * 2000, f"Thirsty, {'b' * 900} walks to buy"])
def test_a_very_long_word_is_cut_and_needs_no_sideways_scroll(
    text: str, app: Served, visit: Callable[..., Visit]
) -> None:
    tab = opened(visit, app.address, f"?sentence={quote(text)}", viewport={"width": 390, "height": 844})
    for key in ("Home", "ArrowRight", "ArrowRight", "End"):
        tab.page.keyboard.press(key)
        assert tab.page.locator("[data-testid=stMain]").evaluate("node => node.scrollWidth - node.clientWidth") == 0
        for part in (".rv-unit-title", ".rv-notice", "[data-testid=stAlert], [data-testid=stCaptionContainer]"):
            assert len(tab.page.locator(part).first.inner_text()) < 500
    tab.settle()
    assert tab.errors == []


def test_large_type_from_a_link_leaves_a_phone_its_room(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app.address, "?projector=true", viewport={"width": 390, "height": 844})
    tab.page.keyboard.press("End")
    assert tab.page.locator("[data-testid=stMain]").evaluate("node => node.scrollWidth - node.clientWidth") == 0
    menu, switches = (
        tab.page.locator(s).bounding_box() for s in ("[data-testid=stExpandSidebarButton]", ".st-key-frame-switches")
    )
    assert menu
    assert switches
    assert menu["x"] + menu["width"] <= switches["x"]


def test_the_answers_are_covered_until_the_reader_has_guessed(app: Served, visit: Callable[..., Visit]) -> None:
    """The verdict, the bars and the curve; the guess sends nothing, and stays beside the answers."""
    tab = opened(visit, app.address, "?guess=true")
    answers = tab.page.locator(".rv-notice > p:not(.rv-room)"), tab.page.locator(".rv-next, .rv-ask")
    seen = "nodes => nodes.map(node => getComputedStyle(node).opacity)"
    assert not answers[0].is_visible()
    assert set(answers[1].evaluate_all(seen)) == {"0"}
    tab.page.keyboard.press("ArrowRight")
    tab.page.wait_for_url("**step=1**")
    tab.settle()
    assert not answers[0].is_visible()
    tab.page.evaluate(COUNT_FRAMES)
    tab.page.get_by_role("button", name="candles").press("Enter")
    expect(answers[0]).to_be_visible()
    assert set(answers[1].evaluate_all(seen)) == {"1"}
    guess = translate("en", "stepper.guess_yours", thing="candles")
    expect(tab.page.get_by_text(guess)).to_be_visible()
    tab.page.keyboard.press("ArrowRight")
    expect(tab.page.get_by_text(guess)).to_be_visible()
    assert tab.page.evaluate("window.sent") == 0
    field = tab.page.get_by_role("textbox").first
    field.fill("Thirsty, Bob walks to the shop to buy")  # another sentence is another question
    field.press("Enter")
    expect(tab.page.get_by_role("button", name="candles")).to_be_visible()
    tab.page.locator(".rv-chip").last.click()
    expect(answers[0]).to_be_visible()  # the end is reached
    assert tab.errors == []


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("width", [390, 620, 1280])
def test_what_is_told_at_a_word_pushes_no_figure_about(
    width: int, language: str, app: Served, visit: Callable[..., Visit]
) -> None:
    """Though a word that denies has a story, which others lack."""
    told = "Is Bob hungry? No, he is thirsty. He goes to the store to buy"
    size = {"width": width, "height": 800}
    tab = opened(visit, app.address, f"?lang={language}&sentence={quote(told)}", viewport=size)
    start = translate(language, "step.story.without_gate").format(name="RNN")
    places, stories = set(), 0
    for _ in range(tab.page.locator(".rv-chip").count()):
        stories += start in tab.page.locator(".rv-notice > p:not(.rv-room)").inner_text()
        places.add(tab.page.evaluate("document.querySelector('.rv-more').offsetTop"))
        tab.page.keyboard.press("ArrowRight")
    assert stories == 2
    assert len(places) == 1


def test_a_tapped_word_shows_its_numbers_and_its_neighbours(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app.address, "?sentence=" + quote("Hungry, Alice meets zzxqy"))
    numbers, word = tab.page.locator(".rv-vector span"), tab.page.locator(".rv-vectors")
    assert not numbers.first.is_visible()
    tab.page.locator(".rv-chip").nth(2).click()
    assert step_of(tab) == 2
    table = vocabulary()
    shown = [float(text.replace("−", "-")) for text in numbers.all_inner_texts()]
    assert shown == pytest.approx(table.vectors[table.index("alice")].tolist(), abs=0.051)
    expect(word).to_contain_text(nearest("alice")[0][0])
    tab.page.keyboard.press("End")
    expect(word).to_contain_text(translate("en", "stepper.word_none", word="zzxqy"))
    assert set(numbers.all_inner_texts()) == {"0.0"}
    tab.page.locator(".rv-chip").last.press("Enter")  # by keyboard, and shut again
    assert not numbers.first.is_visible()
    assert tab.errors == []


def test_another_sentence_is_read_from_its_beginning_and_as_it_was_typed(
    app: Served, visit: Callable[..., Visit]
) -> None:
    tab = opened(visit, app.address, "?words=40&step=31")
    field = tab.page.get_by_role("textbox").first
    field.fill("Thirsty, Bob walks to the shop to buy")
    field.press("Enter")
    expect(tab.page.locator(".rv-chip")).to_have_count(9)
    assert step_of(tab) == 0
    tab.page.locator(".rv-chip").last.click()
    field.fill("Hungry, Alice runs to buy")
    field.press("Enter")
    expect(tab.page.locator(".rv-chip")).to_have_count(6)
    assert step_of(tab) == 5  # who stood at the end stays there


def test_the_gradient_is_followed_back_in_the_browser_alone(app: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, app.address, "?sentence=Starving,+Bob+walks")
    lines = tab.page.locator(".rv-head .rv-back-lines > :last-child")
    expect(lines.first).to_be_hidden()
    tab.page.evaluate(COUNT_FRAMES)
    tab.page.evaluate("""() => {
      window.seen = [];
      const root = document.querySelector('.rv-stepper');
      new MutationObserver(() => seen.push([Number(root.dataset.step), window.sent]))
        .observe(root, { attributeFilter: ['data-step'] });
    }""")
    # Turned round and played in one go: on a slow machine half a second may pass in between.
    tab.page.evaluate("""() => {
      document.querySelector('.rv-way').click();
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: ' ', bubbles: true, cancelable: true }));
    }""")
    expect(tab.page.locator(f"{READY}[data-step='0']")).to_be_attached()
    seen = tab.page.evaluate("seen")
    assert [step for step, _ in seen][-4:] == [3, 2, 1, 0]
    assert {sent for _, sent in seen} == {0}
    tab.page.wait_for_url("**back=true*")
    tab.page.keyboard.press("ArrowRight")
    tab.page.wait_for_url("**step=1*")
    tab.settle()
    said = lines.all_inner_texts()
    assert all(text.startswith("From “Bob” back to “,”") for text in said)
    assert "unit" in said[1]
    assert "unit" not in said[0]
    there = opened(visit, app.address, "?" + urlsplit(tab.page.url).query)
    assert there.page.locator(".rv-head .rv-back-lines > :last-child").all_inner_texts() == said
    veil = there.page.locator(".rv-column .rv-veil").first
    row = veil.evaluate("node => node.getBoundingClientRect().height")
    assert row < 120, "it covers the gradient's row alone"
    tab.page.locator(".rv-way").click()
    expect(lines.first).to_be_hidden()
    assert tab.errors == there.errors == []
