"""The recorded runs shipped in assets/records: every seed of what takes too long for a class (`scripts/records.py`)."""

import json
from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnnviz.shipped import ASSETS
from rnnviz.training.settings import Settings, settings_of

Array = ndarray
RECORDS = ASSETS / "records"
NAMES = (
    *("p5", "p6", "p7", "p8", "p9", "gates", "preset-clipping", "thresholds", "convergence"),
    *("opening", "overfitting", "tuning"),
)
POINTS = 200
"""The most points of a curve; each is the mean over a stretch of steps."""
FEW = 40
MANY_RUNS = ("p7", "p9", "gates", "preset-clipping", "thresholds", "convergence", "opening", "overfitting", "tuning")
"""The same, where there are many runs."""
LOOKS = 25
"""Steps between two looks at the held-out examples, as `rnnviz.training.runs.EVERY`."""
FIRST = 20
"""The losses of so many first steps are kept as they were."""
TRIED: dict[str, tuple[int, tuple[int, ...]]] = {
    "p5": (2, (100,)),
    "thresholds": (113, (100, 101, 102, 103, 104, 105)),
    "convergence": (113, (100, 101, 102, 103, 104, 105)),
    "overfitting": (20, (100, 101, 102)),
    "tuning": (12, (100, 101)),
}
"""How many settings were tried to choose those of a record, and on which seeds, none of which is in it. Of others it
was not written down."""


@dataclass(frozen=True)
class Recorded:
    """One run of a record."""

    arm: str
    """Which of the settings compared; where they are compared at several lengths, thresholds or rates, that number
    stands behind a blank: of a threshold, in units of the mean norm."""
    seed: int
    settings: dict[str, object]
    """All settings, as in `rnnviz.training.settings.Settings`."""
    seconds: float
    """The time it took on one core of the machine that made the record."""
    steps: int
    """Batches read; fewer than asked for if the run ended in trouble."""
    ended: str
    first: Float[Array, "n"]
    """The losses of the first 20 steps."""
    curves: dict[str, Float[Array, "P"]]
    """`loss`, `accuracy`, `norm`, `clipped` and in a stream `state_norm`, as means over equal stretches of the run;
    NaN where one was no number. `held_loss` and `held_accuracy` at the looks, the first step and every 25th."""
    worst: float | None
    """The largest loss; None if it became infinite or NaN."""
    test: dict[str, float] | None
    """`loss`, `accuracy`, for numbers also the mean absolute `error`, on 1000 new examples at the end;
    None for a stream, and for a run that ended in trouble."""
    growth: float | None = None
    """The largest norm of the gradient that was a number, in units of the first step's; None where nobody looked."""
    usual_norm: float | None = None
    """The mean norm of the gradient while the run learned (`rnnviz.training.runs.usual_norm`); None where nobody
    looked, or there is none."""

    @property
    def number(self) -> float:
        """The number behind the arm's name."""
        return float(self.arm.split()[1])

    @property
    def right(self) -> float:
        """The share of right answers in the test; 0 for a run that ended in trouble."""
        return self.test["accuracy"] if self.test else 0.0

    @property
    def settled(self) -> Settings:
        """All settings."""
        return settings_of(self.settings)

    def at(self, name: str = "loss") -> Float[Array, "P"]:
        """Where a curve's points lie, in steps: the middle of each stretch; of what is held out, each look."""
        if name.startswith("held"):
            return np.array([1, *range(LOOKS, self.steps + 1, LOOKS)], float)
        edges = np.linspace(0, self.steps, len(self.curves[name]) + 1)
        return (edges[:-1] + edges[1:]) / 2


@cache
def record(name: str) -> tuple[Recorded, ...]:
    """All runs of a record: `p5` recall, `p6` adding, `p7` temporal order, `p8` a stream, `p9` the forget bias, `gates`
    an LSTM without one of its gates, `preset-clipping` the preset whose gradient explodes unclipped, `thresholds` the
    same at several thresholds, `convergence` at several rates, `opening` the twins that the page
    opens on, `overfitting` few examples and remedies, `tuning` learning rates.

    Raises ValueError for a record that does not exist.
    """
    if name not in NAMES:
        raise ValueError(f"no record {name!r}; there are {', '.join(NAMES)}")
    found = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
    return tuple(_recorded(**run) for run in found)


def _recorded(first: list[float], curves: dict[str, list[float | None]], **rest: object) -> Recorded:
    arrays = {name: np.array([np.nan if x is None else x for x in values]) for name, values in curves.items()}
    return Recorded(first=np.array(first), curves=arrays, **rest)  # type: ignore[arg-type]
