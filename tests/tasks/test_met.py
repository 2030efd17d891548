"""What is said of training's sentences, against sentences as training draws them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from rnnviz.tasks import errands
from rnnviz.tasks.errands import met
from rnnviz.tasks.errands.lexicon import THING_OF
from rnnviz.text import tokenize, vocabulary


@cache
def drawn() -> list[list[str]]:
    """Sentences of every form and several lengths, as their words."""
    rng, found = np.random.default_rng(0), []
    for form, clauses in (("advice", [0]), ("brief", [0, 1]), ("errand", [0, 3])):
        batch = errands.batch(rng, 8000, clauses, form=form)  # type: ignore[arg-type]
        ends = batch.answer_at + 1
        found += [[vocabulary().words[row] for row in rows[:end]] for rows, end in zip(batch.inputs, ends, strict=True)]
    return found


def needs_in(words: list[str]) -> list[int]:
    return [at for at, word in enumerate(words) if word in THING_OF]


def test_the_words_before_needs_are_those_of_training() -> None:
    seen = {word for words in drawn() for at in needs_in(words) for word in words[:at]}
    phrases = {"in", "the"}  # of "in love", "in the dark": part of the need
    assert seen - phrases == met.BEFORE_NEEDS - phrases


def test_every_word_of_training_is_known_and_none_besides() -> None:
    assert {word for words in drawn() for word in words} <= met.WORDS
    assert "not" not in met.WORDS


def test_training_named_one_need_at_most_and_never_after_a_negation() -> None:
    assert max(len(needs_in(words)) for words in drawn()) == 1
    assert not {"not", "n't", "never", "no", "without"} & met.BEFORE_NEEDS


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Starving, Alice drives to buy", ("met", "")),
        ("Bob drives to the store. He is starving. He wants to buy", ("before", "drives")),
        ("Famished, Alice drives to buy", ("wording", "Famished")),
        ("Bob is hungry. He ate a big lunch. Now he is thirsty. He goes to buy", ("two", "")),
        ("Alice has a headache. She goes to buy", ("wording", "headache")),
    ],
)
def test_what_training_never_had(text: str, wanted: tuple[str, str]) -> None:
    tokens = tokenize(text)
    need = errands.meaning(tokens).need
    assert need
    assert met.unmet(tokens, need, errands.mentions(tokens)) == wanted


def test_a_denied_need_is_quoted_with_its_negation() -> None:
    tokens = tokenize("Alice isn't very hungry. She goes to buy")
    denied = errands.meaning(tokens).denied
    assert denied
    assert met.negated(tokens, denied) == ("isn't very hungry", "hungry", "isn't")
