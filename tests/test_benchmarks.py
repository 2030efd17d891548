"""What the benchmarks compute themselves; what they measure is their own to say."""

from __future__ import annotations

import math

import pytest

from benchmarks import compare, load, report, trace
from rnnviz.scenes.compare import looks


def test_a_quantile_is_one_of_the_values() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert [report.quantile(values, share) for share in (0.0, 0.5, 0.95, 1.0)] == [1, 3, 5, 5]
    assert math.isnan(report.quantile([], 0.5))


def test_a_bound_is_met_from_the_right_side() -> None:
    assert report.verdict(35, 35) == "met" == report.verdict(40, 40, at_least=True)
    assert report.verdict(36, 35) == "missed" == report.verdict(39, 40, at_least=True)


def test_the_columns_of_a_table_line_up() -> None:
    lines = report.table("Title", ["", "long header"], [["a", "1"], ["bcd", "22"]]).splitlines()
    assert [line.rstrip()[-1] for line in lines[3:] if set(line) != {"-"}] == ["r", "1", "2"]
    assert len({len(line) for line in lines[2:]}) == 1


@pytest.mark.parametrize("kind", trace.MODULES)
def test_both_ways_agree_before_they_are_timed(kind: str) -> None:
    took, off = trace.measure(kind, steps=4, units=3, turns=1)
    assert off <= trace.TOLERANCE
    assert set(took) == {"ours", "autograd", "bare"}


def test_every_move_of_the_slider_is_computed_anew() -> None:
    before = looks.cache_info().misses
    length, took = compare.server(words=3, turns=2)
    assert looks.cache_info().misses == before + 3, "two turns, and one before them"
    assert length > 20
    assert took["page"] > took["plain"] > 0


def test_no_two_visitors_type_the_same_sentence() -> None:
    texts = load.sentences(300, seed=3)
    assert len(set(texts)) == 300
    assert texts == load.sentences(300, seed=3)
