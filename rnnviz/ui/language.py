"""Every word a person reads: `t` for labels, `prose` for texts, in the visitor's language.

Labels stand in assets/locale/{en,ja}.json under dotted keys, texts in assets/content/{en,ja}/*.md.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import streamlit as st

from rnnviz.shipped import ASSETS
from rnnviz.ui import state

LANGUAGES = ("en", "ja")


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


def labels_of(language: str, section: str) -> dict[str, Any]:
    """As `labels`, in a given language and without a visitor."""
    found: dict[str, Any] = _lookup(language, section)
    return found


def translate(language: str, key: str, **values: Any) -> str:
    """As `t`, in a given language and without a visitor. Raises KeyError for a key that does not exist."""
    label: str = _lookup(language, key)
    return label.format(**values) if values else label


def literal(text: str) -> str:
    """Text as typed, safe inside Streamlit's Markdown: never read as Markdown, LaTeX, HTML or an :icon:."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$:~^&=])", r"\\\1", " ".join(text.split()))


def _lookup(language: str, key: str) -> Any:
    found = _locale(language)
    for part in key.split("."):
        found = found[part]
    return found


@functools.cache
def _locale(language: str) -> Any:
    return json.loads((ASSETS / "locale" / f"{language}.json").read_text(encoding="utf-8"))


@functools.cache
def _text(language: str, name: str) -> str:
    return (ASSETS / "content" / language / f"{name}.md").read_text(encoding="utf-8")
