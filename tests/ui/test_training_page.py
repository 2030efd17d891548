"""The Training page over Streamlit's own protocol: which button is meant to be pressed, and where a pause stands."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest

from rnnviz.language import translate
from rnnviz.training import plans
from rnnviz.ui.keys import KEYS
from scripts.serving import Served
from tests.tab import Tab

SHORT = "task=recall&delay=2&size=4&batch=8"
LONG = f"{SHORT}&budget=4500"
CHUNKS = 1.0
"""Seconds in which a chunk that was under way has come back."""


def said(key: str, **values: Any) -> str:
    return translate("en", f"training.{key}", **values)


def opened(app: Served, link: str = LONG) -> Tab:
    return Tab(app.address, "training", link)


def primary(tab: Tab) -> list[str]:
    """The labels of the buttons that are meant to be pressed next."""
    return [one.proto.label for one in tab.widgets.values() if one.kind == "button" and one.proto.type == "primary"]


def step(tab: Tab) -> int:
    """As the sentence on the progress bar says."""
    found = re.search(r"[Ss]tep ([\d,]+)", tab.progress)
    return int(found[1].replace(",", "")) if found else 0


def looked(tab: Tab, until: str) -> None:
    """Until the bar says so; the page looks by itself, and a tab without a clock presses nothing."""
    end = time.monotonic() + 60
    while until not in tab.progress:
        assert time.monotonic() < end, tab.progress
        time.sleep(0.2)
        tab.look()


def paused(tab: Tab) -> int:
    tab.do("pause")
    looked(tab, "Paused")
    return step(tab)


def test_pause_stays_where_it_is_and_one_step_is_one(app: Served) -> None:
    """Faults F10: the sentence, the slider and the headline name one step, also when the chunk under way is back."""
    with opened(app) as tab:
        tab.do("train")
        for _ in range(3):
            time.sleep(0.4)
            tab.look()
        at = paused(tab)
        for more in range(1, 4):
            time.sleep(CHUNKS)
            tab.do("one")
            looked(tab, f"Paused at step {at + more:,} ")
            (slider,) = (one for key, one in tab.widgets.items() if key.startswith("rewind-"))
            assert int(slider.proto.options[-1]) == at + more == int(tab.shows(f"rewind-{at + more}"))
            assert f"step {at + more:,}:" in title(tab)
        tab.do("preset-bias")  # all is drawn anew
        assert step(tab) == at + 3
        assert int(tab.shows(f"rewind-{at + 3}")) == at + 3
        tab.do("cancel")


def title(tab: Tab) -> str:
    """Of the curves, as they were drawn last."""
    return [json.loads(text)["sections"][0]["title"] for text in tab.texts if '"sections"' in text][-1]


def test_with_changed_settings_the_button_trains_these(app: Served) -> None:
    with opened(app) as tab:
        assert primary(tab) == [said("train")]
        tab.do("train")
        assert primary(tab) == [said("pause")]
        paused(tab)
        assert primary(tab) == [said("resume")]
        tab.do("seed", 5)
        assert primary(tab) == [said("these")]
        assert {"resume", "train"} <= tab.widgets.keys()
        tab.do("seed", 0)
        assert primary(tab) == [said("resume")]
        tab.do("seed", 5)
        tab.do("train")
        assert primary(tab) == [said("pause")]
        assert "sawA" in tab.widgets  # the old run is in the list
        tab.do("seed", 6)  # while it goes
        assert primary(tab) == [said("these")]
        assert "pause" in tab.widgets
        tab.do("cancel")
        assert primary(tab) == [said("these")]


def test_there_is_no_slider_without_a_way_back(app: Served) -> None:
    """Fault F23: after Cancel it stood at 0 of 1, dead."""
    with opened(app) as tab:
        assert not [key for key in tab.widgets if key.startswith("rewind")]
        tab.do("train")
        looked(tab, "left")
        tab.do("cancel")
        assert not [key for key in tab.widgets if key.startswith("rewind")]


HIDDEN = {"presets": "preset-cells", "further": "further", "overfitting": "overfitting", "equal": "equal", "bet": "bet"}


@pytest.mark.parametrize("name", HIDDEN)
def test_a_link_can_hide_a_part(name: str, app: Served) -> None:
    with opened(app, "") as tab:
        assert HIDDEN[name] in tab.widgets
    with opened(app, f"hide={name}") as tab:
        assert HIDDEN[name] not in tab.widgets
        assert "train" in tab.widgets
        assert tab.errors == []


def test_a_guess_is_made_before_and_stays_beside_the_result(app: Served) -> None:
    with opened(app, f"{SHORT}&budget=100&twin=bias") as tab:
        assert not tab.widgets["bet"].proto.disabled
        tab.do("bet", tab.options("bet")[1])
        assert tab.query["bet"] == "second"
        tab.do("train")
        assert tab.widgets["bet"].proto.disabled
        looked(tab, "Done")
        assert any("It came out" in text for text in tab.prose)
        tab.do("seed", 5)  # another run, another guess
        assert not tab.widgets["bet"].proto.disabled
        assert tab.errors == []


def test_a_tile_sets_its_controls_and_says_so(app: Served) -> None:
    with opened(app, "dropout=0.5&bet=first&equal=weights") as tab:
        assert any(text.startswith("Set by you") for text in tab.prose)
        tab.do("preset-long")
        assert tab.query == {key: id for key, id in plans.PRESETS["long"].items() if id != KEYS[key].default}
        assert any(text.startswith("Set for this experiment: Recall") for text in tab.prose)
        assert tab.errors == []
