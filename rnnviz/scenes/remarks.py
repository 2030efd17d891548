"""What recorded runs come to, in sentences that are filled from their files."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from statistics import mean, median

import numpy as np

from rnnviz.figures.records import SUCCESS
from rnnviz.language import labels_of, translate
from rnnviz.numbers import percent, two_digits
from rnnviz.tasks import TASKS
from rnnviz.training.records import Recorded, record


def seeds(name: str) -> set[int]:
    """The seeds of a record."""
    return {run.seed for run in record(name)}


def right(run: Recorded) -> float:
    """The share of right answers on new examples; 0 for a run that ended in trouble."""
    return run.test["accuracy"] if run.test else 0.0


def learned(runs: list[Recorded], error: float) -> int:
    """How many of these runs have an error below this."""
    return sum(right(run) > 1 - error for run in runs)


def arms(name: str) -> dict[str, dict[float, list[Recorded]]]:
    """The runs of a record that compares arms at several numbers: arm -> number -> its seeds."""
    found: dict[str, dict[float, list[Recorded]]] = {}
    for run in record(name):
        found.setdefault(run.arm.split()[0], {}).setdefault(run.number, []).append(run)
    return found


def counts(name: str, language: str, arm: str) -> str:
    """How many seeds of an arm learned, at one number after the other."""
    each = (str(learned(runs, SUCCESS[name])) for runs in arms(name)[arm].values())
    return translate(language, "training.comma").join(each)


def numbers(name: str, language: str) -> str:
    """The numbers at which arms are compared."""
    first = next(iter(arms(name).values()))
    return translate(language, "training.comma").join(f"{number:g}" for number in first)


@lru_cache(maxsize=1)
def learned_at() -> dict[str, object]:
    """How many seeds learned at each threshold: in our narrower band, in Pascanu's."""
    (found,) = arms("thresholds").values()
    names = ("twentieth", "tenth", "fifth", "half", "once", "ten")
    return {name: learned(found[at], SUCCESS["thresholds"]) for name, at in zip(names, sorted(found), strict=True)}


def order(language: str) -> str:
    """Of temporal order: successes as the paper counts them."""
    told = {arm: counts("p7", language, arm) for arm in ("clipped", "unclipped")}
    told |= {"lengths": numbers("p7", language), "error": percent(SUCCESS["p7"])}
    return translate(language, "training.record_remarks.p7", seeds=len(seeds("p7")), **told)


def explosion(language: str) -> str:
    """Of the preset: how far the norms grew, and how many seeds learned."""
    runs = {arm: [run for run in record("preset-clipping") if run.arm == arm] for arm in ("clipped", "unclipped")}
    grew = {arm: [run.growth or 0 for run in mine] for arm, mine in runs.items()}
    error = SUCCESS["thresholds"]
    told: dict[str, object] = {arm: learned(mine, error) for arm, mine in runs.items()}
    told |= {"least": two_digits(min(grew["unclipped"])), "most": two_digits(max(grew["unclipped"]))}
    told["end"] = two_digits(median(run.curves["norm"][-1] for run in runs["unclipped"] if run.ended != "nan"))
    peaks = [run.steps * (np.nanargmax(run.curves["norm"]) + 1) / len(run.curves["norm"]) for run in runs["unclipped"]]
    told["soon"] = f"{max(peaks):.0f}"
    told["broke"] = sum(run.ended == "nan" for run in runs["unclipped"])
    told |= {"tame": two_digits(max(grew["clipped"])), "seeds": len(runs["clipped"]), "error": percent(error)}
    return translate(language, "training.record_remarks.preset-clipping", **told)


def thresholds(language: str) -> str:
    """Of the thresholds: how many seeds learned at each, and where the mean norms come from."""
    usual = [run.usual_norm or np.nan for run in record("preset-clipping") if run.arm == "clipped"]
    found = learned_at()
    told: dict[str, object] = {"least": two_digits(min(usual)), "most": two_digits(max(usual)), **found}
    told["worst"] = min(int(str(found[name])) for name in ("twentieth", "tenth", "fifth"))
    told |= {"seeds": len(seeds("thresholds")), "error": percent(SUCCESS["thresholds"])}
    return translate(language, "training.record_remarks.thresholds", **told)


def convergence(language: str) -> str:
    """Of the rates: how many seeds learned, and after how many steps."""
    told = {arm: counts("convergence", language, arm) for arm in ("clipped", "unclipped")}
    told |= {"rates": numbers("convergence", language), "error": percent(SUCCESS["convergence"])}
    steps = (f"{median(soon(run) for run in runs):,.0f}" for runs in arms("convergence")["clipped"].values())
    told["steps"] = translate(language, "training.comma").join(steps)
    return translate(language, "training.record_remarks.convergence", seeds=len(seeds("convergence")), **told)


def soon(run: Recorded) -> float:
    """After how many steps the share of right answers, as the record has it in stretches, was first so high that the
    run counts as learned; all its steps, if it never was."""
    good = np.flatnonzero(run.curves["accuracy"] > 1 - SUCCESS["convergence"])
    return float(run.steps * (good[0] + 1) / len(run.curves["accuracy"]) if len(good) else run.steps)


def gates(language: str) -> str:
    """Of an LSTM without one of its gates: how right it is after the longest delay."""
    found, words = arms("gates"), labels_of(language, "records")
    longest = max(found["all"])
    each = []
    for arm, runs in found.items():
        shares = [right(run) for run in runs[longest]]
        told = {"right": percent(mean(shares)), "least": percent(min(shares)), "most": percent(max(shares))}
        each.append(translate(language, "training.record_remarks.gate", name=words[f"gates_{arm}"], **told))
    told = {"shares": translate(language, "training.comma").join(each), "length": f"{longest:g}"}
    chance = percent(TASKS["recall"].chance(int(longest))[1])
    return translate(language, "training.record_remarks.gates", seeds=len(seeds("gates")), chance=chance, **told)


REMARKS: dict[str, Callable[[str], str]] = {
    **{"p7": order, "preset-clipping": explosion, "thresholds": thresholds},
    **{"convergence": convergence, "gates": gates},
}
"""The sentence of each record, by language."""
