"""What the page says of a swapped word, against both sentences read by PyTorch's own modules."""

import base64
import json
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import rnnviz
from rnnviz.language import LANGUAGES, translate
from rnnviz.numbers import percent
from rnnviz.scenes import swaps
from rnnviz.scenes.readings import read_sentence
from rnnviz.scenes.writer import View
from rnnviz.tasks import errands
from rnnviz.text import missing, tokenize, vocabulary

ALICE = tokenize("Starving, Alice drives to the nearest store to buy")
LIGHT = View("en", "light", 1.0)


def sent(tokens, at, other, left="rnn", right="lstm", trained=True, view=LIGHT):
    return json.loads(swaps.compose_swap(tokens, left, right, trained, at, other, view))["swap"]


def read(name, trained, tokens):
    """h and c after every token, and the probabilities of the ten things at the end, by the modules themselves."""
    network = rnnviz.load(name, trained).double()
    table = vocabulary(network.reads)
    rows = torch.tensor(table.vectors)[[table.index(token) for token in tokens]].double()
    with torch.inference_mode():
        state, kept = None, []
        for x in network.projection(rows):
            _, state = network.body(x[None, None], state)
            kept.append([part[0, 0].numpy() for part in (state if isinstance(state, tuple) else (state,))])
        p = network.readout(torch.tensor(kept[-1][0])).softmax(0).numpy()
    things = errands.things(network.reads)
    return [np.array(part) for part in zip(*kept, strict=True)], dict(
        zip(things, p[[network.words.index(t) for t in things]], strict=True)
    )


def asked(name, trained, tokens):
    return read(name, trained, (*tokens, *missing(tokens, rnnviz.load(name).reads)))[1]


def numbers(block):
    shape = [int(n) for n in block["shape"].split(",")]
    return np.frombuffer(base64.b64decode(block["bdata"]), np.float32).reshape(shape)


CASES = [
    (ALICE, 0, "Thirsty", ("rnn", "lstm"), True),
    (ALICE, 3, "walks", ("gru", "lstm"), True),
    (ALICE, 0, "Thirsty", ("rnn", "gru"), False),
    (errands.stretch(ALICE, 20), 0, "Parched", ("rnn", "lstm"), True),
    (tokenize("Emma is ill and Tom is bored. Emma goes to the market to buy"), 8, "Tom", ("gru", "lstm"), True),
    (tokenize("空腹のアリスは店へ行って買うのは"), 0, "病気", ("rnn-ja", "lstm-ja"), True),
]


@pytest.mark.parametrize(("tokens", "at", "other", "names", "trained"), CASES)
def test_numbers_answers_and_verdicts_are_those_of_two_readings(tokens, at, other, names, trained):
    again = (*tokens[:at], other, *tokens[at + 1 :])
    shown = sent(tokens, at, other, *(name.removesuffix("-ja") for name in names), trained)
    assert (shown["at"], shown["other"]) == (at, other)
    for name, block in zip(names, shown["networks"], strict=True):
        (one, _), (two, _) = read(name, trained, tokens), read(name, trained, again)
        for letter, a, b in zip("hc", one, two, strict=False):
            np.testing.assert_allclose(numbers(block["records"][letter]), b - a, atol=1e-6)
        for t in {at, at + 1, len(tokens) - 1}:
            p, q = (asked(name, trained, part[: t + 1]) for part in (tokens, again))
            before, after = max(p, key=p.get), max(q, key=q.get)
            wanted = errands.meaning(tokens, t + 1).thing, errands.meaning(again, t + 1).thing
            apart = [int((abs(b[t] - a[t]) > 0.5).sum()) for a, b in zip(one, two, strict=True)]
            held = None not in wanted and wanted[0] != wanted[1] and (before, after) == wanted
            verdict = "held" if held else "moved" if before != after else "trace" if any(apart) else "gone"
            assert block["verdicts"][t] == verdict
            line = "".join(text for text, _ in block["lines"][t])
            assert (
                f"{apart[0]} of {one[0].shape[1]} values of the hidden" in line or f"{apart[0]} of the hidden" in line
            )
            if len(apart) > 1:
                assert f"{apart[1]} of {one[1].shape[1]} values of the cell state" in line
            assert before in line
            assert after in line
            assert f"{round(100 * q[after])}%" in line or q[after] < 0.01
        assert block["verdicts"][:at] == [""] * at


def test_the_sentence_of_the_issue_is_held_by_both_and_the_filler_leaves_a_trace():
    """Whatever the networks are: the words follow from the numbers, and these networks hold the need."""
    need, other = (sent(ALICE, at, word) for at, word in ((0, "Thirsty"), (3, "walks")))
    assert [block["verdicts"][-1] for block in need["networks"]] == ["held", "held"]
    assert "held" not in {verdict for block in other["networks"] for verdict in block["verdicts"]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("found", "asks", "keys"),
    [
        (("food", "water", True, 3, 2, 1), ("food", "water"), ["follows"]),
        (("food", "food", False, 3, 2, 1), ("food", "water"), ["stays"]),
        (("food", "food", False, 0, 0, 0), ("food", "food"), ["stays"]),
        (("food", "books", False, 3, 2, 1), ("food", "water"), ["moves", "astray"]),
        (("food", "books", False, 3, 2, 1), (None, "water"), ["moves", "unsure"]),
        (("food", "books", False, 3, 2, 1), ("food", "food"), ["moves", "same_need"]),
    ],
)
def test_each_outcome_has_its_own_words(found, asks, keys, language):
    one, other = read_sentence("lstm", True, ALICE), swaps.read_again("lstm", True, ("Thirsty", *ALICE[1:]))
    record = swaps.Swap(one.trace, other[0], 0)
    line = swaps.Line(one, other[1], record, 2, swaps.Change(*found), asks, language)
    text = "".join(run for run, _ in line.runs)
    for key in ("follows", "stays", "moves", "astray", "unsure", "same_need"):
        shares = [percent(float(p[2].max())) for p in (one.asked, other[1])]
        told = {"before": found[0], "after": found[1], "shares": shares}
        assert (translate(language, f"swap.{key}", **told).replace("*", "") in text) == (key in keys), key


@pytest.mark.parametrize(
    ("sizes", "verdict", "said"), [(0.009, True, True), (0.011, True, False), (0.001, False, False)]
)
def test_a_nudge_is_spoken_of_only_where_the_gradient_is_tiny_and_the_answer_follows(sizes, verdict, said, monkeypatch):
    monkeypatch.setattr(swaps, "ratio", lambda *_: sizes)
    one, other = read_sentence("lstm", True, ALICE), swaps.read_again("lstm", True, ("Thirsty", *ALICE[1:]))
    found = swaps.Change("food", "water" if verdict else "food", verdict, 3, 2, 1)
    line = swaps.Line(one, other[1], swaps.Swap(one.trace, other[0], 0), len(ALICE) - 1, found, ("food", "water"), "en")
    text = "".join(run for run, _ in line.runs)
    assert (translate("en", "swap.nudge") in text) == said


def test_what_the_table_does_not_tell_apart_is_said():
    assert "not in the table" in "".join(run for run, _ in sent(ALICE, 0, "zzxqy")["note"])
    assert sent(ALICE, 0, "Thirsty")["note"] == []
    both = sent((*ALICE[:-1], "zzxqy"), len(ALICE) - 1, "qqwx")
    assert "one word" in "".join(run for run, _ in both["note"])
    assert {verdict for block in both["networks"] for verdict in block["verdicts"]} <= {"", "gone"}


words = st.sampled_from(["a", "b", "c", ",", "to"])


@given(st.lists(words, min_size=1, max_size=8), st.integers(0, 12), words, words | st.just("two words") | st.just("b!"))
def test_a_swap_holds_in_its_place_or_where_its_word_stands_alone(tokens, place, word, other):
    found = swaps.located(tuple(tokens), f"{place} {word} {other.replace(' ', '-')}")
    there = [at for at, token in enumerate(tokens) if token == word]
    wanted = place if place in there else there[0] if len(there) == 1 else None
    if wanted is None or other == word or len(other) > 2 or other == "b!":
        assert found is None
    else:
        assert found == (wanted, other)


def test_a_swap_goes_along_with_its_word_when_words_are_put_in_between():
    last = len(ALICE) - 3
    for between in (0, 5, 40):
        tokens = errands.stretch(ALICE, between)
        assert swaps.located(tokens, f"{last} store shop") == (tokens.index("store"), "shop")
        assert swaps.located(tokens, "0 Starving Thirsty") == (0, "Thirsty")
    assert swaps.located(tokenize("Bob is hungry"), "0 Starving Thirsty") is None


@pytest.mark.parametrize(("language", "theme"), product(LANGUAGES, ["dark"]))
def test_odd_words_are_shown_as_they_are(language, theme):
    tokens = tokenize("<b>Hungry</b> $x$ {0} *Alice* 🍕 to buy")
    for at, other in ((0, "$"), (1, "🍕"), (3, "<"), (len(tokens) - 1, "食べ物"), (2, "a" * 60)):
        shown = sent(tokens, at, other, "gru", "rnn", False, View(language, theme, 1.5))
        assert all(
            style in ("", "strong") for runs in [shown["title"], *shown["networks"][0]["lines"]] for _, style in runs
        )
