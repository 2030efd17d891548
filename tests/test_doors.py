"""Streamlit's private doors: each test names one, and fails when it moves."""

from __future__ import annotations

import pytest
from streamlit.elements.widgets import select_slider
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.safe_session_state import SafeSessionState

from rnnviz.ui import doors, state
from scripts.serving import Served
from tests.tab import Tab


class Newer(Exception):
    """A newer message wants its turn."""


def interrupt() -> None:
    raise Newer


def test_a_message_is_taken_in_whole() -> None:
    """SafeSessionState.on_script_will_rerun and ._yield_callback."""
    assert state  # which puts the doors in place
    session = SafeSessionState(SessionState(), interrupt)
    session.on_script_will_rerun(WidgetStates())
    with pytest.raises(Newer):  # afterwards the newer one has its turn
        session.get("anything")
    with pytest.raises(Newer):
        doors._take_in(session, WidgetStates())  # Streamlit's own still does what is changed here


def test_a_select_slider_hands_out_what_it_does_not_show() -> None:
    """select_slider.SelectSliderSerde."""
    slider = select_slider.SelectSliderSerde(
        ("a", "b"), formatted_option_to_index={"a": 0, "b": 1}, default_indices=[0]
    )
    assert isinstance(slider, doors.Slider)
    assert [slider.deserialize([label]) for label in ("b", "was there")] == ["b", "was there"]


def test_a_press_that_is_followed_at_once_by_something_else_counts(app: Served) -> None:
    for _ in range(10):
        with Tab(app.address, "compare", "lang=en") as tab:
            tab.send("frame-lang-ja")
            tab.send("projector", True)
            tab.arrive()
            assert tab.query == {"lang": "ja", "projector": "true"}
