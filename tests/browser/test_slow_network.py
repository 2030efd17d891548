"""A real browser on a slow network: the visitor acts twice before the answer to the first action has come."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, TimeoutError, WebSocketRoute, expect

from rnnviz.language import translate
from scripts.serving import Served
from tests.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]
REACHED = 900
"""Milliseconds in which the server has most probably answered: if it has not, the test is only less hard."""


class Line:
    """A visit whose server's words can be held back."""

    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
        self.visit = Visit(self.context.new_page())
        self.page = self.visit.page
        self.holding = False
        self.held: list[tuple[WebSocketRoute, str | bytes]] = []
        self.page.route_web_socket("**/_stcore/stream", self._connect)

    def _connect(self, tab: WebSocketRoute) -> None:
        server = tab.connect_to_server()
        tab.on_message(server.send)
        server.on_message(lambda said: self.held.append((tab, said)) if self.holding else tab.send(said))

    def hold(self) -> None:
        self.holding = True

    def release(self) -> None:
        self.page.wait_for_timeout(REACHED)
        self.holding = False
        for tab, said in self.held:
            tab.send(said)
        self.held = []
        self.visit.settle()

    def link(self) -> dict[str, str]:
        return {name: text[-1] for name, text in parse_qs(urlsplit(self.page.url).query).items()}

    def sound(self) -> None:
        assert self.page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
        assert self.visit.errors == []


@pytest.fixture
def line(browser: Browser) -> Iterator[Line]:
    found = Line(browser)
    yield found
    found.context.close()


def test_a_choice_in_the_old_language_counts_in_the_new_one(app: Served, line: Line) -> None:
    line.visit.open(f"{app.address}/training")
    line.hold()
    line.page.get_by_text("日本語").click()
    line.page.wait_for_timeout(REACHED)
    line.page.locator(".st-key-task [role=combobox]").click()
    line.page.get_by_role("option", name=translate("en", "training.tasks.recall")).click()
    line.release()
    task = line.page.locator(".st-key-task [role=combobox]")
    expect(task).to_have_value(translate("ja", "training.tasks.recall"))
    line.page.wait_for_function("location.search.includes('task=recall')")
    assert line.link() == {"lang": "ja", "task": "recall"}
    line.sound()


def test_a_word_is_looked_at_while_the_sentence_grows(app: Served, line: Line) -> None:
    line.visit.open(f"{app.address}/gates")
    line.page.wait_for_selector(".st-key-listening .rv-board", state="attached")
    line.visit.settle()
    heard = line.page.locator(".st-key-heard input[type=range]")
    line.hold()
    line.page.locator(".st-key-words input[type=range]").press("ArrowRight")
    line.page.wait_for_timeout(REACHED)
    for _ in range(3):
        heard.press("ArrowLeft")
    line.release()
    line.page.wait_for_function("location.search.includes('heard=11')")  # the twelfth of fifteen words
    assert line.link() == {"words": "1", "heard": "11"}
    expect(line.page.locator(".st-key-heard")).to_contain_text("12: ")
    line.sound()


def opened(box: Locator, option: Locator) -> Locator:
    """An option of a list that is opened. What arrives late may close it again."""
    for _ in range(6):
        box.click()
        try:
            option.wait_for(timeout=5_000)
            return option
        except TimeoutError:
            box.press("Escape")
    raise AssertionError("the list does not open")


def test_a_chosen_unit_stays_while_the_sentence_grows(app: Served, line: Line) -> None:
    line.visit.open(f"{app.address}/gates")
    line.page.wait_for_selector(".st-key-listening .rv-board", state="attached")
    line.visit.settle()
    chosen = line.page.locator(".st-key-listener [role=combobox]")
    opened(chosen, line.page.get_by_role("option").nth(4)).click()
    line.visit.settle()
    unit = line.link()["listener"]
    for words in ("1", "2"):
        line.page.locator(".st-key-words input[type=range]").press("ArrowRight")
        line.page.wait_for_function(f"location.search.includes('words={words}')")
        line.visit.settle()
        assert line.link() == {"listener": unit, "words": words}
        assert chosen.input_value().startswith(f"unit {unit} ")
        shown = chosen.input_value()
        opened(chosen, line.page.get_by_role("option").first)
        chosen.fill(f"unit {unit} ")  # only a part of a long list is there at once
        line.page.get_by_role("option", name=shown, exact=True).wait_for(state="attached")
        chosen.press("Escape")
    line.sound()
