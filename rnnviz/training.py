"""Training: a `Run` is a value, `advance(run, steps)` is the same run later.

The batch of a step depends on the seed, the step and the level alone (a random generator seeded
with them), so a run advanced 100 + 100 steps equals one advanced 200, on any machine of one kind.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy import ndarray
from torch import nn

from rnnviz.networks import Network, Shape
from rnnviz.tasks import errands
from rnnviz.text import vocabulary

CLAUSES = 12
"""The most filler clauses a training sentence has between the need and the thing to buy."""
LENGTHS: tuple[tuple[errands.Form, int], ...] = (
    ("advice", 0),
    ("brief", 0),
    *(("errand", n) for n in range(CLAUSES + 1)),
)
"""Form and number of clauses of the sentences of each level, shortest first. They enter one by one."""
TOP_LEVEL = len(LENGTHS) - 1
MASTERY = 0.9
"""The share of right answers, over the last `WINDOW` batches of the hardest level, that lets a longer
sentence enter."""
WINDOW = 4


@dataclass(frozen=True)
class Settings:
    """Everything that decides a run. One batch is `batch` sentences; a step reads one batch."""

    shape: Shape
    rate: float = 1e-2
    """Adam's learning rate at the start; it falls to zero over `steps` along a cosine."""
    steps: int = 4500
    batch: int = 64
    clip: float | None = 1.0
    """The gradient's norm is clipped at this; None for not at all."""
    noise: tuple[float, float] = (0.2, 1.0)
    """Standard deviation of the Gaussian noise on the word vectors, whose entries have about 1: drawn for each
    sentence between these two, so that words are met clearly and as a blur of what is near them."""
    seed: int = 0


@dataclass(frozen=True)
class Run:
    """A training run at one moment: all that `advance` needs, and nothing else."""

    settings: Settings
    parameters: dict[str, ndarray]
    moments: dict[str, tuple[ndarray, ndarray]] = field(default_factory=dict)
    """Adam's running mean and mean square of each parameter's gradient."""
    step: int = 0
    level: int = 0
    """The greatest length that has entered so far."""
    recent: tuple[float, ...] = ()
    """Accuracy of the last batches of the hardest level."""
    log: tuple[dict[str, float], ...] = ()
    """One entry a step: `loss`, `norm` (before clipping), `accuracy`, `level`, `length`."""


def start(task: str = "errands", **settings: object) -> Run:
    """A run of `task` before its first step.

    `settings` are the fields of `Shape` and `Settings`. Raises ValueError for an unknown task and
    TypeError for an unknown setting.
    """
    if task != "errands":
        raise ValueError(f"unknown task {task!r}")
    names = Shape.__dataclass_fields__.keys() & settings.keys()
    shape = Shape(**{"kind": "lstm", "units": 32} | {name: settings.pop(name) for name in names})  # type: ignore[arg-type]
    chosen = Settings(shape, **settings)  # type: ignore[arg-type]
    return Run(chosen, snapshot(fresh(chosen)))


def fresh(settings: Settings) -> Network:
    """The untrained network that a run with these settings begins from."""
    return Network(settings.shape, errands.OUTPUT_WORDS, vocabulary().vectors.shape[1], settings.seed)


def snapshot(network: nn.Module) -> dict[str, ndarray]:
    """A copy of the parameters as NumPy arrays."""
    return {name: value.detach().numpy().copy() for name, value in network.state_dict().items()}


def restore(settings: Settings, parameters: dict[str, ndarray]) -> Network:
    """The network with these parameters."""
    network = fresh(settings)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in parameters.items()})
    return network


def advance(run: Run, steps: int) -> Run:
    """The run `steps` later (never beyond `settings.steps`). Pure: `run` stays as it is."""
    s = run.settings
    network = restore(s, run.parameters)
    adam = torch.optim.Adam(network.parameters(), lr=s.rate)
    for name, p in network.named_parameters():
        if name in run.moments:
            mean, square = (torch.from_numpy(a.copy()) for a in run.moments[name])
            adam.state[p] = {"step": torch.tensor(float(run.step)), "exp_avg": mean, "exp_avg_sq": square}
    level, recent, log = run.level, run.recent, []
    table = torch.tensor(vocabulary().vectors)
    last = min(run.step + steps, s.steps)
    for step in range(run.step, last):
        adam.param_groups[0]["lr"] = s.rate * (1 + np.cos(np.pi * step / s.steps)) / 2
        rng = np.random.default_rng((s.seed, step))
        length = int(rng.integers(level + 1))
        form, clauses = LENGTHS[length]
        batch = errands.batch(rng, s.batch, [clauses], form=form)
        vectors = table[torch.from_numpy(batch.inputs)]
        noise = torch.from_numpy(rng.standard_normal(vectors.shape, dtype=np.float32))
        size = torch.from_numpy(rng.uniform(*s.noise, (s.batch, 1, 1)).astype(np.float32))
        logits = network(vectors + size * noise)
        targets, weights = torch.from_numpy(batch.targets), torch.from_numpy(batch.weights)
        losses = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
        loss = (losses * weights.flatten()).sum() / weights.sum()
        adam.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(network.parameters(), s.clip or float("inf"))
        adam.step()
        accuracy = answer_accuracy(logits.detach().numpy(), batch)
        log.append({"loss": loss.item(), "norm": norm.item(), "accuracy": accuracy, "length": length, "level": level})
        if length == level < TOP_LEVEL:
            recent = (*recent, accuracy)[-WINDOW:]
            if len(recent) == WINDOW and np.mean(recent) >= MASTERY:
                level, recent = level + 1, ()
    moments = {
        name: (adam.state[p]["exp_avg"].numpy(), adam.state[p]["exp_avg_sq"].numpy())
        for name, p in network.named_parameters()
    }
    return replace(
        run,
        parameters=snapshot(network),
        moments=moments,
        step=last,
        level=level,
        recent=recent,
        log=run.log + tuple(log),
    )


def answer_accuracy(logits: ndarray, batch: errands.Batch) -> float:
    """The share of the sentences stating a need whose likeliest word after "buy" is what answers it."""
    said = logits[np.arange(len(logits)), batch.answer_at].argmax(1)
    return float((said == batch.answers)[batch.stated].mean())
