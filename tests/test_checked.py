"""While testing, what is given to a function of rnnviz, and what comes from it, is what its annotations say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
from beartype import beartype
from jaxtyping import Float, Int, TypeCheckError

import rnnviz
from rnnviz.networks.network import Shape
from rnnviz.networks.reading import project
from rnnviz.tasks.base import one_hot
from rnnviz.text import join, tokenize
from tests.checked import checked, has_shape


@pytest.mark.parametrize("wrong", [lambda: tokenize(3), lambda: join("ab"), lambda: Shape("lstm", "three")])
def test_types_are_checked(wrong: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match="violates type hint"):
        wrong()


def test_shapes_are_checked_and_fit_each_other() -> None:
    network = rnnviz.load("lstm")
    trace = rnnviz.trace(network, "Alice drives")
    with pytest.raises(TypeCheckError):
        project(network, np.zeros(64))
    with pytest.raises(TypeCheckError):
        one_hot(np.zeros((2, 3)), 4)
    with pytest.raises(TypeCheckError):
        replace(trace, h=trace.h[:1])  # as many words as in the inputs


def test_what_comes_out_is_checked() -> None:
    def one(of: int) -> str:
        return of  # type: ignore[return-value]

    def rows(count: int) -> Float[np.ndarray, "count 2"]:
        return np.zeros(count)

    for wrong in (one, rows):
        with pytest.raises(TypeError, match=r"violates type hint|return value"):
            checked(wrong, typechecker=beartype)(3)


def test_a_shape_is_found_wherever_it_stands() -> None:
    array = Float[np.ndarray, "T H"]
    for hint in (array, array | None, dict[str, array], Callable[[int, array], str], "not known yet"):  # type: ignore[valid-type]
        assert has_shape(hint)
    for hint in (int, str | None, dict[str, np.ndarray], Callable[[int], str], Literal["h", "c"], ..., None):
        assert not has_shape(hint)
    assert has_shape(list[Int[np.ndarray, "T"] | None])
