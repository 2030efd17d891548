"""Every word a person reads, in the visitor's language: `t` for labels, `prose` for texts."""

from __future__ import annotations

from typing import Any

import streamlit as st

from rnnviz.language import _text, labels_of, preferred, translate
from rnnviz.ui import state


def language() -> str:
    """The visitor's language: what the link says, else what the browser prefers."""
    return state.value("lang") or preferred(st.context.locale or "")


def t(key: str, **values: Any) -> str:
    """The label under a dotted key, with its {placeholders} filled in."""
    return translate(language(), key, **values)


def prose(name: str) -> str:
    """The Markdown text assets/content/<language>/<name>.md."""
    return _text(language(), name)


def labels(section: str) -> dict[str, Any]:
    """A whole section of the locale files, for code that shows many labels (JavaScript, figures)."""
    return labels_of(language(), section)
