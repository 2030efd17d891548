"""Training: a `Run` holds all that decides what comes next, `advance(run, steps)` is the same run later.

The batch of a step depends on the seed, the step and the level alone (a random generator seeded
with them), so a run advanced 100 + 100 steps equals one advanced 200, on any machine of one kind.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import lru_cache
from math import inf, isfinite, nan
from typing import Any, Literal

import numpy as np
import torch
from numpy import ndarray
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.sgd import sgd

from rnnviz.networks.bodies import RECURRENT
from rnnviz.networks.network import Network, Shape
from rnnviz.networks.reading import arrays, cell_parameters, recurrent
from rnnviz.recurrence.bptt import backpropagate
from rnnviz.recurrence.cells import CELLS
from rnnviz.recurrence.trace import trace_cell
from rnnviz.tasks import TASKS, Batch, Task
from rnnviz.tasks.base import Carried
from rnnviz.training.runs import (
    EVERY,
    HELD,
    MASTERY,
    SETS,
    WINDOW,
    Best,
    Probe,
    Run,
    Trouble,
    logged,
)
from rnnviz.training.settings import DEFAULTS, Settings

OPEN = 50.0
"""A bias at which the logistic function is 1 in float32, and its slope 0."""
EXAMPLES, HELD_OUT, VARIATION, DROPOUT = range(1, 5)
"""What else is drawn from the seed, each from a generator of its own."""


def start(task: str = "errands", **settings: object) -> Run:
    """A run of `task` before its first step. Settings, and what is raised, are as in `settled`."""
    return new_run(settled(task, **settings))


def settled(task: str = "errands", **settings: object) -> Settings:
    """All settings of a run of `task`.

    `settings` are the fields of `Shape` and `Settings`; what is left out is as the task suggests.
    Raises ValueError for an unknown task or a setting out of bounds, TypeError for an unknown setting.
    """
    if task not in TASKS:
        raise ValueError(f"unknown task {task!r}; there are {', '.join(TASKS)}")
    chosen = DEFAULTS | TASKS[task].suggested | {"task": task} | settings
    shape = Shape(**{f.name: chosen.pop(f.name) for f in fields(Shape)})
    return Settings(shape, **chosen)


def new_run(settings: Settings) -> Run:
    """The run with these settings, before its first step."""
    network = untrained_network(settings)
    level = settings.top if settings.examples else 0  # a set drawn once has all lengths from the beginning
    run = Run(
        settings, snapshot(network), level=level, log={name: np.zeros(0, np.float32) for name in logged(settings)}
    )
    return replace(run, probes=probe(network, settings, 0), carried={} if TASKS[settings.task].streams else None)


def untrained_network(settings: Settings) -> Network:
    """The untrained network that a run with these settings begins from."""
    task = TASKS[settings.task]
    network = Network(settings.shape, task.outputs or ("value",), task.inputs, settings.seed, reads=task.reads)
    if settings.fixed_gate:
        letters = CELLS[settings.shape.kind].letters
        for name, parameter in network.body.named_parameters():
            block = parameter.data.view(len(letters), settings.shape.units, -1)[letters.index(settings.fixed_gate)]
            block.fill_(OPEN if name == "bias_hh_l0" else 0)
    return network


def snapshot(network: nn.Module) -> dict[str, ndarray]:
    """A copy of the parameters as NumPy arrays."""
    return {name: value.detach().numpy().copy() for name, value in network.state_dict().items()}


def restore(settings: Settings, parameters: Mapping[str, ndarray]) -> Network:
    """The network with these parameters."""
    network = untrained_network(settings)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in parameters.items()})
    return network


def network_of(run: Run) -> Network:
    """The network as it is now; that with the least held-out loss, if the run has ended and looked for it."""
    parameters = run.best.parameters if run.ended and run.best else run.parameters
    return restore(run.settings, parameters).eval()


def advance(run: Run, steps: int) -> Run:
    """The run `steps` later (never beyond its end). Pure: `run` stays as it is."""
    last = min(run.step + max(steps, 0), run.settings.steps)
    if run.ended or last == run.step:
        return run
    with one_thread():
        return _Stepper(run).go(last)


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch with one thread: with more, sums would come out in another order, and differ in their last bits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


class _Stepper:
    """A run while it is being advanced: the network and the optimiser in PyTorch, the rest as in `Run`."""

    def __init__(self, run: Run):
        self.run, self.settings, self.task = run, run.settings, TASKS[run.settings.task]
        self.network = restore(run.settings, run.parameters)
        self.moments = {n: tuple(torch.from_numpy(a.copy()) for a in pair) for n, pair in run.moments.items()}
        self.level, self.recent, self.carried, self.best = run.level, run.recent, run.carried, run.best
        self.log: dict[str, list[float]] = {name: [] for name in logged(run.settings)}
        self.probes = list(run.probes)
        self.norm = float(run.log["norm"][-1]) if run.step else nan

    def go(self, last: int) -> Run:
        """Step until `last` or the end, and put everything back into a run."""
        s, step, ended, trouble = self.settings, self.run.step, "", None
        while step < last and not ended:
            trouble = self.step(step)
            step += 1
            if trouble:
                ended = "nan"
            elif s.patience and self.best and step - self.best.step >= s.patience:
                ended = "stopped early"
            elif step == s.steps:
                ended = "steps"
            if not trouble and (step % EVERY == 0 or ended):
                self.probes += probe(self.network, s, step)
        log = {name: np.concatenate([self.run.log[name], np.array(new, np.float32)]) for name, new in self.log.items()}
        return replace(
            self.run,
            parameters=snapshot(self.network),
            moments={name: (mean.numpy(), square.numpy()) for name, (mean, square) in self.moments.items()},
            step=step,
            level=self.level,
            recent=self.recent,
            log=log,
            probes=tuple(self.probes),
            carried=self.carried,
            best=self.best,
            ended=ended,  # type: ignore[arg-type]
            trouble=trouble,
        )

    def step(self, step: int) -> Trouble | None:
        """One batch: read it, travel back, clip, and move the weights. Trouble leaves these as they were."""
        s, network, limit = self.settings, self.network, self.settings.clip or inf
        rng = np.random.default_rng((s.seed, step))
        if self.task.paced:
            self.level = (s.top + 1) * step // s.steps
        length = self.level if self.task.paced else int(rng.integers(self.level + 1))
        batch, carried = self.batch(rng, step, length)
        with dropout_of(s, step):
            outputs, after = self.read(torch.from_numpy(noisy(rng, batch, s)), batch)
        loss = loss_of(outputs, batch, self.task)
        network.zero_grad()
        loss.backward()
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        norm = nn.utils.get_total_norm(gradients).item()
        accuracy = share(right(outputs.detach().numpy(), batch, self.task))
        entry = {"loss": loss.item(), "norm": norm, "clipped": norm > limit, "accuracy": accuracy}
        entry |= {"level": self.level, "length": length, "held_loss": nan, "held_accuracy": nan}
        if not (isfinite(entry["loss"]) and isfinite(norm)):
            self.note(entry | {"state_norm": nan})
            what: Literal["loss", "gradient"] = "gradient" if isfinite(entry["loss"]) else "loss"
            return Trouble(step, what, unfinished(network), self.norm)
        if s.clip:
            nn.utils.clip_grads_with_norm_(network.parameters(), s.clip, torch.tensor(norm))
        self.move(step, s.rate * (1 + np.cos(np.pi * step / s.steps)) / 2)
        self.norm = norm
        if self.carried is not None:
            self.carried = {
                **carried,
                **{name: part[0].numpy().copy() for name, part in zip("hc", after, strict=False)},
            }
            entry["state_norm"] = float(after[-1].norm(dim=-1).mean())
        if s.examples and (step == 0 or (step + 1) % EVERY == 0 or step + 1 == s.steps):
            entry |= self.look(step + 1)
        self.note(entry)
        if length == self.level < s.top and not self.task.paced:
            self.recent = (*self.recent, accuracy)[-WINDOW:]
            if len(self.recent) == WINDOW and np.mean(self.recent) >= MASTERY:
                self.level, self.recent = self.level + 1, ()
        return None

    @torch.no_grad()
    def move(self, step: int, rate: float) -> None:
        """One step down the gradient, by AdamW (without weight decay it is Adam) or plain gradient descent.

        By PyTorch's functions: its optimiser classes import torch._dynamo at their first step, which takes every
        process that trains 70 MB and a second.
        """
        named = [(name, p, p.grad) for name, p in self.network.named_parameters() if p.grad is not None]
        weights: list[Tensor] = [p for _, p, _ in named]
        gradients, decay = [grad for *_, grad in named], self.settings.weight_decay
        if self.settings.optimizer == "sgd":
            plain: dict[str, Any] = {"momentum": 0.0, "dampening": 0.0, "nesterov": False, "maximize": False}
            sgd(weights, gradients, [None] * len(named), weight_decay=decay, lr=rate, foreach=False, **plain)
            return
        for name, p, _ in named:
            self.moments.setdefault(name, (torch.zeros_like(p), torch.zeros_like(p)))
        means, squares = ([self.moments[name][k] for name, *_ in named] for k in (0, 1))
        usual: dict[str, Any] = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "amsgrad": False, "maximize": False}
        usual |= {"decoupled_weight_decay": True, "weight_decay": decay, "lr": rate, "foreach": False}
        done = [torch.tensor(float(step)) for _ in named]
        adam(weights, gradients, means, squares, [], done, **usual)

    def note(self, entry: Mapping[str, float]) -> None:
        """Add to the log what belongs to it."""
        for name, values in self.log.items():
            values.append(entry[name])

    def batch(self, rng: np.random.Generator, step: int, level: int) -> tuple[Batch, Carried]:
        """The batch of a step, and what a stream hands on."""
        s = self.settings
        if self.carried is not None:
            return self.task.stream(rng, s.batch, s.length, self.carried)
        if s.examples:
            batch = drawn(s, EXAMPLES).take(rng.permutation(s.examples)[: s.batch])
        else:
            batch = self.task.batch(rng, s.batch, s.length, level)
        if s.synonyms or s.word_dropout:
            batch = self.task.augmented(batch, generator(s, VARIATION, step), s.synonyms, s.word_dropout)
        return batch, {}

    def read(self, inputs: Tensor, batch: Batch) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Outputs (B, T, V), of a sparse task (N, V) of the N steps that count; and in a stream the state after the
        last step, `(h,)` or `(h, c)`, each (1, B, H)."""
        network, p = self.network, self.settings.shape.dropout
        if self.task.sparse:
            states = network.body(nn.functional.dropout(network.projection(inputs), p))[0][
                torch.from_numpy(batch.weights > 0)
            ]
            return network.readout(nn.functional.dropout(states, p)), ()
        if self.carried is None:
            return network(inputs), ()
        before = tuple(torch.tensor(self.carried[name])[None] for name in "hc" if name in self.carried)
        state = None if not before else before if len(before) == 2 else before[0]
        states, after = network.body(nn.functional.dropout(network.projection(inputs), p), state)
        outputs = network.readout(nn.functional.dropout(states, p))
        return outputs, tuple(part.detach() for part in (after if isinstance(after, tuple) else (after,)))

    def look(self, step: int) -> dict[str, float]:
        """Loss and accuracy on the held-out examples; the best network so far is kept, if one waits for better."""
        held = drawn(self.settings, HELD_OUT)
        self.network.eval()
        with torch.inference_mode():
            outputs = self.network(torch.from_numpy(held.inputs))
            loss = loss_of(outputs, held, self.task).item()
        self.network.train()
        if self.settings.patience and (self.best is None or loss < self.best.loss):
            self.best = Best(step, loss, snapshot(self.network))
        return {"held_loss": loss, "held_accuracy": share(self.task.right(outputs.numpy(), held))}


def generator(settings: Settings, *which: int) -> np.random.Generator:
    """One that has nothing in common with that of a step's batch."""
    return np.random.default_rng((settings.seed, 2**32 - 1, *which))


@contextmanager
def dropout_of(settings: Settings, step: int) -> Iterator[None]:
    """PyTorch's own random numbers, from the seed and the step; outside they stay as they were."""
    if not settings.shape.dropout:
        yield
        return
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(generator(settings, DROPOUT, step).integers(2**62)))
        yield


def drawn(settings: Settings, which: int) -> Batch:
    """The examples drawn once: those to learn from, or those held out."""
    size = HELD if which == HELD_OUT else settings.examples
    assert size is not None
    return _drawn(settings.task, size, settings.length, settings.seed, which)


@lru_cache(maxsize=2 * SETS)
def _drawn(task: str, size: int, length: int, seed: int, which: int) -> Batch:
    return TASKS[task].batch(np.random.default_rng((seed, 2**32 - 1, which)), size, length)


def noisy(rng: np.random.Generator, batch: Batch, settings: Settings) -> ndarray:
    """The inputs; word vectors with noise, for each sentence of another size."""
    if batch.rows is None:
        return batch.inputs
    noise = rng.standard_normal(batch.inputs.shape, dtype=np.float32)
    size = rng.uniform(*settings.noise, (len(noise), 1, 1)).astype(np.float32)
    noise *= size
    noise += batch.inputs
    return noise


def loss_of(outputs: Tensor, batch: Batch, task: Task) -> Tensor:
    """Cross entropy in nats, or the square error; the weighted mean over all steps that count."""
    targets, weights = torch.from_numpy(batch.targets), torch.from_numpy(batch.weights)
    if outputs.dim() == 2:
        counted = weights > 0
        return (
            nn.functional.cross_entropy(outputs, targets[counted], reduction="none") * weights[counted]
        ).sum() / weights.sum()
    if task.kind == "number":
        losses = (outputs[..., 0] - targets).square().flatten()
    else:
        losses = nn.functional.cross_entropy(outputs.flatten(0, -2), targets.flatten(), reduction="none")
    return (losses * weights.flatten()).sum() / weights.sum()


def right(outputs: ndarray, batch: Batch, task: Task) -> ndarray:
    """Which of the asked-for answers are right; `outputs` as `_Stepper.read` gives them."""
    if outputs.ndim == 3:
        return task.right(outputs, batch)
    return task.judge(outputs.argmax(1)[batch.asked[batch.weights > 0]], batch.targets[batch.asked])


def share(right: ndarray) -> float:
    """The share of right answers; NaN if nothing was asked."""
    return float(right.mean()) if len(right) else nan


def unfinished(network: nn.Module) -> str:
    """The first parameter whose gradient is not finite, or whose gradient's norm is not."""
    named = [(name, p.grad) for name, p in network.named_parameters() if p.grad is not None]
    found = [name for name, grad in named if not grad.isfinite().all()]
    return (found or [name for name, grad in named if not grad.norm().isfinite()] or [named[0][0]])[0]


def probe(network: Network, settings: Settings, step: int) -> tuple[Probe, ...]:
    """The probe of a moment; none for a network without a recurrent state."""
    if settings.shape.kind not in RECURRENT:
        return ()
    task = TASKS[settings.task]
    batch = task.probe(settings.length)
    at = int(np.flatnonzero(batch.asked[0])[-1])
    with torch.inference_mode():
        read = network.projection(torch.from_numpy(batch.inputs[0, : at + 1])).numpy()
    # In float64 from the beginning: in float32 the slope 1 - h² of a unit near ±1 has no digit that is right.
    double = {name: w.astype(float) for name, w in cell_parameters(recurrent(network.body)).items()}
    traced = trace_cell(settings.shape.kind, settings.shape.activation, read, double)
    weight, bias = (w.astype(float) for w in arrays(network.readout, "weight", "bias"))
    words = task.outputs or ("value",)
    parameters = traced.parameters | {"weight_out": weight, "bias_out": bias}
    full = replace(traced, logits=traced.h @ weight.T + bias, words=words, parameters=parameters)
    target = words[int(batch.targets[0, at])] if task.outputs else words[0]
    gradients = backpropagate(full, target, of="logit", through_time=False)
    return (Probe(step, gradients.norms, gradients.norms_c),)
