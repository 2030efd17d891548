"""What the page Gates sends: its words and figures at the ends of all settings, and the numbers that they hold."""

from __future__ import annotations

import base64
import json
import math
import re
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz import figures
from rnnviz.figures.gates import BEYOND, SHORTEST
from rnnviz.language import labels_of, translate
from rnnviz.numbers import duration
from rnnviz.recurrence import memory
from rnnviz.scenes import gates as gates_scene
from rnnviz.scenes.readings import tracing_network
from rnnviz.scenes.writer import View
from rnnviz.text import language_of, tokenize
from rnnviz.training import zoo
from rnnviz.ui import gates
from tests.drawn import plain

ALICE = tokenize("Starving, Alice drives to the nearest store to buy")
LIGHT = View("en", "light", 1.0)
views = st.builds(View, st.sampled_from(["en", "ja"]), st.sampled_from(["light", "dark"]), st.sampled_from([1.0, 1.5]))
words = st.lists(
    st.sampled_from([*dict.fromkeys(ALICE), "zzxqy", "<b>", "$x$", "*", "{0}", "お腹"]), min_size=1, max_size=9
).map(tuple)
networks = st.sampled_from(["lstm", "gru"])


def section(board: Any) -> dict[str, Any]:
    (found,) = json.loads(board.payload)["sections"]
    return found


def read(kind: str, trained: bool, tokens: tuple[str, ...]) -> rnnviz.Trace:
    return rnnviz.trace(tracing_network(zoo.reading(kind, language_of(tokens)), trained), tokens)


def decoded(block: Any) -> np.ndarray:
    shape = [int(n) for n in str(block.get("shape", "-1")).split(",")]
    return np.frombuffer(base64.b64decode(block["bdata"]), block["dtype"].replace("f", "<f")).reshape(shape)


def sound(found: dict[str, Any], tokens: tuple[str, ...]) -> None:
    """Nothing unfilled, nothing empty, and figures that Plotly takes."""
    said = [found["title"], *(run for run, _ in found["text"]), *(one["label"] for one in found["figures"])]
    for word in said:
        assert word.strip()
        if not set(tokens) & {"{0}"}:
            assert not re.search(r"\{\w+\}", word)
    for one in found["figures"]:
        go.Figure(one["figure"])
        assert one["figure"]["layout"]["height"] > 0


@pytest.mark.parametrize(("bias", "half"), [(0.0, "1.0"), (1.0, "2.2"), (3.0, "14.3"), (5.0, "103")])
def test_the_half_life_of_a_forget_bias(bias: float, half: str) -> None:
    found = section(gates_scene.forgetting_board(bias, LIGHT))
    assert f"half is left after {half} steps" in found["title"]
    text = "".join(run for run, _ in found["text"])
    shown = float(re.search(rf"ln 0\.5 ÷ ln ([\d.]+) = {half}\.", text)[1])  # type: ignore[index]
    assert "A bias of 1 keeps half for 2.2 steps, a bias of 5 for 103." in text
    assert math.log(0.5) / math.log(shown) == pytest.approx(float(half), rel=0.05 / float(half) + 1e-3)


@given(st.integers(-6, 12).map(lambda n: n / 2), views)
@settings(deadline=None, max_examples=30)
def test_every_bias_has_a_calculation_that_comes_out_right(bias: float, view: View) -> None:
    found = section(gates_scene.forgetting_board(bias, view))
    sound(found, ())
    gate, half = gates_scene.in_digits(bias)
    assert gate in found["title"]
    assert half in found["title"]
    assert float(gate) == pytest.approx(1 / (1 + math.exp(-bias)), abs=5e-4)
    assert duration(math.log(0.5) / math.log(float(gate))) == half


def test_the_curve_is_what_is_left() -> None:
    curves = [one for one in plain(figures.forgetting, 3.0)["data"] if one["mode"] == "lines"]
    own = curves[-1]
    f = 1 / (1 + math.exp(-3))
    np.testing.assert_allclose(own["y"], f ** own["x"])
    assert len(curves) == 3  # its own, and two of the three for comparison


@settings(deadline=None, max_examples=12)
@given(networks, st.booleans(), words, views)
@example("gru", True, ("<b>",), View("ja", "dark", 1.5))
def test_the_memory_board_says_and_draws_what_the_units_hold(
    kind: str, trained: bool, tokens: tuple[str, ...], view: View
) -> None:
    found = section(gates_scene.remembering_board(kind, trained, tokens, 0, view))
    sound(found, tokens)
    trace = read(kind, trained, tokens)
    gate = trace.gates["f" if kind == "lstm" else "z"].astype(float)
    longer = int(((gate[1:] if len(tokens) > 1 else gate).prod(0) > 0.5).sum())  # what the sentence itself leaves
    title = translate(view.language, "gates.memory.title", longer=longer, units=trace.h.shape[1])
    assert found["title"] == title
    half, holds = (one["figure"] for one in found["figures"])
    order = memory.longest_first(trace)
    shown = decoded(half["data"][1]["x"])
    halves, steps = memory.half_lives(trace)[order], max(1, len(tokens) - 1)
    inside = halves <= steps
    np.testing.assert_allclose(shown[inside], np.maximum(halves[inside], SHORTEST))
    assert (shown[~inside] == BEYOND * steps).all()  # no number where the sentence shows none
    assert (~inside).sum() == longer
    last = (trace.h if trace.c is None else trace.c)[-1]
    np.testing.assert_allclose(decoded(holds["data"][0]["z"]).sum(1), last[order], atol=1e-5)
    assert half["layout"]["height"] == holds["layout"]["height"]  # rows beside rows
    assert half["layout"]["margin"]["t"] == holds["layout"]["margin"]["t"]
    assert (holds["data"][0]["zmin"], holds["data"][0]["zmax"]) == (-1, 1)


def test_the_words_told_of_hold_the_largest_shares() -> None:
    parts = np.array([3.0, -6.0, 0.5, 0.5])
    said = gates_scene.telling("en", 7, 12.34, parts, ("<b>", "{x}", "c", "d"))
    assert said == "Unit 7 (half-life longer than this sentence) holds “{x}” (60%) and “<b>” (30%)."
    assert gates_scene.telling("en", 7, 2.24, parts, tuple("abcd")).startswith("Unit 7 (half-life 2.2 steps) holds")
    assert translate("en", "gates.held_nothing") in gates_scene.telling("en", 7, np.inf, np.zeros(4), tuple("abcd"))


@settings(deadline=None, max_examples=15)
@given(networks, st.booleans(), words, views, st.data())
def test_the_bars_add_up_to_what_the_gate_says(
    kind: str, trained: bool, tokens: tuple[str, ...], view: View, data: Any
) -> None:
    unit, step = data.draw(st.integers(0, 31)), data.draw(st.integers(0, len(tokens) - 1))
    letter = data.draw(st.sampled_from(gates_scene.LETTERS[kind]))
    found = section(gates_scene.listening_board(kind, trained, tokens, unit, letter, step, view))
    sound(found, tokens)
    one, every = (figure["figure"] for figure in found["figures"])
    bars = decoded(one["data"][0]["x"])
    assert bars[:3].sum() == pytest.approx(bars[3])
    gate = float(read(kind, trained, tokens).gates[letter][step, unit])
    assert (np.tanh(bars[3]) if letter in "gn" else 1 / (1 + np.exp(-bars[3]))) == pytest.approx(gate, abs=1e-5)
    stacked = [decoded(trace["y"]) for trace in every["data"]]
    np.testing.assert_allclose(sum(stacked[:3]), stacked[3], atol=1e-9)
    np.testing.assert_allclose([curve[step] for curve in stacked], bars, atol=1e-9)


@given(st.lists(st.floats(-30, 30), min_size=3, max_size=3))
def test_rounded_parts_add_up_to_the_rounded_sum(parts: list[float]) -> None:
    *shown, total = (float(text.replace("−", "-")) for text in gates_scene.adding_up([*parts, sum(parts)]))
    assert sum(shown) == pytest.approx(total, abs=2e-6)
    np.testing.assert_allclose(shown, parts, atol=0.0051)


@pytest.mark.parametrize("kind", gates_scene.LETTERS)
def test_the_gates_of_the_link_are_those_of_the_cell(kind: str) -> None:
    assert sorted(gates_scene.LETTERS[kind]) == sorted(read(kind, True, ALICE).gates)
    assert [gates_scene.letter_of(kind, id) for id in gates_scene.GATES[kind]] == list(gates_scene.LETTERS[kind])


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_hand_has_words_for_all_it_may_say(language: str) -> None:
    """Every key that challenges.js names has a label, and every label that is there is named."""
    code = "".join((gates.component.ASSETS / "gates" / name).read_text() for name in ("challenges.js", "gates.js"))
    labels = labels_of(language, "gates.hand")
    kinds = ("lstm", "gru", "rnn")
    wanted = set()
    for key in re.findall(r'key: "(\w+)"', code) + re.findall(r'"(not_noticed|lost|not_forgotten|noise)"', code):
        wanted.add(key)
    for stem in ("shown", "no_unit"):
        wanted |= {f"{stem}_{kind}" for kind in kinds}
    for stem in ("not_in", "faded", "mixed"):
        wanted |= {f"{stem}_{kind}" for kind in kinds[:2]}
    wanted |= {"miscounted_letter", "miscounted_bracket"}
    assert wanted == set(labels["checked"])
    assert set(labels["notice"]) == {f"{rnn}{name}" for name in ("hold", "count", "stop") for rnn in ("", "rnn_")}
