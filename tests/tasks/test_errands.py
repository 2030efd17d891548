"""The language of errands: need first, thing last, held-out wordings out of sight."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rnnviz.tasks.errands.lexicon import ADVERBS, FILLERS, GO, NEEDS, PLACES, PRONOUN, THING_OF

from rnnviz.tasks import errands
from rnnviz.tasks.errands import sentences
from rnnviz.text import join, tokenize, vocabulary

ALICE = tokenize("Starving, Alice drives to the nearest store to buy")
HELD_OUT = set(errands.TOKENS) - set(errands.OUTPUT_WORDS)
seeds = st.integers(0, 2**32)
texts = st.one_of(
    st.sampled_from(errands.EXAMPLES),
    st.lists(st.sampled_from([*errands.TOKENS[::5], "to", "buy", "drives", ",", ".", "qwz"])).map(" ".join),
    st.text(max_size=40),
)


def generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_lexicon_is_as_large_as_promised_and_unambiguous() -> None:
    assert len(NEEDS) == len(set(errands.THINGS)) == 10
    assert len(PRONOUN) >= 40
    assert len(GO) >= 12
    assert len(PLACES) >= 15
    assert len(set(FILLERS)) == len(FILLERS) >= 60
    for need in NEEDS.values():
        assert len(need.wordings) >= 18
        assert 3 <= len(need.held_out) <= 5
        assert need.name not in need.held_out
    assert len(THING_OF) == sum(len(need.wordings) for need in NEEDS.values())  # no wording for two needs
    assert set(errands.THINGS).isdisjoint(THING_OF)


def test_fillers_name_no_need_and_nothing_to_buy() -> None:
    spoken = {word for filler in (*FILLERS, *ADVERBS) for word in filler.split()}
    assert spoken.isdisjoint({*THING_OF, *errands.THINGS, *GO, "to", "buy"})
    assert all(3 <= sum(word != "," for word in filler.split()) <= 7 for filler in FILLERS)


def test_every_word_of_the_language_has_a_vector() -> None:
    assert [token for token in errands.TOKENS if not vocabulary().knows(token)] == []


@settings(deadline=None)
@given(seeds, st.integers(0, 20), st.sampled_from(["known", "held_out"]))
def test_need_first_thing_last(seed: int, clauses: int, wordings: Literal["known", "held_out"]) -> None:
    tokens, thing = errands.sentence(generator(seed), clauses, wordings)
    words = [token.lower() for token in tokens]
    assert words[-4:] == ["to", "buy", thing, "."]
    assert errands.need_of(tokens) == thing
    stated = [at for at, word in enumerate(words) if word in THING_OF]
    going = next(at for at, word in enumerate(words) if word in GO)
    assert len(stated) == 1
    assert stated[0] < going
    assert bool(HELD_OUT & set(words)) == (wordings == "held_out")
    assert [",", ","] not in [words[at : at + 2] for at in range(len(words))]
    assert tokenize(join(tokens)) == tokens
    assert tokens[0][0].isupper()


def test_the_alice_sentence_belongs_to_the_language() -> None:
    rng = generator(0)
    shape = (",", "drives", "to", "the", "to", "buy")
    made = (errands.sentence(rng, 0)[0] for _ in range(20_000))
    assert any(len(t) == 12 and tuple(t[i] for i in (1, 3, 4, 5, 8, 9)) == shape for t in made)
    assert all(token.lower() in errands.OUTPUT_WORDS for token in ALICE)


@given(seeds, st.integers(0, 8))
def test_a_sentence_without_a_need_states_none(seed: int, clauses: int) -> None:
    tokens, thing = errands.sentence(generator(seed), clauses, stated=False)
    assert errands.need_of(tokens) is None
    assert tokens[-2] == thing


def test_without_a_need_the_thing_is_a_lottery() -> None:
    answers = errands.batch(generator(1), 5000, 0, stated=False).answers
    share = np.bincount(answers)[np.unique(answers)] / 5000
    assert len(share) == 10
    assert share == pytest.approx(0.1, abs=0.02)


@settings(max_examples=50)
@given(seeds, st.integers(1, 40), st.integers(0, 12))
def test_a_batch_is_its_sentences(seed: int, size: int, clauses: int) -> None:
    batch = errands.batch(generator(seed), size, clauses)
    rows = np.arange(size)
    assert batch.inputs.shape == batch.targets.shape == batch.weights.shape
    assert (batch.inputs[rows, batch.answer_at] == vocabulary().index("buy")).all()
    assert (batch.targets[rows, batch.answer_at] == batch.answers).all()
    assert (batch.weights[rows, batch.answer_at] == sentences.ANSWER_WEIGHT).all()
    assert ((batch.weights == 0) == (batch.targets == errands.PADDING)).all()
    said = np.array([vocabulary().index(word) for word in errands.OUTPUT_WORDS])
    pairs = batch.targets[:, :-1] != errands.PADDING, batch.targets[:, 1:] != errands.PADDING
    both = pairs[0] & pairs[1]
    assert (said[batch.targets[:, :-1][both]] == batch.inputs[:, 1:][both]).all()
    assert (batch.targets[rows, batch.answer_at + 1] == errands.OUTPUT_WORDS.index(".")).all()
    assert {errands.OUTPUT_WORDS[answer] for answer in batch.answers} <= set(errands.THINGS)


def test_training_never_sees_a_held_out_wording() -> None:
    rows = [vocabulary().index(word) for word in HELD_OUT]
    assert len(HELD_OUT) == sum(len(need.held_out) for need in NEEDS.values())
    assert not np.isin(errands.batch(generator(2), 5000, 2).inputs, rows).any()
    seen = errands.batch(generator(2), 5000, 0, wordings="held_out", stated=True)
    assert set(rows) <= set(seen.inputs.flat)
    assert (seen.targets[np.isin(seen.inputs, rows)] >= 0).all()


def test_batches_repeat_and_their_share_without_a_need_is_as_stated() -> None:
    one, two = (errands.batch(generator(3), 4000, [0, 5]) for _ in range(2))
    assert (one.inputs == two.inputs).all()
    assert 1 - one.stated.mean() == pytest.approx(sentences.UNSTATED, abs=0.02)


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("Famished, Bob walks", "food"),
        ("He is IN LOVE and it is dark", "flowers"),
        ("She is not hungry but thirsty", "water"),
        ("He isn't very tired", None),
        ("Neither cold nor ill, Bob walks", None),
        ("Bob walks", None),
        ("", None),
    ],
)
def test_need_of(text: str, thing: str | None) -> None:
    assert errands.need_of(tokenize(text)) == thing


def words(tokens: tuple[str, ...]) -> int:
    return sum(token not in (",", ".") for token in tokens)


@given(texts, st.integers(0, 100), seeds)
def test_stretch_adds_exactly_so_many_words_at_one_place(text: str, more: int, seed: int) -> None:
    tokens = tokenize(text)
    longer = errands.stretch(tokens, more, seed)
    assert words(longer) - words(tokens) == (more if tokens else 0)
    assert longer == errands.stretch(tokens, more, seed)
    extra = len(longer) - len(tokens)
    assert any(longer[:at] + longer[at + extra :] == tokens for at in range(len(tokens) + 1))
    assert " to buy " not in f" {join(tokens)} " or "to buy" in join(longer)  # never in between these two


# Sentences without clauses of their own: where one comes in that is there already, its place cannot be told.
PLAIN = ("Starving, Alice drives to the nearest store to buy", "Bob is thirsty. He walks to a little shop to buy")


@given(st.sampled_from(PLAIN), st.integers(0, 90), st.integers(7, 40), seeds)
def test_stretching_further_keeps_the_clauses(text: str, few: int, more: int, seed: int) -> None:
    tokens = tokenize(text)
    short, long = (errands.stretch(tokens, n, seed) for n in (few, few + more))
    same = next(at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b)
    start = next(at for at, word in enumerate(long) if at >= len(tokens) or word != tokens[at])
    kept = words(short[start:same]) if same > start else 0
    assert kept >= few - 6  # all clauses but the last, which made the count exact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Starving, Alice drives to the store to buy", "Starving, Alice drives ~ to the store to buy"),
        ("Tired, Bob wanders to the store to buy", "Tired, Bob wanders ~ to the store to buy"),
        ("Tired, Bob drives his car to the store to buy", "Tired, Bob drives his car ~ to the store to buy"),
        ("Bob walks in and is ill and wants to buy", "Bob walks in and is ill and wants ~ to buy"),
        ("Hello there!", "Hello there ~!"),
        ("Ill, Bob walks.", "Ill, Bob walks ~."),
    ],
)
def test_clauses_go_to_a_sensible_place(text: str, expected: str) -> None:
    for seed in range(20):
        longer = join(errands.stretch(tokenize(text), 12, seed))
        before, after = expected.split("~")
        assert longer.startswith(before.strip())
        assert longer.endswith(after.strip())
        assert ",," not in longer.replace(" ", "")
        assert ",." not in longer


def test_where_a_sentence_can_end() -> None:
    def ends(text: str) -> list[str]:
        tokens = tokenize(text)
        return [token for at, token in enumerate(tokens) if errands.can_end(tokens, at)]

    assert ends("Starving, Alice drives to the nearest store to buy food.") == [
        "drives",
        "to",
        "store",
        "to",
        "buy",
    ]
    assert ends("Ill, Bob walks past the old bridge, while the birds sing, to") == ["walks", "bridge", "sing"]
    assert ends("Because Bob is in love, he") == []
    assert ends("Cold, she saunters along the quiet river to the bakery") == [
        "saunters",
        "river",
        "to",
        "bakery",
    ]


@given(texts)
def test_can_end_answers_for_any_text(text: str) -> None:
    tokens = tokenize(text)
    assert all(errands.can_end(tokens, at) in (True, False) for at in range(len(tokens)))


def test_the_examples_are_what_they_are_said_to_be() -> None:
    assert [errands.need_of(tokenize(text)) for text in errands.EXAMPLES] == [
        *("food", None, "coffee", "shoes", "flowers", "water"),
    ]
    assert HELD_OUT & set(tokenize(errands.EXAMPLES[2]))
    assert all(not HELD_OUT & set(tokenize(text)) for at, text in enumerate(errands.EXAMPLES) if at != 2)


def test_a_linear_classifier_finds_the_need_of_most_held_out_wordings() -> None:
    assert 0.8 <= errands.held_out_ceiling() <= 1


@pytest.mark.parametrize("wordings", ["known", "held_out"])
@pytest.mark.parametrize(("form", "most"), [("advice", 10), ("brief", 16)])
def test_the_shorter_forms_state_the_need_first_and_end_in_the_thing(form: str, most: int, wordings: str) -> None:
    made = errands.batch(np.random.default_rng(5), 300, [0], wordings=wordings, stated=True, form=form)
    for inputs, answer_at, answer in zip(made.inputs, made.answer_at, made.answers, strict=True):
        words = [vocabulary().words[row] for row in inputs[: answer_at + 1]]
        assert words[-1] == "buy"
        assert len(words) <= most
        assert errands.need_of(words) == errands.OUTPUT_WORDS[answer]
