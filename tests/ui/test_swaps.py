"""A swap of a word over Streamlit's own protocol: what is asked for stands in the link, what does not fit is said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rnnviz.language import translate
from scripts.serving import Served
from tests.tab import Tab

SENTENCE = "sentence=Starving,+Alice+drives+to+the+nearest+store+to+buy"


def payload(tab: Tab) -> dict[str, Any]:
    """What the stepper was given last."""
    return json.loads(next(text for text in reversed(tab.texts) if '"tokens"' in text))


def ask(tab: Tab, at: int, word: str, when: int = 0) -> dict[str, Any]:
    tab.do("stepper", {"swap": {"at": at, "word": word, "when": when}})
    assert tab.errors == []
    return payload(tab)


def test_a_swap_is_in_the_link_and_a_link_brings_it_back(app: Served) -> None:
    with Tab(app.address, "step", SENTENCE) as tab:
        shown = ask(tab, 0, "Thirsty")
        assert tab.query["swap"] == "0 Starving Thirsty"
        assert (shown["swap"]["at"], shown["swap"]["other"]) == (0, "Thirsty")
        with Tab(app.address, "step", tab.link) as other:
            assert payload(other)["swap"] == shown["swap"]
            assert other.query == tab.query
        tab.do("stepper", {"swap": {"trained": False}})
        assert tab.query["trained"] == "false"
        assert payload(tab)["swap"]["revision"] != shown["swap"]["revision"]
        assert "swap" not in ask(tab, -1, "")
        assert "swap" not in tab.query
        assert ask(tab, 0, "Thirsty", when=1)["swap"]["other"] == "Thirsty"  # the same once more


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_does_not_fit_is_said_and_the_swap_before_stays(language: str, app: Served) -> None:
    with Tab(app.address, "step", f"{SENTENCE}&lang={language}") as tab:
        ask(tab, 0, "Thirsty")
        wrong = {"several": " ice  cream ", "empty": " ", "same": "Starving", "long": "a" * 150}
        for key, word in wrong.items():
            shown = ask(tab, 0, word)
            told = {
                "word": " ".join(word.split()),
                "count": 2,
                "parts": translate(language, "stepper.comma").join(word.split()),
            }
            assert shown["said"] == translate(language, f"swap.said.{key}", **told)
            assert tab.query["swap"] == "0 Starving Thirsty"
            assert shown["swap"]["other"] == "Thirsty"
        assert ask(tab, 2, "Bob")["said"] == ""


def test_a_swap_goes_along_with_its_word_or_goes(app: Served) -> None:
    with Tab(app.address, "step", SENTENCE) as tab:
        ask(tab, 7, "shop")
        tab.do("words", 10)
        at = [token["text"] for token in payload(tab)["tokens"]].index("store")
        assert at > 7
        assert tab.query["swap"] == f"{at} store shop"
        assert payload(tab)["swap"]["at"] == at
        tab.do("sentence", "Bob walks to buy")
        assert "swap" not in tab.query
        assert "swap" not in payload(tab)
        assert payload(tab)["said"] == translate("en", "swap.said.gone", word="store")
        tab.do("sentence", "Alice walks to buy")
        assert payload(tab)["said"] == ""
        tab.do("sentence", "")
        assert tab.errors == []


@pytest.mark.parametrize(
    "swap",
    [
        "99 Starving Thirsty",
        "0 Starving ice-cream",
        "0 Starving Starving",
        "0 nobody Bob",
        "3 to by",
        "0 Starving \ufeff",
    ],
)
def test_a_link_that_does_not_fit_says_so_and_loses_it(swap: str, app: Served) -> None:
    with Tab(app.address, "step", f"{SENTENCE}&swap={swap.replace(' ', '+')}") as tab:
        assert tab.errors == []
        if swap.startswith("99"):  # the word stands elsewhere, once
            assert tab.query["swap"] == "0 Starving Thirsty"
            return
        assert "swap" not in tab.query
        assert "swap" not in payload(tab)
        assert payload(tab)["said"] or tab.toasts


def test_a_lesson_can_hide_the_control_and_still_show_a_swap(app: Served) -> None:
    with Tab(app.address, "step", f"{SENTENCE}&swap=0+Starving+Thirsty&hide=swap,trained") as tab:
        shown = payload(tab)
        assert shown["swap"]["other"] == "Thirsty"
        assert (shown["swaps"], shown["trains"]) == (False, False)
