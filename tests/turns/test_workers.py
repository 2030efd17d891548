"""The processes beside the server compute what a plain call does, and nothing is lost when they die."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from rnnviz.training import advance
from rnnviz.training.runs import Run
from rnnviz.turns import queue, tickets, workers
from rnnviz.ui import startup
from scripts.serving import ROOT
from tests.turns.test_keyframes import assert_same
from tests.turns.test_pool import wait_until

pytestmark = pytest.mark.slow


def sum_and_place(*numbers: int) -> tuple[int, int]:
    return sum(numbers), os.getpid()


@pytest.fixture
def pool() -> Iterator[None]:
    """Trainers of this test's own, and a queue that uses them."""
    tickets.stop()
    workers.stop_trainers()
    yield
    tickets.stop()
    workers.stop_trainers()


def short_run(seed: int = 0, steps: int = 60) -> Run:
    return advance.start("recall", kind="gru", units=8, batch=4, steps=steps, length=10, seed=seed)


def finished(*those: tickets.Ticket, each: Callable[[], object] = lambda: None) -> list[tickets.Progress]:
    """Look every now and then until all are done."""
    while True:
        seen = [ticket.now() for ticket in those]
        assert {one.state for one in seen} <= {"waiting", "running", "done"}, seen[0].error
        if all(one.state == "done" for one in seen):
            return seen
        each()
        time.sleep(0.02)


@pytest.mark.usefixtures("pool")
def test_the_pool_trains_as_a_plain_call_does() -> None:
    twins = short_run(0), short_run(1)
    (seen,) = finished(tickets.submit(twins))
    for there, begun in zip(seen.runs, twins, strict=True):
        assert_same(there, advance.advance(begun, 60))


@pytest.mark.usefixtures("pool")
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux has them")
def test_a_run_survives_kill_9_of_its_worker() -> None:
    twins = short_run(0, 800), short_run(1, 800)
    ticket, killed = tickets.submit(twins), {}

    def kill() -> None:
        """A process that is training, after each of the first three chunks: however long these are, more follow."""
        step = ticket.now().step
        if step > max(killed, default=0) and len(killed) < 3:
            killed[step] = workers.trainers().submit(os.getpid).result()
            os.kill(killed[step], signal.SIGKILL)

    (seen,) = finished(ticket, each=kill)
    assert len(set(killed.values())) == 3
    for there, begun in zip(seen.runs, twins, strict=True):
        assert_same(there, advance.advance(begun, 800))


@pytest.mark.usefixtures("pool")
def test_thirty_advance_in_turn() -> None:
    """Chunks are counted where they are handed out: nobody gets a third before all have had a first."""
    begun: list[int] = []

    class Counting(Executor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            begun.append(args[0].settings.seed)
            return workers.trainers().submit(fn, *args, **kwargs)

    counting = Counting()
    dispatcher = queue.Dispatcher(lambda _: counting, lambda: 2)
    runs = [short_run(seed, 1500) for seed in range(30)]
    those = [tickets.submit((run,), dispatcher) for run in runs]
    dispatcher.start()  # once all are there: who comes first is served first
    while len(begun) < 120:
        states = [ticket.now() for ticket in those]
        assert not any(one.error for one in states)
        time.sleep(0.02)
    dispatcher.stop()
    assert {one.state for one in states} == {"running"}
    for until in range(1, len(begun)):
        counts = Counter(begun[:until])
        assert max(counts.values()) - min(counts[seed] for seed in range(30)) <= 2


@pytest.mark.usefixtures("pool")
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux has them")
def test_trainers_give_way_and_are_the_first_to_go() -> None:
    executor = workers.trainers()
    assert executor.submit(os.nice, 0).result() == 19
    place = executor.submit(os.getpid).result()
    assert place != os.getpid()
    assert Path(f"/proc/{place}/oom_score_adj").read_text().strip() == "1000"
    assert workers.trainers() is executor


@pytest.mark.usefixtures("pool")
def test_trainers_import_nothing_to_train() -> None:
    """What they need is loaded before they are forked; Adam's class would bring in torch._dynamo, 70 MB in each."""
    run = workers.trainers().submit(advance.advance, short_run(), 3).result()
    assert run.step == 3
    assert not workers.trainers().submit(eval, "'torch._dynamo' in __import__('sys').modules").result()


@pytest.mark.usefixtures("pool")
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux has them")
def test_trainers_that_rest_take_no_memory_and_come_back() -> None:
    place = workers.trainers().submit(os.getpid).result()
    workers.rest_trainers()
    wait_until(lambda: not workers.here().pids() and not psutil.pid_exists(place))
    assert workers.trainers().submit(sum_and_place, 1, 2).result()[0] == 3


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux has them")
def test_all_processes_end_with_the_server_however_it_ends() -> None:
    code = (
        "import os, time; from rnnviz.turns import workers\n"
        "workers.start_readers()\n"
        "places = [workers.trainers().submit(os.getpid).result(), workers.readers().submit(os.getpid).result()]\n"
        "print(*places, workers.nursery.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT) as server:
        assert server.stdout is not None
        processes = [psutil.Process(int(pid)) for pid in server.stdout.readline().split()]
        server.kill()
    psutil.wait_procs(processes, timeout=60)
    assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes)


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for its memory")
def test_torch_works_although_its_code_was_given_back() -> None:
    def resident() -> int:
        """kB of torch's machine code in memory."""
        total, counts = 0, False
        for line in Path("/proc/self/smaps").read_text().splitlines():
            if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                counts = " r-xp " in line and "/torch/lib/" in line
            elif counts and line.startswith("Rss:"):
                total += int(line.split()[1])
        return total

    before = resident()
    startup.give_back()
    assert resident() < before / 2
    assert torch.equal(torch.ones(3, 3) @ torch.ones(3, 3), torch.full((3, 3), 3.0))


def test_the_pool_says_that_a_chunk_is_slow_before_the_queue_takes_it_for_lost() -> None:
    assert workers.TRAINER.limit < queue.LIMIT
