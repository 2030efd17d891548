"""A visit leaves nothing behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import psutil
import pytest

from benchmarks import load
from rnnviz.turns.queue import LATE, LOOK
from scripts.serving import Served, serve
from tests import leaving
from tests.turns.test_pool import wait_until

SENTENCES = load.sentences(60, seed=3)
MB = 2**20


@pytest.fixture
def open_to_view(tmp_path: Path) -> Iterator[Served]:
    leaving.copy(tmp_path)
    with serve(root=tmp_path, folder=tmp_path) as served:
        yield served
        assert "Traceback" not in served.log(), served.log()[-4000:]


@pytest.mark.slow
def test_who_comes_and_goes_leaves_nothing(open_to_view: Served) -> None:
    """Sixty visits, then the same twice again, which asks for nothing new: what there is afterwards is what there was.
    The last visit alone may still be in the hands of a thread."""

    def hold(first: int, times: int) -> dict[str, int]:
        for _ in range(times):
            asyncio.run(leaving.visits(open_to_view.address, range(first, first + 60), SENTENCES))
        time.sleep(LATE + LOOK + 1)  # who simply left is let go
        wait_until(lambda: max(leaving.counted(open_to_view)[name] for name in ("visits", "desks")) <= 1)
        return leaving.counted(open_to_view)

    before, after = hold(0, 1), hold(0, 2)
    for found in (before, after):
        assert found["visits"] <= 1
        assert found["desks"] <= 1
        assert not found["pandas"], "50 MB that a small host has not"
        assert found["runs in the queue"] == found["computations"] == found["files"] == 0
    assert after["threads"] <= before["threads"]
    assert after["descriptors"] <= before["descriptors"] + 2  # a connection of HTTP that is still open
    assert after["objects"] < before["objects"] + 10 * 120


@pytest.mark.alone
@pytest.mark.night
def test_two_thousand_visits_leave_the_memory_as_it_is(open_to_view: Served) -> None:
    """Streamlit keeps the last 128 visits for two minutes, and we the latest answers: after 1,000 visits both are full.
    A run that somebody left is kept for ten minutes, here for three seconds.

    Every 25 visits all that the app takes up is measured (PSS). What is compared is the median of the third quarter and
    of the fourth, and of the halves of the fourth: single values say when the garbage was collected last.
    """
    took: list[dict[str, float]] = []
    for first in range(0, 2000, 25):
        asyncio.run(leaving.visits(open_to_view.address, range(first, first + 25), SENTENCES))
        took.append(measured(open_to_view))
    for k in range(0, 80, 5):
        print(25 * k, {name: round(median(one[name] for one in took[k : k + 5]), 1) for name in took[0]})
    third, fourth = took[40:60], took[60:]
    for name, most in {"MB": 5.0, "server": 5.0, "threads": 2.0, "descriptors": 10.0}.items():
        grown = median(one[name] for one in fourth) - median(one[name] for one in third)
        still = median(one[name] for one in fourth[10:]) - median(one[name] for one in fourth[:10])
        print(f"{name}: {grown:+.1f} from the third quarter to the fourth, {still:+.1f} within that")
        assert grown <= most, name
        assert still <= most, name


def measured(app: Served) -> dict[str, float]:
    """What the app takes up with all its processes, and the server alone."""
    server = psutil.Process(app.pid)
    own, tree = server.memory_full_info().pss, 0
    for one in server.children(recursive=True):
        try:
            tree += one.memory_full_info().pss
        except psutil.NoSuchProcess:  # a trainer that rests now
            continue
    opened = server.num_fds()
    return {"MB": (own + tree) / MB, "server": own / MB, "threads": server.num_threads(), "descriptors": opened}
