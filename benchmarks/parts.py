"""What the app's own components do in a browser, as far as the server and the link hear of it: see assets/*/*.js.

A component is shown data again and again while it is on the page. It tells the server the page's look where the data
were made for another one, and where the reader has rested; a board tells what this tab kept over a reload.
"""

from __future__ import annotations

import json
import re
from typing import Any, Protocol

KEPT = "rnnviz-kept"
PLACES = ("spot", "camera", "wayback")
"""What a reader sets on the figures of a board."""
LETTERS = {"lstm": "ifo", "gru": "rz", "rnn": "wu"}
"""The gates of a unit that is played by hand, in the order in which the link has them."""
SLOTS = {"hold": 13, "count": 3, "stop": 3}
START = {"w": 125, "u": 150}
"""Where a hand begins, of 200; a gate in the middle."""
POINTS = 200


class Tab(Protocol):
    """What a component needs of the browser."""

    dark: bool
    storage: dict[str, str]
    """What this tab remembers over a reload."""

    def replace_query(self, **values: str | None) -> None:
        """Write into the link without the server; None takes a value out."""


class Part:
    """A component on the page. What it wants to tell is in `telling`, until the browser has sent it."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.payload: dict[str, Any] = {}
        self.asked: str | None = None
        self.telling: list[tuple[str, Any]] = []

    def show(self, data: bytes) -> None:
        """New data."""
        self.payload = json.loads(data)
        self.check_theme()

    def check_theme(self) -> None:
        """The page's own look decides; data for the other one are asked for again, once."""
        look = "dark" if self.tab.dark else "light"
        if look == self.payload["theme"]:
            self.asked = None
        elif look != self.asked:
            self.asked = look
            self.telling.append(("theme", look))

    def rest(self) -> None:
        """The reader has rested for a while."""

    def place(self) -> Any:
        """What the browser alone knows of what is shown."""


class BoardPart(Part):
    """A board of figures, and what the reader has set on them (`PLACES`), by the name that it has in the link."""

    def __init__(self, tab: Tab) -> None:
        super().__init__(tab)
        self.places: dict[str, list[float]] = {}
        self.told: dict[str, list[float]] = {}
        self.begun: int | None = None

    def show(self, data: bytes) -> None:
        super().show(data)
        if self.payload.get("place") != self.begun:  # the link says it
            self.begun = self.payload["place"]
            self.places = {name: self.payload[name] for name in PLACES if name in self.payload}
            self.told = dict(self.places)
        kept = self.payload.get("kept")
        if kept:
            self.tab.storage[KEPT] = kept
        elif kept is not None and KEPT in self.tab.storage:
            self.telling.append(("kept", self.tab.storage.pop(KEPT)))

    def place(self) -> dict[str, list[float]]:
        return self.places

    def rest(self) -> None:
        moved = [name for name, value in self.places.items() if value != self.told[name]]
        if moved:
            self.told = dict(self.places)
            self.tab.replace_query(**{name: ",".join(map(str, self.told[name])) or None for name in moved})
            self.telling.append(("rest", dict(self.told)))

    def maps(self) -> list[list[str]]:
        """The words (or steps) of each map in which a cell can be chosen."""
        layouts = [one["figure"]["layout"] for section in self.payload["sections"] for one in section["figures"]]
        return [layout["meta"]["explain"]["tokens"] for layout in layouts if "explain" in layout.get("meta", {})]


class StepperPart(Part):
    """The stepper: a step, and a unit of one of the networks."""

    def __init__(self, tab: Tab) -> None:
        super().__init__(tab)
        self.step = 0
        self.chosen: tuple[int, int] | None = None
        self.second: tuple[int, int] | None = None
        """The unit beside it; None: the one on top of the other network."""
        self.back = False
        """Whether the gradient is followed back from the answer."""
        self.told: tuple[Any, ...] | None = None
        self.named = False
        """Whether the link has the unit."""
        self.presses = 0

    def show(self, data: bytes) -> None:
        old = self.payload
        super().show(data)
        if old.get("place") != self.payload.get("place"):  # the link says where to stand
            old, self.chosen, self.told, self.named = {}, None, None, False
            self.second = unit_named(self.payload.get("against", ""))
            self.back = self.payload.get("back", False)
        last = len(self.payload["tokens"]) - 1
        if not old:
            self.step = self.payload.get("step") or 0
        elif self.step == len(old["tokens"]) - 1:
            self.step = last  # who stood at the end stays there
        self.step = max(0, min(self.step, last))
        named = self.named or self.payload.get("unit") is not None
        begin = (self.payload.get("network", 1), self.payload.get("unit"))
        self.chosen = self.existing(*(self.chosen if named and self.chosen else begin))
        if self.second and self.existing(*self.second) != self.second:
            self.second = None
        if not (named and self.told):
            begun = (self.step, *begin, self.payload.get("against", ""), self.back)
            step, _, unit, against, back = self.told or begun
            network, top = self.chosen
            self.told = (step, network, unit if named and unit is not None else top, against, back)

    def units(self, network: int) -> list[int]:
        """The units of a network, as they stand."""
        order: list[int] = self.payload["networks"][network]["unit_rows"]["order"]
        return order

    def existing(self, network: int, unit: int | None) -> tuple[int, int]:
        """A unit; where the network has none of this number, its first."""
        order = self.units(network)
        return network, order[0] if unit is None or unit not in order else unit

    def choose(self, network: int, unit: int | None) -> None:
        """Look at a unit."""
        before, self.chosen = self.chosen, self.existing(network, unit)
        if before and before[0] != network:  # what was looked at stays beside it
            self.second = before

    def hold(self, held: str) -> None:
        """Press a button that holds a unit, or lets it go."""
        self.presses += 1
        self.telling.append(("held", {"held": held, "when": self.presses}))

    @property
    def against(self) -> str:
        """The unit beside the chosen one, as the link has it."""
        return f"{('left', 'right')[self.second[0]]}.{self.second[1]}" if self.second else ""

    def swap(self, **what: Any) -> None:
        """Ask for another word in the place of one, `at` and `word`; at -1, for none."""
        self.telling.append(("swap", what))

    def place(self) -> tuple[Any, ...]:
        return (self.step, *(self.chosen or ()), self.against, self.back)

    def rest(self) -> None:
        if not self.payload or self.place() == self.told:
            return
        self.told, self.named = self.place(), True
        step, network, unit, against, back = self.told
        link = {"step": str(step) if step else None, "unit": str(unit), "side": None if network == 1 else "left"}
        self.tab.replace_query(**link, against=against or None, back="true" if back else None)
        rest = {"step": step, "network": network, "unit": unit, "against": against, "back": back}
        self.telling.append(("rest", rest))


class GatesPart(Part):
    """The unit played by hand: settings of 0 to 200, kept for each unit and challenge."""

    def __init__(self, tab: Tab) -> None:
        super().__init__(tab)
        self.kept: dict[str, list[int]] = {}
        self.told: str | None = None
        self.linked: str | None = None
        self.touched = False

    @property
    def name(self) -> str:
        return f"{self.payload['unit']}.{self.payload['challenge']}"

    def show(self, data: bytes) -> None:
        before = self.name if self.payload else ""
        super().show(data)
        drawn = self.payload["drawn"]
        fresh = drawn not in (self.told, self.linked)
        linked = settings_of(self.payload["unit"], self.payload["challenge"], drawn) if fresh else None
        if linked or drawn == self.told:
            self.linked = drawn
        self.kept[self.name] = linked or self.kept.get(self.name) or start_of(*self.name.split("."))
        self.told = self.told if self.told is not None else self.place()
        by_hand = self.kept[self.name] != start_of(*self.name.split("."))
        self.touched = self.touched or (by_hand and self.name != before)

    def put(self, settings: list[int]) -> None:
        """Set all gates."""
        self.kept[self.name], self.touched = settings, True

    def place(self) -> str:
        return f"{self.name}.{''.join(map(_digits, self.kept[self.name]))}"

    def rest(self) -> None:
        if self.touched and self.place() != self.told:
            self.told = self.place()
            self.tab.replace_query(drawn=self.told)
            self.telling.append(("drawn", self.told))
        self.touched = False


def unit_named(text: str) -> tuple[int, int] | None:
    """ "left.12" as (0, 12); None for what is no such text."""
    match = re.fullmatch(r"(left|right)\.([0-9]{1,4})", text)
    return (int(match[1] == "right"), int(match[2])) if match else None


def merged(state: str, name: str, value: Any) -> str:
    """A component's state with a new value in it."""
    return json.dumps((json.loads(state) if state else {}) | {name: value}, ensure_ascii=False, separators=(",", ":"))


def slots(kind: str, challenge: str) -> int:
    return 1 if kind == "rnn" else SLOTS[challenge]


def start_of(kind: str, challenge: str) -> list[int]:
    return [START.get(letter, POINTS // 2) for letter in LETTERS[kind] for _ in range(slots(kind, challenge))]


def settings_of(kind: str, challenge: str, text: str) -> list[int] | None:
    """The settings that a link holds for this unit and challenge; None if it holds none, or nonsense."""
    parts = [*text.split("."), "", "", ""][:3]
    digits = parts[2]
    wanted = 2 * slots(kind, challenge) * len(LETTERS[kind])
    clean = all(letter in "0123456789abcdefghijklmnopqrstuvwxyz" for letter in digits)
    if parts[:2] != [kind, challenge] or len(digits) != wanted or not clean:
        return None
    found = [int(digits[k : k + 2], 36) for k in range(0, len(digits), 2)]
    return found if max(found) <= POINTS else None


def _digits(value: int) -> str:
    figures = "0123456789abcdefghijklmnopqrstuvwxyz"
    return figures[value // 36] + figures[value % 36]


KINDS: dict[str, type[Part]] = {"rnnviz_board": BoardPart, "rnnviz_stepper": StepperPart, "rnnviz_gates": GatesPart}
