"""The verdict above the figures and the layer beneath it, against networks run by PyTorch alone."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import numpy as np
import pytest
import torch

import rnnviz
from rnnviz.language import translate
from rnnviz.networks.network import Network
from rnnviz.scenes import deeper, swaps
from rnnviz.scenes.gradients import ratio
from rnnviz.scenes.notices import notices
from rnnviz.scenes.readings import read_sentence
from rnnviz.scenes.step import compose_step
from rnnviz.scenes.writer import View
from rnnviz.tasks import errands
from rnnviz.tasks.errands import met
from rnnviz.tasks.errands.grammar import drawn
from rnnviz.text import tokenize, vocabulary

LANGUAGES = ["en", "ja"]
FED = "Bob is not hungry. He goes to the store to buy"
NAMES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


@cache
def said(text: str, language: str = "en", trained: bool = True, left: str = "rnn", right: str = "lstm") -> list[str]:
    """The verdict at each word."""
    sent = json.loads(compose_step(tokenize(text), left, right, trained, View(language, "light", 1.0)).payload)
    return ["".join(run for run, _ in runs) for runs in sent["notice"]]


@cache
def layers(tokens: tuple[str, ...], left: str = "rnn", right: str = "lstm", language: str = "en") -> str:
    """All of the second layer."""
    sent = json.loads(compose_step(tokens, left, right, True, View(language, "light", 1.0)).payload)
    return "\n".join("".join(run for run, _ in runs) for runs in sent["deeper"])


def piece(language: str, key: str, **values: Any) -> str:
    return translate(language, f"step.{key}").replace("*", "").format(**values)


@cache
def double(name: str) -> Network:
    return rnnviz.load(name).double()


def states(name: str, tokens: tuple[str, ...]) -> tuple[Any, list[Any], list[Any]]:
    """Logits after the last word, and h and c after every one: torch's own modules, in double precision."""
    network = double(name)
    rows = torch.tensor(vocabulary().vectors)[[vocabulary().index(token) for token in tokens]].double()
    read = network.projection(rows)
    state, hs, cs = None, [], []
    for x in read:
        _, state = network.body(x[None, None], state)
        h, c = state if isinstance(state, tuple) else (state, state)
        for one in (h, c):
            one.retain_grad()
        hs.append(h)
        cs.append(c)
    return network.readout(hs[-1])[0, 0], hs, cs


@cache
def bought(name: str, tokens: tuple[str, ...]) -> str:
    """The likeliest of the ten things after "… to buy"."""
    logits, words = states(name, tokens)[0], double(name).words
    return max(errands.THINGS, key=lambda thing: logits[words.index(thing)].item())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        "Starving, Alice drives to the nearest store to buy",
        "Alice is not starving, she is thirsty. She goes to the store to buy",
        "Famished, Bob goes to buy",
        "Freezing, Bob walks to the shop to buy",
    ],
)
def test_right_and_wrong_are_what_the_networks_buy(text: str, language: str) -> None:
    tokens = tokenize(text)
    wanted = errands.meaning(tokens).thing
    right = [NAMES[name] for name in ("rnn", "lstm") if bought(name, tokens) == wanted]
    wrong = [NAMES[name] for name in ("rnn", "lstm") if NAMES[name] not in right]
    key = "both_right" if not wrong else "one_right" if right else "both_wrong"
    last = said(text, language)[-1]
    for other in ("both_right", "one_right", "both_wrong"):
        told = [piece(language, f"notice.{other}", right=r, wrong=w, thing=wanted)
                for r in (right or ["RNN"], ["LSTM"]) for w in (wrong or ["LSTM"], ["RNN"])]  # fmt: skip
        assert any(one in last for one in told) == (other == key)
    for name in ("rnn", "lstm"):
        assert bought(name, tokens) in last


def verdict_if_both_buy(thing: str, text: str, language: str) -> str:
    """The last verdict, were both networks as good as sure of this thing, whatever their weights say."""
    tokens = tokenize(text)
    read = [read_sentence(name, True, tokens) for name in ("rnn", "lstm")]
    sure = np.full_like(read[0].asked, 0.01)
    sure[:, errands.things(read[0].reads).index(thing)] = 0.9
    runs = notices([replace(one, asked=sure) for one in read], {}, language)[-1]
    return "".join(run for run, _ in runs)


READ_AS_NEEDS = [  # what is quoted with its negation, without it, and the negation, if training had it before no need
    ("Bob ain't hungry. He goes to the store to buy", "ain't hungry", "hungry", "ain't"),
    (FED, "not hungry", "hungry", ""),
    ("Bob isn't hungry. He goes to the store to buy", "isn't hungry", "hungry", ""),
    ("Alice is not starving, she is thirsty. She goes to the store to buy", "not starving", "starving", ""),
    ("Far from hungry, Bob is tired. He goes to the store to buy", "Far from hungry", "hungry", ""),
    ("Is Bob hungry? No, he is tired. He goes to the store to buy", "hungry? No", "hungry", ""),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("text", "whole", "bare", "never"), READ_AS_NEEDS)
def test_a_denied_need_that_is_read_as_a_need_is_told_and_why(
    text: str, whole: str, bare: str, never: str, language: str
) -> None:
    """That no sentence of training had the negation before a need is said only where it is true."""
    last = verdict_if_both_buy("food", text, language)
    misread = piece(language, "notice.misread_both", whole=whole, bare=bare)
    assert misread in last
    assert misread not in verdict_if_both_buy("gloves", text, language)
    start = translate(language, "step.notice.never_before").split("*")[0]
    assert (start in last) == bool(never)
    assert piece(language, "notice.never_before", word=never) in last or not never


def test_the_negations_of_training_are_those_of_its_sentences() -> None:
    """Drawn ones have "not" and "isn't" before needs, and never "ain't"."""
    draw = Random(0)
    seen = {one for _ in range(300) for one in before_needs(drawn(errands.grammar_of("en"), draw, "denied").text)}
    assert {"not", "is", "n't"} <= seen
    assert "ai" not in seen
    assert [met.never_before(word) for word in ("not", "isn't", "ain't")] == [False, False, True]


def before_needs(text: str) -> set[str]:
    """The words before the last need of a sentence, in lower case."""
    tokens = tokenize(text)
    found = errands.mentions(tokens)
    return {token.lower() for token in tokens[: found[-1].start]} if found else set()


def test_where_a_denied_need_leaves_nothing_the_reader_is_asked() -> None:
    for language in LANGUAGES:
        assert piece(language, "notice.open") in said(FED, language)[-1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("My printer is out of ink, so I go to the store to buy", "open"),
        ("Bob is tired of waiting. He goes to the store to buy", "open"),
        ("Alice drives to the store to buy", "lottery"),
    ],
)
def test_where_it_cannot_be_known_nothing_is_called_right(text: str, key: str, language: str) -> None:
    last = said(text, language)[-1]
    assert piece(language, f"notice.{key}") in last
    assert piece(language, "notice.both_right") not in last
    if errands.meaning(tokenize(text)).says == "none":
        assert all(need in last for need in errands.NEEDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_question_is_said_as_it_is_put(language: str) -> None:
    """What is added stands there, as much of it as the sentence lacks; the answer is to exactly that."""
    verdicts = said("Starving, Alice drives to buy", language)
    assert "to buy" in verdicts[3]
    prefix = tokenize("Starving, Alice drives")
    for name in ("rnn", "lstm"):
        assert bought(name, (*prefix, "to", "buy")) in verdicts[3]
    mark = {"en": ("“to buy”", "“buy”"), "ja": ("「to buy」", "「buy」")}[language]
    assert mark[0] in verdicts[3]
    assert mark[1] in verdicts[4]
    assert not any(one in verdicts[5] for one in mark)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    ["Starving, Alice goes to the store and buys", "I'm hungry, go to the shop and buy some", "ぼくがおみせでかうのは"],
)
def test_nothing_is_said_to_be_added_where_the_sentence_asks(text: str, language: str) -> None:
    last, start = said(text, language)[-1], translate(language, "step.notice.asked").split("{")[0]
    assert start not in last


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_of_training_names_the_sentences_it_is_of(language: str) -> None:
    """ "Such sentences" is said of none: the one that was typed may be like none of them."""
    last = said("ああああああああああああああああああああ", language)[-1]
    assert piece(language, "notice.lottery") in last
    assert {"en": "sentences without a need", "ja": "文のうち欲求のないもの"}[language] in last


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_no_need_is_exchanged_for_none(language: str) -> None:
    start = translate(language, "step.deeper.exchange").split("{")[0].replace("*", "")
    assert start in layers(tokenize("Bob is cold. He goes to the store to buy"), language=language)
    assert start not in layers(tokenize("The soup is cold. Alice goes to the store to buy"), language=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_untrained_networks_guess_blindly_and_are_neither_right_nor_wrong(language: str) -> None:
    start = translate(language, "step.notice.blind").split("{")[0]
    for verdict in said("Starving, Alice drives to the store to buy", language, trained=False):
        assert start in verdict
        assert piece(language, "notice.both_right") not in verdict
    assert start not in said("Starving, Alice drives to the store to buy", language)[-1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", sorted(set(errands.SAYS) - {"stated", "denied", "none"}))
def test_every_reason_has_its_words(why: str, language: str) -> None:
    assert piece(language, f"notice.because.{why}").strip()


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("words", [0, 20])
def test_the_gradient_is_that_of_h_in_every_network(name: str, words: int) -> None:
    tokens = errands.stretch(tokenize("Starving, Alice drives to the nearest store to buy"), words)
    logits, hs, _ = states(name, tokens)
    logits[double(name).words.index("food")].backward()
    wanted = float(hs[0].grad.norm() / hs[-1].grad.norm())
    assert ratio(read_sentence(name, True, tokens).gradients.norms) == pytest.approx(wanted, rel=1e-3)


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("words", [0, 40])
def test_an_exchange_counts_what_changes(name: str, words: int) -> None:
    tokens = errands.stretch(tokenize("Starving, Alice drives to the nearest store to buy"), words)
    given = ("Thirsty", *tokens[1:])
    need = errands.meaning(tokens).need
    assert need
    one, other = read_sentence(name, True, tokens), swaps.read_again(name, True, given)
    found = swaps.change(one, other, (-1, -1), ("food", "water"))
    (_, h, c), (_, other_h, other_c) = (states(name, one) for one in (tokens, given))
    moved = (h[-1] - other_h[-1]).abs() > 0.5
    assert found.h == int(moved.sum())
    assert found.saturated == int((moved & (h[-1].abs() > 0.9)).sum())
    assert found.c == (int(((c[-1] - other_c[-1]).abs() > 0.5).sum()) if name == "lstm" else None)
    assert (found.before, found.after) == (bought(name, tokens), bought(name, given))
    assert found.follows == ((bought(name, tokens), bought(name, given)) == ("food", "water"))
    text = layers(tokens, name, name)
    assert str(found.h) in text
    assert "Thirsty" in text


def second_layer(
    monkeypatch: pytest.MonkeyPatch, language: str, found: swaps.Change, size: float, c: float | None = None
) -> str:
    """All of it, were this what an exchange changes in both networks, and the gradient in h (and in c, if there is one)
    at the need so many times as large as at the end, whatever the weights say."""
    name = "rnn" if c is None else "lstm"
    one = read_sentence(name, True, tokenize("Starving, Alice drives to the nearest store to buy"))
    if one.gradients.dc is not None:
        dc = np.ones_like(one.gradients.dc)
        dc[0] *= c or 0
        one = replace(one, gradients=replace(one.gradients, dc=dc))
    monkeypatch.setattr(deeper, "change", lambda *_: found)
    monkeypatch.setattr(deeper, "ratio", lambda *_: size)
    paragraphs = deeper.deeper((name, name), (one, one), language)
    return "\n".join("".join(run for run, _ in runs) for runs in paragraphs)


def exchanged(saturated: int, follows: bool = True) -> swaps.Change:
    return swaps.Change("food", "water", follows, 10, 10, saturated)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tiny_gradient_beside_an_answer_that_follows_is_explained(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not where the gradient is not tiny, or the answer does not follow."""
    start = piece(language, "deeper.contradiction")
    assert start in second_layer(monkeypatch, language, exchanged(6), 0.009)
    assert start not in second_layer(monkeypatch, language, exchanged(6), 0.011)
    assert start not in second_layer(monkeypatch, language, exchanged(6, follows=False), 0.009)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("saturated", "c", "told"),
    [
        (6, None, ["_ends"]),
        (5, None, ["_whole"]),
        (6, 0.5, ["_ends", "_c"]),
        (5, 0.5, ["_c"]),
        (5, 0.001, ["_whole"]),
    ],
)
def test_what_explains_it_is_what_the_numbers_show(
    saturated: int, c: float | None, told: list[str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saturation only where most of what changed is saturated; the cell state only where its gradient is not tiny."""
    text = second_layer(monkeypatch, language, exchanged(saturated), 0.001, c)
    for key in ("", "_ends", "_c", "_whole"):
        end = translate(language, f"step.deeper.seems{key}").replace("*", "")[-20:]
        assert (end in text) == (key in ["", *told])


def test_a_need_that_is_the_last_word_is_not_compared_with_itself() -> None:
    text = layers(tokenize("Bob goes to the store to buy something because he is thirsty"))
    assert "Exchange it" in text
    assert "times as large as after the last word" not in text


def test_a_gradient_of_each_ones_own_answer_is_called_so() -> None:
    """Without a need it is the likeliest next word's, also where both hold the same one."""
    tokens = tokenize("asdf qwer")
    text = layers(tokens)
    assert "likeliest to come next" in text
    for name in ("rnn", "lstm"):
        likeliest = double(name).words[int(states(name, tokens)[0].argmax())]
        assert f"{NAMES[name]} (“{likeliest}”)" in text


def test_who_is_right_by_chance_is_not_sure_also_beside_one_that_is_wrong() -> None:
    tokens = tokenize("Starving, Alice drives to the store to buy")
    asked = np.full((len(tokens), 10), 0.05)
    wrong, right = asked.copy(), asked.copy()
    wrong[:, errands.THINGS.index("shoes")] = right[:, errands.THINGS.index("food")] = 0.4
    pairs = (("rnn", wrong), ("lstm", right))
    read = [replace(read_sentence(name, True, tokens), asked=one) for name, one in pairs]
    last = "".join(run for run, _ in notices(read, {}, "en")[-1])
    said = piece("en", "notice.one_right", right=["LSTM"], wrong=["RNN"], thing="food")
    assert said + piece("en", "notice.hardly", name="LSTM") in last


def test_a_sentence_without_a_need_exchanges_nothing() -> None:
    text = layers(tokenize("The capital of France is"))
    assert piece("en", "deeper.meaning").strip() in text
    assert "Exchange it" not in text
    assert layers(("Alice",)) == ""
