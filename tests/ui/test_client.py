"""The browser tab that speaks Streamlit's protocol: what it keeps of a page, and what it tells the server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import acts, widgets
from benchmarks.browser import Browser
from benchmarks.parts import GatesPart, StepperPart, settings_of, start_of


class Wire:
    """In the place of the WebSocket: what was sent."""

    def __init__(self) -> None:
        self.sent: list[BackMsg] = []

    async def send(self, raw: bytes) -> None:
        self.sent.append(BackMsg.FromString(raw))

    def values(self) -> dict[str, Any]:
        """The states in the last message, by key."""
        states = self.sent[-1].rerun_script.widget_states.widgets
        return {widgets.key_of(one.id): getattr(one, one.WhichOneof("value")) for one in states}


class Server:
    """A tab without a server, and the messages that one would send."""

    def __init__(self) -> None:
        self.tab = Browser("http://127.0.0.1:1")
        self.wire = self.tab.socket = Wire()  # type: ignore[assignment]
        self.run_id, self.fragments = "", []  # type: tuple[str, list[str]]

    def begin(self, run: str, *fragments: str, page: str = "home") -> None:
        self.run_id, self.fragments = run, list(fragments)
        message = ForwardMsg()
        message.new_session.page_script_hash, message.new_session.main_script_hash = page, "main"
        self.say(message)

    def end(self, status: int = ForwardMsg.FINISHED_SUCCESSFULLY) -> None:
        self.say(ForwardMsg(script_finished=status))

    def draw(self, path: list[int], kind: str, *, fragment: str = "", script: str = "home", **values: Any) -> None:
        message = ForwardMsg(hash=f"{kind}{sorted(values.items())}")
        message.delta.fragment_id = fragment
        message.metadata.delta_path.extend(path)
        message.metadata.active_script_hash = script
        if kind == "block":
            message.delta.add_block.flex_container.SetInParent()
        elif kind == "popover":
            message.delta.add_block.popover.SetInParent()
            message.delta.add_block.popover.MergeFrom(type(message.delta.add_block.popover)(**values))
        else:
            part = getattr(message.delta.new_element, kind)
            part.SetInParent()
            part.MergeFrom(type(part)(**values))
        self.say(message)

    def link(self, query: str) -> None:
        message = ForwardMsg()
        message.page_info_changed.query_string = query
        self.say(message)

    def menu(self, here: str, *pages: str) -> None:
        message = ForwardMsg()
        message.navigation.page_script_hash = here
        for page in pages:
            message.navigation.app_pages.add(page_script_hash=page, url_pathname=page, is_default=page == "home")
        self.say(message)

    def say(self, message: ForwardMsg) -> None:
        message.metadata.run.script_run_id = self.run_id
        message.metadata.run.fragment_ids.extend(self.fragments)
        asyncio.run(self.tab._take(message))

    def key(self, key: str) -> widgets.Control:
        found = widgets.find(self.tab.controls(), key)
        assert found, key
        return found

    def does(self, act: Any) -> Any:
        return asyncio.run(act)


@pytest.fixture
def server() -> Server:
    return Server()


def box(key: str, label: str = "", **values: Any) -> dict[str, Any]:
    return {"id": f"$$ID-1-{key}", "label": label or key} | values


def test_a_choice_is_told_by_its_label_with_all_others(server: Server) -> None:
    server.begin("1")
    server.draw([0, 0], "selectbox", fragment="part", **box("left", options=["RNN", "LSTM"], default=0))
    server.draw([0, 1], "slider", **box("words", default=[7], min=0, max=64, step=1))
    server.draw([0, 2], "number_input", **box("seed", default=3, data_type=0))
    server.end()
    server.does(acts.put(server.tab, server.key("left"), "LSTM"))
    values = server.wire.values()
    assert values.pop("words").data == [7]
    assert values == {"left": "LSTM", "seed": 3}
    assert server.wire.sent[-1].rerun_script.fragment_id == "part"
    server.does(acts.put(server.tab, server.key("left"), "LSTM"))
    assert len(server.wire.sent) == 1, "the same again is no message"


def test_a_rerun_leaves_the_visitors_value_and_the_server_can_set_it(server: Server) -> None:
    for run, text in (("1", {}), ("2", {}), ("3", {"value": "Sam", "set_value": True})):
        server.begin(run)
        server.draw([0, 0], "text_input", **box("sentence", default="Alice"), **text)
        server.end()
        if run == "1":
            assert server.key("sentence").value == "Alice"
            server.does(acts.put(server.tab, server.key("sentence"), "Bob"))
        elif run == "2":
            assert server.key("sentence").value == "Bob"
    assert server.key("sentence").value == "Sam"


def test_what_a_run_does_not_draw_again_is_gone_and_no_longer_told(server: Server) -> None:
    server.begin("1")
    server.draw([0, 0], "checkbox", **box("a"))
    server.draw([0, 1], "block", fragment="part")
    server.draw([0, 1, 0], "checkbox", fragment="part", **box("b"))
    server.draw([0, 1, 1], "checkbox", fragment="part", **box("c"))
    server.end()
    assert [one.key for one in server.tab.controls()] == ["a", "b", "c"]
    server.begin("2", "part")
    server.draw([0, 1], "block", fragment="part")
    server.draw([0, 1, 0], "checkbox", fragment="part", **box("b"))
    server.end(ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
    assert [one.key for one in server.tab.controls()] == ["a", "b"]
    server.does(acts.put(server.tab, server.key("b"), True))
    assert server.wire.values() == {"a": False, "b": True}


def test_another_page_leaves_the_frame_and_tells_only_of_it(server: Server) -> None:
    server.begin("1")
    server.menu("home", "home", "far")
    server.draw([0, 0], "checkbox", script="main", **box("frame"))
    server.draw([0, 1], "checkbox", **box("own"))
    server.link("frame=1&x=2")
    server.end()
    server.does(acts.follow(server.tab, "far"))
    sent = server.wire.sent[-1].rerun_script
    assert (sent.page_script_hash, sent.query_string, server.wire.values()) == ("far", "", {"frame": False})
    server.begin("2", page="far")
    server.menu("far", "home", "far")
    assert [one.key for one in server.tab.controls()] == ["frame"]
    server.link("x=2")
    server.end()
    assert server.tab.history == [("", ""), ("", "frame=1&x=2"), ("far", ""), ("far", "x=2")]


def test_a_move_can_come_with_its_link_at_once(server: Server) -> None:
    server.tab.batches = True
    server.begin("1")
    server.menu("home", "home", "far")
    server.link("x=2")
    server.end()
    server.does(acts.follow(server.tab, "far"))
    server.begin("2", page="far")
    server.menu("far", "home", "far")
    server.link("x=2")
    server.end()
    assert server.tab.history == [("", ""), ("", "x=2"), ("far", "x=2")]


def test_back_asks_for_the_link_as_it_was_and_adds_nothing_to_the_history(server: Server) -> None:
    server.begin("1")
    server.menu("home", "home", "far")
    for query in ("a=1", "a=2"):
        server.link(query)
    server.end()
    assert server.does(acts.step_back(server.tab))
    sent = server.wire.sent[-1].rerun_script
    assert (sent.query_string, sent.is_history_navigation, sent.page_script_hash) == ("a=1", True, "home")
    server.begin("2")
    server.link("a=1&b=3")
    server.end()
    assert server.tab.history == [("", ""), ("", "a=1&b=3"), ("", "a=2")]
    assert not server.does(acts.step_back(server.tab, 2)), "there is nothing further on"


def test_a_place_that_does_not_exist_is_an_error_box_as_in_a_browser(server: Server) -> None:
    server.begin("1")
    server.draw([0, 0], "checkbox", **box("a"))
    server.draw([0, 2], "checkbox", **box("b"))
    server.draw([0, 1, 0], "checkbox", **box("c"))
    server.end()
    assert [one.key for one in server.tab.controls()] == ["a"]
    assert [error.split(":")[0] for error in server.tab.run.errors] == ["Bad message format"] * 2


def test_a_menu_closes_before_something_else_is_touched(server: Server) -> None:
    server.begin("1")
    server.draw([0, 0], "popover", fragment="part", **box("menu", open=True))
    server.draw([0, 0, 0], "button", **box("inside"))
    server.draw([0, 1], "button", **box("outside"))
    server.end()
    server.does(acts.press(server.tab, server.key("inside")))
    assert len(server.wire.sent) == 1
    assert server.wire.values() == {"inside": True}, "of a menu that nobody has touched the browser says nothing"
    server.does(acts.press(server.tab, server.key("outside")))
    assert [one.rerun_script.fragment_id for one in server.wire.sent] == ["", "part", ""]
    assert server.wire.values() == {"menu": False, "outside": True}


def test_a_message_comes_again_by_its_hash(server: Server) -> None:
    server.begin("1")
    message = ForwardMsg(hash="long")
    message.delta.new_element.markdown.body = "text"
    message.metadata.cacheable = True
    message.metadata.delta_path.extend([0, 0])
    server.say(message)
    server.end()
    server.does(server.tab.send())
    assert list(server.wire.sent[-1].rerun_script.cached_message_hashes) == ["long"]
    server.begin("2")
    again = ForwardMsg(ref_hash="long")
    again.metadata.delta_path.extend([0, 3 - 3])
    server.say(again)
    server.end()
    assert [node.element.markdown.body for node in server.tab.tree.walk() if node.element] == ["text"]


def test_the_stepper_tells_where_the_reader_rests() -> None:
    tab = Browser("http://127.0.0.1:1", link="a=b+c&unit=9")
    part = StepperPart(tab)
    part.payload = {"tokens": [1, 2, 3], "revision": "r", "networks": [{"unit_rows": {"order": [4, 5]}}] * 2}
    part.told = (0, 1, 4)
    part.step = 2
    part.choose(1, 5)
    part.choose(0, 99)
    part.rest()
    assert part.telling == [("rest", {"step": 2, "network": 0, "unit": 4, "against": "right.5", "back": False})]
    assert tab.link == "a=b+c&unit=4&step=2&side=left&against=right.5"


def test_hands_on_the_gates_are_told_as_the_link_has_them() -> None:
    tab = Browser("http://127.0.0.1:1")
    part = GatesPart(tab)
    part.show(b'{"unit": "gru", "challenge": "count", "drawn": "", "theme": "light"}')
    part.put([0, 200, 36, 1, 2, 3])
    part.rest()
    assert part.telling == [("drawn", "gru.count.005k10010203")]
    assert tab.link == "drawn=gru.count.005k10010203"
    assert settings_of("gru", "count", "gru.count.005k10010203") == [0, 200, 36, 1, 2, 3]
    assert settings_of("gru", "count", "gru.count.00") is None
    assert start_of("rnn", "hold") == [125, 150]


def test_the_page_is_asked_once_for_the_other_look() -> None:
    tab = Browser("http://127.0.0.1:1", dark=True)
    part = GatesPart(tab)
    light = b'{"unit": "gru", "challenge": "count", "drawn": "", "theme": "light"}'
    part.show(light)
    part.show(light)
    assert part.telling == [("theme", "dark")]
