"""What is said of training's sentences, against sentences as training draws them."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import get_args

import pytest

from rnnviz.tasks import errands
from rnnviz.tasks.errands import met
from rnnviz.tasks.errands.sentences import Made, made
from rnnviz.text import normal, tokenize


@cache
def drawn(size: int, language: str = "en") -> list[Made]:
    """Sentences of every kind with few fillers."""
    draw = Random(0)
    return [made(draw, language, kind, draw.choice([0, 1])) for kind in get_args(errands.Kind) for _ in range(size)]


ENGLISH = met.record("en")


def test_every_word_before_a_need_is_one_of_training() -> None:
    """Up to the last need that the rule sees, however late it stands."""
    for tokens, _, _ in drawn(150):
        if needs := errands.mentions(tokens[:-2]):
            strange = {normal(token) for token in tokens[: needs[-1].start]} - ENGLISH.before
            assert not strange, (strange, tokens)


@pytest.mark.parametrize("language", errands.LANGUAGES)
def test_the_file_of_words_before_needs_is_that_of_the_frames(language: str) -> None:
    """A frame that was changed asks for `python -m scripts.words`."""
    assert met.record(language).before == met.before_needs(language)


def test_words_stand_before_needs_that_never_did_in_the_small_language_and_others_never_do() -> None:
    assert {"not", "no", "yesterday", "thought"} <= ENGLISH.before
    assert not {"printer", "hypotenuse", "quarterly"} & ENGLISH.before


def test_no_sentence_of_training_names_more_needs_than_is_said() -> None:
    """The rule may hear two words of one wording; training tells at most two needs."""
    assert ENGLISH.most == 2


def test_of_a_japanese_sentence_of_training_nothing_is_called_new() -> None:
    """But for one in a hundred: what a word is hangs in Japanese on the words beside it."""
    found = []
    for tokens, _, _ in drawn(100, "ja"):
        if need := errands.meaning(tokens).need:
            found.append(met.unmet(tokens, need, errands.mentions(tokens))[0] == "met")
    assert len(found) > 500
    assert found.count(False) <= len(found) / 100


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("家の電気が消えてしまったので、父が店へ行く。買うのは", "家の電気が消えてしまった"),
        ("翔太は靴がないため、店へ行く。買うのは", "靴がない"),
        ("明日のマラソンに履くものを持っていない会社員が店へ行く。買うのは", "明日のマラソンに履くものを持っていない"),
        ("靴が小さくなったんです。店へ行って買いたいのは", "靴が小さくなった"),
    ],
)
def test_a_japanese_need_is_named_in_whole_words(text: str, named: str) -> None:
    tokens = tokenize(text)
    (need,) = errands.mentions(tokens)
    assert "".join(tokens[need.start : need.end + 1]) == named


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Starving, Alice drives to buy", ("met", "")),
        ("Bob drives to the store. He is starving. He wants to buy", ("met", "")),
        ("Bob is not ill but thirsty. He goes to buy", ("met", "")),
        ("The accountant is hungry. She goes to buy", ("before", "accountant")),
        ("Zoe has toothache. She goes to buy", ("wording", "toothache")),
        ("Bob is hungry. Tom is ill. Max is tired. Bob goes to buy", ("two", "")),
        ("お腹が空いた太郎が店へ行く。買うのは", ("met", "")),
        ("忍者は喉が渇いた。店へ行く。買うのは", ("before", "忍者")),
        ("口の中がぱさぱさの太郎が店へ行く。買うのは", ("wording", "口の中がぱさぱさ")),
        ("ひまー！店へ行く。買うのは", ("wording", "ひまー")),  # ひ and まー, and training had ひま
    ],
)
def test_what_training_never_had(text: str, wanted: tuple[str, str]) -> None:
    tokens = tokenize(text)
    need = errands.meaning(tokens).need
    assert need
    assert met.unmet(tokens, need, errands.mentions(tokens)) == wanted


def test_a_wording_held_out_from_training_was_never_met() -> None:
    from rnnviz.tasks.errands.wordings import told

    known = errands.grammar_of("en").wordings["known"]
    hidden = [line for line in told("en")["food", "adj"] if line not in known["food", "adj"]]
    assert hidden
    for line in hidden:
        tokens = tokenize(f"{line}, Bob goes to buy")
        need = errands.mentions(tokens)[0]
        assert met.unmet(tokens, need, [need])[0] == "wording"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Alice isn't very hungry. She goes to buy", ("isn't very hungry", "very hungry", "isn't")),
        ("Free of hunger, Bob goes to buy", ("Free of hunger", "hunger", "Free")),
        ("He is hungry? No, he is ill. He goes to buy", ("hungry? No", "hungry", "")),
        ("太郎はお腹は空いていない。店へ行って買うのは", ("お腹は空いていない", "お腹は空いている", "")),
        ("太郎は空腹ではない。店へ行って買うのは", ("空腹ではない", "空腹だ", "")),
    ],
)
def test_a_denied_need_is_quoted_with_its_negation(text: str, wanted: tuple[str, str, str]) -> None:
    tokens = tokenize(text) if text.isascii() else tuple(text)
    denied = errands.meaning(tokens).denied
    assert denied
    assert met.negated(tokens, denied) == wanted
