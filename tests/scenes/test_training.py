"""The Training page without a browser: what the settings mean, what is sent, what a visit remembers."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from rnnviz.language import translate
from rnnviz.scenes import training as training_scene
from rnnviz.scenes import training_words
from rnnviz.scenes.records import there
from rnnviz.scenes.training import Shown, payload
from rnnviz.scenes.writer import View
from rnnviz.tasks import TASKS
from rnnviz.text import tokenize
from rnnviz.training import advance as library
from rnnviz.training import plans
from rnnviz.training.plans import PRESETS, Plan
from rnnviz.training.runs import Run, Trouble
from rnnviz.training.settings import CHOICES, KNOBS, LIMITS, Settings, standing
from rnnviz.turns import tickets
from rnnviz.turns.tickets import Progress
from rnnviz.ui import desk as desk_module
from rnnviz.ui import state, training_controls

LIGHT = View("en", "light", 1.0)
ALICE = tokenize("Starving, Alice drives to the nearest store to buy")


def begun(plan: Plan) -> tuple[Run, ...]:
    return training_scene.runs_of(plan)


def sections(data: bytes) -> dict[str, dict]:
    return {section["id"]: section for section in json.loads(data)["sections"]}


# What is to be trained.

knob_values = some.fixed_dictionaries({}, optional={k: some.sampled_from(v.ids) for k, v in state.KNOBS.items()})
links = some.builds(
    lambda knobs, *chosen: knobs | dict(zip(("task", "twin", "first", "second", "equal"), chosen, strict=True)),
    knob_values,
    some.sampled_from(list(TASKS)),
    some.sampled_from(plans.TWINS),
    some.sampled_from(state.IDS),
    some.sampled_from(state.IDS),
    some.sampled_from(("units", "weights")),
)


def planned(said: dict[str, Any]) -> Plan:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(state, "value", lambda name: said.get(name, state.KEYS[name].default))
        return training_controls.chosen()


@pytest.mark.parametrize("name", KNOBS)
def test_a_knob_offers_what_a_run_may_have(name: str) -> None:
    """Each id is within the bounds of its field, of its type, and comes back from its value."""
    knob = KNOBS[name]
    assert name == knob.name
    bounds = LIMITS.get(knob.field) or (0, max(task.lengths[1] for task in TASKS.values()))
    assert (knob.of in (bool, str)) == (knob.field in CHOICES)
    for id in knob.ids:
        value = knob.value(id)
        assert knob.id(value) == id
        if value is None:
            assert id == knob.none
        elif knob.field in CHOICES:
            assert value in CHOICES[knob.field]
        else:
            assert type(value) is knob.of is type(bounds[0])
            assert bounds[0] <= value <= bounds[1]
    for task in state.KEYS["task"].ids:
        assert plans.usual(task, name) in plans.options(task, name)
        if knob.twins is not None:
            first, second = plans.pair(task, name)
            assert first != second
            assert {first, second} <= set(plans.options(task, name))


def test_every_knob_has_its_place_on_the_page() -> None:
    places = [standing(place) for place in ("main", "further", "remedies")]
    assert sorted(name for place in places for name in place) == sorted(KNOBS)
    for place in places:
        assert [KNOBS[name].at for name in place] == list(range(1, len(place) + 1))


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(links)
def test_every_link_is_a_run_that_can_be_trained(said: dict[str, Any]) -> None:
    plan = planned(said)
    runs = begun(plan)
    assert len(runs) == (1 if plan.twin == "none" else 2)
    for language in ("en", "ja"):
        words = [*plan.names(language), plan.words(language)]
        assert not [word for word in words if "{" in word or not word]
    if len(runs) == 2:
        flat = [vars(run.settings) | vars(run.settings.shape) for run in runs]
        differ = {name for name in flat[0] if flat[0][name] != flat[1][name]} - {"shape"}
        # What goes with the choice: only some cells have a forget gate, and only few examples can be watched.
        also = {"cell": {"forget_bias", "fixed_gate", "weight_decay", "activation"}, "examples": {"patience"}}
        also["cell"] |= {"units"} if plan.equal == "weights" else set()
        also["gate"] = {"weight_decay"}
        assert differ <= {KNOBS[plan.twin].field, *also.get(plan.twin, set())}
        assert (plan.values[0] != plan.values[1]) == (KNOBS[plan.twin].field in differ) or plan.twin == "patience"


@pytest.mark.parametrize("task", TASKS)
def test_without_a_word_a_task_is_trained_as_it_suggests(task: str, link: dict[str, Any]) -> None:
    link |= {"task": task, "twin": "none"}
    (run,) = begun(training_controls.chosen())
    assert run.settings == library.start(task).settings


@pytest.mark.parametrize("name", PRESETS)
def test_an_experiment_has_one_difference(name: str) -> None:
    plan = planned(PRESETS[name])
    assert plan.twin == PRESETS[name]["twin"]
    assert len(set(plan.values)) == 2
    assert PRESETS[name]["record"] in there()
    for key, id in PRESETS[name].items():
        assert id in state.KEYS[key].ids  # type: ignore[union-attr]
    settled = dict(plan.knobs) | {
        "record": PRESETS[name]["record"],
        "task": plan.task,
        "twin": plan.twin,
        "first": plan.values[0],
        "second": plan.values[1],
    }
    assert settled | PRESETS[name] == settled
    assert plan == plans.planned(name)
    assert plans.SECONDS.keys() == PRESETS.keys()


def test_the_page_opens_on_an_rnn_and_an_lstm_of_equal_units() -> None:
    plan = planned({})
    assert plan == plans.planned("cells")
    assert plan.names("en") == ("RNN", "LSTM")
    assert len({side["units"] for side in plan.settings()}) == 1


@pytest.mark.parametrize("size", ["4", "32", "100"])
@pytest.mark.parametrize("task", ["errands", "recall", "adding", "continual"])
def test_equal_weights_are_as_near_as_units_allow(task: str, size: str) -> None:
    """Counted in PyTorch's modules: no other number of units of the RNN is nearer to the LSTM, which keeps its own."""
    said = {"task": task, "twin": "cell", "first": "rnn", "second": "lstm", "size": size, "equal": "weights"}
    plan = planned(said)
    rnn, lstm = (library.settled(task, **side) for side in plan.settings())
    assert lstm.shape.units == int(size)

    def weights(settings: Settings, units: int) -> int:
        body = library.untrained_network(replace(settings, shape=replace(settings.shape, units=units))).body
        return sum(p.numel() for p in body.parameters())

    mine, wanted = rnn.shape.units, weights(lstm, int(size))
    off = {units: abs(weights(rnn, units) - wanted) for units in (mine - 1, mine, mine + 1)}
    assert min(off, key=off.__getitem__) == mine
    assert plan.names("en") == (f"RNN of {mine} units", f"LSTM of {size} units")
    assert f"{size} units" not in plan.words("en")
    assert planned(said | {"twin": "limit"}).equal == "units"


def test_what_the_link_cannot_mean_is_as_usual(link: dict[str, Any]) -> None:
    link |= {"task": "continual", "twin": "synonyms", "delay": "0", "examples": "64"}
    plan = training_controls.chosen()
    assert plan.twin == "none"
    assert plan.settings()[0] | {"seed": 0} == plan.settings()[0]
    assert begun(plan)[0].settings.length == TASKS["continual"].suggested["length"]


def test_an_uploaded_run_is_named_by_its_settings() -> None:
    run = library.start("adding", kind="gru", units=16, rate=0.02, length=30, clip=None, seed=3)
    (side,) = plans.plan_of(run.settings).settings()
    assert library.start("adding", **side).settings == run.settings


# What is sent.


def test_the_board_says_what_the_runs_did(link: dict[str, Any]) -> None:
    link |= {"task": "recall", "delay": "8", "size": "8"}
    plan = training_controls.chosen()
    runs = tuple(library.advance(run, 30) for run in begun(plan))
    for language in ("en", "ja"):
        shown = sections(payload(Shown(plan, runs, runs, 100, (), "now"), View(language, "dark", 1.5)))
        assert list(shown) == ["curves", "memory"]
        shares = [
            translate(language, "training.share.right", right=f"{100 * run.log['accuracy'][-20:].mean():.0f}%")
            for run in runs
        ]
        first, second = plan.names(language)
        told = {"step": 30, "a": shares[0], "b": shares[1], "first": first, "second": second}
        assert shown["curves"]["title"] == translate(language, "training.curves.now", **told)
        assert [one["id"] for one in shown["memory"]["figures"]] == ["0", "1"]
    clipped = 100 * runs[1].log["clipped"].mean()
    norm = next(one for one in shown["curves"]["figures"] if one["id"] == "norm")
    assert f"{clipped:.0f}%" in norm["figure"]["layout"]["annotations"][0]["text"]


def test_a_stream_also_shows_its_state(link: dict[str, Any]) -> None:
    link |= {"task": "continual", "twin": "gate"}
    plan = training_controls.chosen()
    runs = tuple(library.advance(run, 2) for run in begun(plan))
    assert list(sections(payload(Shown(plan, runs, runs, 100, (), ""), LIGHT))) == ["curves", "state", "memory"]


@pytest.mark.parametrize("what", ["loss", "gradient"])
def test_a_breakdown_is_explained(what: Any, link: dict[str, Any]) -> None:
    plan = training_controls.chosen()
    runs = tuple(library.advance(run, 1) for run in begun(plan))
    broken = replace(runs[0], ended="nan", trouble=Trouble(0, what, "body.weight_hh_l0", 3.25))
    foot = sections(payload(Shown(plan, (broken, runs[1]), runs, 100, (), ""), LIGHT))["curves"]["foot"]
    assert "step 1 " in foot[0][0]
    assert "body.weight_hh_l0" in foot[0][0]
    assert "3.25" in foot[0][0]
    assert plan.names("en")[0] in foot[0][0]


def test_a_poll_is_small_however_long_the_run(link: dict[str, Any]) -> None:
    plan = training_controls.chosen()
    run = begun(plan)[0]
    long = {name: np.random.default_rng(0).random(4500).astype(np.float32) for name in run.log}
    runs = (replace(run, step=4500, log=long),) * 2
    assert len(payload(Shown(plan, runs, runs, 4500, (), ""), LIGHT)) < 60_000


# What a visit remembers.


class Ticket:
    """A queue of one: each look is a few steps later."""

    def __init__(self, runs: tuple[Run, ...], owner: object = None, visitor: object = None) -> None:
        self.runs, self.owner, self.wanted, self.goal, self.cancelled = runs, owner, True, 10**9, False
        self.frames = {training_words.step(runs): runs}

    def now(self, again: float) -> Progress:
        if self.wanted and not self.cancelled:
            steps = min(3, self.goal - training_words.step(self.runs))
            self.runs = tuple(library.advance(run, steps) for run in self.runs)
            self.frames[training_words.step(self.runs)] = self.runs
        step, of = training_words.step(self.runs), max(run.settings.steps for run in self.runs)
        self.wanted = self.wanted and step < self.goal
        kind: Any = "done" if self.cancelled or step >= of else "running" if self.wanted else "paused"
        return Progress(self.runs, step, of, kind, None, 0, 0)

    def pause(self) -> None:
        self.wanted = False

    def resume(self) -> None:
        self.wanted, self.goal = True, 10**9

    def advance(self, steps: int) -> None:
        self.wanted, self.goal = True, training_words.step(self.runs) + steps

    def rewind(self, step: int) -> None:
        self.runs, self.wanted = self.frames[step], False

    def cancel(self) -> None:
        self.cancelled = True

    leave = cancel

    def steps(self) -> tuple[int, ...]:
        return tuple(self.frames)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, link: dict[str, Any]) -> desk_module.Desk:
    monkeypatch.setattr(tickets, "submit", Ticket)
    monkeypatch.setattr(desk_module, "asked_alone", lambda function, *args: function(*args))
    monkeypatch.setattr(desk_module, "t", lambda key, **values: translate("en", key, **values))
    link |= {"task": "recall", "delay": "2", "size": "4", "budget": "100"}
    return desk_module.Desk()


def test_train_pause_go_on_and_back(desk: desk_module.Desk) -> None:
    plan = training_controls.chosen()
    desk.train(plan)
    assert desk.going
    desk.look()
    assert desk_module.status(desk) == "Step 3 of 100."
    desk.pause()
    desk.look()
    assert not desk.going
    assert desk_module.status(desk) == "Paused at step 3 of 100."
    desk.resume()
    desk.look()
    desk.pause()
    desk.look()
    desk.rewind(3)
    assert training_words.step(desk.runs) == 3
    assert training_words.step(desk.furthest) == 6
    assert desk_module.status(desk).startswith("Looking at step 3")
    desk.resume()
    while desk.going:
        desk.look()
    assert desk_module.status(desk) == "Done at step 100."
    whole = [library.advance(run, 100) for run in begun(plan)]
    for mine, theirs in zip(desk.furthest, whole, strict=True):
        np.testing.assert_array_equal(mine.log["loss"], theirs.log["loss"])


def test_a_new_visit_finds_the_desk_of_its_ticket(desk: desk_module.Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    visit: dict[str, Any] = {"_training": desk_module.Desk()}
    monkeypatch.setattr(desk_module.st, "session_state", visit)
    monkeypatch.setattr(desk_module, "get_script_run_ctx", lambda **_: SimpleNamespace(session_id="this tab"))
    desk.train(training_controls.chosen())
    known = {"mine": desk.ticket}
    monkeypatch.setattr(tickets, "find", known.get)
    before = visit["_training"]
    desk_module.find("not mine")
    assert visit["_training"] is before
    assert before.lost == "restart"
    monkeypatch.setattr(desk_module, "GRACE", 0.0)
    monkeypatch.setattr(desk_module, "_active", lambda session: session == "another tab")
    desk.session = "another tab"  # this one was duplicated
    desk_module.find("mine")
    assert visit["_training"] is before
    assert before.lost == "elsewhere"
    desk.session = "the page before the reload"
    desk_module.find("mine")
    assert visit["_training"] is desk
    known["other"] = Ticket(desk.runs, desk_module.Desk())  # type: ignore[assignment]
    desk_module.find("other")  # who trains already goes on
    assert visit["_training"] is desk
    desk.session = "another tab"  # it came back, and the desk is its own again
    assert desk_module.desk() is not desk
    assert desk_module.desk().lost == "elsewhere"


def test_why_a_run_failed_is_said(desk: desk_module.Desk) -> None:
    desk.train(training_controls.chosen())
    said = {"memory": "more memory", "slow": "longer than", "lost": "ended by the system", "X": "failed on the server"}
    for why, words in said.items():
        desk.progress = tickets.Progress(desk.runs, 3, 100, "failed", None, 0, 0, why)
        assert words in desk_module.status(desk)


def test_one_step_is_one_step(desk: desk_module.Desk) -> None:
    plan = training_controls.chosen()
    for steps in (1, 2):
        desk.one_step(plan)
        desk.look()
        assert training_words.step(desk.runs) == steps
        assert not desk.going


def test_another_run_leaves_the_last_one_in_the_list(desk: desk_module.Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "language", lambda: "en")
    plan = training_controls.chosen()
    desk.train(plan)
    desk.look()
    desk.cancel()
    assert desk_module.status(desk).startswith("Cancelled at step 6")
    kept = desk.furthest
    desk.train(plan)
    assert [old.letter for old in desk.earlier] == ["A", "B"]
    np.testing.assert_array_equal(desk.earlier[0].twin.log["loss"], kept[0].log["loss"])
    assert f"· {plan.names('en')[0]} ·" in desk_module.row(desk.earlier[0])
    for _ in range(20):
        desk.look()
        desk.train(plan)
    assert len(desk.earlier) == desk_module.MOST


def test_a_screen_reader_is_told_now_and_then(desk: desk_module.Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(desk_module.time, "monotonic", lambda: clock[0])
    desk.train(training_controls.chosen())
    desk.look()
    first = desk.say("one.", "a")
    clock[0] += 1
    assert desk.say("two.", "b") == first
    clock[0] += desk_module.SPEAK
    assert "two" in desk.say("two.", "b")
    desk.cancel()
    assert "end" in desk.say("end.", "c")


def test_settings_that_were_changed_are_another_run(desk: desk_module.Desk, link: dict[str, Any]) -> None:
    """What a run began with is compared, not what it is: an uploaded run is something else from the beginning."""
    assert not desk.chose_another(training_controls.chosen())
    desk.train(training_controls.chosen())
    assert not desk.chose_another(training_controls.chosen())
    link["seed"] = 5
    assert desk.chose_another(training_controls.chosen())
    desk.train(training_controls.chosen())
    assert not desk.chose_another(training_controls.chosen())
    assert [run.settings.seed for run in desk.runs] == [5, 5]
    desk.look()
    desk.upload(desk.file(0), training_controls.chosen())
    assert desk.plan != training_controls.chosen()
    assert not desk.chose_another(training_controls.chosen())
    link["seed"] = 6
    assert desk.chose_another(training_controls.chosen())


def test_a_second_tab_says_that_the_run_is_in_the_other(
    desk: desk_module.Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned = {"me": [desk_module.Desk(session="open"), None], "somebody else": [desk_module.Desk(session="other")]}
    who = ["somebody else"]
    monkeypatch.setattr(desk_module, "visitor", lambda: who[0])
    monkeypatch.setattr(tickets, "owners", owned.__getitem__)
    monkeypatch.setattr(desk_module, "_active", lambda session: session == "open")
    assert desk_module.status(desk) == translate("en", "training.status.ready")
    who[0] = "me"
    assert desk_module.status(desk) == translate("en", "training.status.elsewhere")
    owned["me"] = [desk]
    assert desk_module.status(desk) == translate("en", "training.status.ready")
