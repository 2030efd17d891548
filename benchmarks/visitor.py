"""A visitor without a browser: speaks Streamlit's own protocol over a WebSocket, as its frontend does.

The browser sends the state of every widget, the link and the hashes of the messages it still has; the server
answers with messages, the last of which says that the script has finished.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

KEPT_RUNS = 2
"""For how many runs the browser keeps a message that it may be sent again (global.maxCachedMessageAge)."""
BEFORE_FIRST = 120.0
"""Seconds that a first page may take."""
LIMIT = 64 * 2**20
FINISHED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass
class Run:
    """What one rerun brought."""

    seconds: float
    received: int
    """Bytes."""
    errors: list[str]
    stepper: str
    """The hash of the message with the page's component: the stepper, or the board of figures."""
    progress: str = ""
    """What stands on the progress bar, if it was drawn."""


@dataclass
class Visitor:
    """One session: open, then `type`, `slide`, `press` and `look` until `close`."""

    address: str
    dark: bool = False
    page: str = ""
    """Where it begins: the page's name in an address."""
    widgets: dict[str, WidgetState] = field(default_factory=dict)
    """Widget states by the key that the page gave them."""
    fragments: dict[str, str] = field(default_factory=dict)
    """The part of the page that each widget reruns, by the widget's key; "" is all of it."""
    link: str = ""
    script: str = ""
    kept: dict[str, int] = field(default_factory=dict)
    """Hashes of the messages that can be sent again, with the run that last used each."""
    steppers: set[str] = field(default_factory=set)
    looks: dict[str, float] = field(default_factory=dict)
    """The parts of the page that the browser has run again and again, and the seconds in between."""
    runs: int = 0

    async def open(self) -> Run:
        """Connect and ask for the first page."""
        url = self.address.replace("http", "ws") + "/_stcore/stream"
        self.socket: ClientConnection = await connect(
            url,
            origin=Origin(self.address),
            subprotocols=[Subprotocol("streamlit")],
            max_size=LIMIT,
            ping_interval=None,
        )
        return await self.rerun(BEFORE_FIRST)

    async def type(self, sentence: str, patience: float) -> Run:
        """Type a sentence and press Enter."""
        self.widgets["sentence"].string_value = sentence
        return await self.rerun(patience, self.fragments["sentence"])

    async def slide(self, words: int, patience: float) -> Run:
        """Move the slider "words in between"."""
        self.widgets["words"].double_array_value.data[:] = [words]
        return await self.rerun(patience, self.fragments["words"])

    async def press(self, button: str, patience: float) -> Run:
        """Press a button."""
        pressed = WidgetState(id=self.widgets[button].id, trigger_value=True)
        return await self.rerun(patience, self.fragments[button], pressed)

    async def look(self, fragment: str, patience: float) -> Run:
        """What the browser does by itself after one of the times in `looks`."""
        return await self.rerun(patience, fragment, by_itself=True)

    async def rerun(
        self, patience: float, fragment: str = "", pressed: WidgetState | None = None, by_itself: bool = False
    ) -> Run:
        """Send what the browser sends and wait for the end of the script. Raises TimeoutError."""
        start = time.perf_counter()
        if not by_itself:
            self.looks = {}  # the script says anew what is to be run again
        await self.socket.send(self._request(fragment, pressed, by_itself))
        async with asyncio.timeout(patience):
            run = await self._answer()
        run.seconds = time.perf_counter() - start
        self.runs += 1
        self.kept = {one: used for one, used in self.kept.items() if used > self.runs - KEPT_RUNS}
        return run

    async def close(self) -> None:
        await self.socket.close()

    def _request(self, fragment: str, pressed: WidgetState | None = None, by_itself: bool = False) -> bytes:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.link
        state.page_script_hash = self.script
        state.page_name = "" if self.script else self.page
        state.fragment_id = fragment
        state.is_auto_rerun = by_itself
        kept = [one for one in self.widgets.values() if one.WhichOneof("value")]
        state.widget_states.CopyFrom(WidgetStates(widgets=[*kept, *([pressed] if pressed else [])]))
        state.cached_message_hashes.extend(self.kept)
        about = state.context_info
        about.timezone, about.locale, about.url = "UTC", "en-US", f"{self.address}/{self.page}"
        about.color_scheme = "dark" if self.dark else "light"
        return message.SerializeToString()

    async def _answer(self) -> Run:
        run = Run(0.0, 0, [], "")
        while True:
            raw = await self.socket.recv(decode=False)
            run.received += len(raw)
            message = ForwardMsg.FromString(raw)
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                status = message.script_finished
                if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                if status not in FINISHED:
                    run.errors.append(ForwardMsg.ScriptFinishedStatus.Name(status))
                if not run.stepper:
                    run.errors.append("no stepper and no board")
                return run
            if kind == "new_session":
                self.script = message.new_session.page_script_hash
                if not message.metadata.run.fragment_ids:
                    self.looks = {}  # all of the page is drawn anew, and says what is to be run again
            elif kind == "page_info_changed":
                self.link = message.page_info_changed.query_string
            elif kind == "auto_rerun":
                self.looks[message.auto_rerun.fragment_id] = message.auto_rerun.interval
            elif kind == "stop_auto_rerun":
                for ended in message.stop_auto_rerun.fragment_ids:
                    self.looks.pop(ended, None)
            elif kind == "ref_hash":
                self.kept[message.ref_hash] = self.runs
                if message.ref_hash in self.steppers:
                    run.stepper = message.ref_hash
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self._take(message, run)

    def _take(self, message: ForwardMsg, run: Run) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if message.metadata.cacheable:
            self.kept[message.hash] = self.runs
        if kind == "exception":
            run.errors.append(element.exception.type)
        elif kind == "alert" and element.alert.format == Alert.ERROR:
            run.errors.append(element.alert.body)
        elif kind == "bidi_component":
            run.stepper = message.hash
            self.steppers.add(message.hash)
        elif kind == "progress":
            run.progress = element.progress.text
        elif kind in ("text_input", "slider", "selectbox", "checkbox", "button"):
            self._register(getattr(element, kind), kind, message.delta.fragment_id)

    def _register(self, widget: Any, kind: str, fragment: str) -> None:
        """A widget stands with its default, as in a browser, or with what the server sets."""
        if kind == "slider" and widget.options:
            return  # a select_slider speaks otherwise; without a word from the browser it has its default
        key = widget.id.rsplit("-", 1)[-1]
        self.fragments[key] = fragment
        if kind == "button":  # without a state but in the moment when it is pressed
            self.widgets[key] = WidgetState(id=widget.id)
            return
        old = self.widgets.get(key)
        if old and old.id == widget.id and not widget.set_value:
            return
        given = widget.value if widget.set_value else widget.default
        state = self.widgets[key] = WidgetState(id=widget.id)
        if kind == "slider":
            state.double_array_value.data.extend(given)
        elif kind == "checkbox":
            state.bool_value = given
        elif kind == "text_input":
            state.string_value = given
        elif kind == "selectbox":
            state.string_value = widget.options[given] if isinstance(given, int) else given
