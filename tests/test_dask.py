"""Training on a real Dask cluster of this machine, a worker of which is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from distributed import LocalCluster

from rnnviz import training, turns, workers
from tests.test_keyframes import assert_same
from tests.test_workers import finished, short_run


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as made:
        yield made


@pytest.fixture
def dask(cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app's own way to it."""
    turns.stop()
    workers.stop_trainers()
    monkeypatch.setenv(workers.DASK, cluster.scheduler_address)
    yield
    turns.stop()
    workers.stop_trainers()


@pytest.mark.usefixtures("dask")
def test_dask_trains_as_a_plain_call_does() -> None:
    twins = short_run(0), short_run(1)
    (seen,) = finished(turns.submit(twins))
    assert type(workers.trainers()).__module__.startswith("distributed")
    assert workers.places() == 2
    for there, begun in zip(seen.runs, twins, strict=True):
        assert_same(there, training.advance(begun, 60))


@pytest.mark.usefixtures("dask")
def test_a_run_survives_kill_9_of_a_dask_worker() -> None:
    twins = short_run(0, 300), short_run(1, 300)
    ticket, killed = turns.submit(twins), []

    def kill() -> None:
        if ticket.now().step >= 100 * (len(killed) + 1) and len(killed) < 2:
            place = workers.trainers().submit(os.getpid).result()
            os.kill(place, signal.SIGKILL)
            killed.append(place)

    (seen,) = finished(ticket, each=kill)
    assert len(set(killed)) == 2
    for there, begun in zip(seen.runs, twins, strict=True):
        assert_same(there, training.advance(begun, 300))


def test_a_scheduler_that_is_not_there_is_an_error_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    turns.stop()
    workers.stop_trainers()
    monkeypatch.setenv(workers.DASK, "tcp://127.0.0.1:9")
    monkeypatch.setattr(workers, "PATIENCE", 0.5)
    ticket = turns.submit((short_run(),))
    while ticket.now().state == "waiting":
        pass
    assert ticket.now().state == "failed"
    assert "127.0.0.1:9" in ticket.now().error
    turns.stop()
