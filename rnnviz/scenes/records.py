"""What the page Training shows of recorded runs: a figure, and a table with every seed and its budget."""

from __future__ import annotations

from functools import lru_cache
from statistics import mean

from rnnviz import figures
from rnnviz.figures.base import Spec
from rnnviz.figures.records import FOLLOWED, SUCCESS
from rnnviz.language import labels_of, translate
from rnnviz.numbers import percent
from rnnviz.scenes.remarks import REMARKS
from rnnviz.scenes.writer import View
from rnnviz.tasks import TASKS
from rnnviz.training.plans import described
from rnnviz.training.records import NAMES, RECORDS, Recorded, record
from rnnviz.training.twins import body_weights

BETWEEN = "\u00a0· "
"""Between what two seeds have; a line may end after it."""


def there() -> list[str]:
    """The records that can be shown."""
    words = labels_of("en", "records")
    return [name for name in NAMES if f"{name}_y" in words and (RECORDS / f"{name}.json").exists()]


@lru_cache(maxsize=16)
def figure(name: str, view: View) -> Spec:
    """Drawn once for all visitors."""
    runs = record(name)
    loss, accuracy = TASKS[str(runs[0].settings["task"])].chance(_length(runs[0]))
    chance = {"": accuracy, "loss": loss}.get(FOLLOWED.get(name, ""))
    return figures.record.spec(name, runs, chance, look=view.look("records"))


@lru_cache(maxsize=16)
def table(name: str, language: str) -> list[dict[str, str]]:
    """A row for each setting that was compared, none of its seeds left out."""
    columns, words = labels_of(language, "training")["table"], labels_of(language, "records")
    arms: dict[str, list[Recorded]] = {}
    for run in record(name):
        arms.setdefault(run.arm, []).append(run)
    rows = []
    for arm, runs in arms.items():
        settings = runs[0].settings
        row = {
            "arm": words.get(f"{name}_at", words[f"{name}_{arm.split()[0]}"]).format(value=arm.split()[-1]),
            "settings": _settings(runs, language),
            "length": str(_length(runs[0])),
            "right": BETWEEN.join(_right(run, language) for run in runs),
            "loss": BETWEEN.join(f"{run.test['loss']:.1f}" for run in runs if run.test),
            "budget": f"{settings['steps']:,} × {settings['batch']}",
            "time": f"{mean(run.seconds for run in runs):.0f}",
        }
        del row["length" if name == "overfitting" else "loss"]  # sentences without words in between
        rows.append({columns[key]: text for key, text in row.items()})
    return rows


def thick(name: str, language: str) -> str:
    """What the thick line of a record is."""
    if name in SUCCESS:
        return translate(language, "training.record_share", error=percent(SUCCESS[name]))
    return translate(language, "training.record_median")


def remarks(name: str, language: str) -> list[str]:
    """What is to be known of a record beside its table: how its settings were chosen, and what it comes to."""
    if name == "p5":
        return [translate(language, "training.record_remarks.p5")]
    if name in REMARKS:
        return [REMARKS[name](language)]
    return [_overfitting(language)] if name == "overfitting" else []


def _overfitting(language: str) -> str:
    """What the record of few examples says, counted in its table."""
    plain: list[Recorded] = []
    others: dict[str, list[Recorded]] = {}
    for run in record("overfitting"):
        (plain if run.arm == "plain" else others.setdefault(run.arm, [])).append(run)

    def rights(runs: list[Recorded]) -> list[float]:
        return [run.test["accuracy"] for run in runs if run.test]

    learned = min(float(run.curves["accuracy"][-1]) for run in plain)
    best = max(others, key=lambda arm: mean(rights(others[arm])))
    loss = {arm: mean(run.test["loss"] for run in runs if run.test) for arm, runs in {"plain": plain, **others}.items()}
    least = min(loss, key=loss.__getitem__)
    words = labels_of(language, "records")
    told = {
        "learned": percent(learned),
        "seeds": len(plain),
        "plain": percent(mean(rights(plain))),
        "chance": percent(TASKS["errands"].chance(_length(plain[0]))[1]),
        "best": words[f"overfitting_{best}"],
        "helped": percent(mean(rights(others[best]))),
        "least": words[f"overfitting_{least}"],
        "least_loss": f"{loss[least]:.1f}",
        "plain_loss": f"{loss['plain']:.1f}",
        "least_right": percent(mean(rights(others[least]))),
    }
    return translate(language, "training.record_remarks.overfitting", **told)


def _settings(runs: list[Recorded], language: str) -> str:
    """Of an arm: the network, how many weights its body has, and how it was trained, as far as the record knows. Where
    each seed has a threshold of its own, from the least to the greatest."""
    settled = runs[0].settled
    clips = sorted({run.settled.clip or 0 for run in runs})
    band = {"limit": f"{clips[0]:g}–{clips[-1]:g}"} if len(clips) > 1 else {}
    network, weights = translate(language, f"networks.{settled.shape.kind}"), f"{body_weights(settled):,}"
    told = [
        network,
        translate(language, "training.record_weights", weights=weights),
        described(settled, language, **band),
    ]
    if TASKS[settled.task].words and settled.noise == (0.0, 0.0):
        told.append(translate(language, "training.record_clear"))
    return translate(language, "training.comma").join(told)


def _length(run: Recorded) -> int:
    return int(str(run.settings["length"]))


def _right(run: Recorded, language: str) -> str:
    """On new examples; in a stream, which has none, over the last twentieth of the run."""
    if run.ended == "nan":
        return translate(language, "training.record_broke")
    last = run.curves["accuracy"][-len(run.curves["accuracy"]) // 20 :]
    return percent(run.test["accuracy"] if run.test else float(last.mean())) + "%"
