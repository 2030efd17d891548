"""Two things done at once, the second before the answer to the first: both are taken in, and both are seen.

What the random walk found; the pauses are those with which it happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from benchmarks import acts, widgets
from benchmarks.browser import Browser
from benchmarks.parts import GatesPart, StepperPart
from benchmarks.widgets import Control
from scripts.serving import Served
from tests.walk import words
from tests.walk.walk import alone

PAUSES = (0.0, 0.01, 0.02, 0.05)
"""Seconds between the two."""
Doing = tuple[str, Any]
"""A control's key, and what is done: an option's number, a value, or None for a press."""


class Tab(Browser):
    """A tab in which a test says what is done."""

    def find(self, key: str) -> Control | None:
        return widgets.find(self.controls(), key)

    async def do(self, *doings: Doing, pause: float = 0.0) -> None:
        """All of it, as the page stands now."""
        for control, value in [(self.find(key), value) for key, value in doings]:
            assert control
            if value is None:
                await acts.press(self, control)
            else:
                await acts.put(self, control, control.options[value] if control.options else value)
            await asyncio.sleep(pause)
        await self.settle(60)

    async def wait_for(self, key: str) -> None:
        """Until a control is there."""
        async with asyncio.timeout(60):
            while not self.find(key):
                await asyncio.sleep(0.1)
                await self.settle(60)


def visited(app: Served, page: str, link: str, does: Callable[[Tab], Awaitable[None]], **browser: Any) -> None:
    """Open a page, and do something with it."""

    async def visit() -> None:
        tab = Tab(app.address, page=page, link=link, **browser)
        await tab.open()
        await does(tab)
        await tab.close()

    doing: Coroutine[Any, Any, None] = visit()
    alone(doing)


@pytest.mark.parametrize("pause", PAUSES)
@pytest.mark.parametrize(
    ("page", "first", "second", "gone"),
    [
        ("gates", ("sentence", "  "), ("forget", 6.0), "listens"),
        ("clipping", ("input", 1), ("cliffrate", 1), "start"),
        ("compare", ("sentence", ""), ("measure", None), "counted"),
    ],
)
def test_what_the_first_takes_away_goes(
    app: Served, page: str, first: Doing, second: Doing, gone: str, pause: float
) -> None:
    async def does(tab: Tab) -> None:
        assert tab.find(gone)
        await tab.do(first, second, pause=pause)
        assert not tab.find(gone)

    visited(app, page, "lang=en", does)


def test_what_the_first_changes_is_drawn(app: Served) -> None:
    """A thread that had ended, and was not yet known to have, drew it for nobody."""

    async def does(tab: Tab) -> None:
        for _ in range(15):
            for challenge, trained in ((2, False), (0, True)):
                await tab.do(("challenge", challenge), ("trained", trained))
                gates = acts.part_of(tab, GatesPart)
                assert isinstance(gates, GatesPart)
                assert gates.name == ("lstm.stop", "lstm.hold")[trained]

    visited(app, "gates", "", does)


@pytest.mark.parametrize("pause", PAUSES)
def test_a_network_of_ones_own_is_told_of_and_a_run_is_overlaid(app: Served, pause: float) -> None:
    async def does(tab: Tab) -> None:
        await tab.do(("one", None))
        await tab.wait_for("use0")
        await tab.do(("use0", None), ("rate", 1), pause=pause)
        assert any(words.is_saying(said, "training.used") for said in words.said(tab))
        await tab.do(("train", None))
        await tab.do(("cancel", None))
        await tab.wait_for("sawA")
        for large, seen in ((True, True), (False, False)):
            await tab.do(("projector", large), ("sawA", seen), pause=pause)
            shown = [tab.find(key) for key in ("projector", "sawA")]
            assert [control and control.value for control in shown] == [large, seen]

    visited(app, "training", "budget=100&twin=none", does, alive=True)


@pytest.mark.parametrize("pause", PAUSES)
def test_speeds_are_measured_though_the_language_is_switched(app: Served, pause: float) -> None:
    async def does(tab: Tab) -> None:
        await tab.do(("measure", None), ("frame-lang-ja", None), pause=pause)
        assert "lang=ja" in tab.link
        assert "compare-speeds" in map(widgets.key_of, tab.parts)

    visited(app, "compare", "lang=en", does)


def test_what_a_browser_has_just_forgotten_is_sent_again(app: Served) -> None:
    """It said that it still had it, before the last answer came. "The same as before" would be the end of the visit."""

    async def does(tab: Tab) -> None:
        await tab.do(("input", 0))
        for rate in range(8):
            await tab.do(("cliffrate", rate % 2))
        had = dict(tab.cache)
        await tab.do(("length", 5))
        forgotten = had.keys() - tab.cache.keys()
        assert forgotten
        tab.cache |= had  # the next message left before that answer
        control = tab.find("input")
        assert control
        await acts.put(tab, control, control.options[1])
        for hash in forgotten:
            del tab.cache[hash]
        await tab.settle(60)
        assert tab.find("sentence")
        assert "clipping" in map(widgets.key_of, tab.parts)

    visited(app, "clipping", "lang=en&input=sentence", does)


def test_a_stepper_that_comes_back_stands_where_the_link_says(app: Served) -> None:
    async def does(tab: Tab) -> None:
        stepper = acts.part_of(tab, StepperPart)
        assert isinstance(stepper, StepperPart)
        await acts.stand(tab, stepper, 2, 0, 11)
        await tab.settle(60)
        await tab.do(("sentence", ""))
        assert acts.part_of(tab, StepperPart) is None
        await tab.do(("sentence", "Hungry, Bob walks to the shop to buy"))
        again = acts.part_of(tab, StepperPart)
        assert again
        assert again.place()[:3] == (2, 0, 11)
        assert "step=2&unit=11&side=left" in tab.link

    visited(app, "step", "", does)
