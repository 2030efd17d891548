"""Forty sentences that a class might type for fun, on every page that reads one: each page stands, says what it can,
and calls no answer right where it is not sure what is asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rnnviz.language import translate
from rnnviz.scenes import clipping as clipping_scene
from rnnviz.scenes.clipping import clipped_board
from rnnviz.scenes.compare import answers_board
from rnnviz.scenes.gates import listening_board, remembering_board
from rnnviz.scenes.gradients import Source, gradients_board
from rnnviz.scenes.step import compose_step
from rnnviz.scenes.writer import View
from rnnviz.tasks import errands
from rnnviz.text import MAX_TOKENS, language_of, tokenize

ODD = json.loads((Path(__file__).parents[1] / "labelled" / "odd.json").read_text("utf-8"))
TEXTS = [text for texts in ODD.values() for text in texts]
PAGES = ["en", "ja"]
each_text = pytest.mark.parametrize("text", TEXTS, ids=[f"{k}" for k in range(len(TEXTS))])
each_page = pytest.mark.parametrize("page", PAGES)


def piece(page: str, key: str, **values: Any) -> str:
    return translate(page, f"step.notice.{key}").replace("*", "").format(**values)


def test_there_are_twenty_of_each_language() -> None:
    assert [len(texts) for texts in ODD.values()] == [20, 20]
    assert len(set(TEXTS)) == 40
    for language, texts in (("en", ODD["english"]), ("ja", ODD["japanese"])):
        assert {language_of(text) for text in texts} == {language}
    assert max(len(tokenize(text)) for text in TEXTS) > MAX_TOKENS


@each_page
@each_text
def test_step_says_what_it_can_and_no_more(text: str, page: str) -> None:
    """The verdict calls an answer right or wrong where the rule is sure what is asked for, and nowhere else."""
    tokens = tokenize(text)[:MAX_TOKENS]
    shown = compose_step(tokens, "rnn", "lstm", True, View(page, "light", 1.0))
    sent = json.loads(shown.payload)
    assert [token["text"] for token in sent["tokens"]] == list(tokens)
    assert len(sent["notice"]) == len(tokens)
    assert all(found.largest < 1e-6 for _, found in shown.checks)
    for t, runs in enumerate(sent["notice"]):
        said = "".join(run for run, _ in runs)
        thing = errands.meaning(tokens, t + 1).thing
        names = [one["name"] for one in sent["networks"]]
        verdicts = [piece(page, "both_right"), piece(page, "both_wrong", thing=thing)]
        verdicts += [piece(page, "one_right", right=[a], wrong=[b]) for a, b in (names, names[::-1])]
        assert sum(one in said for one in verdicts) == (thing is not None)
        silent = [piece(page, "open"), piece(page, "lottery")]
        assert sum(one in said for one in silent) == (thing is None and t == len(tokens) - 1)
    assert sent["ask"]["answer"] == errands.need_of(tokens)


@each_text
def test_all_other_pages_stand(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipping_scene, "RUNS", 2)
    tokens = tokenize(text)[:MAX_TOKENS]
    view = View(PAGES[len(text) % 2], "light", 1.0)
    boards = [
        remembering_board("lstm", True, tokens, 0, view),
        listening_board("gru", True, tokens, 1, "z", len(tokens) - 1, view),
        gradients_board(Source(tokens), view),
        clipped_board(Source(tokens), "rnn", "norm", 0.1, view),
        answers_board(tokens, 0, True, view),
    ]
    for board in boards:
        for section in json.loads(board.payload)["sections"]:
            told = [section["title"], "".join(run for run, _ in section["text"])]
            told += [one["label"] for one in section["figures"]]
            for said in told:
                assert said.strip()
                assert not re.search(r"\bnan\b|None", said)
