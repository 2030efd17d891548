"""What the page Training shows of recorded runs: a figure, and a table with every seed and its budget."""

from __future__ import annotations

from functools import lru_cache
from statistics import mean

from rnnviz import figures
from rnnviz.figures.base import Spec
from rnnviz.figures.records import FOLLOWED, SUCCESS
from rnnviz.figures.seeds import by_arm
from rnnviz.language import labels_of, translate
from rnnviz.numbers import percent
from rnnviz.scenes.remarks import REMARKS
from rnnviz.scenes.studies import STUDIES, spread
from rnnviz.scenes.writer import View
from rnnviz.tasks import TASKS
from rnnviz.training.plans import described
from rnnviz.training.records import NAMES, RECORDS, TRIED, Recorded, record
from rnnviz.training.twins import body_weights

BETWEEN = "\u00a0· "
"""Between what two seeds have; a line may end after it."""


def there() -> list[str]:
    """The records that can be shown."""
    words = labels_of("en", "records")
    return [name for name in NAMES if f"{name}_y" in words and (RECORDS / f"{name}.json").exists()]


TELLS = ("preset-clipping",)
"""Records whose sentence says how many settings were tried."""
SPREADS, GRIDS = ("overfitting",), ("tuning",)
"""Records of which the end of every seed is shown, in rows or in a grid; the others are followed, or drawn over a
length."""


@lru_cache(maxsize=16)
def figure(name: str, view: View) -> Spec:
    """Drawn once for all visitors."""
    runs, look = record(name), view.look("records")
    loss, accuracy = TASKS[str(runs[0].settings["task"])].chance(_length(runs[0]))
    if name in SPREADS:
        return figures.spreads.spec(name, runs, accuracy, look=look)
    if name in GRIDS:
        return figures.grid.spec(name, runs, look=look)
    chance = {"": accuracy, "loss": loss}.get(FOLLOWED.get(name, ""))
    return figures.record.spec(name, runs, chance, look=look)


@lru_cache(maxsize=16)
def table(name: str, language: str) -> list[dict[str, str]]:
    """A row for each setting that was compared, none of its seeds left out."""
    columns, words = labels_of(language, "training")["table"], labels_of(language, "records")
    rows = []
    for arm, runs in by_arm(record(name)).items():
        settings = runs[0].settings
        row = {
            "arm": (words.get(f"{name}_at") or words[f"{name}_{arm.split()[0]}"]).format(value=arm.split()[-1]),
            "settings": _settings(runs, language),
            "length": str(_length(runs[0])),
            "mean": spread([_share(run) for run in runs], language),
            "right": BETWEEN.join(_right(run, language) for run in runs),
            "budget": f"{settings['steps']:,} × {settings['batch']}",
            "time": f"{mean(run.seconds for run in runs):.0f}",
        }
        rows.append({columns[key]: text for key, text in row.items()})
    return rows


def introduced(name: str, language: str) -> str:
    """What the figure of a record shows, and how it was made."""
    if name in (*SPREADS, *GRIDS):
        return translate(language, "training.record_ends")
    thick = "record_share" if name in SUCCESS else "record_median"
    told = translate(language, f"training.{thick}", error=percent(SUCCESS.get(name, 0.0)))
    return translate(language, "training.record_text", thick=told)


def remarks(name: str, language: str) -> list[str]:
    """What is to be known of a record beside its table: what it comes to, and how its settings were chosen."""
    own = {"p5": _dropped} | REMARKS | STUDIES
    found = [own[name](language)] if name in own else []
    return found if name in TELLS else [*found, _tried(name, language)]


def _tried(name: str, language: str) -> str:
    """How many settings were tried for a record, and on which seeds."""
    if name not in TRIED:
        return translate(language, "training.tried.unknown")
    count, seeds = TRIED[name]
    told = {"count": count, "first": seeds[0], "last": seeds[-1]}
    return translate(language, f"training.tried.{'seeds' if len(seeds) > 1 else 'seed'}", **told)


def _dropped(language: str) -> str:
    return translate(language, "training.record_remarks.p5")


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


def _share(run: Recorded) -> float:
    """Of right answers to new examples; in a stream, which has no others, over the last twentieth of the run."""
    last = run.curves["accuracy"][-len(run.curves["accuracy"]) // 20 :]
    return float(last.mean()) if run.test is None and run.ended != "nan" else run.right


def _right(run: Recorded, language: str) -> str:
    return translate(language, "training.record_broke") if run.ended == "nan" else f"{percent(_share(run))}%"
