"""Of two runs that differ in one setting: whether they read the same examples, and how many weights each has."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from rnnviz.tasks import TASKS
from rnnviz.training.advance import untrained_network
from rnnviz.training.runs import Run
from rnnviz.training.settings import Settings

READ = ("task", "seed", "batch", "examples", "noise", "synonyms", "word_dropout")
"""The settings that decide which examples a run reads, beside the length and the level."""


class Parting(NamedTuple):
    """Where two runs begin to read other examples."""

    why: Literal["setting", "level"]
    """ "setting": they are told to. "level": one of them mastered the short sentences sooner, and reads longer ones."""
    step: int
    """The first step, counted from 1, whose examples differ."""
    ahead: int
    """Which of the two is at the higher level there."""
    same: int
    """In so many of the steps that both have made the examples were the same."""


def levelled(settings: Settings) -> bool:
    """Whether longer examples enter as the shorter ones are mastered."""
    return settings.examples is None and TASKS[settings.task].levels(settings.length) > 1


def alike(one: Settings, other: Settings) -> bool:
    """Whether both read the same examples for as long as they are at the same level."""
    return all(getattr(one, name) == getattr(other, name) for name in READ) and (
        levelled(one) or one.length == other.length
    )


def parting(one: Run, other: Run) -> Parting | None:
    """Where they part, as their logs have it; None if they have read the same until now.

    At two levels a step may still draw the same length, and then reads the same sentences. From level 0 nothing is
    drawn at all, so that all that follows comes out otherwise.
    """
    if not alike(one.settings, other.settings):
        return Parting("setting", 1, 0, 0)
    steps = min(one.step, other.step)
    levels, lengths = (np.array([run.log[name][:steps] for run in (one, other)]) for name in ("level", "length"))
    apart = (levels[0] != levels[1]) & ((lengths[0] != lengths[1]) | (levels.min(0) == 0))
    if not apart.any():
        return None
    first = int(apart.argmax())
    return Parting("level", first + 1, int(levels[:, first].argmax()), steps - int(apart.sum()))


@lru_cache(maxsize=64)
def body_weights(settings: Settings) -> int:
    """The weights and biases of the body of a run with these settings."""
    return untrained_network(settings).body_weights()
