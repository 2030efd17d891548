"""The processes beside the server: everybody in turn, and whole again whatever happens to one of them."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some

from rnnviz.turns import nursery, workers
from rnnviz.turns.nursery import Nursery, Refused, Role
from rnnviz.turns.pool import Line, Pool, Request
from rnnviz.ui import asked

pytestmark = pytest.mark.slow

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux has them")
ROLE = Role("tester", nice=0, first_to_go=500, memory=256 * 2**20, limit=60.0, eager=True)


def wait_until(so: Callable[[], bool], seconds: float = 60.0) -> None:
    """Ends as soon as it is so; only what fails waits so long."""
    until = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < until, "it has not become so"
        time.sleep(0.02)


def place() -> int:
    return os.getpid()


noted: list[int] = []


def note() -> None:
    """What a nurse does before its first process."""
    noted.append(os.getpid())


def who_noted() -> list[int]:
    return noted


def rest_then(seconds: float, answer: str) -> str:
    time.sleep(seconds)
    return answer


def spin() -> None:
    while True:
        pass


def complain(text: str) -> None:
    raise KeyError(text)


def end() -> None:
    os._exit(3)


def take(which: str) -> float:
    """A gigabyte, and many."""
    return float({"numpy": np.ones, "torch": torch.ones}[which](10**9).sum())


class Odd(Exception):
    """One that cannot travel, not even as Dask teaches exceptions to: it holds a function without a name."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")
        self.why = lambda: one


def be_odd() -> None:
    raise Odd(1, 2)


@pytest.fixture
def kin() -> Iterator[Nursery]:
    made = Nursery()
    made.preload = (f"{__name__}:note",)
    made.fork()
    yield made
    made.stop()


@pytest.fixture
def pool(kin: Nursery) -> Iterator[Pool]:
    made = Pool(ROLE, 2, kin)
    yield made
    made.shutdown()


@linux
def test_a_nurse_does_first_what_all_its_processes_need(kin: Nursery, pool: Pool) -> None:
    """Also one that was started afresh, in the place of another."""
    first = kin.pid
    assert pool.submit(who_noted).result() == [first]
    assert kin._nurse is not None
    kin.replace(kin._nurse)
    wait_until(lambda: pool.submit(who_noted).result() == [kin.pid])
    assert kin.pid != first


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_STOPPED)
    except psutil.NoSuchProcess:
        return False


def whole(pool: Pool) -> bool:
    pids = pool.pids()
    return len(pids) == pool.places and all(map(alive, pids))


def test_another_process_computes_and_its_error_reaches_who_asked(pool: Pool) -> None:
    assert pool.submit(place).result() in pool.pids()
    with pytest.raises(KeyError, match="no such word") as seen:
        pool.submit(complain, "no such word").result()
    assert "in complain" in seen.value.__notes__[0]
    with pytest.raises(RuntimeError, match="Odd: 1 and 2"):
        pool.submit(be_odd).result()
    assert len(str(pool.submit(complain, "x" * 10**6).exception().__notes__)) < 10_000  # type: ignore[union-attr]
    with pytest.raises((pickle.PicklingError, AttributeError, TypeError)):
        pool.submit(lambda: 1)
    assert pool.submit(eval, "lambda: 1").exception() is not None  # an answer that cannot travel
    assert pool.submit(place).result() in pool.pids()


@linux
@pytest.mark.parametrize("which", ["numpy", "torch"])
def test_who_takes_too_much_memory_is_refused_and_nothing_ends(pool: Pool, which: str) -> None:
    wait_until(lambda: whole(pool))
    before = pool.pids()
    with pytest.raises(Refused) as seen:
        pool.submit(take, which).result()
    assert seen.value.why == "memory"
    assert pool.pids() == before


def test_who_takes_too_long_is_refused_and_the_process_replaced(kin: Nursery) -> None:
    pool = Pool(replace(ROLE, limit=1.0), 2, kin)
    wait_until(lambda: whole(pool))
    before = set(pool.pids())
    with pytest.raises(Refused) as seen:
        pool.submit(spin).result()
    assert seen.value.why == "slow"
    wait_until(lambda: whole(pool))
    assert len(before & set(pool.pids())) == 1
    assert pool.submit(place).result() in pool.pids()
    pool.shutdown()


def test_a_request_that_takes_its_process_with_it_is_tried_twice(pool: Pool) -> None:
    wait_until(lambda: whole(pool))
    before = set(pool.pids())
    with pytest.raises(Refused) as seen:
        pool.submit(end).result()
    assert seen.value.why == "lost"
    wait_until(lambda: whole(pool))
    assert pool.submit(place).result() != os.getpid()
    assert not before & set(pool.pids()) or len(set(pool.pids()) - before) >= 1


@linux
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "in a request"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("who", ["one", "all", "nurse", pytest.param("nurse and all", marks=pytest.mark.night)])
def test_any_process_may_die_or_hang(kin: Nursery, pool: Pool, who: str, how: signal.Signals, busy: bool) -> None:
    """Every request is answered, and there are as many processes as before."""
    wait_until(lambda: whole(pool))
    mine = psutil.Process()
    before = {one.pid for one in mine.children(recursive=True) if alive(one.pid)}
    answers = [pool.submit(rest_then, 1.0, f"answer {k}") for k in range(4)] if busy else []
    if busy:
        wait_until(lambda: all(seat.request for seat in pool._seats))
    victims = {"one": pool.pids()[:1], "all": pool.pids(), "nurse": [], "nurse and all": pool.pids()}[who]
    victims += [kin.pid] if "nurse" in who and kin.pid else []
    for pid in victims:
        os.kill(pid, how)
    assert [answer.result() for answer in answers] == [f"answer {k}" for k in range(len(answers))]
    wait_until(lambda: whole(pool) and not any(map(psutil.pid_exists, victims)))
    assert pool.submit(place).result() in pool.pids()
    wait_until(lambda: kin.pid is not None and alive(kin.pid))
    now = {one.pid for one in mine.children(recursive=True) if alive(one.pid)}
    assert len(now) == len(before)


@linux
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_request_that_finds_all_processes_dead_or_hung_is_answered(pool: Pool, how: signal.Signals) -> None:
    """It is tried twice, but what happened to a process before it came does not count."""
    wait_until(lambda: whole(pool))
    for pid in pool.pids():
        os.kill(pid, how)
    assert pool.submit(rest_then, 0.1, "answer").result() == "answer"
    wait_until(lambda: whole(pool))


@linux
def test_a_process_that_has_ended_is_not_taken_for_another_with_its_number(pool: Pool) -> None:
    wait_until(lambda: whole(pool))
    (worker, *_) = [seat.worker for seat in pool._seats if seat.worker]
    with subprocess.Popen(["sleep", "60"]) as stranger:
        worker.pid = stranger.pid
        worker.kill()
        worker.close()
        worker.kill()
        time.sleep(0.1)
        assert stranger.poll() is None
        stranger.kill()


@linux
def test_what_a_process_has_open_is_not_the_servers(pool: Pool) -> None:
    """A port that a reader kept open could not be listened on by the next server."""
    names = [link for fd in Path(f"/proc/{pool.submit(place).result()}/fd").iterdir() if (link := os.readlink(fd))]
    assert sum(name.startswith("socket:") for name in names) == 1


def test_where_the_system_is_not_linux_processes_start_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery, "LINUX", False)
    pool = Pool(ROLE, 1, Nursery())
    assert pool.submit(place).result() in pool.pids()
    os.kill(pool.pids()[0], signal.SIGTERM)
    assert pool.submit(place).result() in pool.pids()
    pool.shutdown()


def test_a_pool_that_is_shut_down_leaves_nobody_waiting(kin: Nursery) -> None:
    pool = Pool(ROLE, 1, kin)
    under_way, waits = pool.submit(rest_then, 60, ""), pool.submit(place)
    wait_until(under_way.running)
    pool.shutdown()
    assert isinstance(under_way.exception(), Refused)
    assert waits.cancelled()
    with pytest.raises(RuntimeError, match="shut down"):
        pool.submit(place)


@given(
    places=some.integers(1, 4),
    moves=some.lists(some.one_of(some.sampled_from(["a", "b", "c", None]), some.just("done")), max_size=60),
)
def test_visits_in_turn(places: int, moves: list[str | None]) -> None:
    """Nobody is lost, a visit's own requests keep their order, no visit has all places, and none waits while another
    one that came later has two turns."""
    line, under_way, served, asked_for = Line(places), list[Request](), list[Request](), Counter[object]()
    waiting: dict[Request, int] = {}

    def serve() -> None:
        while len(under_way) < places and (request := line.next()):
            turns_of_others = Counter(one.visit for one in served[waiting.pop(request) :])
            if request.visit is not None and asked_for[request.visit] == 1:
                assert all(count <= 2 for visit, count in turns_of_others.items() if visit != request.visit)
            under_way.append(request)
            served.append(request)
            if places > 1:
                assert all(n < places for visit, n in Counter(r.visit for r in under_way).items() if visit is not None)

    for move in moves:
        if move == "done":
            if under_way:
                line.done(under_way.pop(0))
        else:
            request = Request(b"", move)
            asked_for[move] += 1
            waiting[request] = len(served)
            line.add(request)
        serve()
    while under_way:
        line.done(under_way.pop())
        serve()
    assert not waiting
    assert not line.clear()
    assert Counter(request.visit for request in served) == asked_for


def counted(folder: str, seconds: float) -> str:
    """Leaves a mark that it was computed."""
    Path(folder, f"{time.monotonic_ns()}").touch()
    time.sleep(seconds)
    return "the answer"


@pytest.fixture
def readers() -> Iterator[Pool]:
    """The app's own, for this test alone."""
    workers.stop()
    asked.kept.clear()
    workers.start_readers(__name__)
    made = workers.readers()
    assert made is not None
    yield made
    workers.stop()
    asked.kept.clear()


@pytest.mark.usefixtures("readers")
def test_thirty_ask_and_one_computes(tmp_path: Path) -> None:
    with ThreadPoolExecutor(30) as visitors:
        answers = [visitors.submit(asked.asked, counted, str(tmp_path), 0.5) for _ in range(30)]
        assert {answer.result() for answer in answers} == {"the answer"}
    assert asked.asked(counted, str(tmp_path), 0.5) == "the answer"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.usefixtures("readers")
def test_an_error_is_not_kept_and_an_old_answer_is_computed_again(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(KeyError):
            asked.asked(complain, "no")
    for fresh in (None, 1e9, 0.0):
        asked.asked(counted, str(tmp_path), 0.0, max_age=fresh)
        time.sleep(0.01)
    assert len(list(tmp_path.iterdir())) == 2
    assert not asked.kept.flights


def filled(size: int, which: int) -> bytes:
    return bytes([which]) * size


@pytest.mark.usefixtures("readers")
def test_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "BYTES", 10_000)
    for which in range(50):
        assert asked.asked(filled, 1000, which)[:1] == bytes([which])
    assert sum(size for _, size, _ in asked.kept.answers.values()) == asked.kept.bytes <= 10_000
    assert len(asked.kept.answers) in (8, 9)


@pytest.mark.usefixtures("readers")
def test_who_waits_too_long_is_told_so_and_what_nobody_wants_is_not_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = workers.readers()
    assert pool is not None
    long = [pool.submit(rest_then, 2.0, "") for _ in range(pool.places)]
    wait_until(lambda: all(one.running() for one in long))
    monkeypatch.setattr(asked, "WAIT", 0.3)
    with pytest.raises(Refused) as seen:
        asked.asked(counted, str(tmp_path), 0.0)
    assert seen.value.why == "busy"
    assert [one.result() for one in long] == [""] * pool.places
    assert pool.submit(place).result()
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("readers")
def test_a_killed_reader_costs_nobody_anything() -> None:
    pool = workers.readers()
    assert pool is not None
    with ThreadPoolExecutor(4) as visitors:
        answers = [visitors.submit(asked.asked, rest_then, 0.5, f"answer {k}") for k in range(4)]
        wait_until(lambda: any(seat.request for seat in pool._seats))
        os.kill(pool.pids()[0], signal.SIGKILL)
        assert [answer.result() for answer in answers] == [f"answer {k}" for k in range(4)]
    assert workers.readers() is pool
    wait_until(lambda: whole(pool))


def test_without_readers_the_caller_computes() -> None:
    workers.stop()
    asked.kept.clear()
    assert asked.asked(place) == asked.asked_alone(place) == os.getpid()
    with pytest.raises(KeyError):
        asked.asked_alone(complain, "no")
    asked.kept.clear()


def test_no_lock_is_held_while_somebody_waits(readers: Pool) -> None:
    """Whoever wants something else gets it while all readers are stopped."""
    asked.asked(place)
    for pid in readers.pids():
        os.kill(pid, signal.SIGSTOP)
    waiting: Future[str] = Future()
    threading.Thread(target=lambda: waiting.set_result(asked.asked(rest_then, 0.0, "late"))).start()
    wait_until(lambda: bool(asked.kept.flights))
    assert asked.asked(place)  # known already
    assert waiting.result() == "late"
