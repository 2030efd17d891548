"""What surrounds every page: the menu, the language and projector switches, and a calm word if a page fails.

Streamlit runs this file from the top for every rerun of every visitor. The menu is the folders of pages/:
a file pages/<section>/<name>.py is the page /<name>, and its title and place stand in the locale files
under frame.pages. The first one is the start page.
"""

from __future__ import annotations

import streamlit as st

from rnnviz.language import LANGUAGES, translate
from rnnviz.shipped import ASSETS
from rnnviz.ui import state, visits
from rnnviz.ui.calm import called, calmly
from rnnviz.ui.language import language, t
from rnnviz.ui.pages import page_files


def menu() -> dict[str, list[st.Page]]:
    """The pages under their sections' titles. The start page also answers to its own name, for old links."""
    sections: dict[str, list[st.Page]] = {}
    start = True
    for section, files in page_files().items():
        pages = sections.setdefault(t(f"frame.sections.{section}"), [])
        for file in files:
            title = t(f"frame.pages.{file.stem}")
            if start:
                pages.append(st.Page(file, title=title, url_path="start", default=True))
                pages.append(st.Page(file, title=title, url_path=file.stem, visibility="hidden"))
                start = False
            else:
                pages.append(st.Page(file, title=title, url_path=file.stem))
    return sections


def start_page() -> str:
    """The name of the page that stands first in the menu."""
    return next(file.stem for files in page_files().values() for file in files)


def switches() -> None:
    """Language and projector, at the right of the top bar."""
    with st.container(key="frame-switches", horizontal=True, vertical_alignment="center", gap="small"):
        if state.shown("projector"):
            st.toggle(t("frame.projector"), **state.control("projector"))
        if state.shown("lang"):
            for name in LANGUAGES:
                st.button(
                    translate(name, "language.name"),
                    key=f"frame-lang-{name}",
                    type="tertiary",
                    disabled=name == language(),
                    on_click=called(state.put),
                    kwargs={"lang": name},
                )
        # Screen readers and line breaking go by the document's language; Streamlit leaves it at English.
        script = f"<script>document.documentElement.lang = '{language()}'</script>"
        st.html(script, unsafe_allow_javascript=True)


def show() -> None:
    """Draw the frame and the page in it."""
    visits.drawn()
    wrong, long = state.unreadable(), state.cut()
    with state.whole(), state.turn():
        page = st.navigation(menu(), position="top")
        state.standing_on(page.url_path or start_page())
        dress(page.title)
        if wrong:
            st.toast(t("errors.link", names=", ".join(wrong)))
        if long:
            st.toast(t("errors.cut", names=", ".join(long)))
        switches()
        with calmly("page"):
            page.run()


def dress(title: str) -> None:
    """The tab's title, the logo and the styles."""
    st.set_page_config(
        page_title=t("frame.tab", page=title),
        page_icon=str(ASSETS / "favicon.svg"),
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    st.logo(str(ASSETS / "wordmark.svg"), size="medium")
    st.html(ASSETS / "frame.css")
    if state.value("projector"):
        st.html(ASSETS / "projector.css")


if __name__ == "__main__":
    show()
