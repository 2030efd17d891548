"""What a visitor has set, and how widgets and the link follow it. What can be set stands in `rnnviz/ui/keys.py`.

A page draws a widget for a key with `control`, `choice` or `ladder`, asks for its value with `value`, and writes what
Python itself decides (the step at rest, say) with `put`:

    if state.shown("words"):
        st.slider(t("step.words"), **state.control("words"))
    words = state.value("words")

`value` works whether or not the widget is drawn, so a link can hide a control and still set it, and values
outlive a visit to a page without the widget. A link with nonsense in it never raises: the default stands
in, and `unreadable` names the key. A widget with nonsense in it (a forged message) is set back.

A visitor acts before the answer to their last action has come. So a message of the browser is read as what it is: what
the visitor saw when it left, and what they changed. What they saw is in the message, since the link is the state:
a value that the widget had under that link is no action, and a label means what it meant then (`rnnviz/ui/labels.py`).

Not Streamlit's own `bind="query-params"`, for three things seen with it: a choice's translated label goes
into the link, which then fails in the other language; a move to another page drops what has no widget
there; and the Back button after a move sets the sentence back to its default.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state import get_session_state

from rnnviz.ui import doors
from rnnviz.ui.keys import (
    ALICE,
    FRAME,
    IDS,
    KEYS,
    KNOBS,
    LOOK,
    NETWORKS,
    SENTENCE,
    WRITTEN,
    YOURS,
    Choice,
    Form,
    Landmark,
    Names,
    Spot,
    Text,
    as_text,
    carries,
)
from rnnviz.ui.labels import Drawings

__all__ = ["ALICE", "IDS", "KEYS", "KNOBS", "NETWORKS", "SENTENCE", "YOURS"]

LINKS = 32
"""Links that are known as what this visit's browser was told."""
doors.change()
HEARD = "_heard"
"""Stands in Streamlit's session from when a message was taken in until the next one comes."""


@dataclass
class Memory:
    """What a visit remembers beyond the widgets that happen to be drawn."""

    page: str | None = None
    name: str = ""  # of the page, as its address has it
    moves: int = 0  # to another page, or by the link to another place on this one
    kept: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)  # our part of the link as the last run left it
    refilled: dict[str, str] | None = None  # the same, right after the last move to another page
    received: dict[str, str] | None = None  # the link of the last message
    known: deque[int] = field(default_factory=lambda: deque(maxlen=LINKS))  # links that the browser was given
    said: dict[str, Any] = field(default_factory=dict)  # what each widget had in the last message
    stands_in: dict[str, Any] = field(default_factory=dict)  # what is drawn in the place of what is not offered now
    drawn: dict[str, Drawings] = field(default_factory=dict)  # the labels of each choice
    begun: dict[str, dict[str, Any]] = field(default_factory=dict)  # where each component was told to begin
    theme: str | None = None  # what a component said the page looks like
    recolored: bool = False  # since the page was drawn as a whole


_hooks: dict[str, Callable[[], None]] = {}


@contextmanager
def turn() -> Iterator[None]:
    """Around all that answers a message, or a part of it: hear what changed, and write the link at the end.

    The link comes last, since it says to the browser (and, in its next message, to us) what has been drawn.
    """
    follow()
    context: Any = get_script_run_ctx(suppress_warning=True)
    depth = getattr(context, "rnnviz_depth", 0)
    failure: Exception | None = None
    try:
        if context is not None:
            context.rnnviz_depth = depth + 1
        yield
    except Exception as error:
        failure = error
    finally:  # also where Streamlit ends the run, which is no Exception
        if context is not None:
            context.rnnviz_depth = depth
    if not depth:
        publish()
    if failure:
        raise failure


def follow() -> None:
    """Take in what changed since the last message: a widget, or the link (at the first run, or by Back).

    Whatever reacts to a message begins with it: the frame, a part of a page, a callback. Only the first call for
    a message does something, before anything is drawn.
    """
    session = get_session_state()
    if session.is_new_state_value(HEARD):
        return
    session[HEARD] = True
    memory, link, held = _memory(), st.query_params.to_dict(), st.session_state.to_dict()
    if _moved(memory):  # a lesson on one page leaves the others whole
        memory.kept["hide"] = tuple(name for name in value("hide") if name in FRAME)
    emptied = _moved(memory) or (memory.seen == memory.refilled and not KEYS.keys() & link.keys())
    wished = _wishes(memory, link, emptied)
    for name, wish in wished.items():
        memory.kept[name] = wish
        memory.said.pop(name, None)
    memory.moves += bool(wished.keys() & set(WRITTEN))
    sent = _link(link)
    known = sent in memory.known and not emptied
    untouched = known and sent == _link(memory.received or {})
    acted = []
    for name in held.keys() & KEYS.keys() - wished.keys():
        meant = _meant(memory, name, held[name], sent)
        if meant is None:
            continue
        before = [value(name), memory.stands_in.get(name)]
        if untouched and name in memory.said:  # the browser heard nothing in between: only the visitor changed it
            before.append(memory.said[name])
        elif known:
            before.append(_read(name, link.get(name)))
        memory.said[name] = meant
        if meant not in before:
            memory.kept[name] = meant
            acted.append(name)
    memory.said = {name: said for name, said in memory.said.items() if name in held}  # others are not drawn now
    memory.received = link
    behind = sent != _link(memory.seen)  # it was sent before the last answer came, which may put something else there
    for name in held.keys() & KEYS.keys():
        if behind or held[name] not in (value(name), memory.stands_in.get(name)):
            st.session_state[name] = value(name)
    for name in acted:
        if name in _hooks:
            _hooks[name]()


def _wishes(memory: Memory, link: dict[str, str], emptied: bool) -> dict[str, Any]:
    """What the link alone asks for: at the first run, by Back, or if something else than us has written it.

    A move to another page empties the link, and may leave an entry with an empty link in the browser's history.
    Neither is a wish of the visitor's, so what is missing there is kept.
    """
    context: Any = get_script_run_ctx(suppress_warning=True)
    asked = memory.received is None or getattr(context, "is_history_navigation", False)
    before = memory.received or {}
    ours = _link(link) in memory.known
    wished = {}
    for name in KEYS:
        text = link.get(name)
        if text == memory.seen.get(name) or (text is None and emptied):
            continue
        if asked or (not ours and text != before.get(name)):
            wished[name] = _read(name, text)
    return wished


def _meant(memory: Memory, name: str, held: Any, sent: int) -> Any:
    """The allowed value that a widget's stands for, or None."""
    drawings = memory.drawn.get(name)
    return KEYS[name].check(drawings.meant(held, sent) if drawings else held)


def standing_on(name: str) -> None:
    """Say which page is drawn now: its link carries its own settings and those that all pages share."""
    _memory().name = name


def publish() -> None:
    """Write what is remembered into the link, defaults left out. One message if it changed, else none."""
    memory, link, ours = _memory(), st.query_params.to_dict(), _ours()
    wanted = {name: text for name, text in link.items() if name not in KEYS} | ours
    if wanted != link:
        st.query_params.from_dict(wanted)
    if _moved(memory):
        memory.refilled = ours
        memory.moves += 1
    memory.page, memory.seen = _page(), ours
    if not memory.known or memory.known[-1] != _link(ours):
        memory.known.append(_link(ours))


def value(name: str) -> Any:
    """What stands under a key: what the visitor or Python set last; else the default."""
    return _memory().kept.get(name, KEYS[name].default)


def usual(name: str) -> Any:
    """What stands under a key of which nobody has said anything."""
    return KEYS[name].default


def control(name: str) -> dict[str, Any]:
    """The arguments that make a widget the control of a key: its session key, start value and limits."""
    key = KEYS[name]
    if isinstance(key, Names | Spot | Form | Choice | Landmark):
        raise TypeError(f"{name} has no widget" if isinstance(key, Names | Spot | Form) else f"{name} is a choice")
    return {"key": name, **key.widget(value(name))}


def choice(
    name: str, named: Callable[[Any], str] = str, options: Sequence[Any] | None = None, instead: Any = None
) -> dict[str, Any]:
    """The arguments that make a selectbox or a radio the control of a key.

    `named` gives an id's label: no two the same, and none another one's id. `options`: the ids that are offered now,
    where that depends on something else. Where the kept one is not among them, `instead` (or the default) is shown, and
    the kept one waits until it is offered again, or the visitor chooses.
    """
    ids, start, called = _draw(name, named, options, instead)
    return {"key": name, "options": ids, "index": ids.index(start), "format_func": called}


def ladder(
    name: str, named: Callable[[Any], str] = str, options: Sequence[Any] | None = None, instead: Any = None
) -> dict[str, Any]:
    """As `choice`, for a select_slider."""
    ids, start, called = _draw(name, named, options, instead)
    return {"key": name, "options": ids, "value": start, "format_func": called}


def _draw(
    name: str, named: Callable[[Any], str], options: Sequence[Any] | None, instead: Any
) -> tuple[tuple[Any, ...], Any, Callable[[Any], str]]:
    """A choice's ids, the one that is shown, and the function of its labels; remembered as drawn."""
    memory, key = _memory(), KEYS[name]
    ids: tuple[Any, ...] = tuple(getattr(key, "ids", ()) if options is None else options)
    start = next((id for id in (value(name), instead, key.default) if id in ids), ids[0])
    labels = [named(id) for id in ids]
    memory.stands_in.pop(name, None)
    if start != value(name):
        memory.stands_in[name] = start
    renamed = memory.drawn.setdefault(name, Drawings()).add(_link(_ours()), labels, ids, start)
    held = st.session_state.get(name)
    # A widget shows its old label, or what is not offered any more, until its value is set anew.
    if held is not None and (renamed or held != start):
        st.session_state[name] = start

    def called(id: Any) -> str:
        return labels[ids.index(id)] if id in ids else str(id)

    return ids, start, called


def shown(name: str) -> bool:
    """Whether a control should be drawn: not if the link hides it."""
    return name not in value("hide")


def put(**values: Any) -> None:
    """Set values from Python; what is not allowed is left as it was. Keys with a widget on the page: from a callback
    only. The link follows at the end of the turn."""
    follow()
    memory, held = _memory(), st.session_state.to_dict()
    for name, wanted in values.items():
        new = KEYS[name].check(wanted)
        if new is not None:
            memory.kept[name] = new
            if name in held:
                st.session_state[name] = new


def whenever(name: str, then: Callable[[], None]) -> None:
    """Have something done each time the visitor changes a key with its widget: before anything is drawn."""
    _hooks[name] = then


def unreadable() -> list[str]:
    """The keys to which the link gives a value that is not allowed. To be asked before `follow`."""
    link = st.query_params.to_dict()
    return [name for name, key in KEYS.items() if link.get(name) and key.parse(link[name]) is None]


def cut() -> list[str]:
    """The keys to which the link gives more than fits. To be asked before `follow`."""
    link = st.query_params.to_dict()
    return [name for name, key in KEYS.items() if isinstance(key, Text | Names) and len(link.get(name, "")) > key.limit]


def places() -> int:
    """How often something else than the stepper has said where the reader stands: a move to another page, this time
    included, or the link (Back, say)."""
    memory = _memory()
    return memory.moves + _moved(memory)


def begins(component: str, *names: str) -> dict[str, Any]:
    """For a component that is drawn in this run: what it begins with of what the browser writes by itself. It stays
    what it was until something else than the component says where the reader stands: the browser knows better, and to
    say it anew would be to send all data again."""
    begun, place = _memory().begun, places()
    if begun.get(component, {}).get("place") != place:
        begun[component] = {name: value(name) for name in names} | {"place": place}
    return begun[component]


def gone(component: str) -> None:
    """A component is not drawn in this run: the next time it begins where the link says."""
    _memory().begun.pop(component, None)


def theme() -> str:
    """ "light" or "dark": as a component saw the page, else as the browser said when it came."""
    return _memory().theme or st.context.theme.type or "light"


def theme_said(component: str) -> None:
    """For a component's callback: it saw that the page looks different now. Told once, since to ask a component for
    its state takes Streamlit longer than anything else a page asks."""
    memory, seen = _memory(), LOOK.check(said_by(component, "theme"))
    if seen:
        memory.theme, memory.recolored = seen, True


@contextmanager
def whole() -> Iterator[None]:
    """Around a run of the whole page. One that comes to its end has drawn everything as the page looks now."""
    context: Any = get_script_run_ctx(suppress_warning=True)
    try:
        if context is not None:
            context.rnnviz_whole = True
        yield
        _memory().recolored = False
    finally:  # Streamlit may use the context for the next run too
        if context is not None:
            context.rnnviz_whole = False


def outdated() -> bool:
    """Whether more than a part of the page has to be drawn anew: of several components that saw another colour only one
    is heard, and only its part is run."""
    context: Any = get_script_run_ctx(suppress_warning=True)
    return _memory().recolored and not getattr(context, "rnnviz_whole", False)


def said_by(component: str, name: str) -> Any:
    """What a mounted component says under a name, as it came: anything at all, until it has been checked."""
    said = st.session_state.get(component)
    return said.get(name) if isinstance(said, Mapping) else None


def _read(name: str, text: str | None) -> Any:
    """What a link's text says of a key: the default if nothing, or nonsense."""
    found = None if text is None else KEYS[name].parse(text)
    return KEYS[name].default if found is None else found


def _ours() -> dict[str, str]:
    """What is remembered, as this page's link has it."""
    memory = _memory()
    kept = {name: memory.kept[name] for name in KEYS if name in memory.kept and carries(memory.name, name)}
    return {name: as_text(one) for name, one in kept.items() if one != KEYS[name].default}


def _link(link: Mapping[str, str]) -> int:
    """Stands for a link's part that widgets set."""
    return hash(frozenset((name, text) for name, text in link.items() if name in KEYS and name not in WRITTEN))


def _memory() -> Memory:
    context: Any = get_script_run_ctx(suppress_warning=True)
    memory: Memory | None = getattr(context, "rnnviz", None)  # asked for at every label, and the session is slow
    if memory is None:
        memory = st.session_state.setdefault("_memory", Memory())
        if context is not None:
            context.rnnviz = memory
    return memory


def _moved(memory: Memory) -> bool:
    """Whether this is the first run on another page."""
    return memory.page not in (None, _page())


def _page() -> str:
    context = get_script_run_ctx(suppress_warning=True)
    return context.page_script_hash if context else ""
