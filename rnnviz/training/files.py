"""A run as one safetensors file: its arrays as tensors, the rest as JSON in the metadata.

Nothing in the file is ever executed, and nothing is believed: a stranger may have made it.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from math import isfinite, isnan
from typing import Any

import numpy as np
import torch
from numpy import ndarray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from rnnviz.networks.bodies import RECURRENT
from rnnviz.networks.network import Network
from rnnviz.recurrence.cells import CELLS
from rnnviz.tasks import TASKS
from rnnviz.training.runs import EVERY, WINDOW, Best, Probe, Run, Trouble, logged, step_bytes
from rnnviz.training.settings import Settings, settings_of

MOST_BYTES = 32 * 2**20
"""The largest file that is read."""
HEADER = 2**16
"""The largest header: that of the run with most to say takes a quarter."""
FORMAT = "rnnviz run 1"
Tensors = dict[str, tuple[str, tuple[int, ...]]]
"""Type and shape of each tensor, by name."""


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


class TooMuch(ValueError):
    """A run that is none the worse for it, but takes more memory than the one who reads it has to give."""

    def __init__(self, needed: int, most: int) -> None:
        super().__init__(needed, most)  # as they came, or it would not travel from a reader to the server
        self.needed, self.most = needed, most

    def __str__(self) -> str:
        return f"a step of this run takes about {self.needed / 2**20:.0f} MB, of {self.most / 2**20:.0f}"


def read(data: bytes, most: int | None = None) -> Run:
    """The run that `dump` made bytes of. Raises ValueError for anything else, and TooMuch for a run of which one step
    would take more than `most` bytes; whoever reads a run of their own need not mind that.

    Nearly every file that is no run is refused by its header, before any of the rest is looked at.
    """
    if len(data) > MOST_BYTES:
        raise ValueError(f"the file is larger than {MOST_BYTES // 2**20} MB")
    try:
        rest, declared = header_of(data)
        form = Form(rest, declared, most)
        demand(declared == form.tensors, "its tensors")
        return run_of(form, load(data))
    except (SafetensorError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as why:
        raise ValueError(f"this is not a run: {why}") from why


def header_of(data: bytes) -> tuple[dict[str, Any], Tensors]:
    """What the file says of its run, and of its tensors."""
    size = int.from_bytes(data[:8], "little")
    demand(size <= HEADER, "its header")
    header = json.loads(data[8 : 8 + size], object_pairs_hook=once)
    rest = json.loads(header.pop("__metadata__")["run"], object_pairs_hook=once)
    return rest, {name: (one["dtype"], tuple(one["shape"])) for name, one in header.items()}


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object in which no name comes twice."""
    found = dict(pairs)
    demand(len(found) == len(pairs), "a name that comes twice")
    return found


class Form:
    """All that a file's header says of a run, found right; `tensors` are those that the file must have, and no other.

    Raises ValueError for what cannot be, and whatever Python does for what is missing or of another type.
    """

    def __init__(self, rest: dict[str, Any], declared: Tensors, most: int | None) -> None:
        demand(rest["format"] == FORMAT, "its format")
        self.settings = s = settings_of(rest["settings"])
        if most is not None and (needed := step_bytes(s)) > most:
            raise TooMuch(needed, most)
        self.step = whole(rest["step"], 0, s.steps)
        self.shapes = shapes_of(s)
        self.trouble = trouble_of(rest["trouble"], self.step, self.shapes)
        self.learned = self.step > (self.trouble is not None)
        """Whether the weights were ever changed."""
        self.level, self.recent = whole(rest["level"], 0, s.top), recent_of(rest["recent"])
        self.best = best_of(rest["best"], self.step)
        demand((self.best is not None) == bool(s.patience and self.learned), "the best")
        self.ended = self._end(rest["ended"])
        self.probes = self._probes(declared)
        """How many, and of how many numbers each; 0 for a network without a recurrent state."""
        self.tensors = {name: one for name, one in self._tensors() if 0 not in self.probes or "probes/" not in name}

    def _end(self, ended: str) -> Any:
        demand(ended in ("", "steps", "nan", "stopped early"), "its end")
        demand((ended == "nan") == (self.trouble is not None), "its end")
        demand(ended != "" or self.step < self.settings.steps, "its end")
        demand(ended != "steps" or self.step == self.settings.steps, "its end")
        demand(ended != "stopped early" or self.best is not None, "its end")
        return ended

    def _probes(self, declared: Tensors) -> tuple[int, int]:
        if self.settings.shape.kind not in RECURRENT:
            return 0, 0
        count = whole(declared["probes/step"][1][0], 1, 3 + self.step // EVERY)
        batch = TASKS[self.settings.task].probe(self.settings.length)
        return count, int(np.flatnonzero(batch.asked[0])[-1]) + 1

    def _tensors(self) -> Iterator[tuple[str, tuple[str, tuple[int, ...]]]]:
        s = self.settings
        groups = ["parameters"]
        groups += ["mean", "square"] if s.optimizer == "adam" and self.learned else []
        groups += ["best"] if self.best else []
        yield from ((f"{group}/{name}", ("F32", shape)) for group in groups for name, shape in self.shapes.items())
        yield from ((f"log/{name}", ("F32", (self.step,))) for name in logged(s))
        yield "probes/step", ("I64", self.probes[:1])
        yield from ((f"probes/{part}", ("F64", self.probes)) for part in state_of(s))
        if TASKS[s.task].streams and self.learned:
            yield from ((f"carried/{name}", ("I64", (s.batch, n))) for name, n in TASKS[s.task].hands_on.items())
            yield from ((f"carried/{part}", ("F32", (s.batch, s.shape.units))) for part in state_of(s))


def run_of(form: Form, tensors: dict[str, ndarray]) -> Run:
    """The run of this form with these numbers, of which most must be finite."""
    s, step = form.settings, form.step

    def group(name: str) -> dict[str, ndarray]:
        found = {part: tensors[f"{name}/{part}"] for part in form.shapes if f"{name}/{part}" in tensors}
        for part, array in found.items():
            demand(bool(np.isfinite(array).all()), f"{name}/{part}")
        return found

    parameters, means, squares = group("parameters"), group("mean"), group("square")
    demand(all((square >= 0).all() for square in squares.values()), "the mean squares")
    log = {name: tensors[f"log/{name}"] for name in logged(s)}
    for name, most in {"accuracy": 1, "held_accuracy": 1, "clipped": 1, "level": s.top, "length": s.top}.items():
        demand(name not in log or not ((log[name] < 0) | (log[name] > most)).any(), f"log/{name}")  # NaN: not asked
    best = form.best and Best(*form.best, group("best"))
    moments = {name: (mean, squares[name]) for name, mean in means.items()}
    probes, carried = probes_of(form, tensors), carried_of(form, tensors)
    return Run(
        s, parameters, moments, step, form.level, form.recent, log, probes, carried, best, form.ended, form.trouble
    )


def probes_of(form: Form, tensors: dict[str, ndarray]) -> tuple[Probe, ...]:
    """The probes, in order."""
    if not form.probes[0]:
        return ()
    steps = tensors["probes/step"].tolist()
    demand(steps[0] == 0 and steps == sorted(set(steps)) and steps[-1] <= form.step, "probes")
    h, c = tensors["probes/h"], tensors.get("probes/c", [None] * len(steps))
    return tuple(Probe(*parts) for parts in zip(steps, h, c, strict=True))


def carried_of(form: Form, tensors: dict[str, ndarray]) -> dict[str, ndarray] | None:
    """What a stream hands on."""
    found = {name.removeprefix("carried/"): array for name, array in tensors.items() if name.startswith("carried/")}
    demand(not found or TASKS[form.settings.task].fits(found), "the stream")
    demand(all(np.isfinite(array).all() for array in found.values()), "what it hands on")
    return found if TASKS[form.settings.task].streams else None


def state_of(settings: Settings) -> str:
    """The names of what a recurrent network carries from step to step."""
    kind = settings.shape.kind
    return CELLS[kind].parts if kind in CELLS else "h"


def demand(so: bool, what: str) -> None:
    """Raises ValueError unless it is so."""
    if not so:
        raise ValueError(f"this is not a run: {what}")


def whole(value: object, low: int, high: int) -> int:
    """A whole number in these bounds."""
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"this is not a run: wanted a number from {low} to {high}, got {str(value)[:40]}")
    return value


def shapes_of(settings: Settings) -> dict[str, tuple[int, ...]]:
    """The parameters' names and shapes, from a network of that shape without any memory."""
    task = TASKS[settings.task]
    with torch.device("meta"):
        network = Network(settings.shape, task.outputs or ("value",), task.inputs)
    return {name: tuple(value.shape) for name, value in network.state_dict().items()}


def recent_of(given: Any) -> tuple[float, ...]:
    """The accuracies of late."""
    demand(
        type(given) is list
        and len(given) <= WINDOW
        and all(type(a) is float and (isnan(a) or 0 <= a <= 1) for a in given),
        "recent",
    )
    return tuple(given)


def best_of(given: Any, step: int) -> tuple[int, float] | None:
    """Where the held-out loss was least, and how large."""
    if given is None:
        return None
    at, loss = given
    demand(type(loss) is float and isfinite(loss), "the best")
    return whole(at, 1, step), loss


def trouble_of(given: dict | None, step: int, shapes: dict[str, tuple[int, ...]]) -> Trouble | None:
    """The trouble a run ended in: always that of its last step."""
    if given is None:
        return None
    trouble = Trouble(**given)
    demand(step > 0 and type(trouble.step) is int and trouble.step == step - 1, "its trouble")
    demand(trouble.what in ("loss", "gradient") and trouble.parameter in shapes, "its trouble")
    demand(type(trouble.norm_before) is float, "its trouble")
    return trouble
