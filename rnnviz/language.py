"""Every word that a person reads, by language, without a visitor: labels in assets/locale, texts in assets/content."""

from __future__ import annotations

import functools
import json
import re
from functools import lru_cache
from typing import Any

from rnnviz.shipped import ASSETS

Runs = list[list[str]]
"""`[text, style]` each; style is "" or "strong"."""


def filled(language: str, key: str, values: dict[str, object]) -> Runs:
    """A label's runs: what stands between asterisks is strong. Values are put in after the label is cut, so that
    nothing a visitor typed can be taken for markup."""
    return [[piece.format(**values), style] for piece, style in pieces(language, key)]


@lru_cache
def pieces(language: str, key: str) -> list[tuple[str, str]]:
    """The label cut at its asterisks, with the style of each piece."""
    cut = translate(language, key).split("*")
    return [(piece, "strong" if i % 2 else "") for i, piece in enumerate(cut) if piece]


LANGUAGES = ("en", "ja")


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
