"""What the figures of the Compare page contain: rows, reach, lines, names; not their pixels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz import figures
from rnnviz.figures.base import width_in_em
from rnnviz.figures.growth import _ends
from rnnviz.figures.through_time import PALE
from rnnviz.language import labels_of_figures
from rnnviz.networks.sight import Sight
from rnnviz.tasks import errands
from tests.drawn import plain, valid, words

TOKENS = ("Starving", "<b>", "$x$", "to", "to", "buy")
KINDS = ("rnn", "lstm", "gru", "window", "conv", "attention")


def made(kind: str, sees: int = len(TOKENS)) -> Sight:
    """`sees`: how many of the last tokens."""
    seen = np.arange(len(TOKENS)) >= len(TOKENS) - sees
    attention = np.array([[0.5, 0.1, 0.1, 0.1, 0.1, 0.1], [0, 0, 0, 0, 0, 1]]) if kind == "attention" else None
    sizes = np.where(seen, 10.0 ** -np.arange(len(TOKENS)), 0.0)
    return Sight(kind, True, TOKENS, ("food", "<i>"), np.array([0.25, 0.75]), "food", sizes, seen, attention)


LOOKS = [made(kind, 2 if kind == "window" else 6) for kind in KINDS]
TABLE = [
    {
        "network": kind,
        "seed": seed,
        "shipped": seed == 1,
        "words": [0.0, 20.0, 60.0],
        "accuracy": [1.0, 0.8, 0.1 * seed],
    }
    for kind in KINDS
    for seed in range(3)
]
CURVES = {kind: ([2, 20, 200], [10.0 * (k + 1)] * 3) for k, kind in enumerate(KINDS)}


def drawn(**options: Any) -> dict[str, dict]:
    return {
        "answers": plain(figures.answers, LOOKS, "food", **options),
        "open": plain(figures.answers, LOOKS, None, **options),
        "sight": plain(figures.sight, LOOKS, **options),
        "reacts": plain(figures.reacts, LOOKS, **options),
        "generalisation": plain(figures.generalisation, TABLE, 20.0, 7, **options),
        "growth": plain(figures.growth, CURVES | {"wide": ([2, 20, 200], [1.0, 10.0, 1e6])}, 10, **options),
        "speeds": plain(figures.speeds, (5, 20, 80), {k: y for k, (_, y) in CURVES.items()}, (5, 5.0), **options),
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_figure_is_valid_plotly_in_both_languages(language: str, theme: str) -> None:
    for spec in valid(drawn, "compare_figures", language, theme).values():
        assert "<i>" not in words(spec)
        assert "{" not in words(spec)


def test_the_bar_is_the_right_thing_and_the_text_the_likeliest() -> None:
    spec = plain(figures.answers, LOOKS, "food")
    np.testing.assert_array_equal(spec["data"][0]["x"], 0.25)
    assert words(spec).count("&lt;i&gt; 75% · food 25%") == 6
    np.testing.assert_array_equal(plain(figures.answers, LOOKS, None)["data"][0]["x"], 0.75)


def test_the_rows_of_the_three_figures_lie_at_the_same_heights() -> None:
    three = [drawn()[name]["layout"] for name in ("answers", "sight", "reacts")]
    for layout in three:
        margin = layout["margin"]
        assert margin["t"] == three[0]["margin"]["t"]
        assert layout["height"] - margin["t"] - margin["b"] == 40 * len(LOOKS)
        assert layout["yaxis"]["range"] == [5.5, -0.5]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_captions_fit_where_three_figures_stand_abreast_in_large_type(language: str) -> None:
    rem, gap, board = 24, 1.8, 56  # of board.css and projector.css: the narrowest board with three columns
    labels = labels_of_figures(language, "compare_figures")
    longest = max(errands.THINGS, key=len)
    looks = [replace(look, target=longest, words=(longest, "<i>")) for look in LOOKS]
    look: dict[str, Any] = {"labels": labels, "scale": 1.5}
    three = [plain(figures.answers, looks, longest, **look), plain(figures.sight, looks, **look)]
    for spec in (*three, plain(figures.reacts, looks, **look)):
        said = spec["layout"]["annotations"][0]
        widest = max(map(width_in_em, said["text"].split("<br>")))
        assert widest * said["font"]["size"] < (board - 2 * gap) / 3 * rem


def test_a_word_out_of_reach_is_empty_in_one_figure_and_crossed_in_the_other() -> None:
    window = plain(figures.sight, LOOKS)["data"][KINDS.index("window")]
    assert np.isnan(window["z"][0]).tolist() == [True] * 4 + [False] * 2
    grid, crosses = plain(figures.reacts, LOOKS)["data"]
    assert list(crosses["y"]) == [3.0] * 4
    assert crosses["x"] == grid["x"][:4]
    assert len(set(grid["x"])) == len(TOKENS)


@pytest.mark.parametrize("count", [1, 6, 16, 17, 47, 184])
def test_the_first_and_the_last_word_are_named(count: int) -> None:
    tokens = tuple(f"w{t}" for t in range(count))
    look = replace(made("lstm"), tokens=tokens, saliency=np.ones(count), sees=np.full(count, True))
    axis = plain(figures.reacts, [look])["layout"]["xaxis"]
    assert axis["tickvals"][0] == 0
    assert axis["tickvals"][-1] == count - 1
    assert axis["ticktext"] == [f"w{t}" for t in axis["tickvals"]]
    assert len(axis["tickvals"]) <= 17


def test_attention_shows_its_mean_and_each_head() -> None:
    rows = plain(figures.sight, LOOKS)["data"][-1]
    attention = LOOKS[-1].attention
    assert attention is not None
    np.testing.assert_allclose(rows["z"], [attention.mean(0), *attention])
    assert len(rows["y"]) == 4  # edges
    eight = replace(LOOKS[-1], attention=np.full((8, 6), 1 / 6))
    assert len(plain(figures.sight, [eight])["data"][-1]["y"]) == 10


def test_colours_of_gradients_are_absolute() -> None:
    a = plain(figures.reacts, LOOKS)["data"][0]
    b = plain(figures.reacts, [replace(one, saliency=one.saliency * 1e-3) for one in LOOKS])["data"][0]
    assert (a["zmin"], a["zmax"]) == (b["zmin"], b["zmax"])
    assert a["z"][0, 0] == 0
    assert b["z"][0, 0] == pytest.approx(-3)
    assert np.nanmin(b["z"]) >= PALE - 1


def test_every_seed_is_a_line_and_the_shipped_one_thick() -> None:
    lines = plain(figures.generalisation, TABLE, 20.0)["data"]
    assert len(lines) == 18
    thick = [line for line in lines if line["line"]["width"] > 2]
    assert len(thick) == 6
    assert lines[-6:] == thick  # on top
    assert all(line["y"][-1] == pytest.approx(0.1) for line in thick)


def test_equal_curves_share_a_name_and_a_short_one_is_named_where_it_stops() -> None:
    curves = {"rnn": ([1, 10], [3.0, 30.0]), "gru": ([1, 10], [3.0, 30.0]), "window": ([1, 10], [1.0, np.nan])}
    notes = [note["text"] for note in plain(figures.growth, curves, 5)["layout"]["annotations"]]
    assert notes == ["RNN, GRU", "Window: no further"]


def test_speeds_are_ratios_to_the_rnn() -> None:
    table = {"rnn": (100.0, 10.0), "attention": (50.0, 40.0)}
    spec = plain(figures.speeds, (5, 80), table, (5, 5.0))
    np.testing.assert_allclose(spec["data"][0]["y"], 1)
    np.testing.assert_allclose(spec["data"][1]["y"], [0.5, 4.0])
    low, high = spec["layout"]["yaxis"]["range"]
    assert low < np.log10(0.5) < np.log10(5) < high


@given(st.dictionaries(st.sampled_from(KINDS), st.floats(0, 1), min_size=1))
def test_names_at_the_ends_never_touch_and_stay_on_the_axis(at: dict[str, float]) -> None:
    look = figures.Look(figures.english("compare_figures"))
    notes, room = _ends({kind: [kind] for kind in at}, at, (0.0, 1.0), 200, look)
    places = sorted(note["y"] for note in notes)
    assert min(np.diff(places), default=1.0) >= 14 / 200 - 1e-9
    assert places[0] >= 0
    assert places[-1] <= 1
    assert room > 20
