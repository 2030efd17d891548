"""The board in Chromium: figures are redrawn in place, one by one, and what a visitor typed stays text.

The page is board_page.py: five sections of three figures, a second board below, and a button for each thing that may
happen to them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from rnnviz.figures import theme
from rnnviz.language import translate
from scripts.serving import Served, serve
from tests.browser.conftest import small_copy
from tests.conftest import Visit

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
FIRST, SECOND = ".st-key-board .rv-board", ".st-key-second .rv-board"
HINT = translate("en", "board.hint")
STATE = """() => ({
  scroll: document.querySelector('[data-testid=stMain]').scrollTop,
  heights: [...document.querySelectorAll('.rv-board :is(section, h3, p, figure, .rv-drawing)')]
    .map((node) => node.getBoundingClientRect().height),
})"""
COUNT = """() => {
  const react = Plotly.react;
  window.reacted = [];
  Plotly.react = function (holder, ...rest) { window.reacted.push(holder); return react.call(this, holder, ...rest); };
}"""


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    code = (Path(__file__).parent / "board_page.py").read_text()
    with serve(root=small_copy(tmp_path_factory.mktemp("boards"), {"forward/one": code})) as served:
        yield served
        assert "Traceback" not in served.log(), served.log()


def opened(visit: Callable[..., Visit], served: Served, query: str = "", **options: object) -> Visit:
    tab = visit(f"{served.address}/{query}", **options)
    for board in (FIRST, SECOND):
        tab.page.wait_for_selector(f"{board}[data-drawn]", state="attached")
    tab.settle()
    return tab


def choose(tab: Visit, case: str) -> None:
    """Press a button of the page without scrolling to it, and wait until all is drawn."""
    press = "name => [...document.querySelectorAll('button')].find(b => b.textContent.trim() === name).click()"
    tab.page.evaluate(press, case)
    if case not in ("again", "between"):
        tab.page.wait_for_selector(f"{FIRST}[data-drawn={case}]", state="attached")
    tab.settle()


def scroll(tab: Visit, where: str) -> None:
    tab.page.evaluate(
        f"() => {{ const main = document.querySelector('[data-testid=stMain]'); main.scrollTop = {where} }}"
    )
    tab.settle()


def card(tab: Visit, section: int, figure: int, board: str = FIRST) -> Locator:
    return tab.page.locator(f"{board} .rv-section").nth(section).locator(".rv-card").nth(figure)


def cell(tab: Visit, row: int, column: int) -> dict[str, float]:
    """Where a cell of the first heatmap lies in the window."""
    box: dict[str, float] = card(tab, 0, 0).locator(".nsewdrag").first.bounding_box()  # type: ignore[assignment]
    side = {"x": box["width"] / 100, "y": box["height"] / 100}
    return {"x": box["x"] + (column + 0.5) * side["x"], "y": box["y"] + (row + 0.5) * side["y"]}


def numbers(tab: Visit) -> Any:
    """What the first figure of every section that is drawn shows: a corner of its image or curve."""
    return tab.page.evaluate(
        "() => [...document.querySelectorAll('.rv-board image')].map((image) => image.getAttribute('href').slice(-400))"
    )


def test_figures_are_drawn_and_those_far_below_when_they_come_near(boards: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, boards)
    for k in range(3):
        expect(card(tab, 0, k).locator(".main-svg").first).to_be_visible()
    last = card(tab, 4, 2)
    assert last.locator(".main-svg").count() == 0
    assert last.bounding_box()["height"] > 220  # type: ignore[index]
    scroll(tab, "main.scrollHeight")
    expect(last.locator(".main-svg").first).to_be_visible()
    assert tab.errors == []


def test_new_data_change_the_figures_and_nothing_else(boards: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, boards)
    scroll(tab, "700")
    tab.page.evaluate("window.kept = [...document.querySelectorAll('.rv-board :is(h3, figure, .main-svg, image)')]")
    before, shown = tab.page.evaluate(STATE), numbers(tab)
    choose(tab, "other")
    assert tab.page.evaluate("kept.length > 40 && kept.every((node) => node.isConnected)")
    assert tab.page.evaluate(STATE) == before
    assert before["scroll"] == 700
    assert len(numbers(tab)) == len(shown)
    assert all(new != old for new, old in zip(numbers(tab), shown, strict=True))
    assert tab.errors == []


def test_what_is_in_view_is_drawn_first_and_the_rest_frame_by_frame(
    boards: Served, visit: Callable[..., Visit]
) -> None:
    tab = opened(visit, boards)
    scroll(tab, "500")
    tab.page.evaluate(COUNT)
    tab.page.evaluate("""() => {
      window.drawnIn = []; let frame = 0;
      const tick = () => { frame += 1; requestAnimationFrame(tick) }; tick();
      const react = Plotly.react;
      Plotly.react = (holder, ...rest) => {
        const { top, bottom } = holder.getBoundingClientRect();
        window.drawnIn.push([frame, bottom > 0 && top < innerHeight]);
        return react(holder, ...rest);
      };
    }""")
    choose(tab, "other")
    tab.page.wait_for_function("drawnIn.filter(([, visible]) => !visible).length >= 2")
    drawn = tab.page.evaluate("drawnIn")
    seen = [frame for frame, visible in drawn if visible]
    later = [frame for frame, visible in drawn if not visible]
    assert len(seen) >= 4
    assert len(set(seen)) == 1
    assert later == sorted(set(later))
    assert min(later) > seen[0]


def test_the_same_revision_draws_nothing(boards: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, boards)
    tab.page.evaluate(COUNT)
    for case in ("again", "between"):
        choose(tab, case)
    assert tab.page.evaluate("reacted.length") == 0
    choose(tab, "other")
    assert tab.page.evaluate("reacted.length") > 0


def test_two_boards_leave_each_other_alone(boards: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, boards)
    scroll(tab, "main.scrollHeight")
    tab.page.evaluate("selector => { window.kept = document.querySelector(selector + ' .main-svg') }", SECOND)
    tab.page.evaluate(COUNT)
    choose(tab, "other")
    inside = "selector => reacted.filter((holder) => holder.closest(selector)).length"
    assert tab.page.evaluate(inside, FIRST) > 0
    assert tab.page.evaluate(inside, SECOND) == 0
    assert tab.page.evaluate("kept.isConnected")
    choose(tab, "fewer")
    assert tab.page.locator(f"{FIRST} .rv-section").count() == 4
    assert tab.page.evaluate("kept.isConnected")
    assert tab.errors == []


def test_a_click_on_a_cell_says_what_it_means(boards: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, boards)
    said = card(tab, 0, 0).locator("[aria-live]")
    marks = card(tab, 0, 0).locator(".shapelayer path")
    expect(said).to_have_text(HINT)
    tall = card(tab, 0, 0).bounding_box()["height"]  # type: ignore[index]
    tab.page.mouse.click(**cell(tab, 3, 0))
    expect(said).to_have_text("Loss at word3, state at Starving, 3 back: 1·10⁻⁷.")
    assert marks.count() == 2
    assert card(tab, 0, 0).bounding_box()["height"] == tall  # type: ignore[index]
    choose(tab, "other")  # the mark stays where it is, the number changes
    expect(said).to_have_text("Loss at word3, state at Starving, 3 back: 0.01.")
    assert marks.count() == 2
    tab.page.mouse.click(**cell(tab, 3, 50))
    expect(said).to_have_text("Nothing there.")
    expect(card(tab, 1, 0).locator("[aria-live=off]")).to_have_text("Nothing there.")  # the same cell of every map
    assert tab.errors == []


def test_a_finger_chooses_a_cell_too(boards: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, boards, viewport=PHONE, has_touch=True)
    card(tab, 0, 0).scroll_into_view_if_needed()
    tab.page.touchscreen.tap(**cell(tab, 80, 20))
    expect(card(tab, 0, 0).locator("[aria-live]")).to_contain_text("Loss at word")


def test_the_keyboard_alone_reads_and_chooses(boards: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, boards)
    headings = tab.page.get_by_role("heading", level=3).all_inner_texts()
    assert headings == [*(f"{k}: Starving is held" for k in range(5)), "Second"]
    assert tab.page.get_by_role("img", name="norms: Starving").count() == 5
    drawing = card(tab, 0, 0).get_by_role("img", name="map: Starving")
    said = card(tab, 0, 0).locator("[aria-live]")
    drawing.focus()
    tab.page.keyboard.press("ArrowUp")
    expect(said).to_contain_text("Loss at word99, state at word99, 0 back")
    for key in ("ArrowLeft", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowDown"):
        tab.page.keyboard.press(key)
    expect(said).to_contain_text("Loss at word99, state at word97, 2 back")
    tab.page.keyboard.press("Escape")
    expect(said).to_have_text(HINT)
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.getAttribute('aria-label')") == "norms: Starving"


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE])
def test_a_figures_numbers_are_a_key_or_a_click_away(
    viewport: Any, boards: Served, visit: Callable[..., Visit]
) -> None:
    tab = opened(visit, boards, viewport=viewport)
    drawing, table = card(tab, 0, 1).locator(".rv-drawing"), tab.page.get_by_role("dialog")
    drawing.focus()
    before = tab.page.evaluate(STATE)["heights"]
    tab.page.keyboard.press("t")
    expect(table).to_have_accessible_name("norms: Starving")
    expect(table.locator("thead")).to_contain_text("one")
    expect(table.locator("tbody tr")).to_have_count(100)
    curve = tab.page.evaluate("""() => {
      const [, drawing] = document.querySelectorAll('.rv-drawing');
      return [...drawing._fullData[2].y];
    }""")
    shown = table.locator("tbody tr td:nth-child(4)").all_inner_texts()
    assert [float(text.replace(",", "")) for text in shown[:20]] == [pytest.approx(y, rel=0.006) for y in curve[:20]]
    assert tab.page.locator("[data-testid=stMain]").evaluate("node => node.scrollWidth - node.clientWidth") == 0
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator("dialog")).to_have_count(0)  # not only closed: it is no longer there
    assert tab.page.evaluate(STATE)["heights"] == before
    assert drawing.evaluate("node => node === document.activeElement")
    card(tab, 0, 0).get_by_role("button", name=translate("en", "board.table.open")).click()
    expect(table.locator("thead th[colspan]")).to_have_text(["loss at"])
    table.get_by_role("button").click()
    expect(table).to_have_count(0)
    assert tab.errors == []


def test_what_a_visitor_typed_runs_nothing(boards: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, boards)
    choose(tab, "evil")
    tab.page.mouse.click(**cell(tab, 3, 0))
    said = card(tab, 0, 0).locator("[aria-live]")
    expect(said).to_have_text("Loss at word3, state at <script>document.title …, 3 back: 0.01.")
    assert "<script>" in tab.page.locator(f"{FIRST} h3").first.inner_text()
    assert tab.page.locator(".rv-board :is(script, [onerror], img)").count() == 0
    assert tab.page.title() != "run"
    assert not [url for url in tab.requested if url.endswith("/x")]
    assert tab.errors == []
    card(tab, 0, 1).locator(".rv-drawing").press("t")  # in the table too
    expect(tab.page.get_by_role("dialog").locator("header p")).to_contain_text("<script>")
    assert tab.page.locator(".rv-board :is(script, [onerror], img)").count() == 0
    assert tab.page.title() != "run"


def test_a_figure_that_cannot_be_drawn_takes_no_other_with_it(boards: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, boards)
    before = tab.page.evaluate(STATE)["heights"]
    choose(tab, "broken")
    failed = tab.page.locator(".rv-drawing[data-failed]")
    expect(failed).to_have_count(1)
    assert failed.get_attribute("data-failed") == translate("en", "board.undrawn")
    assert card(tab, 0, 1).locator(".main-svg").count() == 0
    assert card(tab, 0, 2).locator(".main-svg").count() > 0
    assert tab.page.evaluate(STATE)["heights"] == before
    choose(tab, "first")
    expect(failed).to_have_count(0)
    expect(card(tab, 0, 1).locator(".main-svg").first).to_be_visible()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_light_and_dark(look: str, boards: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, boards, color_scheme=look)
    expect(tab.page.locator(FIRST)).to_have_attribute("data-theme", look)
    ground = card(tab, 0, 0).locator(".main-svg").first.evaluate("svg => svg.style.background")
    wanted = [int(theme.THEMES[look].ground[k : k + 2], 16) for k in (1, 3, 5)]
    assert ground == f"rgb({', '.join(map(str, wanted))})"
    assert tab.errors == []


def test_large_type_scales_figures_and_words(boards: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, boards, "?projector=true")
    assert card(tab, 0, 0).locator(".rv-drawing").bounding_box()["height"] == 450  # type: ignore[index]
    assert tab.page.locator(f"{FIRST} h3").first.evaluate("node => getComputedStyle(node).fontSize") == "30px"


@pytest.mark.parametrize("query", ["", "?projector=true", "?lang=ja"])
def test_on_a_phone_figures_stand_under_one_another(query: str, boards: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, boards, query, viewport=PHONE)
    boxes = [card(tab, 0, k).locator(".rv-drawing").bounding_box() for k in range(3)]
    for above, below in itertools.pairwise(boxes):
        assert below["y"] > above["y"] + above["height"]  # type: ignore[index]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)  # type: ignore[index]
    wide = "node => node.scrollWidth - node.clientWidth"
    for selector in ("html", "[data-testid=stMain]", FIRST):
        assert tab.page.locator(selector).first.evaluate(wide) == 0
    choose(tab, "evil")
    assert tab.page.locator("[data-testid=stMain]").evaluate(wide) == 0


def test_a_narrower_window_redraws_the_figures_to_its_width(boards: Served, visit: Callable[..., Visit]) -> None:
    tab = opened(visit, boards)
    for width in (700, 390, 1600):
        tab.page.set_viewport_size({"width": width, "height": 900})
        scroll(tab, "300")
        tab.page.wait_for_timeout(500)
        box = card(tab, 0, 0).locator(".rv-drawing").bounding_box()
        assert abs(card(tab, 0, 0).locator(".main-svg").first.bounding_box()["width"] - box["width"]) < 1  # type: ignore[index]
        assert tab.page.locator("[data-testid=stMain]").evaluate("node => node.scrollWidth - node.clientWidth") == 0
