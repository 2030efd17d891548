"""What the machine has for this process: memory and cores, and what its processes do. Elsewhere than on Linux, less."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PLENTY = 64 * 2**30
"""Bytes of memory where the system does not say."""
SMALL = 2 * 2**30
"""A host with less memory than this, in bytes, trains one run at a time."""


@cache
def memory() -> int:
    """Bytes that this process and its children may use: the machine's memory, or less where a cgroup says so."""
    try:
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        machine = PLENTY
    return min([machine, *_limits()])


@cache
def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def small() -> bool:
    """Whether memory is short."""
    return memory() < SMALL


def state_of(pid: int) -> str:
    """A process's state as Linux has it: "R" running, "S" sleeping, "T" stopped, "Z" ended; "" if there is none, or
    the system does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def mapped(part: str, rights: str) -> list[tuple[int, int]]:
    """Where files whose path contains `part` lie in this process's memory, with these rights ("r--": to be read,
    "r-x": machine code): start and end. Nothing elsewhere than on Linux."""
    if sys.platform != "linux":
        return []
    lines = [line.split() for line in Path("/proc/self/maps").read_text().splitlines()]
    found = [place.split("-") for place, given, *_, path in lines if given.startswith(rights) and part in path]
    return [(int(start, 16), int(end, 16)) for start, end in found]


def give_back(places: list[tuple[int, int]]) -> None:
    """Give back to the system what has been read of mapped files. What is needed after all is read again."""
    for start, end in places:
        ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), mmap.MADV_DONTNEED)


def _limits() -> Iterator[int]:
    """What this process's cgroups allow in bytes, and the groups above them: version 2, then version 1."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, place = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        root = Path("/sys/fs/cgroup/memory" if controllers else "/sys/fs/cgroup")
        group = root / place.strip("/")
        for folder in (group, *group.parents):
            if folder == root.parent:
                break
            for name in ("memory.max", "memory.limit_in_bytes"):
                try:
                    yield int((folder / name).read_text())
                except (OSError, ValueError):  # there is none, or it says "max"
                    continue
