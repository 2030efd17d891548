"""`swap` against a plain loop in PyTorch over both sentences."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.recurrence.swapping import APART
from rnnviz.text import tokenize, vocabulary
from tests.modules import torch_step

SENTENCES = {
    "en": ("Starving, Alice drives to the nearest store to buy", ("Parched", "Bob", "zzxqy", "the", ",")),
    "ja": ("空腹のアリスは店へ行って買うのは", ("眠気", "ボブ", "を", "。", "Alice")),
}


def looped(network, tokens):
    """h, c and the gates after each token: PyTorch's own cell functions, one step after another."""
    table = vocabulary(network.reads)
    rows = torch.tensor(table.vectors)[[table.index(token) for token in tokens]].to(network.readout.weight.dtype)
    body, found = network.body, []
    w = {name.removesuffix("_l0"): part.detach() for name, part in body.named_parameters()}
    kind = type(body).__name__.lower()
    zero = torch.zeros(1, body.hidden_size, dtype=rows.dtype)
    state = (zero, zero) if kind == "lstm" else (zero,)
    for x in network.projection(rows).detach()[:, None]:
        a = x @ w["weight_ih"].T + w["bias_ih"], state[0] @ w["weight_hh"].T + w["bias_hh"]
        gates = {}
        if kind == "lstm":
            i, f, g, o = sum(a).chunk(4, 1)
            gates = {"i": i.sigmoid(), "f": f.sigmoid(), "g": g.tanh(), "o": o.sigmoid()}
        elif kind == "gru":
            (r, z, n), (hr, hz, hn) = (part.chunk(3, 1) for part in a)
            r = (r + hr).sigmoid()
            gates = {"r": r, "z": (z + hz).sigmoid(), "n": (n + r * hn).tanh()}
        state = torch_step(kind, "tanh", w, x, state)
        found.append(dict(zip("hc", state, strict=False)) | gates)
    return {letter: torch.cat([step[letter] for step in found]).numpy() for letter in found[0]}


@pytest.mark.parametrize("trained", [True, False])
@pytest.mark.parametrize("name", ["rnn", "rnn-orthogonal", "gru", "lstm", "rnn-ja", "gru-ja", "lstm-ja"])
def test_both_readings_and_their_difference_are_a_plain_loops(name, trained):
    network = rnnviz.load(name, trained).double()
    sentence, words = SENTENCES[network.reads]
    tokens = tokenize(sentence)
    for at, word in enumerate(words):
        swap = rnnviz.swap(network, sentence, at, word)
        other = [*tokens]
        other[at] = word
        assert (swap.before.tokens, swap.after.tokens) == (tokens, tuple(other))
        assert (swap.at, swap.word, swap.other) == (at, tokens[at], word)
        read, again = looped(network, tokens), looped(network, other)
        shown = {"h": swap.h, **({} if swap.c is None else {"c": swap.c}), **swap.gates}
        assert shown.keys() == read.keys()
        for letter, difference in shown.items():
            np.testing.assert_allclose(difference, again[letter] - read[letter], atol=1e-9)
            np.testing.assert_array_equal(difference[:at], 0)
        counts = swap.apart()
        assert counts.keys() == read.keys() & {"h", "c"}
        for part, count in counts.items():
            rows = zip(again[part], read[part], strict=True)
            wanted = [sum(abs(a - b) > APART for a, b in zip(x, y, strict=True)) for x, y in rows]
            assert count.tolist() == wanted


def test_a_network_is_taken_by_name_as_an_object_and_as_a_run():
    sentence, at, word = "Starving, Alice walks", 0, "Parched"
    by_name = rnnviz.swap("gru", sentence, at, word)
    np.testing.assert_array_equal(by_name.h, rnnviz.swap(rnnviz.load("gru"), tokenize(sentence), at, word).h)
    np.testing.assert_array_equal(by_name.before.h, rnnviz.trace("gru", sentence).h)
    fresh = rnnviz.swap(rnnviz.start("errands", kind="lstm", units=4), sentence, at, word)
    assert fresh.h.shape == (4, 4)
    with pytest.raises(FrozenInstanceError):
        fresh.at = 1


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_a_word_for_itself_changes_nothing_and_back_again_is_the_way_reversed(data):
    tokens = data.draw(
        st.lists(st.sampled_from(["starving", "Bob", ",", "to", "zzxqy", "buy"]), min_size=1, max_size=9)
    )
    at = data.draw(st.integers(0, len(tokens) - 1))
    word = data.draw(st.sampled_from(["thirsty", "Ann", "to"]))
    name = data.draw(st.sampled_from(["rnn", "gru", "lstm"]))
    same, there = (rnnviz.swap(name, tokens, at, one) for one in (tokens[at], word))
    assert all(not difference.any() for difference in same.changes.values())
    back = rnnviz.swap(name, there.after.tokens, at, tokens[at])
    for letter, difference in there.changes.items():
        np.testing.assert_array_equal(back.changes[letter], -difference)


@pytest.mark.parametrize(
    ("network", "sentence", "at", "word", "said"),
    [
        ("lstm", "Alice walks", 2, "Bob", "0 to 1, got 2"),
        ("lstm", "Alice walks", -1, "Bob", "0 to 1, got -1"),
        ("lstm", "Alice walks", True, "Bob", "got True"),
        ("lstm", "Alice walks", 0, "ice cream", "got 2 in 'ice cream': ice, cream"),
        ("lstm", "Alice walks", 0, "doesn't", "got 2"),
        ("lstm-ja", "アリスは行く", 0, "お腹を空かせた", "wanted one token"),
        ("lstm", "Alice walks", 0, " \u200b", "got 0"),
        ("lstm", "Alice walks", 0, None, "wanted a word"),
        ("lstm", "", 0, "Bob", "no word to read"),
        ("nobody", "Alice walks", 0, "Bob", "no network 'nobody'"),
        ("window", "Alice walks", 0, "Bob", "no recurrent state"),
        (torch.nn.GRU(3, 4), [[1.0, 2.0, 3.0]], 0, "Bob", "reads words"),
        (torch.nn.Linear(3, 4), "Alice", 0, "Bob", "wanted nn.RNN"),
    ],
)
def test_what_cannot_be_swapped_is_said(network, sentence, at, word, said):
    with pytest.raises(ValueError, match=said):
        rnnviz.swap(network, sentence, at, word)
