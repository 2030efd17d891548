"""What the pages Gradients and Clipping ask of their networks: one word of all, and other inputs for a threshold."""

from __future__ import annotations

import json

import pytest
import torch

from rnnviz.language import translate
from rnnviz.recurrence import clipping
from rnnviz.scenes.clipping import RUNS, usual_norms
from rnnviz.scenes.gradients import KINDS, Source, forth_and_back, gradients_board
from rnnviz.scenes.readings import tracing_network
from rnnviz.scenes.writer import View
from rnnviz.text import tokenize, vocabulary

ALICE = tokenize("Starving, Alice drives to the nearest store to buy")


def test_where_no_need_is_stated_all_networks_are_asked_for_the_word_they_hold_likeliest_together():
    disagreed, nets = 0, [tracing_network(kind, True) for kind in KINDS]
    for tokens in (ALICE[2:], ("word",) * 20, ("zzxqy",), ("The", "cat")):
        rows = torch.tensor(vocabulary().vectors)[[vocabulary().index(token) for token in tokens]][None]
        said = [net(rows.to(net.readout.weight.dtype))[0, -1].softmax(0).double() for net in nets]
        disagreed += len({int(p.argmax()) for p in said}) > 1
        word = nets[0].words[int(sum(said).argmax())]
        assert {forth_and_back(kind, Source(tokens)).gradients.targets for kind in KINDS} == {(word,) * len(tokens)}
        for section in json.loads(gradients_board(Source(tokens), View("en", "light", 1.0)).payload)["sections"][:2]:
            assert f"“{word}”" in section["title"]
    assert disagreed  # or this would prove nothing


def test_a_threshold_is_proposed_from_other_inputs_than_the_one_shown():
    shown = clipping.total_norm(forth_and_back("rnn", Source()).gradients.parameters)
    assert len({shown, *usual_norms(Source(), "rnn")}) == RUNS + 1


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("at", ["last", "every"])
def test_what_the_loss_of_a_sentence_is_stands_on_the_page(language, at):
    for tokens, wanted in ((ALICE, True), ((), False)):
        board = gradients_board(Source(tokens, at=at), View(language, "light", 1.0))
        text = "".join(run for run, _ in json.loads(board.payload)["sections"][0]["text"])
        assert (translate(language, "gradients.loss", word="food") in text) == wanted
