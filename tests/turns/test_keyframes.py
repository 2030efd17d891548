"""Earlier moments of a run: rewound to, they are what they were; they are few and spread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.training import advance
from rnnviz.training.runs import Run
from rnnviz.turns import keyframes, queue, tickets
from tests.turns.test_turns import RUN, Room


class Here(Executor):
    """Computes at once, in this thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def assert_same(a: Run, b: Run) -> None:
    assert (a.step, a.level, a.recent, a.ended) == (b.step, b.level, b.recent, b.ended)
    for name, values in a.log.items():
        assert np.array_equal(values, b.log[name], equal_nan=True)
    assert [probe.step for probe in a.probes] == [probe.step for probe in b.probes]
    assert all(np.array_equal(x.norms_h, y.norms_h) for x, y in zip(a.probes, b.probes, strict=True))
    for name, value in a.parameters.items():
        assert np.array_equal(value, b.parameters[name])
        if name in a.moments:
            assert all(map(np.array_equal, a.moments[name], b.moments[name]))


@pytest.mark.slow
def test_rewound_runs_are_those_that_were_there() -> None:
    dispatcher = queue.Dispatcher(lambda _: Here(), lambda: 2)
    begun = (
        advance.start("recall", units=3, batch=2, steps=60, length=5),
        advance.start("recall", kind="gru", units=5, batch=2, steps=60, length=5),
    )
    ticket = tickets.submit(begun, dispatcher)

    def finish() -> tickets.Progress:
        while (progress := ticket.now()).state in ("waiting", "running"):
            dispatcher.turn()
        return progress

    assert finish().state == "done"
    assert ticket.steps()[0] == 0
    assert ticket.steps()[-1] == 60
    for step in (33, 0, 47, ticket.steps()[1], 60):
        at_once = step in ticket.steps()
        ticket.rewind(step)
        assert not at_once or ticket.now().step == step
        progress = finish()
        assert progress.state == ("done" if step == 60 else "paused")
        for run, before in zip(progress.runs, begun, strict=True):
            assert_same(run, advance.advance(before, step))
    ticket.rewind(5)
    ticket.resume()
    assert_same(finish().runs[1], advance.advance(begun[1], 60))
    for step in (-1, 61):
        with pytest.raises(ValueError, match="no step"):
            ticket.rewind(step)


@settings(deadline=None)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=200))
def test_keyframes_are_few_and_spread(strides: list[int]) -> None:
    frames, steps = keyframes.Keyframes((RUN,)), np.cumsum([0, *strides])
    for step in steps[1:]:
        frames.add(int(step), (replace(RUN, step=int(step)),))
    kept = frames.steps()
    assert len(kept) == min(len(steps), keyframes.MOST)
    assert (kept[0], kept[-1]) == (0, steps[-1])
    assert max(np.diff(kept)) <= max(4 * steps[-1] / keyframes.MOST, 2 * max(strides))
    for step in range(0, int(steps[-1]) + 1, 7):
        assert frames.before(step)[0].step == max(one for one in kept if one <= step)


def test_keyframes_give_way_where_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    size = keyframes.Keyframes((RUN,)).bytes()
    assert size == sum(3 * value.nbytes for value in RUN.parameters.values())
    monkeypatch.setattr(queue, "BYTES", 40 * size)
    room = Room()
    tickets = [room.ticket() for _ in range(8)]
    room.go(each=room.alive(*tickets))
    kept = [len(ticket.steps()) for ticket in tickets]
    assert sum(kept) <= 40
    assert min(kept) >= 4
