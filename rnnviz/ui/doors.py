"""What is changed inside Streamlit, where it offers no other way. Each has a test that fails when the door moves."""

from __future__ import annotations

from typing import Any

from streamlit import config
from streamlit.elements.widgets import select_slider
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner.script_runner import ScriptRunnerEvent
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.state.safe_session_state import SafeSessionState


class Slider(select_slider.SelectSliderSerde[Any]):
    """Streamlit's select_slider takes a label that it does not show any more for the start value, and the action would
    be lost. Like a selectbox, let it hand out the label: `rnnviz.ui.state.follow` finds out what was meant."""

    def deserialize(self, ui_value: list[str] | None) -> Any:
        if ui_value and len(ui_value) == 1 and ui_value[0] not in self.formatted_option_to_index:
            return ui_value[0]
        return super().deserialize(ui_value)


_take_in = SafeSessionState.on_script_will_rerun


def take_in(session: SafeSessionState, *message: Any, **more: Any) -> None:
    """Streamlit lets a newer message cut off the run of an older one before that was taken in, or in the midst of its
    callbacks: the press of a button that is followed at once by something else would be lost. Let each be taken in
    whole; right after that the newer one has its turn."""
    interrupt = session._yield_callback
    object.__setattr__(session, "_yield_callback", _nothing)  # as Streamlit sets it: what else is set is a value
    try:
        _take_in(session, *message, **more)
    finally:
        object.__setattr__(session, "_yield_callback", interrupt)


def _nothing() -> None:
    """No newer message counts now."""


_clear = ForwardMsgQueue.clear


def clear(queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: Any = None) -> None:
    """Where a part of the page begins to run, Streamlit throws away what is not sent yet of the run before: of that
    run's parts some, and its end. What it had taken off the page stayed there; or parts of it went, and what was chosen
    in them. Let all of it be sent, in order; nothing in it is replaced by what comes now."""
    if fragment_ids_this_run is None:
        _clear(queue, retain_lifecycle_msgs)
    else:
        queue._delta_index_map = {}


_ask = ScriptRunner.request_rerun
_hear = AppSession._handle_scriptrunner_event_on_event_loop


def ask(runner: Any, *message: Any) -> bool:
    """Whether the thread of the run before takes one more message. If not, it has done all that it will do."""
    taken = _ask(runner, *message)
    runner.rnnviz_done = not taken
    return taken


def hear(session: Any, sender: Any, event: ScriptRunnerEvent, *more: Any, **named: Any) -> None:
    """Streamlit forgets what such a thread has drawn, if it was not taken in before the next one was made. Let it be
    taken in: it was drawn before the next one began. Only its end is no end of the visit's work."""
    runner = session._scriptrunner
    late = sender is not runner and getattr(sender, "rnnviz_done", False) and event is not ScriptRunnerEvent.SHUTDOWN
    if late:
        session._scriptrunner = sender
    try:
        _hear(session, sender, event, *more, **named)
    finally:
        if late:
            session._scriptrunner = runner


SENT = "_sent"
MARGIN = 2
"""Runs that may have been broken off, so that the browser has seen less than was sent."""


class Sent:
    """What was sent to a browser lately, by hash, and in which run."""

    def __init__(self) -> None:
        self.run = 0
        self.last: dict[str, int] = {}

    def begin(self) -> None:
        """A run begins. The browser may have forgotten what is older than the setting says."""
        self.run += 1
        recent: int = config.get_option("global.maxCachedMessageAge") - MARGIN
        self.last = {hash: run for hash, run in self.last.items() if self.run - run <= recent}


class Known(frozenset[str]):
    """What need not be sent again: what the browser said it keeps, and was sent lately."""

    sent: Sent

    def __contains__(self, hash: object) -> bool:
        known = super().__contains__(hash) and hash in self.sent.last
        self.sent.last[str(hash)] = self.sent.run
        return known


_reset = ScriptRunContext.reset


def reset(context: Any, *more: Any, **named: Any) -> None:
    """A browser says with each message what it keeps. If it says so before the last answer has come, that answer may
    let it forget some of it, and to be told "the same as before" of that ends the visit (Cached ForwardMsg MISS)."""
    _reset(context, *more, **named)
    session = context.session_state._state  # to ask the visit's state itself may end the run
    if SENT not in session:
        session[SENT] = Sent()
    context.cached_message_hashes = Known(context.cached_message_hashes)
    context.cached_message_hashes.sent = sent = session[SENT]
    sent.begin()


def change() -> None:
    """Put all of them in place."""
    select_slider.SelectSliderSerde = Slider  # type: ignore[misc]
    SafeSessionState.on_script_will_rerun = take_in  # type: ignore[assignment, method-assign]
    ForwardMsgQueue.clear = clear  # type: ignore[method-assign, assignment]
    ScriptRunner.request_rerun = ask  # type: ignore[method-assign, assignment]
    AppSession._handle_scriptrunner_event_on_event_loop = hear  # type: ignore[method-assign, assignment]
    ScriptRunContext.reset = reset  # type: ignore[method-assign, assignment]
