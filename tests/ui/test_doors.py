"""Streamlit's private doors: each test names one, and fails when it moves."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import pytest
from streamlit import config
from streamlit.elements.widgets import select_slider
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner.script_runner import ScriptRunnerEvent
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
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


def test_what_was_drawn_before_a_part_begins_is_sent_whole() -> None:
    """ForwardMsgQueue.clear and ._delta_index_map."""
    queue = ForwardMsgQueue()
    drawn, ended = ForwardMsg(), ForwardMsg()
    drawn.delta.fragment_id = "one"
    drawn.delta.new_element.empty.SetInParent()
    drawn.metadata.delta_path.extend([0, 1])
    ended.script_finished = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
    for message in (drawn, ended):
        queue.enqueue(message)
    for part in ("one", "other"):
        queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[part])
    queue.enqueue(drawn)  # by the next run: in the place of nothing
    assert queue.flush() == [drawn, ended, drawn]
    assert ended.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
    doors._clear(queue, True, ["one"])  # Streamlit's own still takes what is changed here
    queue.enqueue(drawn)
    queue.clear(retain_lifecycle_msgs=True)  # all of the page is drawn anew
    assert queue.is_empty()


def test_a_thread_that_has_done_its_work_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """ScriptRunner.request_rerun, AppSession._scriptrunner and ._handle_scriptrunner_event_on_event_loop."""
    assert ScriptRunner.request_rerun is doors.ask
    assert AppSession._handle_scriptrunner_event_on_event_loop is doors.hear
    assert "_scriptrunner" in inspect.getsource(doors._hear)
    monkeypatch.setattr(doors, "_ask", lambda runner, message: message)
    heard = []
    monkeypatch.setattr(doors, "_hear", lambda session, sender, event: heard.append(session._scriptrunner is sender))
    old, new = SimpleNamespace(), SimpleNamespace()
    session = SimpleNamespace(_scriptrunner=old)
    assert doors.ask(old, True)
    session._scriptrunner = new
    event = ScriptRunnerEvent.ENQUEUE_FORWARD_MSG
    doors.hear(session, old, event)  # it was told to stop
    assert not doors.ask(old, False)
    doors.hear(session, old, event)
    doors.hear(session, old, ScriptRunnerEvent.SHUTDOWN)
    doors.hear(session, new, event)
    assert heard == [False, True, False, True]
    assert session._scriptrunner is new


def test_a_browser_is_told_the_same_as_before_only_of_what_it_has_for_sure() -> None:
    """ScriptRunContext.reset and .cached_message_hashes; global.maxCachedMessageAge."""
    assert ScriptRunContext.reset is doors.reset
    assert "in self.cached_message_hashes" in inspect.getsource(ScriptRunContext.enqueue)
    kept: int = config.get_option("global.maxCachedMessageAge")
    sent = doors.Sent()

    def run(*asks: str, told: str = "ab") -> list[bool]:
        sent.begin()
        known = doors.Known(told)
        known.sent = sent
        return [ask in known for ask in asks]

    assert run("a", "b", told="") == [False, False]
    assert run("a", "c") == [True, False]
    for _ in range(kept - doors.MARGIN - 1):
        assert run("a") == [True]
    assert run("a", "b") == [True, False]
    assert run("a", "b") == [True, True]
