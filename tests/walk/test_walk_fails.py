"""The walk finds what it is there to find: a small copy of the app has a page for each way to break, and one sound."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripts.serving import Served, serve
from tests.browser.conftest import small_copy
from tests.walk.walk import Walk, alone

BEGIN = """
import logging
import streamlit as st
from rnnviz.ui import state
from rnnviz.ui.calm import part
from rnnviz.ui.language import t

@part
def own():
    st.title("title")
    st.markdown("text")
    st.toggle(t("step.trained"), **state.control("trained"))
"""
END = """
own()
"""
PAGES = {
    "sound": "    st.slider('words', **state.control('words'))\n    st.button('rest', key='rest')",
    "fragment": "    if st.button('boom', key='boom'):\n        raise KeyError('part')",
    "callback": "    st.button('boom', key='boom', on_click=lambda: {}['call'])",
    "lost": """
    def forget():
        st.session_state['letter'] = 'a'
    st.selectbox('letter', ['a', 'b', 'c'], key='letter', on_change=forget)
""",
    "moves": """
    if 'here' not in st.session_state:
        st.session_state['here'] = True
        state.put(seed=(state.value('seed') + 1) % 100)
""",
    "changes": """
    st.session_state.setdefault('count', 0)
    st.session_state['count'] += 1
    st.caption(f"{st.session_state['count']} times")
""",
    "box": "    if not state.value('trained'):\n        st.error(t('errors.page'))",
    "quiet": """
    if not state.value('trained'):
        try:
            {}['quiet']
        except KeyError:
            logging.getLogger('rnnviz').exception('quiet')
""",
    "raw": """
    def named(id):
        return f"{state.value('trained')} {id}"
    st.selectbox('letter', ['a', 'b'], key='letter', format_func=named)
""",
    "apart": """
    st.session_state['words'] = (state.value('words') + 1) % 9
    st.slider('words', **state.control('words'))
""",
    "hangs": "    if not state.value('trained'):\n        import time\n        time.sleep(6)",
}
FOUND = {
    "fragment": ("error box", "KeyError"),
    "callback": ("error box", "KeyError"),
    "lost": ("letter: ", "was chosen"),
    "moves": ("the link",),
    "changes": ("a link shows something else", "texts"),
    "box": ("error box",),
    "quiet": ("traceback in the log", "KeyError"),
    "raw": ("letter shows", "does not offer"),
    "apart": ("words: ", "is shown, the link says words="),
    "hangs": ("no answer",),
}
"""What the walk says of each."""
ACTIONS = 25


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    pages = {f"forward/{name}": BEGIN + code + END for name, code in PAGES.items()}
    with serve(root=small_copy(tmp_path_factory.mktemp("broken"), pages)) as served:
        yield served


def walked(small: Served, page: str) -> Walk:
    walk = Walk(small, seed=1, pages=(page,), patience=3.0, grace=(0.5, 1.0), twice=0.0)
    alone(walk.go(ACTIONS))
    return walk


def test_a_sound_page_is_found_sound(small: Served) -> None:
    walk = walked(small, "sound")
    assert not walk.faults
    assert walk.done >= ACTIONS
    assert walk.compared > 1
    assert {("sound", "trained", "off"), ("sound", "words", "high"), ("sound", "rest", "press")} <= walk.coverage.done


@pytest.mark.parametrize("page", FOUND)
def test_what_breaks_is_found_and_told(small: Served, page: str, capsys: pytest.CaptureFixture[str]) -> None:
    walk = walked(small, page)
    told = capsys.readouterr().out
    assert walk.faults
    for words in FOUND[page]:
        assert any(words in fault.what for fault in walk.faults.values()), list(walk.faults)
    fault = next(iter(walk.faults.values()))
    assert fault.recipe[0].startswith(f"open /{page}")
    assert f"seed 1, visit {1}" in told
    assert len(fault.recipe) > 1
