"""What a training run holds at one moment, and what a step of it takes. `rnnviz.training.advance` moves it on."""

from dataclasses import dataclass, field
from typing import Literal

from jaxtyping import Float
from numpy import ndarray

from rnnviz.networks.network import Shape
from rnnviz.recurrence.cells import CELLS
from rnnviz.tasks import TASKS
from rnnviz.training.settings import Settings

Array = ndarray
MASTERY = 0.9
"""The share of right answers, over the last `WINDOW` batches of the hardest level, that lets a longer
sentence enter."""
WINDOW = 4
EVERY = 25
"""So many steps lie between two looks at the held-out examples, and between two probes."""
HELD = 256
"""Held-out examples of a run with few `examples`."""
SETS = 4
"""Runs whose few examples a process keeps, so that it need not draw them anew at each turn."""
STEP_BYTES = 288 * 2**20
"""What a step of a run that a stranger uploads may take. A trainer on a host of 1 GiB has not much more to spare, and
the largest that the page offers itself (an LSTM of 100 units, 128 long sentences, dropout) takes nearly as much."""
KEPT = {"rnn": 7, "lstm": 18, "gru": 17, "window": 4, "conv": 17, "attention": 18}
"""So many numbers a training step keeps for each unit of a body, at each step of each example: states, gates and
whatever PyTorch needs for the way back, and their gradients. Measured, since each kind has code of its own there; a
kind that nobody has measured counts as the greediest."""
FEED, HEADS, REACH = 92, 2, 5
"""What `rnnviz.networks.bodies` has inside an attention body, and the inputs that a window reads at once."""


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
    # Half of it for the gradients, when those of the outputs are done.
    kept = KEPT.get(shape.kind, max(KEPT.values())) * units + inside
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
    others = {"window": REACH, "conv": 9, "attention": 6}
    blocks = others[shape.kind] if shape.kind in others else len(CELLS[shape.kind].letters)
    return inputs * shape.embedding + blocks * units * (read + units) + units * said


def logged(settings: Settings) -> tuple[str, ...]:
    """The names in the log of a run with these settings."""
    held = ("held_loss", "held_accuracy") if settings.examples else ()
    state = ("state_norm",) if TASKS[settings.task].streams else ()
    return ("loss", "norm", "clipped", "accuracy", "level", "length", *held, *state)
