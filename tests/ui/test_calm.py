"""A failure stays small: its part of the page says so in the reader's language, the rest works, the log stays short."""

from __future__ import annotations

import ast
import logging
from concurrent.futures import Future
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.language import translate
from rnnviz.turns.nursery import Refused
from rnnviz.ui import asked, calm
from scripts.serving import ROOT

FILES = [*ROOT.glob("rnnviz/**/*.py"), *ROOT.glob("pages/**/*.py"), ROOT / "app.py"]

SCRIPT = """
import streamlit as st
from rnnviz.ui import state
from rnnviz.ui.calm import called, calmly, part

def broken(): raise ValueError("x" * 2**20)
def works(): state.put(words=state.value("words") + 1)
def stops(): st.stop()
def again(): st.rerun()

@part
def first():
    st.slider("words", **state.control("words"))
    for name, then in (("broken", broken), ("works", works)):
        st.button(name, key=name, on_click=called(then))
    if st.button("fail", key="fail"):
        broken()
    if st.button("stop", key="stop"):
        stops()
    st.write("end of first")

@part
def second():
    st.write("second: " + str(state.value("words")))

with state.turn(), calmly("page"):
    st.button("ja", key="ja", on_click=called(state.put), kwargs=dict(lang="ja"))
    if st.button("again", key="again"):
        again()
    first()
    second()
"""


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_string(SCRIPT, default_timeout=30).run()


def said(page: AppTest) -> list[str]:
    return [text.value for text in page.markdown]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_part_that_fails_says_so_and_the_others_stand(language: str, page: AppTest) -> None:
    if language == "ja":
        page.button(key="ja").click().run()
    page.button(key="fail").click().run()
    assert not page.exception
    assert [error.value for error in page.error] == [translate(language, "errors.page")]
    assert said(page) == ["second: 0"]
    page.slider(key="words").set_value(5).run()
    assert not page.error
    assert said(page) == ["end of first", "second: 5"]
    assert page.query_params["words"] in ("5", ["5"])


def test_a_callback_that_fails_says_so_and_the_page_is_drawn(page: AppTest) -> None:
    page.slider(key="words").set_value(7)
    page.button(key="broken").click().run()
    assert not page.exception
    assert [error.value for error in page.error] == [translate("en", "errors.action")]
    assert said(page) == ["end of first", "second: 7"]
    page.button(key="works").click().run()
    assert not page.error
    assert said(page) == ["end of first", "second: 8"]


def test_a_callback_knows_what_was_moved_in_the_same_message(page: AppTest) -> None:
    page.slider(key="words").set_value(30)
    page.button(key="works").click().run()
    assert page.slider(key="words").value == 31


def test_stop_and_rerun_pass(page: AppTest) -> None:
    page.button(key="stop").click().run()
    assert not page.error
    assert not page.exception
    assert said(page) == []
    page.button(key="again").click().run()
    assert not page.error
    assert said(page) == ["end of first", "second: 0"]


def test_every_part_and_every_callback_goes_through_here() -> None:
    for file in FILES:
        if file.name == "calm.py":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute):
                assert ast.unparse(node) not in ("st.fragment", "st.dialog"), file
            pairs = []
            if isinstance(node, ast.keyword) and node.arg and node.arg.startswith("on_"):
                pairs = [node.value]
            elif isinstance(node, ast.Dict):
                pairs = [
                    v for k, v in zip(node.keys, node.values, strict=True) if ast.unparse(k or v).startswith("'on_")
                ]
            for value in pairs:
                safe = isinstance(value, ast.Constant) or ast.unparse(value).startswith(
                    ("called(", "component.nothing")
                )
                assert safe or ast.unparse(value) == "calm.failed", (file, ast.unparse(value))


@pytest.fixture
def entries(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    make = logging.getLogRecordFactory()
    calm.shorten_log()
    yield caplog  # type: ignore[misc]
    logging.setLogRecordFactory(make)


@pytest.mark.parametrize("name", ["rnnviz", "streamlit.error_util"])
def test_an_entry_of_the_log_is_short_whatever_a_visitor_sent(name: str, entries: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger(name)
    before, log.propagate = log.propagate, True
    try:
        for sent in ("x" * 2**20, "line\n" * 2**18):
            try:
                raise ValueError(sent)
            except ValueError as error:
                log.error("Uncaught %s", sent, exc_info=error)
                log.exception("part")
    finally:
        log.propagate = before
    assert len(entries.records) >= 4
    for record in entries.records:
        entry = logging.Formatter().format(record)
        assert len(entry) < 2 * calm.LINE * calm.LINES
        assert "raise ValueError(sent)" in entry
    assert len(entries.text) < 200_000


def test_a_short_entry_stays_as_it_is(entries: pytest.LogCaptureFixture) -> None:
    logging.getLogger("rnnviz").warning("%s of %d", "one", 2)
    assert entries.records[0].getMessage() == "one of 2"


def test_a_link_that_is_cut_says_so() -> None:
    app = AppTest.from_file(str(ROOT / "rnnviz" / "ui" / "frame.py"), default_timeout=30)
    app.query_params["sentence"] = "word " * 500
    app.run()
    assert translate("en", "errors.cut", names="sentence") in [toast.value for toast in app.toast]
    assert len(app.query_params["sentence"][0]) <= 2000 or len(app.query_params["sentence"]) <= 2000


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("why", ["slow", "memory", "lost", "busy"])
def test_what_the_server_refuses_to_compute_is_told_in_place(
    language: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was typed is still there, and the next sentence is computed."""
    app = AppTest.from_file(str(ROOT / "rnnviz" / "ui" / "frame.py"), default_timeout=60)
    app.query_params["lang"] = language
    app.run()
    assert not app.error
    typed = f"Anna, who is {why}, goes to buy"

    def refuse(future: Future[Any], *_: object) -> None:
        future.set_running_or_notify_cancel()
        future.set_exception(Refused(why, "detail"))

    with monkeypatch.context() as patched:
        patched.setattr(asked, "_compute", refuse)
        app.text_input(key="sentence").set_value(typed).run()
    assert [error.value for error in app.error] == [translate(language, f"errors.{why}")]
    assert not app.exception
    assert app.text_input(key="sentence").value == typed
    assert app.query_params["sentence"] in (typed, [typed])
    app.slider(key="words").set_value(1).run()
    assert not app.error
    assert not app.exception
    assert app.text_input(key="sentence").value == typed
    assert app.get("bidi_component")
