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
from rnnviz.numbers import percent
from rnnviz.scenes import accuracies
from rnnviz.scenes import compare as compare_scene
from rnnviz.scenes.writer import View
from rnnviz.tasks import TASKS, errands
from rnnviz.text import tokenize, vocabulary
from rnnviz.training import scoring, zoo
from rnnviz.training.advance import advance, new_run
from rnnviz.training.settings import CLAUSES
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
        assert felt or found.saliency[t] < 1e-12  # a ReLU may be shut, a state nearly forgotten
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
@given(st.integers(1, 190), st.integers(0, 64), st.sampled_from(errands.LANGUAGES), views)
@example(1, 0, "ja", LIGHT)
def test_any_length_is_counted(length: int, between: int, tongue: str, view: View) -> None:
    sound(accuracies.accuracy_board(between, tongue, view))
    sound(accuracies.beside_board(between, view))
    sound(compare_scene.growing_board(length, view))


@pytest.mark.parametrize("between", [0, 40])
def test_the_words_say_what_the_records_hold(between: int) -> None:
    tokens = errands.stretch(ALICE, between)
    found = {one.kind: one for one in compare_scene.looks(tokens, True)}
    text = said(sections(compare_scene.answers_board(tokens, between, True, LIGHT))["answers"])
    right = [one for one in found.values() if one.best[0] == "food"]
    assert f"{len(right)} of 6 networks say “food”, words in between: {between}" in text
    rnn, lstm = (percent(found[kind].chance_of("food")) for kind in ("rnn", "lstm"))
    assert f"gives “food” {rnn}%, the LSTM {lstm}%" in text
    assert f"lies {len(tokens) - 1} words back" in text
    assert " ".join(tokens[-5:]) in text
    shown = sections(compare_scene.growing_board(len(tokens), LIGHT))
    n = len(tokens)
    window, attention = (zoo.SHAPES[kind].units for kind in ("window", "attention"))
    assert f"{n}·64·{window} + {window} = {n * 64 * window + window:,}" in said(shown["costs"])
    each = 2 * n * attention
    assert f"2·{n}·{attention} = {each:,} multiply-adds for each word, {each * n:,}" in said(shown["ways"])


def test_a_short_sentence_leaves_the_need_in_the_window() -> None:
    text = said(sections(compare_scene.answers_board(tokenize("Hungry, Bob walks to buy"), 0, True, LIGHT))["answers"])
    assert "still among the words that it sees" not in text  # a comma is a token: six are read
    text = said(sections(compare_scene.answers_board(tokenize("Hungry, buy"), 0, True, LIGHT))["answers"])
    assert "still among the words that it sees" in text


def claim(all_six: Any, key: str) -> bool | None:
    writer = compare_scene.Teller("compare", "compare_figures", LIGHT)
    return compare_scene.claims_of(all_six, all_six[0].tokens, 0, "food", True, writer)[key][0]


def sure_of(one: Any, word: str) -> Any:
    """The same look, of a network that is sure of a word."""
    return replace(one, probabilities=np.eye(len(one.words))[one.words.index(word)])


def test_a_claim_is_true_where_the_numbers_are_so() -> None:
    rnn, lstm, *others = compare_scene.looks(ALICE, True)
    for first, second, wanted in (("food", "food", False), ("soap", "food", True), ("soap", "soap", False)):
        assert claim((sure_of(rnn, first), sure_of(lstm, second), *others), "c2") is wanted
    here = rnn.best[0] != "food" and lstm.best[0] == "food"
    text = said(sections(compare_scene.answers_board(ALICE, 0, True, LIGHT))["answers"])
    assert f"carries it to the end”: {'true here' if here else 'not here'}." in text


@pytest.mark.slow
def test_whether_a_window_spreads_its_bet_is_measured() -> None:
    """What its card says of errands whose need is out of its sight, on others, and word by word."""
    told, network = zoo.card("window")["blind"], rnnviz.load("window")
    assert told == scoring.blind(network, "en", CLAUSES)
    assert told["sentences"] == 2000
    assert told["top"] < 0.25
    assert abs(told["right"] - 0.1) <= 0.03
    rng, tops, right = np.random.default_rng(2026), [], []
    for _ in range(500):  # what it sees are four fillers' last words, and no need stands among these
        tokens, thing = errands.sentence(rng, int(rng.integers(4, CLAUSES + 1)), kind="plain")
        tokens = tokens[:-2]
        if not errands.mentions(tokens[-5:]):
            look = sight_of(network, tokens, thing)
            tops.append(look.best[1])
            right.append(look.best[0] == thing)
    assert len(tops) > 450
    assert np.mean(tops) == pytest.approx(told["top"], abs=0.03)
    assert np.mean(right) == pytest.approx(told["right"], abs=0.06)
    text = said(sections(compare_scene.answers_board(errands.stretch(ALICE, 20), 20, True, LIGHT))["answers"])
    assert "cannot see the need spreads its bet: true here. Over 2,000 errands" in text
    untrained = said(sections(compare_scene.answers_board(errands.stretch(ALICE, 20), 20, False, LIGHT))["answers"])
    assert "spreads its bet" not in untrained


@pytest.mark.parametrize(
    ("top", "right", "spread"), [(0.24, 0.13, True), (0.26, 0.1, False), (0.2, 0.14, False), (0.2, 0.06, False)]
)
def test_a_bet_is_spread_if_nothing_is_likely_and_no_more_is_right_than_by_chance(
    top: float, right: float, spread: bool
) -> None:
    assert compare_scene.spreads({"sentences": 2000, "top": top, "right": right})[0] is spread


def test_what_the_convolution_reads_whole_does_not_show_that_it_is_local() -> None:
    long = errands.stretch(ALICE, 40)
    assert claim(compare_scene.looks(ALICE, True), "c23_local") is False
    assert claim(compare_scene.looks(long, True), "c23_local") is True
    assert claim(compare_scene.looks(long, True), "c23_fixed") is False


ROWS: list[dict[str, Any]] = [
    row
    for file in (zoo.WEIGHTS / "seeds.json", zoo.WEIGHTS.parent / "records" / "beside.json")
    for row in json.loads(file.read_text())
]


def rows_of(name: str) -> list[dict[str, Any]]:
    return [row for row in ROWS if row["network"] == name]


@pytest.mark.parametrize("view", [LIGHT, View("ja", "light", 1.0)])
@pytest.mark.parametrize(("group", "tongue"), [*((group, "en") for group in accuracies.GROUPS), ("weights", "ja")])
def test_the_tables_are_those_of_all_seeds(group: str, tongue: str, view: View) -> None:
    clauses = {"weights": (0, 12, 48), "units": (0, 12, 48), "windows": (0, 4, 12)}[group]
    names = accuracies.GROUPS[group] if tongue == "en" else ("rnn-ja", "lstm-ja", "gru-ja")
    for name, line in zip(names, accuracies.table(group, tongue, view), strict=True):
        trained, *cells = list(line.values())[1 if group == "weights" else 2 :]
        mine = rows_of(name)
        assert len(mine) == (3 if name in zoo.BESIDE else 5)
        if group != "weights":
            assert int(list(line.values())[1].replace(",", "")) == counted(name)
        ends = [100 * row["trained_to"] for row in mine]
        shown = [float(n) for n in re.findall(r"\d+", trained)]
        np.testing.assert_allclose(shown, [np.mean(ends), min(ends), max(ends)], atol=0.51)
        by_rule = sorted(mine, key=lambda row: row["chosen_by"])[len(mine) // 2]
        (middle,) = [row for row in mine if row.get("shipped", row is by_rule)]
        for n, cell in zip(clauses, cells, strict=True):
            shares = [100 * row["accuracy"][row["clauses"].index(n)] for row in mine]
            shipped = 100 * middle["accuracy"][middle["clauses"].index(n)]
            shown = [float(n) for n in re.findall(r"\d+", cell)]
            np.testing.assert_allclose(shown, [shipped, np.mean(shares), min(shares), max(shares)], atol=0.51)


def test_what_is_only_compared_has_the_rate_of_its_kind() -> None:
    """And as many steps, and the seeds that the page tells of."""
    for name, shape in zoo.BESIDE.items():
        told = zoo.card(shape.kind)["settings"]
        assert {(row["rate"], row["steps"]) for row in rows_of(name)} == {(told["rate"], told["steps"])}
        assert accuracies.sizes()["few"] == str(len(rows_of(name)))


def counted(name: str) -> int:
    """The weights of a body, by its formula."""
    shape = (zoo.SHAPES | zoo.BESIDE)[name]
    units, read = shape.units, shape.embedding or 64
    if shape.kind == "window":
        return (shape.reach or 5) * read * units + units
    if shape.kind in ("rnn", "gru", "lstm"):
        return {"rnn": 1, "gru": 3, "lstm": 4}[shape.kind] * units * (read + units + 2)
    return sum(p.numel() for p in compare_scene.double_network(name, True).body.parameters())


def test_at_equal_units_weights_are_as_one_to_three_to_four() -> None:
    rnn, gru, lstm = (
        int(line["Weights of the body"].replace(",", "")) for line in accuracies.table("units", "en", LIGHT)
    )
    assert (gru, lstm) == (3 * rnn, 4 * rnn)


def test_wider_windows_are_told_by_weights_and_by_what_is_right() -> None:
    text = said(sections(accuracies.beside_board(0, LIGHT))["beside"])
    units = zoo.SHAPES["window"].units
    for seen, verb in ((20, "takes"), (30, ""), (100, "would take")):
        assert re.search(rf"{seen}( words)? {verb} ?{seen * 64 * units + units:,}", text)
    for name, called in (
        ("window-20", "that of 20 in"),
        ("window-30", "that of 30 in"),
        ("window", "5 words is right in"),
    ):
        right = [row["accuracy"][row["clauses"].index(4)] for row in rows_of(name)]
        assert f"{called} {100 * np.mean(right):.0f}%" in text


@pytest.mark.slow
def test_networks_of_one_seed_read_the_same_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever their kind, rate and size, and whatever they have learned."""
    task, read = type(TASKS["everyday"]), []
    draw = task.batch

    def kept(*given: Any) -> Any:
        read.append(draw(*given))
        return read[-1]

    monkeypatch.setattr(task, "batch", kept)
    for name, rate in (("lstm", 4e-3), ("window", 1e-3), ("window-20", 4e-3)):
        advance(new_run(zoo.recipe(name, rate, seed=3)), 4)
    assert len(read) == 12
    for one, *others in zip(read[:4], read[4:8], read[8:], strict=True):
        for other in others:
            np.testing.assert_array_equal(one.rows, other.rows)


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
    assert told["most_body"] < 1.04 * told["least_body"]
    assert told["most_whole"] > 1.5 * told["least_whole"]
    assert told["seeds"] == len({row["seed"] for row in rows_of("lstm")})


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_text_is_filled(language: str) -> None:
    text = words_of(language, "compare").format(**compare_scene.facts_told())
    assert f"{zoo.card('lstm')['settings']['steps']:,} steps" in text or language == "ja"
    assert "{" not in text


def test_japanese_accuracies_are_those_of_networks_that_read_it() -> None:
    text = said(sections(accuracies.accuracy_board(0, "ja", LIGHT))["accuracy"])
    at = {name: [row["accuracy"][row["clauses"].index(12)] for row in rows_of(name)] for name in ("lstm-ja", "rnn-ja")}
    assert f"LSTM {percent(np.mean(at['lstm-ja']))}%, RNN {percent(np.mean(at['rnn-ja']))}%" in text
    assert "ttention" not in text


def verdict(monkeypatch: pytest.MonkeyPatch, after: str, **changed: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    """What the page says of a claim, if the rows of some networks were others."""
    rows = [row | changed.get(row["network"], lambda row: {})(row) for row in ROWS]
    monkeypatch.setattr(zoo, "all_seeds", lambda names: [r for name in names for r in rows if r["network"] == name])
    text = said(sections(accuracies.accuracy_board(0, "en", LIGHT))["accuracy"])
    found = re.search(rf"{after}”: (true here|not here)", text)
    assert found
    return found[1]


def test_alike_and_ahead_follow_the_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """ "On short sentences alike, on long ones the LSTM wins": not if one seed of the RNN did as well, nor if the RNN
    were behind from the beginning."""

    def wins(near: float, far: float, lucky: float) -> str:
        def rnn(row: dict[str, Any]) -> dict[str, Any]:
            return {"accuracy": [near, *[lucky if row["seed"] == 2 else far] * (len(row["words"]) - 1)]}

        return verdict(monkeypatch, "the LSTM wins", rnn=rnn, lstm=lambda row: {"accuracy": [0.96] * len(row["words"])})

    assert wins(0.95, 0.4, 0.5) == "true here"
    assert wins(0.95, 0.4, 0.97) == "not here"
    assert wins(0.85, 0.4, 0.5) == "not here"


def test_less_data_is_to_come_further_with_as_many_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    def less(**right: float) -> str:
        told = {name: lambda row, share=share: {"kinds": {"mean": share}} for name, share in right.items()}
        return verdict(monkeypatch, "less data than Transformers", **told)

    assert less(rnn=0.8, lstm=0.97, gru=0.96, attention=0.79) == "true here"
    assert less(rnn=0.8, lstm=0.97, gru=0.96, attention=0.81) == "not here"
    assert less(rnn=0.99, lstm=0.97, gru=0.7, attention=0.81) == "not here"


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
