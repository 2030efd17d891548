"""Every word that a person reads, by language, without a visitor.

Labels stand in assets/locale/<language>/<page>.json under dotted keys: each file holds sections, and together they are
the language's labels. Texts stand in assets/content/<language>/*.md. A folder in assets/locale is a language.
"""

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


LANGUAGES = tuple(sorted(file.parent.name for file in (ASSETS / "locale").glob("*/frame.json")))
"""Ids of the languages: the folders in assets/locale."""
NETWORKS = "networks"
USUAL = "en"
"""For browsers that prefer a language we do not have."""


def preferred(locale: str) -> str:
    """The language for a browser that prefers `locale`, such as "ja-JP". Of two that fit, the more exact one."""
    parts = locale.lower().split("-")
    tags = ("-".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((_browsers()[tag] for tag in tags if tag in _browsers()), USUAL)


def labels_of(language: str, section: str) -> dict[str, Any]:
    """As `labels`, in a given language and without a visitor."""
    found: dict[str, Any] = _lookup(language, section)
    return found


def labels_of_figures(language: str, section: str) -> dict[str, Any]:
    """The labels of a section, and under `NETWORKS` what each network is called."""
    return labels_of(language, section) | {NETWORKS: labels_of(language, NETWORKS)}


def translate(language: str, key: str, **values: Any) -> str:
    """As `t`, in a given language and without a visitor. Raises KeyError for a key that does not exist."""
    label: str = _lookup(language, key)
    return label.format(**values) if values else label


def literal(text: str) -> str:
    """Text as typed, safe inside Streamlit's Markdown: never read as Markdown, LaTeX, HTML or an :icon:."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$:~^&=])", r"\\\1", " ".join(text.split()))


def _lookup(language: str, key: str) -> Any:
    found: Any = _locale(language)
    for part in key.split("."):
        found = found[part]
    return found


@functools.cache
def _locale(language: str) -> dict[str, Any]:
    """All sections of a language. Raises ValueError for a section that stands in two files."""
    found: dict[str, Any] = {}
    for file in sorted((ASSETS / "locale" / language).glob("*.json")):
        sections = json.loads(file.read_text(encoding="utf-8"))
        if twice := found.keys() & sections.keys():
            raise ValueError(f"{file}: {', '.join(sorted(twice))} stands in another file too")
        found |= sections
    return found


@functools.cache
def _browsers() -> dict[str, str]:
    """The language for each tag by which browsers name it."""
    return {tag.lower(): id for id in LANGUAGES for tag in labels_of(id, "language")["browsers"]}


@functools.cache
def _text(language: str, name: str) -> str:
    return (ASSETS / "content" / language / f"{name}.md").read_text(encoding="utf-8")
