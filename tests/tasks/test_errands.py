"""The language of errands: its files, its sentences and batches, and where they can be stretched and can end."""

from random import Random
from typing import Literal, get_args

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rnnviz.tasks import errands
from rnnviz.tasks.errands import reads_english, reads_japanese, sentences
from rnnviz.tasks.errands.grammar import drawn, filled
from rnnviz.tasks.errands.sentences import LOTTERY
from rnnviz.tasks.errands.wordings import told
from rnnviz.text import join, normal, tokenize, vocabulary

ALICE = tokenize("Starving, Alice drives to the nearest store to buy")
ENGLISH = errands.grammar_of("en")
KINDS = get_args(errands.Kind)
seeds = st.integers(0, 2**32)
kinds = st.sampled_from(KINDS)
texts = st.one_of(
    st.sampled_from([*errands.EXAMPLES["en"], *errands.EXAMPLES["ja"]]),
    st.lists(st.sampled_from([*errands.output_words("en")[::5], "to", "buy", "drives", ",", ".", "qwz"])).map(" ".join),
    st.text(max_size=40),
)


def generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("language", errands.LANGUAGES)
def test_the_needs_are_as_many_as_promised_and_no_wording_is_of_two(language: str) -> None:
    needs = errands.needs(language)
    assert len(needs) == len(errands.grammar_of(language).things) == 10
    assert [need.thing for need in needs.values()] == list(errands.grammar_of(language).things)
    whose: dict[str, str] = {}
    for (thing, _), lines in told(language).items():
        for line in lines:
            assert whose.setdefault(line, thing) == thing, line
    for need in needs.values():
        assert len(need.adjectives) >= 12
        assert len(need.nouns) >= 10


def test_the_needs_in_english_are_the_ten_of_old() -> None:
    names = ["hungry", "thirsty", "ill", "cold", "tired", "dirty", "bored", "in love", "in the dark", "barefoot"]
    assert list(errands.NEEDS) == names
    assert tuple(need.thing for need in errands.NEEDS.values()) == errands.THINGS


def test_fillers_name_no_need_and_nothing_to_buy() -> None:
    for gap, lines in ENGLISH.fillers.items():
        for line in lines:
            words = [normal(token) for token in tokenize(line)]
            assert not reads_english._needs(words), line
            assert not {*words} & {*errands.THINGS, "buy", "buys", "bought"}, line
            if gap == "between":
                assert 3 <= sum(word != "," for word in words) <= 7, line
    for lines in errands.grammar_of("ja").fillers.values():
        assert not any(reads_japanese._needs(line) or "買" in line for line in lines)


def test_nearly_every_word_of_the_language_has_a_vector() -> None:
    unknown = [word for word in errands.output_words("en") if not vocabulary().knows(word)]
    assert len(unknown) <= 5


@settings(deadline=None)
@given(seeds, st.integers(0, 12), kinds, st.sampled_from(["known", "held_out"]))
def test_a_sentence_ends_in_a_purchase_its_thing_and_a_full_stop(
    seed: int, clauses: int, kind: errands.Kind, wordings: Literal["known", "held_out"]
) -> None:
    wordings = "known" if kind in ("implied", *LOTTERY) else wordings
    tokens, thing = errands.sentence(generator(seed), clauses, wordings, kind)
    words = [token.lower() for token in tokens]
    assert words[-2:] == [thing, "."]
    assert {"buy", "buys", "bought", "some"} & set(words[-4:])
    assert [",", ","] not in [words[at : at + 2] for at in range(len(words))]
    assert tokenize(join(tokens)) == tokens
    assert not tokens[0][0].islower()


def test_the_alice_sentence_belongs_to_the_language() -> None:
    draw = Random(0)
    shape = (",", "drives", "to", "the", "to", "buy")
    made = (tokenize(filled(ENGLISH, draw, ENGLISH.choices("plain", "known")[0])[0]) for _ in range(5000))
    assert any(len(t) == 10 and tuple(t[i] for i in (1, 3, 4, 5, 8, 9)) == shape for t in made)
    assert all(token.lower() in errands.output_words("en") for token in ALICE)


@pytest.mark.parametrize("kind", LOTTERY)
def test_without_a_need_the_thing_is_a_lottery(kind: errands.Kind) -> None:
    answers = errands.batch(generator(1), 5000, 0, kind=kind).answers
    share = np.bincount(answers)[np.unique(answers)] / 5000
    assert len(share) == 10
    assert share == pytest.approx(0.1, abs=0.02)


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(1, 40), st.integers(0, 12))
def test_a_batch_is_its_sentences(seed: int, size: int, clauses: int) -> None:
    batch = errands.batch(generator(seed), size, clauses)
    rows, spoken = np.arange(size), errands.output_words("en")
    assert batch.inputs.shape == batch.targets.shape == batch.weights.shape
    assert (batch.targets[rows, batch.answer_at] == batch.answers).all()
    assert (batch.weights[rows, batch.answer_at] == sentences.ANSWER_WEIGHT).all()
    assert ((batch.weights == 0) == (batch.targets == errands.PADDING)).all()
    said = np.array([vocabulary().index(word) for word in spoken])
    pairs = batch.targets[:, :-1] != errands.PADDING, batch.targets[:, 1:] != errands.PADDING
    both = pairs[0] & pairs[1]
    assert (said[batch.targets[:, :-1][both]] == batch.inputs[:, 1:][both]).all()
    assert (batch.targets[rows, batch.answer_at + 1] == spoken.index(".")).all()
    assert {spoken[answer] for answer in batch.answers} <= set(errands.THINGS)


def test_training_never_sees_a_held_out_wording() -> None:
    rows = sorted(set().union(*ENGLISH.held_out.values()))
    assert all(len(hidden) >= 3 for hidden in ENGLISH.held_out.values())
    assert not np.isin(errands.batch(generator(2), 5000, 2).inputs, rows).any()
    seen = errands.batch(generator(2), 2000, 0, wordings="held_out", kind="plain")
    assert np.isin(seen.inputs, rows).any(1).mean() >= 0.95  # one verb of two, "[loves|love]", can be held out


def test_batches_repeat_and_kinds_have_their_shares() -> None:
    one, two = (errands.batch(generator(3), 4000, [0, 5]) for _ in range(2))
    assert (one.inputs == two.inputs).all()
    assert 1 - one.stated.mean() == pytest.approx(sum(errands.SHARES[kind] for kind in LOTTERY), abs=0.02)


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
        ("空腹のアリスが買うのは", "食べ物"),
        ("アリスは空腹ではない", None),
    ],
)
def test_need_of(text: str, thing: str | None) -> None:
    assert errands.need_of(tokenize(text)) == thing


MARKS = set(",.!?。、！？")


def words(tokens: tuple[str, ...]) -> int:
    return sum(token not in MARKS for token in tokens)


@settings(deadline=None)
@given(texts, st.integers(0, 100), seeds)
def test_stretch_adds_exactly_so_many_words_at_one_place(text: str, more: int, seed: int) -> None:
    tokens = tokenize(text)
    longer = errands.stretch(tokens, more, seed)
    if errands.language_of(tokens) == "en":
        assert words(longer) - words(tokens) == (more if tokens else 0)
    assert longer == errands.stretch(tokens, more, seed)
    extra = len(longer) - len(tokens)
    assert any(longer[:at] + longer[at + extra :] == tokens for at in range(len(tokens) + 1))
    assert " to buy " not in f" {join(tokens)} " or "to buy" in join(longer)  # never in between these two


JAPANESE = (
    "お腹を空かせたアリスは、一番近い店まで車を走らせる。買うのは",
    "太郎は空腹だ。駅前の店へ行って買うのは",
)


@given(st.sampled_from(JAPANESE), st.integers(1, 90), seeds)
def test_stretch_in_japanese(text: str, more: int, seed: int) -> None:
    tokens = tokenize(text)
    longer = errands.stretch(tokens, more, seed)
    assert words(longer) - words(tokens) == more
    assert "".join(longer).endswith("買うのは")
    assert errands.need_of(longer) == errands.need_of(tokens) == "食べ物"


@settings(deadline=None)
@given(st.sampled_from(errands.LANGUAGES), st.sampled_from(["denied", "two", "several"]), st.integers(1, 64), seeds)
def test_stories_of_several_sentences_get_exactly_so_many_words(language: str, kind: str, more: int, seed: int) -> None:
    """Whatever stands where. What is asked for is never another thing, though the rule may lose its way."""
    tokens = tokenize(drawn(errands.grammar_of(language), Random(seed), kind).text)
    longer = errands.stretch(tokens, more, seed)
    assert words(longer) - words(tokens) == more
    found = errands.meaning(tokens)
    assume(found.thing)
    assert errands.meaning(longer).thing in (found.thing, None)


# Sentences without clauses of their own: where one comes in that is there already, its place cannot be told.
PLAIN = ("Starving, Alice drives to the nearest store to buy", "Bob is thirsty. He walks to a little shop to buy")


@given(st.sampled_from(PLAIN), st.integers(0, 90), st.integers(7, 40), seeds)
def test_stretching_further_keeps_the_clauses(text: str, few: int, more: int, seed: int) -> None:
    tokens = tokenize(text)
    short, long = (errands.stretch(tokens, n, seed) for n in (few, few + more))
    same = next(at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b)
    start = next(at for at, word in enumerate(long) if at >= len(tokens) or word != tokens[at])
    kept = words(short[start:same]) if same > start else 0
    assert kept >= few - 8  # all but the last, which made the count exact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Starving, Alice drives to the store to buy", "Starving, Alice drives ~ to the store to buy"),
        ("Tired, Bob wanders to the store to buy", "Tired, Bob wanders ~ to the store to buy"),
        ("Tired, Bob drives his car to the store to buy", "Tired, Bob drives his car ~ to the store to buy"),
        ("Bob walks in and is ill and wants to buy", "Bob walks in and is ill ~ and wants to buy"),
        ("Bob is ill. He walks to the store to buy", "Bob is ill. ~ He walks to the store to buy"),
        ("Bob walks to the store. He is ill and wants to buy", "Bob walks to the store. He is ill ~ and wants to buy"),
        ("Bob is not ill. He walks to the store to buy", "Bob is not ill. ~ He walks to the store to buy"),
        ("Hello there!", "Hello there ~!"),
        ("Ill, Bob walks.", "Ill, Bob walks ~."),
    ],
)
def test_clauses_and_sentences_go_to_a_sensible_place(text: str, expected: str) -> None:
    for seed in range(20):
        longer = join(errands.stretch(tokenize(text), 12, seed))
        before, after = expected.split("~")
        assert longer.startswith(before.strip())
        assert longer.endswith(after.strip())
        assert ",," not in longer.replace(" ", "")
        assert ",." not in longer


STORIES = {
    "Bob is ill. ~He walks to the store to buy": "sentences",
    "The lights went out. ~It is late. We take the bus to the shop and buy": "sentences",
    "Bob is ill. ~He walked to the store and bought": "sentences.past",
    "太郎は空腹だ。~駅前の店へ行って買うのは": "sentences",
}


@pytest.mark.parametrize(("text", "gap"), STORIES.items())
def test_what_stands_between_sentences_are_sentences(text: str, gap: str) -> None:
    before, after = text.split("~")
    tokens = tokenize(before + after)
    lines = errands.grammar_of(errands.language_of(tokens)).fillers
    whole = {tokenize(line) for line in (*lines[gap], *lines["sentences.short"])}
    for seed in range(20):
        longer, start = errands.stretch(tokens, 30, seed), len(tokenize(before))
        added = longer[start : start + len(longer) - len(tokens)]
        ends = [at for at, token in enumerate(added) if token in ".!?。"]
        starts = [0, *(at + 1 for at in ends[:-1])]
        assert {added[start : end + 1] for start, end in zip(starts, ends, strict=True)} <= whole


def test_where_a_sentence_can_end() -> None:
    def ends(text: str) -> list[str]:
        tokens = tokenize(text)
        return [token for at, token in enumerate(tokens) if errands.can_end(tokens, at)]

    assert ends("Starving, Alice drives to the nearest store to buy food.") == ["drives", "to", "store", "to", "buy"]
    assert ends("Ill, Bob walks past the old bridge, the band playing in the park, to") == [
        *("walks", "bridge", "park", "to"),
    ]
    assert ends("Because Bob is in love, he") == []
    assert ends("Cold, she saunters along the quiet river to the haberdashery") == [
        *("saunters", "river", "to", "haberdashery"),
    ]
    assert ends("What is the meaning of life? To buy") == ["To", "buy"]
    assert ends("I hate school, to buy") == ["school", "to", "buy"]
    assert ends("空腹の太郎は店へ行って買うのは") == ["て", "買う", "の", "は"]
    assert ends("ねむい！？。帰りたい。買いたいのは") == ["!", "?", "。", "。", "買い", "たい", "の", "は"]
    assert ends("店へ行った。買った物は") == ["。", "買っ", "た", "物", "は"]


@given(texts)
def test_can_end_answers_for_any_text(text: str) -> None:
    tokens = tokenize(text)
    assert all(errands.can_end(tokens, at) in (True, False) for at in range(len(tokens)))


def test_the_examples_are_what_they_are_said_to_be() -> None:
    """Of each kind one, in both languages the same ones; Alice's alone tells no need."""
    english, japanese = ([errands.need_of(tokenize(text)) for text in errands.EXAMPLES[one]] for one in ("en", "ja"))
    assert english == ["water", "food", "shoes", "coffee", "gloves", "books", "candles", None]
    assert japanese == ["水", "食べ物", "靴", "コーヒー", "手袋", "本", "ろうそく", None]


def test_a_linear_classifier_finds_the_need_of_most_held_out_wordings() -> None:
    assert 0.6 <= errands.held_out_ceiling() <= 1


@pytest.mark.parametrize(("kind", "most"), [("advice", 17), ("brief", 24)])
def test_the_shorter_kinds_are_short(kind: errands.Kind, most: int) -> None:
    made = errands.batch(np.random.default_rng(5), 300, [0], kind=kind)
    assert (made.answer_at + 1 <= most).all()
