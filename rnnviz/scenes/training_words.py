"""What the page Training says of a run or of twins: how far and how right they are, in what they differ, what broke."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

import numpy as np

from rnnviz.figures.paths import STYLES
from rnnviz.figures.training_lines import WINDOW, Log, mean_of_last, smoothed
from rnnviz.language import translate
from rnnviz.numbers import percent, three_digits, two_digits
from rnnviz.recurrence.clipping import proposed
from rnnviz.scenes.writer import Runs
from rnnviz.training.advance import settled
from rnnviz.training.plans import BETS, Plan
from rnnviz.training.runs import MASTERY, Run
from rnnviz.training.twins import alike, body_weights, levelled, parting

ALIKE = 0.05
"""Twins are about as right as each other, if no more than this lies between them."""
LEARNED = 0.99
"""A run has learned its examples when this share of its answers is right, over the last `WINDOW` steps."""
EXPLODED = 100
"""A gradient has exploded when its norm is so many times that of the first step."""


def step(runs: tuple[Run, ...]) -> int:
    """That of the run that is furthest."""
    return max((run.step for run in runs), default=0)


def headline(plan: Plan, runs: tuple[Run, ...], language: str) -> str:
    """What is seen, in one sentence."""
    names = plan.names(language)
    end = "_one" * (len(names) == 1)
    if not step(runs):
        return translate(language, f"training.curves.{'begun' if runs else 'title'}{end}")
    if end and broke(runs[0]):
        return translate(language, "training.curves.broke", step=f"{broke(runs[0]):,}")
    told = dict(zip("ab", (right(run, language) for run in runs), strict=False))
    told |= dict(zip(("first", "second"), names, strict=False)) | {"step": f"{step(runs):,}"}
    return translate(language, f"training.curves.now{end}", **told)


def broke(run: Run) -> int:
    """The step, counted from 1, at which the run broke down; 0 if it did not."""
    return run.step if run.ended == "nan" else 0


def right(run: Run, language: str) -> str:
    """How right a run is of late, or that it broke down."""
    if broke(run):
        return translate(language, "training.share.broke", step=f"{broke(run):,}")
    return shares(run.log, language)


def shares(log: Log, language: str) -> str:
    """The share of right answers of late; where examples are held out, of those learned and of those."""
    learned, held = _whole(mean_of_last(log["accuracy"])), held_out(log)
    if held is None:
        return translate(language, "training.share.right", right=learned)
    return translate(language, "training.share.both", learned=learned, held=_whole(held))


def held_out(log: Log) -> float | None:
    """The share of held-out examples that were right when last looked at; None where there are none."""
    held = log.get("held_accuracy", np.zeros(0))
    known = held[held == held]
    return float(known[-1]) if len(known) else None


def on_new(run: Run) -> float:
    """How right a run is of late on examples that it had not met; below 0 if it broke down."""
    held = held_out(run.log)
    return -1.0 if broke(run) else mean_of_last(run.log["accuracy"]) if held is None else held


def verdict(plan: Plan, runs: tuple[Run, ...], bet: str, language: str) -> str:
    """What the visitor guessed of the twins, and once both have ended, what came of it."""
    if not bet or len(runs) < 2:
        return ""
    names = [f"{letter} {name}" for (*_, letter), name in zip(STYLES, plan.names(language), strict=False)]
    told = {"guess": dict(zip(BETS, names, strict=False)).get(bet) or translate(language, "training.bets.same")}
    if not all(run.ended for run in runs):
        return translate(language, "training.guess.going", **told)
    a, b = (on_new(run) for run in runs)
    came = "same" if abs(a - b) <= ALIKE else BETS[b > a]
    told |= dict(zip("ab", (right(run, language) for run in runs), strict=True))
    told |= dict(zip(("first", "second"), names, strict=True))
    return translate(language, f"training.guess.{'so' if came == bet else 'otherwise'}", **told)


def _whole(share: float) -> str:
    return "–" if share != share else f"{percent(share)}%"


def difference(plan: Plan, runs: tuple[Run, ...], language: str) -> Runs:
    """In what the twins differ, and what is the same."""
    found: list[Sequence[str]] = []
    told = {"seed": plan.seed, "settings": plan.words(language)}
    if plan.twin == "none":
        (name,) = plan.names(language)
        found.append([translate(language, "training.curves.alone", name=name, **told), ""])
    else:
        what = translate(language, f"training.knobs.{plan.twin}")
        before, _, after = translate(language, "training.curves.differs").partition("{what}")
        found += [[before, ""], [what, "strong"], [after, ""]]
        for (role, _, _, letter), name in zip(STYLES, plan.names(language), strict=False):
            found += [[f"{letter} {name}", "strong" if role == "ink" else role], ["   ", ""]]
        found += [["\n", ""], [translate(language, "training.curves.same", **told), ""]]
        found += [[sizes(plan, language), ""], [examples(plan, runs, language), ""]]
    held = any("held_loss" in run.log for run in runs)
    end = "held" if held else "thick"
    found.append([translate(language, f"training.curves.{end}", window=WINDOW), ""])
    return found


def sizes(plan: Plan, language: str) -> str:
    """How many weights each of the twins has, where they have not as many."""
    counts = [body_weights(settled(plan.task, **side)) for side in plan.settings()]
    if len(set(counts)) == 1 and plan.equal == "units":
        return ""
    told = dict(zip(("first", "second"), plan.names(language), strict=True))
    told |= {name: f"{count:,}" for name, count in zip("ab", counts, strict=True)}
    return translate(language, f"training.curves.sizes_{plan.equal}", **told)


def examples(plan: Plan, runs: tuple[Run, ...], language: str) -> str:
    """Whether the twins read the same examples: as measured in their logs, or before these as their settings say."""

    def say(what: str, **values: object) -> str:
        return translate(language, f"training.curves.examples.{what}", **values)

    first, second = (run.settings for run in runs) if runs else (settled(plan.task, **one) for one in plan.settings())
    if not alike(first, second):
        return say("setting")
    if not step(runs):
        return say("until" if levelled(first) else "will")
    found, shared = parting(*runs), min(run.step for run in runs)
    if found is None:
        return say("same", steps=f"{shared:,}")
    told = {"before": f"{found.step - 1:,}", "step": f"{found.step:,}", "same": f"{found.same:,}", "of": f"{shared:,}"}
    return say("level", name=plan.names(language)[found.ahead], mastery=percent(MASTERY), **told)


def learning(run: Run) -> int:
    """How many steps a run took to learn its examples, the longest among them; all, if it has not come so far."""
    if not run.step:
        return 0
    steps, means = smoothed(run.log["accuracy"], most=run.step)
    at_last = run.log["level"][steps.astype(int) - 1] >= run.settings.top
    learned = (means >= LEARNED) & (steps >= WINDOW) & at_last
    return int(steps[learned.argmax()]) if learned.any() else run.step


def usual_norm(run: Run) -> float:
    """The mean norm of the gradient while the run learned; NaN if none was a number."""
    norms = run.log["norm"][: learning(run)]
    finite = norms[np.isfinite(norms)]
    return float(finite.mean(dtype=float)) if len(finite) else nan


def growth(run: Run) -> float:
    """The largest norm of the gradient that was a number, in units of the first step's; 0 where there is none."""
    norms = run.log["norm"].astype(float)
    return float(norms[np.isfinite(norms)].max(initial=0.0) / norms[0]) if len(norms) and norms[0] else 0.0


def threshold(plan: Plan, runs: tuple[Run, ...], language: str) -> Runs:
    """The thresholds to try next (`rnnviz.recurrence.clipping.proposed`), from the norms of each run while it learned:
    those after it are as small as what is left to learn. None from a run that broke down or whose gradient exploded."""
    told = []
    for run, name in zip(runs, plan.names(language), strict=False):
        if broke(run):
            told.append(translate(language, "training.curves.no_band", name=name))
        elif growth(run) > EXPLODED:
            times = two_digits(growth(run))
            told.append(translate(language, "training.curves.no_band_of", name=name, times=times))
        elif run.step:
            band = proposed([usual_norm(run)], 1)
            edges = dict(zip(("low", "high", "least", "most"), (band.low, band.high, *band.narrower), strict=True))
            between = {edge: two_digits(float(values[-1])) for edge, values in edges.items()}
            steps = f"{learning(run):,}"
            told.append(translate(language, "training.curves.from_to", name=name, steps=steps, **between))
    said = translate(language, "training.semicolon").join(told) or translate(language, "training.curves.none_yet")
    title = translate(language, "training.record_names.thresholds")
    return [[translate(language, "training.curves.threshold", learned=percent(LEARNED), runs=said, record=title), ""]]


def trouble(plan: Plan, runs: tuple[Run, ...], language: str) -> Runs:
    """Why a run could not go on."""
    found: list[Sequence[str]] = []
    for run, name in zip(runs, plan.names(language), strict=False):
        if run.trouble:
            told = {"step": f"{run.trouble.step + 1:,}", "norm": three_digits(run.trouble.norm_before), "name": name}
            key = f"training.trouble.{run.trouble.what}"
            found.append(["✕ " + translate(language, key, parameter=run.trouble.parameter, **told) + "\n", "strong"])
    return found
