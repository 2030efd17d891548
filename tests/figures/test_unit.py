"""One unit through time: its own numbers, a line for each part of its state and each gate, and marks that tell them."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

import rnnviz
from rnnviz import figures
from rnnviz.figures.unit import of_any_unit, reach_of

SENTENCE = "Starving, Alice drives to the nearest store to buy"


@pytest.mark.parametrize(("name", "letters"), [("rnn", "h"), ("lstm", "hcfigo"), ("gru", "hrzn")])
def test_a_line_for_each_letter_with_the_units_own_numbers(name: str, letters: str) -> None:
    trace = rnnviz.trace(rnnviz.load(name), SENTENCE)
    figure = figures.unit(trace, 5, theme="dark", scale=1.5)
    go.Figure(figure.to_dict())  # validates
    assert [line.name for line in figure.data] == list(letters)
    for line in figure.data:
        np.testing.assert_array_equal(line.y, trace.records[line.name][:, 5])
        assert line.name in line.hovertemplate
    for axis in ("y", "y2"):  # within a row no two lines look alike, in colour or in mark
        looks = [(line.line.color, line.marker.symbol) for line in figure.data if line.yaxis == axis]
        assert all(len({look[k] for look in looks}) == len(looks) for k in (0, 1))
    assert len(figure.layout.meta["rows"]) == 1 + (len(letters) > 1)


def test_the_axis_holds_the_state_and_is_the_same_where_it_is_asked_to_be() -> None:
    trace = rnnviz.trace(rnnviz.load("lstm"), SENTENCE)
    assert trace.c is not None
    for unit in range(trace.h.shape[1]):
        low, high = figures.unit(trace, unit).layout.yaxis.range
        most = max(np.abs(trace.h[:, unit]).max(), np.abs(trace.c[:, unit]).max())
        assert -low == high == reach_of(trace, unit) >= max(1, most)
        assert high - max(1, most) < 1
    assert figures.unit(trace, 3, reach=7.0).layout.yaxis.range == (-7, 7)


def test_a_figure_of_any_unit_names_records_in_the_place_of_numbers() -> None:
    trace = rnnviz.trace(rnnviz.load("gru"), SENTENCE)
    spec = figures.unit.spec(trace, 0, look=figures.Look(figures.english("unit_figures")))
    assert [line["y"] for line in of_any_unit(spec)["data"]] == [{"record": letter} for letter in "hrzn"]
    assert spec["data"][0]["y"] is not None
