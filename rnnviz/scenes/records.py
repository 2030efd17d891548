"""What the page Training shows of recorded runs: a figure, and a table with every seed and its budget."""

from __future__ import annotations

from functools import lru_cache
from statistics import mean

from rnnviz import figures
from rnnviz.figures.base import Spec
from rnnviz.figures.records import FOLLOWED
from rnnviz.language import labels_of, translate
from rnnviz.numbers import percent
from rnnviz.scenes.writer import View
from rnnviz.tasks import TASKS
from rnnviz.training.records import NAMES, RECORDS, Recorded, record

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
            "arm": words.get(f"{name}_{arm.split()[0]}", arm),
            "length": str(_length(runs[0])),
            "right": BETWEEN.join(_right(run, language) for run in runs),
            "loss": BETWEEN.join(f"{run.test['loss']:.1f}" for run in runs if run.test),
            "budget": f"{settings['steps']:,} × {settings['batch']}",
            "time": f"{mean(run.seconds for run in runs):.0f}",
        }
        del row["length" if name == "overfitting" else "loss"]  # sentences without words in between
        rows.append({columns[key]: text for key, text in row.items()})
    return rows


def _length(run: Recorded) -> int:
    return int(str(run.settings["length"]))


def _right(run: Recorded, language: str) -> str:
    """On new examples; in a stream, which has none, over the last twentieth of the run."""
    if run.ended == "nan":
        return translate(language, "training.record_broke")
    last = run.curves["accuracy"][-len(run.curves["accuracy"]) // 20 :]
    return percent(run.test["accuracy"] if run.test else float(last.mean())) + "%"
