"""A need between quotation marks: whose words it is, and where it is nobody's."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.tasks import errands
from rnnviz.tasks.errands.quoted import spans
from rnnviz.text import quotations, tokenize

ENGLISH_MARKS = ['""', "''", "‘’", "“”", "„“", "„”", "«»", "»«", "‹›", "＂＂", "「」", "『』"]
JAPANESE_MARKS = [*ENGLISH_MARKS, "｢｣", "〝〟"]
SAID = {
    "He said {I am hungry} and went to buy": "food",
    "{I am hungry,} said Bob, and he went to buy": "food",
    "{I'm starving!} Luis goes to the store to buy": "food",
    "Bob has finally admitted, {I am ill}, and goes to buy": "medicine",
    "{お腹が空いた}と彼は言った。買うのは": "食べ物",
    "彼は{お腹が空いた}と言った。買うのは": "食べ物",
    "太郎の答えは{眠い}。太郎が店へ行って買うのは": "コーヒー",
    "{眠いよ}とルーシー。ルーシーが買うのは": "コーヒー",
}
"""In {} what is quoted: somebody says it of themselves."""
NOBODYS = (
    "print({I am hungry}) # so we go to buy",
    "print({I am not hungry}) # so we go to buy",
    "Our need = {thirsty}; so we go to buy",
    "The song {I am so hungry} is on the radio. Bob goes to buy",
    "Bob reads the word {hungry} and goes to buy",
    "A sign says {I am hungry}. Bob goes to buy",
    "Bob wrote {I am thirsty} on the wall. He goes to buy",
    "{hungry} to buy",
    "print({お腹が空いた})  # 買うのは",
    "print({お腹は空いていない})  # 買うのは",
    "{眠い}という本を太郎が読む。買うのは",
    "太郎は黒板に{眠い}と書いた。買うのは",
    "{空腹}を太郎が辞書で引いた。買うのは",
    "{お腹が空いた}買うのは",
)
"""Nobody does, or readers would take it in two ways."""


def between(text: str, marks: str) -> str:
    return text.replace("{", marks[0]).replace("}", marks[1])


def cases(texts: Iterable[str], japanese: list[str], english: list[str]) -> list[tuple[str, str]]:
    return [(text, marks) for text in texts for marks in (english if text.strip("{").isascii() else japanese)]


@pytest.mark.parametrize(("text", "marks"), cases(SAID, JAPANESE_MARKS, ENGLISH_MARKS))
def test_what_somebody_is_quoted_as_saying_of_themselves_is_their_need(text: str, marks: str) -> None:
    assert errands.meaning(tokenize(between(text, marks))).thing == SAID[text]


@pytest.mark.parametrize(("text", "marks"), cases(NOBODYS, JAPANESE_MARKS, ENGLISH_MARKS))
def test_what_is_only_quoted_is_nobodys_need(text: str, marks: str) -> None:
    """Neither is it a denied one."""
    found = errands.meaning(tokenize(between(text, marks)))
    assert found.says in ("quoted", "doubt")
    assert found.thing is None


@pytest.mark.parametrize(
    ("text", "thing"), [("I am hungry, so we go to buy", "food"), ("お腹が空いた。買うのは", "食べ物")]
)
def test_without_its_marks_it_is_stated(text: str, thing: str) -> None:
    """Or the sentences would prove nothing of the marks."""
    assert errands.meaning(tokenize(text)).thing == thing


def test_a_need_outside_stands_though_another_one_is_quoted() -> None:
    """It is named, and the rule is not sure."""
    found = errands.meaning(tokenize('Bob is hungry. He reads the word "thirsty" and goes to buy'))
    assert found.says == "several"
    assert found.need
    assert found.need.thing == "food"


@pytest.mark.parametrize(
    "text",
    [
        "The bears' cave is cold, so the bears march into the boys' room to buy",
        "I'm hungry, and my sisters' cat isn't. I go to buy",
        "Rock 'n roll makes Bob hungry. He goes to buy",
        "I'm 腹ペコ、so let's go to コンビニ。買うのは",
    ],
)
def test_an_apostrophe_is_no_quotation_mark(text: str) -> None:
    tokens = tokenize(text)
    assert not spans(tokens)
    assert errands.meaning(tokens).says != "quoted"


def test_a_quotation_inside_another_and_one_that_is_not_closed() -> None:
    assert quotations([*'"he«no»"or"yes']) == [(0, 7), (3, 6), (10, 14)]
    words = ["「", "a", "『", "b", "』", "」", "「", "c"]
    assert quotations(words) == [(0, 5), (2, 4), (6, 8)]
    assert quotations(["“", "a", "”", "„", "b", "“"]) == [(0, 2), (3, 5)]
    assert quotations(["'", "a", "'"], apostrophes={0, 2}) == []


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", *"「」『』“”„«»‹›\"'"]), max_size=12))
def test_quotations_of_any_marks_stand_beside_or_inside_each_other(words: list[str]) -> None:
    found = quotations(words)
    assert all(0 <= start < end <= len(words) for start, end in found)
    assert found == sorted(found)
    closed = [one for one in found if one[1] < len(words)]
    assert len({at for one in closed for at in one}) == 2 * len(closed)
    for a, b in closed:
        assert all(not (a < c < b < d) for c, d in closed)


@settings(deadline=None)
@given(st.text(alphabet="ab「」『』“”„«»‹›\"' .,お腹が空いた(=", max_size=30))
def test_any_marks_can_be_read(text: str) -> None:
    tokens = tokenize(text)
    for read in range(len(tokens) + 1):
        assert errands.meaning(tokens, read).says in errands.SAYS
