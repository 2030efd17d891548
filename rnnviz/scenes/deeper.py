"""The second layer under the verdict: what the gradient says, and what an exchange of the need's word shows.

A gradient says how far a small change would move the answer. Whether a word is held is another question: exchange it,
and look whether the states and the answer change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnviz.figures.base import MOST_IN_PROSE, shortened
from rnnviz.language import Runs, filled, translate
from rnnviz.networks import reading
from rnnviz.numbers import two_digits
from rnnviz.scenes.gradients import ratio
from rnnviz.scenes.readings import Named, Reading, tracing_network
from rnnviz.tasks import errands
from rnnviz.tasks.errands import met
from rnnviz.text import missing

CHANGED = 0.5
"""By how much a value must differ after the exchange to be counted."""
SATURATED = 0.9
"""From here on a hidden unit stands where tanh is nearly flat."""
TINY = 0.01
"""Below this share a gradient seems to say that a word does not matter."""


@dataclass(frozen=True)
class Exchange:
    """One network's reading of the sentence with another need in the place of its own."""

    answer: str
    """What it would buy now."""
    follows: bool
    """Whether that is what the other need asks for, and it bought what its own asks for before."""
    h: int
    """How many values of the hidden state after the last word differ by more than `CHANGED`."""
    c: int | None
    """The same of the cell state, where there is one."""
    saturated: int
    """How many of these `h` stand beyond ±`SATURATED` in the sentence as it is."""


def exchange(named: Named, before: Reading, need: errands.Mention, given: tuple[str, ...], thing: str) -> Exchange:
    """Let the network read the other sentence `given`, whose need asks for `thing`, and compare."""
    network = tracing_network(named, before.trained)
    trace, last = reading.trace(network, (*given, *missing(given, network.reads))), len(given) - 1
    assert trace.logits is not None
    things = errands.things(network.reads)
    answer = things[int(trace.logits[-1, [network.words.index(one) for one in things]].argmax())]
    moved = np.abs(trace.h[last] - before.trace.h[-1]) > CHANGED
    cells = before.trace.c
    return Exchange(
        answer,
        answer == thing and things[int(before.asked[-1].argmax())] == need.thing,
        int(moved.sum()),
        None if cells is None or trace.c is None else int((np.abs(trace.c[last] - cells[-1]) > CHANGED).sum()),
        int((moved & (np.abs(before.trace.h[-1]) > SATURATED)).sum()),
    )


def deeper(networks: Sequence[Named], readings: Sequence[Reading], language: str) -> list[Runs]:
    """The second layer, a paragraph each; empty for a single word."""
    tokens = readings[0].trace.tokens
    if len(tokens) < 2:
        return []
    meaning = errands.meaning(tokens)
    need = meaning.need if meaning.thing else meaning.named
    at = need.end if need else 0
    names = [translate(language, f"networks.{one.name}") for one in readings]
    ratios = [ratio(one.gradients.norms, at) for one in readings]
    answers = [one.gradients.targets[-1] for one in readings]
    word = shortened(met.phrase(tokens, need) if need else tokens[at], MOST_IN_PROSE)

    def say(key: str, **values: object) -> Runs:
        return filled(language, f"step.deeper.{key}", values)

    told = {"word": word, "names": names, "answers": answers, "ratios": [two_digits(one) for one in ratios]}
    paragraphs = []
    if at < len(tokens) - 1:  # at the last word itself there is nothing to compare
        paragraphs.append(say("gradient" if meaning.thing else "gradient_own", **told))
    swapped = errands.exchanged(tokens, need) if need and meaning.says != "picture" else None
    surprising: Runs = []
    if need and swapped:
        given, other, thing = swapped
        runs = say("exchange", word=word, other=other, changed=CHANGED)
        for name, network, one, size in zip(names, networks, readings, ratios, strict=True):
            found = exchange(network, one, need, given, thing)
            units = one.trace.h.shape[1]
            counts = {"h": found.h, "c": found.c, "units": units, "saturated": found.saturated, "near": SATURATED}
            runs += say("changed_h" if found.c is None else "changed_hc", name=name, **counts)
            before = errands.things(one.reads)[int(one.asked[-1].argmax())]
            outcome = "follows" if found.follows else "stays" if found.answer == before else "moves"
            runs += say(outcome, before=before, after=found.answer)
            if found.follows and size < TINY:
                c = one.gradients.norms_c
                beside = 0.0 if c is None or not c[-1] else float(c[at] / c[-1])
                surprising += say("seems", name=name, word=word)
                for key in reasons(found, beside):
                    surprising += say(key, ratio=two_digits(beside))
        paragraphs.append(runs)
    if surprising:
        paragraphs.append(say("contradiction") + surprising)
    paragraphs.append(say("meaning"))
    return paragraphs


def reasons(found: Exchange, c: float) -> list[str]:
    """Why an answer may follow a word where the gradient in h is tiny, as far as the numbers show it: most of what
    changed in h is saturated, or the gradient in c (`c` of that at the end) is not tiny. What is always true, if not.
    """
    shown = (("seems_ends", 2 * found.saturated > found.h), ("seems_c", c >= TINY))
    return [key for key, holds in shown if holds] or ["seems_whole"]
