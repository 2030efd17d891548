"""Tabs of one browser that ask for more and more: python -m tests.crowd ADDRESS COOKIE KIND TABS

In a process of their own, so that what they receive costs the visitor who is measured nothing. They say "ready" when
each has its first page, and act until they are ended.
"""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager

from benchmarks import acts
from benchmarks.visitor import Visitor
from scripts.serving import ROOT

PATIENCE = 120.0
PAGES = ("gradients", "clipping")
HEAVY = "length=200&units=64"


async def heavy(tab: Visitor, number: int) -> AsyncIterator[None]:
    """The largest figures of a page, with ever new seeds."""
    tab.page, tab.link = PAGES[number % 2], f"{HEAVY}&scale=0.{5 + number // 2}"
    await tab.open(PATIENCE)
    for seed in itertools.cycle(range(1, 100)):
        yield
        await acts.put(tab, tab.control("seed"), seed)
        await tab.settle(PATIENCE)


async def links(tab: Visitor, number: int) -> AsyncIterator[None]:
    """One deep link after the other."""
    for seed in itertools.cycle(range(100)):
        tab.page, tab.link = PAGES[(number + seed) % 2], f"{HEAVY}&scale=1.{number}&seed={seed}"
        tab._forget()
        await tab.open(PATIENCE)
        yield
        await tab.close()


async def runs(tab: Visitor, number: int) -> AsyncIterator[None]:
    """A long run that is looked at as often as the page says."""
    tab.page, tab.link, tab.alive = "training", f"task=adding&seed={number}", True
    await tab.open(PATIENCE)
    await tab.press("train", PATIENCE)
    yield
    await asyncio.Event().wait()


KINDS: dict[str, Callable[[Visitor, int], AsyncIterator[None]]] = {"heavy": heavy, "links": links, "runs": runs}


async def act(address: str, cookie: str, kind: str, tabs: int) -> None:
    """All tabs at once."""
    there = 0

    async def one(number: int) -> None:
        nonlocal there
        async with aclosing(KINDS[kind](Visitor(address, cookie=cookie), number)) as moves:  # type: ignore[type-var]
            await anext(moves)
            there += 1
            if there == tabs:
                print("ready", flush=True)
            async for _ in moves:
                pass

    await asyncio.gather(*(one(number) for number in range(tabs)))


@contextmanager
def crowd(address: str, kind: str, tabs: int, cookie: str = "one browser") -> Iterator[None]:
    """While these tabs act."""
    command = [sys.executable, "-m", "tests.crowd", address, cookie, kind, str(tabs)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield
        assert process.poll() is None, "the crowd gave up"
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    asyncio.run(act(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
