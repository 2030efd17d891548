"""The queue of training runs, with workers and a clock of the tests' own: nothing depends on how fast anything is."""

from __future__ import annotations

import heapq
import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.training import advance
from rnnviz.turns import queue, tickets

STEPS = 400
RUN = advance.start(units=2, embedding=2, batch=2, steps=STEPS)


class Room:
    """Workers who compute nothing: a second of the room's own clock is `pace` steps, and passes in `go`."""

    def __init__(self, places: int = 2, pace: float = 100, spread: float = 0.0, seed: int = 0) -> None:
        self.now, self.pace, self.spread, self.chance = 0.0, pace, spread, random.Random(seed)
        self.due: list[tuple[float, int, Future[Any], Any]] = []
        self.begun: Counter[int] = Counter()
        self.doors_open = threading.Event()
        self.doors_open.set()
        self.count, self.pools, self.pool = 0, 1, Pool(self)
        self.rested = 0
        self.dispatcher = queue.Dispatcher(self.executor, lambda: places, lambda: self.now, self.rest)

    def rest(self) -> None:
        self.rested += 1

    def executor(self, instead_of: Executor | None) -> Executor:
        if instead_of is self.pool:
            self.pools, self.pool = self.pools + 1, Pool(self)
        return self.pool

    def ticket(self, runs: int = 1, seed: int = 0) -> tickets.Ticket:
        return tickets.submit((replace(RUN, settings=replace(RUN.settings, seed=seed)),) * runs, self.dispatcher)

    def go(self, until: float = 1e9, each: Callable[[], object] = lambda: None) -> None:
        """Let the jobs end in their time, with `each` after every one, until there are none or the time is up."""
        self.dispatcher.turn()
        while self.due and self.due[0][0] <= until:
            self.now, _, future, later = heapq.heappop(self.due)
            future.set_result(later)
            self.dispatcher.turn()
            each()
        self.now = max(self.now, until) if until < 1e9 else self.now

    def alive(self, *those: tickets.Ticket) -> Callable[[], None]:
        """For `go`: the pages of these look once a second."""
        looked = [-1.0]

        def look() -> None:
            if self.now - looked[0] >= 1:
                looked[0] = self.now
                for ticket in those:
                    ticket.now()

        return look

    def fail(self, error: BaseException) -> None:
        """All jobs that are out go wrong."""
        lost, self.due = self.due, []
        for *_, future, _ in lost:
            future.set_exception(error)
        self.dispatcher.turn()
        assert not self.due or not isinstance(error, BrokenProcessPool)  # a pause between two tries
        self.now += queue.PAUSE * queue.TRIES
        self.dispatcher.turn()


class Pool(Executor):
    def __init__(self, room: Room) -> None:
        self.room = room

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        room, (run, steps) = self.room, args
        assert fn is queue.work
        room.doors_open.wait()
        seconds = steps / room.pace * (1 + room.spread * room.chance.random())
        future: Future[Any] = Future()
        step = min(run.step + steps, run.settings.steps)
        later = replace(run, step=step, ended="steps" if step == run.settings.steps else ""), seconds
        heapq.heappush(room.due, (room.now + seconds, room.count, future, later))
        room.count += 1
        room.begun[run.settings.seed] += 1
        return future


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.integers(1, 12), st.integers(1, 4), st.integers(1, 2), st.floats(0, 0.5), st.integers(0, 2**16))
def test_nobody_is_ever_two_chunks_ahead(people: int, places: int, runs: int, spread: float, seed: int) -> None:
    room = Room(places, spread=spread, seed=seed)
    those = [room.ticket(runs, seed=k) for k in range(people)]
    entries, alive = [ticket._entry for ticket in those], room.alive(*those)

    def look() -> None:
        alive()
        steps = [entry.step for entry in entries]
        if max(steps) < 200 and (people * runs >= 3 * places or not spread):  # else each goes its own pace
            begun = [room.begun[k] / runs for k in range(people)]
            assert max(begun) - min(begun) <= 2
            assert max(steps) - min(steps) <= 2 * max(max(entry.stride for entry in entries), 30)
        assert all(run.step == entry.step for entry in entries for run in entry.runs)

    room.go(each=look)
    assert [ticket.now().state for ticket in those] == ["done"] * people


@pytest.mark.parametrize(("people", "runs"), [(1, 1), (1, 2), (3, 1), (10, 2)])
def test_the_estimate_comes_true(people: int, runs: int) -> None:
    room = Room()
    those = [room.ticket(runs) for _ in range(people)]
    said: list[tuple[float, float]] = []
    alive = room.alive(*those)

    def look() -> None:
        alive()
        left = those[room.count % people].now().seconds_left
        if left is not None:
            said.append((room.now, left))

    room.go(each=look)
    assert room.now == pytest.approx(STEPS / 100 * max(1, people * runs / 2), abs=0.7)
    assert len(said) > 10
    for when, left in said[len(said) // 4 :]:
        assert when + left == pytest.approx(room.now, rel=0.1, abs=0.7)


@pytest.mark.slow
def test_chunks_take_about_as_long_as_they_should() -> None:
    room = Room(pace=37)
    ticket = room.ticket()
    room.go(3.0, ticket.now)
    assert ticket._entry.stride == pytest.approx(37 * queue.CHUNK, abs=1)
    others = [room.ticket() for _ in range(40)]
    room.go(12.0, room.alive(ticket, *others))
    assert ticket._entry.stride == pytest.approx(37 * queue.ROUND * 2 / 41, abs=1)


def test_who_closes_the_page_is_let_go_and_the_others_go_faster() -> None:
    room = Room()
    gone, stays = [room.ticket(seed=1) for _ in range(9)], room.ticket()
    room.go(6.0, room.alive(*gone, stays))
    before, begun, slow = stays.now(), room.begun[1], room.now
    assert before.others == 9
    room.go(slow + queue.LOOK + queue.LATE + 1, stays.now)
    begun = room.begun[1]
    between = stays.now()
    room.go(room.now + 1.0, stays.now)
    assert room.begun[1] == begun
    assert stays.now().others == 0 == stays.now().ahead
    fast = (stays.now().step - between.step) / 1.0
    assert fast == pytest.approx(100, rel=0.31)  # one chunk more or less
    assert before.step / slow < 0.4 * fast
    left = gone[0].now()  # the page is there again
    assert left.state == "running"
    room.go(room.now + 2.0, lambda: (gone[0].now(), stays.now()))
    assert gone[0].now().step > left.step


@pytest.mark.parametrize("every", [1.0, 2.0])
def test_how_long_a_page_may_stay_silent_depends_on_how_often_it_looks(every: float) -> None:
    room = Room()
    ticket, stays = room.ticket(), room.ticket()
    assert ticket.now(every).state == "waiting"
    others = []
    for quarter in range(int(4 * (every + 3))):
        room.now = quarter / 4
        others.append(stays.now(1.0).others)
    assert sum(others) == 4 * (every + queue.LATE) + 1
    assert others == sorted(others, reverse=True)
    assert ticket.now(every).state == "waiting"
    assert stays.now(1.0).others == 1  # it was only slow, and goes on


def test_a_ticket_is_found_with_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    room, owner = Room(), object()
    monkeypatch.setattr(tickets, "_everybody", lambda: room.dispatcher)
    ticket = tickets.submit((RUN,), room.dispatcher, owner)
    room.go(1.0, ticket.now)
    found = tickets.find(ticket.id)
    assert found
    assert found.owner is owner
    assert found.now().step == ticket.now().step > 0
    ticket.cancel()
    assert tickets.find(ticket.id)
    ticket.leave()
    assert tickets.find(ticket.id) is None


def test_who_stays_away_is_forgotten() -> None:
    room = Room()
    ticket = room.ticket()
    room.now = queue.KEEP - 1
    room.dispatcher.forget()
    assert ticket.id in room.dispatcher.entries
    room.now += 2
    room.dispatcher.forget()
    assert not room.dispatcher.entries
    ticket.now()  # who holds the ticket still has it
    room.go(each=ticket.now)
    assert ticket.now().state == "done"


def test_trainers_end_when_nobody_wants_them() -> None:
    room = Room()
    ticket = room.ticket()
    room.dispatcher.turn()
    room.now = queue.REST + 1  # a very long chunk
    room.dispatcher.turn()
    room.go(each=ticket.now)
    for rested, passes in ((0, queue.REST - 1), (1, 2), (1, queue.REST)):
        room.now += passes
        room.dispatcher.turn()
        assert room.rested == rested
    again = room.ticket()
    room.go(each=again.now)
    assert (again.now().state, room.rested) == ("done", 1)
    room.now += queue.REST + 1
    room.dispatcher.turn()
    assert room.rested == 2


def test_fifty_runs_of_one_visitor_cost_another_no_more_than_one_does() -> None:
    """Turns go by visitor: with one run or with fifty, a greedy visitor has every other turn."""

    def steps_of_the_other(greedy: int) -> int:
        room = Room(places=1)
        many = [tickets.submit((RUN,), room.dispatcher, visitor="greedy") for _ in range(greedy)]
        one = tickets.submit((RUN,), room.dispatcher, visitor="modest")
        room.go(3.0, room.alive(one, *many))
        return one.now().step

    assert steps_of_the_other(50) >= 0.5 * steps_of_the_other(1)
    assert steps_of_the_other(50) > 0.3 * steps_of_the_other(0)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12), st.integers(1, 3), st.integers(0, 9))
def test_ahead_is_how_many_chunks_come_before(visitors: list[str], places: int, rounds: int) -> None:
    room = Room(places)
    those = [tickets.submit((RUN,), room.dispatcher, visitor=visitor) for visitor in visitors]
    for _ in range(rounds):
        room.go(room.now + 0.05, room.alive(*those))
    order: list[object] = []
    foretold = {ticket._entry: ticket.now().ahead for ticket in those if ticket._entry.queued}
    foretold = {entry: ahead for entry, ahead in foretold.items() if not entry.under_way}
    while room.dispatcher._queue:
        room.dispatcher._begin(room.now)
        order.append(room.dispatcher._jobs.pop().chunk.entry)
    for entry, ahead in foretold.items():
        assert order.index(entry) == ahead


def test_what_never_comes_back_is_given_up() -> None:
    room = Room(places=1)
    ticket = room.ticket()
    for tried in range(1, queue.TRIES + 1):
        room.dispatcher.turn()
        assert room.begun[0] == tried
        room.now += queue.LIMIT + 1
        ticket.now()
        room.dispatcher.turn()
        room.now += queue.PAUSE * tried
        ticket.now()
    assert (ticket.now().state, ticket.now().error) == ("failed", "lost")


def test_pause_resume_and_step_by_step() -> None:
    room = Room()
    ticket, other = room.ticket(2), room.ticket(2)
    room.go(2.0, lambda: (ticket.now(), other.now()))
    ticket.pause()
    at = ticket.now()
    assert (at.state, at.seconds_left) == ("paused", None)
    room.go(3.0, other.now)
    assert ticket.now() == at  # the chunk that was under way does not count
    assert ticket.steps()[-1] == at.step == at.runs[0].step
    for steps in (1, 1, 3):
        step = ticket.now().step
        ticket.advance(steps)
        room.go(room.now + 1.0, other.now)
        assert (ticket.now().step, ticket.now().state) == (step + steps, "paused")
        assert ticket.steps()[-1] == step + steps
    with pytest.raises(ValueError, match="0 steps"):
        ticket.advance(0)
    ticket.resume()
    room.go(each=lambda: (ticket.now(), other.now()))
    assert (ticket.now().step, ticket.now().state) == (STEPS, "done")


@settings(max_examples=40, deadline=None)
@given(st.floats(0.1, 3.0), st.integers(1, 2), st.booleans())
def test_pause_stays_at_the_step_it_names_and_one_step_is_one(when: float, runs: int, at_once: bool) -> None:
    """Whenever it is pressed, with a chunk under way that comes back before or after the next press."""
    room = Room(places=2, spread=0.5)
    ticket, other = room.ticket(runs), room.ticket()
    room.go(when, room.alive(ticket, other))
    ticket.pause()
    named = ticket.now().step
    if not at_once:
        room.go(room.now + 1.0, other.now)
    assert (ticket.now().step, ticket.now().state) == (named, "paused")
    ticket.advance(1)
    room.go(room.now + 2.0, room.alive(ticket, other))
    assert (ticket.now().step, ticket.now().state) == (named + 1, "paused")
    assert {run.step for run in ticket.now().runs} == {named + 1}


def test_the_owners_of_a_visitors_tickets(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room()
    monkeypatch.setattr(tickets, "_everybody", lambda: room.dispatcher)
    mine, *_ = (tickets.submit((RUN,), room.dispatcher, owner, who) for owner, who in ((1, "a"), (2, "b"), (3, "a")))
    assert sorted(map(str, tickets.owners("a"))) == ["1", "3"]
    assert tickets.owners("c") == []
    mine.leave()
    assert tickets.owners("a") == [3]


def test_what_is_cancelled_takes_no_more_turns() -> None:
    room = Room()
    ticket, other = room.ticket(seed=1), room.ticket()
    room.go(1.0, lambda: (ticket.now(), other.now()))
    ticket.cancel()
    begun, step = room.begun[1], ticket.now().step
    room.go(each=other.now)
    assert room.begun[1] == begun
    assert (ticket.now().step, ticket.now().state, ticket.now().of) == (step, "done", STEPS)
    ticket.resume()
    assert ticket.now().state == "done"
    assert ticket.id in room.dispatcher.entries  # whoever reloads the page finds it
    ticket.leave()
    assert ticket.id not in room.dispatcher.entries


def test_a_lost_worker_costs_time_and_nothing_else() -> None:
    room = Room()
    ticket, other = room.ticket(2), room.ticket(1)
    room.go(1.0, lambda: (ticket.now(), other.now()))
    step = ticket.now().step
    for pools in (2, 3):
        room.fail(BrokenProcessPool("killed"))
        assert (room.pools, ticket.now().step) == (pools, step)
        assert len(room.due) == 2
    room.go(each=lambda: (ticket.now(), other.now()))
    assert [one.now().state for one in (ticket, other)] == ["done", "done"]


def test_what_is_lost_again_and_again_is_given_up_until_it_is_resumed() -> None:
    room = Room()
    ticket = room.ticket()
    room.dispatcher.turn()
    for _ in range(queue.TRIES):
        room.fail(BrokenProcessPool("killed"))
    assert ticket.now().state == "failed"
    assert ticket.now().error == "lost"
    ticket.resume()
    room.go(each=ticket.now)
    assert ticket.now().state == "done"


def test_an_error_stops_whose_it_is_and_nobody_else() -> None:
    room = Room(places=1)
    ticket, other = room.ticket(), room.ticket()
    room.dispatcher.turn()
    room.fail(ZeroDivisionError("by zero"))
    room.go(each=other.now)
    assert (ticket.now().state, ticket.now().error) == ("failed", "ZeroDivisionError: by zero")
    assert other.now().state == "done"


def test_trainers_that_cannot_start_are_an_error_of_the_run() -> None:
    def nobody(_: Executor | None) -> Executor:
        raise OSError("no scheduler")

    dispatcher = queue.Dispatcher(nobody, lambda: 1)
    ticket = tickets.submit((RUN,), dispatcher)
    dispatcher.turn()
    assert (ticket.now().state, ticket.now().error) == ("failed", "OSError: no scheduler")


def test_nobody_waits_while_the_trainers_start() -> None:
    room = Room()
    room.doors_open.clear()
    ticket = room.ticket()
    dispatching = threading.Thread(target=room.dispatcher.turn)
    dispatching.start()
    assert ticket.now().state == "waiting"
    ticket.pause()
    assert dispatching.is_alive()
    room.doors_open.set()
    dispatching.join()


def test_the_places_in_the_queue() -> None:
    room = Room(places=2)
    those = [room.ticket() for _ in range(6)]
    room.dispatcher.turn()
    assert [ticket.now().ahead for ticket in those] == [0, 0, 0, 1, 2, 3]
    assert [ticket.now().state for ticket in those] == ["waiting"] * 6
    those[2].cancel()
    assert [ticket.now().ahead for ticket in those] == [0, 0, 0, 0, 1, 2]


def test_one_run_or_two() -> None:
    for runs in ((), (RUN,) * 3):
        with pytest.raises(ValueError, match="runs in one ticket"):
            tickets.submit(runs, queue.Dispatcher())


def test_a_chunk_from_before_a_rewind_does_not_count() -> None:
    room = Room(places=1)
    ticket = room.ticket()
    room.go(2.0, ticket.now)
    assert room.due
    ticket.rewind(0)
    room.go(each=ticket.now)
    assert (ticket.now().step, ticket.now().state) == (0, "paused")
