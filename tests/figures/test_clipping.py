"""What the figures of the Clipping page contain: axes, marks, words, what lies outside; not their pixels."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz import clip, figures
from rnnviz.figures import theme as themes
from rnnviz.figures.cliff import FLAT, STEEP
from rnnviz.figures.clipping import HIGH, LOW
from rnnviz.figures.paths import visible
from rnnviz.language import labels_of_figures
from rnnviz.numbers import three_digits
from rnnviz.recurrence import cliff
from rnnviz.recurrence.clipping import changes, proposed
from tests.drawn import plain, valid, words

BOX = ((4.0, 6.0), (-4.0, -1.0))
SURFACE = cliff.surface(lines=11, points=60)
PATHS = {
    "with <b>": cliff.descend((5.5, -2.0), 0.5, 40),
    "clipped": cliff.descend((5.5, -2.0), 0.5, 40, 0.3),
}
BEFORE = {"weight": np.full((2, 2), 30.0), "bias<b>": np.array([1e-9, 0.0])}


def drawn(**options: object) -> dict[str, dict]:
    """Every figure once."""
    norms = [1.0, 2.0, np.inf, 1e9, np.nan, 1e-9, 0.0]
    by_norm = changes(BEFORE, clip(BEFORE, norm=1.0).after)
    return {
        "before_after": plain(figures.before_after, by_norm, 1.0, **options),
        "by_value": plain(figures.before_after, changes(BEFORE, clip(BEFORE, value=1.0).after), value=1.0, **options),
        "running": plain(figures.running, norms, proposed(norms), 3.0, **options),
        "cliff": plain(figures.cliff, SURFACE, PATHS, **options),
        "map": plain(figures.cliff_map, SURFACE, PATHS, **options),
        "error": plain(figures.error, PATHS, box=BOX, **options),
        "bifurcation": plain(figures.bifurcation, cliff.branches(5.0), -2.5, **options),
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_figure_is_valid_plotly_in_both_languages(language: str, theme: str) -> None:
    labels = labels_of_figures(language, "clipping_figures")
    for spec in valid(drawn, "clipping_figures", language, theme).values():
        assert "<b>" not in words(spec).replace("<b>clipped</b>", "").replace(f"<b>{labels['total']}</b>", "").replace(
            "<b>with &lt;b&gt;</b>", ""
        )
    assert isinstance(figures.bifurcation(cliff.branches(5.0)), go.Figure)


def test_what_is_typed_is_shown_as_typed() -> None:
    for name, spec in drawn().items():
        written = figures.as_json(spec).decode()
        assert "bias<b>" not in written, name
        assert "with <b>" not in written, name


# Before and after.


def test_rows_hold_the_norms_and_the_total() -> None:
    found = changes(BEFORE, clip(BEFORE, norm=1.0).after)
    spec = plain(figures.before_after, found, 1.0)
    assert spec["layout"]["yaxis"]["ticktext"] == ["<b>all</b>", "bias&lt;b&gt;", "weight"]
    before, after = spec["data"][-2:]
    np.testing.assert_allclose(before["x"], [60, 10.0**LOW, 60])
    np.testing.assert_allclose(after["x"], [1, 10.0**LOW, 1])
    assert before["marker"]["symbol"] == ["circle-open", "triangle-left-open", "circle-open"]
    line, *_ = [shape for shape in spec["layout"]["shapes"] if shape["line"].get("dash") == "dash"]
    assert (line["x0"], line["x1"], line["xref"]) == (1.0, 1.0, "x")
    assert "threshold 1" in words(spec)
    assert "0°" in words(spec)


@pytest.mark.parametrize("size", [0.0, 1e-30, 1.0, 1e30, np.inf, np.nan])
def test_the_axis_of_norms_is_absolute(size: float) -> None:
    before = {"w": np.array([size, 1.0])}
    spec = plain(figures.before_after, changes(before, clip(before, norm=1.0).after), 1.0)
    assert spec["layout"]["xaxis"] == drawn()["before_after"]["layout"]["xaxis"]
    for one in spec["data"]:
        assert np.isfinite(one["x"]).all()
        assert ((one["x"] >= 10.0**LOW) & (one["x"] <= 10.0**HIGH)).all()
    off = spec["data"][-2]["marker"]["symbol"][0]
    assert off == ("circle-open" if size <= 1 else "triangle-right-open")
    assert ("overflowed" in words(spec)) == (not np.isfinite(size))


def test_clipping_by_value_has_no_line_on_the_axis_of_norms() -> None:
    spec = drawn()["by_value"]
    assert not [shape for shape in spec["layout"]["shapes"] if shape["line"].get("dash") == "dash"]
    assert "within ±1" in words(spec)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (40.777, "40.8"),
        (-2.5, "−2.5"),
        (6773.1, "6,773"),
        (2e7, "2.0×10⁷"),
        (4.9e-4, "4.9×10⁻⁴"),
        (np.inf, "∞"),
        (-np.inf, "−∞"),
        (np.nan, "NaN"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert three_digits(value) == text


# A run.


def test_running_shows_norms_average_and_band() -> None:
    norms = np.array([1.0, 3.0, 1e9, np.inf, np.nan, 2.0])
    found = proposed(norms, window=3)
    low, high, *narrow, dots, average = plain(figures.running, norms, found, 5.0)["data"]
    np.testing.assert_allclose(average["y"], found.average.clip(10.0**LOW, 10.0**HIGH))
    np.testing.assert_allclose(low["y"], (found.average / 2).clip(10.0**LOW, 10.0**HIGH))
    np.testing.assert_allclose(high["y"], (10 * found.average).clip(10.0**LOW, 10.0**HIGH))
    assert high["fill"] == "tonexty"
    for edge, factor in zip(narrow, (1 / 20, 1 / 5), strict=True):
        np.testing.assert_allclose(edge["y"], (factor * found.average).clip(10.0**LOW, 10.0**HIGH))
        assert edge["line"]["dash"] == "dot"
    assert dots["marker"]["symbol"] == ["circle", "circle", *["triangle-up"] * 3, "circle"]
    assert dots["text"][2:5] == ["1.0×10⁹", "∞", "NaN"]


def test_an_empty_run_can_be_drawn() -> None:
    go.Figure(plain(figures.running, [], proposed([])))
    go.Figure(plain(figures.running, [np.nan], proposed([np.nan])))


# The cliff.


def test_the_surface_is_drawn_as_it_was_sampled() -> None:
    ground = drawn()["cliff"]["data"][0]
    assert ground["x"].shape == ground["y"].shape == ground["z"].shape == SURFACE.b.shape
    np.testing.assert_allclose(ground["z"], SURFACE.error, rtol=1e-6)
    np.testing.assert_allclose(10.0 ** ground["surfacecolor"], SURFACE.steepness, rtol=1e-5)
    assert (ground["cmin"], ground["cmax"]) == (FLAT, STEEP)
    assert ground["surfacecolor"].max() == pytest.approx(np.log10(2e7), abs=0.05)


def test_the_map_does_not_lose_the_wall() -> None:
    heat = drawn()["map"]["data"][0]
    np.testing.assert_allclose(heat["z"].max(0), np.log10(SURFACE.steepness.max(1)), rtol=1e-6)
    assert np.isfinite(heat["z"]).all()
    assert (heat["zmin"], heat["zmax"]) == (FLAT, STEEP)
    for line, w in enumerate(SURFACE.w):
        if w > 4.4:
            at = heat["y"][heat["z"][:, line].argmax()]
            assert at == pytest.approx(cliff.wall(float(w)), abs=0.03)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_step_of_colour_is_a_power_of_ten(theme: str) -> None:
    """From 10⁻² to 10⁷: nine colours, none of them the ground, on which a surface of its colour would not be seen."""
    for one in (drawn(theme=theme)["cliff"]["data"][0], drawn(theme=theme)["map"]["data"][0]):
        edges = [FLAT + place * (STEEP - FLAT) for place, _ in one["colorscale"]]
        np.testing.assert_allclose(edges, np.repeat(np.arange(FLAT, STEEP + 1), 2)[1:-1], atol=1e-9)
        colours = [colour for _, colour in one["colorscale"]]
        assert colours[::2] == colours[1::2]
        assert len({*colours, themes.THEMES[theme].ground}) == 10


def test_a_path_that_leaves_is_cut_at_the_edge_and_marked() -> None:
    seen = visible(PATHS["with <b>"], BOX)
    assert len(seen.exits) == 1
    exit_w, exit_b = seen.w[seen.exits[0]], seen.b[seen.exits[0]]
    assert exit_b == pytest.approx(-1.0)
    assert 4 <= exit_w <= 6
    for spec in (drawn()["cliff"], drawn()["map"], drawn()["error"]):
        assert "leaves at step 33, for (201, 314)" in words(spec)
        assert "step 40: E = " in words(spec)
    cross = drawn()["cliff"]["data"][2]
    assert (cross["x"], cross["y"]) == ([exit_w], [exit_b])
    assert drawn()["map"]["data"][2]["marker"]["symbol"].count("x") == 1


def path(points: list[tuple[float, float]]) -> cliff.Descent:
    zeros = np.zeros(len(points))
    return cliff.Descent(np.array(points), zeros, zeros, None)


NUMBERS = st.one_of(st.floats(-10, 10), st.sampled_from([np.inf, -np.inf, np.nan, 1e300]))


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=8))
def test_nothing_outside_the_box_is_drawn(points: list[tuple[float, float]]) -> None:
    (low_w, high_w), (low_b, high_b) = BOX
    seen = visible(path(points), BOX)
    shown = np.isfinite(seen.w)
    assert ((seen.w[shown] >= low_w - 1e-9) & (seen.w[shown] <= high_w + 1e-9)).all()
    assert ((seen.b[shown] >= low_b - 1e-9) & (seen.b[shown] <= high_b + 1e-9)).all()
    inside = [p for p in points if low_w <= p[0] <= high_w and low_b <= p[1] <= high_b]
    kept = set(zip(seen.w[shown].tolist(), seen.b[shown].tolist(), strict=True))
    assert set(inside) <= kept


def test_a_line_through_the_box_is_drawn_from_edge_to_edge() -> None:
    seen = visible(path([(3.0, -2.0), (7.0, -2.0)]), BOX)
    np.testing.assert_allclose(seen.w[:2], [4, 6])
    assert seen.exits.tolist() == [1]
    assert visible(path([(3.0, -5.0), (3.0, 5.0)]), BOX).w.size == 0
    overflown = visible(path([(5.0, -2.0), (np.inf, np.nan), (np.nan, np.nan)]), BOX)
    assert overflown.exits.tolist() == [0]
    go.Figure(plain(figures.cliff_map, SURFACE, {"p": path([(5.0, -2.0), (np.inf, np.nan)])}))


def test_paths_are_told_apart_without_colour() -> None:
    first, second = drawn()["error"]["data"]
    assert first["line"]["dash"] != second["line"]["dash"]
    assert first["marker"]["symbol"] != second["marker"]["symbol"]
    np.testing.assert_array_equal(first["y"], PATHS["with <b>"].errors)
    assert drawn()["error"]["layout"]["yaxis"]["range"] == [0, 0.5]


def test_the_bifurcation_shows_both_folds_and_the_wall() -> None:
    spec = drawn()["bifurcation"]
    lines = [one for one in spec["data"] if one["mode"] == "lines"]
    assert [one["line"]["dash"] for one in lines] == ["solid", "dash", "solid"]
    assert "b = −2.656" in words(spec)
    assert "b = −2.344" in words(spec)
    assert "−2.6123" in words(spec)
    one_branch = plain(figures.bifurcation, cliff.branches(3.0))
    assert [one["line"]["dash"] for one in one_branch["data"]] == ["solid"]
    assert "wall" not in words(one_branch)
