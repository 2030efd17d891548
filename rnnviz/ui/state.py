"""All that a visitor can set, declared once: name, default, what is allowed. The link carries it.

A page draws a widget for a key with `control`, asks for its value with `value`, and writes what Python
itself decides (the step at rest, say) with `put`:

    if state.shown("words"):
        st.slider(t("step.words"), **state.control("words"))
    words = state.value("words")

`value` works whether or not the widget is drawn, so a link can hide a control and still set it, and values
outlive a visit to a page without the widget. A link with nonsense in it never raises: the default stands
in, and `unreadable` names the key.

Not Streamlit's own `bind="query-params"`, for three things seen with it: a choice's translated label goes
into the link, which then fails in the other language; a move to another page drops what has no widget
there; and the Back button after a move sets the sentence back to its default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from rnnviz.records import NAMES as RECORDED
from rnnviz.tasks import TASKS
from rnnviz.tasks.errands import THINGS

# What the networks read is English in every language of the app.
ALICE = "Starving, Alice drives to the nearest store to buy"
NETWORKS = ("rnn", "rnn-orthogonal", "lstm", "gru")
YOURS = "yours"
"""The network that this visitor trained; only the visit knows it."""


LADDER = tuple(f"{digit * 10.0**power:g}" for power in range(-3, 4) for digit in (1, 2, 5))
"""Thresholds, three to a power of ten."""


@dataclass(frozen=True)
class Text:
    """A line of text of at most `limit` characters, so that the link stays short enough for every server.

    The widget itself must refuse a longer one (`validate`), with a sentence in the reader's language.
    """

    default: str = ""
    limit: int = 2000

    def parse(self, link: str) -> str | None:
        return link[: self.limit]

    def widget(self, start: str) -> dict[str, Any]:
        return {"value": start}


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`, both included, or the default."""

    default: int
    low: int
    high: int

    def parse(self, link: str) -> int | None:
        if link == str(self.default):
            return self.default
        # isdecimal alone would let other scripts' digits through, and int() would take a million of them.
        number = int(link) if link.isascii() and link.isdecimal() and len(link) < 10 else self.low - 1
        return number if self.low <= number <= self.high else None

    def widget(self, start: int) -> dict[str, Any]:
        return {"value": start, "min_value": self.low, "max_value": self.high}


@dataclass(frozen=True)
class Flag:
    """On or off."""

    default: bool

    def parse(self, link: str) -> bool | None:
        return {"true": True, "false": False}.get(link.lower())

    def widget(self, start: bool) -> dict[str, Any]:
        return {"value": start}


@dataclass(frozen=True)
class Choice:
    """One of a few ids; for `st.selectbox` and `st.radio`."""

    default: str
    ids: tuple[str, ...]

    def parse(self, link: str) -> str | None:
        return link if link in self.ids else None

    def widget(self, start: str) -> dict[str, Any]:
        return {"options": self.ids, "index": self.ids.index(start)}


@dataclass(frozen=True)
class Rung(Choice):
    """One of a few ids in their order; for `st.select_slider`."""

    def widget(self, start: str) -> dict[str, Any]:
        return {"options": self.ids, "value": start}


@dataclass(frozen=True)
class Real:
    """A number from `low` to `high` in steps of `step`; for `st.slider`."""

    default: float
    low: float
    high: float
    step: float

    def parse(self, link: str) -> float | None:
        try:
            number = float(link)
        except ValueError:
            return None
        return number if self.low <= number <= self.high else None

    def widget(self, start: float) -> dict[str, Any]:
        return {"value": start, "min_value": self.low, "max_value": self.high, "step": self.step}


@dataclass(frozen=True)
class Names:
    """Names parted by commas, without a widget. Unknown ones are harmless."""

    default: tuple[str, ...] = ()

    def parse(self, link: str) -> tuple[str, ...] | None:
        return tuple(part.strip() for part in link[:500].split(","))


Key = Text | Whole | Real | Flag | Choice | Names

SENTENCE = Text(ALICE)
TWINS = (
    *("none", "limit", "cell", "bias", "begin", "rate", "delay", "size", "optimizer", "gate"),
    *("examples", "dropout", "decay", "worddrop", "synonyms", "patience"),
)
"""In what two training runs may differ: one of these keys."""
KNOBS: dict[str, Choice] = {  # of a training run; empty: what the task suggests
    "limit": Choice("", ("", "off", "0.1", "0.2", "0.5", "1", "2", "5", "10")),
    "cell": Choice("", ("", "rnn", "lstm", "gru")),
    "bias": Choice("", ("", "0", "1", "3", "5")),
    "begin": Choice("", ("", "default", "orthogonal", "identity")),
    "rate": Choice(
        "", ("", "0.0003", "0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2")
    ),
    "delay": Choice("", ("", "0", "2", "4", "8", "12", "20", "30", "50", "70", "100", "150", "200")),
    "size": Choice("", ("", "4", "8", "16", "32", "50", "64", "84", "100")),
    "batch": Choice("", ("", "8", "16", "32", "64", "128")),
    "budget": Choice("", ("", "100", "200", "400", "600", "800", "1000", "1200", "1500", "2000", "3000", "4500")),
    "optimizer": Choice("", ("", "adam", "sgd")),
    "gate": Choice("", ("", "learned", "fixed")),
    "examples": Choice("", ("", "all", "128", "64", "32")),
    "dropout": Choice("", ("", "0", "0.1", "0.2", "0.3", "0.5")),
    "decay": Choice("", ("", "0", "0.01", "0.1", "0.3", "1")),
    "worddrop": Choice("", ("", "0", "0.1", "0.2", "0.3", "0.5")),
    "synonyms": Choice("", ("", "off", "on")),
    "patience": Choice("", ("", "off", "100", "200", "400")),
}
IDS = ("", *dict.fromkeys(id for knob in KNOBS.values() for id in knob.ids if id))
KEYS: dict[str, Key] = {
    # the frame
    "lang": Choice("", ("en", "ja")),  # empty: what the browser prefers
    "projector": Flag(False),
    "hide": Names(),  # controls a lesson does without, by key: hide=lang,projector,words
    # the sentence and the networks that read it
    "sentence": SENTENCE,
    "words": Whole(0, 0, 64),
    "left": Choice("rnn", (*NETWORKS, YOURS)),
    "right": Choice("lstm", (*NETWORKS, YOURS)),
    "trained": Flag(True),
    # what flows back: the sentence above, or random numbers read by cells that were never trained
    "input": Choice("random", ("random", "sentence")),
    "length": Whole(20, 2, 200),
    "units": Choice("32", ("16", "32", "64")),
    "scale": Real(1.0, 0.0, 5.0, 0.1),  # of the recurrent weights
    "forget": Real(0.0, -3.0, 6.0, 0.5),
    "activation": Choice("tanh", ("tanh", "relu", "logistic")),
    "start": Choice("default", ("default", "orthogonal", "identity")),
    "seed": Whole(0, 0, 99),
    "at": Choice("last", ("last", "every")),
    "asked": Choice("", ("", *THINGS)),  # the word whose logit is asked for; empty: what answers the need
    # clipping
    "net": Choice("rnn", ("rnn", "lstm", "gru")),
    "clip": Choice("norm", ("off", "norm", "value")),
    "threshold": Rung("1", LADDER),
    "cliffw": Real(5.5, 4.1, 6.0, 0.05),
    "cliffb": Real(-2.0, -4.0, -1.0, 0.05),
    "cliffrate": Rung("0.5", ("0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1")),
    "cliffclip": Rung("1", ("0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10")),
    "own": Flag(False),  # Gradients: the visitor's own network in the place of ours
    # training
    "task": Choice("errands", tuple(TASKS)),
    "twin": Choice("limit", TWINS),
    "first": Choice("", IDS),  # what the first twin has of it; empty: a usual pair
    "second": Choice("", IDS),
    **KNOBS,
    "record": Choice("p5", RECORDED),
    # be the gate: the unit, what it is to do, and its gates as set by hand (put by the browser)
    "gatecell": Choice("lstm", ("lstm", "gru", "rnn")),
    "challenge": Choice("hold", ("hold", "count", "stop")),
    "drawn": Text("", 120),
    # whose memory is shown; the unit, gate and word that are looked at
    "keeps": Choice("lstm", ("lstm", "gru")),
    "listener": Whole(-1, 0, 255),  # -1: the one that remembers longest
    "listens": Choice("f", ("f", "i", "g", "o", "r", "n")),  # f: the gate that keeps the state, in a GRU z
    "heard": Whole(-1, 0, 9999),  # -1: the last word
    "counted": Choice("lstm", ("rnn", "lstm", "gru", "window", "conv", "attention")),  # Compare: whose weights
    # where the stepper rests; set with `put`
    "step": Whole(0, 0, 9999),
    "unit": Whole(-1, 0, 9999),  # -1: whichever the stepper begins with
    "side": Choice("right", ("left", "right")),  # whose unit it is
}


@dataclass
class Memory:
    """What a visit remembers beyond the widgets that happen to be drawn."""

    page: str | None = None
    kept: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)  # our part of the link as the last run left it
    refilled: dict[str, str] | None = None  # the same, right after the last move to another page
    spoken: str | None = None  # the language of the last run
    theme: str | None = None  # what a component said the page looks like


def follow() -> None:
    """Take in what changed since the last run: a widget, or the link (at the first run, or by Back).

    The frame calls it once, before anything is drawn. A move to another page empties the link, and may leave
    an entry with an empty link in the browser's history. Neither is a wish of the visitor's, so what is
    missing there is kept.
    """
    memory, link, drawn = _memory(), st.query_params.to_dict(), st.session_state.to_dict()
    moved = memory.page not in (None, _page())
    emptied = memory.seen == memory.refilled and not KEYS.keys() & link.keys()
    for name, key in KEYS.items():
        text = link.get(name)
        if text != memory.seen.get(name) and not (text is None and (moved or emptied)):
            found = None if text is None else key.parse(text)
            memory.kept[name] = key.default if found is None else found
            if name in drawn:
                st.session_state[name] = memory.kept[name]
        elif drawn.get(name) is not None:
            memory.kept[name] = drawn[name]
    if memory.spoken != value("lang"):  # a drawn choice shows its old label until its value is set anew
        memory.spoken = value("lang")
        st.session_state.update({name: value(name) for name in _choices() if name in drawn})


def publish() -> None:
    """Write what is remembered into the link, defaults left out. One message if it changed, else none.

    The frame calls it once `st.navigation` has settled which page this is.
    """
    memory, link = _memory(), st.query_params.to_dict()
    ours = {name: _text(value(name)) for name in KEYS if value(name) != KEYS[name].default}
    wanted = {name: text for name, text in link.items() if name not in KEYS} | ours
    if wanted != link:
        st.query_params.from_dict(wanted)
    if memory.page not in (None, _page()):
        memory.refilled = ours
    memory.page, memory.seen = _page(), ours


def value(name: str) -> Any:
    """What stands under a key: what the widget had when `follow` was called, or was put since; else the default."""
    return _memory().kept.get(name, KEYS[name].default)


def usual(name: str) -> Any:
    """What stands under a key of which nobody has said anything."""
    return KEYS[name].default


def control(name: str) -> dict[str, Any]:
    """The arguments that make a widget the control of a key: its session key, start value and limits."""
    key = KEYS[name]
    if isinstance(key, Names):
        raise TypeError(f"{name} has no widget")
    return {"key": name, **key.widget(value(name))}


def shown(name: str) -> bool:
    """Whether a control should be drawn: not if the link hides it."""
    return name not in value("hide")


def put(**values: Any) -> None:
    """Set values from Python and write the link. Keys with a widget on the page: from a callback only."""
    drawn = st.session_state.to_dict()  # a callback comes before `follow`
    kept = _memory().kept
    kept.update({name: drawn[name] for name in KEYS if drawn.get(name) is not None} | values)
    st.session_state.update({name: new for name, new in values.items() if name in drawn})
    publish()


def unreadable() -> list[str]:
    """The keys to which the link gives a value that is not allowed. To be asked before `follow`."""
    link = st.query_params.to_dict()
    return [name for name, key in KEYS.items() if link.get(name) and key.parse(link[name]) is None]


def theme() -> str:
    """ "light" or "dark": as a component saw the page, else as the browser said when it came."""
    return _memory().theme or st.context.theme.type or "light"


def look(component: str) -> None:
    """For a component's callback: it saw that the page looks different now. Told once, since to ask a component for
    its state takes Streamlit longer than anything else a page asks."""
    _memory().theme = st.session_state[component]["theme"]


def _choices() -> list[str]:
    return [name for name, key in KEYS.items() if isinstance(key, Choice)]


def _memory() -> Memory:
    context: Any = get_script_run_ctx(suppress_warning=True)
    memory: Memory | None = getattr(context, "rnnviz", None)  # asked for at every label, and the session is slow
    if memory is None:
        memory = st.session_state.setdefault("_memory", Memory())
        if context is not None:
            context.rnnviz = memory
    return memory


def _page() -> str:
    context = get_script_run_ctx(suppress_warning=True)
    return context.page_script_hash if context else ""


def _text(kept: Any) -> str:
    if isinstance(kept, tuple):
        return ",".join(kept)
    return str(kept).lower() if isinstance(kept, bool) else str(kept)
