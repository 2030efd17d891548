"""Run benchmarks by name, each in a process of its own, so that none warms or slows the next."""

from __future__ import annotations

import subprocess
import sys

NAMES = ("trace", "stepping", "gates", "compare", "backward", "training", "load")
MORE = ("small",)
"""Only by name: what needs a root's rights and ten minutes."""


def main(arguments: list[str]) -> int:
    chosen, options = list(NAMES), arguments
    if arguments and not arguments[0].startswith("-"):
        chosen, options = [arguments[0]], arguments[1:]
    if chosen[0] not in NAMES + MORE or (options and len(chosen) > 1):
        print(f"python -m benchmarks [{'|'.join(NAMES + MORE)} [options]]", file=sys.stderr)
        return 2
    return max([subprocess.call([sys.executable, "-m", f"benchmarks.{name}", *options]) for name in chosen])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
