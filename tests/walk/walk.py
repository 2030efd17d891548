"""The walk itself: visits one after another, each of some dozens of actions, until all are done.

What is chosen depends on the seed and on what the pages offer, and prefers what was never done. A fault ends a visit,
and is told with all that led to it; the walk goes on with another one.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Container, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

from benchmarks import acts
from benchmarks.browser import Browser
from benchmarks.widgets import id_of
from rnnviz.language import LANGUAGES
from rnnviz.ui import keys
from rnnviz.ui.keys import KEYS, Choice, Flag, Key, Landmark, Real, Spot, Whole, as_text
from scripts.serving import Served
from tests.walk import words
from tests.walk.coverage import Coverage, Triple
from tests.walk.effects import SLOW, apart, before, missing, sound
from tests.walk.moves import TEXTS, Move, moves
from tests.walk.snapshot import differences, snapshot

T = TypeVar("T")
PAGES = ("", "step", "gates", "compare", "gradients", "clipping", "training")
A_VISIT = 50
"""Actions, at most."""
COMPARED = 10
"""After so many actions a link is opened anew."""
TOLD = 15
"""Actions in a recipe."""
NEW, NEW_ELSEWHERE, NEAR = 20.0, 8.0, 5.0
"""How much likelier is what was never done, a page where there is something of that, and what lies in an open menu."""
OPENERS = {"twin": 8.0, "task": 4.0, "further": 12.0, "overfitting": 12.0, "presets": 6.0, "training-records": 4.0}
OPENERS |= {"sentence-examples": 12.0}
"""How much likelier is what other things can be done behind, as long as something is left on its page."""
RARE = {"reload": 0.4, "colours": 0.4, "rest": 0.3, "frame-lang": 0.7, "measure": 0.3}
TWICE = 0.15
A_HAND = 0.1
"""Seconds until a hand is at the menu. Streamlit itself forgets a value when another page is asked for before the run
has begun that would have taken it in: that message tells of the frame alone."""
RESTING = ("stepper", "back-way", "beside", "held", "hand", "swap", "spot", "wayback", "camera")
"""What is told only once a hand has rested, or has been answered."""
ALONE = ("reload", "rest", "back", "forward", "menu", "colours", "download")
"""What nothing follows at once."""
RUNS = ("train", "again", "resume", "pause", "cancel", "one", "rewind", "upload", "use")


@dataclass
class Fault:
    """Something that broke, and how to break it again."""

    what: str
    page: str
    recipe: Sequence[str]
    count: int = 1

    @property
    def kind(self) -> str:
        """The same for the same fault with other numbers and words."""
        return re.sub(r"'[^']*'|\"[^\"]*\"|[\d.]+|[0-9a-f]{8,}", "#", f"{self.page}: {self.what}")[:160]


class Broken(Exception):
    """A visit has met a fault."""


@dataclass
class Walk:
    """All visits of one seed."""

    served: Served
    seed: int
    files: dict[str, bytes] = field(default_factory=dict)
    pages: Sequence[str] = PAGES
    """Where it may go."""
    known: str = ""
    """A pattern of the kinds of faults that are known: they are counted, and do not end a visit."""
    talk: bool = False
    """Whether every action is printed."""
    twice: float = TWICE
    """The share of actions that are followed by another before the answer has come."""
    patience: float = 60.0
    """Seconds for an answer."""
    grace: tuple[float, float] = (3.0, 15.0)
    """Seconds in which a page may still come to show what it was asked for; where trainers have part in it."""
    coverage: Coverage = field(default_factory=Coverage)
    faults: dict[str, Fault] = field(default_factory=dict)
    refused: bool = False
    """Whether the visitor has uploaded a file that is no run."""
    trained: bool = False
    """Whether the visitor has made a network their own."""
    done: int = 0
    visits: int = 0
    compared: int = 0
    logged: int = 0
    ids: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        self.logged = os.fstat(self.served.output.fileno()).st_size

    async def go(self, actions: int) -> None:
        """Walk."""
        while self.done < actions:
            self.visits += 1
            await self.visit(min(A_VISIT, actions - self.done))

    async def visit(self, actions: int) -> None:
        """One tab of one browser."""
        rng = random.Random(f"{self.seed} {self.visits}")
        tab = Browser(self.served.address, **begin(rng, self.where(rng)), alive=True)  # type: ignore[arg-type]
        self.trained = self.refused = False
        look = "dark" if tab.dark else "light"
        recipe = [f"open /{tab.page}?{tab.link} ({tab.locale}, {look})"]
        try:
            opened = tab.link
            self.done += 1
            run = await self.trying(tab, recipe, tab.open(self.patience))
            self.look(tab, recipe, run.errors)
            page = tab.page if tab.page not in ("", "start") else "step"
            asked = {n: v for n, v in words.settings(opened).items() if keys.carries(page, n)}
            changed = asked != words.settings(tab.link)
            self.found(changed, tab, recipe, f"the link {opened} becomes {tab.link} when it is opened")
            for number in range(1, actions + 1):
                await self.act(tab, recipe, random.Random(f"{self.seed} {self.visits} {number}"))
                if number % COMPARED == 0:
                    await self.reopen(tab, recipe)
        except Broken:
            pass
        finally:
            await tab.close()

    def where(self, rng: random.Random) -> str:
        """Where a visit begins: rather where there is still something to be done."""
        return rng.choices(self.pages, [0.3 + self.left(page or "step") for page in self.pages])[0]

    async def act(self, tab: Browser, recipe: list[str], rng: random.Random) -> None:
        """One action, sometimes a second one at once."""
        offered = [move for move in moves(tab, rng, self.files) if self.may(move)]
        page = tab.page or "step"
        self.coverage.offer((page, move.control, move.option) for move in offered)
        first = self.pick(page, offered, rng, opened(tab))
        second = None
        if first.control not in ALONE and rng.random() < self.twice:
            others = [move for move in offered if fits(first, move) and not inside(tab, first, move)]
            second = self.pick(page, others, rng) if others else None
        self.trained |= "use" in (first.control, second and second.control)
        self.refused |= first.control == "upload" and first.option.startswith("bad")
        was = [before(tab, move, self.trained) for move in (first, second) if move]
        recipe.append(f"/{tab.page}: {first.told}" + (f"; at once: {second.told}" if second else ""))
        self.done += 1 + (second is not None)
        if self.talk:
            print(self.done, recipe[-1], flush=True)
        await self.trying(tab, recipe, first.do())
        if second:
            if second.control == "menu":
                await self.trying(tab, recipe, tab.until(lambda: tab.begun or not tab.waiting, self.patience))
                await asyncio.sleep(A_HAND)
            await self.trying(tab, recipe, second.do())
        self.coverage.done.update((page, move.control, move.option) for move in (first, second) if move)
        run = await self.trying(tab, recipe, tab.settle(self.patience))
        self.look(tab, recipe, run.errors)
        for move, then in zip((first, second), was, strict=False):
            if move and checkable(move, first, second):
                then = replace(then, alone=second is None)
                await self.wait_for(tab, recipe, move, partial(missing, tab, move, then))
        await self.wait_for(tab, recipe, first, partial(apart, tab))
        self.learn(tab, first, second)

    def may(self, move: Move) -> bool:
        return move.control != "menu" or move.option in self.pages

    async def wait_for(self, tab: Browser, recipe: list[str], move: Move, missing: Callable[[], str]) -> None:
        """A move takes effect, if not at once then when the page has looked again. `missing`: what of it has not."""
        until = time.monotonic() + self.grace[move.control in SLOW]
        while (problem := missing()) and time.monotonic() < until:
            await asyncio.sleep(0.1)
            run = await self.trying(tab, recipe, tab.settle(self.patience))
            self.look(tab, recipe, run.errors)
        self.found(bool(problem), tab, recipe, f"{move.control}: {problem}")

    async def reopen(self, tab: Browser, recipe: list[str]) -> None:
        """The link is the state: another visit with this address sees the same."""
        await self.trying(tab, recipe, acts.rest(tab))
        await self.trying(tab, recipe, tab.settle(self.patience))
        self.compared += 1
        other = Browser(tab.address, tab.dark, tab.page, tab.link, tab.locale)
        steps = [*recipe, f"open its link in a new tab: /{tab.page}?{tab.link}"]
        try:
            run = await self.trying(other, steps, other.open(self.patience))
            await self.trying(other, steps, acts.rest(other))
            await self.trying(other, steps, other.settle(self.patience))
            self.look(other, steps, run.errors)
            here, there = words.settings(tab.link), words.settings(other.link)
            self.found(here != there, tab, steps, f"a link moves: {here} became {there}")
            for changed in differences(snapshot(tab, self.trained), snapshot(other, self.trained)):
                self.found(True, tab, steps, f"a link shows something else: {changed}")
        finally:
            await other.close()

    async def trying(self, tab: Browser, recipe: list[str], doing: object) -> object:
        """Do something that may not be answered at all."""
        try:
            return await doing  # type: ignore[misc]
        except TimeoutError:
            self.look(tab, recipe, [])
            self.found(True, tab, recipe, f"no answer within {self.patience:.0f} seconds ({tab.waits()})")
        except (OSError, ConnectionError) as wrong:
            self.found(True, tab, recipe, f"{type(wrong).__name__}: {wrong}")

    def look(self, tab: Browser, recipe: list[str], errors: Sequence[str]) -> None:
        """What must not be on any page, nor in the server's log."""
        fresh = os.pread(self.served.output.fileno(), 2**22, self.logged)
        self.logged += len(fresh)
        log = fresh.decode(errors="replace")
        trace = log[log.index("Traceback") :] if "Traceback" in log else ""
        last = next((line for line in reversed(trace.strip().splitlines()) if re.match(r"\w[\w.]*(:|$)", line)), "")
        allowed = words.in_words("training.upload_bad") if self.refused else set()  # said until something else is
        for error in (error for error in errors if error not in allowed):
            self.found(True, tab, recipe, f"error box: {error.splitlines()[0]} {last}", trace)
        self.found(bool(trace), tab, recipe, f"traceback in the log: {last}", trace)
        problem = sound(tab)
        self.found(bool(problem), tab, recipe, problem)

    def found(self, wrong: bool, tab: Browser, recipe: Sequence[str], what: str, trace: str = "") -> None:
        """Note a fault and end the visit."""
        if not wrong:
            return
        steps = [*recipe[:1], *(["…"] if len(recipe) > TOLD + 1 else []), *recipe[1:][-TOLD:]]
        if trace:
            steps += [f"    {line}" for line in trace.strip().splitlines()[-12:]]
        fault = Fault(what, tab.page or "step", [*steps, f"→ /{tab.page}?{tab.link}"])
        if fault.kind in self.faults:
            self.faults[fault.kind].count += 1
        else:
            self.faults[fault.kind] = fault
            print(f"\nseed {self.seed}, visit {self.visits}, action {self.done}: {self.tell(fault)}", flush=True)
        if not (self.known and re.search(self.known, fault.kind)):
            raise Broken

    def tell(self, fault: Fault) -> str:
        return "\n  ".join([f"{fault.page}: {fault.what}", *fault.recipe])

    def pick(self, page: str, offered: list[Move], rng: random.Random, near: Container[str] = ()) -> Move:
        """A control, then something to do with it; what was never done is likelier, in an open menu above all."""
        controls: dict[str, list[Move]] = {}
        for move in offered:
            controls.setdefault(move.control, []).append(move)
        weights = [RARE.get(name, 1.0) * max(self.weight(page, move) for move in of) for name, of in controls.items()]
        for k, (one, *_) in enumerate(controls.values()):
            weights[k] *= NEAR if one.target and one.target.id in near and weights[k] >= NEW else 1.0
        (of,) = rng.choices(list(controls.values()), weights)
        (move,) = rng.choices(of, [self.weight(page, one) for one in of])
        return move

    def weight(self, page: str, move: Move) -> float:
        if move.control == "menu":
            return 0.5 + NEW_ELSEWHERE * min(1.5, self.left(move.option or "step"))
        triple: Triple = (page, move.control, move.option)
        leads = min(1.0, self.left(page)) * OPENERS.get(move.control, 0.0)
        return 1.0 + leads if triple in self.coverage.done else NEW

    def left(self, page: str) -> float:
        """How much of a page is still to be done; much where nobody was yet."""
        if not any(where == page for where, _, _ in self.coverage.offered):
            return 3.0
        return sum(1 for where, _, _ in self.coverage.offered - self.coverage.done if where == page) / 40

    def learn(self, tab: Browser, *done: Move | None) -> None:
        """Which values the link has had."""
        link = words.linked(tab.link)
        for move in done:
            key = KEYS.get(move.control) if move else None
            if move and key:
                found = link.get(move.control)
                default = key.default
                text = str(default).lower() if isinstance(default, bool) else str(default)
                self.coverage.ids[move.control].add(text if found is None else found)


def alone(doing: Coroutine[Any, Any, T]) -> T:
    """Run in a thread of its own, since Playwright has a loop in the tests' one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, doing).result()


def fits(first: Move, second: Move) -> bool:
    """Whether somebody can do the second while the first is not answered yet, and mean both."""
    if second.control in ("reload", "rest", "back", "forward", "download", "upload", *RESTING):
        return False  # a hand that rests has rested for half a second: what came before it is answered
    both = first.control in RUNS and second.control in RUNS
    button = bool(first.target and first.target.kind == "button")
    return (first.control != second.control and not both) or (button and first == second)


def opened(tab: Browser) -> set[str]:
    """What lies in the menus that are open."""
    menus = [node for node in tab.tree.walk() if node.kind == "popover"]
    return {id_of(child) for node in menus for child in node.walk()} - {id_of(node) for node in menus}


def inside(tab: Browser, first: Move, second: Move) -> bool:
    """Whether the second lies in a menu that the first one closes."""
    for node in tab.tree.walk():
        if node.kind == "popover":
            within = {id_of(child) for child in node.walk()}
            one, other = (move.target.id if move.target else "" for move in (first, second))
            if other in within and one not in within:
                return True
    return False


def checkable(move: Move, first: Move, second: Move | None) -> bool:
    """Whether the effect of a move can be seen once both are done."""
    if second is None:
        return True
    if second.control == "menu":
        return move is second or (first.target is not None and first.target.key in KEYS)
    if move.control in RESTING[1:] or (move.target and move.target.kind in ("popover", "expandable")):
        return False  # what is open is of no weight, and a box with another label is another box
    several = ("one", "preset", "example", "explode")
    whole = (*several, "sentence", "task", "twin", "input")
    return move is second or (second.control not in whole and move.control not in (*several, "menu"))


def begin(rng: random.Random, page: str) -> dict[str, object]:
    """Where and how a visit begins: mostly at a page as it is, sometimes by a link with much in it."""
    link: dict[str, str] = {"budget": "100"} if rng.random() < 0.8 else {}
    if rng.random() < 0.4:
        names = [name for name, key in KEYS.items() if name not in ("hide", "drawn", "swap", "step", "unit", "side")]
        for name in rng.sample(names, rng.randint(1, 6)):
            link[name] = some(KEYS[name], rng)
    if rng.random() < 0.1:
        link["hide"] = ",".join(rng.sample([name for name in KEYS if name not in ("hide", "lang")], 3))
    if rng.random() < 0.4:
        link["lang"] = rng.choice(LANGUAGES)
    return {
        "page": page,
        "link": urlencode({name: value for name, value in link.items() if value}),
        "dark": rng.random() < 0.4,
        "locale": rng.choice(("en-US", "ja-JP", "de")),
        "batches": rng.random() < 0.5,
    }


def some(key: Key, rng: random.Random) -> str:
    """A value as a link may have it."""
    if isinstance(key, Choice):
        return rng.choice(key.ids)
    if isinstance(key, Flag):
        return rng.choice(("true", "false"))
    if isinstance(key, Whole):
        return str(rng.randint(key.low, min(key.high, key.low + 100)))
    if isinstance(key, Landmark):
        return rng.choice((key.place, some(key.number, rng)))
    if isinstance(key, Spot):
        return as_text(tuple(round(rng.uniform(low, min(high, 100.0)), key.decimals or None) for low, high in key.ends))
    if isinstance(key, Real):
        return f"{key.low + key.step * rng.randint(0, round((key.high - key.low) / key.step)):.6g}"
    return TEXTS[rng.choice(("usual", "errand", "Japanese", "emoji", "script", "quotes"))]
