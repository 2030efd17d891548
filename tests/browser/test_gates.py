"""The page Gates in Chromium: challenges that only the right gates pass, and a unit that is played by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rnnviz.language import translate
from scripts.serving import ROOT, Served
from tests.conftest import Visit

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
KINDS = ("lstm", "gru", "rnn")
CHALLENGES = ("hold", "count", "stop")
PASSABLE = [("lstm", "hold"), ("lstm", "count"), ("lstm", "stop"), ("gru", "stop")]

# A generator with a seed, so that what failed can be tried again (mulberry32).
SEEDED = """
const seeded = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
"""
# Every constant on a grid, and random ones: how many pass.
CONSTANTS = """([kind, challenge, points, tries]) => {
  const { letters, range: [low, high] } = UNITS[kind];
  const random = seeded(1);
  const passes = (values) => {
    const all = letters.map((letter, k) => [letter, Array(slotCount(kind, challenge)).fill(values[k])]);
    return checkSettings(kind, challenge, Object.fromEntries(all), random).passed;
  };
  let [tried, passed] = [0, 0];
  for (let k = 0; k < points ** letters.length; k += 1) {
    const values = letters.map((_, j) => low + ((high - low) * (Math.floor(k / points ** j) % points)) / (points - 1));
    passed += passes(values);
    tried += 1;
  }
  for (let k = 0; k < tries; k += 1) {
    passed += passes(letters.map(() => low + (high - low) * random()));
    tried += 1;
  }
  return { tried, passed };
}"""


@pytest.fixture(scope="module")
def units(browser: Browser) -> Page:
    """An empty page that knows the units and the challenges."""
    page = browser.new_page()
    for name in ("units", "challenges", "setting"):
        page.add_script_tag(content=(ROOT / "assets" / "gates" / f"{name}.js").read_text())
    page.add_script_tag(content=SEEDED)
    return page


@pytest.mark.parametrize("challenge", CHALLENGES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_constant_passes(kind: str, challenge: str, units: Page) -> None:
    points = {"lstm": 11, "gru": 21, "rnn": 41}[kind]
    found = units.evaluate(CONSTANTS, [kind, challenge, points, 500])
    assert found["tried"] > 900
    assert found["passed"] == 0


@pytest.mark.parametrize(("kind", "challenge"), PASSABLE)
def test_a_known_solution_passes_whatever_is_drawn(kind: str, challenge: str, units: Page) -> None:
    tries = "([k, c]) => Array.from({ length: 100 }, (_, s) => checkSettings(k, c, SOLUTIONS[k][c], seeded(s)).passed)"
    assert units.evaluate(tries, [kind, challenge]) == [True] * 100


def test_only_these_have_a_solution(units: Page) -> None:
    found = units.evaluate("Object.entries(SOLUTIONS).flatMap(([k, of]) => Object.keys(of).map((c) => [k, c]))")
    assert [tuple(pair) for pair in found] == PASSABLE


@pytest.mark.parametrize("challenge", CHALLENGES)
@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_gates_at_random_pass_only_what_can_be_passed(kind: str, challenge: str, units: Page) -> None:
    """A setting for each slot, many of them wide open or shut: no GRU counts or hides, as the page says."""
    search = """([kind, challenge]) => {
      const random = seeded(7);
      const one = () => (random() < 0.6 ? Math.round(random()) : random());
      const all = () => Array.from({ length: slotCount(kind, challenge) }, one);
      const settings = () => Object.fromEntries(UNITS[kind].letters.map((letter) => [letter, all()]));
      const passes = () => checkSettings(kind, challenge, settings(), random).passed;
      return Array.from({ length: 3000 }, passes).some(Boolean);
    }"""
    found = units.evaluate(search, [kind, challenge])
    if (kind, challenge) not in PASSABLE:
        assert not found
    elif challenge == "stop":  # few settings, so some of them are found
        assert found


def test_the_units_are_torchs(units: Page) -> None:
    """One unit of torch.nn with weights that make its gates what they are set to: the same states."""
    import torch

    values = [0.4, -1.0, 0.73, 0.5, -0.6]
    draw = torch.Generator().manual_seed(3)
    gates = {letter: torch.rand(5, generator=draw).tolist() for letter in "iforz"}
    run = """([kind, settings, values]) => runUnit(kind, settings, { values, kinds: null })"""
    logit = torch.logit
    lstm, gru, rnn = torch.nn.LSTMCell(1, 1), torch.nn.GRUCell(1, 1), torch.nn.RNNCell(1, 1)
    state = (torch.zeros(1, 1), torch.zeros(1, 1))
    h = torch.zeros(1, 1)
    plain = torch.zeros(1, 1)
    ours = {kind: units.evaluate(run, [kind, gates, values]) for kind in ("lstm", "gru")}
    ours["rnn"] = units.evaluate(run, ["rnn", {"w": [0.8], "u": [1.3]}, values])
    with torch.no_grad():
        for cell in (lstm, gru, rnn):
            for parameter in cell.parameters():
                parameter.zero_()
        gru.weight_ih[2], gru.weight_hh[2] = 1.0, 1.0
        rnn.weight_hh[0], rnn.weight_ih[0] = 0.8, 1.3
        for t, x in enumerate(values):
            i, f, o, r, z = (logit(torch.tensor(gates[letter][t])) for letter in "iforz")
            candidate = torch.atanh(torch.tensor(x).clamp(-1 + 1e-7, 1 - 1e-7))
            lstm.bias_ih.copy_(torch.stack([i, f, candidate, o]))
            gru.bias_ih[:2] = torch.stack([r, z])
            state = lstm(torch.zeros(1, 1), state)
            h = gru(torch.tensor([[x]]), h)
            plain = rnn(torch.tensor([[x]]), plain)
            assert ours["lstm"][t]["h"] == pytest.approx(float(state[0]), abs=1e-5)
            assert ours["lstm"][t]["c"] == pytest.approx(float(state[1]), abs=1e-5)
            assert ours["gru"][t]["h"] == pytest.approx(float(h), abs=1e-5)
            assert ours["rnn"][t]["h"] == pytest.approx(float(plain), abs=1e-5)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_what_each_step_wrote_adds_up_to_the_memory(kind: str, units: Page) -> None:
    sums = """(kind) => {
      const random = seeded(2);
      const sequence = CHALLENGES.hold.make(random);
      const settings = Object.fromEntries(UNITS[kind].letters.map((l) => [l, sequence.values.map(() => random())]));
      const run = runUnit(kind, settings, sequence);
      return [contributionsAt(kind, run).reduce((a, b) => a + b, 0), run[run.length - 1][UNITS[kind].memory]];
    }"""
    whole, memory = units.evaluate(sums, kind)
    assert whole == pytest.approx(memory)


@pytest.mark.parametrize("challenge", CHALLENGES)
@pytest.mark.parametrize("kind", KINDS)
def test_settings_survive_the_link(kind: str, challenge: str, units: Page) -> None:
    there_and_back = """([kind, challenge]) => {
      const random = seeded(5);
      const settings = startSettings(kind, challenge);
      for (const of of Object.values(settings)) of.forEach((_, k) => (of[k] = Math.round(100 * random()) / 100));
      const text = settingsAsText(kind, challenge, settings);
      return [settings, settingsOfText(kind, challenge, text), text, settingsOfText(kind, challenge, text + "0"),
        settingsOfText(kind, challenge, text.replace(/.$/, "!")), settingsOfText(kind, challenge, "")];
    }"""
    before, after, text, *nonsense = units.evaluate(there_and_back, [kind, challenge])
    for letter, values in before.items():
        assert after[letter] == pytest.approx(values, abs=0.011)
    assert len(text) <= 120
    assert nonsense == [None, None, None]


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


@pytest.mark.parametrize("challenge", CHALLENGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_unit_and_challenge_speaks_both_languages_on_a_phone(
    kind: str, challenge: str, app: Served, visit: Callable[..., Visit]
) -> None:
    for language in ("en", "ja"):
        tab = opened(visit, app, f"gatecell={kind}&challenge={challenge}&lang={language}", viewport=PHONE)
        tab.page.locator(".rv-gates button.rv-first").click()
        said = tab.page.locator(".rv-gates").inner_text()
        assert translate(language, "gates.hand.failed") in said
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
