"""`python -m tests.walk --actions 1000 --seed 7`: walk, tell what broke and how much was tried; 0 if all is well."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time

from scripts.serving import serve
from tests.walk.files import files
from tests.walk.walk import TWICE, Walk

LONG = 3000
"""From so many actions on, what was left undone counts too."""
SHARE = 0.95


def report(walk: Walk, seconds: float) -> str:
    """What came of it, in a few lines."""
    tried, declared = walk.coverage.share(), walk.coverage.share_declared()
    lines = [
        f"{walk.done} actions in {walk.visits} visits, {seconds:.0f} s, seed {walk.seed}; "
        f"{walk.compared} links opened anew",
        f"tried: {tried:.1%} of {len(walk.coverage.offered)} (page, control, option) offered; "
        f"{declared:.1%} of {sum(map(len, walk.coverage.declared().values()))} values declared",
        f"{len(walk.faults)} distinct faults, {sum(fault.count for fault in walk.faults.values())} in all",
        *(f"{fault.count:4d} x {fault.kind}" for fault in walk.faults.values()),
    ]
    return "\n".join(lines)


def passed(walk: Walk) -> bool:
    """No fault; and in a long walk nearly everything was tried."""
    enough = min(walk.coverage.share(), walk.coverage.share_declared()) >= SHARE
    return not walk.faults and (walk.done < LONG or enough)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.walk", description=__doc__)
    parser.add_argument("--actions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--talk", action="store_true", help="print every action")
    parser.add_argument("--left", action="store_true", help="print what was offered and not tried")
    parser.add_argument("--known", default="", help="a pattern of faults that do not end a visit")
    parser.add_argument("--twice", type=float, default=TWICE, help="the share of actions followed by one at once")
    chosen = parser.parse_args(arguments)
    print(f"seed {chosen.seed}", flush=True)
    start = time.monotonic()
    with serve() as served:
        walk = Walk(served, chosen.seed, files(), known=chosen.known, talk=chosen.talk, twice=chosen.twice)
        asyncio.run(walk.go(chosen.actions))
    print(report(walk, time.monotonic() - start))
    if chosen.left or (walk.done >= LONG and not passed(walk)):
        print("\n".join(["not tried:", *walk.coverage.left()]))
    return int(not passed(walk))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
