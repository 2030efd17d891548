"""A class that trains at once: real WebSocket sessions, thirty on the Training page, ten stepping beside them.

All thirty press Train within a second and look at their runs as often as the page tells a browser to. After a third of
the time one closes the browser; then five press Cancel; the others train to the end. Every third of these has runs that
are half as long, so that some end within the lesson, and what was said of the time left can be held against it.
Meanwhile the ten type sentences and move the slider on the Step page, as in benchmarks/load.py. What is said of
progress is what stands on the page.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from math import inf, nan
from statistics import median

from benchmarks import load
from benchmarks.report import quantile, table, verdict
from benchmarks.visitor import Run, Visitor
from rnnviz.language import labels_of
from scripts.serving import serve

TRAINEES, OTHERS, CANCELLING = 30, 10, 5
P95_MS, MEMORY_MB, GONE_S = 100, 1200, 6
"""What issue 4 wants at most: of the others' server time, in all, and until a closed browser's run is let go."""
PATIENCE = 90.0
BUDGET, SHORT, SHORTER = 400, 200, 3
"""Steps of each run, of twins; of every so many-th of those who stay."""
SETTLED = 10.0
"""Seconds after which the estimates have to be true."""


@dataclass
class Look:
    """What a trainee saw at a moment."""

    when: float
    state: str
    """Which of the sentences under `training.status` in the locale files."""
    step: int = 0
    left: float = nan
    others: int = 0


@dataclass
class Trainee:
    """One of the thirty, and what they saw."""

    visitor: Visitor
    pressed: float = nan
    left: float = nan
    """When they closed the browser, or pressed Cancel."""
    looks: list[Look] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def first_point(self) -> float:
        """Seconds from pressing Train until a step was seen."""
        return next((look.when - self.pressed for look in self.looks if look.step), nan)

    def done(self) -> float:
        """When training was seen to have ended by itself."""
        return next((look.when for look in self.looks if look.state in ("done", "one_broke", "broken", "stopped")), nan)

    def step_at(self, when: float) -> int:
        return max((look.step for look in self.looks if look.when <= when), default=0)


def read(text: str, when: float) -> Look:
    """A sentence on the progress bar."""
    for state, template in labels_of("en", "training")["status"].items():
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(template))
        if found := re.fullmatch(pattern, text):
            told = found.groupdict()
            number, unit = told.get("left", "nan s").split(" ")
            left = float(number) * (60 if unit == "min" else 1)
            whole = {name: int(told.get(name, "0").replace(",", "")) for name in ("step", "others")}
            return Look(when, state, whole["step"], left, whole["others"])
    raise ValueError(f"nobody says {text!r}")


def budget(number: int) -> int:
    """The steps of a visitor's runs."""
    return SHORT if number > CANCELLING and number % SHORTER == 0 else BUDGET


async def train(one: Trainee, number: int, start: float, end: float, errors: Counter[str]) -> None:
    """Press Train, and look until the run or the lesson ends. The first closes the browser, the next five cancel."""
    now = time.perf_counter
    leaves, cancels = number == 0, 0 < number <= CANCELLING
    third = start + (end - start) / 3
    await asyncio.sleep(max(0.0, start + random.Random(number).random() - now()))
    one.pressed = now()
    try:
        note(one, await one.visitor.press("train", PATIENCE))
        while one.visitor.looks and now() < end:
            if leaves and now() > third:
                one.left = now()
                break
            if cancels and now() > third + (end - start) / 6:
                one.left = now()
                note(one, await one.visitor.press("cancel", PATIENCE))
                break
            fragment, seconds = next(iter(one.visitor.looks.items()))
            await asyncio.sleep(seconds)
            note(one, await one.visitor.look(fragment, PATIENCE))
    except TimeoutError:
        errors[f"no answer in {PATIENCE:.0f} s"] += 1
    except Exception as wrong:
        errors[f"{type(wrong).__name__}: {wrong}"] += 1
    for run in one.runs:
        errors.update(run.errors)
    await one.visitor.close()


def note(one: Trainee, run: Run) -> None:
    one.runs.append(run)
    if run.progress:
        one.looks.append(read(run.progress, time.perf_counter()))


async def hold(address: str, seconds: float) -> tuple[list[Trainee], load.Class, float]:
    """The lesson: trainees, what the others saw, and when it began."""
    others = load.Class()
    trainees = [Trainee(Visitor(address, page="training", link=f"budget={budget(k)}")) for k in range(TRAINEES)]
    beside = [Visitor(address, dark=k % 2 == 1) for k in range(OTHERS)]
    for visitor in [*(one.visitor for one in trainees), *beside]:
        run = await visitor.open()
        others.errors.update(run.errors)
    count = int(seconds / load.EVERY) + 2
    texts = load.sentences(OTHERS * count, seed=5)
    start = time.perf_counter() + 1
    end = start + seconds
    lag = asyncio.create_task(load.watch_lag(others))
    stepping = [
        load.attend(visitor, end, texts[k * count : (k + 1) * count], random.Random(k), others)
        for k, visitor in enumerate(beside)
    ]
    training = [train(one, k, start, end, others.errors) for k, one in enumerate(trainees)]
    memory = asyncio.create_task(watch_memory(others))
    await asyncio.gather(*training, *stepping)
    lag.cancel()
    memory.cancel()
    await asyncio.gather(*(visitor.close() for visitor in beside))
    return trainees, others, start


async def watch_memory(seen: load.Class) -> None:
    """The most that the server and its processes ever took up; walking through their pages takes a moment."""
    while True:
        await asyncio.sleep(5)
        seen.memory = max(seen.memory, (await asyncio.to_thread(load.server_processes))[0])


def measure(seconds: float) -> int:
    """Hold the lesson and print what came of it; 0 if all bounds are met."""
    with serve() as served:
        trainees, seen, start = asyncio.run(hold(served.address, seconds))
        if "Traceback" in served.log():
            seen.errors["traceback in the server's log"] += 1
            print(served.log()[-4000:], file=sys.stderr)
    third = start + seconds / 3
    stayed = trainees[CANCELLING + 1 :]
    steps = [one.step_at(third) for one in trainees]
    first = sorted(one.first_point() for one in trainees if one.first_point() < inf) or [nan]
    later = [look for one in stayed for look in one.looks if look.when > trainees[0].left]
    gone = [look.when - trainees[0].left for look in later if 0 < look.others <= TRAINEES - 2]
    answered = [one.looks[-1].when - one.left for one in trainees[1 : CANCELLING + 1] if one.looks]
    cancelled = sum(one.looks[-1].state == "cancelled" for one in trainees[1 : CANCELLING + 1] if one.looks)
    settled = start + max(SETTLED, seconds / 2 + 5)  # those who leave make it faster for those who stay
    said = [
        look.left / (one.done() - look.when)
        for one in stayed
        for look in one.looks
        if look.when > settled and one.done() - look.when > 5 and look.left > 0
    ]
    times = [1e3 * run.seconds for run in seen.runs]
    looking = [1e3 * run.seconds for one in trainees for run in one.runs[1:]]
    p95, errors = quantile(times, 0.95), sum(seen.errors.values())
    back = min(gone, default=nan)
    truth = ", ".join(f"{quantile(said, share):.2f}" for share in (0.05, 0.5, 0.95))
    rows = [
        ["others on the Step page, server time p95", f"{p95:.0f} ms", f"{P95_MS} ms: {verdict(p95, P95_MS)}"],
        ["memory, everything", f"{seen.memory} MB", f"{MEMORY_MB} MB: {verdict(seen.memory, MEMORY_MB)}"],
        ["a closed browser's run let go after", f"{back:.1f} s", f"{GONE_S} s: {verdict(back, GONE_S)}"],
        ["cancelled when asked to", f"{cancelled} of {CANCELLING}", verdict(cancelled, CANCELLING, at_least=True)],
        ["answered within", f"{max(answered, default=nan):.1f} s", ""],
        [f"Train to first point, median and longest of {len(first)}", f"{median(first):.1f}, {first[-1]:.1f} s", ""],
        [f"steps of all {TRAINEES} after {seconds / 3:.0f} s", f"{min(steps)} to {max(steps)}", ""],
        ["trained to the end", f"{sum(one.done() == one.done() for one in stayed)} of {len(stayed)}", ""],
        ["time left as said / as it was, p5, median, p95", truth, ""],
        ["a look at one's run, median and p95", f"{quantile(looking, 0.5):.0f}, {quantile(looking, 0.95):.0f} ms", ""],
        ["errors", f"{errors}", f"0: {verdict(errors, 0)}"],
    ]
    notes = [f"{count} x {error}" for error, count in seen.errors.items()]
    notes += [
        f"others: {len(times)} actions; this load generator late by {1e3 * quantile(seen.lags, 0.95):.0f} ms (p95)"
    ]
    title = f"{TRAINEES} press Train at once, twins of {BUDGET} or {SHORT} steps; {OTHERS} step beside; {seconds:.0f} s"
    print(table(title, ["", "measured", "wanted"], rows, *notes))
    good = p95 <= P95_MS and seen.memory <= MEMORY_MB and back <= GONE_S and cancelled == CANCELLING and not errors
    return int(not good)
