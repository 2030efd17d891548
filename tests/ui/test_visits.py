"""Real visits over Streamlit's own protocol: what a visitor does takes effect, also before the last answer has come,
and what no browser sends changes nothing."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from benchmarks import acts
from benchmarks.browser import Browser
from benchmarks.widgets import Control
from rnnviz.language import translate
from rnnviz.training import plans
from rnnviz.ui.keys import ALICE, KEYS, KNOBS
from scripts.serving import Served, serve
from tests.tab import Tab

RECALL = translate("en", "training.tasks.recall")
JA = "frame-lang-ja"


def usual(value: str, language: str = "en") -> str:
    return translate(language, "training.usual", value=value)


# Four honest clicks (faults 1 and 8).


def test_back_to_the_usual_size_and_on_to_another_task(app: Served) -> None:
    with Tab(app.address, "training") as tab:
        tab.do("size", "4")
        assert tab.query["size"] == "4"
        tab.do("size", usual("32"))
        tab.do("task", RECALL)
        tab.do("seed", 7)
        assert tab.errors == []
        assert tab.query == {"task": "recall", "seed": "7"}
        assert tab.shows("size") == usual("16")
        assert {"seed", "size", "task", "twin"} <= tab.widgets.keys()


def test_an_experiment_and_on_to_another_task(app: Served) -> None:
    with Tab(app.address, "training") as tab:
        tab.do("preset-stream")
        chosen = {"twin": "gate", "first": "fixed", "second": "learned", "record": "p8"}
        assert tab.query == {"task": "continual", **chosen}
        tab.do("task", RECALL)
        tab.do("seed", 1)
        assert tab.errors == []
        assert tab.query == {"task": "recall", "seed": "1", **chosen}
        assert {"seed", "task", "twin", "first", "second"} <= tab.widgets.keys()


def test_a_chosen_unit_stays_while_the_sentence_grows(app: Served) -> None:
    with Tab(app.address, "gates") as tab:
        label = tab.options("listener")[5]
        unit = label.split()[1]
        tab.do("listener", label)
        assert tab.query["listener"] == unit
        for words in (1, 2):
            tab.do("words", words)
            assert tab.query == {"listener": unit, "words": str(words)}
            assert tab.shows("listener").split()[1] == unit
            assert tab.shows("listener") in tab.options("listener")
        assert tab.errors == []


def test_what_the_visitor_never_touched_stays_out_of_the_link(app: Served) -> None:
    with Tab(app.address, "training") as tab:
        for seed in (1, 2):
            tab.do("seed", seed)
            assert tab.query == {"seed": str(seed)}


def test_what_is_not_offered_now_waits_and_the_link_stays(app: Served) -> None:
    """The LSTM has a unit 39; the GRU has none."""
    with Tab(app.address, "gates", "keeps=lstm&listener=60&listens=o") as tab:
        before = tab.shows("listener")
        gru = tab.options("keeps")[1]
        lstm = tab.shows("keeps")
        tab.do("keeps", gru)
        assert tab.shows("listener") in tab.options("listener")
        tab.do("words", 3)
        assert tab.query == {"keeps": "gru", "listener": "60", "listens": "o", "words": "3"}
        tab.do("words", 0)
        tab.do("keeps", lstm)
        assert tab.shows("listener") == before
        assert tab.errors == []


@pytest.mark.parametrize(
    "page", ["step", "gates", "compare", "gradients", "gradients?input=sentence", "clipping", "training"]
)
def test_no_two_options_have_one_label(page: str, app: Served) -> None:
    """Else the browser could not say which is meant."""
    name, _, link = page.partition("?")
    for language in ("en", "ja"):
        with Tab(app.address, name, f"{link}&lang={language}") as tab:
            for menu in ("further", "overfitting"):
                if menu in tab.widgets:
                    tab.do(menu, True)
            for key, shown in tab.widgets.items():
                if key in KEYS and hasattr(shown.proto, "options"):
                    assert len(set(shown.proto.options)) == len(shown.proto.options), key


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_label_is_another_ones_id(language: str) -> None:
    for name, knob in KNOBS.items():
        labels = {id: plans.label(language, id) for id in knob.ids if id}
        assert not {label for id, label in labels.items() if label != id} & set(knob.ids), name


# Before the answer has come. `wait` lets the server finish; `arrive` lets the visitor see it.


def test_a_second_action_does_not_undo_the_switch_of_the_language(app: Served) -> None:
    with Tab(app.address, "training") as tab:
        label = translate("en", "training.knobs.bias")
        english = {name: tab.shows(name) for name in ("task", "twin", "first")}
        tab.send(JA)
        tab.wait()
        tab.do("twin", label)  # as the visitor saw it, in English
        assert tab.errors == []
        assert tab.query["lang"] == "ja"
        assert tab.query["twin"] == "bias"
        tab.do("seed", 3)
        assert tab.query == {"lang": "ja", "twin": "bias", "seed": "3"}
        for name in english:
            assert tab.shows(name) in tab.options(name)


@pytest.mark.parametrize("finished", [True, False], ids=["drawn", "under way"])
def test_an_example_stays_when_the_slider_moves_at_once(finished: bool, app: Served) -> None:
    with Tab(app.address, "step") as tab:
        tab.do("sentence-examples", True)
        tab.send("example2")
        if finished:
            tab.wait()
        tab.send("words", 5)
        tab.arrive()
        tab.do("words", 6)
        assert tab.query.keys() == {"sentence", "words"}
        assert tab.query["words"] == "6"
        assert tab.shows("sentence") == tab.query["sentence"] != ALICE
        tab.do("sentence", ALICE)  # another sentence is read as it is: without the words put into the last one
        assert tab.query == {}
        assert tab.shows("words") == 0


def test_an_experiment_stays_and_is_what_is_trained(app: Served) -> None:
    """Train, pressed before the page has shown what the experiment has chosen."""
    with Tab(app.address, "training") as tab:
        tab.send("preset-bias")
        tab.wait()
        tab.do("train")
        assert tab.errors == []
        assert (tab.query["task"], tab.query["twin"]) == ("recall", "bias")
        assert "pause" in tab.widgets
        assert "training.next" not in tab.texts
        tab.do("cancel")
        assert tab.errors == []
        assert tab.query["task"] == "recall"


def test_there_and_back_before_the_answer(app: Served) -> None:
    with Tab(app.address, "step") as tab:
        for value in (9, 0):
            tab.send("words", value)
        tab.wait()
        tab.send("trained", False)
        tab.send("trained", True)
        tab.arrive()
        tab.do("words", 0)
        assert tab.query == {}
        assert (tab.shows("words"), tab.shows("trained")) == (0, True)


def test_a_word_that_was_seen_is_meant_though_the_sentence_has_changed(app: Served) -> None:
    """A select_slider takes a label that it does not show any more for the start value."""
    with Tab(app.address, "gates", "words=9") as tab:
        label = tab.options("heard")[6]
        tab.send("words", 0)
        tab.wait()
        assert label.startswith("7: ")
        tab.do("heard", label)
        assert tab.errors == []
        assert tab.query == {"heard": "6"}
        assert tab.shows("heard").startswith("7: ")
        assert tab.shows("heard") in tab.options("heard") != label


def test_a_last_word_that_was_never_chosen_stays_the_last_one(app: Served) -> None:
    """The label of the last word is another word's, once the sentence goes on."""
    with Tab(app.address, "gates") as tab:
        last = tab.shows("heard")
        tab.send("sentence", ALICE + " food")
        tab.wait()
        tab.do("trained", False)
        assert tab.query == {"sentence": ALICE + " food", "trained": "false"}
        assert tab.shows("heard") == tab.options("heard")[-1] != last
        assert last in tab.options("heard")


def test_back_is_a_wish(app: Served) -> None:
    with Tab(app.address, "step") as tab:
        tab.do("words", 9)
        tab.do("trained", False)
        tab.send(back="words=9")
        tab.arrive()
        assert tab.query == {"words": "9"}
        assert (tab.shows("words"), tab.shows("trained")) == (9, True)


def test_another_difference_has_its_usual_values(app: Served) -> None:
    with Tab(app.address, "training", "twin=dropout&first=0.1&second=0.5") as tab:
        names = dict(zip(tab.options("twin"), KEYS["twin"].ids, strict=False))  # type: ignore[union-attr]
        decay = next(label for label in names if label == translate("en", "training.knobs.worddrop"))
        assert tab.shows("first").endswith("0.1")
        tab.do("twin", decay)
        assert tab.query == {"twin": "worddrop"}
        assert tab.errors == []


# What no browser sends.

HUGE = "x" * 2**20
FORGED: list[tuple[str, str, str, dict[str, Any]]] = [
    ("gradients", "units", "", {"string_value": "512"}),
    ("gradients", "units", "", {"string_value": HUGE}),
    ("gradients", "length", "", {"double_array_value": [1e9]}),
    ("gradients", "length", "", {"double_array_value": [math.nan]}),
    ("gradients", "length", "", {"double_array_value": []}),
    ("gradients", "seed", "", {"double_value": 1e300}),
    ("gradients", "seed", "", {"double_value": -5}),
    ("step", "sentence", "", {"string_value": HUGE}),
    ("step", "left", "", {"string_value": "transformer"}),
    ("step", "words", "", {"double_array_value": [-3]}),
    ("gates", "heard", "", {"string_array_value": ["99: nothing"]}),
    ("gates", "heard", "", {"string_array_value": ["1", "2", "3"]}),
    ("gates", "listener", "", {"string_value": "unit 9999"}),
    ("clipping", "threshold", "", {"string_array_value": ["1e9"]}),
    ("training", "task", "", {"string_value": "__class__"}),
    ("training", "size", "", {"string_value": "1400"}),
]
REST = {"step": 1, "network": 1, "unit": 0, "against": ""}
NESTED = json.loads("[" * 900 + "]" * 900)
COMPONENTS: list[tuple[str, str, Any]] = [
    ("step", "stepper", {"rest": rest})
    for rest in (
        [], "x", 5, {}, {"step": 1}, REST | {"step": -1}, REST | {"step": 10**9}, REST | {"step": "1"},
        REST | {"step": math.nan}, REST | {"network": 2}, REST | {"network": True}, REST | {"network": [0]},
        REST | {"unit": HUGE}, REST | {"unit": NESTED}, REST | {"step": 500},
        REST | {"against": "right.99999"}, REST | {"against": ["left", 1]}, REST | {"against": HUGE},
    )
]  # fmt: skip
COMPONENTS += [
    ("step", "stepper", {"swap": {"at": at, "word": word}})
    for at, word in (
        (0, ""), (0, "  "), (0, "ice cream"), (0, "Alice"), (0, HUGE), (0, "a" * 1500),
        (0, "\ud800"), (0, None), (0, 5), (0, NESTED),
        (-2, "Bob"), (500, "Bob"), (10**9, "Bob"), (True, "Bob"), (0.0, "Bob"),
        ("0", "Bob"), (None, "Bob"), ([0], "Bob"),
    )
]  # fmt: skip
COMPONENTS += [("step", "stepper", {"swap": {"trained": value}}) for value in (None, 5, "false", HUGE, [], NESTED)]
COMPONENTS += [
    ("step", "stepper", {"held": held})
    for held in (
        [],
        5,
        HUGE,
        NESTED,
        {"held": HUGE},
        {"held": NESTED},
        {"held": "0.right.q.0.0"},
        {"held": "0.left.c.0.0"},
    )
]
COMPONENTS += [
    (page, key, {name: value})
    for page, key, name in (
        ("step", "stepper", "theme"),
        ("step", "stepper", "swap"),
        ("gradients", "gradients", "theme"),
        ("gates", "gates", "theme"),
        ("gates", "gates", "drawn"),
        ("training", "training", "kept"),
    )
    for value in ([], {}, 5, True, HUGE, NESTED, {"a": [1]}, "\ud800")
]


@pytest.fixture(scope="module")
def forged() -> Iterator[Served]:
    """A server of its own, since Streamlit itself logs some of what follows."""
    with serve() as served:
        yield served


def test_a_forged_value_changes_nothing(forged: Served) -> None:
    """One visit for each page: the value before is kept, the widget shows it again, and the page still works."""
    for page in dict.fromkeys(page for page, *_ in FORGED):
        with Tab(forged.address, page) as tab:
            for _, key, _, message in (one for one in FORGED if one[0] == page):
                before = tab.shows(key)
                tab.do(key, **message)
                assert tab.errors == [], (page, key)
                assert len(tab.link) < 100
                assert tab.query == {}, (page, key)
                if tab.widgets[key].kind not in ("slider", "number_input"):  # whose numbers Streamlit itself puts right
                    assert tab.shows(key) == before, (page, key)


def test_a_forged_value_of_a_hidden_control_changes_nothing(forged: Served) -> None:
    """Fault 2: both readers computed for forty seconds."""
    with Tab(forged.address, "gradients") as tab:
        tab.send("units", string_value="512", back="hide=units")
        tab.arrive()
        tab.do("length", 21)
        assert tab.errors == []
        assert tab.query == {"hide": "units", "length": "21"}


def test_the_usual_value_can_be_chosen_after_an_experiment_has_set_its_own(app: Served) -> None:
    """What the widget said before the experiment is no reason to take the choice back."""

    async def visit() -> None:
        tab = Browser(app.address, page="training")
        await tab.open()

        def control(key: str) -> Control:
            return next(one for one in tab.controls() if one.key == key)

        async def do(key: str, value: Any = None) -> None:
            await (acts.press(tab, control(key)) if value is None else acts.put(tab, control(key), value))
            await tab.settle(60)

        await do("further", True)
        await do("batch", control("batch").options[2])
        await do("batch", control("batch").options[0])
        await do("preset-explodes")
        await do("twin", control("twin").options[2])
        await do("further", True)
        assert "batch=16" in tab.link
        for _ in range(2):
            await do("batch", control("batch").options[0])
            assert "batch" not in tab.link
            assert control("batch").value == control("batch").options[0]
            await do("batch", "64")
        await tab.close()

    with ThreadPoolExecutor() as apart:  # Playwright may have a loop in this thread
        apart.submit(asyncio.run, visit()).result()


def test_the_gates_set_by_hand_are_sent_as_they_were_told(app: Served) -> None:
    """What is sent later than it was told, the browser takes for a wish of the link's: the hand jumped back."""
    with Tab(app.address, "gates", "words=4") as tab:
        for drawn in ("lstm.hold." + digits * 39 for digits in ("00", "5k", "11")):
            tab.do("gates", {"drawn": drawn})
            assert tab.query["drawn"] == drawn
            assert [json.loads(text)["drawn"] for text in tab.texts if '"drawn"' in text] == [drawn]


def test_a_forged_component_changes_nothing(forged: Served) -> None:
    for page in dict.fromkeys(page for page, *_ in COMPONENTS):
        with Tab(forged.address, page) as tab:
            look = [json.loads(text)["theme"] for text in tab.texts]
            for _, key, said in (one for one in COMPONENTS if one[0] == page):
                tab.do(key, said)
                assert tab.errors == [], (page, key, str(said)[:80])
                assert tab.query == {}, (page, key, str(said)[:80])
                assert {json.loads(text)["theme"] for text in tab.texts} <= set(look)
    assert "Traceback" not in forged.log()


def test_a_message_of_the_wrong_kind_gets_calm_words_and_a_short_log(forged: Served) -> None:
    """Streamlit itself fails at these, before any of our code runs."""
    before = len(forged.log())
    for language in ("en", "ja"):
        for message in ({"json_value": "{" + HUGE}, {"string_array_value": [HUGE, "y"]}, {"double_value": 1.0}):
            with Tab(forged.address, "gradients", f"lang={language}") as tab:
                tab.do("units", **message)
                assert tab.errors in ([], [translate(language, "errors.page")])
                assert tab.query == {"lang": language}
    assert len(forged.log()) - before < 100_000


def test_a_pages_own_settings_stay_in_its_own_link(app: Served) -> None:
    """Training's twins say nothing on Step, and what a lesson hides on Step is there on Compare."""
    with Tab(app.address, "training", "twin=gate&seed=3") as tab:
        tab.go("step")
        assert tab.query == {"seed": "3"}  # the seed is also that of the random numbers on Gradients
        tab.do("left", tab.options("left")[2])
        assert tab.query.keys() == {"seed", "left"}
        tab.go("training")
        assert tab.query == {"twin": "gate", "seed": "3"}
    with Tab(app.address, "step", "hide=sentence,lang") as tab:
        assert "sentence" not in tab.widgets
        tab.go("compare")
        assert "sentence" in tab.widgets
        assert tab.query == {"hide": "lang"}
