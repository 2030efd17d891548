"""Every word a person reads: `t` for labels, `prose` for texts, in the visitor's language.

Labels stand in assets/locale/{en,ja}.json under dotted keys, texts in assets/content/{en,ja}/*.md.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from rnnviz.language import _text, labels_of, translate
from rnnviz.ui import state


def language() -> str:
    """The visitor's language: what the link says, else what the browser prefers."""
    chosen = state.value("lang")
    if chosen:
        return chosen
    return "ja" if (st.context.locale or "").lower().startswith("ja") else "en"


def t(key: str, **values: Any) -> str:
    """The label under a dotted key, with its {placeholders} filled in."""
    return translate(language(), key, **values)


def prose(name: str) -> str:
    """The Markdown text assets/content/<language>/<name>.md."""
    return _text(language(), name)


def labels(section: str) -> dict[str, Any]:
    """A whole section of the locale file, for code that shows many labels (JavaScript, figures)."""
    return labels_of(language(), section)
