"""What the page Training shows of a run or of twins, as they are now."""

from __future__ import annotations

import hashlib
import re
from html import unescape
from typing import NamedTuple

import numpy as np

from rnnviz import figures
from rnnviz.figures.base import Spec
from rnnviz.figures.paths import STYLES
from rnnviz.figures.training_lines import Twin
from rnnviz.language import LANGUAGES, filled, labels_of, translate
from rnnviz.networks.bodies import RECURRENT
from rnnviz.scenes.training_words import broke, difference, headline, step, threshold, trouble
from rnnviz.scenes.writer import Figure, Section, View, pack
from rnnviz.tasks import TASKS
from rnnviz.text import vocabulary
from rnnviz.training import plans
from rnnviz.training.advance import start
from rnnviz.training.files import read
from rnnviz.training.plans import Plan
from rnnviz.training.runs import STEP_BYTES, Probe, Run


class Shown(NamedTuple):
    """All that the board shows."""

    plan: Plan
    runs: tuple[Run, ...]
    """As they are at the step that is looked at; empty before the first training."""
    furthest: tuple[Run, ...]
    """As far as they have come."""
    steps: int
    """Where training ends, and with it the axes."""
    others: tuple[Twin, ...]
    """Earlier runs to compare with."""
    said: str
    """What a screen reader says, when it changes."""


@np.errstate(over="ignore", invalid="ignore")
def payload(shown: Shown, view: View) -> bytes:
    """For `rnnviz.ui.board.board`."""
    sections = [curves(shown, view)]
    if not shown.runs or any(run.settings.shape.kind in RECURRENT for run in shown.runs):  # else no state to ask about
        sections.append(memory(shown, view))
    if TASKS[shown.plan.task].streams:
        sections.insert(1, state(shown, view))
    now = [(run.settings, run.step, run.ended) for run in shown.runs]
    others = [one.name for one in shown.others]
    furthest = [run.step for run in shown.furthest]
    revision = hashlib.sha256(repr((shown.plan, now, furthest, others, shown.said)).encode()).hexdigest()[:16]
    return pack(revision, sections, labels_of(view.language, "board"), view.theme, view.scale, shown.said)


def curves(shown: Shown, view: View) -> Section:
    """Loss, norm and accuracy, twins on the same axes."""
    plan, language = shown.plan, view.language
    task = TASKS[plan.task]
    twins = twins_of(shown, language)
    look = view.look("training_figures")
    at = step(shown.runs) if step(shown.runs) < step(shown.furthest) else None
    length = shown.runs[0].settings.length if shown.runs else plan.settings()[0]["length"]
    loss, accuracy = task.chance(length)
    number_asked = task.kind == "number"
    drawn: dict[str, Spec] = {
        "loss": figures.loss_curves.spec(twins, shown.steps, loss, shown.others, at, number_asked, look=look),
        "accuracy": figures.accuracy_curves.spec(twins, shown.steps, accuracy, shown.others, at, look=look),
        "norm": figures.norm_curves.spec(twins, shown.steps, shown.others, at, look=look),
    }
    shapes: list[Figure] = [
        {
            "id": id,
            "name": translate(language, f"training.{id}"),
            "figure": spec,
            "label": translate(language, f"training.labels.{id}", found=finding(spec, language)),
        }
        for id, spec in drawn.items()
    ]
    foot = [*trouble(plan, shown.runs, language), *threshold(plan, shown.runs, language)]
    title, text = headline(plan, shown.runs, language), difference(plan, shown.runs, language)
    return {"id": "curves", "title": title, "text": text, "figures": shapes, "foot": foot}


def memory(shown: Shown, view: View) -> Section:
    """For each run, how far back its answer reaches, at some moments of the training."""
    look = view.look("training_figures")
    names = shown.plan.names(view.language)
    marks = [letter for *_, letter in STYLES]
    probes: list[tuple[Probe, ...]] = [run.probes for run in shown.runs] or [()] * len(names)
    rows = TASKS[shown.plan.task].probe(TASKS[shown.plan.task].lengths[0]).rows
    tokens = [] if rows is None else [vocabulary().words[row] for row in rows[0]]
    given: list[Figure] = []
    for k, name in enumerate(names):
        spec = figures.memory.spec(probes[k], tokens, look=look)
        label = translate(view.language, "training.labels.memory", name=name, found=finding(spec, view.language))
        given.append({"id": str(k), "name": f"{marks[k]} {name}", "figure": spec, "label": label})
    text = filled(view.language, "training.memory.text", {})
    title = translate(view.language, "training.memory.title")
    return {"id": "memory", "title": title, "text": text, "figures": given, "foot": None}


def state(shown: Shown, view: View) -> Section:
    """In a stream: the norm of the state that goes on from batch to batch."""
    look = view.look("training_figures")
    at = step(shown.runs) if step(shown.runs) < step(shown.furthest) else None
    spec = figures.state_curves.spec(twins_of(shown, view.language), shown.steps, at, look=look)
    said = translate(view.language, "training.labels.state", found=finding(spec, view.language))
    one: Figure = {"id": "state", "name": "", "figure": spec, "label": said}
    text = filled(view.language, "training.state.text", {})
    title = translate(view.language, "training.state.title")
    return {"id": "state", "title": title, "text": text, "figures": [one], "foot": None}


def finding(spec: Spec, language: str) -> str:
    """What a figure shows, for those who do not see it: the lines of its caption, without their marks."""
    lines = re.sub("<(?!br)[^>]*>", "", spec["layout"]["annotations"][0]["text"]).split("<br>")
    plain = (unescape(line).strip(" ◆●┈╌\u00a0") for line in lines)
    return translate(language, "training.comma").join(line for line in plain if line)


def twins_of(shown: Shown, language: str) -> list[Twin]:
    """The runs as the figures take them, as far as they have come; without a run, twins that have not begun."""
    names = shown.plan.names(language)
    if not shown.furthest:
        return [Twin(name, {}, side.get("clip")) for name, side in zip(names, shown.plan.settings(), strict=True)]
    runs = zip(names, shown.furthest, strict=True)
    return [Twin(name, run.log, run.settings.clip, broke(run)) for name, run in runs]


def runs_of(plan: Plan) -> tuple[Run, ...]:
    """The runs of a plan before their first step; for a reader process, since it makes networks."""
    return tuple(start(plan.task, **settings) for settings in plan.settings())


def examined(data: bytes) -> tuple[Run, Plan]:
    """For a reader process: a run that was uploaded, and its plan. Raises ValueError as `Desk.upload` does."""
    run = read(data, STEP_BYTES)
    plan = plans.plan_of(run.settings)
    for spoken in LANGUAGES:
        payload(Shown(plan, (run,), (run,), run.settings.steps, (), ""), View(spoken, "light", 1.0))
    return run, plan
