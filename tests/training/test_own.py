"""The network that a visitor trained, on the pages that read sentences: it is the run's, and reads as such."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as some

import rnnviz
from rnnviz.language import translate
from rnnviz.networks.bodies import OTHERS
from rnnviz.scenes import clipping as clipping_scene
from rnnviz.scenes import gradients as gradients_scene
from rnnviz.scenes import readings
from rnnviz.scenes import step as step_scene
from rnnviz.scenes.writer import View
from rnnviz.tasks import errands
from rnnviz.text import tokenize, vocabulary
from rnnviz.training import advance as library
from rnnviz.training.frozen import OwnNetwork, own_network
from rnnviz.training.runs import Run

LIGHT = View("en", "light", 1.0)
ALICE = tokenize("Starving, Alice drives to the nearest store to buy")


@pytest.fixture(scope="module")
def mine() -> Run:
    return library.advance(library.start("errands", kind="gru", units=8, steps=3, batch=8), 3)


def test_ones_own_network_is_the_runs(mine: Run) -> None:
    inputs = torch.tensor(vocabulary().vectors)[[vocabulary().index(token) for token in ALICE]][None].double()
    found, wanted = readings.tracing_network(own_network(mine), True), library.network_of(mine).double()
    with torch.inference_mode():
        torch.testing.assert_close(found(inputs), wanted(inputs))
        assert not torch.allclose(readings.tracing_network(own_network(mine), False)(inputs), wanted(inputs))


def test_it_reads_sentences_on_the_page_step(mine: Run) -> None:
    shown = json.loads(step_scene.compose_step(ALICE, own_network(mine), "lstm", True, LIGHT).payload)
    assert [one["name"] for one in shown["networks"]] == ["Your network", "LSTM"]
    assert "8 units" in shown["networks"][0]["subtitle"]
    trace = rnnviz.trace(library.network_of(mine), ALICE)
    word, share = shown["networks"][0]["next"][-1][0]
    assert (word, pytest.approx(share, rel=1e-4)) == trace.top(1)[0]


def test_it_takes_the_place_of_its_kind_on_the_page_gradients(mine: Run) -> None:
    source = gradients_scene.Source(ALICE, own=own_network(mine))
    found = gradients_scene.forth_and_back("gru", source).gradients
    trace = rnnviz.trace(library.network_of(mine), ALICE)
    wanted = rnnviz.backpropagate(trace, errands.need_of(ALICE), of="logit")
    np.testing.assert_allclose(found.norms, wanted.norms, rtol=1e-5)
    others = [
        gradients_scene.forth_and_back("lstm", one).gradients.norms for one in (source, gradients_scene.Source(ALICE))
    ]
    np.testing.assert_array_equal(*others)
    names = [
        one["name"]
        for one in json.loads(gradients_scene.gradients_board(source, LIGHT).payload)["sections"][0]["figures"]
    ]
    assert names == ["RNN", "LSTM", "GRU (yours)"]


def test_only_errands_read_sentences() -> None:
    with pytest.raises(ValueError, match="adding"):
        own_network(library.start("adding"))
    for kind in OTHERS:
        with pytest.raises(ValueError, match=kind):
            own_network(library.start("errands", kind=kind))


# Numbers beyond all numbers.


def scaled(kind: str, seed: int, scales: dict[str, float]) -> OwnNetwork:
    """A network whose weights are of these sizes, of 0 where nothing is said."""
    run = library.start("errands", kind=kind, units=3, embedding=4)
    rng = np.random.default_rng(seed)
    weights = {
        name: (rng.choice([-1, 1, 0.3], array.shape) * scales.get(name, 0.0)).astype(np.float32)
        for name, array in run.parameters.items()
    }
    return own_network(replace(run, parameters=weights))


def no_constant(wrong: str) -> None:
    pytest.fail(f"{wrong} is no JSON")


NAMES = sorted(library.start("errands", kind="lstm", units=3, embedding=4).parameters)
sizes = some.dictionaries(
    some.sampled_from(NAMES), some.sampled_from([1e-45, 1.0, 1e10, 1e38, 3.4e38]) | some.floats(0, 3.4e38)
)


@pytest.mark.slow
@settings(deadline=None, max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(some.sampled_from(gradients_scene.KINDS), some.integers(0, 9), sizes, some.sampled_from([ALICE, ("buy",)]))
def test_whatever_its_weights_every_page_shows_it(kind: Any, seed: int, scales: dict[str, float], tokens: Any) -> None:
    mine = scaled(kind, seed, scales)
    source = gradients_scene.Source(tokens, own=mine)
    language = "ja" if seed % 2 else "en"
    view = View(language, "light", 1.0)
    shown = step_scene.compose_step(tokens, mine, "lstm", True, view)
    boards = [gradients_scene.gradients_board(one, view) for one in (source, replace(source, at="every"))]
    boards += [clipping_scene.clipped_board(source, kind, by, 1.0, view) for by in ("off", "norm", "value")]
    for found in (shown, *boards):
        json.loads(found.payload, parse_constant=no_constant)
    # Among such weights a sum may hang on its last digit, here or in PyTorch: then the badge says how far they differ.
    assert np.isfinite([shown.checks[0][1].states, shown.checks[0][1].gradients]).all()


HUGE = dict.fromkeys(NAMES, 1e38)
EXPLODES = {"body.weight_hh_l0": 1e38, "readout.weight": 1e38}
"""Nothing but the way back through the states, at whose zeros every slope is 1."""


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("scales", [HUGE, EXPLODES])
@pytest.mark.parametrize("kind", gradients_scene.KINDS)
def test_a_network_whose_numbers_overflow_is_told_and_shown(kind: str, scales: dict[str, float], language: str) -> None:
    shown = json.loads(
        step_scene.compose_step(ALICE, "lstm", scaled(kind, 0, scales), True, View(language, "light", 1.0)).payload
    )
    name = translate(language, "networks.yours")
    for runs in shown["notice"]:
        assert "3.4·10³⁸" in runs[0][0] + runs[2][0]
        assert [name, "strong"] in runs
        assert "nan" not in "".join(text for text, _ in runs)
    assert all(0 <= p <= 1 for step in shown["networks"][1]["next"] for _, p in step)


def test_a_usual_network_is_not_said_to_overflow(mine: Run) -> None:
    assert not readings.read_sentence(own_network(mine), True, ALICE).overflows
    assert not readings.read_sentence("lstm", True, ALICE).overflows
