"""What a sentence is given so that it asks for a thing, and which sentences ask already."""

import numpy as np
import pytest

import rnnviz
from rnnviz.networks.reading import ask, trace
from rnnviz.text import ASKED, begun, language_of, missing, tokenize


@pytest.mark.parametrize(
    ("read", "added"),
    [
        ("Alice drives", "to buy"),
        ("Alice drives to", "buy"),
        ("Alice drives to buy", ""),
        ("Alice goes to the shop and buys", ""),
        ("go to the shop and buy", ""),
        ("She went there and bought", ""),
        ("She wants to buy some", ""),
        ("SHE BOUGHT SOME", ""),
        ("He is off to purchase an", ""),
        ("He bought a Ferrari", "to buy"),
        ("What do we buy ?", "to buy"),
        ("some", "to buy"),
        ("", "to buy"),
    ],
)
def test_an_english_sentence(read: str, added: str) -> None:
    tokens = tuple(read.split())
    assert missing(tokens) == tuple(added.split())
    assert begun(tokens) == (added != "to buy")


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("おみせでかうのは", ""),
        ("太郎がかいたいのは", ""),
        ("太郎が買いたい物は", ""),
        ("太郎が買ったものは", ""),
        ("太郎が買うものは", ""),
        ("太郎が買ったのは", ""),
        ("太郎が買った物は", ""),
        ("そうかい", "。 買う の は"),
        ("寒かったのは", "買う の は"),
        ("太郎がかう", "。 買う の は"),
        ("太郎が本を買う。", "買う の は"),
    ],
)
def test_a_japanese_sentence_in_other_spellings(text: str, added: str) -> None:
    assert missing(tokenize(text), "ja") == tuple(added.split())


@pytest.mark.parametrize("ending", [ending for endings in ASKED.values() for ending in endings])
def test_whoever_has_been_given_it_all_asks(ending: tuple[str, ...]) -> None:
    assert missing(ending, language_of(ending)) == ()


def test_a_network_is_given_nothing_where_the_sentence_asks() -> None:
    """What it would buy is then what it says next, also of a single word."""
    network = rnnviz.load("gru").double()
    for text in ("Buy", "Hungry, Bob walks to the shop and buys some"):
        read = trace(network, tokenize(text))
        np.testing.assert_allclose(ask(network, read)[-1], read.probabilities[-1], atol=1e-12)
