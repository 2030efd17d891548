"""Runs that were uploaded: whatever a run can be, it is shown, in both languages, and goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as some

from rnnviz.language import translate
from rnnviz.networks.bodies import RECURRENT
from rnnviz.scenes import training as training_scene
from rnnviz.scenes.training import Shown, payload
from rnnviz.scenes.training_words import headline
from rnnviz.scenes.writer import View
from rnnviz.tasks import TASKS
from rnnviz.training import advance as library
from rnnviz.training.files import TooMuch, dump
from rnnviz.training.frozen import own_network, reads
from rnnviz.training.runs import STEP_BYTES, Probe, step_bytes
from rnnviz.training.settings import CHOICES, LIMITS
from rnnviz.turns import tickets
from rnnviz.ui import desk as desk_module
from rnnviz.ui import state, training_controls
from tests.scenes.test_training import LIGHT, Ticket, sections

PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
"""A failing example says enough as it is: to make it simpler takes minutes."""


def every(task: str) -> some.SearchStrategy[dict[str, Any]]:
    """All that `Settings` accepts for a task, as small as it trains fast; what does not go together is left out."""
    streams, words = TASKS[task].streams, TASKS[task].words
    kind = some.sampled_from(tuple(RECURRENT) if streams else CHOICES["kind"])
    low, high = TASKS[task].lengths

    def settled(given: dict[str, Any]) -> dict[str, Any]:
        recurrent, lstm = given["kind"] in RECURRENT, given["kind"] == "lstm"
        given["start"] = given["start"] if recurrent else "default"
        given["units"] = 4 * given["units"] if given["kind"] == "attention" else given["units"]
        given["fixed_gate"] = given["fixed_gate"] if lstm else ""
        given["activation"] = given["activation"] if given["kind"] == "rnn" else "tanh"
        given["weight_decay"] = 0.0 if given["fixed_gate"] else given["weight_decay"]
        if not given["examples"]:
            given["patience"] = None
        return given

    numbers = {name: some.floats(*LIMITS[name]) for name in ("rate", "forget_bias", "weight_decay", "dropout")}
    return some.fixed_dictionaries(
        {
            **numbers,
            "kind": kind,
            "units": some.integers(1, 6),
            "embedding": some.integers(0, 6),
            "steps": some.integers(1, 9) | some.integers(1, 100_000),
            "batch": some.integers(1, 4),
            "clip": some.none() | some.floats(*LIMITS["clip"]),
            "seed": some.integers(0, 2**31 - 1),
            "length": some.integers(low, min(high, low + 9)),
            "examples": some.none() if streams else some.none() | some.integers(1, 9),
            "patience": some.none() | some.integers(1, 100_000),
            "word_dropout": some.floats(0, 0.95) if words else some.just(0.0),
            "synonyms": some.booleans() if words else some.just(False),
            "noise": some.tuples(some.floats(0, 5), some.floats(5, 10)),
            **{name: some.sampled_from(CHOICES[name]) for name in ("start", "activation", "optimizer", "fixed_gate")},
        }
    ).map(settled)


@pytest.mark.slow
@settings(deadline=None, max_examples=60, phases=PHASES)
@given(some.data(), some.sampled_from(list(TASKS)), some.integers(0, 4))
def test_every_run_that_can_be_is_shown_when_it_is_uploaded(draws: some.DataObject, task: str, steps: int) -> None:
    """Whatever the settings, in both languages: its words, its figures, and it can go on."""
    begun = library.start(task, **draws.draw(every(task)))
    assume(step_bytes(begun.settings) <= STEP_BYTES)  # more is refused before it is shown
    run = library.advance(begun, steps)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tickets, "submit", Ticket)
        patched.setattr(desk_module, "asked_alone", lambda function, *args: function(*args))
        one = desk_module.Desk()
        one.upload(dump(run))
        assert one.plan
        assert training_scene.step(one.runs) == run.step
        for language in ("en", "ja"):
            words = [*one.plan.names(language), one.plan.words(language)]
            assert not [word for word in words if "{" in word or not word]
            assert one.plan.names(language)[0] not in one.plan.words(language).split(", ")
            shown = sections(payload(Shown(one.plan, one.runs, one.furthest, 9, (), ""), View(language, "light", 1.0)))
            assert one.plan.names(language)[0] in shown["curves"]["text"][0][0]
            assert len(shown["curves"]["figures"]) == 3
            assert ("memory" in shown) == (run.settings.shape.kind in RECURRENT)
        if not run.ended:
            one.resume()
            one.look()
            assert training_scene.step(one.runs) > run.step
        assert reads(run.settings) == (TASKS[task].words and run.settings.shape.kind in RECURRENT)
        if reads(run.settings):
            own_network(run)


odd = some.sampled_from([np.nan, np.inf, -np.inf, 0.0, 1e-45, 3e38, -3e38, 1.0])


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(some.data(), some.sampled_from(["adding", "continual", "errands"]), some.booleans())
def test_a_log_without_a_number_in_it_can_be_shown(draws: some.DataObject, task: str, few: bool) -> None:
    """Losses, norms and probes of a stranger's run may be anything."""
    more: dict[str, Any] = {"examples": 5} if few and task != "continual" else {}
    run = library.advance(library.start(task, kind="lstm", units=4, batch=2, steps=9, **more), 3)
    log = dict(run.log)
    for name in log.keys() & {"loss", "norm", "held_loss", "state_norm"}:
        log[name] = np.array(draws.draw(some.lists(odd, min_size=3, max_size=3)), np.float32)
    for name in ("accuracy", "clipped"):
        log[name] = np.array(draws.draw(some.lists(some.sampled_from([0, 1, np.nan]), min_size=3, max_size=3)), "f4")
    size = len(run.probes[0].norms_h)
    norms = [np.array(draws.draw(some.lists(odd, min_size=size, max_size=size))) for _ in "hc"]
    run = replace(run, log=log, probes=(Probe(0, *norms),))
    found, plan = training_scene.examined(dump(run))
    data = payload(Shown(plan, (found,), (found,), 9, (), ""), LIGHT)
    json.loads(data, parse_constant=lambda wrong: pytest.fail(wrong))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_run_before_its_first_step_asks_nobody_to_press_train(language: str) -> None:
    run, plan = training_scene.examined(dump(library.start("recall", units=4, batch=2)))
    asks, says = (translate(language, f"training.curves.{key}_one") for key in ("title", "begun"))
    assert headline(plan, (), language) == asks
    assert headline(plan, (run,), language) == says


def test_one_of_a_thing_is_not_called_several() -> None:
    """Fault F23: "After 1 steps". A stranger's run may have one of anything."""
    run = library.advance(library.start("errands", units=1, embedding=1, batch=1, steps=1, examples=1), 1)
    found, plan = training_scene.examined(dump(run))
    shown = sections(payload(Shown(plan, (found,), (found,), 1, (), ""), LIGHT))
    said = json.dumps(shown) + plan.words("en") + translate("en", "training.status.done", step=1)
    assert not re.findall(r"\b1 (?:steps|units|examples)\b", said)
    assert {"1 step", "1 unit", "1 example a step", "1 example"} <= set(plan.words("en").split(", "))


# Into a visit that trains already.


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> desk_module.Desk:
    """A visit that has trained three steps of twins."""
    monkeypatch.setattr(tickets, "submit", Ticket)
    monkeypatch.setattr(desk_module, "asked_alone", lambda function, *args: function(*args))
    said = {"task": "recall", "delay": "2", "size": "4", "budget": "100"}
    monkeypatch.setattr(state, "value", lambda name: said.get(name, state.KEYS[name].default))
    one = desk_module.Desk()
    one.train(training_controls.chosen())
    one.look()
    return one


@pytest.mark.parametrize(
    "spoil", [lambda d: b"", lambda d: b"no run at all", lambda d: d[:-9], lambda d: d[:50] + d[80:]]
)
def test_a_bad_file_changes_nothing(spoil: Callable[[bytes], bytes], desk: desk_module.Desk) -> None:
    before = vars(desk).copy()
    with pytest.raises(ValueError, match=r"."):
        desk.upload(spoil(dump(desk.runs[0])))
    assert vars(desk) == before


def test_a_run_that_needs_too_much_changes_nothing(desk: desk_module.Desk) -> None:
    before = vars(desk).copy()
    with pytest.raises(TooMuch):
        desk.upload(dump(library.start("recall", units=256, batch=512, length=400)))
    assert vars(desk) == before


@pytest.mark.parametrize("part", ["read", "plans.plan_of", "payload"])
def test_whatever_fails_fails_before_the_old_run_is_ended(
    part: str, desk: desk_module.Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, before = desk.file(0), vars(desk).copy()

    def broken(*_: Any) -> Any:
        raise KeyError(part)

    monkeypatch.setattr(f"rnnviz.scenes.training.{part}", broken)
    with pytest.raises(KeyError):
        desk.upload(file)
    assert vars(desk) == before


def test_a_downloaded_run_goes_on_where_it_was(desk: desk_module.Desk) -> None:
    file, there = desk.file(1), desk.runs[1]
    assert desk.upload(file)
    assert not desk.going
    assert training_scene.step(desk.runs) == 3
    assert desk.runs[0].settings == there.settings
    desk.resume()
    desk.look()
    np.testing.assert_array_equal(desk.runs[0].log["loss"], library.advance(there, 3).log["loss"])
