"""All that can be done with a page as it is drawn."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmarks import acts, widgets
from benchmarks.browser import Browser
from benchmarks.parts import LETTERS, POINTS, BoardPart, GatesPart, StepperPart, slots
from benchmarks.widgets import CHOICES, Control
from tests.walk import words

TEXTS = {
    "usual": "Starving, Alice drives to the nearest store to buy",
    "errand": "Feeling cold, Sam walks slowly to the old shop to buy",
    "short": "Thirsty",
    "empty": "",
    "spaces": "   ",
    "unknown": "Zyxx qwv blorp",
    "Japanese": "お腹を空かせたアリスは店へ行き、買う",
    "emoji": "Hungry 🍕, Bob 🚗 to buy 🥖",
    "script": "<script>alert('hungry')</script> & <b>Alice</b>",
    "Markdown": "**Alice** [buys](http://x) $a_b$ :material/bolt: `code` # 1",
    "quotes": '"Don\'t" — she said; 100% / 50? ~a+b=c&d',
    "long": " ".join(["Starving", ",", "Alice", *["drives", "and"] * 60, "buys"]),
    "very long": "to buy " * 280,
    "too long": "to buy " * 400,
}
"""What somebody types. The last is refused by the page itself."""
MANY = 24
"""A slider over more words than this is taken by its ends, its middle and something in between."""
PLACES = ("low", "middle", "high", "other")
DYNAMIC = {r"rewind-\d+": "rewind", r"saw[A-Z]": "saw", r"None": "measure"}
"""Keys with something of the visit in them; and a button without a key."""
NUMBERED = (r"(use|download|example)(\d+)", r"(preset)-(.+)", r"(frame-lang)-(.+)", r"(explode)-(.+)")
"""Keys of which each is an option of one control."""
Do = Callable[[], Awaitable[Any]]


@dataclass(frozen=True)
class Move:
    """One thing that a visitor can do now."""

    control: str
    option: str
    told: str
    """In words, for whoever wants to do the same."""
    do: Do
    target: Control | None = None
    value: Any = None
    file: bytes = b""

    @property
    def name(self) -> str:
        return f"{self.control} = {self.option}"


def moves(tab: Browser, rng: random.Random, files: dict[str, bytes]) -> list[Move]:
    """All of them. `files`: what can be uploaded, by name."""
    found = [move for control in seen(tab) if not control.disabled for move in of_control(tab, control, rng, files)]
    return [*found, *of_parts(tab, rng), *of_browser(tab)]


def seen(tab: Browser) -> Iterator[Control]:
    """The controls that a visitor sees: what is in a menu that is not open is not drawn."""
    closed = set()
    for node in tab.tree.walk():
        control = widgets.control_of(node, tab.states)
        if control and control.kind == "popover" and not control.value:
            closed |= {widgets.id_of(child) for child in node.walk()} - {control.id}
    return (control for control in tab.controls() if control.id not in closed)


def named(key: str) -> tuple[str, str]:
    """A control's name, and the option that its key stands for, if it does."""
    for pattern, name in DYNAMIC.items():
        if re.fullmatch(pattern, key):
            return name, ""
    for pattern in NUMBERED:
        if match := re.fullmatch(pattern, key):
            return match[1], match[2]
    return key, ""


def of_control(tab: Browser, control: Control, rng: random.Random, files: dict[str, bytes]) -> Iterator[Move]:
    """What can be done with one control."""
    name, option = named(control.key)
    language, label = words.language(tab), control.label

    def put(option: str, value: Any, shown: Any = None) -> Move:
        told = f"{label} ({control.key}): {value if shown is None else shown!r}"
        return Move(name, option, told, lambda: acts.put(tab, control, value), control, value)

    kind = control.kind
    if kind in CHOICES or kind == "select_slider":
        options = list(enumerate(control.options))
        few = len(options) <= MANY and name not in ("rewind", "heard", "listener")
        picked = options if few else [options[k] for k in ends(len(options), rng)]
        for place, (_, text) in zip(PLACES if not few else [""] * len(picked), picked, strict=False):
            if text != control.value:
                yield put(place or words.neutral(text, language), text, text)
    elif kind in ("slider", "number_input"):
        p = control.proto
        step = p.step or 1
        count = round((p.max - p.min) / step)
        for place, k in zip(PLACES, (0, count // 2, count, rng.randint(0, count)), strict=True):
            yield put(place, round(p.min + k * step, 6))
    elif kind == "text_input":
        for text, value in TEXTS.items():
            yield put(text, value, value if len(value) < 60 else f"{value[:40]}… ({len(value)} characters)")
    elif kind in ("checkbox", "popover", "expandable"):
        turned = not control.value
        yield put("on" if turned else "off", turned)
    elif kind == "button":
        yield Move(name, option or "press", f"press {label} ({control.key})", lambda: acts.press(tab, control), control)
    elif kind == "download_button":
        told = f"download {label} ({control.key})"
        yield Move(name, option or "press", told, lambda: acts.download(tab, control, 60), control)
    elif kind == "file_uploader":
        for file, data in files.items():
            yield upload(tab, control, file, data)
        if control.value:
            yield Move(name, "away", f"take {control.value[0]} away", lambda: acts.take_away(tab, control), control)


def upload(tab: Browser, control: Control, file: str, data: bytes) -> Move:
    name = f"{file}.safetensors"
    do = lambda: acts.upload(tab, control, name, data, 60)  # noqa: E731
    return Move("upload", file, f"upload {name} ({len(data)} bytes)", do, control, (name,), data)


def ends(count: int, rng: random.Random) -> tuple[int, int, int, int]:
    """Which of many to try: first, middle, last, another."""
    return 0, count // 2, count - 1, rng.randrange(count)


def of_parts(tab: Browser, rng: random.Random) -> Iterator[Move]:
    """What can be done with the app's own components."""
    stepper = acts.part_of(tab, StepperPart)
    if isinstance(stepper, StepperPart):
        last = len(stepper.payload["tokens"]) - 1
        for network in (0, 1):
            for place, step in zip(PLACES, (0, last // 2, last, rng.randint(0, last)), strict=True):
                unit = rng.choice(stepper.units(network))
                told = f"stepper: step {step}, network {network}, unit {unit}, then rest"
                do = _stand(tab, stepper, step, network, unit)
                yield Move("stepper", f"{place} {network}", told, do, value=(step, network, unit))
        yield from of_swaps(tab, stepper, rng)
        if stepper.payload["way"]:
            told = "stepper: " + ("read on" if stepper.back else "follow the gradient back") + ", then rest"
            option = "false" if stepper.back else "true"
            yield Move("back-way", option, told, _turn(tab, stepper, not stepper.back), value=not stepper.back)
        yield from of_units(tab, stepper, rng)
    hand = acts.part_of(tab, GatesPart)
    if isinstance(hand, GatesPart):
        kind, challenge = hand.name.split(".")
        count = len(LETTERS[kind]) * slots(kind, challenge)
        drawn = {"low": [0] * count, "high": [POINTS] * count, "other": [rng.randint(0, POINTS) for _ in range(count)]}
        for place, settings in drawn.items():
            told = f"gates of {kind}, {challenge}: set by hand ({place}), then rest"
            yield Move("hand", f"{kind} {place}", told, _draw(tab, hand, settings), value=settings)

    for part in tab.parts.values():
        if isinstance(part, BoardPart):
            yield from of_board(tab, part, rng)


def of_units(tab: Browser, stepper: StepperPart, rng: random.Random) -> Iterator[Move]:
    """What can be done with the stepper's units: another one beside the chosen one, and one that is held."""
    side = ("left", "right")
    for network in (0, 1):
        unit = rng.choice(stepper.units(network))
        do = lambda one=(network, unit): acts.beside(tab, stepper, *one)  # noqa: E731
        told = f"stepper: {side[network]} unit {unit} beside the chosen one, then rest"
        yield Move("beside", side[network], told, do, value=f"{side[network]}.{unit}")
    if not stepper.payload["holds"]:
        return
    for network, to in itertools.product((0, 1), ("0", "1", "mean")):
        step, unit = rng.randrange(len(stepper.payload["tokens"])), rng.choice(stepper.units(network))
        letter = rng.choice([*stepper.payload["networks"][network]["cell"]["roles"]])
        held = f"{step}.{side[network]}.{letter}.{unit}.{to}"
        do = lambda held=held: acts.hold(tab, stepper, held)  # noqa: E731
        yield Move("held", f"{to} {side[network]}", f"stepper: hold {held}", do, value=held)
    if stepper.payload.get("erased"):
        yield Move("held", "none", "stepper: let go", lambda: acts.hold(tab, stepper, ""), value="")


def of_board(tab: Browser, part: BoardPart, rng: random.Random) -> Iterator[Move]:
    """What can be set on the figures of a board."""

    def put(name: str, option: str, value: list[float]) -> Move:
        told = f"board: {name} {value}, then rest"
        return Move(name, option, told, lambda: acts.put_place(tab, part, name, value), value=value)

    if "spot" in part.places and (maps := part.maps()):
        last = len(maps[0]) - 1
        cells = {"low": [0, 0], "middle": [last, last // 2], "high": [last, 0], "other": [rng.randint(0, last), last]}
        for option, cell in cells.items():
            yield put("spot", option, [*cell])
        yield put("spot", "none", [])
    if "wayback" in part.places:
        last = len(part.maps()[0]) - 1
        for option, step in zip(PLACES, (0, last // 2, last, rng.randint(0, last)), strict=True):
            yield put("wayback", option, [step])
        yield put("wayback", "none", [])
    if "camera" in part.places:
        eye = [round(rng.uniform(-2, 2), 3) for _ in range(3)]
        yield put("camera", "turned", [*eye, 0.1, -0.03, -0.14])
        yield put("camera", "none", [])


def of_swaps(tab: Browser, stepper: StepperPart, rng: random.Random) -> Iterator[Move]:
    """What a word of the stepper may be swapped for: what is offered, and what somebody may type."""
    payload = stepper.payload
    if not payload["swaps"]:
        return
    place = {at: words for at, words in enumerate(payload["offered"]) if words}
    typed = [("one", "Parched"), ("unknown", "zzxqy"), ("Japanese", "空腹"), ("several", "ice cream"), ("empty", " ")]
    asked = [(option, rng.randrange(len(payload["tokens"])), word) for option, word in typed]
    if place:
        at = rng.choice(list(place))
        asked.append(("offered", at, rng.choice(place[at])))
    if payload["filler"]:
        asked.append(("filler", *payload["filler"]))
    if payload.get("swap"):
        asked.append(("back", -1, ""))
    for option, at, word in asked:
        told = f"stepper: {word!r} in the place of token {at}"
        do = partial(acts.swap, tab, stepper, at=at, word=word)
        yield Move("swap", option, told, do, value=(at, word))


def of_browser(tab: Browser) -> Iterator[Move]:
    """What can be done with the browser and the menu."""
    for page in tab.pages:
        if not page.is_hidden:
            do = lambda hash=page.page_script_hash: acts.follow(tab, hash)  # noqa: E731
            yield Move("menu", page.url_pathname, f"menu: {page.page_name}", do, value=page)
    if tab.place:
        yield Move("back", "back", "Back", lambda: acts.step_back(tab))
    if tab.place + 1 < len(tab.history):
        yield Move("forward", "forward", "Forward", lambda: acts.step_back(tab, 1))
    look = "light" if tab.dark else "dark"
    yield Move("reload", "reload", "reload", lambda: _reload(tab))
    yield Move("colours", look, f"the system turns {look}", lambda: acts.recolor(tab, not tab.dark), value=not tab.dark)
    yield Move("rest", "rest", "wait for a moment", lambda: acts.rest(tab))


async def _reload(tab: Browser) -> None:
    """Not before the page has told where the reader rests, which takes half a second."""
    await acts.rest(tab)
    await tab.settle(60)
    await tab.reload()


def _stand(tab: Browser, part: StepperPart, step: int, network: int, unit: int) -> Do:
    return lambda: acts.stand(tab, part, step, network, unit)


def _turn(tab: Browser, part: StepperPart, back: bool) -> Do:
    return lambda: acts.turn(tab, part, back)


def _draw(tab: Browser, part: GatesPart, settings: list[int]) -> Do:
    return lambda: acts.draw(tab, part, settings)
