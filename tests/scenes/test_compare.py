"""What the page Compare says and sends: sights against other ways to find them, words against records."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.language import _text as words_of
from rnnviz.networks import timing
from rnnviz.networks.sight import sight_of
from rnnviz.scenes import compare as compare_scene
from rnnviz.scenes.seeds import seeds_table
from rnnviz.scenes.writer import View
from rnnviz.tasks import errands
from rnnviz.text import tokenize, vocabulary
from rnnviz.training import zoo
from rnnviz.training.advance import CLAUSES
from rnnviz.ui import asked

ALICE = tokenize("Starving, Alice drives to the nearest store to buy")
LIGHT = View("en", "light", 1.0)
views = st.builds(View, st.sampled_from(["en", "ja"]), st.sampled_from(["light", "dark"]), st.sampled_from([1.0, 1.5]))
words = st.lists(
    st.sampled_from([*dict.fromkeys(ALICE), "zzxqy", "<b>", "$x$", "*", "お腹"]), min_size=1, max_size=9
).map(tuple)


def sections(board: Any) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in json.loads(board.payload)["sections"]}


def said(section: dict[str, Any]) -> str:
    return section["title"] + " " + "".join(run for run, _ in [*section["text"], *(section["foot"] or [])])


def sound(board: Any) -> None:
    """Nothing unfilled, nothing empty, and figures that Plotly takes."""
    for section in sections(board).values():
        for text in (said(section), *(one["label"] for one in section["figures"])):
            assert text.strip()
            assert not re.search(r"\{\w*\}|nan|None", text)
        for one in section["figures"]:
            go.Figure(one["figure"])
            assert one["figure"]["layout"]["height"] > 0


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_saliency_is_what_the_way_back_finds(kind: str) -> None:
    """Autograd here, the closed form of `rnnviz.recurrence.bptt` there, and the projection by hand between them."""
    network = compare_scene.double_network(kind, True)
    found = sight_of(network, ALICE, "food")
    trace = rnnviz.trace(network, ALICE)
    into_body = rnnviz.backpropagate(trace, "food", of="logit").dx
    projection = network.projection.weight.detach().numpy()  # type: ignore[union-attr, operator]
    np.testing.assert_allclose(found.saliency, np.linalg.norm(into_body @ projection, axis=1), rtol=1e-6)
    assert found.best[0] == trace.top(1)[0][0]
    assert found.best[1] == pytest.approx(trace.top(1)[0][1])


@pytest.mark.parametrize("kind", compare_scene.KINDS)
def test_what_is_out_of_reach_cannot_change_the_answer(kind: str) -> None:
    network = compare_scene.double_network(kind, True)
    tokens = errands.stretch(ALICE, 30)
    found = sight_of(network, tokens, "food")
    vectors = torch.tensor(vocabulary().vectors[[vocabulary().index(t) for t in tokens]]).double()[None]
    before = network(vectors)[0, -1]
    for t in range(len(tokens)):
        changed = vectors.clone()
        changed[0, t] += 1.0
        felt = bool((network(changed)[0, -1] != before).any())
        assert felt or found.saliency[t] == 0  # a ReLU may be shut
        assert found.sees[t] or not felt
    assert (found.saliency[~found.sees] == 0).all()
    if found.attention is not None:
        np.testing.assert_allclose(found.attention.sum(1), 1)


def test_nothing_to_read_and_unsayable_targets_raise() -> None:
    with pytest.raises(ValueError, match="no word"):
        sight_of(compare_scene.double_network("lstm", True), ())
    with pytest.raises(ValueError, match="Starving"):
        sight_of(compare_scene.double_network("lstm", True), ALICE, "Starving")


@settings(deadline=None, max_examples=10)
@given(words, st.booleans(), views)
@example(("<b>",), True, View("ja", "dark", 1.5))
def test_any_sentence_is_answered(tokens: tuple[str, ...], trained: bool, view: View) -> None:
    sound(compare_scene.answers_board(tokens, 0, trained, view))


@settings(deadline=None, max_examples=6)
@given(st.integers(1, 190), st.integers(0, 64), views)
@example(1, 0, LIGHT)
def test_any_length_is_counted(length: int, between: int, view: View) -> None:
    sound(compare_scene.accuracy_board(between, view))
    sound(compare_scene.growing_board(length, view))


@pytest.mark.parametrize("between", [0, 40])
def test_the_words_say_what_the_records_hold(between: int) -> None:
    tokens = errands.stretch(ALICE, between)
    found = {one.kind: one for one in compare_scene.looks(tokens, True)}
    text = said(sections(compare_scene.answers_board(tokens, between, True, LIGHT))["answers"])
    right = [one for one in found.values() if one.best[0] == "food"]
    assert f"{len(right)} of 6 networks say “food”, words in between: {between}" in text
    rnn, lstm = (f"{100 * found[kind].chance_of('food'):.0f}" for kind in ("rnn", "lstm"))
    assert f"gives “food” {rnn}%, the LSTM {lstm}%" in text
    assert f"lies {len(tokens) - 1} words back" in text
    assert " ".join(tokens[-5:]) in text
    shown = sections(compare_scene.growing_board(len(tokens), LIGHT))
    n = len(tokens)
    assert f"{n}·64·39 + 39 = {n * 64 * 39 + 39:,}" in said(shown["costs"])
    assert f"2·{n}·32 = {64 * n:,} multiply-adds for each word, {64 * n * n:,}" in said(shown["ways"])


def test_a_short_sentence_leaves_the_need_in_the_window() -> None:
    text = said(sections(compare_scene.answers_board(tokenize("Hungry, Bob walks to buy"), 0, True, LIGHT))["answers"])
    assert "still among the words that it sees" not in text  # a comma is a token: six are read
    text = said(sections(compare_scene.answers_board(tokenize("If hungry, buy"), 0, True, LIGHT))["answers"])
    assert "still among the words that it sees" in text


def claim(all_six: Any, key: str) -> bool | None:
    writer = compare_scene.Teller("compare", "compare_figures", LIGHT)
    return compare_scene.claims_of(all_six, all_six[0].tokens, 0, "food", True, writer)[key][0]


def test_a_claim_is_true_where_the_numbers_are_so() -> None:
    """What the page opens on does not show that an RNN forgets, and the page says so; where it named another word, the
    claim would be true here."""
    rnn, *others = compare_scene.looks(ALICE, True)
    assert rnn.best[0] == others[0].best[0] == "food"
    assert claim((rnn, *others), "c2") is False
    text = said(sections(compare_scene.answers_board(ALICE, 0, True, LIGHT))["answers"])
    assert "carries it to the end”: not here." in text
    wrong = replace(rnn, probabilities=np.roll(rnn.probabilities, 1))
    assert wrong.best[0] != "food"
    assert claim((wrong, *others), "c2") is True
    forgot_too = replace(others[0], probabilities=wrong.probabilities)
    assert claim((wrong, forgot_too, *others[1:]), "c2") is False


def test_what_the_convolution_reads_whole_does_not_show_that_it_is_local() -> None:
    long = errands.stretch(ALICE, 40)
    assert claim(compare_scene.looks(ALICE, True), "c23_local") is False
    assert claim(compare_scene.looks(long, True), "c23_local") is True
    assert claim(compare_scene.looks(long, True), "c23_fixed") is False


ROWS: list[dict[str, Any]] = json.loads((zoo.WEIGHTS / "seeds.json").read_text())


@pytest.mark.parametrize(("level", "words"), [(0, None), (1, None), (2, 0.0), (3, 5.4), (6, 22.1), (14, 65.5)])
def test_how_far_a_network_trained(level: int, words: float | None) -> None:
    """Level 0 is advice, 1 the shortest sentences, and each further one has another clause."""
    assert compare_scene.trained_to(ROWS[0] | {"level": level}) == words


@pytest.mark.parametrize("view", [LIGHT, View("ja", "light", 1.0)])
def test_the_table_of_accuracies_is_that_of_all_seeds(view: View) -> None:
    for kind, row in zip(compare_scene.KINDS, compare_scene.accuracies(view), strict=True):
        _, trained, *cells = row.values()
        mine = [one for one in ROWS if one["network"] == kind]
        for at, cell in zip([0, mine[0]["clauses"].index(CLAUSES), -1], cells, strict=True):
            shares = [100 * one["accuracy"][at] for one in mine]
            shipped = next(100 * one["accuracy"][at] for one in mine if one["shipped"])
            shown = [float(n) for n in re.findall(r"\d+", cell)]
            np.testing.assert_allclose(shown, [shipped, np.mean(shares), min(shares), max(shares)], atol=0.51)
        assert bool(re.search(r"\d", trained)) == all(one["level"] > 1 for one in mine)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_table_of_seeds_has_their_mean_and_range(language: str) -> None:
    lines = seeds_table(("rnn", "lstm"), language)
    assert len(lines) == 2 * (5 + 1)
    for line, kind in ((lines[5], "rnn"), (lines[11], "lstm")):
        mine = [one for one in ROWS if one["network"] == kind]
        unseen = [100 * one["held_out"][0] for one in mine]
        shown = [float(n) for n in re.findall(r"\d+", list(line.values())[-1])]
        np.testing.assert_allclose(shown, [np.mean(unseen), min(unseen), max(unseen)], atol=0.51)


def test_the_dots_stand_where_training_ended() -> None:
    """On the line of the seed on this page; the window never came to errands, and has none."""
    [chart] = sections(compare_scene.accuracy_board(0, LIGHT))["accuracy"]["figures"]
    dots = [one for one in chart["figure"]["data"] if one["mode"] == "markers"]
    assert sorted(one["x"][0] for one in dots) == pytest.approx([5.4, 16.6, 65.5, 65.5, 65.5], abs=0.1)
    text = said(sections(compare_scene.accuracy_board(0, LIGHT))["accuracy"])
    assert "RNN 5 words" in text
    assert "Window no errand" in text


@pytest.mark.parametrize(("kind", "factor"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_one_bias_is_a_row_of_units_fewer(kind: str, factor: int) -> None:
    body, fewer = compare_scene.with_one_bias(kind) or (0, 0)
    module = compare_scene.double_network(kind, True).body
    assert body == sum(p.numel() for p in module.parameters())
    assert body - fewer == factor * compare_scene.double_network(kind, True).shape.units
    assert compare_scene.with_one_bias("window") is None


def test_the_bodies_are_alike_and_the_whole_networks_are_not() -> None:
    told = {name: int(count.replace(",", "")) for name, count in compare_scene.facts_told().items()}
    nets = [compare_scene.double_network(kind, True) for kind in compare_scene.KINDS]
    whole = [sum(p.numel() for p in one.parameters()) for one in nets]
    assert (told["least_whole"], told["most_whole"]) == (min(whole), max(whole))
    bodies = [sum(p.numel() for p in one.body.parameters()) for one in nets]
    assert (told["least_body"], told["most_body"]) == (min(bodies), max(bodies))
    assert told["most_body"] < 1.02 * told["least_body"]
    assert told["most_whole"] > 1.5 * told["least_whole"]
    assert told["seeds"] == len({row["seed"] for row in ROWS})


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_text_is_filled(language: str) -> None:
    text = words_of(language, "compare").format(**compare_scene.facts_told())
    assert "4,500" in text
    assert "{" not in text


def test_alike_and_ahead_follow_the_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """ "On short sentences alike, on long ones the LSTM wins": true of the records, not if one seed of the RNN did as
    well, nor if the RNN were behind from the beginning."""

    def verdict(change: Callable[[dict[str, Any]], list[float]]) -> bool:
        rows = [row | {"accuracy": change(row)} if row["network"] == "rnn" else row for row in ROWS]
        monkeypatch.setattr(
            compare_scene, "seeds", lambda: [r for k in compare_scene.KINDS for r in rows if r["network"] == k]
        )
        text = said(sections(compare_scene.accuracy_board(0, LIGHT))["accuracy"])
        return "the LSTM wins”: true here" in text

    assert verdict(lambda row: row["accuracy"])
    assert not verdict(lambda row: [1.0] * len(row["words"]) if row["seed"] == 2 else row["accuracy"])
    assert not verdict(lambda row: [0.5, *row["accuracy"][1:]])


@pytest.mark.parametrize(("times", "here"), [(5.0, "true here"), (2.4, "not here"), (11.0, "not here")])
def test_five_times_is_within_a_factor_of_two(times: float, here: str) -> None:
    table = {kind: (100.0 * (times if kind == "attention" else 1), 50.0) for kind in compare_scene.KINDS}
    text = said(sections(compare_scene.speeds(timing.Speeds((5, 20), table, table, 1.0), LIGHT))["speed"])
    assert f"so 5 times: {here}." in text
    assert "feed-forward network”: not here" in text


@pytest.mark.parametrize("kind", compare_scene.KINDS)
def test_the_table_adds_up_to_what_pytorch_has(kind: str) -> None:
    lines, total, held, letters = compare_scene.counts(kind, 12)
    assert sum(int(line.value.replace(",", "")) for line in lines) == int(total.value.replace(",", "")) == held
    used = set(re.findall(r"[A-Z]", " ".join(line.formula for line in lines)))
    assert used <= letters.keys()


def test_speeds_are_ratios_of_one_run() -> None:
    lengths = (5, 20)
    table = {kind: (100.0 * (k + 1), 50.0 * (k + 1)) for k, kind in enumerate(compare_scene.KINDS)}
    board = compare_scene.speeds(timing.Speeds(lengths, table, table, 1.0), LIGHT)
    sound(board)
    text = said(sections(board)["speed"])
    assert "attention trains 6 times as fast as the RNN here" in text
    assert "The window trains 2 times as fast as the LSTM" in text


def test_a_class_that_asks_together_waits_for_one_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a trainer; who asks later than `FRESH` seconds gets another one."""
    asked_for: list[object] = []

    class Trainers(ThreadPoolExecutor):
        def ask(self, visit: object, work: Any, /, *given: Any) -> Any:
            asked_for.append((work, *given))
            return self.submit(timing.Speeds, (1,), {}, {}, 0.0)

    trainers = Trainers(1)
    asked.kept.clear()

    def measured(fresh: float = 20.0) -> timing.Speeds:
        return asked.asked(compare_scene.measured, max_age=fresh, pool=lambda: trainers)

    first = measured()
    assert measured() is first
    assert asked_for == [(compare_scene.measured,)]
    time.sleep(0.001)
    assert measured(0.0) is not first
    asked.kept.clear()
