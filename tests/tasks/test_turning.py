"""The words at which a sentence turns: sentences marked by hand, and the rule that is read word by word."""

from __future__ import annotations

from random import Random

import pytest

from rnnviz.tasks import errands
from rnnviz.tasks.errands.grammar import drawn
from rnnviz.text import tokenize

# After each turning word: "-" and what is denied, "+" and what is asked for instead.
MARKED = (
    "Alice is not starving -food . She is thirsty +water . She goes to the store to buy",
    "Maria is thirsty and not hungry -food . She goes to the store to buy",
    "Is Bob hungry ? No -food , he is tired +coffee . He goes to the store to buy",
    "Bob said he was hungry , but that was a lie -food : he is tired +coffee . He goes to the store to buy",
    "Everybody thought that Ken was bored . In fact he was dirty +soap , and he goes to the store to buy",
    "Diana is neither hungry -food nor bored -books . She goes to the store to buy",
    "Bob used to be hungry -food . He goes to the store to buy",
    "Starving , Alice does not wait and drives to the store to buy",
    "Emma is ill and Tom is bored . Tom goes to the store to buy",
    "The capital of France is",
)
MARKED_JA = (
    "真理はお腹は空いていない-食べ物が、喉が渇+水いている。店へ行って買うのは",
    "アリスは空腹ではない-食べ物。店へ行って買うのは",
    "太郎は空腹だ。店へ行って買うのは",
)


def unmarked(text: str) -> tuple[tuple[str, ...], dict[int, tuple[str, str]]]:
    """The tokens, and by token how it turns and which thing."""
    words, marks = [], {}
    for part in text.split():
        if part[0] in "-+" and len(part) > 1:
            marks[len(tokenize(" ".join(words))) - 1] = ({"-": "denied", "+": "needed"}[part[0]], part[1:])
        else:
            words.append(part)
    return tokenize(" ".join(words)), marks


@pytest.mark.parametrize("text", MARKED)
def test_where_a_sentence_turns(text: str) -> None:
    tokens, marks = unmarked(text)
    found = errands.turnings(tokens)
    assert {at: (one.to, one.thing) for at, one in found.items()} == marks


@pytest.mark.parametrize("text", MARKED_JA)
def test_where_a_japanese_sentence_turns(text: str) -> None:
    """By characters: the rule must not hang on how they are parted."""
    letters, marks, at = [], {}, 0
    things = errands.things("ja")
    while at < len(text):
        thing = next((one for one in things if text.startswith(one, at + 1)), "") if text[at] in "-+" else ""
        if thing:
            marks[len(letters) - 1] = ({"-": "denied", "+": "needed"}[text[at]], thing)
        else:
            letters.append(text[at])
        at += 1 + len(thing)
    found = errands.turnings(tuple(letters))
    assert {at: (one.to, one.thing) for at, one in found.items()} == marks


@pytest.mark.parametrize("language", errands.LANGUAGES)
def test_at_a_turning_word_what_is_asked_for_changes(language: str) -> None:
    """In the words of the rule, which reads no further; what is denied there the whole sentence denies too."""
    draw, seen = Random(language), 0
    for _ in range(120):
        tokens = tokenize(drawn(errands.grammar_of(language), draw, "denied").text)
        for at, one in errands.turnings(tokens).items():
            before, now = errands.meaning(tokens, at), errands.meaning(tokens, one.read)
            assert at < one.read
            assert not any(token.isalnum() for token in tokens[at + 1 : one.read]), "only marks may follow"
            if one.to == "needed":
                assert before.thing != one.thing == now.thing == errands.meaning(tokens).thing
            else:
                assert errands.meaning(tokens).thing != one.thing or now.thing != one.thing
                assert now.thing != one.thing
            seen += 1
    assert seen >= 60


@pytest.mark.parametrize("language", errands.LANGUAGES)
@pytest.mark.parametrize("kind", ["plain", "late", "implied", "none"])
def test_a_sentence_that_denies_nothing_seldom_turns(kind: str, language: str) -> None:
    draw = Random(f"{language} {kind}")
    texts = [drawn(errands.grammar_of(language), draw, kind).text for _ in range(100)]
    assert sum(bool(errands.turnings(tokenize(text))) for text in texts) <= 3
