"""How the networks in assets/weights were made (`make weights`).

Protocol: every network takes equally many steps of equally many sentences, clipped at norm 1, with Adam under a cosine.
Which sentences a step reads depends on the level that the network has reached: one that does not master the short ones
never reads the long ones. How far each seed came is its `level` in the table. The learning rate is chosen for each
architecture from one grid, on a seed that is not among the five. Of the five seeds the *median* is shipped, by
accuracy over all lengths trained on, and among equals (all five, say, that are never wrong) by accuracy on never-seen
wordings; where the median never left chance, the seed that learned most, and its card says so. Every seed is in
`assets/weights/seeds.json`.
"""

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import lru_cache
from statistics import mean

import numpy as np
import torch
from numpy import ndarray
from safetensors.numpy import save_file

from rnnviz.networks.network import Network
from rnnviz.tasks import errands
from rnnviz.text import vocabulary
from rnnviz.training.advance import CLAUSES as TRAINED_CLAUSES
from rnnviz.training.advance import TOP_LEVEL, Run, advance, new_run, restore, snapshot, untrained_network
from rnnviz.training.settings import Settings
from rnnviz.training.zoo import SHAPES, WEIGHTS, all_seeds

RATES = (1e-3, 2e-3, 5e-3, 1e-2)
TRIAL_STEPS = 2000
SEEDS = (0, 1, 2, 3, 4)
TRIAL_SEED = 100
CLAUSES = (0, 1, 2, 4, 6, 8, 10, 12, 16, 24, 32, 48)
"""Where accuracy is measured: up to four times the length trained on."""
CHANCE = 1 / len(errands.THINGS)
LEFT_CHANCE = 3 * CHANCE
"""A seed has left chance if it is right this often on the shortest sentences."""


def accuracy(
    network: Network,
    clauses: int,
    wordings: errands.Wordings = "known",
    form: errands.Form = "errand",
    sentences: int = 1000,
    seed: int = 7,
) -> float:
    """How often the likeliest word after "buy" is the right thing, over fresh sentences that state a need.

    `form="advice"` asks of the shortest sentences.
    """
    batch = fresh(clauses, wordings, form, sentences, seed)
    table, inputs, answer_at = (
        torch.tensor(vocabulary().vectors),
        *map(torch.from_numpy, (batch.inputs, batch.answer_at)),
    )
    said = []
    with torch.inference_mode():
        for rows in torch.arange(sentences).split(100):  # long sentences, all at once, would fill the memory
            logits = network(table[inputs[rows]])
            said.append(logits[torch.arange(len(rows)), answer_at[rows]].argmax(1).numpy())
    return float((np.concatenate(said) == batch.answers).mean())


@lru_cache
def fresh(clauses: int, wordings: errands.Wordings, form: errands.Form, sentences: int, seed: int) -> errands.Batch:
    """The sentences that every network is asked."""
    rng = np.random.default_rng((seed, clauses, wordings == "held_out"))
    return errands.batch(rng, sentences, [clauses], wordings=wordings, stated=True, form=form)


@lru_cache
def words_between(clauses: int) -> float:
    """The mean number of words that so many filler clauses put between need and thing."""
    rng = np.random.default_rng((11, clauses))
    lengths = [[len(errands.sentence(rng, n)[0]) for _ in range(400)] for n in (0, clauses)]
    return round(mean(lengths[1]) - mean(lengths[0]), 1) if clauses else 0.0


def result(name: str, run: Run) -> dict:
    """One row of the table of all seeds."""
    network = restore(run.settings, run.parameters)
    mastered = next(iter(np.flatnonzero(run.log["level"] == TOP_LEVEL).tolist()), None)
    return {
        "network": name,
        "seed": run.settings.seed,
        "rate": run.settings.rate,
        "level": run.level,
        "mastered_at": mastered,
        "shortest": accuracy(network, 0, form="advice"),
        "brief": accuracy(network, 0, form="brief"),
        "clauses": list(CLAUSES),
        "words": [words_between(n) for n in CLAUSES],
        "accuracy": [accuracy(network, n) for n in CLAUSES],
        "held_out": [accuracy(network, n, "held_out") for n in CLAUSES],
    }


def one_run(name: str, settings: Settings) -> tuple[dict, dict[str, ndarray], dict[str, ndarray]]:
    """Train one network from one seed: its row, its weights, and the weights it began from."""
    torch.set_num_threads(1)
    run = advance(new_run(settings), settings.steps)
    return result(name, run), run.parameters, snapshot(untrained_network(settings))


def score(row: dict) -> float:
    """What rates are chosen by, and seeds ordered: accuracy over all lengths trained on, averaged."""
    return mean([row["shortest"], row["brief"], *trained_lengths(row, "accuracy")])


def standing(row: dict) -> tuple[float, float]:
    """What seeds are ordered by: `score`, and where that is equal the same on never-seen wordings."""
    return score(row), mean(trained_lengths(row, "held_out"))


def trained_lengths(row: dict, what: str) -> list[float]:
    """The accuracies at the lengths trained on."""
    return [a for a, n in zip(row[what], row["clauses"], strict=True) if n <= TRAINED_CLAUSES]


def shipped(rows: list[dict]) -> tuple[int, str]:
    """The index of the seed to ship, and why that one."""
    order = sorted(range(len(rows)), key=lambda i: standing(rows[i]))
    median = order[len(order) // 2]
    if rows[median]["shortest"] >= LEFT_CHANCE:
        return median, "median"
    return order[-1], "best, because the median never left chance"


def make(names: list[str], processes: int = 2) -> None:
    """Train all seeds of these networks and write weights, cards and the table of all seeds."""
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    table = list(all_seeds()) if (WEIGHTS / "seeds.json").exists() else []
    with ProcessPoolExecutor(processes) as pool:
        trials = {
            name: [
                pool.submit(one_run, name, Settings(SHAPES[name], rate, TRIAL_STEPS, seed=TRIAL_SEED)) for rate in RATES
            ]
            for name in names
        }
        runs = {}
        for name in names:
            tried = [report(trial.result()[0]) for trial in trials[name]]
            rate = max(tried, key=score)["rate"]
            jobs = [pool.submit(one_run, name, Settings(SHAPES[name], rate, seed=seed)) for seed in SEEDS]
            runs[name] = tried, jobs
        for name, (tried, jobs) in runs.items():
            done = [job.result() for job in jobs]
            rows = [report(row) for row, _, _ in done]
            chosen, why = shipped(rows)
            for i, row in enumerate(rows):
                row["shipped"] = i == chosen
            _, parameters, initial = done[chosen]
            tensors = {f"trained.{k}": v for k, v in parameters.items()}
            save_file(tensors | {f"initial.{k}": v for k, v in initial.items()}, WEIGHTS / f"{name}.safetensors")
            write(f"{name}.json", make_card(name, rows[chosen], why, tried))
            table = [row for row in table if row["network"] != name] + rows
            write("seeds.json", table)


def report(row: dict) -> dict:
    """Print a row, so that whoever waits for the training sees it."""
    print(json.dumps(row), flush=True)
    return row


def make_card(name: str, row: dict, why: str, trials: list[dict]) -> dict:
    """What a reader needs to know of a shipped network."""
    settings = Settings(SHAPES[name], rate=row["rate"], seed=row["seed"])
    return {
        "name": name,
        "data": "the errand language, rnnviz/tasks/errands/sentences.py",
        "settings": asdict(settings),
        "budget": f"{settings.steps} steps of {settings.batch} sentences",
        "recurrent_weights": untrained_network(settings).body_weights(),
        "seeds": list(SEEDS),
        "shipped": why,
        "held_out_ceiling": errands.held_out_ceiling(),
        "rates_tried": {str(t["rate"]): score(t) for t in trials},
        "rates_tried_on": f"seed {TRIAL_SEED}, {TRIAL_STEPS} steps; accuracy over all trained lengths",
    } | {k: row[k] for k in ("shortest", "brief", "clauses", "words", "accuracy", "held_out")}


def write(file: str, value: object) -> None:
    """JSON with a line for each entry, so that a change can be read in a diff."""
    (WEIGHTS / file).write_text(json.dumps(value, indent=1) + "\n")
