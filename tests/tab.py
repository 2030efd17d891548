"""A tab of a browser without a browser, whose network is as slow as a test wants: what has come is taken in on demand.

It speaks Streamlit's protocol as its frontend does: labels, not ids, and the link and all widgets in each message.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

FINISHED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
KINDS = ("selectbox", "radio", "slider", "number_input", "checkbox", "text_input", "button", "bidi_component")
FOLDED = ("popover", "expandable")


@dataclass
class Shown:
    """A widget as the tab shows it."""

    id: str
    kind: str
    proto: Any
    fragment: str


@dataclass
class Tab:
    """One visit. `send` what a visitor does, `arrive` what the server answers; in between the tab knows nothing."""

    address: str
    page: str = ""
    link: str = ""
    locale: str = "en-US"
    script: str = ""
    widgets: dict[str, Shown] = field(default_factory=dict)
    states: dict[str, WidgetState] = field(default_factory=dict)
    """By the widget's id."""
    errors: list[str] = field(default_factory=list)
    toasts: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """What components were given."""
    prose: list[str] = field(default_factory=list)
    """Texts and captions that were drawn."""
    progress: str = ""
    """What the bar of progress says."""
    pages: dict[str, str] = field(default_factory=dict)
    """Their ids, by the name in an address."""
    looks: dict[str, float] = field(default_factory=dict)
    held: list[ForwardMsg] = field(default_factory=list)
    unanswered: int = 0
    """Messages sent since the last answer."""

    def __enter__(self) -> Tab:
        url = self.address.replace("http", "ws") + "/_stcore/stream"
        protocols = [Subprotocol("streamlit")]
        self.connection = connect(url, origin=Origin(self.address), subprotocols=protocols, max_size=2**26)
        self.socket = self.connection.__enter__()
        self.send()
        self.arrive()
        return self

    def __exit__(self, *gone: Any) -> None:
        self.connection.__exit__(*gone)

    def send(self, key: str = "", value: Any = None, *, back: str | None = None, look: str = "", **forged: Any) -> None:
        """Choose a label, move a slider, type, switch, or press; `look`: at that part, as the page does by itself;
        `forged`: the field of the message and its value."""
        shown = self.widgets.get(key)
        state = WidgetState(id=shown.id) if shown else WidgetState()
        trigger = [state] if shown and shown.kind == "button" and not forged else []
        if shown and forged:
            ((name, what),) = forged.items()
            if name.endswith("array_value"):
                getattr(state, name).data.extend(what)
            else:
                setattr(state, name, what)
            self.states[shown.id] = state
        elif trigger:
            state.trigger_value = True
        elif shown:
            self.states[shown.id] = filled(shown, value)
        message = BackMsg()
        asked = message.rerun_script
        if back is not None:
            self.link, asked.is_history_navigation = back, True
        asked.query_string, asked.page_script_hash = self.link, self.script
        asked.page_name = "" if self.script else self.page
        asked.fragment_id = shown.fragment if shown and back is None else look
        asked.is_auto_rerun = bool(look)
        asked.widget_states.CopyFrom(WidgetStates(widgets=[*self.states.values(), *trigger]))
        about = asked.context_info
        about.timezone, about.locale, about.url, about.color_scheme = "UTC", self.locale, self.address, "light"
        self.unanswered += 1
        self.socket.send(message.SerializeToString())

    def wait(self) -> None:
        """Until the server has answered; the answer is on its way. Several messages may have one answer or several:
        then until it says nothing more, too."""
        ended = False
        while True:
            try:
                message = ForwardMsg.FromString(self.socket.recv(timeout=1 if ended else 120))
            except TimeoutError:
                assert ended
                break
            self.held.append(message)
            if message.WhichOneof("type") == "script_finished":
                ended = message.script_finished in FINISHED
                assert ended or message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
                if ended and self.unanswered < 2:
                    break
        self.unanswered = 0

    def arrive(self) -> None:
        """Wait for the answer, and take in all that came."""
        self.errors, self.toasts, self.texts, self.prose = [], [], [], []
        self.wait()
        for message in self.held:
            self._take(message)
        self.held = []

    def do(self, key: str, value: Any = None, **forged: Any) -> None:
        """Act on a fast network."""
        self.send(key, value, **forged)
        self.arrive()

    def look(self) -> None:
        """At each part that looks by itself again and again, once."""
        for part in list(self.looks):
            self.send(look=part)
            self.arrive()

    def go(self, page: str) -> None:
        """To another page by the menu, which empties the link."""
        self.link, self.script = "", self.pages[page]
        self.send()
        self.arrive()

    def shows(self, key: str) -> Any:
        """What a widget shows: a label, a number, a text, on or off."""
        state = self.states[self.widgets[key].id]
        found = getattr(state, str(state.WhichOneof("value")))
        return found.data[0] if hasattr(found, "data") else found

    def options(self, key: str) -> list[str]:
        return list(self.widgets[key].proto.options)

    @property
    def query(self) -> dict[str, str]:
        """What the link says."""
        return {name: texts[-1] for name, texts in parse_qs(self.link, keep_blank_values=True).items()}

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.script = message.new_session.page_script_hash
            parts = message.metadata.run.fragment_ids
            if not parts:
                self.looks = {}
            self.widgets = {key: one for key, one in self.widgets.items() if parts and one.fragment not in parts}
        elif kind == "navigation":
            self.script = message.navigation.page_script_hash
            self.pages = {one.url_pathname: one.page_script_hash for one in message.navigation.app_pages}
        elif kind == "page_info_changed":
            self.link = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self.looks[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "script_finished":
            ids = {shown.id for shown in self.widgets.values()}
            self.states = {id: state for id, state in self.states.items() if id in ids}
        elif kind == "delta" and message.delta.WhichOneof("type") == "add_block":
            block = message.delta.add_block
            name = block.WhichOneof("type")
            if name in FOLDED and getattr(block, name).id:
                self._draw(name, getattr(block, name), message.delta.fragment_id)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            name = element.WhichOneof("type")
            if name == "exception":
                self.errors.append(element.exception.message)
            elif name == "alert" and element.alert.format == Alert.ERROR:
                self.errors.append(element.alert.body)
            elif name == "progress":
                self.progress = element.progress.text
            elif name == "markdown":
                self.prose.append(element.markdown.body)
            elif name == "toast":
                self.toasts.append(element.toast.body)
            elif name in KINDS:
                self._draw(name, getattr(element, name), message.delta.fragment_id)

    def _draw(self, kind: str, proto: Any, fragment: str) -> None:
        shown = Shown(proto.id, kind, proto, fragment)
        self.widgets[proto.id.split("-", 2)[-1]] = shown
        if kind == "bidi_component":
            self.texts.append(proto.bytes.decode())
        elif kind in FOLDED:
            self.states[proto.id] = filled(shown, proto.open if kind == "popover" else proto.expanded)
        elif kind != "button" and (proto.id not in self.states or proto.set_value):
            self.states[proto.id] = filled(shown, *start(proto, kind))


def start(proto: Any, kind: str) -> tuple[Any]:
    """What the server says that a widget shows."""
    if kind in ("selectbox", "radio"):
        return (proto.raw_value if proto.set_value else proto.options[proto.default],)
    if kind == "slider" and proto.options:
        return (proto.raw_value[0] if proto.set_value else proto.options[int(proto.default[0])],)
    if kind == "slider":
        return ((proto.value if proto.set_value else proto.default)[0],)
    return (proto.value if proto.set_value else proto.default,)


def filled(shown: Shown, value: Any) -> WidgetState:
    """A widget's state as the browser sends it."""
    state = WidgetState(id=shown.id)
    if shown.kind == "slider" and shown.proto.options:
        state.string_array_value.data.append(value)
    elif shown.kind == "slider":
        state.double_array_value.data.append(value)
    elif shown.kind == "number_input":
        state.double_value = value
    elif shown.kind in ("checkbox", *FOLDED):
        state.bool_value = value
    elif shown.kind == "bidi_component":
        state.json_value = json.dumps(value)
    else:
        state.string_value = value
    return state
