"""The tasks' targets, computed again from the inputs alone, and what chance scores."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.tasks import TASKS
from rnnviz.tasks.adding import NEAR
from rnnviz.tasks.base import Batch
from rnnviz.tasks.continual import REBER, SYMBOLS, frequencies
from rnnviz.tasks.errands import simple
from rnnviz.text import vocabulary

seeds = st.integers(0, 10**6)


def generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", list(TASKS))
def test_batches_are_of_the_shape_they_say(name: str) -> None:
    task = TASKS[name]
    length = int(task.suggested["length"])  # type: ignore[call-overload]
    assert task.lengths[0] <= length <= task.lengths[1]
    for made in (task.batch(generator(0), 6, length), task.probe(length)):
        size, steps = made.targets.shape
        assert made.inputs.shape == (size, steps, task.inputs)
        assert made.inputs.dtype == made.weights.dtype == np.float32
        assert made.weights.shape == made.asked.shape == (size, steps)
        assert (made.weights[made.asked] > 0).all()
        counted = made.targets[made.weights > 0]
        assert counted.dtype == (np.int64 if task.outputs else np.float32)
        assert not task.outputs or ((counted >= 0) & (counted < len(task.outputs))).all()
    again = task.probe(length)
    np.testing.assert_array_equal(again.inputs, made.inputs)
    assert made.asked.any()


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(10, 120))
def test_adding(seed: int, length: int) -> None:
    made = TASKS["adding"].batch(generator(seed), 20, length)
    assert made.inputs.shape == (20, length, 2)
    for numbers, answer in zip(made.inputs, made.targets[:, -1], strict=True):
        marked = np.flatnonzero(numbers[:, 1])
        assert len(marked) == 2
        assert marked[0] < length // 2 <= marked[1]
        assert ((numbers[:, 0] >= 0) & (numbers[:, 0] <= 1)).all()
        assert answer == pytest.approx(numbers[marked, 0].mean(), abs=1e-6)
    assert made.asked.sum() == 20
    assert made.asked[:, -1].all()


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(10, 120))
def test_temporal_order(seed: int, length: int) -> None:
    task = TASKS["temporal_order"]
    made = task.batch(generator(seed), 20, length)
    read = made.inputs.argmax(2)
    assert (made.inputs.sum(2) == 1).all()
    for row, answer in zip(read, made.targets[:, -1], strict=True):
        at = np.flatnonzero(row < 2)
        assert len(at) == 2
        assert length // 10 <= at[0] <= max(0.2 * length, length // 10)
        assert length // 2 <= at[1] <= max(0.6 * length, length // 2)
        assert task.outputs[answer] == "".join("AB"[row[place]] for place in at)


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(1, 60))
def test_recall(seed: int, length: int) -> None:
    made = TASKS["recall"].batch(generator(seed), 20, length)
    read = made.inputs.argmax(2)
    assert read.shape == (20, length + 2)
    assert (read[:, 0] == made.targets[:, -1]).all()
    assert (read[:, 0] < 4).all()
    assert ((read[:, 1:-1] >= 4) & (read[:, 1:-1] < 8)).all()
    assert (read[:, -1] == 8).all()


def parse(text: str) -> tuple[int, set[int]]:
    """Reads a stream by a machine of its own: the number of whole strings, and where the outer symbol comes again."""
    inner = {node: dict(arcs) for node, arcs in enumerate(REBER)}
    at, strings, asked = 0, 0, set()
    while True:
        start = at
        if text[at : at + 1] != "B" and text[at : at + 1]:
            raise AssertionError(f"a string begins with {text[at]}")
        if len(text) - at < 2:
            return strings, asked
        outer = text[at + 1]
        assert outer in "TP"
        at, node = at + 2, 0
        while node < 7:
            if at >= len(text):
                return strings, asked
            node, at = inner[node][text[at]], at + 1
        if at < len(text):
            assert text[at] == outer
            asked.add(at)
        if at + 1 >= len(text):
            return strings, asked
        assert text[at + 1] == "E"
        at, strings = at + 2, strings + 1
        assert at > start


@settings(max_examples=15, deadline=None)
@given(seeds, st.integers(10, 50))
def test_a_stream_is_strings_of_the_grammar_without_a_gap(seed: int, length: int) -> None:
    task, carried = TASKS["continual"], {}
    texts, wanted, asked = [""] * 3, [""] * 3, [set() for _ in range(3)]
    for part in range(12):
        made, carried = task.stream(generator(seed + part), 3, length, carried)
        for k in range(3):
            texts[k] += "".join(SYMBOLS[at] for at in made.inputs[k].argmax(1))
            wanted[k] += "".join(SYMBOLS[at] for at in made.targets[k])
            asked[k] |= {part * length + int(t) + 1 for t in np.flatnonzero(made.asked[k])}
    for text, following, marks in zip(texts, wanted, asked, strict=True):
        assert following[:-1] == text[1:]
        whole = text + following[-1]
        strings, places = parse(whole)
        assert strings > 12 * length / 40
        assert places == marks


# --- chance: the best answer that never looks, found by trying -------------------------------------------------


def best_constant(made: Batch, classes: int) -> tuple[float, float]:
    """Loss of the weighted frequencies themselves, and the share of the commonest answer where one is asked."""
    p = np.bincount(made.targets[made.weights > 0], made.weights[made.weights > 0], classes)
    p = p / p.sum()
    answers = np.bincount(made.targets[made.asked], minlength=classes) / made.asked.sum()
    return float(-(p[p > 0] * np.log(p[p > 0])).sum()), float(answers.max())


@pytest.mark.parametrize("name", ["recall", "temporal_order", "errands"])
def test_chance(name: str) -> None:
    task = TASKS[name]
    length = 4
    made = task.batch(generator(9), 20_000 if name != "errands" else 4000, max(length, task.lengths[0]))
    loss, accuracy = best_constant(made, len(task.outputs))
    assert task.chance(max(length, task.lengths[0])) == pytest.approx((loss, accuracy), rel=0.03, abs=0.02)


def test_chance_in_the_adding_problem() -> None:
    task = TASKS["adding"]
    for length in (10, 30, 100):
        answers = task.batch(generator(1), 100_000, length).targets[:, -1]
        loss, near = task.chance(length)
        assert loss == pytest.approx(((answers - 0.5) ** 2).mean(), rel=0.02)
        assert near == pytest.approx((np.abs(answers - 0.5) < NEAR).mean(), abs=0.005)
        for other in (0.3, 0.45, 0.55, 0.7):  # no other constant does better
            assert ((answers - other) ** 2).mean() > loss


def test_chance_in_the_stream() -> None:
    task, carried, counts, asked = TASKS["continual"], {}, np.zeros(7), []
    for part in range(40):
        made, carried = task.stream(generator(part), 40, 50, carried)
        counts += np.bincount(made.targets.ravel(), minlength=7)
        asked += made.targets[made.asked].tolist()
    np.testing.assert_allclose(frequencies(), counts / counts.sum(), atol=0.005)
    p = counts / counts.sum()
    assert task.chance(50) == pytest.approx((-(p * np.log(p)).sum(), 0.5), abs=0.01)
    assert np.mean(np.array(asked) == 1) == pytest.approx(0.5, abs=0.03)
    assert TASKS["recall"].chance(7) == (log(4), 0.25)


@pytest.mark.parametrize("name", list(TASKS))
def test_right_is_counted_where_an_answer_is_asked(name: str) -> None:
    task = TASKS[name]
    length = int(task.suggested["length"])  # type: ignore[call-overload]
    made = task.batch(generator(3), 12, length)
    if task.outputs:
        outputs = np.eye(len(task.outputs), dtype=np.float32)[np.maximum(made.targets, 0)]
        assert task.right(outputs, made).all()
        assert not task.right(-outputs, made).any()
    else:
        for off, right in ((0.039, True), (-0.039, True), (0.041, False)):
            outputs = made.targets[..., None] + np.float32(off)
            assert task.right(outputs, made).tolist() == [right] * 12
    assert (
        len(task.right(np.zeros((*made.targets.shape, max(1, len(task.outputs))), np.float32), made))
        == made.asked.sum()
    )


# --- errands: levels mixed, and variation ------------------------------------------------------------------------


def test_all_levels_are_mixed_in_a_set_of_examples() -> None:
    task = TASKS["errands"]
    made = task.batch(generator(0), 3000, 2)
    lengths = (made.weights > 0).sum(1)
    alone = [(task.batch(generator(1), 600, 2, level).weights > 0).sum(1).mean() for level in range(task.levels(2))]
    assert lengths.mean() == pytest.approx(np.mean(alone), rel=0.03)
    assert (made.rows == 0)[made.weights == 0].mean() > 0.9
    part = made.take(np.array([5, 3]))
    end = part.inputs.shape[1]
    assert (part.weights[:, -1] > 0).any()
    np.testing.assert_array_equal(part.targets, made.targets[[5, 3], :end])
    assert not made.weights[[5, 3], end:].any()


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_synonyms_keep_need_and_part_of_speech(seed: int) -> None:
    task = TASKS["errands"]
    before = task.batch(generator(seed), 40, 2)
    after = task.augmented(before, generator(seed), True, 0.0)
    assert before.rows is not None
    assert after.rows is not None
    table = vocabulary()
    kinds = {
        (words[0], thing): kind
        for thing, pool in simple.POOLS["known"].items()
        for kind, words in pool
        if len(words) == 1
    }
    for k in range(40):
        places = np.flatnonzero(before.rows[k] != after.rows[k])
        assert len(places) <= 1
        if not before.asked[k].any():
            assert len(places) == 0
            continue
        thing = simple.OUTPUT_WORDS[before.targets[k][before.asked[k]][0]]
        for at in places:
            old, new = table.words[before.rows[k, at]], table.words[after.rows[k, at]]
            assert kinds[old, thing] == kinds[new, thing]
            if at:
                assert simple.OUTPUT_WORDS[after.targets[k, at - 1]] == new
        others = np.setdiff1d(np.arange(before.targets.shape[1]), places - 1)
        np.testing.assert_array_equal(before.targets[k, others], after.targets[k, others])
    np.testing.assert_array_equal(after.inputs, table.vectors[after.rows])


def test_most_wordings_are_replaced_by_synonyms() -> None:
    task = TASKS["errands"]
    before = task.batch(generator(0), 500, 1)
    after = task.augmented(before, generator(1), True, 0.0)
    assert (before.rows != after.rows).any(1).mean() > 0.7


def test_word_dropout_makes_its_share_unknown() -> None:
    task = TASKS["errands"]
    before = task.batch(generator(0), 500, 1)
    after = task.augmented(before, generator(1), False, 0.3)
    assert before.rows is not None
    assert after.rows is not None
    known = before.rows != 0
    assert (after.rows == 0)[known].mean() == pytest.approx(0.3, abs=0.02)
    np.testing.assert_array_equal(before.targets, after.targets)
    assert ((after.rows == before.rows) | (after.rows == 0)).all()
    with pytest.raises(ValueError, match="no words"):
        TASKS["recall"].augmented(TASKS["recall"].batch(generator(0), 2, 3), generator(1), True, 0.0)
