"""The network that a visitor trained, on the pages that read sentences: it is the run's, and reads as such."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

import rnnviz
from rnnviz import training as library
from rnnviz.runs import Run
from rnnviz.tasks import errands
from rnnviz.text import tokenize, vocabulary
from rnnviz.ui import backward, stage
from rnnviz.ui.own import own
from rnnviz.ui.stage import View

LIGHT = View("en", "light", 1.0)
ALICE = tokenize("Starving, Alice drives to the nearest store to buy")


@pytest.fixture(scope="module")
def mine() -> Run:
    return library.advance(library.start("errands", kind="gru", units=8, steps=3, batch=8), 3)


def test_ones_own_network_is_the_runs(mine: Run) -> None:
    inputs = torch.tensor(vocabulary().vectors)[[vocabulary().index(token) for token in ALICE]][None].double()
    found, wanted = stage.network(own(mine), True), library.network_of(mine).double()
    with torch.inference_mode():
        torch.testing.assert_close(found(inputs), wanted(inputs))
        assert not torch.allclose(stage.network(own(mine), False)(inputs), wanted(inputs))


def test_it_reads_sentences_on_the_page_step(mine: Run) -> None:
    shown = json.loads(stage.compute(ALICE, own(mine), "lstm", True, LIGHT).payload)
    assert [one["name"] for one in shown["networks"]] == ["Your network", "LSTM"]
    assert "8 units" in shown["networks"][0]["subtitle"]
    trace = rnnviz.trace(library.network_of(mine), ALICE)
    word, share = shown["networks"][0]["next"][-1][0]
    assert (word, pytest.approx(share, rel=1e-4)) == trace.top(1)[0]


def test_it_takes_the_place_of_its_kind_on_the_page_gradients(mine: Run) -> None:
    source = backward.Source(ALICE, own=own(mine))
    found = backward.read("gru", source).gradients
    trace = rnnviz.trace(library.network_of(mine), ALICE)
    wanted = rnnviz.backpropagate(trace, errands.need_of(ALICE), of="logit")
    np.testing.assert_allclose(found.norms, wanted.norms, rtol=1e-5)
    others = [backward.read("lstm", one).gradients.norms for one in (source, backward.Source(ALICE))]
    np.testing.assert_array_equal(*others)
    names = [
        one["name"] for one in json.loads(backward.compute_gradients(source, LIGHT).payload)["sections"][0]["figures"]
    ]
    assert names == ["RNN", "LSTM", "GRU (yours)"]


def test_only_errands_read_sentences() -> None:
    with pytest.raises(ValueError, match="adding"):
        own(library.start("adding"))
