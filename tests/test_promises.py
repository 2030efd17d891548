"""What the running app promises its visitors, over real WebSockets: nobody costs another more than three times, any
process may die or hang, and whoever is away leaves others alone."""

from __future__ import annotations

import asyncio
import itertools
import signal
import socket
import time
from collections.abc import Callable, Iterator
from statistics import mean, median
from typing import NamedTuple
from urllib.parse import unquote_plus

import psutil
import pytest

from benchmarks import acts, lesson, load
from benchmarks.visitor import Visitor
from rnnviz.language import translate
from rnnviz.turns import workers
from rnnviz.turns.queue import LATE, LOOK
from scripts.serving import Served, serve
from tests.crowd import crowd
from tests.turns.test_pool import wait_until

pytestmark = pytest.mark.alone

PATIENCE = 90.0
COSTS = 3
"""How many times as long something may take because of another."""
LONG = "task=adding&size=64&delay=100&budget=4500"
"""A run that does not end while somebody watches."""


@pytest.fixture(scope="module")
def own() -> Iterator[Served]:
    """The app, for those who are not kind to it."""
    with serve() as served:
        yield served
        assert "Traceback" not in served.log(), served.log()[-4000:]


# Nobody costs another more than three times.

fresh = itertools.count()
"""What nobody has asked for yet."""
sentences = iter(load.sentences(5000, seed=11))


async def slide(tab: Visitor, count: int) -> list[float]:
    """The seconds of so many moves of the slider on Gradients, each to what nobody has asked for."""
    tab.page, tab.link = "gradients", f"seed={next(fresh) % 100}"
    await tab.open(PATIENCE)
    taken = []
    for length in range(21, 21 + count):
        await acts.put(tab, tab.control("length"), float(length))
        run = await tab.settle(PATIENCE)
        assert run.errors == []
        taken.append(run.seconds)
    return taken


async def write(tab: Visitor, count: int) -> list[float]:
    """The seconds of so many new sentences on Step."""
    await tab.open(PATIENCE)
    taken = []
    for _ in range(count):
        run = await tab.type(next(sentences), PATIENCE)
        assert run.errors == []
        taken.append(run.seconds)
    return taken


def seconds(address: str, what: Callable[..., object], count: int = 12) -> list[float]:
    """What another browser than the crowd's waits for."""

    async def act() -> list[float]:
        tab = Visitor(address, cookie="another browser")
        taken: list[float] = await what(tab, count)  # type: ignore[misc]
        await tab.close()
        return taken

    return asyncio.run(act())


@pytest.mark.parametrize(
    ("what", "kind", "tabs"),
    [
        (slide, "heavy", 6),
        pytest.param(slide, "links", 4, marks=pytest.mark.night),
        pytest.param(write, "heavy", 6, marks=pytest.mark.night),
        pytest.param(write, "links", 4, marks=pytest.mark.night),
    ],
)
def test_heavy_pages_of_one_browser_cost_another_little(
    own: Served, what: Callable[..., object], kind: str, tabs: int
) -> None:
    """Fault 16: eight times."""
    alone = seconds(own.address, what)
    with crowd(own.address, kind, tabs):
        beside = seconds(own.address, what, 24)
    alone += seconds(own.address, what)
    ratio = median(beside) / median(alone)
    print(f"{what.__name__} beside {kind}: {ratio:.2f} times as long")
    assert ratio <= COSTS


class Speed(NamedTuple):
    """Steps of a run in a second, and in a second that the trainers were at work: other work of the machine, before
    which trainers give way, does not count there."""

    passed: float
    worked: float


def speed(app: Served, watched: float) -> Speed:
    """Of a run of another browser than the crowd's."""

    async def act() -> Speed:
        tab = Visitor(app.address, page="training", link=f"{LONG}&seed={next(fresh) % 100}", cookie="another browser")
        await tab.open(PATIENCE)
        await tab.press("train", PATIENCE)
        seen: list[tuple[int, float, float]] = []
        while len(seen) < 2 or seen[-1][1] < seen[0][1] + watched:
            look = await look_again(tab)
            if look.step > 20 or seen:  # the first chunks are short
                work = sum(sum(one.cpu_times()[:2]) for one in processes(app, "trainer"))
                seen.append((look.step, look.when, work))
        await tab.press("cancel", PATIENCE)
        await tab.close()
        (step, when, work), (later, until, worked) = seen[0], seen[-1]
        return Speed((later - step) / (until - when), (later - step) / (worked - work))

    return asyncio.run(asyncio.wait_for(act(), 2 * PATIENCE))


async def look_again(tab: Visitor) -> lesson.Look:
    """What a browser does by itself while a run goes on."""
    ((fragment, seconds),) = tab.looks.items()
    await asyncio.sleep(seconds)
    run = await tab.look(fragment, PATIENCE)
    assert run.errors == []
    return lesson.read(run.progress, time.perf_counter())


@pytest.mark.parametrize("tabs", [6, pytest.param(50, marks=pytest.mark.night)])
def test_many_runs_of_one_browser_cost_anothers_no_more_than_one_does(own: Served, tabs: int) -> None:
    """Fault 17: 0.06 of its speed."""
    alone = speed(own, 3)
    with crowd(own.address, "runs", tabs):
        beside = speed(own, 6)
    by_clock, by_work = beside.passed / alone.passed, beside.worked / alone.worked
    print(f"a run beside {tabs} others: {by_clock:.2f} of its speed, {by_work:.2f} of the trainers' work")
    assert by_work >= 1 / COSTS
    time.sleep(LATE + 2 * LOOK)  # until they are let go


@pytest.mark.night
@pytest.mark.parametrize(("kind", "tabs"), [("heavy", 6), ("links", 4)])
def test_heavy_pages_of_one_browser_leave_anothers_run_a_third_of_its_speed(own: Served, kind: str, tabs: int) -> None:
    """Fault 16: 0.31 and 0.06. Of an idle machine: trainers give way to whatever else it does."""
    alone = [speed(own, 8).passed]
    with crowd(own.address, kind, tabs):
        beside = speed(own, 12).passed
    alone.append(speed(own, 8).passed)
    print(f"a run beside {tabs} {kind}: {beside / mean(alone):.2f} of its speed")
    assert beside >= mean(alone) / COSTS


# Any process may die or hang.


def processes(app: Served, role: str) -> list[psutil.Process]:
    """The app's, known by how far they give way."""
    more = {"nurse": 0, "reader": workers.READER.nice, "trainer": workers.TRAINER.nice}[role]
    nice = min(psutil.Process(app.pid).nice() + more, 19)
    found = psutil.Process(app.pid).children(recursive=True)
    return [one for one in found if one.nice() == nice and one.status() != psutil.STATUS_ZOMBIE]


def whole(app: Served, role: str, count: int) -> bool:
    """Whether there are so many again, and all of them at work."""
    with_state = [one.status() for one in processes(app, role)]
    return len(with_state) == count and psutil.STATUS_STOPPED not in with_state


def test_ten_visitors_do_not_notice_that_readers_die_and_hang(own: Served) -> None:
    """Fault 11: those that died never came back."""
    first = {one.pid for one in processes(own, "reader")}
    assert len(first) == workers.READERS
    errors: list[str] = []

    async def attend(tab: Visitor, until: Callable[[], bool]) -> None:
        await tab.open(PATIENCE)
        while not until():
            text = next(sentences)
            run = await tab.type(text, PATIENCE)
            errors.extend(run.errors)
            assert text in unquote_plus(tab.link)  # it took effect
        await tab.close()

    async def harm() -> None:
        for how in (signal.SIGKILL, signal.SIGSTOP):
            await asyncio.sleep(1)
            one = processes(own, "reader")[0]
            one.send_signal(how)
            await asyncio.to_thread(wait_until, lambda pid=one.pid: pid not in psutil.pids())  # type: ignore[misc]
        await asyncio.sleep(1)

    async def act() -> None:
        harming = asyncio.create_task(harm())
        await asyncio.gather(*(attend(Visitor(own.address), harming.done) for _ in range(10)))
        await harming

    asyncio.run(act())
    assert errors == []
    wait_until(lambda: whole(own, "reader", workers.READERS))
    assert not first <= {one.pid for one in processes(own, "reader")}


def trainer_stopped(app: Served) -> None:
    processes(app, "trainer")[0].suspend()


def all_stopped_and_the_nurse_killed(app: Served) -> None:
    for one in processes(app, "reader") + processes(app, "trainer"):
        one.suspend()
    processes(app, "nurse")[0].kill()


@pytest.mark.parametrize("harm", [trainer_stopped, all_stopped_and_the_nurse_killed])
def test_a_run_ends_whatever_happens_to_the_processes(own: Served, harm: Callable[[Served], None]) -> None:
    """Faults 12 and 13: it was about to end for ever, or was told to have failed."""

    async def act() -> list[lesson.Look]:
        tab = Visitor(own.address, page="training", link=f"task=adding&budget=600&seed={next(fresh) % 100}")
        await tab.open(PATIENCE)
        await tab.press("train", PATIENCE)
        seen: list[lesson.Look] = []
        harmed = 0
        while tab.looks:
            seen.append(await look_again(tab))
            if 0 < seen[-1].step < 600 and not harmed:
                harm(own)
                harmed = seen[-1].step
        assert harmed
        await tab.close()
        return seen

    seen = asyncio.run(asyncio.wait_for(act(), 2 * PATIENCE))
    assert seen[-1].state == "done"
    wait_until(lambda: whole(own, "reader", workers.READERS))
    assert len(processes(own, "nurse")) == 1
    assert psutil.STATUS_STOPPED not in [one.status() for one in processes(own, "trainer")]


def test_what_was_pressed_takes_effect_although_it_waits_and_something_newer_comes(own: Served) -> None:
    """The press was lost, and the run before it had been ended."""

    async def act() -> None:
        tab = Visitor(own.address, page="training", link=LONG)
        await tab.open(PATIENCE)
        for one in processes(own, "reader"):
            one.suspend()  # until the pool has found that, a press waits
        await acts.press(tab, tab.control("train"))
        await asyncio.sleep(0.3)
        for language in ("ja", "en") * 4:  # a whole page, for which Streamlit stops the run of the press
            run = await tab.press(f"frame-lang-{language}", PATIENCE)
            assert run.errors == []
            assert f"lang={language}" in tab.link
            if language == "en" and tab.looks:
                break
            await asyncio.sleep(0.5)
        assert tab.looks, "it does not train"
        look = await look_again(tab)
        while not look.step:
            look = await look_again(tab)
        await tab.press("cancel", PATIENCE)
        await tab.close()

    asyncio.run(asyncio.wait_for(act(), PATIENCE))


def test_the_six_are_measured_although_all_trainers_were_killed(own: Served) -> None:
    """Fault 9: an error at every press until somebody trained."""

    async def act() -> None:
        tab = Visitor(own.address, page="training", link=f"task=adding&budget=100&seed={next(fresh) % 100}")
        await tab.open(PATIENCE)
        await tab.press("train", PATIENCE)
        await asyncio.to_thread(wait_until, lambda: bool(processes(own, "trainer")))
        await tab.press("cancel", PATIENCE)
        await tab.close()
        for one in processes(own, "trainer"):
            one.kill()
        tab = Visitor(own.address, page="compare")
        await tab.open(PATIENCE)
        unmeasured = translate("en", "compare.unmeasured")
        assert unmeasured in said(tab)
        run = await tab.press("measure", PATIENCE)
        assert run.errors == []
        assert unmeasured not in said(tab)
        await tab.close()

    asyncio.run(act())


def said(tab: Visitor) -> str:
    """All text on the page."""
    return "\n".join(node.element.markdown.body for node in tab.tree.walk() if node.element and node.kind == "markdown")


@pytest.mark.parametrize("to_the_end", [False, pytest.param(True, marks=pytest.mark.night)])
def test_a_silent_cluster_costs_nobody_anything(monkeypatch: pytest.MonkeyPatch, to_the_end: bool) -> None:
    """Fault 3: one visit to Training stopped every other page for ten seconds."""
    with socket.create_server(("127.0.0.1", 0)) as door:  # takes the call and says nothing
        monkeypatch.setenv(workers.DASK, f"tcp://127.0.0.1:{door.getsockname()[1]}")
        with serve() as app:
            asyncio.run(visit_a_silent_cluster(app, to_the_end))
            assert "Traceback" not in app.log()


async def visit_a_silent_cluster(app: Served, to_the_end: bool) -> None:
    """Train there, and write beside it; at the end, see who trained."""
    other, tab = Visitor(app.address), Visitor(app.address, page="training", link="task=adding&budget=100")
    await write(other, 3)  # warm
    alone, beside, away = await write(other, 15), [], translate("en", "training.cluster_away")
    await tab.open(PATIENCE)
    await tab.press("train", PATIENCE)
    until = time.perf_counter() + workers.PATIENCE / 3
    while tab.looks and (to_the_end or time.perf_counter() < until):
        looking = asyncio.create_task(look_again(tab))
        while not looking.done():
            beside += [(await other.type(next(sentences), PATIENCE)).seconds]
            await asyncio.sleep(0.05)
        look = await looking
    ratio = median(beside) / median(alone)
    print(f"beside a call to a silent cluster: {ratio:.2f} times as long, at most {max(beside) / median(alone):.1f}")
    assert ratio <= COSTS
    assert max(beside) < workers.PATIENCE / 3
    assert look.state == ("done" if to_the_end else "starting")
    assert (away in said(tab)) == to_the_end
    await other.close()
    await tab.close()
