"""A visitor's training: what runs, what ran before, and the network that was made their own."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from rnnviz.figures.training_lines import Log, Twin, mean_of_last
from rnnviz.scenes.training import examined, runs_of
from rnnviz.scenes.training_words import broke, shares, step
from rnnviz.training.files import dump
from rnnviz.training.frozen import OwnNetwork
from rnnviz.training.plans import Plan
from rnnviz.training.runs import Run
from rnnviz.turns import tickets
from rnnviz.ui.asked import asked_alone, visitor
from rnnviz.ui.language import language, t

FIRST_LOOK = 0.8
"""Seconds that a page waits for the first point of a run, which is mostly there sooner."""
SPEAK = 5.0
"""Seconds between two sentences for a screen reader."""
MOST = 12
"""Earlier runs that a visit keeps."""
CROWD = 8
"""With more in turn than this, a page looks every two seconds."""
FAILURES = ("memory", "slow", "lost", "busy")
"""Why a run can fail on the server, as `rnnviz.turns.tickets.Progress.error` has it, where there are words for it."""
GRACE = 1.5
"""Seconds in which the old page of a reload may still count as open."""
LINES = ("loss", "norm", "accuracy", "held_accuracy")
"""What is kept of the log of an earlier run."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Earlier:
    """A run of this visit that was replaced by another."""

    letter: str
    plan: Plan
    which: int
    step: int
    log: Log
    """What `LINES` names, of every step."""

    @property
    def twin(self) -> Twin:
        return Twin(self.letter, self.log)


@dataclass
class Desk:
    """What a visit remembers of its training."""

    plan: Plan | None = None
    """What was trained."""
    chosen: Plan | None = None
    """What stood under the controls when the run came; of an uploaded run something else than `plan`."""
    ticket: tickets.Ticket | None = None
    runs: tuple[Run, ...] = ()
    """As they are at the step that is looked at."""
    furthest: tuple[Run, ...] = ()
    """As far as they have come; more than `runs` after going back."""
    going: bool = False
    """Whether the page looks again and again."""
    every: float = 1.0
    """Seconds between two looks."""
    progress: tickets.Progress | None = None
    cancelled: bool = False
    earlier: list[Earlier] = field(default_factory=list)
    kept: int = 0
    """Runs that were ever kept."""
    own: OwnNetwork | None = None
    session: str = ""
    """The visit that looks at it."""
    bet: str = ""
    """What the visitor expected of the twins before they were trained: one of `plans.BETS`, or nothing."""
    lost: str = ""
    """Why a run that this tab remembers is not here: "restart" or "elsewhere"."""
    spoken: tuple[float, str, str] = (0.0, "", "")
    """When a screen reader was last told something, of which state, and what."""

    def look(self) -> None:
        """Take in how far the runs are."""
        if self.ticket is None:
            return
        now = self.ticket.now(self.every)
        if self.cancelled:
            return
        self.progress = now
        self.runs = now.runs
        if self.going or step(self.furthest) <= now.step:
            self.furthest = now.runs
        if now.state in ("paused", "done", "failed"):
            self.going = False

    def first_look(self) -> None:
        """As `look`; at the very beginning, wait for the first point."""
        until = time.monotonic() + FIRST_LOOK
        self.look()
        while self.progress and self.progress.state == "waiting" and time.monotonic() < until:
            time.sleep(0.05)
            self.look()

    def train(self, plan: Plan, bet: str = "") -> None:
        """Begin anew; what was there is kept for comparison, or goes on if the new run cannot be begun."""
        runs = asked_alone(runs_of, plan)
        self.end()
        self.take(plan, runs, plan)
        self.bet = bet

    def take(self, plan: Plan, runs: tuple[Run, ...], chosen: Plan | None) -> None:
        """Go on with these runs."""
        self.plan, self.runs, self.furthest, self.cancelled, self.lost = plan, runs, runs, False, ""
        self.chosen, self.bet = chosen, ""
        self.ticket = tickets.submit(runs, owner=self, visitor=visitor())
        self.going = True

    def chose_another(self, plan: Plan) -> bool:
        """Whether the controls say something else than when the run came."""
        return self.ticket is not None and self.chosen not in (None, plan)

    def end(self) -> None:
        """Leave the queue, and keep what was trained for comparison."""
        if self.ticket:
            self.look()
            self.ticket.leave()
        for k, run in enumerate(self.furthest):
            if self.plan and run.step:
                log = {name: run.log[name] for name in LINES if name in run.log}
                self.earlier.append(Earlier(LETTERS[self.kept % 26], self.plan, k, run.step, log))
                self.kept += 1
        self.earlier = self.earlier[-MOST:]
        self.ticket, self.runs, self.furthest, self.progress, self.plan, self.chosen = None, (), (), None, None, None

    def resume(self) -> None:
        """Go on from the step that is looked at."""
        if self.ticket:
            self.ticket.resume()
            self.going = True

    def pause(self) -> None:
        """Stop where it is."""
        if self.ticket:
            self.ticket.pause()

    def one_step(self, plan: Plan, bet: str = "") -> None:
        """A single step, of a new run if there is none."""
        if self.ticket is None or self.cancelled:
            self.train(plan, bet)
            assert self.ticket
            self.ticket.rewind(0)
        assert self.ticket
        self.ticket.advance(1)
        self.going = True

    def cancel(self) -> None:
        """Leave the queue; what has been trained stays to be looked at."""
        if self.ticket:
            self.look()
            self.ticket.cancel()
            self.cancelled, self.going = True, False

    def rewind(self, step: int) -> None:
        """Look at an earlier step, from which `resume` goes on."""
        if self.ticket and not self.cancelled:
            self.ticket.rewind(step)
            self.look()

    def say(self, status: str, title: str) -> str:
        """What a screen reader is told: at once when the state changes, else every few seconds."""
        state = f"{self.progress.state if self.progress else ''} {self.cancelled}"
        when, before, said = self.spoken
        if state != before or (self.going and time.monotonic() - when > SPEAK):
            said = t("training.spoken", status=status, title=title)
            self.spoken = (time.monotonic(), state, said)
        return said

    def upload(self, data: bytes, chosen: Plan | None = None) -> Run:
        """Take a downloaded run, paused. `chosen`: what stands under the controls.

        Raises ValueError if it is none, and `rnnviz.training.files.TooMuch` if a step of it would take more memory than
        a trainer has to spare; then nothing is changed. All that can fail is done first: a reader reads the file and
        draws it in every language.
        """
        run, plan = asked_alone(examined, data)
        self.end()
        self.take(plan, (run,), chosen)
        assert self.ticket
        self.ticket.rewind(run.step)  # it waits where it is, without a chunk
        self.look()
        return run

    def file(self, which: int) -> bytes:
        """A run as a file."""
        return asked_alone(dump, self.runs[which])


def desk() -> Desk:
    """This visit's."""
    found: Desk = st.session_state.setdefault("_training", Desk())
    context = get_script_run_ctx(suppress_warning=True)
    mine = context.session_id if context else found.session
    if found.session not in ("", mine) and _active(found.session):  # another page took it over while this one was away
        found = st.session_state["_training"] = Desk(lost="elsewhere")
    found.session = mine
    return found


def find(id: str) -> None:
    """After a reload: the desk whose ticket this is belongs to the new visit, if it still exists and nobody else sits
    at it. A duplicated tab remembers the same ticket."""
    mine = desk()
    if mine.ticket is not None:
        return
    ticket = tickets.find(id)
    if ticket is None or not isinstance(ticket.owner, Desk):
        mine.lost = "restart"
    elif _open(ticket.owner.session):
        mine.lost = "elsewhere"
    else:
        ticket.owner.own = ticket.owner.own or mine.own
        st.session_state["_training"] = ticket.owner


def _open(session: str) -> bool:
    """Whether the page of this visit is open, also after a moment: a page that is reloaded closes as it opens anew."""
    until = time.monotonic() + GRACE
    while _active(session):
        if time.monotonic() > until:
            return True
        time.sleep(0.1)
    return False


def _active(session: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session)


def another_tab(one: Desk) -> bool:
    """Whether another open tab of this browser has a run. Each tab trains its own."""
    others = (owner for owner in tickets.owners(visitor()) if owner is not one)
    return any(isinstance(other, Desk) and _active(other.session) for other in others)


def interval() -> float:
    """Seconds between two looks."""
    return 1.0 if tickets.crowd() <= CROWD else 2.0


def status(one: Desk) -> str:
    """How far it is, in a sentence."""
    now, at = one.progress, f"{step(one.runs):,}"
    if not one.runs or now is None:
        return t(f"training.status.{'elsewhere' if another_tab(one) else 'ready'}")
    told = {"step": at, "of": f"{now.of:,}"}
    if one.cancelled:
        return t("training.status.cancelled", step=at)
    if step(one.runs) < step(one.furthest) and not one.going:
        return t("training.status.back", **told)
    if now.state == "done":
        endings = {run.ended for run in one.runs}
        ending = "broken" if endings == {"nan"} else "stopped" if endings == {"stopped early"} else "done"
        if "nan" in endings and ending == "done" and one.plan:
            (which,) = (k for k, run in enumerate(one.runs) if broke(run))
            told |= {"name": one.plan.names(language())[which], "broke": f"{broke(one.runs[which]):,}"}
            ending = "one_broke"
        return t(f"training.status.{ending}", **told)
    if now.state == "waiting":
        return t("training.status.waiting", others=now.others) if now.others else t("training.status.starting")
    if now.state == "running" and now.seconds_left is not None:
        left = duration(now.seconds_left)
        if now.others:
            return t("training.status.shared", others=now.others, left=left, **told)
        return t("training.status.running", left=left, **told)
    if now.state == "failed":
        return t(f"training.failed.{now.error if now.error in FAILURES else 'other'}")
    return t(f"training.status.{'measuring' if now.state == 'running' else now.state}", **told)


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 90:
        return t("training.seconds", count=max(1, round(seconds)))
    return t("training.minutes", count=round(seconds / 60))


def row(one: Earlier) -> str:
    """An earlier run in a line of the list."""
    name = one.plan.names(language())[one.which]
    shown = {"name": name, "settings": one.plan.words(language()), "step": f"{one.step:,}"}
    task, loss = t(f"training.tasks.{one.plan.task}"), f"{mean_of_last(one.log['loss']):.3g}"
    return t("training.saved_row", letter=one.letter, task=task, loss=loss, right=shares(one.log, language()), **shown)
