"""A small copy of the app with two pages of its own, to test the frame apart from what the real pages do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.serving import ROOT, Served, serve

PAGE = """
import streamlit as st
from rnnviz.ui import server, state

st.title({title!r})
if state.shown("sentence"):
    st.text_input("sentence", **state.control("sentence"))
if state.shown("words"):
    st.slider("words", **state.control("words"))
st.selectbox("left", **state.choice("left", lambda id: f"{{state.value('lang')}}-{{id}}"))
st.toggle("trained", **state.control("trained"))
st.button("rest", on_click=state.put, kwargs=dict(step=3, unit=7))
st.code({{name: state.value(name) for name in state.KEYS}} | dict(plotly=server.plotly_url()))
"""


def small_copy(root: Path, pages: dict[str, str]) -> Path:
    """The app with other pages: {"backward/two": code}."""
    for name in ("app.py", ".streamlit", "rnnviz"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / name)
    (root / "assets").mkdir()
    for entry in (ROOT / "assets").iterdir():
        if entry.name != "locale":
            (root / "assets" / entry.name).symlink_to(entry)
    shutil.copytree(ROOT / "assets" / "locale", root / "assets" / "locale")
    for file in (root / "assets" / "locale").glob("*/frame.json"):
        labels = json.loads(file.read_text())
        labels["frame"]["pages"] = {Path(page).name: Path(page).name.title() for page in pages}
        file.write_text(json.dumps(labels))
    for page, code in pages.items():
        (root / "pages" / page).parent.mkdir(parents=True, exist_ok=True)
        (root / "pages" / f"{page}.py").write_text(code)
    return root


@pytest.fixture(scope="session")
def small_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pages = {page: PAGE.format(title=page.split("/")[1]) for page in ("forward/one", "backward/two")}
    return small_copy(tmp_path_factory.mktemp("small"), pages)


@pytest.fixture(scope="session")
def small(small_root: Path) -> Iterator[Served]:
    with serve(root=small_root) as served:
        yield served
        assert "Traceback" not in served.log(), served.log()
