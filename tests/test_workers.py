"""The process beside the server computes what a plain call does, and nothing is lost when it dies."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from rnnviz import workers


@pytest.fixture
def reader() -> Iterator[None]:
    """A reader of this test's own."""
    workers.stop_reader()
    workers.start_reader()
    yield
    workers.stop_reader()


def sum_and_place(*numbers: int) -> tuple[int, int]:
    return sum(numbers), os.getpid()


def wait_then(seconds: float, answer: str) -> str:
    time.sleep(seconds)
    return answer


def complain() -> None:
    raise KeyError("no such word")


@pytest.mark.usefixtures("reader")
@pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")
def test_another_process_computes() -> None:
    total, place = workers.aside(sum_and_place, 1, 2, 3)
    assert total == 6
    assert place != os.getpid()
    assert place in {child.pid for child in psutil.Process().children()}


@pytest.mark.usefixtures("reader")
def test_an_error_reaches_who_asked() -> None:
    with pytest.raises(KeyError, match="no such word"):
        workers.aside(complain)
    assert workers.aside(sum_and_place, 2, 2)[0] == 4


@pytest.mark.usefixtures("reader")
@pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")
def test_nobody_loses_anything_when_the_reader_is_killed() -> None:
    _, place = workers.aside(sum_and_place)
    with ThreadPoolExecutor(4) as visitors:
        answers = [visitors.submit(workers.aside, wait_then, 0.2, f"answer {k}") for k in range(4)]
        time.sleep(0.1)
        os.kill(place, signal.SIGKILL)
        assert [answer.result() for answer in answers] == [f"answer {k}" for k in range(4)]
    assert workers.aside(sum_and_place, 5) == (5, os.getpid())


def test_without_a_reader_a_thread_computes() -> None:
    workers.stop_reader()
    assert workers.aside(sum_and_place, 1, 1) == (2, os.getpid())
    workers.stop_reader()
