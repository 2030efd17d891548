"""What the page Step shows of a held unit: the library's own numbers, sentences that say them, and nothing forged."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.language import LANGUAGES
from rnnviz.scenes.erase import TOP, compose_erase, hold_of, spearman
from rnnviz.scenes.readings import tracing_network
from rnnviz.scenes.writer import View
from rnnviz.tasks import errands
from rnnviz.text import tokenize

ALICE = tokenize("Starving, Alice drives to the nearest store")  # what asks is added: "to buy"
OKASHI = tokenize("お腹を空かせたアリスは店へ行き、")
HELD = [("rnn", "h"), ("gru", "h"), ("gru", "r"), ("lstm", "c"), ("lstm", "h"), ("lstm", "f")]


def shown(tokens: tuple[str, ...], name: str, held: str, language: str = "en") -> dict[str, Any]:
    found = compose_erase(tokens, name, True, held, View(language, "light", 1.0))
    assert found is not None
    erased: dict[str, Any] = json.loads(found)["erased"]
    return erased


def said(runs: list[list[str]]) -> str:
    return "".join(text for text, _ in runs)


def whole_percents(share: float) -> str:
    return str(round(100 * share)) if round(100 * share) else "<1"


@pytest.mark.parametrize(("name", "letter"), HELD)
def test_the_answers_and_the_differences_are_those_of_erase(name: str, letter: str) -> None:
    network = tracing_network(name, True)
    asked, plain = rnnviz.trace(network, (*ALICE, "to", "buy")), rnnviz.trace(network, ALICE)
    erased = shown(ALICE, name, f"2.right.{letter}.5.0")
    held = rnnviz.erase(asked, 5, 2, letter, 0.0)
    columns = {word: k for k, word in enumerate(network.words)}
    things = errands.things("en")
    before, after = (trace.probabilities[-1] for trace in (held.before, held.after))
    old, new = (max(things, key=lambda thing, p=p: p[columns[thing]]) for p in (before, after))
    for thing, was, now in erased["things"]:
        assert (was, now) == pytest.approx((before[columns[thing]], after[columns[thing]]), abs=1e-9)
    assert erased["things"][0][0] == old
    assert {old, new} <= {word for word, style in erased["said"] if style == "strong"}
    assert f"{whole_percents(before[columns[old]])}%" in said(erased["said"])
    for one, sent in erased["records"].items():
        values = np.frombuffer(base64.b64decode(sent["bdata"]), np.float32).reshape(len(ALICE), -1)
        wanted = rnnviz.erase(plain, 5, 2, letter, 0.0).after.records[one] - plain.records[one]
        np.testing.assert_allclose(values, wanted, atol=1e-6)
        assert not values[:2].any()


@pytest.mark.parametrize(("name", "letter"), HELD)
@pytest.mark.parametrize("to", ["0", "1", "mean"])
def test_the_lists_are_in_order_and_the_sentence_counts_what_they_share(name: str, letter: str, to: str) -> None:
    network = tracing_network(name, True)
    asked, plain = rnnviz.trace(network, (*ALICE, "to", "buy")), rnnviz.trace(network, ALICE)
    erased = shown(ALICE, name, f"2.left.{letter}.5.{to}")
    thing = next(word for word, style in erased["lists"][0]["name"] if style == "strong")
    column, units = network.words.index(thing), plain.h.shape[1]
    now = asked.probabilities[-1, column]
    moved = []
    for unit in range(units):  # one after the other
        value = plain.records[letter][:, unit].mean() if to == "mean" else float(to)
        end = rnnviz.erase(asked, unit, 2, letter, float(value)).after
        moved.append(abs(end.probabilities[-1, column] - now))
    lists = [[unit for unit, _ in one["units"]] for one in erased["lists"]]
    assert [moved[unit] for unit in lists[0]] == pytest.approx(sorted(moved, reverse=True)[:TOP], rel=1e-6, abs=1e-12)
    slopes = rnnviz.backpropagate(asked, thing, of="logit")
    size = np.abs(slopes.dh if slopes.dc is None else slopes.dc)[2]
    assert size[lists[-1]] == pytest.approx(np.sort(size)[::-1][:TOP])
    assert len(lists) == (2 if name == "rnn" else 3)
    counts = [int(word) for word, style in erased["agree"] if style == "strong"]
    assert counts == [len({*lists[0]} & {*one}) for one in lists[1:]]
    assert f"{TOP * TOP / units:.2g}" in said(erased["agree"])


@given(
    st.lists(st.integers(-3, 3), min_size=1, max_size=12).flatmap(lambda a: st.tuples(st.just(a), st.permutations(a)))
)
@settings(deadline=None)
def test_the_rank_correlation_is_that_of_the_mean_ranks(pair: tuple[list[int], list[int]]) -> None:
    """Against numpy's correlation of ranks that are found one by one."""
    a, b = (np.array(values, float) for values in pair)

    def places(values: np.ndarray) -> list[float]:
        order = sorted(values.tolist())
        return [np.mean([k for k, other in enumerate(order) if other == one]) for one in values.tolist()]

    if len({*pair[0]}) < 2:
        assert np.isnan(spearman(a, b))
    else:
        assert spearman(a, b) == pytest.approx(np.corrcoef(places(a), places(b))[0, 1])
        assert spearman(a, a) == pytest.approx(1)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tokens", [ALICE, OKASHI, ("buy",)])
def test_both_languages_say_it_of_both_and_of_one_word(language: str, tokens: tuple[str, ...]) -> None:
    for name, letter in HELD:
        erased = shown(tokens, name, f"{len(tokens) - 1}.right.{letter}.0.mean", language)
        for text in (*map(said, (erased[key] for key in ("title", "said", "agree", "terms"))), erased["label"]):
            assert text
            assert "{" not in text
            assert "nan" not in text


@pytest.mark.parametrize(
    "held",
    ["", "x", "2.right.q.1.0", "2.right.c.1.0", "2.right.f.1.0", "99.right.h.1.0", "2.right.h.999.0", "2.right.h.1.2",
     "2.up.h.1.0", "-1.right.h.1.0", "2.right.h.1.0.0", "٢.right.h.1.0", "2.right.h.1.mean\n"],
)  # fmt: skip
def test_what_does_not_fit_is_nothing(held: str) -> None:
    """A GRU has neither c nor f."""
    assert compose_erase(ALICE, "gru", True, held, View("en", "light", 1.0)) is None


def test_a_hold_is_read_as_the_link_has_it() -> None:
    assert hold_of("4.right.c.12.0") == (4, "right", "c", 12, 0.0)
    assert hold_of("0.left.n.3.mean") == (0, "left", "n", 3, "mean")
    assert compose_erase(ALICE, "lstm", False, "0.left.g.3.1", View("ja", "dark", 1.5)) is not None
