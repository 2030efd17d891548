"""A browser tab without a browser: speaks Streamlit's own protocol over a WebSocket, exactly as its frontend does.

It keeps the whole page (benchmarks/tree.py), the state of every control (benchmarks/widgets.py), what the app's own
components do (benchmarks/parts.py), the address with its history, and the messages that need not be sent again. The
server's answers are taken in as they come, so that a visitor can act before the last answer is there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote_plus

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.AppPage_pb2 import AppPage
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from benchmarks import parts, widgets
from benchmarks.parts import Part
from benchmarks.tree import Node, Tree
from benchmarks.widgets import Control
from rnnviz.ui.web import COOKIE

BEFORE_FIRST = 120.0
"""Seconds that a first page may take."""
LIMIT = 64 * 2**20
STILL = 0.1
"""After several messages in a row: seconds without a word from the server, until all of them count as answered."""
ENDED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass
class Run:
    """What the server said since the last message to it."""

    seconds: float = 0.0
    received: int = 0
    """Bytes."""
    errors: list[str] = field(default_factory=list)
    """Exceptions and error boxes, those too that were soon replaced."""
    stepper: str = ""
    """The hash of a message with a component of the app's own: the stepper, or a board of figures."""
    progress: str = ""
    """What stands on the progress bar, if it was drawn."""


@dataclass
class Browser:
    """One tab: `open`, then act and `settle`, until `close`."""

    address: str
    dark: bool = False
    page: str = ""
    """Where it begins: the page's name in an address."""
    link: str = ""
    """The link's values, at first and at every moment: what stands after the ? in the address."""
    locale: str = "en-US"
    alive: bool = False
    """Whether it looks again by itself as often as the page says, as a browser does."""
    batches: bool = False
    """A move to another page leaves an entry with an empty link in the history, or it does not: in a browser it depends
    on whether the page's name and its link happen to be taken in together."""
    storage: dict[str, str] = field(default_factory=dict)
    cookie: str = ""
    """Which browser it is a tab of: the value of the app's own cookie; none if empty."""

    def __post_init__(self) -> None:
        self.history: list[tuple[str, str]] = [(self.page, self.link)]
        self.place = 0
        self._forget()

    def _forget(self) -> None:
        """All that a new document begins with."""
        self.tree, self.states, self.parts = Tree(), dict[str, WidgetState](), dict[str, Part]()
        self.opened: dict[str, bool] = {}
        self.looks: dict[str, float] = {}
        """The parts of the page that are run again and again, and the seconds in between."""
        self.timers: dict[str, asyncio.Task[None]] = {}
        self.pages: list[AppPage] = []
        self.moving: str | None = None
        self.script = self.main = self.session = self.run_id = ""
        self.told_query = self.link  # what the frontend takes the link for; a component may have changed the address
        self.cache: dict[str, tuple[int, str, ForwardMsg]] = {}
        self.runs, self.oldest = 0, 2
        self.epoch, self.history_epoch, self.begun = 0, -1, False
        self.run, self.sent = Run(), 0.0
        self.waiting, self.running, self.acks = 0, False, 0
        self.replies: dict[str, ForwardMsg] = {}
        self.news, self.lost = asyncio.Event(), ""

    # The connection

    async def open(self, patience: float = BEFORE_FIRST) -> Run:
        """Connect and ask for the page."""
        await self._connect()
        return await self.settle(patience)

    async def _connect(self) -> None:
        url = self.address.replace("http", "ws", 1) + "/_stcore/stream"
        protocols, origin = [Subprotocol("streamlit")], Origin(self.address)
        headers = {"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
        self.socket: ClientConnection = await connect(
            url, origin=origin, subprotocols=protocols, max_size=LIMIT, ping_interval=None, additional_headers=headers
        )
        self.reader = asyncio.create_task(self._read())
        await self.send()

    async def close(self) -> None:
        """Close the tab."""
        for timer in self.timers.values():
            timer.cancel()
        self.reader.cancel()
        await self.socket.close()

    async def reload(self, patience: float = BEFORE_FIRST) -> Run:
        """The same address anew; only what this tab keeps over a reload is left."""
        await self.close()
        self.page, self.link = self.history[self.place]
        self._forget()
        return await self.open(patience)

    async def _read(self) -> None:
        try:
            while True:
                raw = await self.socket.recv(decode=False)
                self.run.received += len(raw)
                await self._take(ForwardMsg.FromString(raw))
                self.news.set()
        except ConnectionClosed as closed:
            self.lost = f"the connection was closed: {closed}"
            self.news.set()
        except Exception as wrong:  # a browser shows a box in place of the page
            self.lost = f"{type(wrong).__name__}: {wrong}"
            self.news.set()

    async def until(self, seen: Callable[[], Any], patience: float) -> None:
        """Wait for something in what the server says. Raises TimeoutError, and ConnectionError without a server."""
        async with asyncio.timeout(patience):
            while not seen():
                if self.lost:
                    raise ConnectionError(self.lost)
                self.news.clear()
                await self.news.wait()

    async def settle(self, patience: float) -> Run:
        """Wait until all that was sent is answered, and what the components tell because of it."""
        while True:
            await self.until(lambda: not self.waiting or (self.waiting > 1 and self.begun), patience)
            while self.waiting:  # which of several the last answer was for, nobody says
                waiting = self.waiting
                await self._still(patience)
                await self.until(lambda: not self.running, patience)
                await self._still(patience)
                if self.waiting == waiting and not self.running:
                    self.waiting = 0
            if not await self.tell():
                run, self.run = self.run, Run()
                return run

    def waits(self) -> str:
        """What it waits for."""
        begun = "begun" if self.begun else "not begun"
        return f"{self.waiting} messages, {begun}, {'a script runs' if self.running else 'no script runs'}"

    async def _still(self, patience: float) -> None:
        """Wait until the server has read all that was sent, and says nothing more."""
        before, last = self.acks, time.monotonic() + patience
        while self.acks == before:  # a run that begins throws away what was still to be sent, an answer to this too
            await self.put(BackMsg(app_heartbeat=True))
            with suppress(TimeoutError):
                await self.until(lambda: self.acks > before, min(1.0, patience))
            if time.monotonic() > last:
                raise TimeoutError
        until = time.monotonic() + STILL
        while (left := until - time.monotonic()) > 0:
            self.news.clear()
            try:
                await asyncio.wait_for(self.news.wait(), left)
                until = time.monotonic() + STILL
            except TimeoutError:
                break

    # What is sent

    async def send(
        self,
        fragment: str = "",
        page: str = "",
        query: str | None = None,
        trigger: str = "",
        auto: bool = False,
        back: bool = False,
        states: dict[str, WidgetState] | None = None,
    ) -> None:
        """Ask for a run of the page, or of a fragment."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string = query if query is not None else self.told_query or self.link
        if page and page != self.script and not back:
            state.query_string = self.told_query = ""
        state.page_script_hash = page or self.script
        state.page_name = "" if state.page_script_hash else self.page
        state.fragment_id, state.is_auto_rerun, state.is_history_navigation = fragment, auto, back
        state.widget_states.widgets.extend((states if states is not None else self.states).values())
        if trigger:
            state.widget_states.widgets.append(widgets.triggered(trigger))
        state.cached_message_hashes.extend(self.cache)
        about = state.context_info
        about.timezone, about.locale, about.url = "UTC", self.locale, f"{self.address}/{self.page}"
        about.color_scheme = "dark" if self.dark else "light"
        self.epoch += 1
        if back:
            self.history_epoch = self.epoch
        self.waiting, self.begun = self.waiting + 1, self.begun and self.waiting > 0
        self.sent = time.perf_counter()
        await self.put(message)

    async def put(self, message: BackMsg) -> None:
        """Send a message."""
        await self.socket.send(message.SerializeToString())

    async def tell(self) -> bool:
        """Send what the components have to tell, each by itself; whether there was anything."""
        told = False
        for id, node in [(widgets.id_of(node), node) for node in self.components()]:
            part = self.parts[id]
            while part.telling:
                name, value = part.telling.pop(0)
                state = self.states.setdefault(id, WidgetState(id=id))
                state.json_value = parts.merged(state.json_value, name, value)
                await self.send(node.fragment)
                told = True
        return told

    # What comes

    async def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            if message.ref_hash not in self.cache:
                raise LookupError(f"Cached ForwardMsg MISS [hash={message.ref_hash}]")
            _, fragment, kept = self.cache[message.ref_hash]
            self.cache[message.ref_hash] = (self.runs, fragment, kept)
            full = ForwardMsg()
            full.CopyFrom(kept)
            full.metadata.CopyFrom(message.metadata)
            message, kind = full, full.WhichOneof("type")
        elif message.metadata.cacheable and message.hash:
            self.cache[message.hash] = (self.runs, message.delta.fragment_id, message)
        handler = getattr(self, f"_on_{kind}", None)
        if self.moving is not None and kind != "page_info_changed":
            self._visit(self.moving, self.told_query, push=True)
            self.moving = None
        if handler:
            handler(message)
        elif kind == "heartbeat_ack":
            self.acks += 1
        elif kind == "file_urls_response":
            self.replies[message.file_urls_response.response_id] = message
        elif kind == "backend_operation_response":
            self.replies[message.backend_operation_response.request_id] = message

    def _on_new_session(self, message: ForwardMsg) -> None:
        new, run = message.new_session, message.metadata.run
        self.begun = self.running = True
        if self.history_epoch != self.epoch:
            self.history_epoch = -1
        self.session = new.initialize.session_id or self.session
        self.oldest = new.config.max_cached_message_age or self.oldest
        self.main, self.run_id = new.main_script_hash, run.script_run_id
        if not run.fragment_ids:
            self._stop_looking()
            if self.script != new.page_script_hash:
                self.tree.keep_script(self.main)
                self._drop_inactive()
            self.script = new.page_script_hash

    def _on_script_finished(self, message: ForwardMsg) -> None:
        status, run = message.script_finished, message.metadata.run
        if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        self.run.seconds = time.perf_counter() - self.sent
        self.running = False
        if self.begun:
            self.history_epoch = -1
            self.waiting = 0 if self.waiting == 1 else self.waiting
        if status not in ENDED:
            self.run.errors.append(ForwardMsg.ScriptFinishedStatus.Name(status))
            return
        if run.fragment_ids or run.script_run_id == self.run_id:
            self.tree.clear_stale(run.script_run_id, run.fragment_ids)
            self._drop_inactive()
        self.runs += 1
        old = [
            one
            for one, (used, fragment, _) in self.cache.items()
            if self.runs - used > self.oldest and (not run.fragment_ids or fragment in run.fragment_ids)
        ]
        for one in old:
            del self.cache[one]

    def _on_delta(self, message: ForwardMsg) -> None:
        about, delta = message.metadata, message.delta
        try:
            node = self.tree.apply(about.delta_path, delta, self.run_id, about.active_script_hash, message.hash)
        except ValueError as wrong:  # a browser says so in a box, in English, and goes on
            self.run.errors.append(f"Bad message format: {wrong}")
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            said = f"{element.exception.type}: {element.exception.message}"
            self.run.errors.append("\n".join([said, *element.exception.stack_trace]))
        elif kind == "alert" and element.alert.format == Alert.ERROR:
            self.run.errors.append(element.alert.body)
        elif kind == "progress":
            self.run.progress = element.progress.text
        elif kind == "bidi_component":
            self.run.stepper = message.hash
        if node is None:
            return
        if kind == "bidi_component":
            self._show(node)
        widgets.register(node, self.states, self.opened)

    def _on_page_info_changed(self, message: ForwardMsg) -> None:
        query = message.page_info_changed.query_string
        if query != self.link:
            self._visit(self.page, query, push=self.history_epoch < 0)
        self.told_query = query

    def _on_navigation(self, message: ForwardMsg) -> None:
        self.pages = list(message.navigation.app_pages)
        hash = message.navigation.page_script_hash
        here = next(page for page in self.pages if page.page_script_hash == hash)
        start = next(page.url_pathname for page in self.pages if page.is_default)
        self.script = hash
        if (self.page or start) != here.url_pathname:
            self.moving = "" if here.is_default else here.url_pathname
            if not self.batches:
                self._visit(self.moving, self.told_query, push=True)
                self.moving = None

    def _on_auto_rerun(self, message: ForwardMsg) -> None:
        fragment, seconds = message.auto_rerun.fragment_id, message.auto_rerun.interval
        if self.looks.get(fragment) == seconds:
            return
        self._stop_looking(fragment)
        self.looks[fragment] = seconds
        if self.alive:
            self.timers[fragment] = asyncio.create_task(self._look(fragment, seconds))

    def _on_stop_auto_rerun(self, message: ForwardMsg) -> None:
        self._stop_looking(*message.stop_auto_rerun.fragment_ids)

    async def _look(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self.send(fragment, auto=True)

    def _stop_looking(self, *fragments: str) -> None:
        for fragment in fragments or tuple(self.looks):
            self.looks.pop(fragment, None)
            if timer := self.timers.pop(fragment, None):
                timer.cancel()

    def _show(self, node: Node) -> None:
        assert node.element
        part = node.element.bidi_component
        kind = parts.KINDS.get(part.component_name)
        if kind and part.id not in self.parts:
            self.parts[part.id] = kind(self)
        if kind:
            self.parts[part.id].show(part.bytes)

    def _drop_inactive(self) -> None:
        """What the server hears of is what is on the page."""
        active = {widgets.id_of(node) for node in self.tree.walk()}
        for kept in (self.states, self.parts, self.opened):
            for id in [id for id in kept if id not in active]:
                del kept[id]

    # The address

    def _visit(self, page: str, link: str, push: bool) -> None:
        self.page, self.link = page, link
        if push:
            self.history[self.place + 1 :] = [(page, link)]
            self.place += 1
        else:
            self.history[self.place] = (page, link)

    def replace_query(self, **values: str | None) -> None:
        """As a component writes into the link by itself, in the way in which a browser spells it."""
        query = dict(parse_qsl(self.link, keep_blank_values=True))
        query.update({name: value for name, value in values.items() if value is not None})
        link = {name: value for name, value in query.items() if name not in values or values[name] is not None}
        self._visit(self.page, "&".join(f"{name}={_spelled(value)}" for name, value in link.items()), push=False)

    # What is on the page

    def components(self) -> Iterator[Node]:
        """The app's own components."""
        return (node for node in self.tree.walk() if widgets.id_of(node) in self.parts)

    def controls(self) -> list[Control]:
        """All controls, in the order in which they are drawn."""
        return [one for node in self.tree.walk() if (one := widgets.control_of(node, self.states))]


def _spelled(value: str) -> str:
    return quote_plus(value, safe="*").replace("~", "%7E")
