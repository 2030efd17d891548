"""Training in turn: what the queue costs beside a bare loop, and how soon the first point is there.

Speed is in steps a second, of the adding problem, whose steps all take equally long: a bare loop of `advance` in as
many processes as there are cores, and the same runs through the queue, one ticket of twins and thirty. The queue's own
cost is the processor time of this process, which in the app is the server. What a class does on the page is in
benchmarks/lesson.py, and is measured last.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # read when NumPy and torch are imported

import argparse
import sys
import time
from concurrent.futures import wait
from dataclasses import dataclass

import psutil

from benchmarks import lesson
from benchmarks.report import quantile, table, verdict
from rnnviz.training.advance import start
from rnnviz.training.runs import Run
from rnnviz.turns import workers
from rnnviz.turns.queue import work
from rnnviz.turns.tickets import stop, submit

FIRST_S, SHARE = 1.0, 0.9
"""What issue 4 wants: seconds to the first point with a warm pool at most; the share of a bare loop's speed at least
(drawing is to cost a tenth at most; here nothing is drawn)."""
TICKETS, TRIALS = 30, 10
STEPS = 100_000
LOOK = 0.5
"""Seconds between two looks of a page at its run."""


@dataclass
class Speed:
    """Steps a second of all runs together, and what this process spent on it."""

    steps: float
    own: float
    """The share of a core."""
    spread: str = ""
    """The fewest and the most steps that a ticket has done."""
    largest: int = 0
    """Steps in the longest chunk of any ticket."""


def twins() -> tuple[Run, Run]:
    """A pair as on the page: clipping off and on."""
    return start("errands", clip=None), start("errands")


def steady() -> tuple[Run, Run]:
    """A pair whose steps all take equally long, with no end in sight."""
    return start("adding", clip=None, steps=STEPS), start("adding", clip=1.0, steps=STEPS)


def bare(seconds: float) -> Speed:
    """Every worker advances one run, for about so long."""
    executor, runs = workers.trainers(), [steady()[k % 2] for k in range(workers.places())]
    _, once = executor.submit(work, runs[0], 50).result()
    steps = max(1, int(50 * seconds / once))
    begun, own = time.perf_counter(), time.process_time()
    wait([executor.submit(work, run, steps) for run in runs])
    took = time.perf_counter() - begun
    return Speed(steps * len(runs) / took, (time.process_time() - own) / took)


def queued(tickets: int, seconds: float) -> Speed:
    """So many visitors train twins, each looking at them twice a second."""
    mine = [submit(steady()) for _ in range(tickets)]
    while any(ticket.now().state == "waiting" for ticket in mine):
        time.sleep(0.01)
    time.sleep(2)  # chunks have found their length
    before = [ticket.now().step for ticket in mine]
    begun, own = time.perf_counter(), time.process_time()
    longest = 0
    while time.perf_counter() < begun + seconds:
        time.sleep(LOOK)
        steps = [ticket.now().step for ticket in mine]
        longest = max(longest, *(ticket._entry.stride for ticket in mine))
    took = time.perf_counter() - begun
    for ticket in mine:
        ticket.cancel()
    done = 2 * (sum(steps) - sum(before))
    return Speed(done / took, (time.process_time() - own) / took, f"{min(steps)} to {max(steps)}", longest)


def first_point(tickets: int = 1) -> list[float]:
    """Seconds from `submit`, of all at once, until each has its first chunk back."""
    runs = [twins() for _ in range(tickets)]
    begun = time.perf_counter()
    waiting, took = [submit(pair) for pair in runs], []
    mine = list(waiting)
    while waiting:
        time.sleep(0.002)
        there = [ticket for ticket in waiting if ticket.now().step]
        took += [time.perf_counter() - begun] * len(there)
        waiting = [ticket for ticket in waiting if ticket not in there]
    for ticket in mine:
        ticket.cancel()
    return took


def quiet() -> None:
    """Wait until no worker computes for a ticket that was cancelled."""
    wait([workers.trainers().submit(time.sleep, 0.4) for _ in range(2 * workers.places())])


def memory() -> float:
    """What the processes beside this one take up, in MB; what they share counts once."""
    found = [process.memory_full_info() for process in psutil.Process().children(recursive=True)]
    return sum(getattr(one, "pss", one.rss) for one in found) / 2**20


def measure(seconds: float) -> int:
    """Print both tables; 0 if all bounds are met."""
    cold = first_point()[0]
    quiet()
    warm = []
    for _ in range(TRIALS):
        warm += first_point()
        quiet()
    crowd = first_point(TICKETS)
    quiet()
    wanted = f"{FIRST_S:.0f} s: {verdict(max(warm), FIRST_S)}"
    rows = [
        ["cold pool, one ticket", f"{cold:.2f} s", f"{cold:.2f} s", ""],
        [f"warm, one ticket, {TRIALS} times", f"{quantile(warm, 0.5):.2f} s", f"{max(warm):.2f} s", wanted],
        [f"warm, {TICKETS} tickets at once", f"{quantile(crowd, 0.5):.2f} s", f"{max(crowd):.2f} s", ""],
    ]
    print(table("From submitting twins to their first chunk", ["", "median", "longest", "wanted"], rows))
    speeds = {
        "bare loop, a run on each core": bare(seconds),
        "queue, one ticket of twins": queued(1, seconds),
        f"queue, {TICKETS} tickets of twins": queued(TICKETS, 2 * seconds),
    }
    plain = next(iter(speeds.values())).steps
    rows = [
        [name, f"{one.steps:.0f}", f"{one.steps / plain:.0%}", f"{one.own:.1%}", one.spread, f"{one.largest or ''}"]
        for name, one in speeds.items()
    ]
    header = ["", "steps/s", "of bare", "server's core", "steps of a ticket", "longest chunk"]
    notes = f"{os.cpu_count()} cores; the pool takes {memory():.0f} MB"
    print(table("Speed, all runs together", header, rows, notes))
    share = min(one.steps for one in list(speeds.values())[1:]) / plain
    print(f"at least {SHARE:.0%} of a bare loop: {verdict(share, SHARE, at_least=True)}")
    stop()
    workers.stop_trainers()
    return int(max(warm) > FIRST_S or share < SHARE)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks training", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of each speed; the class trains six times as long")
    parser.add_argument("--no-class", action="store_true", help="without the page")
    chosen = parser.parse_args(arguments)
    missed = measure(chosen.seconds)
    if not chosen.no_class:
        missed = max(missed, lesson.measure(6 * chosen.seconds))
    return missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
