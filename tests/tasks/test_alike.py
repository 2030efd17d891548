"""What is offered for a word is one token, of its kind, and states no need by accident."""

import pytest

from rnnviz.tasks import errands
from rnnviz.text import tokenize

SENTENCES = (
    *(example for examples in errands.EXAMPLES.values() for example in examples),
    "I'm freezing, so I go to the shop to buy",
    "空腹のアリスは店へ行って買うのは",
    "zzxqy <b> $x$ 3.14 🍕",
)


def things(tokens: tuple[str, ...]) -> list[str]:
    return [one.thing for one in errands.mentions(tokens)]


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("words", [0, 13])
def test_what_is_offered_is_another_word_of_one_token(sentence: str, words: int) -> None:
    tokens = errands.stretch(tokenize(sentence), words)
    offered = errands.alike(tokens)
    assert len(offered) == len(tokens)
    for token, others in zip(tokens, offered, strict=True):
        assert len({one.lower() for one in (token, *others)}) == 1 + len(others) <= 10
        assert all(tokenize(one) == (one,) for one in others)


@pytest.mark.parametrize(
    ("sentence", "at", "thing"),
    [
        ("Starving, Alice drives to the store to buy", 0, "food"),
        ("I'm freezing, so I go to the shop to buy", 2, "gloves"),
        ("Karl walks to the village store, for he is tired, and wants to buy some", 10, "coffee"),
        ("空腹のアリスは店へ行って買うのは", 0, "食べ物"),
        ("裸足のゆきは、大きな市場へ急ぐ。買うのは", 0, "靴"),
    ],
)
def test_for_a_need_other_needs_are_offered(sentence: str, at: int, thing: str) -> None:
    tokens = tokenize(sentence)
    assert thing in things(tokens)
    offered = errands.alike(tokens)[at]
    assert len(offered) >= 5
    for word in offered:
        other = things((*tokens[:at], word, *tokens[at + 1 :]))
        assert thing not in other
        assert len(other) == len(things(tokens))
        assert word[0].isupper() == tokens[at][0].isupper() or not word.isascii()


def test_for_a_name_names_are_offered_those_of_the_sentence_first() -> None:
    tokens = tokenize("Alice is hungry and Bob is thirsty. She walks to the market to buy")
    offered = errands.alike(tokens)
    assert offered[0][0] == "Bob"
    assert offered[4][0] == "Alice"
    assert {"Anna", "Carol"} <= set(offered[0])
    assert "太郎" in errands.alike(tokenize("空腹のアリスは店へ行って買うのは"))[2]


def test_for_a_word_of_a_place_or_a_verb_of_going_what_makes_another_one() -> None:
    offered = errands.alike(tokenize("Starving, Alice drives to the nearest store to buy"))
    assert {"walks", "runs"} <= set(offered[3])
    assert "drive" not in offered[3]
    assert {"local", "corner"} <= set(offered[6])
    assert set(offered[7]) == {"shop", "supermarket"}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_filler_leaves_what_is_asked_for(sentence: str) -> None:
    tokens = tokenize(sentence)
    found = errands.filler(tokens, errands.alike(tokens))
    if found is None:
        assert "zzxqy" in sentence
        return
    at, word = found
    assert word != tokens[at]
    assert not any(need.start <= at <= need.end for need in errands.mentions(tokens))
    assert errands.meaning((*tokens[:at], word, *tokens[at + 1 :])).thing == errands.meaning(tokens).thing
