"""The Training page without a browser: what the settings mean, what is sent, what a visit remembers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from rnnviz.language import translate
from rnnviz.numbers import three_digits
from rnnviz.scenes import training as training_scene
from rnnviz.scenes import training_words
from rnnviz.scenes.records import remarks, table, there
from rnnviz.scenes.training import Shown, payload
from rnnviz.scenes.writer import View
from rnnviz.tasks import TASKS
from rnnviz.text import tokenize
from rnnviz.training import advance as library
from rnnviz.training import plans
from rnnviz.training.plans import PRESETS, Plan
from rnnviz.training.records import RECORDS, record
from rnnviz.training.runs import Run, Trouble
from rnnviz.training.settings import CHOICES, KNOBS, LIMITS, standing
from rnnviz.turns import tickets
from rnnviz.turns.tickets import Progress
from rnnviz.ui import desk as desk_module
from rnnviz.ui import state, training_controls

LIGHT = View("en", "light", 1.0)
ALICE = tokenize("Starving, Alice drives to the nearest store to buy")


@pytest.fixture
def link(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the link says; empty at first."""
    said: dict[str, Any] = {}
    monkeypatch.setattr(state, "value", lambda name: said.get(name, state.KEYS[name].default))
    return said


def begun(plan: Plan) -> tuple[Run, ...]:
    return training_scene.runs_of(plan)


def sections(data: bytes) -> dict[str, dict]:
    return {section["id"]: section for section in json.loads(data)["sections"]}


# What is to be trained.

knob_values = some.fixed_dictionaries({}, optional={k: some.sampled_from(v.ids) for k, v in state.KNOBS.items()})
links = some.builds(
    lambda knobs, task, twin, first, second: knobs | {"task": task, "twin": twin, "first": first, "second": second},
    knob_values,
    some.sampled_from(list(TASKS)),
    some.sampled_from(plans.TWINS),
    some.sampled_from(state.IDS),
    some.sampled_from(state.IDS),
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
    for task in TASKS:
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
        also = {"cell": {"forget_bias", "fixed_forget", "weight_decay"}, "examples": {"patience"}}
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


def foot(plan: Plan, runs: tuple[Run, ...]) -> str:
    """The last words under the curves."""
    return sections(payload(Shown(plan, runs, runs, 200, (), ""), LIGHT))["curves"]["foot"][-1][0]


def test_a_threshold_is_proposed_from_the_steps_of_learning(link: dict[str, Any]) -> None:
    """Half to ten times the mean norm until 99% were right; nothing before the first step, nor of what broke down."""
    link |= {"task": "recall", "delay": "8", "size": "8"}
    plan = training_controls.chosen()
    fresh = begun(plan)
    runs = tuple(library.advance(run, 40) for run in fresh)
    for run, name in zip(runs, plan.names("en"), strict=True):
        mean = run.log["norm"].mean(dtype=float)
        assert f"{name} {mean / 2:.2g} to {mean * 10:.2g} (steps 1 to 40)" in foot(plan, runs)
    assert translate("en", "training.curves.none_yet") in foot(plan, fresh)
    broken = replace(runs[0], ended="nan", trouble=Trouble(39, "loss", "body.weight_hh_l0", 1e17))
    said = foot(plan, (broken, runs[1]))
    assert f"{plan.names('en')[0]} none" in said
    assert said.count("steps 1 to") == 1


def test_what_a_run_has_learned_says_nothing_of_the_norms_while_it_learned(link: dict[str, Any]) -> None:
    """The norms of a run that has converged are tiny: a threshold from them would end all learning."""
    link |= {"task": "recall", "twin": "none", "budget": "100"}
    plan = training_controls.chosen()
    (run,) = begun(plan)
    norms = np.concatenate([np.full(50, 2.0), np.full(50, 1e-6)]).astype(np.float32)
    right = np.concatenate([np.full(30, 0.25), np.full(70, 1.0)]).astype(np.float32)
    log = {name: np.zeros(100, np.float32) for name in run.log} | {"norm": norms, "accuracy": right}
    learned = replace(run, step=100, ended="steps", log=log)
    assert "1 to 20 (steps 1 to 50)" in foot(plan, (learned,))


def test_learned_and_held_out_are_two_names(link: dict[str, Any]) -> None:
    """In the headline, in both legends, and of an earlier run, where some examples are held out."""
    link |= {"twin": "examples", "size": "4", "batch": "8", "delay": "0"}
    plan = training_controls.chosen()
    runs = tuple(library.advance(run, 30) for run in begun(plan))
    few, endless = runs
    whole = [f"{100 * float(share):.0f}%" for share in (few.log["accuracy"][-20:].mean(), few.log["held_accuracy"][24])]
    losses = [float(loss) for loss in (few.log["loss"][-20:].mean(), few.log["held_loss"][24])]
    for language, both in (("en", "learned {} · held out {}"), ("ja", "学習した例{}・検証データ{}")):
        shown = sections(payload(Shown(plan, runs, runs, 100, (), ""), View(language, "light", 1.0)))["curves"]
        assert both.format(*whole) in shown["title"]
        legends = {one["id"]: one["figure"]["layout"]["annotations"][0]["text"] for one in shown["figures"]}
        assert both.format(*whole) in legends["accuracy"]
        assert both.format(*(f"{loss:.3g}" for loss in losses)) in legends["loss"]
        assert training_words.shares(endless.log, language) in shown["title"]
    assert training_words.held_out(endless.log) is None
    old = desk_module.Earlier("A", plan, 0, 30, {name: few.log[name] for name in desk_module.LINES})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(desk_module, "language", lambda: "en")
        patched.setattr(desk_module, "t", lambda key, **values: translate("en", key, **values))
        assert f"learned {whole[0]} · held out {whole[1]}" in desk_module.row(old)


DIES: dict[str, Any] = {"kind": "rnn", "optimizer": "sgd", "rate": 100.0, "clip": None, "units": 4, "length": 10}


def test_a_run_that_died_is_titled_so(monkeypatch: pytest.MonkeyPatch, link: dict[str, Any]) -> None:
    """It does not say how right it was, nor what its loss is now; its twin does."""
    link |= {"task": "adding", "twin": "limit", "first": "off", "second": "0.1", "cell": "rnn", "size": "4"}
    link |= {"optimizer": "sgd", "rate": "2", "delay": "10", "budget": "100"}
    plan = training_controls.chosen()
    dead = library.advance(library.start("adding", steps=100, **DIES), 100)
    lives = library.advance(begun(plan)[1], 100)
    died = dead.trouble.step + 1 if dead.trouble else 0
    assert (dead.ended, lives.ended) == ("nan", "steps")
    assert 0 < died == dead.step < 100
    for language, broke in (("en", f"broke down at step {died}"), ("ja", f"{died}ステップ目で破綻")):
        shown = sections(payload(Shown(plan, (dead, lives), (dead, lives), 100, (), ""), View(language, "light", 1.0)))
        assert broke in shown["curves"]["title"]
        assert training_words.shares(lives.log, language) in shown["curves"]["title"]
        for one in shown["curves"]["figures"]:
            first = one["figure"]["layout"]["annotations"][0]["text"].split("●")[0]
            assert broke in first, one["id"]
        alone = plans.plan_of(dead.settings)
        assert str(died) in training_words.headline(alone, (dead,), language)
        assert "%" not in training_words.headline(alone, (dead,), language)
    monkeypatch.setattr(desk_module, "t", lambda key, **values: translate("en", key, **values))
    monkeypatch.setattr(desk_module, "language", lambda: "en")
    done = Progress((dead, lives), 100, 100, "done", None, 0, 0)
    one = desk_module.Desk(plan=plan, runs=(dead, lives), furthest=(dead, lives), progress=done)
    assert desk_module.status(one) == f"Done at step 100; {plan.names('en')[0]} broke down at step {died}."


def test_what_is_looked_at_again_is_what_the_legends_say(link: dict[str, Any]) -> None:
    """Gone back to a step, headline, legends and line of the state agree on it."""
    link |= {"task": "recall", "delay": "8", "size": "8", "twin": "none"}
    plan = training_controls.chosen()
    (run,) = begun(plan)
    early = library.advance(run, 10)
    late = library.advance(early, 40)
    gone_back, then = (
        sections(payload(Shown(plan, (early,), (there,), 100, (), ""), LIGHT))["curves"] for there in (late, early)
    )
    assert gone_back["title"] == then["title"]
    for back, was in zip(gone_back["figures"], then["figures"], strict=True):
        assert back["figure"]["layout"]["annotations"] == was["figure"]["layout"]["annotations"]


def test_a_figure_says_what_it_shows_to_those_who_do_not_see_it(link: dict[str, Any]) -> None:
    """Its text alternative has the numbers of its data: with other data it says something else."""
    link |= {"task": "continual", "twin": "gate", "first": "learned", "second": "fixed"}
    plan = training_controls.chosen()
    runs = begun(plan)
    for steps in (2, 30):
        runs = tuple(library.advance(run, steps) for run in runs)
        shown = sections(payload(Shown(plan, runs, runs, 200, (), ""), LIGHT))
        said = {one["id"]: one["label"] for section in shown.values() for one in section["figures"]}
        for run, name in zip(runs, plan.names("en"), strict=True):
            for key, column in (("loss", "loss"), ("state", "state_norm")):
                assert f"{name}: now {three_digits(float(run.log[column][-20:].mean(dtype=float)))}" in said[key]
        assert not {mark for label in said.values() for mark in "<>◆●" if mark in label}


def spoken(plan: Plan, runs: tuple[Run, ...], language: str = "en") -> str:
    return "".join(text for text, _ in training_words.difference(plan, runs, language))


def test_of_twins_it_is_said_whether_they_read_the_same(link: dict[str, Any]) -> None:
    """Measured, where they have read; `tests/training/test_twins.py` holds the measure against what was read."""
    for task, twin, before, after in (
        ("recall", "limit", "will read the same", "In all 30 steps so far both have read the same"),
        ("errands", "limit", "until one of them", "In all 30 steps so far both have read the same"),
        ("recall", "delay", "do not read the same", "do not read the same"),
        ("errands", "worddrop", "do not read the same", "do not read the same"),
    ):
        link.clear()
        link |= {"task": task, "twin": twin, "size": "4", "batch": "8"}
        plan = training_controls.chosen()
        fresh = begun(plan)
        assert before in spoken(plan, ())
        assert before in spoken(plan, fresh)
        assert after in spoken(plan, tuple(library.advance(run, 30) for run in fresh))
    level = np.zeros(30, np.float32)
    level[12:] = 1
    sooner = replace(fresh[0], step=30, log=fresh[0].log | {"level": level, "length": level})
    later = replace(fresh[0], step=30, log=fresh[0].log | {"level": 0 * level, "length": 0 * level})
    link["twin"] = "limit"
    plan = training_controls.chosen()
    for runs, ahead in (((later, sooner), 1), ((sooner, later), 0)):
        for language in ("en", "ja"):
            said = spoken(plan, runs, language)
            told = {"before": "12", "step": "13", "same": "12", "of": "30", "mastery": "90"}
            told |= {"name": plan.names(language)[ahead]}
            assert translate(language, "training.curves.examples.level", **told) in said


def test_twins_that_are_not_equally_large_say_so(link: dict[str, Any]) -> None:
    link |= {"task": "recall", "twin": "cell", "size": "8"}
    plan = training_controls.chosen()
    counts = [sum(p.size for name, p in run.parameters.items() if name.startswith("body.")) for run in begun(plan)]
    assert counts[1] == 4 * counts[0]
    for said in (spoken(plan, ()), spoken(plan, begun(plan))):
        assert f"RNN {counts[0]:,}, LSTM {counts[1]:,}" in said
    link["twin"] = "limit"
    assert "weights" not in spoken(training_controls.chosen(), ())


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_gradient_is_called_sensitivity_and_not_memory(language: str) -> None:
    """The figure shows a gradient: no number in it says what the network holds."""
    words = translate(language, "training.memory.title") + translate(language, "training.memory.text")
    assert not {"memory", "記憶", "覚え"} & {part for part in ("memory", "記憶", "覚え") if part in words.lower()}


def test_the_adding_problem_is_asked_as_it_is_counted() -> None:
    """Of the question as printed: half the sum of two numbers from 0 to 1, always answered by 0.5."""
    numbers = np.random.default_rng(5).uniform(0, 1, (400_000, 2))
    off = numbers.sum(1) / 2 - 0.5
    for language, half in (("en", "half the sum"), ("ja", "和の半分")):
        label = translate(language, "training.asks.adding")
        assert half in label
        assert "0.5" in label
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(training_controls, "t", lambda key, spoken=language, **told: translate(spoken, key, **told))
            said: list[str] = []
            patched.setattr(training_controls.st, "markdown", said.append)
            training_controls.asked(planned({"task": "adding", "twin": "none"}))
        assert f"{100 * (np.abs(off) < 0.04).mean():.0f}%" in said[0]
        assert f"{(off**2).mean():.2g}" in said[0]
        assert "0.04" in said[0]
        assert half in translate(language, "records.p6_y")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_record_shows_the_settings_of_its_arms(language: str) -> None:
    """As the file has them, read here by other means; arms that differ have rows that differ."""
    columns = translate(language, "training.table.settings")
    for name in there():
        raw = json.loads((RECORDS / f"{name}.json").read_text())
        rows = table(name, language)
        arms = list(dict.fromkeys(run["arm"] for run in raw))
        assert len(rows) == len(arms)
        for arm, row in zip(arms, rows, strict=True):
            settled = next(run["settings"] for run in raw if run["arm"] == arm)
            shape = settled["shape"]
            said = [
                translate(language, f"networks.{shape['kind']}"),
                translate(language, "training.called.size").format(value=shape["units"]),
                translate(language, "training.called.rate").format(value=f"{settled['rate']:g}"),
                translate(language, "training.ids." + settled["optimizer"]),
            ]
            if shape["forget_bias"]:
                said.append(translate(language, "training.called.bias").format(value=f"{shape['forget_bias']:g}"))
            if settled["clip"]:
                said.append(translate(language, "training.called.limit").format(value=f"{settled['clip']:g}"))
            for part in said:
                assert part in row[columns], (name, arm)
        lengths = {run["settings"]["length"] for run in raw}
        assert len({row[columns] for row in rows}) == len(rows) // len(lengths)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_said_of_overfitting_stands_in_its_table(language: str) -> None:
    """The means, the best remedy and the least loss, counted in the file by other means."""
    raw = json.loads((RECORDS / "overfitting.json").read_text())
    right, loss = {}, {}
    for arm in {run["arm"] for run in raw}:
        tests = [run["test"] for run in raw if run["arm"] == arm]
        right[arm], loss[arm] = (float(np.mean([test[key] for test in tests])) for key in ("accuracy", "loss"))
    best = max(right.keys() - {"plain"}, key=right.__getitem__)
    least = min(loss, key=loss.__getitem__)
    (said,) = remarks("overfitting", language)
    numbers = {
        f"{100 * right['plain']:.0f}%", f"{100 * right[best]:.0f}%", f"{100 * right[least]:.0f}%",
        "100%", "10%", f"{loss[least]:.1f}", f"{loss['plain']:.1f}",
    }  # fmt: skip
    assert set(re.findall(r"\d+\.\d|\d+%", said)) >= numbers
    for arm in (best, least):
        assert translate(language, f"records.overfitting_{arm}") in said
    seeds = {run["seed"] for run in raw}
    assert re.search(rf"\b{len(seeds)}(?!\d)", said) or f"{len(seeds)}個" in said


def test_the_preset_of_the_long_step_is_named_by_what_it_does() -> None:
    """Nothing explodes in it: at a fifth of the rate the same network learns without clipping, with norms as large."""
    for language in ("en", "ja"):
        assert not re.search("explo|爆発", translate(language, "training.preset.explodes").lower())
        assert not re.search("explo|爆発", translate(language, "training.record_names.preset-clipping").lower())
    preset = [run for run in record("preset-clipping") if run.arm == "unclipped"]
    shorter = [run for run in record("p7") if run.arm == "unclipped 20"]
    assert float(str(preset[0].settings["rate"])) == 5 * float(str(shorter[0].settings["rate"]))
    assert max(run.test["accuracy"] for run in preset if run.test) < 0.3
    assert min(run.test["accuracy"] for run in shorter if run.test) > 0.99


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
    assert "not clipped" in foot[0][0]


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
    assert "not clipped" in desk_module.row(desk.earlier[0])
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
