"""A link, a widget, a component can say anything; what comes out of the gate is always an allowed value."""

from __future__ import annotations

import ast
import json
import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rnnviz.language import literal
from rnnviz.ui.board import rested
from rnnviz.ui.keys import (
    ALICE,
    KEYS,
    LOOK,
    PAGES,
    TICKET,
    Choice,
    Flag,
    Form,
    Landmark,
    Names,
    Real,
    Spot,
    Text,
    Whole,
    as_text,
)
from rnnviz.ui.pages import page_files
from rnnviz.ui.stepper import Rest, rest
from scripts.serving import ROOT


def allowed(name: str, value: Any) -> bool:
    match KEYS[name]:
        case Text(limit=limit):
            return isinstance(value, str) and len(value) <= limit
        case Whole(low=low, high=high):
            return type(value) is int and (low <= value <= high or value == KEYS[name].default)
        case Real(low=low, high=high):
            return type(value) is float and low <= value <= high
        case Landmark(number=number, place=place):
            return value == place or (type(value) is float and number.low <= value <= number.high)
        case Spot(ends=ends):
            return type(value) is tuple and len(value) in (0, len(ends)) and all(abs(one) < 1e5 for one in value)
        case Flag():
            return type(value) is bool
        case Choice(ids=ids):
            return value in ids
        case Form(form=form):
            return isinstance(value, str) and (value == "" or re.fullmatch(form, value) is not None)
        case Names():
            return isinstance(value, tuple) and all(isinstance(part, str) for part in value)


HUGE = "x" * 2**20
leaves = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats()
    | some.text()
    | some.binary()
    | some.complex_numbers()
)
anything = some.recursive(
    leaves, lambda of: some.lists(of) | some.dictionaries(some.text(), of) | some.tuples(of), max_leaves=9
) | some.sampled_from(
    [HUGE, "\ud800", math.nan, math.inf, -1, 10**400, True, (), ("a,b",), (" a",), ("",), {}, [], object(), type, "32"]
)


@given(name=some.sampled_from(sorted(KEYS)), value=anything | some.sampled_from([key.default for key in KEYS.values()]))
def test_the_gate_lets_through_what_is_allowed_and_never_raises(name: str, value: Any) -> None:
    found = KEYS[name].check(value)
    assert found is None or (allowed(name, found) and found == value)
    if found is not None:
        text = as_text(found)
        text.encode()
        assert KEYS[name].parse(text) == found or found == KEYS[name].default  # a link says it, too


@given(anything, some.fixed_dictionaries({}, optional=dict.fromkeys(Rest._fields, anything)))
def test_what_components_say_is_allowed_or_nothing(value: Any, said: dict[str, Any]) -> None:
    assert LOOK.check(value) in (None, "light", "dark")
    ticket = TICKET.check(value)
    assert ticket is None or len(ticket) <= 64
    for one in (value, said):
        found = rest(one)
        assert found is None or (
            all(allowed(name, getattr(found, name)) for name in ("step", "unit", "against")) and found.network in (0, 1)
        )


@given(anything)
def test_what_a_board_says_is_allowed_or_nothing(value: Any) -> None:
    assert rested(value, ()) == {}
    for name in ("spot", "camera"):
        found = rested({name: value, "sentence": value}, (name,))
        assert found.keys() == {name}
        kept = KEYS[name].check(found[name])
        assert kept is None or allowed(name, kept)
    assert KEYS["spot"].check(rested({"spot": [19, 0]}, ("spot",))["spot"]) == (19, 0)


def test_where_a_reader_rests_is_heard() -> None:
    said = {"step": 3, "network": 0, "unit": -1, "against": "right.12"}
    assert rest(json.loads(json.dumps(said))) == Rest(3, 0, -1, "right.12")


def session_keys(code: str) -> list[str]:
    """What a module looks up in Streamlit's session: the key, or "?" where it stands in a variable."""
    found = []
    for node in ast.walk(ast.parse(code)):
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("session_state"):
            key = node.slice
        elif isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]).endswith("session_state"):
            key = node.left
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[0].endswith("session_state"):
            key = node.args[0] if node.args else ast.Name("?")
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("session_state"):
            key = ast.Constant("" if node.attr in ("get", "pop", "setdefault") else node.attr)
        if key is not None:
            found.append(key.value if isinstance(key, ast.Constant) else ast.unparse(key))
    return found


def test_nothing_looks_past_the_gate() -> None:
    """Only `state` may take a key's value out of Streamlit's session, where anything may stand."""
    own = {"key", "FAILED", "f'saw{old.letter}'"}  # a slider over steps, a note of ours, a box that is on or off
    seen = set()
    for file in [*ROOT.glob("rnnviz/**/*.py"), *ROOT.glob("pages/**/*.py")]:
        if file != ROOT / "rnnviz" / "ui" / "state.py":
            found = set(session_keys(file.read_text()))
            seen |= found
            assert not found & KEYS.keys(), file
            assert all(key in own or key.isidentifier() or "-" in key or not key for key in found), (file, found)
    assert own <= seen


def test_the_scan_finds_what_it_looks_for() -> None:
    code = (
        'a = st.session_state["twin"], st.session_state.get("task"), "size" in st.session_state, st.session_state.cell'
    )
    assert {"twin", "task", "size", "cell"} <= set(session_keys(code))


nasty = some.text() | some.sampled_from(["", "nan", "1e9", "-1", "٣", "0x10", "9" * 5000, "TRUE", "<script>", "\0"])


@given(name=some.sampled_from(sorted(KEYS)), link=nasty)
def test_a_link_never_raises(name: str, link: str) -> None:
    value = KEYS[name].parse(link)
    assert value is None or allowed(name, value)


@pytest.mark.parametrize("name", KEYS)
def test_a_default_survives_the_link(name: str) -> None:
    default = KEYS[name].default
    if default not in ("", ()):
        assert KEYS[name].parse(as_text(default)) == default


@pytest.mark.parametrize(
    ("name", "link", "value"),
    [
        ("words", "64", 64),
        ("words", "65", None),
        ("cliffb", "wall", "wall"),
        ("cliffb", "-2.612297", -2.612297),
        ("cliffb", "-9", None),
        ("spot", "19,0", (19, 0)),
        ("spot", "19", None),
        ("spot", "19,-1", None),
        ("spot", "1.5,0", None),
        ("camera", "1.5,1.4,0.92,0.1,-0.03,-0.14", (1.5, 1.4, 0.92, 0.1, -0.03, -0.14)),
        ("camera", "nan,1,1,0,0,0", None),
        ("camera", "99,1,1,0,0,0", None),
        ("camera", "1.00001,1,1,0,0,0", None),
        ("trained", "false", False),
        ("left", "gru", "gru"),
        ("left", "transformer", None),
        ("hide", "lang, projector", ("lang", "projector")),
        ("swap", "0 Starving Thirsty", "0 Starving Thirsty"),
        ("swap", "0 Starving", None),
        ("swap", "0 a b c", None),
        ("swap", "-1 a b", None),
        ("swap", f"0 a {'b' * 100}", None),
        ("swap", "0 a \ud800", None),
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


def test_every_page_with_settings_of_its_own_exists() -> None:
    """And the link of each carries every key that its code names."""
    files = {file.stem: file.read_text() for files in page_files().values() for file in files}
    assert {page for pages in PAGES.values() for page in pages} <= files.keys()
    for page, code in files.items():
        named = set(re.findall(r'state\.\w+\("(\w+)"', code)) & KEYS.keys()
        assert not {name for name in named if page not in PAGES.get(name, (page,))}, page
