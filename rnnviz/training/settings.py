"""All that can be set of a training run: the fields, their bounds, and how a link and the page offer them."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from math import isfinite
from numbers import Real
from typing import Any, Literal

from rnnviz.networks.bodies import OTHERS, RECURRENT
from rnnviz.networks.network import Shape
from rnnviz.recurrence.cells import CELLS
from rnnviz.tasks import TASKS, Task

CLAUSES = 12
"""The most filler clauses in a training sentence of the zoo, between the need and the thing to buy."""


@dataclass(frozen=True)
class Settings:
    """Everything that decides a run. One batch is `batch` examples; a step reads one batch.

    Raises ValueError for a setting that is out of bounds, or that the task does not have.
    """

    shape: Shape
    rate: float = 1e-2
    """The learning rate at the start; it falls to zero over `steps` along a cosine."""
    steps: int = 4500
    batch: int = 64
    clip: float | None = 1.0
    """The gradient's norm is clipped at this; None for not at all."""
    noise: tuple[float, float] = (0.2, 1.0)
    """Errands: standard deviation of the Gaussian noise on the word vectors, whose entries have about 1: drawn for
    each sentence between these two, so that words are met clearly and as a blur of what is near them."""
    seed: int = 0
    task: str = "errands"
    length: int = CLAUSES
    """How long the examples are, as the task means it."""
    optimizer: Literal["adam", "sgd"] = "adam"
    """Adam (Kingma & Ba 2015), which divides every step by the gradient's usual size, or plain gradient descent,
    which does not."""
    examples: int | None = None
    """None: new examples at every step. A number: so many, drawn once, are met again and again."""
    weight_decay: float = 0.0
    """The share of each weight, times the learning rate, that a step takes away (Loshchilov & Hutter 2019)."""
    word_dropout: float = 0.0
    """Errands: the share of words that are read as unknown."""
    synonyms: bool = False
    """Errands: a need's wording is replaced by another known one."""
    patience: int | None = None
    """Early stopping: the run ends after so many steps without a better held-out loss. Needs `examples`."""
    fixed_gate: Literal["", "i", "f", "o"] = ""
    """LSTM: this gate is 1 and stays so, as if the cell did not have it (Greff et al. 2017). "f" is the cell before
    Gers, Schmidhuber & Cummins (2000)."""

    def __post_init__(self) -> None:
        check(self)

    @property
    def top(self) -> int:
        """The last level."""
        return TASKS[self.task].levels(self.length) - 1


LIMITS: dict[str, tuple[float, float]] = {
    "rate": (1e-7, 100.0),
    "steps": (1, 100_000),
    "batch": (1, 512),
    "clip": (1e-6, 1e6),
    "seed": (0, 2**31 - 1),
    "examples": (1, 10_000),
    "weight_decay": (0.0, 10.0),
    "word_dropout": (0.0, 0.95),
    "patience": (1, 100_000),
    "units": (1, 256),
    "embedding": (0, 256),
    "reach": (0, 100),
    "forget_bias": (-20.0, 20.0),
    "dropout": (0.0, 0.95),
}
"""What the numbers among the settings may be; whole ones, where the bounds are. That of `length` is the task's."""
NONE = ("clip", "examples", "patience")
"""Settings that may be None: not at all, or without end."""
CHOICES: dict[str, tuple[object, ...]] = {
    "kind": (*RECURRENT, *OTHERS),
    "start": ("default", "orthogonal", "identity"),
    "activation": ("tanh", "relu"),
    "optimizer": ("adam", "sgd"),
    "synonyms": (False, True),
    "fixed_gate": ("", "i", "f", "o"),
}
"""What the others may be."""
DEFAULTS: dict[str, Any] = {f.name: f.default for f in (*fields(Shape), *fields(Settings)) if f.default is not MISSING}
DEFAULTS |= {"kind": "lstm", "units": 32, "embedding": 0}
"""What a setting is where neither the task nor anybody else says."""


def check(settings: Settings) -> None:
    """Raises ValueError for settings that are out of bounds, or that do not go together."""
    if settings.task not in TASKS:
        raise ValueError(f"unknown task {settings.task!r}; there are {', '.join(TASKS)}")
    task, values = TASKS[settings.task], vars(settings.shape) | vars(settings)
    for name, (low, high) in LIMITS.items() | {("length", task.lengths)}:
        value = values[name]
        if value is None and name in NONE:
            continue
        whole = isinstance(low, int)
        if not _number(value, whole) or not low <= value <= high:
            raise ValueError(f"{name}: wanted a {'whole ' * whole}number from {low} to {high}, got {value!r}")
    for name, choices in CHOICES.items():
        if not any(values[name] is choice or values[name] == choice != 0 for choice in choices):
            raise ValueError(f"{name}: there are {', '.join(map(str, choices))}; got {values[name]!r}")
    noise = settings.noise
    if not isinstance(noise, tuple) or len(noise) != 2 or not all(_number(n, False) for n in noise):
        raise ValueError(f"noise: wanted two numbers, got {noise!r}")
    if not 0 <= noise[0] <= noise[1] <= 10:
        raise ValueError(f"noise: wanted two numbers in order, from 0 to 10, got {noise!r}")
    refuse = {
        "no words to vary": (settings.synonyms or settings.word_dropout) and not task.words,
        "examples cannot be drawn from a stream": task.streams and settings.examples,
        "patience needs examples": settings.patience and not settings.examples,
        "a stream needs a recurrent network": task.streams and settings.shape.kind not in RECURRENT,
        "only a window has a reach": settings.shape.reach and settings.shape.kind != "window",
        "only an RNN has another activation": settings.shape.activation != "tanh" and settings.shape.kind != "rnn",
        "only an LSTM has these gates": settings.fixed_gate and settings.shape.kind != "lstm",
        "weight decay would open the fixed gate": settings.fixed_gate and settings.weight_decay,
    }
    for why, so in refuse.items():
        if so:
            raise ValueError(why)


def settings_of(given: Mapping[str, Any]) -> Settings:
    """Settings as JSON has them (`dataclasses.asdict`). What is older than a setting does not have it: then it is as it
    was, which is the default. Raises ValueError for what `Settings` refuses, and for a setting that is not known."""
    told, shape = dict(given), given["shape"]
    if (fixed := told.pop("fixed_forget", None)) is not None:  # what "f" was called, when no other gate could be fixed
        if type(fixed) is not bool or "fixed_gate" in told:
            raise ValueError(f"fixed_forget: got {fixed!r}")
        told["fixed_gate"] = "f" if fixed else ""
    unknown = shape.keys() - {f.name for f in fields(Shape)} | told.keys() - {f.name for f in fields(Settings)}
    if unknown or not isinstance(told["noise"], list | tuple):
        raise ValueError(f"no such settings: {', '.join(sorted(unknown)) or 'noise'}")
    return Settings(**told | {"shape": Shape(**shape), "noise": tuple(told["noise"])})


def _number(value: object, whole: bool) -> bool:
    return isinstance(value, int if whole else Real) and not isinstance(value, bool) and isfinite(value)


def always(task: Task, cell: str) -> bool:
    """For all tasks and cells."""
    return True


def words(task: Task, cell: str) -> bool:
    """Where words are read."""
    return task.words


def sets(task: Task, cell: str) -> bool:
    """Where examples can be drawn once, and others be held out; a stream has no end."""
    return not task.streams


def recurrent(task: Task, cell: str) -> bool:
    """Where a state goes from step to step."""
    return cell in RECURRENT


def keeper(task: Task, cell: str) -> bool:
    """Where a gate keeps the old state."""
    return cell in CELLS and bool(CELLS[cell].keeper)


def lstm(task: Task, cell: str) -> bool:
    """Where a gate can be left out."""
    return cell == "lstm"


def plain(task: Task, cell: str) -> bool:
    """Where the new state is an activation of sums, and nothing else."""
    return cell == "rnn"


@dataclass(frozen=True)
class Knob:
    """A setting as a link and the page offer it: one of a few ids.

    Its labels stand under its name in `training.knobs`, `training.help` and `training.called`; those of ids that are
    words in `training.ids`.
    """

    name: str
    """In the link."""
    field: str
    """The field of `Settings` or `Shape` that it sets."""
    of: type
    """float, int or str; or bool, whose first id is False and whose second is True."""
    offers: str
    """The ids, with spaces between them."""
    place: Literal["main", "further", "remedies"]
    """Where it stands on the page: in the row, in the first menu, or in that on overfitting."""
    at: int
    """Its rank there, from 1."""
    twins: str | None = None
    """What twins have that differ in it. Empty: the usual one, and one at least three times as large. None: twins never
    differ in it."""
    none: str = ""
    """The id that stands for None."""
    values: tuple[str, ...] = ()
    """What the ids stand for, in their order, where they are not themselves."""
    named: bool = False
    """Whether the description of a run names it even where it is as usual."""
    applies: Callable[[Task, str], bool] = always
    """Whether it makes a difference for a task and a kind of cell."""

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self.offers.split())

    def value(self, id: str) -> Any:
        """What an id says of the field."""
        if self.none and id == self.none:
            return None
        if self.values:
            return self.values[self.ids.index(id)]
        return id == self.ids[1] if self.of is bool else self.of(id)

    def id(self, value: Any) -> str:
        """A value as an id; that of a number need not be among those offered."""
        if value is None:
            return self.none
        if self.values:
            return self.ids[self.values.index(value)]
        if self.of is bool:
            return self.ids[value]
        return value if isinstance(value, str) else f"{value:g}"


RATES = "0.0003 0.001 0.002 0.005 0.01 0.02 0.05 0.1 0.2 0.5 1 2"
_ROWS = (
    Knob("limit", "clip", float, "off 0.1 0.2 0.5 1 2 5 10", "main", 4, "off 1", none="off", named=True),
    Knob("cell", "kind", str, " ".join(RECURRENT), "main", 1, "rnn lstm", named=True),
    Knob("nonlinearity", "activation", str, "tanh relu", "further", 7, "tanh relu", applies=plain),
    Knob("bias", "forget_bias", float, "0 1 3 5", "further", 5, "0 3", applies=keeper),
    Knob("begin", "start", str, "default orthogonal identity", "further", 4, "default orthogonal", applies=recurrent),
    Knob("rate", "rate", float, RATES, "main", 3, "0.001 0.01", named=True),
    Knob("delay", "length", int, "0 2 4 8 12 20 30 50 70 100 150 200", "main", 5, "", named=True),
    Knob("size", "units", int, "4 8 16 32 50 64 84 100", "main", 2, "8 32", named=True),
    Knob("batch", "batch", int, "8 16 32 64 128", "further", 2, named=True),
    Knob("budget", "steps", int, "100 200 400 600 800 1000 1200 1500 2000 3000 4500", "further", 1, named=True),
    Knob("optimizer", "optimizer", str, "adam sgd", "further", 3, "sgd adam"),
    Knob(
        "gate",
        "fixed_gate",
        str,
        "learned fixed no-i no-o",
        "further",
        6,
        "fixed learned",
        values=("", "f", "i", "o"),
        applies=lstm,
    ),
    Knob("examples", "examples", int, "all 128 64 32", "remedies", 1, "64 all", none="all", applies=sets),
    Knob("dropout", "dropout", float, "0 0.1 0.2 0.3 0.5", "remedies", 2, "0 0.5"),
    Knob("decay", "weight_decay", float, "0 0.01 0.1 0.3 1", "remedies", 3, "0 0.3"),
    Knob("worddrop", "word_dropout", float, "0 0.1 0.2 0.3 0.5", "remedies", 4, "0 0.3", applies=words),
    Knob("synonyms", "synonyms", bool, "off on", "remedies", 5, "off on", applies=words),
    Knob("patience", "patience", int, "off 100 200 400", "remedies", 6, "off 200", none="off", applies=sets),
)
KNOBS = {knob.name: knob for knob in _ROWS}
"""Every setting that is offered, in the order of words and twins. Link, controls and twins follow from it."""


def standing(place: str) -> list[str]:
    """The names of the knobs at a place of the page, in order."""
    return [knob.name for knob in sorted(_ROWS, key=lambda knob: knob.at) if knob.place == place]
