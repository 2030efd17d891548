"""No sequence of actions breaks a page, and a link is the state: a short walk at every change, long ones at night."""

from __future__ import annotations

import random

import pytest

from scripts.serving import Served, serve
from tests.walk.__main__ import passed, report
from tests.walk.files import files
from tests.walk.moves import Move, ends, named
from tests.walk.walk import Walk, alone, begin, checkable, fits
from tests.walk.words import neutral, status_of


@pytest.mark.slow
@pytest.mark.browser
def test_three_hundred_actions_break_nothing(app: Served) -> None:
    walk = Walk(app, seed=11, files=files())
    alone(walk.go(300))
    assert passed(walk), report(walk, 0)
    assert walk.done >= 300
    assert walk.compared >= 20
    pages = {page for page, _, _ in walk.coverage.done}
    assert len(pages) >= 6


@pytest.mark.night
def test_a_long_walk_breaks_nothing_and_tries_nearly_all() -> None:
    with serve() as served:
        walk = Walk(served, seed=random.randrange(10**6), files=files())
        alone(walk.go(3000))
    assert passed(walk), report(walk, 0) + "\n".join(walk.coverage.left())


def test_a_visit_begins_the_same_with_the_same_seed() -> None:
    once, again, other = (begin(random.Random(seed), "step") for seed in (5, 5, 6))
    assert once == again != other


def test_labels_of_both_languages_have_one_name() -> None:
    assert neutral("32 (usual)", "en") == neutral("32（標準）", "ja") == "training.usual 32"
    assert neutral("64", "en") == "64"


@pytest.mark.parametrize(
    ("said", "state", "step"),
    [
        ("Step 1,007 of 4,500 · about 2 s left.", "running", 1007),
        ("Paused at step 3 of 40.", "paused", 3),
        ("Not trained yet.", "ready", 0),
        ("something else", "", 0),
    ],
)
def test_the_progress_is_read(said: str, state: str, step: int) -> None:
    assert status_of(said) == (state, step)


def test_keys_with_a_number_are_options_of_one_control() -> None:
    assert [named(key) for key in ("use1", "preset-long", "rewind-40", "sawB", "words", "frame-lang-ja")] == [
        ("use", "1"),
        ("preset", "long"),
        ("rewind", ""),
        ("saw", ""),
        ("words", ""),
        ("frame-lang", "ja"),
    ]


def test_many_options_are_tried_at_the_ends_and_in_between() -> None:
    first, middle, last, other = ends(9, random.Random(1))
    assert (first, middle, last) == (0, 4, 8)
    assert 0 <= other < 9


async def nothing() -> None:
    """What a move in these tests does."""


def test_what_is_done_at_once_can_be_meant_together() -> None:
    choose, train, cancel, menu, back = (Move(n, "", "", nothing) for n in ("size", "train", "cancel", "menu", "back"))
    assert fits(choose, train)
    assert fits(train, menu)
    assert not fits(train, cancel)
    assert not fits(choose, back)
    assert checkable(choose, choose, None)
    assert checkable(menu, choose, menu)
    assert checkable(choose, choose, train)
    assert not checkable(train, train, menu), "what it does is on another page"
