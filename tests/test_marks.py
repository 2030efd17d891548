"""Which tests `make check` leaves out follows from what they start."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import pytest

from scripts.serving import serve
from tests.conftest import served


def starts_it() -> None:
    with serve():
        pass


@contextmanager
def by_another() -> Any:
    def inside() -> None:
        starts_it()

    yield inside()


def calls_itself() -> None:
    calls_itself()
    quick()


def quick() -> None:
    """Says served and serve."""


@pytest.mark.parametrize(("function", "so"), [(starts_it, 1), (by_another, 1), (calls_itself, 0), (quick, 0)])
def test_what_starts_the_app_is_served(function: Any, so: bool, request: pytest.FixtureRequest) -> None:
    item = pytest.Function.from_parent(request.node.parent, name="test", callobj=function)
    assert served(item) == so


def test_what_uses_a_fixture_that_starts_something_is_served(request: pytest.FixtureRequest) -> None:
    for fixture, so in (("app", True), ("browser", True), ("visit", True), ("tmp_path", False)):
        test: dict[str, Any] = {}
        exec(f"def test({fixture}): pass", test)
        item = pytest.Function.from_parent(request.node.parent, name="test", callobj=test["test"])
        assert served(item) == so, fixture
