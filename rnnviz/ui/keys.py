"""All that a visitor can set, declared once in `KEYS`: name, default, what is allowed.

Each key has one gate: `check` says whether a Python value is allowed, wherever it comes from (a widget, a component, a
file), and `parse` reads a link and asks `check`. Both answer None for what is not allowed, and never raise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rnnviz.language import LANGUAGES
from rnnviz.recurrence.cells import CELLS
from rnnviz.scenes.erase import FORM
from rnnviz.tasks import TASKS
from rnnviz.tasks.errands.sentences import THINGS
from rnnviz.training import plans, settings, zoo
from rnnviz.training.records import NAMES as RECORDED

ALICE = "Alice is not hungry but thirsty. She drives to the nearest store to buy"
NETWORKS = tuple(name for name, shape in zoo.SHAPES.items() if shape.kind in CELLS)
"""Networks with a recurrent state."""
YOURS = "yours"
"""The network that this visitor trained; only the visit knows it."""


LADDER = tuple(f"{digit * 10.0**power:g}" for power in range(-3, 4) for digit in (1, 2, 5))
"""Thresholds, three to a power of ten."""


@dataclass(frozen=True)
class Text:
    """A line of text of at most `limit` characters, so that the link stays short enough for every server.

    A longer one is cut in a link, and refused anywhere else: the field itself asks for less (`validate`), with a
    sentence in the reader's language.
    """

    default: str = ""
    limit: int = 2000

    def check(self, value: object) -> str | None:
        return value if type(value) is str and len(value) <= self.limit and _can_travel(value) else None

    def parse(self, link: str) -> str | None:
        return self.check(link[: self.limit])

    def widget(self, start: str) -> dict[str, Any]:
        return {"value": start}


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`, both included, or the default."""

    default: int
    low: int
    high: int

    def check(self, value: object) -> int | None:
        if type(value) is not int:  # True is an int, too
            return None
        return value if self.low <= value <= self.high or value == self.default else None

    def parse(self, link: str) -> int | None:
        if link == str(self.default):
            return self.default
        # isdecimal alone would let other scripts' digits through, and int() would take a million of them.
        return self.check(int(link)) if link.isascii() and link.isdecimal() and len(link) < 10 else None

    def widget(self, start: int) -> dict[str, Any]:
        return {"value": start, "min_value": self.low, "max_value": self.high}


@dataclass(frozen=True)
class Real:
    """A number from `low` to `high` in steps of `step`; for `st.slider`."""

    default: float
    low: float
    high: float
    step: float

    def check(self, value: object) -> float | None:
        if type(value) is not float and type(value) is not int:
            return None
        return float(value) if self.low <= value <= self.high else None

    def parse(self, link: str) -> float | None:
        try:
            return self.check(float(link))
        except ValueError:
            return None

    def widget(self, start: float) -> dict[str, Any]:
        return {"value": start, "min_value": self.low, "max_value": self.high, "step": self.step}


@dataclass(frozen=True)
class Landmark:
    """A number as `number` has it, or a place with a name: what number that is, is computed where it is used. Its
    control is made by `state.ladder`."""

    number: Real
    place: str

    @property
    def default(self) -> float:
        return self.number.default

    def stops(self) -> tuple[float, ...]:
        """Every number of a slider, smallest first."""
        low, step = self.number.low, self.number.step
        return tuple(round(low + k * step, 9) for k in range(round((self.number.high - low) / step) + 1))

    def check(self, value: object) -> float | str | None:
        return self.place if type(value) is str and value == self.place else self.number.check(value)

    def parse(self, link: str) -> float | str | None:
        return self.place if link == self.place else self.number.parse(link)


@dataclass(frozen=True)
class Spot:
    """A place on a figure, put by the browser: numbers parted by commas, each within its `ends`, or none of them."""

    ends: tuple[tuple[int | float, int | float], ...]
    decimals: int = 0
    """At most so many. Without any, all are whole numbers."""
    default: tuple[int | float, ...] = ()

    def check(self, value: object) -> tuple[int | float, ...] | None:
        if type(value) is not tuple or len(value) not in (0, len(self.ends)):
            return None
        kinds = (int, float) if self.decimals else (int,)
        inside = all(
            type(one) in kinds and low <= one <= high and one == round(one, self.decimals)
            for one, (low, high) in zip(value, self.ends, strict=False)
        )
        return tuple(one + 0 for one in value) if inside else None  # -0.0 + 0 is 0.0

    def parse(self, link: str) -> tuple[int | float, ...] | None:
        try:
            return self.check(tuple(float(part) if self.decimals else int(part) for part in link[:200].split(",")))
        except ValueError:
            return None


@dataclass(frozen=True)
class Flag:
    """On or off."""

    default: bool

    def check(self, value: object) -> bool | None:
        return value if type(value) is bool else None

    def parse(self, link: str) -> bool | None:
        return {"true": True, "false": False}.get(link.lower())

    def widget(self, start: bool) -> dict[str, Any]:
        return {"value": start}


@dataclass(frozen=True)
class Choice:
    """One of a few ids. Its control is made by `state.choice` or `state.ladder`."""

    default: str
    ids: tuple[str, ...]

    def check(self, value: object) -> str | None:
        return value if type(value) is str and value in self.ids else None

    def parse(self, link: str) -> str | None:
        return self.check(link)


@dataclass(frozen=True)
class Names:
    """Names parted by commas, without a widget. Unknown ones are harmless."""

    default: tuple[str, ...] = ()
    limit: int = 500

    def check(self, value: object) -> tuple[str, ...] | None:
        if type(value) is not tuple or not all(type(part) is str for part in value):
            return None
        whole = ",".join(value)
        fits = len(whole) <= self.limit and _can_travel(whole)
        return value if fits and all(part and part == part.strip() and "," not in part for part in value) else None

    def parse(self, link: str) -> tuple[str, ...] | None:
        return self.check(tuple(part.strip() for part in link[: self.limit].split(",") if part.strip()))


@dataclass(frozen=True)
class Form:
    """A short text of one form, without a widget: the browser writes it. Empty: nothing of the kind."""

    form: str
    """A regular expression."""
    default: str = ""

    def check(self, value: object) -> str | None:
        return value if type(value) is str and (not value or re.fullmatch(self.form, value)) else None

    def parse(self, link: str) -> str | None:
        return self.check(link)


Key = Text | Whole | Real | Landmark | Spot | Flag | Choice | Names | Form

BIAS = Landmark(Real(-2.0, -4.0, -1.0, 0.05), "wall")
"""Where a descent begins; on the wall at the w that is set (`rnnviz.recurrence.cliff.wall`)."""
SENTENCE = Text(ALICE)
KNOBS = {name: Choice("", ("", *knob.ids)) for name, knob in settings.KNOBS.items()}
"""Of a training run; empty: what the task suggests."""
IDS = ("", *dict.fromkeys(id for knob in KNOBS.values() for id in knob.ids if id))
KEYS: dict[str, Key] = {
    # the frame
    "lang": Choice("", LANGUAGES),  # empty: what the browser prefers
    "projector": Flag(False),
    "hide": Names(),  # controls a lesson does without, by key: hide=lang,projector,words
    # the sentence and the networks that read it
    "sentence": SENTENCE,
    "words": Whole(0, 0, 64),
    "left": Choice("rnn", (*NETWORKS, YOURS)),
    "right": Choice("lstm", (*NETWORKS, YOURS)),
    "trained": Flag(True),
    "guess": Flag(False),  # Step: the answers are covered until the reader has guessed, or has come to the end
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
    "net": Choice("rnn", tuple(CELLS)),
    "clip": Choice("norm", ("off", "norm", "value")),
    "threshold": Choice("1", LADDER),
    "cliffw": Real(5.5, 4.1, 6.0, 0.05),
    "cliffb": BIAS,
    "cliffrate": Choice("0.5", ("0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1")),
    "cliffclip": Choice("1", ("0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10")),
    "own": Flag(False),  # Gradients: the visitor's own network in the place of ours
    # training
    "task": Choice("errands", tuple(name for name, task in TASKS.items() if task.live)),
    "twin": Choice("cell", plans.TWINS),
    "first": Choice("", IDS),  # what the first twin has of it; empty: a usual pair
    "second": Choice("", IDS),
    "equal": Choice("units", ("units", "weights")),  # of what twins of two kinds of cell have equally many
    "bet": Choice("", ("", *plans.BETS)),  # which twin the visitor expects to be right more often
    **KNOBS,
    "record": Choice("p5", RECORDED),
    # be the gate: the unit, what it is to do, and its gates as set by hand (put by the browser)
    "gatecell": Choice("lstm", ("lstm", "gru", "rnn")),
    "challenge": Choice("hold", ("hold", "count", "stop")),
    "drawn": Text("", 120),
    # whose memory is shown; the unit, gate and word that are looked at
    "keeps": Choice("lstm", tuple(kind for kind, cell in CELLS.items() if cell.keeper)),
    "listener": Whole(-1, 0, 255),  # -1: the one that remembers longest
    "listens": Choice("f", ("f", "i", "g", "o", "r", "n")),  # f: the gate that keeps the state, in a GRU z
    "heard": Whole(-1, 0, 9999),  # -1: the last word
    "counted": Choice("lstm", ("rnn", "lstm", "gru", "window", "conv", "attention")),  # Compare: whose weights
    # Step: another word in the place of one: "0 Starving Parched". Words have no blanks, and only whole characters
    "swap": Form(r"[0-9]{1,4}( [^\s\ud800-\udfff]{1,99}){2}"),
    # where the stepper rests; set with `put`
    "step": Whole(0, 0, 9999),
    "unit": Whole(-1, 0, 9999),  # -1: whichever the stepper begins with
    "side": Choice("right", ("left", "right")),  # whose unit it is
    "against": Form(r"(left|right)\.[0-9]{1,4}"),  # the unit beside it: left.12; empty: the other network's first
    "back": Flag(False),  # whether the gradient is followed back from the answer
    "held": Form(FORM),  # what of which unit is held, and from where on: 4.right.c.12.0
    # what is chosen on a figure; put by the browser
    "wayback": Spot(((0, 9999),)),  # how far the gradient has come on its way back, from the last step
    "spot": Spot(((0, 9999), (0, 9999))),  # of the maps through time: the loss's step and the state's
    "camera": Spot(6 * ((-20.0, 20.0),), decimals=3),  # of the cliff: where the eye is, and at what it looks
}
WRITTEN = ("step", "unit", "side", "against", "back", "drawn", "wayback", "spot", "camera")
"""What the browser writes into the link by itself, before Python hears of it."""
FRAME = ("lang", "projector")
"""Controls that stand around every page: where a link hides them, they stay hidden."""
PAGES: dict[str, tuple[str, ...]] = {
    name: pages
    for pages, names in {
        ("step",): ("left", "right", "guess", "swap", "step", "unit", "side", "against", "back", "held"),
        ("gates",): ("gatecell", "challenge", "drawn", "keeps", "listener", "listens", "heard"),
        ("compare",): ("counted",),
        ("gradients", "clipping"): ("input", "units", "scale", "activation", "start", "at", "asked", "own"),
        ("gates", "gradients", "clipping"): ("forget",),
        ("gradients",): ("wayback", "spot"),
        ("clipping",): ("net", "clip", "threshold", "cliffw", "cliffb", "cliffrate", "cliffclip", "camera"),
        ("training",): ("task", "twin", "first", "second", "equal", "bet", *KNOBS, "record"),
    }.items()
    for name in names
}
"""The pages whose link carries a key; a key that is not named here stands in every page's link."""
_PAGES = {page for pages in PAGES.values() for page in pages}
LOOK = Choice("", ("light", "dark"))
"""What a component may say of how the page looks."""
TICKET = Text("", 64)
"""What a tab of the browser may remember of a training run."""


def carries(page: str, name: str) -> bool:
    """Whether a page's link carries a key. A page that no key names carries all."""
    return page not in _PAGES or page in PAGES.get(name, (page,))


def as_text(value: Any) -> str:
    """A value as the link has it."""
    if isinstance(value, tuple):
        return ",".join(part if isinstance(part, str) else f"{part:g}" for part in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _can_travel(text: str) -> bool:
    """Half of a surrogate pair, as JSON may hold it, fits into no link and no message."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
