"""A class of 100 at the Step page: real WebSocket sessions, each doing something every two seconds.

Half of what they do is to type a sentence that nobody else has typed; a quarter, a sentence the whole class
types; a quarter, to move the slider "words in between". Server time runs from sending to the message that the
script has finished. Who has not got an answer yet waits for it before doing the next thing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import psutil

from benchmarks.report import quantile, table, verdict
from benchmarks.visitor import Run, Visitor
from rnnviz.tasks import errands
from scripts.serving import ROOT, Served, serve

EVERY = 2.0
PLACES = (0, 4, 8, 16, 32, 64)
"""Where the slider is moved to."""
ARRIVALS = 0.05
"""Seconds between two visitors who open the page."""
PATIENCE = 90.0
"""Seconds after which a visitor gives up, which counts as an error."""
P95_MS, MEMORY_MB = 100, 600
"""What the pages promise, at most; the memory is that of a host which has little."""
STOCK = ("--server.headless", "true", "--browser.gatherUsageStats", "false", "--runner.postScriptGC", "true")


@dataclass
class Class:
    """What all visitors together saw."""

    runs: list[Run] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    """Seconds to the first page."""
    errors: Counter[str] = field(default_factory=Counter)
    lags: list[float] = field(default_factory=list)
    """Seconds by which this process itself was late."""
    own: float = 0.0
    """The share of one core that this process used."""
    memory: int = 0
    """What the server and its processes take up at the end, in MB."""
    core: float = 0.0
    """The share of one core that the server and its processes used."""


def sentences(count: int, seed: int) -> list[str]:
    """Sentences of errands, all different, without the thing to buy."""
    rng = np.random.default_rng(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        tokens, _ = errands.sentence(rng, clauses=int(rng.integers(0, 4)), stated=None)
        found[" ".join(tokens[:-2]).replace(" ,", ",").replace(" .", ".")] = None
    return list(found)


def server_processes() -> tuple[int, float]:
    """Memory in MB and processor seconds of the server with all processes of its own, this process's children.

    Memory that two processes share counts once (PSS, where the system tells it).
    """
    memory, spent = 0, 0.0
    for process in psutil.Process().children(recursive=True):
        used, times = process.memory_full_info(), process.cpu_times()
        memory += getattr(used, "pss", used.rss)
        spent += times.user + times.system
    return memory // 2**20, spent


async def attend(visitor: Visitor, end: float, mine: list[str], chance: random.Random, seen: Class) -> None:
    """Act every two seconds until the end, starting at a moment of one's own."""
    now = time.perf_counter
    due = now() + EVERY * chance.random()
    while due < end:
        await asyncio.sleep(due - now())
        kind = chance.random()
        try:
            if kind < 0.5:
                run = await visitor.type(mine.pop(), PATIENCE)
            elif kind < 0.75:
                run = await visitor.type(chance.choice(errands.EXAMPLES), PATIENCE)
            else:
                run = await visitor.slide(chance.choice(PLACES), PATIENCE)
        except TimeoutError:
            seen.errors[f"no answer in {PATIENCE:.0f} s"] += 1
            return
        except Exception as wrong:
            seen.errors[f"{type(wrong).__name__}: {wrong}"] += 1
            return
        seen.runs.append(run)
        seen.errors.update(run.errors)
        due = max(due + EVERY, now())


async def watch_lag(seen: Class) -> None:
    """How late this process is in doing what is due: that much of a server time may be its own."""
    while True:
        start = time.perf_counter()
        await asyncio.sleep(0.02)
        seen.lags.append(time.perf_counter() - start - 0.02)


async def hold(address: str, visitors: int, seconds: float, seed: int) -> Class:
    """Let the visitors in, wait until all have their first page, then let them act."""
    seen = Class()
    count = int(seconds / EVERY) + 2
    texts = sentences(visitors * count, seed)
    everyone = [Visitor(address, dark=k % 2 == 1) for k in range(visitors)]

    async def arrive(visitor: Visitor, after: float) -> bool:
        await asyncio.sleep(after)
        try:
            run = await visitor.open()
        except Exception as wrong:
            seen.errors[f"no first page: {type(wrong).__name__} {wrong}"] += 1
            return False
        seen.first.append(run.seconds)
        seen.errors.update(run.errors)
        return True

    arrived = await asyncio.gather(*(arrive(visitor, ARRIVALS * k) for k, visitor in enumerate(everyone)))
    begun, own, (_, core) = time.perf_counter(), time.process_time(), server_processes()
    lag = asyncio.create_task(watch_lag(seen))
    end = begun + seconds
    await asyncio.gather(
        *(
            attend(visitor, end, texts[k * count : (k + 1) * count], random.Random(seed + k), seen)
            for k, visitor in enumerate(everyone)
            if arrived[k]
        )
    )
    lag.cancel()
    took = time.perf_counter() - begun
    memory, core_after = server_processes()
    seen.own, seen.memory, seen.core = (time.process_time() - own) / took, memory, (core_after - core) / took
    await asyncio.gather(*(v.close() for v, is_in in zip(everyone, arrived, strict=True) if is_in))
    return seen


def visit(served: Served, visitors: int, seconds: float, seed: int = 1) -> Class:
    """The whole lesson; what the server logs as failed is an error too."""
    seen = asyncio.run(hold(served.address, visitors, seconds, seed))
    _, traceback, rest = served.log().partition("Traceback")
    if traceback:
        seen.errors["traceback in the server's log, the first one above"] += 1 + rest.count(traceback)
        print(traceback + rest[:6000], file=sys.stderr)
    return seen


def row(name: str, seen: Class) -> list[str]:
    times = [1e3 * run.seconds for run in seen.runs]
    return [
        name,
        f"{len(times)}",
        *(f"{quantile(times, share):.0f} ms" for share in (0.5, 0.95, 1.0)),
        f"{sum(seen.errors.values())}",
        f"{seen.memory} MB",
    ]


def remarks(name: str, seen: Class) -> list[str]:
    """What else is worth knowing of one lesson."""
    first, size = quantile(seen.first, 0.95), quantile([run.received for run in seen.runs], 0.5)
    lag = quantile(seen.lags, 0.95)
    return [
        f"{name}: first page {1e3 * first:.0f} ms (p95); {size / 1024:.0f} kB an action (median); server "
        f"{seen.core:.0%} of a core; this load generator {seen.own:.0%} of one, late by {1e3 * lag:.0f} ms (p95)",
        *(f"{name}: {count} x {error}" for error, count in seen.errors.items()),
    ]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--visitors", type=int, default=100)
    parser.add_argument("--no-stock", action="store_true", help="only the app with its own settings")
    chosen = parser.parse_args(arguments)
    os.environ["PYTHONPATH"] = str(ROOT)  # the stock app stands in a folder of its own
    seen = {}
    with serve() as served:
        seen["this app"] = visit(served, chosen.visitors, chosen.seconds)
    if not chosen.no_stock:
        with serve(*STOCK, root=ROOT / "benchmarks" / "stock_server") as served:
            seen["stock settings"] = visit(served, chosen.visitors, chosen.seconds)
    ours = seen["this app"]
    p95 = 1e3 * quantile([run.seconds for run in ours.runs], 0.95)
    errors = sum(ours.errors.values())
    wanted = ["wanted", "", "", f"{P95_MS} ms: {verdict(p95, P95_MS)}", "", f"0: {verdict(errors, 0)}"]
    wanted += [f"{MEMORY_MB} MB: {verdict(ours.memory, MEMORY_MB)}"]
    header = ["", "actions", "median", "p95", "max", "errors", "memory"]
    title = (
        f"{chosen.visitors} visitors for {chosen.seconds:.0f} s on {os.cpu_count()} cores, acting every {EVERY:.0f} s"
    )
    notes = [line for name, one in seen.items() for line in remarks(name, one)]
    print(table(title, header, [*(row(name, one) for name, one in seen.items()), wanted], *notes))
    return int(p95 > P95_MS or errors > 0 or ours.memory > MEMORY_MB)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
