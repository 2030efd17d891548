"""What a training run is: its settings, and all that it holds at one moment. `rnnviz.training.advance` moves it on."""

from dataclasses import dataclass, field
from math import isfinite
from numbers import Real
from typing import Literal

from jaxtyping import Float
from numpy import ndarray

from rnnviz.networks.network import Shape
from rnnviz.tasks import TASKS

Array = ndarray
CLAUSES = 12
"""The most filler clauses in a training sentence of the zoo, between the need and the thing to buy."""
MASTERY = 0.9
"""The share of right answers, over the last `WINDOW` batches of the hardest level, that lets a longer
sentence enter."""
WINDOW = 4
EVERY = 25
"""So many steps lie between two looks at the held-out examples, and between two probes."""
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
    "forget_bias": (-20.0, 20.0),
    "dropout": (0.0, 0.95),
}
"""What the numbers among the settings may be."""
HELD = 256
"""Held-out examples of a run with few `examples`."""
SETS = 4
"""Runs whose few examples a process keeps, so that it need not draw them anew at each turn."""
STEP_BYTES = 288 * 2**20
"""What a step of a run that a stranger uploads may take. A trainer on a host of 1 GiB has not much more to spare, and
the largest that the page offers itself (an LSTM of 100 units, 128 long sentences, dropout) takes nearly as much."""
KEPT = {"rnn": 7, "lstm": 18, "gru": 17, "window": 4, "conv": 17, "attention": 18}
"""So many numbers a training step keeps for each unit of a body, at each step of each example: states, gates and
whatever PyTorch needs for the way back, and their gradients. Measured, since each kind has code of its own there."""
FEED, HEADS, REACH = 92, 2, 5
"""What `rnnviz.networks.bodies` has inside an attention body, and the inputs that a window reads at once."""


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
    fixed_forget: bool = False
    """LSTM: the forget gate is 1 and stays so, as before Gers, Schmidhuber & Cummins (2000)."""

    def __post_init__(self) -> None:
        check(self)

    @property
    def top(self) -> int:
        """The last level."""
        return TASKS[self.task].levels(self.length) - 1


@dataclass(frozen=True)
class Probe:
    """How a fixed example's answer depends on every state before it, at one moment of a run."""

    step: int
    norms_h: Float[Array, "T"]
    """‖∂y/∂h_t‖, where y is the right answer's logit, or the number given."""
    norms_c: Float[Array, "T"] | None
    """‖∂y/∂c_t‖ (LSTM)."""


@dataclass(frozen=True)
class Trouble:
    """Why a run could not go on."""

    step: int
    """The step that could not be made, counted from 0."""
    what: Literal["loss", "gradient"]
    """What was the first not to be a finite number."""
    parameter: str
    """The first parameter whose gradient was not finite, counted from the input."""
    norm_before: float
    """The norm of the gradient one step earlier; NaN at the first."""


@dataclass(frozen=True)
class Best:
    """Where the held-out loss was least."""

    step: int
    loss: float
    parameters: dict[str, ndarray]


@dataclass(frozen=True)
class Run:
    """A training run at one moment: all that `advance` needs, and nothing else."""

    settings: Settings
    parameters: dict[str, ndarray]
    moments: dict[str, tuple[ndarray, ndarray]] = field(default_factory=dict)
    """Adam's running mean and mean square of each parameter's gradient."""
    step: int = 0
    """The number of batches read."""
    level: int = 0
    """The greatest length that has entered so far."""
    recent: tuple[float, ...] = ()
    """Accuracy of the last batches of the hardest level."""
    log: dict[str, Float[Array, "steps"]] = field(default_factory=dict)
    """float32, one entry a step: `loss`, `norm` (before clipping), `clipped` (0 or 1), `accuracy` (NaN where nothing
    was asked), `level`, `length` (the batch's level); with `examples` also `held_loss` and `held_accuracy` (NaN but
    every 25 steps), in a stream `state_norm` (of c, or h where there is none; the mean over the streams)."""
    probes: tuple[Probe, ...] = ()
    """At step 0, every 25 steps and at the end; none for networks without a recurrent state."""
    carried: dict[str, ndarray] | None = None
    """In a stream: what goes on from batch to batch, the network's `h` and `c` (B, H) among it."""
    best: Best | None = None
    ended: Literal["", "steps", "nan", "stopped early"] = ""
    trouble: Trouble | None = None


WHOLE = ("steps", "batch", "seed", "examples", "patience", "units", "embedding")
CHOICES: dict[str, tuple[object, ...]] = {
    "kind": ("rnn", "lstm", "gru", "window", "conv", "attention"),
    "start": ("default", "orthogonal", "identity"),
    "optimizer": ("adam", "sgd"),
    "synonyms": (False, True),
    "fixed_forget": (False, True),
}


def check(settings: Settings) -> None:
    """Raises ValueError for settings that are out of bounds, or that do not go together."""
    if settings.task not in TASKS:
        raise ValueError(f"unknown task {settings.task!r}; there are {', '.join(TASKS)}")
    task, values = TASKS[settings.task], vars(settings.shape) | vars(settings)
    for name, (low, high) in LIMITS.items() | {("length", task.lengths)}:
        value = values[name]
        if value is None and name in ("clip", "examples", "patience"):
            continue
        whole = name in WHOLE or name == "length"
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
        "no words to vary": (settings.synonyms or settings.word_dropout) and task.name != "errands",
        "examples cannot be drawn from a stream": task.streams and settings.examples,
        "patience needs examples": settings.patience and not settings.examples,
        "a stream needs a recurrent network": task.streams and settings.shape.kind not in ("rnn", "lstm", "gru"),
        "only an LSTM has a forget gate": settings.fixed_forget and settings.shape.kind != "lstm",
        "weight decay would open the forget gate": settings.fixed_forget and settings.weight_decay,
    }
    for why, so in refuse.items():
        if so:
            raise ValueError(why)


def _number(value: object, whole: bool) -> bool:
    return isinstance(value, int if whole else Real) and not isinstance(value, bool) and isfinite(value)


def step_bytes(settings: Settings) -> int:
    """About the bytes that one step of such a run takes, beside what a process needs that trains anything.

    B examples of T steps. A training step keeps, for each of the B T places, what the network reads (N numbers, with
    noise and targets), its projection (E), what the body computes (`KEPT` for each of H units; more in some kinds), and
    the outputs (V) with their shares and gradients. With few `examples` a look at those held out keeps the outputs of
    `HELD` at once, but nothing for a way back, and all examples stay in memory, those of `SETS` runs like this one.
    Then the weights: themselves, their gradients, Adam's two averages, and copies of them.
    """
    shape, task = settings.shape, TASKS[settings.task]
    steps, read, units = task.steps(settings.length), shape.embedding or task.inputs, shape.units
    said = len(task.outputs) or 1
    inside = {"attention": 2 * FEED, "window": 2 * REACH * read}.get(shape.kind, 0)
    dropped = 2 * (read + units) if shape.dropout else 0
    kept = KEPT[shape.kind] * units + inside  # half of it for the gradients, when those of the outputs are done
    train = 3 * task.inputs + 3 * read + dropped + max(kept + said, kept // 2 + 4 * said)
    numbers = settings.batch * steps * train
    if settings.examples:
        scores = 2 * HEADS * steps if shape.kind == "attention" else 0
        look = task.inputs + 2 * read + 6 * units + inside // 2 + scores + 2 * said
        drawn = (settings.examples + HELD) * steps * (task.inputs + 6)
        numbers = max(max(numbers, HELD * steps * look) + drawn, SETS * drawn)
    return 4 * (numbers + 8 * _weights(shape, task.inputs, said))


def _weights(shape: Shape, inputs: int, said: int) -> int:
    """About how many weights a network has."""
    read, units = shape.embedding or inputs, shape.units
    blocks = {"rnn": 1, "lstm": 4, "gru": 3, "window": REACH, "conv": 9, "attention": 6}[shape.kind]
    return inputs * shape.embedding + blocks * units * (read + units) + units * said


def logged(settings: Settings) -> tuple[str, ...]:
    """The names in the log of a run with these settings."""
    held = ("held_loss", "held_accuracy") if settings.examples else ()
    state = ("state_norm",) if TASKS[settings.task].streams else ()
    return ("loss", "norm", "clipped", "accuracy", "level", "length", *held, *state)
