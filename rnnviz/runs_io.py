"""A run as one safetensors file: its arrays as tensors, the rest as JSON in the metadata.

Nothing in the file is ever executed, and nothing is believed: a stranger may have made it.
"""

import json
from dataclasses import asdict, fields
from math import isfinite, isnan

import numpy as np
import torch
from numpy import ndarray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from rnnviz.networks import RECURRENT, Network, Shape
from rnnviz.runs import EVERY, WINDOW, Best, Probe, Run, Settings, Trouble, logged
from rnnviz.tasks import TASKS
from rnnviz.tasks.continual import LONGEST, fits

MOST_BYTES = 32 * 2**20
"""The largest file that is read."""
FORMAT = "rnnviz run 1"


def dump(run: Run) -> bytes:
    """The run as the bytes of a safetensors file. `read` gives the same run, bit for bit."""
    tensors = {f"parameters/{name}": value for name, value in run.parameters.items()}
    for name, (mean, square) in run.moments.items():
        tensors |= {f"mean/{name}": mean, f"square/{name}": square}
    tensors |= {f"log/{name}": values for name, values in run.log.items()}
    tensors |= {f"carried/{name}": value for name, value in (run.carried or {}).items()}
    if run.best:
        tensors |= {f"best/{name}": value for name, value in run.best.parameters.items()}
    if run.probes:
        tensors["probes/step"] = np.array([probe.step for probe in run.probes])
        tensors["probes/h"] = np.stack([probe.norms_h for probe in run.probes])
    if run.probes and run.probes[0].norms_c is not None:
        tensors["probes/c"] = np.stack([probe.norms_c for probe in run.probes if probe.norms_c is not None])
    rest = {
        "format": FORMAT,
        "settings": asdict(run.settings),
        "step": run.step,
        "level": run.level,
        "recent": run.recent,
        "best": run.best and [run.best.step, run.best.loss],
        "ended": run.ended,
        "trouble": run.trouble and asdict(run.trouble),
    }
    return save({name: np.ascontiguousarray(a) for name, a in tensors.items()}, {"run": json.dumps(rest)})


def read(data: bytes) -> Run:
    """The run that `dump` made bytes of. Raises ValueError for anything else."""
    if len(data) > MOST_BYTES:
        raise ValueError(f"the file is larger than {MOST_BYTES // 2**20} MB")
    try:
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        rest = json.loads(header["__metadata__"]["run"])
        tensors = load(data)
        return _Reader(rest, tensors).run()
    except (SafetensorError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as why:
        raise ValueError(f"this is not a run: {why}") from why


class _Reader:
    """Takes a file's parts, one after the other, and looks at each."""

    def __init__(self, rest: dict, tensors: dict[str, ndarray]):
        self.rest, self.tensors = rest, dict(tensors)

    def run(self) -> Run:
        rest = self.rest
        demand(rest["format"] == FORMAT, "its format")
        s = settings_of(rest["settings"])
        step = whole(rest["step"], 0, s.steps)
        shapes = shapes_of(s)
        parameters = {name: self.take(f"parameters/{name}", shape) for name, shape in shapes.items()}
        moments = {}
        if s.optimizer == "adam" and self.tensors.keys() & {f"mean/{name}" for name in shapes}:
            moments = {
                n: (self.take(f"mean/{n}", shape), self.take(f"square/{n}", shape)) for n, shape in shapes.items()
            }
            demand(all((square >= 0).all() for _, square in moments.values()), "the mean squares")
        trouble = trouble_of(rest["trouble"], step, shapes)
        demand(bool(moments) == (s.optimizer == "adam" and step > (trouble is not None)), "the moments")
        log = {name: self.take(f"log/{name}", (step,), finite=False) for name in logged(s)}
        level, recent = whole(rest["level"], 0, s.top), tuple(rest["recent"])
        demand(len(recent) <= WINDOW and all(type(a) is float and (isnan(a) or 0 <= a <= 1) for a in recent), "recent")
        best = self.best(s, step, shapes)
        ended = rest["ended"]
        demand(ended in ("", "steps", "nan", "stopped early"), "its end")
        demand((ended == "nan") == (trouble is not None), "its end")
        demand(ended != "" or step < s.steps, "its end")
        demand(ended != "steps" or step == s.steps, "its end")
        demand(ended != "stopped early" or best is not None, "its end")
        probes, carried = self.probes(s, step), self.carried(s, step, trouble)
        demand(not self.tensors, f"{next(iter(self.tensors), '')} is not part of it")
        return Run(s, parameters, moments, step, level, recent, log, probes, carried, best, ended, trouble)

    def take(self, name: str, shape: tuple[int, ...], dtype: str = "float32", finite: bool = True) -> ndarray:
        """A tensor of this shape and type."""
        array = self.tensors.pop(name)
        demand(array.shape == shape and array.dtype == dtype, name)
        demand(not finite or bool(np.isfinite(array).all()), name)
        return array

    def best(self, s: Settings, step: int, shapes: dict[str, tuple[int, ...]]) -> Best | None:
        """The best network so far, where one waits for a better one."""
        given = self.rest["best"]
        demand((given is not None) == bool(s.patience and step > (self.rest["trouble"] is not None)), "the best")
        if given is None:
            return None
        at, loss = whole(given[0], 1, step), given[1]
        demand(type(loss) is float and isfinite(loss), "the best")
        return Best(at, loss, {name: self.take(f"best/{name}", shape) for name, shape in shapes.items()})

    def probes(self, s: Settings, step: int) -> tuple[Probe, ...]:
        """The probes, in order."""
        if s.shape.kind not in RECURRENT:
            return ()
        count = len(self.tensors["probes/step"])
        steps = self.take("probes/step", (count,), "int64").tolist()
        demand(1 <= count <= 3 + step // EVERY, "probes")
        demand(steps[0] == 0 and steps == sorted(set(steps)) and steps[-1] <= step, "probes")
        batch = TASKS[s.task].probe(s.length)
        size = (count, int(np.flatnonzero(batch.asked[0])[-1]) + 1)
        h = self.take("probes/h", size, "float64", finite=False)
        c = self.take("probes/c", size, "float64", finite=False) if s.shape.kind == "lstm" else [None] * count
        return tuple(Probe(*parts) for parts in zip(steps, h, c, strict=True))

    def carried(self, s: Settings, step: int, trouble: Trouble | None) -> dict[str, ndarray] | None:
        """What a stream hands on."""
        if not TASKS[s.task].streams:
            return None
        if step == (trouble is not None):
            return {}
        left = self.take("carried/left", (s.batch, LONGEST), "int64")
        demand(fits(left), "the stream")
        parts = "hc" if s.shape.kind == "lstm" else "h"
        return {"left": left} | {part: self.take(f"carried/{part}", (s.batch, s.shape.units)) for part in parts}


def demand(so: bool, what: str) -> None:
    """Raises ValueError unless it is so."""
    if not so:
        raise ValueError(f"this is not a run: {what}")


def whole(value: object, low: int, high: int) -> int:
    """A whole number in these bounds."""
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"this is not a run: wanted a number from {low} to {high}, got {str(value)[:40]}")
    return value


def settings_of(given: dict) -> Settings:
    """The settings; ValueError for what `Settings` refuses, and for any that are missing or not known."""
    shape, given = given["shape"], dict(given)
    demand(shape.keys() == {f.name for f in fields(Shape)}, "its shape")
    demand(given.keys() == {f.name for f in fields(Settings)}, "its settings")
    demand(isinstance(given["noise"], list), "its noise")
    return Settings(**given | {"shape": Shape(**shape), "noise": tuple(given["noise"])})


def shapes_of(settings: Settings) -> dict[str, tuple[int, ...]]:
    """The parameters' names and shapes, from a network of that shape without any memory."""
    task = TASKS[settings.task]
    with torch.device("meta"):
        network = Network(settings.shape, task.outputs or ("value",), task.inputs)
    return {name: tuple(value.shape) for name, value in network.state_dict().items()}


def trouble_of(given: dict | None, step: int, shapes: dict[str, tuple[int, ...]]) -> Trouble | None:
    """The trouble a run ended in: always that of its last step."""
    if given is None:
        return None
    trouble = Trouble(**given)
    demand(step > 0 and type(trouble.step) is int and trouble.step == step - 1, "its trouble")
    demand(trouble.what in ("loss", "gradient") and trouble.parameter in shapes, "its trouble")
    demand(type(trouble.norm_before) is float, "its trouble")
    return trouble
