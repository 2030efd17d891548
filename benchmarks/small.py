"""A host of 1 GiB: thirty visitors on mixed pages, four runs at the largest settings that the page offers.

The server runs in a memory cgroup of its own (version 1 or 2, whichever the kernel has), so this needs Linux and root.
Whatever happens, its health address has to answer. At the end something else fills the memory that is left, until the
kernel ends a process: it has to be a trainer, and the server has to live.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks import acts
from benchmarks.browser import Browser
from benchmarks.load import sentences
from benchmarks.report import quantile, table, verdict
from benchmarks.visitor import Visitor
from rnnviz.turns import queue, workers
from scripts.serving import Served, serve
from tests.walk.moves import moves
from tests.walk.words import status

VISITORS, RUNS = 30, 4
EVERY = 3.0
"""Seconds between two things that a visitor does."""
LARGEST = "task=recall&cell=lstm&size=100&batch=128&delay=200&budget=4500&twin=limit"
"""A run that needs as much memory as the page can ask for."""
LIMIT = 2**30
REST_MB, AFTER_MB, HEALTH_S = 300, 600, 2.0
"""What issue 11 wants at most: PSS at rest and after training, and the health address's answer."""
PAGES = ("", "gates", "compare", "gradients", "clipping")
TURNED = ("selectbox", "radio", "select_slider", "slider", "number_input", "checkbox")
"""What a visitor turns beside the sentence."""
PATIENCE = 90.0
ROLES = {workers.READER.nice: "readers", workers.TRAINER.nice: "trainers"}
BALLAST = (
    "import sys, time; held = bytearray(int(sys.argv[1])); held[::4096] = b'x' * len(held[::4096]); time.sleep(600)"
)


@dataclass
class Seen:
    """What happened."""

    health: list[float] = field(default_factory=list)
    """Seconds of each answer; infinity for none."""
    actions: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    steps: dict[int, int] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)
    """What the Training pages said of their runs."""
    peak: int = 0
    """Bytes that the cgroup held at most."""


class Group:
    """A memory cgroup."""

    def __init__(self, name: str, limit: int) -> None:
        one, two = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
        self.old = (one / "memory.limit_in_bytes").exists()
        self.controller = ":memory:" if self.old else "0::"
        self.folder = (one if self.old else two) / f"{name}-{os.getpid()}"
        self.folder.mkdir()
        (self.folder / ("memory.limit_in_bytes" if self.old else "memory.max")).write_text(str(limit))

    def enter(self, pid: int) -> None:
        (self.folder / "cgroup.procs").write_text(str(pid))

    def used(self) -> int:
        """Bytes, without what is only a copy of a file."""
        total = int((self.folder / ("memory.usage_in_bytes" if self.old else "memory.current")).read_text())
        stat = dict(line.split() for line in (self.folder / "memory.stat").read_text().splitlines())
        return total - int(stat.get("total_inactive_file", stat.get("inactive_file", 0)))

    def killed(self) -> int:
        """Processes that the kernel has ended for want of memory."""
        file = self.folder / ("memory.oom_control" if self.old else "memory.events")
        return int(dict(line.split() for line in file.read_text().splitlines())["oom_kill"])


@contextmanager
def serve_in(group: Group) -> Iterator[Served]:
    """The app, started from within the group: it stays there, and this process does not."""
    line = next(one for one in Path("/proc/self/cgroup").read_text().splitlines() if group.controller in one)
    home = group.folder.parent / line.split(":")[2].strip("/") / "cgroup.procs"
    group.enter(os.getpid())
    try:
        with serve() as served:
            home.write_text(str(os.getpid()))
            yield served
    finally:
        home.write_text(str(os.getpid()))
        for _ in range(50):
            time.sleep(0.1)
            with suppress(OSError):
                group.folder.rmdir()
                break


def pss() -> dict[str, int]:
    """MB of the server and its processes, by how far they give way; what they share counts once."""
    found: Counter[str] = Counter()
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            found[ROLES.get(process.nice(), "server and nurse")] += process.memory_full_info().pss
    return {name: size // 2**20 for name, size in found.items()}


async def watch(address: str, group: Group, seen: Seen) -> None:
    """The health address, twice a second."""

    def ask() -> float:
        began = time.monotonic()
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=10).read()
        except OSError:
            return float("inf")
        return time.monotonic() - began

    while True:
        seen.health.append(await asyncio.to_thread(ask))
        seen.peak = max(seen.peak, group.used())
        await asyncio.sleep(0.5)


async def wander(address: str, page: str, end: float, seed: int, seen: Seen) -> None:
    """Type, slide and choose on one page."""
    chance, tab = random.Random(seed), Browser(address, page=page)
    texts = sentences(40, seed)
    await asyncio.sleep(EVERY * chance.random())
    await tab.open()
    while time.monotonic() < end:
        await asyncio.sleep(EVERY * (0.5 + chance.random()))
        began = time.monotonic()
        try:
            able = [move for move in moves(tab, chance, {}) if move.target and move.target.kind in TURNED]
            typed = next((c for c in tab.controls() if c.key == "sentence"), None)
            if typed and chance.random() < 0.5:
                await acts.put(tab, typed, chance.choice(texts))
            else:
                await chance.choice(able).do()
            run = await tab.settle(PATIENCE)
        except Exception as wrong:
            seen.errors[f"{page or 'step'}: {type(wrong).__name__} {wrong}"[:200]] += 1
            return
        seen.actions.append(time.monotonic() - began)
        seen.errors.update(run.errors)
    await tab.close()


async def train(address: str, end: float, k: int, seen: Seen) -> None:
    """Train at the largest settings, and look as often as the page says."""
    tab = Visitor(address, page="training", link=f"{LARGEST}&seed={k}")
    await tab.open()
    await tab.press("train", PATIENCE)
    while time.monotonic() < end:
        fragment, every = next(iter(tab.looks.items()), ("", 1.0))
        await asyncio.sleep(every)
        try:
            run = await tab.look(fragment, PATIENCE)
        except Exception as wrong:
            seen.errors[f"training: {type(wrong).__name__} {wrong}"[:200]] += 1
            return
        now = status(tab)
        seen.steps[k] = max(seen.steps.get(k, 0), now.step)
        seen.said[now.state or run.progress] += 1
    await tab.close()


async def lesson(address: str, group: Group, seconds: float, seen: Seen) -> None:
    """All at once."""
    end = time.monotonic() + seconds
    watching = asyncio.create_task(watch(address, group, seen))
    pages = itertools.cycle(PAGES)
    everyone = [wander(address, next(pages), end, k, seen) for k in range(VISITORS - RUNS)]
    everyone += [train(address, end, k, seen) for k in range(RUNS)]
    await asyncio.gather(*everyone)
    watching.cancel()


async def squeeze(address: str, group: Group, server: int, seen: Seen) -> str:
    """Fill the memory while a run goes, until the kernel ends somebody. Who it was."""
    tab = Visitor(address, page="training", link=f"{LARGEST}&seed=9")
    await tab.open()
    await tab.press("train", PATIENCE)
    watching = asyncio.create_task(watch(address, group, seen))
    for _ in range(5):
        await asyncio.sleep(1)
        await tab.look(next(iter(tab.looks), ""), PATIENCE)
    before = {one.pid: one.nice() for one in psutil.Process(server).children(recursive=True)}
    killed = group.killed()
    held: list[subprocess.Popen[bytes]] = []
    try:
        while group.killed() == killed and len(held) < 200:
            held.append(subprocess.Popen([sys.executable, "-c", BALLAST, str(16 * 2**20)]))
            group.enter(held[-1].pid)
            await asyncio.sleep(0.3)
    finally:
        for one in held:
            one.kill()
            one.wait()
    gone = [nice for pid, nice in before.items() if not psutil.pid_exists(pid)]
    for _ in range(10):
        await asyncio.sleep(1)
        await tab.look(next(iter(tab.looks), ""), PATIENCE)
    watching.cancel()
    names = Counter(ROLES.get(nice, "another process").rstrip("s") for nice in gone)
    lived = psutil.pid_exists(server)
    told = ", ".join(f"{count} x {name}" for name, count in names.items()) or "nobody"
    return f"{told}; the server {'lives' if lived else 'DIED'}; the run then said: {status(tab).state}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks small", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    chosen = parser.parse_args(arguments)
    seen = Seen()
    group = Group("rnnviz", LIMIT)
    with serve_in(group) as served:
        server = psutil.Process().children()[0].pid
        time.sleep(2)
        at_rest = pss()
        asyncio.run(lesson(served.address, group, chosen.seconds, seen))
        busy = pss()
        time.sleep(2 * queue.REST)
        afterwards = pss()
        squeezed = Seen()
        who = asyncio.run(squeeze(served.address, group, server, squeezed))
        traces = served.log().count("Traceback")
    rest, after = sum(at_rest.values()), sum(afterwards.values())
    slowest = max(seen.health + squeezed.health)
    rows = [
        ["PSS at rest", f"{rest} MB", f"{REST_MB} MB: {verdict(rest, REST_MB)}"],
        ["PSS after training", f"{after} MB", f"{AFTER_MB} MB: {verdict(after, AFTER_MB)}"],
        ["PSS while all train", f"{sum(busy.values())} MB", ""],
        ["most in the cgroup", f"{seen.peak // 2**20} MB", "1024 MB"],
        ["slowest health answer", f"{slowest:.2f} s", f"{HEALTH_S:.0f} s: {verdict(slowest, HEALTH_S)}"],
        ["actions, p95", f"{len(seen.actions)}, {quantile(seen.actions, 0.95):.2f} s", ""],
        ["steps of the runs", " ".join(map(str, seen.steps.values())), ""],
        ["errors, tracebacks", f"{sum(seen.errors.values())}, {traces}", "0"],
    ]
    notes = [f"by process: at rest {at_rest}, after {afterwards}"]
    notes += [f"{count} x {error}" for error, count in seen.errors.items()]
    title = f"{VISITORS} visitors, {RUNS} runs at the largest settings, {chosen.seconds:.0f} s in 1 GiB"
    print(
        table(title, ["", "measured", "wanted"], rows, f"memory filled up: {who}", f"said: {dict(seen.said)}", *notes)
    )
    missed = rest > REST_MB or after > AFTER_MB or slowest > HEALTH_S or bool(seen.errors) or traces > 0
    return int(missed or "lives" not in who or "trainer" not in who)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
