"""What a task is: how its examples are made, what counts as right, and what chance scores.

Shapes: B examples, T steps, N numbers in each input, V outputs. All randomness comes from the NumPy generator
that is passed in.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

Array = ndarray
Carried = Mapping[str, ndarray]
"""What a stream hands on from batch to batch; (B, ...) each."""


@dataclass(frozen=True)
class Batch:
    """B examples of T steps."""

    inputs: Float[Array, "B T N"]
    """float32."""
    targets: Int[Array, "B T"] | Float[Array, "B T"]
    """int64 places among the outputs, or float32 numbers; anything where the weight is 0."""
    weights: Float[Array, "B T"]
    """float32: what each step counts for in the loss."""
    asked: Bool[Array, "B T"]
    """The steps whose answer is right or wrong; at most one in an example, but for a stream."""
    rows: Int[Array, "B T"] | None = None
    """The rows of the table of word vectors that the inputs are (errands)."""

    def take(self, examples: Int[Array, "b"]) -> "Batch":
        """These examples, cut after the last step that counts for one of them."""
        taken = replace(self, **{f.name: a[examples] for f in fields(self) if (a := getattr(self, f.name)) is not None})
        end = 1 + int(np.flatnonzero(taken.weights.any(0))[-1])
        return replace(taken, **{f.name: a[:, :end] for f in fields(self) if (a := getattr(taken, f.name)) is not None})


class Task(ABC):
    """A task by its name; `TASKS` in `rnnviz.tasks` has one of each."""

    name: ClassVar[str]
    inputs: ClassVar[int]
    """N."""
    outputs: ClassVar[tuple[str, ...]]
    """The V classes, or () for one number."""
    lengths: ClassVar[tuple[int, int]]
    """The shortest and the longest `length` that may be asked for."""
    suggested: ClassVar[dict[str, object]]
    """Settings that are small enough to be trained in a class; `length` among them."""
    place: ClassVar[int] = 100
    """Where it stands among all tasks, the lowest first; those with the same place by name."""
    live: ClassVar[bool] = True
    """Whether a class can train on it: the page Training offers it."""
    words: ClassVar[bool] = False
    """Whether its inputs are the vectors of words, `Batch.rows` says of which, and words can be varied. A network that
    learned it can read any sentence."""
    reads: ClassVar[str] = "en"
    """The language whose table of word vectors these are."""

    @property
    def kind(self) -> Literal["classes", "number"]:
        return "classes" if self.outputs else "number"

    def levels(self, length: int) -> int:
        """How many levels of difficulty enter one by one; 1 for a task without a curriculum."""
        return 1

    paced: ClassVar[bool] = False
    """Whether the level rises with the steps, the same for all networks, and is all that is read then; else it rises
    where the highest is mastered, and lower ones are still read."""

    sparse: ClassVar[bool] = False
    """Whether few steps of an example count in training, and only these are read out."""

    def steps(self, length: int) -> int:
        """T of an example of this length, or the most that it may be."""
        return length

    @abstractmethod
    def batch(self, rng: np.random.Generator, size: int, length: int, level: int | None = None) -> Batch:
        """`size` examples; of one level, or of all of them mixed."""

    def stream(self, rng: np.random.Generator, size: int, length: int, carried: Carried) -> tuple[Batch, Carried]:
        """The next part of `size` streams, and what they hand on. `carried` is empty at the beginning.

        Raises ValueError for a task that is no stream.
        """
        raise ValueError(f"the task {self.name} is no stream")

    streams: ClassVar[bool] = False
    """Whether the network's state is carried from batch to batch, and never reset."""
    hands_on: ClassVar[dict[str, int]] = {}
    """In a stream: the names of what `stream` hands on, int64 (B, n), and n of each."""

    def fits(self, carried: Carried) -> bool:
        """Whether this can be what a stream handed on: whoever reads a run from a file asks."""
        return True

    def augmented(self, batch: Batch, rng: np.random.Generator, synonyms: bool, word_dropout: float) -> Batch:
        """The batch, varied. Raises ValueError for a task without words."""
        if synonyms or word_dropout:
            raise ValueError(f"the task {self.name} has no words to vary")
        return batch

    def right(self, outputs: Float[Array, "B T V"], batch: Batch) -> Bool[Array, "n"]:
        """Which of the asked-for answers are right: the likeliest class is the target."""
        said = outputs.argmax(2) if self.outputs else outputs[..., 0]
        return self.judge(said[batch.asked], batch.targets[batch.asked])

    def judge(self, said: ndarray, targets: ndarray) -> Bool[Array, "n"]:
        """Which answers are right."""
        return said == targets

    @abstractmethod
    def chance(self, length: int) -> tuple[float, float]:
        """Loss and accuracy of the best answer that does not look at the input."""

    def probe(self, length: int) -> Batch:
        """One fixed example, whose gradient is followed through training."""
        return self.batch(np.random.default_rng((2026, length)), 1, length)


def one_hot(places: Int[Array, "B T"], size: int) -> Float[Array, "B T N"]:
    """Each place as a row of zeros with a 1 there, float32."""
    return np.eye(size, dtype=np.float32)[places]


def at_the_end(inputs: Float[Array, "B T N"], answers: ndarray) -> Batch:
    """Examples of which only the last step counts."""
    size, steps, _ = inputs.shape
    targets = np.zeros((size, steps), answers.dtype)
    targets[:, -1] = answers
    asked = np.zeros((size, steps), bool)
    asked[:, -1] = True
    return Batch(inputs, targets, asked.astype(np.float32), asked)
