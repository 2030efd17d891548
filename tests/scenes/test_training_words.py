"""What the Training page says is so: held against the logs, what was read, and the table of the shipped weights."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnnviz.language import translate
from rnnviz.numbers import three_digits
from rnnviz.scenes import training_words
from rnnviz.scenes.training import Shown, payload
from rnnviz.scenes.writer import View
from rnnviz.shipped import ASSETS
from rnnviz.training import advance as library
from rnnviz.training import plans
from rnnviz.training.plans import Plan
from rnnviz.training.runs import Run, Trouble
from rnnviz.turns.tickets import Progress
from rnnviz.ui import desk as desk_module
from rnnviz.ui import training_controls
from tests.scenes.test_training import LIGHT, begun, planned, sections


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
        paper, ours = (f"{low * mean:.2g} to {high * mean:.2g}" for low, high in ((0.5, 10), (0.05, 0.2)))
        assert f"“{name}” (steps 1 to 40): {paper}; narrower, {ours}" in foot(plan, runs)
    assert translate("en", "training.curves.none_yet") in foot(plan, fresh)
    broken = replace(runs[0], ended="nan", trouble=Trouble(39, "loss", "body.weight_hh_l0", 1e17))
    norms = runs[0].log["norm"].copy()
    norms[30] = 101 * norms[0]
    exploded = replace(runs[0], log=runs[0].log | {"norm": norms})
    for lost, why in ((broken, "broke down"), (exploded, "exploded, to 101 times")):
        said = foot(plan, (lost, runs[1]))
        assert re.search(f"“{plan.names('en')[0]}”: none, since [^;]*{why}", said)
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
    assert "“LSTM” (steps 1 to 50): 1 to 20; narrower, 0.1 to 0.4" in foot(plan, (learned,))


@pytest.mark.slow
def test_a_threshold_within_the_band_can_fail() -> None:
    """As content/training.md says of the preset: learned with 1, not with 50, which the run with 1 itself proposes."""
    plan = planned(plans.PRESETS["explodes"])
    usual = plan.settings()[1]
    learns, fails = (library.advance(library.start(plan.task, **usual | {"clip": clip}), 800) for clip in (1.0, 50.0))
    assert usual["clip"] == 1.0
    assert learns.log["accuracy"][-100:].mean() > 0.95
    assert fails.log["accuracy"][-100:].mean() < 0.4
    alone = plans.plan_of(learns.settings)
    low, high = re.findall(r": ([\d.]+) to ([\d.]+); narrower", foot(alone, (learns,)))[0]
    assert float(low) < 50 < float(high)
    for language, numbers in (("en", "with 1 and not with 50"), ("ja", "しきい値1なら学習でき、50では学習できません")):
        assert numbers in (ASSETS / "content" / language / "training.md").read_text()


def test_learned_and_held_out_are_two_names(link: dict[str, Any]) -> None:
    """In the headline, in both legends, and of an earlier run, where some examples are held out."""
    link |= {"twin": "examples", "size": "4", "batch": "8", "delay": "0"}
    plan = training_controls.chosen()
    runs = tuple(library.advance(run, 30) for run in begun(plan))
    few, endless = runs
    whole = [f"{100 * float(share):.0f}%" for share in (few.log["accuracy"][-20:].mean(), few.log["held_accuracy"][24])]
    losses = [float(loss) for loss in (few.log["loss"][-20:].mean(), few.log["held_loss"][24])]
    for language, both in (("en", "learned {} · held out {}"), ("ja", "学習データ{}・検証データ{}")):
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
        ("recall", "limit", "will read the same", "In all 30 steps that both have made, they read the same"),
        ("errands", "limit", "until one of them", "In all 30 steps that both have made, they read the same"),
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
    link["equal"] = "weights"
    plan = training_controls.chosen()
    counts = [sum(p.size for name, p in run.parameters.items() if name.startswith("body.")) for run in begun(plan)]
    assert abs(counts[0] / counts[1] - 1) < 0.05
    names = plan.names("en")
    assert f"{names[0]} {counts[0]:,} weights; {names[1]} {counts[1]:,} weights" in spoken(plan, ())
    link["twin"] = "limit"
    assert "weights" not in spoken(training_controls.chosen(), ())


@pytest.mark.parametrize("bet", plans.BETS)
def test_a_guess_is_held_against_what_came(bet: str, link: dict[str, Any]) -> None:
    """What a run learned by heart does not count, where other examples are held out; what broke down is behind."""
    link |= {"task": "recall", "twin": "cell", "size": "4", "budget": "100"}
    plan = training_controls.chosen()
    one, other = begun(plan)

    def ended(run: Run, right: float, held: float | None = None) -> Run:
        log = {name: np.zeros(100, np.float32) for name in run.log} | {"accuracy": np.full(100, right)}
        return replace(
            run, step=100, ended="steps", log=log | ({} if held is None else {"held_accuracy": np.full(100, held)})
        )

    assert training_words.verdict(plan, (), bet, "en") == ""
    assert training_words.verdict(plan, (one, other), "", "en") == ""
    going = training_words.verdict(plan, (one, ended(other, 1.0)), bet, "en")
    assert "Your guess" in going
    assert "%" not in going
    broken = replace(ended(one, 1.0), ended="nan", trouble=Trouble(99, "loss", "body.weight_hh_l0", 1.0))
    for came, runs in (
        ("first", (ended(one, 0.9), ended(other, 0.8))),
        ("second", (ended(one, 1.0, 0.2), ended(other, 0.5, 0.3))),
        ("same", (ended(one, 1.0, 0.52), ended(other, 0.5))),
        ("second", (broken, ended(other, 0.0))),
    ):
        for language, so in (("en", "It came out so"), ("ja", "予想どおり")):
            said = training_words.verdict(plan, runs, bet, language)
            assert (so in said) == (bet == came), (came, said)
            assert all(training_words.right(run, language) in said for run in runs)


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
