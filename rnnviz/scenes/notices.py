"""The sentence above the figures: what to notice at each step, composed from that step's numbers."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rnnviz.figures.base import MOST_IN_PROSE, shortened
from rnnviz.language import translate
from rnnviz.tasks import errands

if TYPE_CHECKING:
    from rnnviz.scenes.readings import Reading
from rnnviz.language import Runs, filled
from rnnviz.numbers import half_life, percent, two_digits


def notices(readings: Sequence["Reading"], language: str) -> list[Runs]:
    """One notice for each token."""
    tokens = readings[0].trace.tokens
    need = errands.need_at(tokens)
    shown = [shortened(token, MOST_IN_PROSE) for token in tokens]
    names = [translate(language, f"networks.{r.name}") for r in readings]
    guesses = [guess(reading) for reading in readings]
    keeper, kept = keeping(readings)
    overflowing = dict.fromkeys(name for name, reading in zip(names, readings, strict=True) if reading.overflows)
    notices = []
    for t in range(len(tokens)):
        runs: Runs = []

        def say(key: str, runs: Runs = runs, **values: object) -> None:
            runs.extend(filled(language, f"step.notice.{key}", values))

        if overflowing:
            say("overflow", names=translate(language, "training.comma").join(overflowing))
        if need is None or t < need:
            say("no_need")
        elif t == need:
            say("need_now", word=shown[need])
        else:
            say("need_ago", word=shown[need], ago=t - need)
        if 0 < t == len(tokens) - 1:
            first = need if need is not None else 0
            ratios = [two_digits(ratio(r, first)) for r in readings]
            answers = [r.gradients.targets[-1] for r in readings]  # what the need asks for, else each one's own
            key = "back" if answers[0] == answers[1] else "back_own"
            say(key, answers=answers, word=shown[first], names=names, ratios=ratios)
        elif t > 0 and keeper is not None:
            kind, name = readings[keeper].trace.kind, names[keeper]
            say(f"keep_{kind}", name=name, percent=percent(kept[t]), half=half_life(kept[t]))
        elif t > 0 and all(reading.trace.kind == "rnn" for reading in readings):
            say("keep_rnn")
        words, shares = zip(*(g[t] for g in guesses), strict=True)
        say("asked", names=names, words=words, percents=[percent(p) for p in shares])
        notices.append(runs)
    return notices


def keeping(readings: Sequence["Reading"]) -> tuple[int | None, list[float]]:
    """Which network has a gate that keeps the old state (the right one, if both), and its mean at each token."""
    for k, reading in reversed(list(enumerate(readings))):
        if letter := reading.trace.cell.keeper:
            return k, reading.trace.gates[letter].mean(1, dtype=float).tolist()
    return None, []


def guess(reading: "Reading") -> list[tuple[str, float]]:
    """The likeliest thing to buy, had the sentence ended at each token, and its probability."""
    best, p = reading.asked.argmax(1).tolist(), reading.asked.max(1).tolist()
    return [(errands.THINGS[j], value) for j, value in zip(best, p, strict=True)]


def ratio(reading: "Reading", t: int) -> float:
    """The size of the answer's gradient at token t over its size at the last: in c for an LSTM, else h."""
    norms = reading.gradients.norms if reading.gradients.norms_c is None else reading.gradients.norms_c
    return float(norms[t] / norms[-1]) if norms[-1] else math.nan
