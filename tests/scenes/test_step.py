"""What the Step page says and sends: against the networks themselves, and in both languages."""

import base64
import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz import numbers
from rnnviz.networks.reading import ask
from rnnviz.recurrence.trace import surprise
from rnnviz.scenes.readings import tracing_network
from rnnviz.scenes.step import compose_step
from rnnviz.scenes.writer import View
from rnnviz.tasks import errands
from rnnviz.text import MAX_TOKENS, tokenize, vocabulary

ALICE = tokenize("Starving, Alice drives to the nearest store to buy")
LIGHT = View("en", "light", 1.0)


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("sentence", [" ".join(ALICE), "Alice drives to", "to to buy to buy", "buy"])
def test_asking_after_every_prefix_is_reading_the_prefix_and_what_is_missing_of_to_buy(name, sentence):
    loaded = rnnviz.load(name)
    tokens = tokenize(sentence)
    asked = ask(loaded, rnnviz.trace(loaded, tokens))
    for t in range(len(tokens)):
        prefix = tokens[: t + 1]
        if prefix[-1] != "buy":  # who has written it last has asked
            prefix = (*prefix, "buy") if prefix[-1] == "to" else (*prefix, "to", "buy")
        rows = torch.tensor(vocabulary().vectors)[[vocabulary().index(token) for token in prefix]]
        with torch.inference_mode():
            theirs = loaded(rows[None])[0, -1].softmax(0).numpy()
        np.testing.assert_allclose(asked[t], theirs, atol=1e-4)


def test_surprise_is_the_cross_entropy_of_each_token_in_bits():
    loaded = rnnviz.load("lstm")
    trace = rnnviz.trace(loaded, ALICE)
    bits = surprise(trace)
    assert bits[0] is None
    ids = torch.tensor([loaded.words.index(token.lower()) for token in ALICE[1:]])
    nats = torch.nn.functional.cross_entropy(torch.tensor(trace.logits[:-1]), ids, reduction="none")
    np.testing.assert_allclose(bits[1:], nats.numpy() / math.log(2), rtol=1e-3)
    assert surprise(rnnviz.trace(loaded, "Alice zzxqy"))[1] is None


def test_the_nearest_words_are_those_of_the_smallest_angles():
    tokens = (*ALICE, "zzxqy")
    near = json.loads(compose_step(tokens, "rnn", "lstm", True, LIGHT).payload)["nearest"]
    table = vocabulary()
    assert near["zzxqy"] == []
    for token in ALICE:
        own = torch.tensor(table.vectors[table.index(token)], dtype=torch.float64)
        every = torch.tensor(table.vectors[1:], dtype=torch.float64)
        cosines = torch.nn.functional.cosine_similarity(own[None], every)
        order = [row + 1 for row in cosines.argsort(descending=True)[:6].tolist()]
        assert order[0] == table.index(token)
        assert [word for word, _ in near[token]] == [table.words[row] for row in order[1:]]
        np.testing.assert_allclose([c for _, c in near[token]], cosines[[row - 1 for row in order[1:]]], atol=0.0051)


def decoded(block):
    kind = {"f4": np.float32, "f8": np.float64}[block["dtype"]]
    shape = [int(n) for n in str(block.get("shape", "-1")).split(",")]
    return np.frombuffer(base64.b64decode(block["bdata"]), kind).reshape(shape)


@pytest.mark.parametrize(("left", "right"), [("rnn", "lstm"), ("rnn", "gru"), ("gru", "lstm")])
def test_the_payload_carries_the_traces_own_numbers_once(left, right):
    sent = json.loads(compose_step(ALICE, left, right, True, LIGHT).payload)
    assert [token["text"] for token in sent["tokens"]] == list(ALICE)
    assert len(sent["notice"]) == len(ALICE)
    roles = {"h": "hidden", "c": "cell", "f": "forget", "i": "input", "g": "candidate", "o": "output"}
    roles |= {"r": "reset", "z": "update", "n": "candidate"}
    for name, block in zip((left, right), sent["networks"], strict=True):
        trace = rnnviz.trace(tracing_network(name, True), ALICE)
        wanted = {"h": trace.h} | ({} if trace.c is None else {"c": trace.c}) | trace.gates
        assert block["cell"]["records"].keys() == wanted.keys()
        for letter, record in block["cell"]["records"].items():
            np.testing.assert_array_equal(decoded(record), wanted[letter].astype(np.float32))
        rows = block["figure"]["layout"]["meta"]["rows"]
        for k, row in enumerate(rows):
            if row["kind"] == "heatmap":  # refers to a record, and holds no numbers of its own
                (one,) = (one for one in block["figure"]["data"] if one["yaxis"] == f"y{k + 1}")
                letter = one["z"].pop("record")
                assert (one["z"], roles[letter]) == ({}, row["role"])
                del wanted[letter]
        assert not wanted, "each record has a heatmap"
        assert block["next"][-1][0][0] == trace.top(1)[0][0]


def test_the_browser_is_told_what_a_cell_is():
    """Letters in the order of the weights' blocks, roles and functions: nothing of it is written in JavaScript."""
    (gru, lstm) = (
        block["cell"] for block in json.loads(compose_step(ALICE, "gru", "lstm", True, LIGHT).payload)["networks"]
    )
    told = ("letters", "parts", "keeper")
    assert [gru[name] for name in told] == ["rzn", "h", "z"]
    assert [lstm[name] for name in told] == ["ifgo", "hc", "f"]
    assert lstm["squash"] == {"i": "σ", "f": "σ", "g": "tanh", "o": "σ"}
    assert gru["roles"] == {"h": "hidden", "r": "reset", "z": "update", "n": "candidate"}


texts = st.lists(
    st.one_of(
        st.sampled_from(["starving", "Alice", ",", "to", "buy", "the", "zzxqy", "<script>", "$x$", "*", "{0}", "お腹"]),
        st.text(min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(
    texts,
    st.sampled_from(["rnn", "rnn-orthogonal", "lstm", "gru"]),
    st.sampled_from(["rnn", "lstm", "gru"]),
    st.booleans(),
    st.sampled_from(["en", "ja"]),
    st.integers(0, 64),
)
def test_any_text_can_be_shown(words, left, right, trained, language, between):
    tokens = errands.stretch(tokenize(" ".join(words))[:MAX_TOKENS], between)
    if not tokens:
        return
    shown = compose_step(tokens, left, right, trained, View(language, "dark", 1.5))
    sent = json.loads(shown.payload)
    assert [token["text"] for token in sent["tokens"]] == list(tokens)
    for runs in [*sent["notice"], *sent["deeper"]]:
        assert all(style in ("", "strong") for _, style in runs)
    for name, found in shown.checks:
        assert found.largest < 1e-6, name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00432, "0.0043"),
        (17.3, "17"),
        (3.2e-7, "3·10⁻⁷"),
        (0.0, "0"),
        (math.inf, "∞"),
        (math.nan, "?"),
        (1234.0, "1234"),
        (9.7e-8, "1·10⁻⁷"),
    ],
)
def test_numbers_with_two_digits_that_count(value, text):
    assert numbers.two_digits(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0"), (1.0, "100"), (0.004, "<1"), (0.996, "100"), (0.9949, "99"), (0.5, "50")]
)
def test_percents(share, text):
    assert numbers.percent(share) == text
