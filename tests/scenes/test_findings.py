"""The text alternative of every figure is its finding: other data, other words; and its numbers are a table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnnviz.language import LANGUAGES
from rnnviz.networks import timing
from rnnviz.numbers import percent, two_digits
from rnnviz.recurrence.cliff import folds
from rnnviz.scenes import accuracies
from rnnviz.scenes import clipping as clipping_scene
from rnnviz.scenes import compare as compare_scene
from rnnviz.scenes import gates as gates_scene
from rnnviz.scenes import gradients as gradients_scene
from rnnviz.scenes import step as step_scene
from rnnviz.scenes import training as training_scene
from rnnviz.scenes.readings import read_sentence
from rnnviz.scenes.training import Shown
from rnnviz.scenes.writer import Board, View, caption
from rnnviz.tasks import errands
from rnnviz.text import tokenize
from rnnviz.training import advance, plans, zoo
from tests.node import evaluate

EN = View("en", "light", 1.0)
ALICE = tokenize("Starving, Alice drives to the nearest store to buy")
BOB = tokenize("Bob is so thirsty that he walks past the old bridge to the shop to buy")
MAYBE = tokenize("Hello world")
FILES, NAMES = ["shared/parts.js", "shared/table.js"], ["tablesOf"]


def speeds(factor: float) -> timing.Speeds:
    table = {kind: (100.0 * (k + 1), 50.0 * (k + 1) ** factor) for k, kind in enumerate(compare_scene.KINDS)}
    return timing.Speeds((5, 20), table, table, 1.0)


def listened(step: int) -> Callable[[View], Any]:
    return lambda view: gates_scene.listening_board("lstm", True, (ALICE, BOB)[step % 2], 3, "f", step, view)


def gradients(**settings: Any) -> Callable[[View], Any]:
    return lambda view: gradients_scene.gradients_board(gradients_scene.Source(**settings), view)


def clipped(seed: int, by: str, threshold: float = 0.01) -> Callable[[View], Any]:
    source = gradients_scene.Source(length=8, seed=seed)
    return lambda view: clipping_scene.clipped_board(source, "lstm", by, threshold, view)


def trained(task: str) -> Callable[[View], Any]:
    run = advance.advance(advance.start(task, kind="rnn", units=8, steps=6), 5)
    shown = Shown(plans.plan_of(run.settings), (run,), (run,), 6, (), "")
    return lambda view: Board(training_scene.payload(shown, view))


BOARDS: dict[str, tuple[Callable[[View], Any], Callable[[View], Any]]] = {
    "answers": (
        lambda view: compare_scene.answers_board(ALICE, 0, True, view),
        lambda view: compare_scene.answers_board(BOB, 0, True, view),
    ),
    "open": (
        lambda view: compare_scene.answers_board(MAYBE, 0, True, view),
        lambda view: compare_scene.answers_board(MAYBE[:1], 0, False, view),
    ),
    "growing": (lambda view: compare_scene.growing_board(9, view), lambda view: compare_scene.growing_board(50, view)),
    "speeds": (lambda view: compare_scene.speeds(speeds(2), view), lambda view: compare_scene.speeds(speeds(3), view)),
    "forgetting": (
        lambda view: gates_scene.forgetting_board(1.0, view),
        lambda view: gates_scene.forgetting_board(2.5, view),
    ),
    "remembering": (
        lambda view: gates_scene.remembering_board("lstm", True, ALICE, 0, view),
        lambda view: gates_scene.remembering_board("gru", True, BOB, 0, view),
    ),
    "listening": (listened(0), listened(5)),
    "gradients": (gradients(tokens=ALICE), gradients(tokens=BOB, trained=False)),
    "numbers": (gradients(length=8), gradients(length=9, scale=3.0)),
    "every": (gradients(length=8, at="every"), gradients(length=8, at="every", scale=2.0)),
    "clipped": (clipped(0, "norm"), clipped(1, "norm")),
    "idle": (clipped(0, "norm", 1e6), clipped(1, "norm", 1e6)),
    "by value": (clipped(0, "value"), clipped(1, "value")),
    "training": (trained("adding"), trained("temporal_order")),
    "descents": (
        lambda view: clipping_scene.descents_board(5.0, -2.5, 0.1, 1.0, view),
        lambda view: clipping_scene.descents_board(4.8, -2.2, 0.2, 0.5, view),
    ),
}


def figures_of(payload: bytes) -> dict[tuple[str, str], dict[str, Any]]:
    """Every figure of a board by its section and its id."""
    sections = json.loads(payload)["sections"]
    return {(section["id"], one["id"]): one for section in sections for one in section["figures"]}


def label_of(figure: dict[str, Any]) -> str:
    label: str = figure["label"]
    return label


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("board", BOARDS)
def test_other_data_have_other_words(board: str, language: str) -> None:
    view = View(language, "light", 1.0)
    one, other = (figures_of(make(view).payload) for make in BOARDS[board])
    assert one.keys() == other.keys()
    for key, figure in one.items():
        said, instead = label_of(figure), label_of(other[key])
        assert said != instead, key
        for text in (said, instead):
            assert re.search(r"\d", text), text
            assert not re.search(r"\{\w*\}|nan|None|&\w+;", text), text


def tables(figures: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = evaluate(FILES, NAMES, "figures => figures.map(tablesOf)", figures)
    return found


@pytest.mark.parametrize("board", BOARDS)
def test_every_figure_has_its_numbers_as_a_table(board: str) -> None:
    for make in BOARDS[board]:
        shown = figures_of(make(EN).payload)
        for key, found in zip(shown, tables([one["figure"] for one in shown.values()]), strict=True):
            assert found, key
            for table in found:
                assert table["rows"], key
                assert all(column["group"] for column in table["columns"]), key
                cells = [cell for row in table["rows"] for cell in row]
                assert any(re.search(r"\d|✓", cell) for row in table["rows"] for cell in row[1:]), key
                assert not [cell for cell in cells if re.search(r"undefined|NaN|object|<\w+>|&\w+;", cell)], key
                assert all(len(row) == len(table["columns"]) + 1 for row in table["rows"]), key


def number(cell: str) -> float:
    """What a cell of a table says."""
    digits, _, power = cell.replace("−", "-").replace(",", "").partition("·10")
    return float(digits) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)


def table_of(board: Any, *key: str) -> dict[str, Any]:
    [[found]] = tables([figures_of(board.payload)[key]["figure"]])
    return found


def test_the_answers_are_said_as_the_networks_give_them() -> None:
    looks = compare_scene.looks(BOB, True)
    board = compare_scene.answers_board(BOB, 0, True, EN)
    label, table = label_of(figures_of(board.payload)["answers", "answers"]), table_of(board, "answers", "answers")
    for sight, (name, said) in zip(looks, table["rows"], strict=True):
        best, p = sight.best
        assert said.startswith(f"{best} {percent(p)}%")
        assert f"{name} {said}" in label


def test_what_is_out_of_reach_is_said_and_in_the_table() -> None:
    board = compare_scene.answers_board(BOB, 0, True, EN)
    window = compare_scene.looks(BOB, True)[3]
    assert f"of {len(BOB)} words and marks the window sees the last 5" in label_of(
        figures_of(board.payload)["answers", "sight"]
    )
    seen, reacts = table_of(board, "answers", "sight"), table_of(board, "answers", "reacts")
    at = [column["group"] for column in seen["columns"]].index("Window")
    assert [bool(row[1 + at]) for row in seen["rows"]] == window.sees.tolist()
    assert [row[0] for row in seen["rows"]] == list(BOB)
    at = [column["name"] for column in reacts["columns"]].index("Window")
    assert [row[1 + at] != "out of reach" for row in reacts["rows"]] == window.sees.tolist()


def test_the_largest_gradient_is_named() -> None:
    label = label_of(figures_of(compare_scene.answers_board(BOB, 0, True, EN).payload)["answers", "reacts"])
    for sight in compare_scene.looks(BOB, True):
        at = int(np.argmax(sight.saliency))
        assert f"“{BOB[at]}” {two_digits(float(sight.saliency[at]))}" in label


def test_the_accuracies_follow_the_records(monkeypatch: pytest.MonkeyPatch) -> None:
    def label() -> str:
        return label_of(figures_of(accuracies.accuracy_board(0, "en", EN).payload)["accuracy", "accuracy"])

    before = label()
    rows = [row | {"accuracy": [share / 2 for share in row["accuracy"]]} for row in zoo.all_seeds()]
    monkeypatch.setattr(zoo, "all_seeds", lambda names: [row for row in rows if row["network"] in names])
    assert label() != before
    of = [row["accuracy"][0] for row in rows if row["network"] == "gru"]
    assert f"GRU {percent(np.mean(of))}% ({percent(min(of))} to {percent(max(of))})" in label()


def test_the_tables_of_what_grows_hold_the_counts() -> None:
    table = table_of(compare_scene.growing_board(9, EN), "costs", "memory")
    at = [column["group"] for column in table["columns"]].index("Attention")
    for words, *cells in table["rows"]:
        units = zoo.SHAPES["attention"].units
        assert int(cells[at].replace(",", "")) == 2 * units * int(words)  # a key and a value


def test_the_table_of_half_lives_says_longer_where_nothing_was_measured() -> None:
    board = gates_scene.remembering_board("lstm", True, ALICE, 0, EN)
    table = table_of(board, "memory", "half")
    gate = read_sentence("lstm", True, ALICE).trace.gates["f"].astype(float)[1:]
    for unit, half in table["rows"]:
        left = gate[:, int(unit.strip("▸"))].prod()
        assert (half == "longer") == (left > 0.5)
        if half != "longer":
            assert float(half) == pytest.approx(len(gate) * np.log(0.5) / np.log(left), abs=0.051)


def test_the_table_of_what_units_hold_adds_up() -> None:
    table = table_of(gates_scene.remembering_board("lstm", True, ALICE, 0, EN), "memory", "holds")
    last = read_sentence("lstm", True, ALICE).trace.c[-1]  # type: ignore[index]
    units = [int(column["name"]) for column in table["columns"]]
    sums = np.array([[number(cell) for cell in cells] for _, *cells in table["rows"]]).sum(0)
    np.testing.assert_allclose(sums, last[units], atol=0.01)


def stepped(tokens: tuple[str, ...], language: str = "en") -> dict[str, Any]:
    page = step_scene.compose_step(tokens, "rnn", "lstm", True, View(language, "light", 1.0))
    found: dict[str, Any] = json.loads(page.payload)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_steppers_figures_say_what_they_show(language: str) -> None:
    one, other = stepped(ALICE, language), stepped(BOB, language)
    assert one["labels"]["table"].keys() == {"open", "help", "close"}
    for block, instead in zip((*one["networks"], one["ask"]), (*other["networks"], other["ask"]), strict=True):
        assert block["label"] != instead["label"]
        assert re.search(r"\d", block["label"])


def test_an_rnn_has_no_gates_to_tell_of() -> None:
    rnn, lstm = (block["label"] for block in stepped(ALICE)["networks"])
    assert "there are no gates" in rnn
    assert f"the gates i, f, g, o of {zoo.SHAPES['lstm'].units} units" in lstm
    found = read_sentence("rnn", True, ALICE)
    for t in (0, -1):
        assert f"{two_digits(float(np.linalg.norm(found.gradients.dh[t])))} at “{ALICE[t]}”" in rnn


def test_the_ask_chart_says_where_it_is_lowest() -> None:
    label = stepped(ALICE)["ask"]["label"]
    for name, kind in (("RNN", "rnn"), ("LSTM", "lstm")):
        curve = read_sentence(kind, True, ALICE).asked[:, errands.THINGS.index("food")]
        at = int(np.argmin(curve))
        assert f"{name}: {percent(float(curve[-1]))}% at the end; lowest {percent(float(curve[at]))}%" in label
        assert f"after “{ALICE[at]}”" in label


def test_the_steppers_table_holds_the_records() -> None:
    """As the browser has them: the heatmaps get their numbers from the records that were sent once."""
    network = stepped(ALICE)["networks"][1]
    files = [*FILES, "stepper/equations.js", "stepper/views.js"]
    [table] = evaluate(files, [*NAMES, "withRecords"], "n => tablesOf(withRecords(n, null, {}).figure)", network)
    trace = read_sentence("lstm", True, ALICE).trace
    assert [row[0] for row in table["rows"]] == list(ALICE)
    groups = [column["group"] for column in table["columns"]]
    units = [int(column["name"]) for column in table["columns"] if column["group"] == "forget gate f"]
    assert sorted(units) == list(range(zoo.SHAPES["lstm"].units))
    first = 1 + groups.index("forget gate f")
    shown = np.array([[number(cell) for cell in row[first : first + len(units)]] for row in table["rows"]])
    np.testing.assert_allclose(shown, trace.gates["f"][:, units], rtol=0.006, atol=6e-4)


def test_where_the_unit_can_rest_is_told_in_numbers() -> None:
    """Two folds and the wall between them; the marks and small letters of a figure are read as words."""

    def label(w: float) -> str:
        board = json.loads(clipping_scene.descents_board(w, -2.0, 0.5, 1.0, EN).payload)
        return board["sections"][2]["figures"][0]["label"]

    for w in (4.1, 5.5):
        low, high = sorted(folds(w) or ())
        assert f"between −{-low:.3f} and −{-high:.3f} two states attract" in label(w)
    assert "at b = −2.9235 the start lies" in label(5.5)
    shown = caption(
        {"data": [], "layout": {"annotations": [{"text": "━ a   ╍ (γσ)<sup>k</sup> of W<sub>hh</sub>"}]}}, "en"
    )
    assert shown == "a, (γσ)^k of W_hh"
