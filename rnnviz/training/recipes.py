"""How the networks in assets/weights were made (`make weights`).

Protocol: every network reads equally many sentences in equally many steps, of all kinds and lengths from the first step
on, most of them brief at the beginning, the same ones for the same seed; clipped at norm 1, with Adam under a cosine.
How far it came in training is `trained_to` and `mastered_at` in the table. The learning rate is chosen for each
architecture from one grid, on a seed that is not among the five. Of the five seeds the *median* is shipped, as
`scoring.chosen_by` orders them, by sentences that nothing is reported on; where the median never left chance, the seed
that learned most, and its card says so. Every seed is in `assets/weights/seeds.json`.

A finished run is kept in `.runs/` under the hash of its settings, language and word vectors, and not trained again.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import MISSING, asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray
from safetensors.numpy import load_file, save_file

from rnnviz.shipped import ASSETS
from rnnviz.tasks import TASKS, errands
from rnnviz.tasks.errands.sentences import LATELY
from rnnviz.training import scoring
from rnnviz.training.advance import Run, advance, network_of, new_run, one_thread, restore, untrained_network
from rnnviz.training.records import FIRST
from rnnviz.training.runs import MASTERY
from rnnviz.training.settings import Settings
from rnnviz.training.zoo import BESIDE, COMPARED, WEIGHTS, card, recipe

RATES = (1e-3, 2e-3, 4e-3)
TRIAL_STEPS = 3000
SEEDS = (0, 1, 2, 3, 4)
TRIAL_SEED = 100
CHANCE = 0.1
LEFT_CHANCE = 3 * CHANCE
"""A seed has left chance if it is right this often over all kinds."""
TABLES = {"en": "vectors", "ja": "vectors-ja"}
DRAWN_FROM = ("frames", "needs", "implied", "fillers", "people", "lists", "words")
"""The files of a language that its sentences are made of."""
LATEST = 100
"""Steps that say how far a network has come in training."""
RUNS = ASSETS.parent / ".runs"
Trained = tuple[dict, dict[str, ndarray]]
"""A network's row in the table of all seeds, and its weights."""


def key(settings: Settings) -> str:
    """Stands for a run: its settings as far as they are not the usual ones, so that one that is new changes nothing of
    old runs, and the files of its language and of its word vectors."""
    language = TASKS[settings.task].reads
    files = [ASSETS / "errands" / language / f"{name}.txt" for name in DRAWN_FROM]
    files += sorted(ASSETS.glob(f"{TABLES[language]}.*"))
    told = repr(_unusual(settings) | {"shape": _unusual(settings.shape)})
    parts = [told.encode(), *(file.read_bytes() for file in files)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _unusual(values: Any) -> dict[str, object]:
    """The fields of a dataclass that have another value than their default."""
    found = ((field, getattr(values, field.name)) for field in fields(values))
    return {field.name: value for field, value in found if field.default is MISSING or value != field.default}


def trained(jobs: Sequence[tuple[str, Settings]], scored: bool = True) -> list[Trained]:
    """Train these networks, or find them trained: their rows and weights. They go side by side, so that those which
    read the same sentences find them drawn."""
    files = [RUNS / f"{name}-{settings.seed}-{key(settings)}.json" for name, settings in jobs]
    runs = {file: new_run(settings) for file, (_, settings) in zip(files, jobs, strict=True) if not file.exists()}
    names = {file: name for file, (name, _) in zip(files, jobs, strict=True)}
    RUNS.mkdir(exist_ok=True)
    while not all(run.ended for run in runs.values()):
        runs = {file: advance(run, LATELY) for file, run in runs.items()}
    for file, run in runs.items():
        run = in_half(run)
        with one_thread():
            row = row_of(names[file], run, scored)
        save_file(halves(run.parameters), file.with_suffix(".safetensors"))
        file.write_text(json.dumps(row))
        print(json.dumps(row), flush=True)  # whoever waits for the training sees it
    return [(json.loads(file.read_text()), load_file(file.with_suffix(".safetensors"))) for file in files]


def in_half(run: Run) -> Run:
    """The run with its weights as they ship, in half precision: what is scored is what ships."""
    return replace(run, parameters=widened(halves(run.parameters)))


def widened(parameters: Mapping[str, ndarray]) -> dict[str, ndarray]:
    return {name: value.astype(np.float32) for name, value in parameters.items()}


def halves(parameters: Mapping[str, ndarray]) -> dict[str, ndarray]:
    return {name: value.astype(np.float16) for name, value in parameters.items()}


def row_of(name: str, run: Run, scored: bool = True) -> dict:
    """One row of the table of all seeds. Of a trial only what a rate is chosen by: it is not `scored`."""
    language = TASKS[run.settings.task].reads
    network = network_of(run)
    accuracy = run.log["accuracy"]
    row = {"network": name, "seed": run.settings.seed, "rate": run.settings.rate, "steps": run.settings.steps}
    row |= {"key": key(run.settings), "first": [float(f"{x:.7g}") for x in run.log["loss"][:FIRST]]}
    row |= {"trained_to": float(accuracy[-LATEST:].mean()), "mastered_at": mastered_at(accuracy)}
    row["chosen_by"] = scoring.chosen_by(network, language, run.settings.length)
    return row | scoring.scores(network, language) if scored else row


def mastered_at(accuracy: ndarray) -> int | None:
    """Of the accuracies of all steps: after how many of them nine in ten things were right in the last 100."""
    latest = np.convolve(accuracy, np.full(LATEST, 1 / LATEST), "valid")
    found = np.flatnonzero(latest >= MASTERY)
    return int(found[0]) + LATEST if len(found) else None


def standing(row: dict) -> tuple[float, float]:
    """What rates are chosen by, and seeds ordered."""
    accuracy, sure = row["chosen_by"]
    return accuracy, sure


def shipped(rows: list[dict]) -> tuple[int, str]:
    """The index of the seed to ship, and why that one."""
    order = sorted(range(len(rows)), key=lambda i: standing(rows[i]))
    median = order[len(order) // 2]
    if standing(rows[median])[0] >= LEFT_CHANCE:
        return median, "median"
    return order[-1], "best, because the median never left chance"


def make(names: Sequence[str], processes: int = 2) -> None:
    """Train all seeds of these networks and write weights, cards and the table of all seeds."""
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    tried = together([[(name, recipe(name, rate, TRIAL_STEPS, TRIAL_SEED)) for name in those]
                      for those in by_language(names) for rate in RATES], processes, scored=False)  # fmt: skip
    rates = {name: max((row for row, _ in tried[name]), key=standing)["rate"] for name in names}
    jobs = [[(name, recipe(name, rates[name], seed=seed)) for name in those]
            for seed in SEEDS for those in by_language(names)]  # fmt: skip
    done = together(jobs, processes)
    for name in names:
        write(name, [row for row, _ in tried[name]], done[name])


def beside(processes: int = 2, seeds: tuple[int, ...] = (0, 1, 2)) -> None:
    """Train what is only compared, each at the rate of its kind, and write its rows to `zoo.COMPARED`."""
    rates = {name: card(shape.kind)["settings"]["rate"] for name, shape in BESIDE.items()}
    done = together(
        [[(name, recipe(name, rate, seed=seed)) for name, rate in rates.items()] for seed in seeds], processes
    )
    as_json(COMPARED, [row for name in BESIDE for row, _ in done[name]])


def by_language(names: Sequence[str]) -> list[list[str]]:
    """Those that read the same language together."""
    return [those for task in TASKS if (those := [name for name in names if recipe(name).task == task])]


def together(
    jobs: Sequence[Sequence[tuple[str, Settings]]], processes: int, scored: bool = True
) -> dict[str, list[Trained]]:
    """What `trained` makes of all jobs, by the names of the networks."""
    found: dict[str, list[Trained]] = {}
    with ProcessPoolExecutor(processes) as pool:
        running = [pool.submit(trained, job, scored) for job in jobs]
        for job, done in zip(jobs, running, strict=True):
            for (name, _), one in zip(job, done.result(), strict=True):
                found.setdefault(name, []).append(one)
    return found


def write(name: str, tried: list[dict], done: list[Trained]) -> None:
    """A network's weights, its card, and its rows in the table of all seeds."""
    rows = [row for row, _ in done]
    chosen, why = shipped(rows)
    for i, row in enumerate(rows):
        row["shipped"] = i == chosen
    settings = recipe(name, rows[chosen]["rate"], seed=rows[chosen]["seed"])
    save_file(done[chosen][1], WEIGHTS / f"{name}.safetensors")
    language = TASKS[settings.task].reads
    untrained = untrained_network(settings)
    facts = {
        "name": name,
        "data": f"the language of errands, assets/errands/{language}",
        "settings": asdict(settings),
        "budget": f"{settings.steps} steps of {settings.batch} sentences",
        "recurrent_weights": untrained.body_weights(),
        "seeds": list(SEEDS),
        "shipped": why,
        "held_out_ceiling": errands.held_out_ceiling(language),
        "rates_tried": {str(row["rate"]): standing(row) for row in tried},
        "rates_tried_on": f"seed {TRIAL_SEED}, {TRIAL_STEPS} steps; accuracy over all kinds and lengths",
    }
    told = ("shortest", "brief", "clauses", "words", "accuracy", "held_out", "kinds", "others")
    facts |= {part: rows[chosen][part] for part in told}
    if untrained.reach:
        facts["blind"] = scoring.blind(restore(settings, widened(done[chosen][1])).eval(), language, settings.length)
    as_json(WEIGHTS / f"{name}.json", facts)
    seeds = WEIGHTS / "seeds.json"
    table = json.loads(seeds.read_text()) if seeds.exists() else []
    as_json(seeds, [row for row in table if row["network"] != name] + rows)


def as_json(file: Path, value: object) -> None:
    """With a line for each entry, so that a change can be read in a diff."""
    file.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", "utf-8")
