"""What a sentence asks for: plain English, what turns its meaning, and the language of errands itself."""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz.tasks import errands
from rnnviz.text import tokenize, vocabulary

GOES = "goes to the store to buy"
STATED = {
    "I am so hungry I could eat a horse, so I go to the store to buy": "food",
    f"Taylor Swift is freezing. She {GOES}": "gloves",
    "STARVING ALICE GOES TO THE STORE TO BUY": "food",
    f"Alice is not starving, she is thirsty. She {GOES}": "water",
    f"He isn't at all hungry but very thirsty. He {GOES}": "water",
    f"Nobody is hungry. Bob is thirsty. He {GOES}": "water",
    f"Bob is hungry. He ate a big lunch. Now he is thirsty. He {GOES}": "water",
    "Bob drives to the store. He is starving. He wants to buy": "food",
    f"Tim is dirty and Leon is in love. Leon {GOES}": "flowers",
    f"Because her stomach is growling, Olivia {GOES}": "food",
}
DENIED = (
    f"Bob is not hungry. He {GOES}",
    f"Nobody is hungry. Alice {GOES}",
    f"No one is ill. Alice {GOES}",
    f"He is no longer thirsty. He {GOES}",
    f"Maria is neither hungry nor thirsty. She {GOES}",
    f"Susan isn't bored. She {GOES}",
)
UNSURE = {
    "Bob is pretending to be ill. He goes to the store to buy": "doubt",
    "Bob is in the dark about the plan. He goes to the store to buy": "doubt",
    "Alice is rarely ill. She goes to the store to buy": "negation",
    "Alice is tired but wants flowers. She goes to the store to buy": "several",
    f"Alice can't stop yawning. She {GOES}": "negation",
    f"Maria is not hungry and thirsty. She {GOES}": "negation",
    f"Lovesick and bored, Werther {GOES}": "several",
    f"Bob is hungry. He ate a big lunch. He {GOES}": "bought",
    f"Starving, Alice goes to the store to buy food and then she is thirsty, so she {GOES}": "bought",
    f"Bob was hungry yesterday. He {GOES}": "past",
    f"Bob used to be hungry. He {GOES}": "past",
    f"If Alice is hungry, she {GOES}": "doubt",
    f"Alice is hungry. Bob is happy. He {GOES}": "whose",
    f"Bob is tired of waiting. He {GOES}": "picture",
    f"The soup is cold. Alice {GOES}": "picture",
    f"A cold drink helps. Alice {GOES}": "picture",
    f"The paint is dry. Bob {GOES}": "picture",
    f"Her icy stare frightens Bob. He {GOES}": "picture",
}
NONE = (
    f"My printer is out of ink, so she {GOES}",
    f"I love pizza. She {GOES}",
    "The capital of France is",
    "zzxqy",
    ".",
)


@pytest.mark.parametrize(("text", "thing"), STATED.items())
def test_a_plain_need(text: str, thing: str) -> None:
    assert errands.meaning(tokenize(text)).thing == thing


@pytest.mark.parametrize("text", DENIED)
def test_a_need_that_is_denied(text: str) -> None:
    found = errands.meaning(tokenize(text))
    assert (found.says, found.thing) == ("denied", None)
    assert found.denied


@pytest.mark.parametrize(("text", "why"), UNSURE.items())
def test_what_turns_the_meaning_is_named(text: str, why: str) -> None:
    found = errands.meaning(tokenize(text))
    assert (found.says, found.thing) == (why, None)
    assert found.need


@pytest.mark.parametrize("text", NONE)
def test_no_need_that_is_known(text: str) -> None:
    assert errands.meaning(tokenize(text)) == errands.Meaning("none")


def test_every_reason_has_been_met_and_no_other() -> None:
    assert {"stated", "denied", "none", *UNSURE.values()} == set(errands.SAYS)


@pytest.mark.parametrize("text", [*STATED, *DENIED])
@pytest.mark.parametrize("words", [1, 7, 40, 64])
def test_words_in_between_change_nothing(text: str, words: int) -> None:
    """Though some name people, or have a "no" and a "before" in them."""
    tokens = tokenize(text)
    plain, stretched = (errands.meaning(one) for one in (tokens, errands.stretch(tokens, words)))
    assert (plain.says, plain.thing) == (stretched.says, stretched.thing)


@pytest.mark.parametrize("wordings", ["known", "held_out"])
@pytest.mark.parametrize("form", ["advice", "brief", "errand"])
def test_the_language_of_errands_is_always_understood(form: str, wordings: str) -> None:
    rng = np.random.default_rng(7)
    for stated in (True, False):
        made = errands.batch(rng, 300, [0, 1, 3], wordings=wordings, stated=stated, form=form)  # type: ignore[arg-type]
        for inputs, end, answer in zip(made.inputs, made.answer_at + 1, made.answers, strict=True):
            words = tuple(vocabulary().words[row] for row in inputs[:end])
            found = errands.meaning(words)
            assert found.thing == (errands.OUTPUT_WORDS[answer] if stated else None), words
            assert found.says == ("stated" if stated else "none"), words


@pytest.mark.parametrize("text", [*STATED, *DENIED, *UNSURE])
def test_a_beginning_is_read_without_what_comes_after(text: str) -> None:
    tokens = tokenize(text)
    for read in range(1, len(tokens) + 1):
        found = errands.meaning(tokens, read)
        assert found.need is None or found.need.end < read
        assert found == errands.meaning(tokens[:read])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Starving, Alice drives", ("Thirsty , Alice drives", "Thirsty", "water")),
        ("Alice is in love and drives", ("Alice is lightless and drives", "lightless", "candles")),
        ("Because she yawns, she drives", None),
    ],
)
def test_another_need_in_the_place_of_this_one(text: str, wanted: tuple[str, str, str] | None) -> None:
    tokens = tokenize(text)
    need = errands.meaning(tokens).named
    assert need
    given = errands.exchanged(tokens, need)
    assert given
    if wanted:
        assert (" ".join(given[0]), *given[1:]) == wanted
    assert errands.meaning(given[0]).thing == given[2] != need.thing
