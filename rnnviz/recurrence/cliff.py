"""The cliff: the error surface of a network of one unit, and gradient descent on it.

Source: Pascanu, Mikolov & Bengio (2013), figures 3 and 6. The network is x_t = w·σ(x_(t-1)) + b with x_0 = 0.5, run
for 50 steps; its error is E = (σ(x_50) - 0.7)². Where b = x_0 - w·σ(x_0), the network starts on a fixed point that
repels (if w·σ'(x_0) > 1, so w > 4.26): a hair to either side it ends at another attractor, and E has a wall.
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TypeVar

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from rnnviz.recurrence.clipping import clip

X0, STEPS, TARGET = 0.5, 50, 0.7
"""The state before the first step, the number of steps, and what σ of the last state should be."""

Numbers = TypeVar("Numbers", float, ndarray)


@dataclass(frozen=True)
class Surface:
    """E over the plane of w and b, in `lines` of constant w with N points each, denser where E is steep."""

    w: Float[ndarray, "lines"]
    b: Float[ndarray, "lines N"]
    """Rising along each line, from the same first to the same last value."""
    error: Float[ndarray, "lines N"]
    steepness: Float[ndarray, "lines N"]
    """The norm of the gradient (∂E/∂w, ∂E/∂b)."""


@dataclass(frozen=True)
class Descent:
    """The N points of a gradient descent, the first where it started. Kept as it went: also where it was thrown far
    away, and where it became infinite or NaN."""

    points: Float[ndarray, "N 2"]
    """(w, b)."""
    errors: Float[ndarray, "N"]
    norms: Float[ndarray, "N"]
    """Of the gradient at each point, before clipping."""
    threshold: float | None
    """What the gradient's norm was clipped to; None if it was not."""


@dataclass(frozen=True)
class FixedPoints:
    """All solutions of x = w·σ(x) + b, smallest first."""

    x: Float[ndarray, "N"]
    stable: Bool[ndarray, "N"]
    """Whether |w·σ'(x)| < 1, so that the states nearby are drawn there."""


@dataclass(frozen=True)
class Branches:
    """The curve of fixed points for one w: at each `b[k]`, `x[k]` is one. Rising in x."""

    w: float
    b: Float[ndarray, "N"]
    x: Float[ndarray, "N"]
    stable: Bool[ndarray, "N"]
    folds: tuple[float, float] | None
    """As `folds(w)` has it."""
    start: float
    """x_0."""
    wall: float | None
    """The b at which x_0 is unstable, so that E has a wall; None if it never is."""


def sigmoid(x: Numbers) -> Numbers:
    """1 / (1 + e^-x). Call it with overflow ignored: for large negative x the infinite e^-x gives the right 0."""
    return 1 / (1 + np.exp(-x))


def gradient(w: Numbers, b: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """E, ∂E/∂w and ∂E/∂b: numbers, or arrays of any one shape.

    The derivatives of x_t are carried forward beside it:
    ∂x_t/∂w = σ + w·σ'·∂x_(t-1)/∂w and ∂x_t/∂b = 1 + w·σ'·∂x_(t-1)/∂b.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        x, x_w, x_b = X0 + 0 * b, 0 * w, 0 * b
        for _ in range(STEPS):
            s = sigmoid(x)
            slope = w * s * (1 - s)
            x, x_w, x_b = w * s + b, s + slope * x_w, 1 + slope * x_b
        s = sigmoid(x)
        outer = 2 * (s - TARGET) * s * (1 - s)
        return (s - TARGET) ** 2, outer * x_w, outer * x_b


def error(w: Numbers, b: Numbers) -> Numbers:
    """E = (σ(x_50) - 0.7)²: a number, or an array of the shape of w and b."""
    with np.errstate(over="ignore", invalid="ignore"):
        x = X0 + 0 * b
        for _ in range(STEPS):
            x = w * sigmoid(x) + b
        return (sigmoid(x) - TARGET) ** 2


def wall(w: float) -> float:
    """The b at which x_0 is a fixed point. For w·σ'(x_0) > 1 it repels, and the wall of E stands there: the closer,
    the more steps there are.
    """
    return X0 - w / (1 + exp(-X0))


def repels(w: float) -> bool:
    """Whether x_0 repels where it is a fixed point, so that E has a wall there."""
    return not _attracts(w, np.array([X0]))[0]


def surface(
    w_range: tuple[float, float] = (4, 6),
    b_range: tuple[float, float] = (-4, -1),
    lines: int = 101,
    points: int = 121,
    rounds: int = 28,
) -> Surface:
    """E and its steepness, sampled so that the wall is seen: at w = 6 it is 0.00000002 wide, and an even grid steps
    over it.

    Along each line of constant w, the intervals over which E changes most are halved, three a round. Then points are
    spread along the line thus found at equal distances in (b, E), each axis measured by its whole range. So the k-th
    points of neighbouring lines are neighbours, and the wall is smooth from line to line.
    """
    w = np.linspace(*w_range, lines)[:, None]
    b = np.tile(np.linspace(*b_range, points // 2), (lines, 1))
    e = error(w + 0 * b, b)
    for _ in range(rounds):
        steepest = np.argpartition(-np.abs(np.diff(e)), 3)[:, :3]
        middle = (np.take_along_axis(b, steepest, 1) + np.take_along_axis(b, steepest + 1, 1)) / 2
        b, e = np.hstack([b, middle]), np.hstack([e, error(w + 0 * middle, middle)])
        order = np.argsort(b)
        b, e = np.take_along_axis(b, order, 1), np.take_along_axis(e, order, 1)
    along = np.zeros_like(b)
    np.cumsum(np.hypot(np.diff(b) / np.ptp(b), np.diff(e) / max(np.ptp(e), 1e-300)), axis=1, out=along[:, 1:])
    even = np.linspace(0, 1, points)
    b = np.stack([np.interp(even * length[-1], length, line) for length, line in zip(along, b, strict=True)])
    e, e_w, e_b = gradient(w + 0 * b, b)
    return Surface(w[:, 0], b, e, np.hypot(e_w, e_b))


def descend(start: tuple[float, float], rate: float, steps: int, threshold: float | None = None) -> Descent:
    """Gradient descent from `start` = (w, b): each step subtracts `rate` times the gradient, whose norm is clipped
    to `threshold` if there is one (`rnnviz.clip`).
    """
    point = np.array(start, dtype=float)
    points, errors, norms = [], [], []
    for step in range(steps + 1):
        e, e_w, e_b = gradient(*point)
        points.append(point)
        errors.append(e)
        norms.append(np.hypot(e_w, e_b))
        if step < steps:
            g = np.array([e_w, e_b])
            if threshold is not None:
                g = clip({"wb": g}, norm=threshold).after["wb"]
            with np.errstate(over="ignore", invalid="ignore"):
                point = point - rate * g
    return Descent(np.array(points), np.array(errors, dtype=float), np.array(norms, dtype=float), threshold)


def folds(w: float) -> tuple[float, float] | None:
    """The two values of b between which there are two attractors; None for w <= 4, where there is never a second.

    At both, an attractor and a repeller meet, so that w·σ'(x) = 1. With σ' = s(1 - s): s = (1 ± √(1 - 4/w)) / 2,
    x = ln(s / (1 - s)), b = x - w·s.
    """
    if w <= 4:
        return None
    ends = [(1 + sign * sqrt(1 - 4 / w)) / 2 for sign in (1, -1)]
    low, high = (log(s / (1 - s)) - w * s for s in ends)
    return low, high


def fixed_points(w: float, b: float) -> FixedPoints:
    """All x with x = w·σ(x) + b, by bisection between the turning points of x - w·σ(x) - b.

    For w > 4 these are the x of the two `folds`; otherwise it rises throughout, and there is one solution.
    """
    edges = [b + min(0.0, w) - 1, b + max(0.0, w) + 1]  # σ lies between 0 and 1
    if w > 4:
        turn = log((1 + sqrt(1 - 4 / w)) / (1 - sqrt(1 - 4 / w)))
        edges[1:1] = [-turn, turn]

    def excess(x: ndarray) -> ndarray:
        with np.errstate(over="ignore"):
            return x - w * sigmoid(x) - b

    low, high = np.array(edges[:-1]), np.array(edges[1:])
    crossed = (excess(low) < 0) != (excess(high) < 0)
    low, high = low[crossed], high[crossed]
    rising = excess(low) < 0
    for _ in range(80):
        middle = (low + high) / 2
        beyond = (excess(middle) < 0) != rising
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return FixedPoints(low, _attracts(w, low))


def branches(w: float, b_range: tuple[float, float] = (-4, -1), points: int = 401) -> Branches:
    """All fixed points for b in `b_range`: exact, since each x is one for b = x - w·σ(x)."""
    low, high = b_range
    x = np.linspace(low + min(0.0, w), high + max(0.0, w), points)
    with np.errstate(over="ignore"):
        b = x - w * sigmoid(x)
    inside = (b >= low) & (b <= high)
    there = wall(w) if repels(w) else None
    return Branches(w, b[inside], x[inside], _attracts(w, x[inside]), folds(w), X0, there)


def _attracts(w: float, x: ndarray) -> ndarray:
    with np.errstate(over="ignore"):
        s = sigmoid(x)
    return np.abs(w * s * (1 - s)) < 1
