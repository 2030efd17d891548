"""A link can say anything; what comes out of it is always an allowed value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rnnviz.ui.language import literal
from rnnviz.ui.state import ALICE, KEYS, Choice, Flag, Names, Real, Text, Whole


def allowed(name: str, value: Any) -> bool:
    match KEYS[name]:
        case Text(limit=limit):
            return isinstance(value, str) and len(value) <= limit
        case Whole(low=low, high=high):
            return type(value) is int and (low <= value <= high or value == KEYS[name].default)
        case Real(low=low, high=high):
            return type(value) is float and low <= value <= high
        case Flag():
            return type(value) is bool
        case Choice(ids=ids):
            return value in ids
        case Names():
            return isinstance(value, tuple) and all(isinstance(part, str) for part in value)


nasty = some.text() | some.sampled_from(["", "nan", "1e9", "-1", "٣", "0x10", "9" * 5000, "TRUE", "<script>", "\0"])


@given(name=some.sampled_from(sorted(KEYS)), link=nasty)
def test_a_link_never_raises(name: str, link: str) -> None:
    value = KEYS[name].parse(link)
    assert value is None or allowed(name, value)


@pytest.mark.parametrize("name", KEYS)
def test_a_default_survives_the_link(name: str) -> None:
    default = KEYS[name].default
    if default not in ("", ()):
        assert KEYS[name].parse(_text(default)) == default


@pytest.mark.parametrize(
    ("name", "link", "value"),
    [
        ("words", "64", 64),
        ("words", "65", None),
        ("trained", "false", False),
        ("left", "gru", "gru"),
        ("left", "transformer", None),
        ("hide", "lang, projector", ("lang", "projector")),
        ("sentence", ALICE * 1000, (ALICE * 1000)[:2000]),
    ],
)
def test_a_link_is_read(name: str, link: str, value: object) -> None:
    assert KEYS[name].parse(link) == value


@given(some.text())
def test_typed_text_is_taken_literally(text: str) -> None:
    """Every character that Streamlit's Markdown gives a meaning to is escaped, and nothing else changes."""
    shown = literal(text)
    special = set("\\`*_{}[]()<>#+-.!|$:~^&=")
    plain, i = "", 0
    while i < len(shown):
        if shown[i] == "\\":
            i += 1
        else:
            assert shown[i] not in special
        plain += shown[i]
        i += 1
    assert plain == " ".join(text.split())
