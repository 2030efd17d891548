"""Training on a real Dask cluster of this machine, a worker of which is killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster

from rnnviz.training import advance
from rnnviz.turns import queue, tickets, workers
from scripts.serving import ROOT
from tests.turns.test_keyframes import assert_same
from tests.turns.test_pool import wait_until
from tests.turns.test_workers import finished, short_run


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as made:
        yield made


@pytest.fixture
def dask(cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app's own way to it."""
    tickets.stop()
    workers.stop_trainers()
    monkeypatch.setenv(workers.DASK, cluster.scheduler_address)
    yield
    tickets.stop()
    workers.stop_trainers()


@pytest.mark.usefixtures("dask")
def test_dask_trains_as_a_plain_call_does() -> None:
    twins = short_run(0), short_run(1)
    (seen,) = finished(tickets.submit(twins))
    assert type(workers.trainers()).__module__.startswith("distributed")
    assert workers.places() == 2
    for there, begun in zip(seen.runs, twins, strict=True):
        assert_same(there, advance.advance(begun, 60))


@pytest.mark.usefixtures("dask")
def test_a_run_survives_kill_9_of_a_dask_worker() -> None:
    twins = short_run(0, 300), short_run(1, 300)
    ticket, killed = tickets.submit(twins), []

    def kill() -> None:
        if ticket.now().step >= 100 * (len(killed) + 1) and len(killed) < 2:
            place = workers.trainers().submit(os.getpid).result()
            os.kill(place, signal.SIGKILL)
            killed.append(place)

    (seen,) = finished(ticket, each=kill)
    assert len(set(killed)) == 2
    for there, begun in zip(seen.runs, twins, strict=True):
        assert_same(there, advance.advance(begun, 300))


@pytest.fixture
def alone() -> Iterator[None]:
    """Nobody trains yet, and nobody does afterwards."""
    tickets.stop()
    workers.stop_trainers()
    yield
    tickets.stop()
    workers.stop_trainers()


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("answers", [False, True], ids=["not there", "silent"])
def test_without_its_scheduler_this_machine_trains_and_says_so(monkeypatch: pytest.MonkeyPatch, answers: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:  # takes the call and says nothing
        port = door.getsockname()[1] if answers else 9
        monkeypatch.setenv(workers.DASK, f"tcp://127.0.0.1:{port}")
        monkeypatch.setattr(workers, "PATIENCE", 2.0)
        ticket = tickets.submit((short_run(),))
        assert ticket.now().state == "waiting"
        assert workers.here()  # nobody else waits while it is called
        (seen,) = finished(ticket)
    assert_same(seen.runs[0], advance.advance(short_run(), 60))
    assert workers.cluster.away


@pytest.mark.night
@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_run_outlives_its_scheduler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: signal.Signals) -> None:
    def command(*words: str) -> list[str]:
        file = str(tmp_path / "scheduler.json")
        return [sys.executable, "-m", f"distributed.cli.dask_{words[0]}", "--scheduler-file", file, *words[1:]]

    monkeypatch.setattr(workers, "PATIENCE", 3.0)
    monkeypatch.setattr(queue, "LIMIT", 3.0)
    nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    scheduler = subprocess.Popen(
        command("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"), **nowhere
    )  # type: ignore[call-overload]
    worker = subprocess.Popen(command("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard"), **nowhere)  # type: ignore[call-overload]
    try:
        wait_until((tmp_path / "scheduler.json").exists)
        wait_until(lambda: bool(json.loads((tmp_path / "scheduler.json").read_text() or "{}").get("address")))
        address = json.loads((tmp_path / "scheduler.json").read_text())["address"]
        monkeypatch.setenv(workers.DASK, address)
        run = short_run(0, 2000)
        ticket = tickets.submit((run,))
        wait_until(lambda: ticket.now().step > 20)
        assert not workers.cluster.away
        os.kill(scheduler.pid, how)
        wait_until(lambda: ticket.now().state == "done" or bool(ticket.now().error), 120)
        assert ticket.now().error == ""
        assert_same(ticket.now().runs[0], advance.advance(run, 2000))
        assert workers.cluster.away
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.wait()
