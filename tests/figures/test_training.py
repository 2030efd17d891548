"""What the figures of the Training page contain: every extreme, the thresholds, what broke down; not their pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from rnnviz import figures
from rnnviz.figures.training import HIGH, LOW
from rnnviz.figures.training_lines import MOST, WINDOW, Twin, mean_of_last, smoothed, thinned
from rnnviz.training.runs import Probe
from tests.drawn import plain, valid, words

NASTY = some.floats(width=32) | some.sampled_from([np.nan, np.inf, -np.inf, 0.0])
SERIES = some.integers(1, 900).flatmap(lambda n: arrays(np.float32, n, elements=NASTY))


def log(steps: int = 50, **other: np.ndarray) -> dict[str, np.ndarray]:
    t = np.arange(steps, dtype=np.float32)
    usual = {"loss": 2 * np.exp(-t / 20), "norm": 1 + t % 5, "clipped": t % 2, "accuracy": t / steps}
    return usual | {"state_norm": 1 + t} | other


PAIR = [Twin("with <b>", log(), None), Twin("clipped", log(), 2.0)]
PROBES = tuple(Probe(step, np.geomspace(1e-9 * (step + 1), 1, 7), None) for step in (0, 25, 50))


def drawn(twins: list[Twin] = PAIR, **options: Any) -> dict[str, dict]:
    """Every figure once."""
    return {
        "loss": plain(figures.loss_curves, twins, 100, 1.5, **options),
        "log loss": plain(figures.loss_curves, twins, 100, 0.04, logarithmic=True, **options),
        "accuracy": plain(figures.accuracy_curves, twins, 100, 0.25, **options),
        "norm": plain(figures.norm_curves, twins, 100, **options),
        "state": plain(figures.state_curves, twins, 100, **options),
        "memory": plain(figures.memory, PROBES, **options),
    }


def lines(spec: dict) -> list[dict]:
    return [one for one in spec["data"] if one["mode"] == "lines"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_figure_is_valid_plotly_in_both_languages(language: str, theme: str) -> None:
    for spec in valid(drawn, "training_figures", language, theme).values():
        assert "with <b>" not in figures.as_json(spec).decode()


@settings(deadline=None)
@given(SERIES)
def test_thinning_loses_no_extreme_and_invents_nothing(values: np.ndarray) -> None:
    steps, kept = thinned(values)
    assert len(steps) <= MOST + 2
    assert (np.diff(steps) >= 0).all()
    np.testing.assert_array_equal(kept, values[steps.astype(int) - 1])
    if np.isfinite(values).all():
        assert (kept.min(), kept.max()) == (values.min(), values.max())
    assert np.isfinite(kept).all() == np.isfinite(values).all()


@settings(deadline=None)
@given(some.integers(1, 900).flatmap(lambda n: arrays(np.float32, n, elements=some.floats(-1e3, 1e3, width=32))))
def test_the_thick_line_is_the_mean_of_the_last_steps(values: np.ndarray) -> None:
    steps, means = smoothed(values)
    assert steps[-1] == len(values)
    assert len(steps) <= MOST
    for step, mean in zip(steps.astype(int), means, strict=True):
        assert mean == pytest.approx(values[max(0, step - WINDOW) : step].astype(float).mean(), rel=1e-4, abs=1e-3)
    assert mean_of_last(values) == pytest.approx(means[-1], rel=1e-4, abs=1e-3)


def test_a_number_that_is_none_does_not_spoil_the_mean() -> None:
    values = np.array([1.0, np.nan, 3.0, np.inf], np.float32)
    np.testing.assert_allclose(smoothed(values)[1], [1, 1, 2, 2])
    assert np.isnan(mean_of_last(np.array([np.nan], np.float32)))


@pytest.mark.slow
@settings(deadline=None)
@given(some.lists(SERIES, min_size=1, max_size=2), some.integers(0, 100))
def test_any_log_can_be_drawn(series: list[np.ndarray], at: int) -> None:
    twins = [
        Twin("a", dict.fromkeys(("loss", "norm", "clipped", "accuracy", "state_norm"), values), 1.0)
        for values in series
    ]
    for name, spec in drawn(twins).items():
        if name == "memory":
            continue
        for one in spec["data"]:
            shown = np.asarray(one["y"], float)
            assert not np.isinf(shown).any()
        figures.as_json(spec)
    figures.as_json(plain(figures.loss_curves, twins, 1000, 1.0, others=twins, at=at))


def test_before_the_first_step_the_axes_stand() -> None:
    empty = [Twin("a", {}, None), Twin("b", {}, 1.0)]
    for name, spec in drawn(empty).items():
        go.Figure(spec)
        assert name == "memory" or spec["data"] == []
    assert plain(figures.norm_curves, empty, 100)["layout"]["yaxis"] == drawn()["norm"]["layout"]["yaxis"]
    go.Figure(plain(figures.memory, ()))


@pytest.mark.parametrize(
    "draw",
    [figures.loss_curves, figures.norm_curves, figures.accuracy_curves, figures.state_curves],
)
def test_twins_are_told_apart_without_colour(draw: Figure) -> None:
    spec = plain(draw, PAIR, 100)
    thick = [one["line"]["dash"] for one in lines(spec) if "dash" in one["line"]]
    assert len(set(thick)) == 2
    ends = [one["marker"]["symbol"] for one in spec["data"] if one["mode"] == "markers"]
    assert len(set(ends)) == 2
    assert "◆ with &lt;b&gt;" in words(spec)
    assert "● clipped" in words(spec)


def test_the_axis_of_norms_is_absolute_and_says_what_was_clipped() -> None:
    wild = [Twin("a", log(norm=np.geomspace(1e-12, 1e12, 50).astype(np.float32)), 2.0)]
    spec = plain(figures.norm_curves, wild, 100)
    assert spec["layout"]["yaxis"] == drawn()["norm"]["layout"]["yaxis"]
    for one in spec["data"]:
        assert ((np.asarray(one["y"]) >= 10.0**LOW * 0.999) & (np.asarray(one["y"]) <= 10.0**HIGH * 1.001)).all()
    rule = spec["layout"]["shapes"][0]
    assert (rule["y0"], rule["y1"], rule["line"]["dash"]) == (2.0, 2.0, "dash")
    assert "clipped in 50% of the steps" in words(spec)
    assert "clipped above 2<" in words(spec)
    assert "largest 5" in words(drawn()["norm"])  # of the twin without a threshold


def test_what_breaks_down_stands_as_a_cross_at_the_edge() -> None:
    broken = log(loss=np.array([2.0, 1.0, 1e6, np.nan], np.float32))
    spec = plain(figures.loss_curves, [Twin("a", broken)], 10, 1.0)
    marks = spec["data"][-1]
    assert marks["marker"]["symbol"] == ["triangle-up-open", "x"]
    assert marks["x"].tolist() == [3, 4]
    assert marks["text"] == ["1.0×10⁶", "NaN"]
    assert set(marks["y"].tolist()) == {np.float32(spec["layout"]["yaxis"]["range"][1])}


def test_a_batch_that_asked_nothing_is_no_trouble() -> None:
    spec = plain(figures.accuracy_curves, [Twin("a", log(accuracy=np.array([0.5, np.nan, 1], np.float32)))], 10)
    assert "x" not in [one["marker"]["symbol"] for one in spec["data"] if "marker" in one]


def test_held_out_examples_are_the_thick_line() -> None:
    held = np.where(np.arange(50) % 25 == 24, 0.7, np.nan).astype(np.float32)
    spec = plain(figures.loss_curves, [Twin("a", log(held_loss=held))], 100)
    one = next(one for one in spec["data"] if one["mode"] == "lines+markers")
    assert one["x"].tolist() == [25, 50]
    assert one["line"]["width"] > max(line["line"]["width"] for line in lines(spec))


def test_chance_and_the_step_gone_back_to_are_marked() -> None:
    spec = plain(figures.loss_curves, PAIR, 100, 1.5, at=20)
    dotted, veil, rule = spec["layout"]["shapes"]
    assert (dotted["y0"], dotted["line"]["dash"]) == (1.5, "dot")
    assert (veil["x0"], rule["x0"], rule["x1"]) == (20, 20, 20)
    assert "loss without looking at the input 1.5" in words(spec)  # no guess: whoever guesses has no loss
    assert "chance" not in words(spec)
    assert "chance 25%" in words(drawn()["accuracy"])


def test_figures_side_by_side_stand_level() -> None:
    for twins in (PAIR, PAIR[:1], [Twin("not begun", {}, 1.0)]):
        shown = drawn(twins)
        assert len({str(shown[name]["layout"]["margin"]) for name in ("loss", "accuracy", "norm")}) == 1


def test_earlier_runs_are_named_and_quiet() -> None:
    spec = plain(figures.loss_curves, PAIR, 100, others=[Twin("C", log())])
    assert spec["data"][0]["text"][-1] == "C"
    assert spec["data"][0]["line"]["width"] < lines(spec)[-1]["line"]["width"]


def test_memory_grows_from_pale_to_strong_on_an_absolute_axis() -> None:
    spec = plain(figures.memory, PROBES)
    strengths = [float(one["line"]["color"].split(",")[-1][:-1]) for one in spec["data"]]
    assert strengths == sorted(strengths)
    assert strengths[-1] == 1
    assert [one["line"]["dash"] for one in spec["data"]] == ["dot", "solid", "solid"]
    np.testing.assert_allclose(spec["data"][-1]["y"], PROBES[-1].norms_h, rtol=1e-6)
    assert "before training: first ÷ last 1.0×10⁻⁹" in words(spec)
    assert "∂answer/∂h" in words(spec)
    other = plain(figures.memory, (Probe(0, np.ones(3), np.full(3, 1e-30)),))
    assert other["layout"]["yaxis"] == spec["layout"]["yaxis"]
    assert "∂answer/∂c" in words(other)
    assert "∂answer/∂c" not in words(spec)


def test_cells_are_compared_by_the_gradient_of_the_same_state() -> None:
    """In h, whatever the cell; what an LSTM has in c is drawn beside it, dashed."""
    in_h, in_c = np.geomspace(1e-3, 1, 7), np.geomspace(1e-1, 1, 7)
    lstm, rnn = (plain(figures.memory, [Probe(0, in_h, c)]) for c in (in_c, None))
    np.testing.assert_array_equal(lstm["data"][0]["y"], rnn["data"][0]["y"])
    assert [len(one["data"]) for one in (lstm, rnn)] == [2, 1]
    np.testing.assert_allclose(lstm["data"][1]["y"], in_c, rtol=1e-6)
    assert lstm["data"][1]["line"]["dash"] == "dash"
    for one in (lstm, rnn):
        assert "first ÷ last 0.001" in words(one)


def test_a_legend_says_of_what_step_it_is_and_what_broke() -> None:
    broken = Twin("a", log(), None, broke=50)
    for draw in (figures.loss_curves, figures.accuracy_curves, figures.norm_curves):
        assert "broke down at step 50" in words(plain(draw, [broken], 100))
        assert "broke down" not in words(plain(draw, [broken], 100, at=20))
        there = [Twin("a", {name: values[:20] for name, values in log().items()})]
        assert words(plain(draw, [broken], 100, at=20)) == words(plain(draw, there, 100))
