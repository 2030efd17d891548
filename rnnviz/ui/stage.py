"""What the Step page sends to the stepper: two networks' readings of one sentence, as one JSON in bytes.

Readings and payloads are kept for all visitors: a class that follows its teacher asks for the same sentence a
hundred times, and it is computed once.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy import ndarray

import rnnviz
from rnnviz import figures, zoo
from rnnviz.bptt import Gradients
from rnnviz.checking import Check, check
from rnnviz.networks import Network
from rnnviz.tasks import errands
from rnnviz.text import vocabulary
from rnnviz.tracing import Trace, ask, recurrent, shares, surprise
from rnnviz.ui.language import labels_of, translate
from rnnviz.ui.notice import notices
from rnnviz.workers import aside


@dataclass(frozen=True)
class Reading:
    """One network's reading of a sentence, and all that the page shows of it."""

    name: str
    trained: bool
    trace: Trace
    gradients: Gradients
    check: Check
    asked: ndarray
    """`(T, 10)`: probabilities of `errands.THINGS`, had the sentence ended here with "to buy"."""


@dataclass(frozen=True)
class View:
    """What a payload depends on beside the sentence and the networks."""

    language: str
    theme: str
    scale: float


@dataclass(frozen=True)
class Stage:
    """What the page shows: the payload for the stepper, and what stands around it."""

    payload: bytes
    checks: tuple[tuple[str, Check], tuple[str, Check]]
    """Each network's name, and how far its numbers are from PyTorch's. The readings themselves are not kept: they
    are as large as what was sent."""
    answer: str | None
    """The thing that the sentence's need asks for; None where none is stated."""
    revision: str
    """Stands for the sentence and the networks: what the stepper says later is about this."""


@lru_cache(maxsize=8)
def network(name: str, trained: bool) -> Network:
    """A network of the zoo, loaded once. An RNN in double precision: it may be chaotic, and then what single precision
    rounds differently here and in PyTorch grows from word to word."""
    loaded = zoo.load(name, trained)
    return loaded.double() if loaded.shape.kind == "rnn" else loaded


@lru_cache(maxsize=4)
def read(name: str, trained: bool, tokens: tuple[str, ...]) -> Reading:
    """Let a network read the tokens."""
    reader = network(name, trained)
    trace = rnnviz.trace(reader, tokens)
    gradients = rnnviz.backpropagate(trace, errands.need_of(tokens), of="logit", through_time=False)
    checked = check(recurrent(reader.body), trace, gradients)
    things = [reader.words.index(thing) for thing in errands.THINGS]
    return Reading(name, trained, trace, gradients, checked, ask(reader, trace)[:, things])


@lru_cache(maxsize=16)
def stage(tokens: tuple[str, ...], left: str, right: str, trained: bool, view: View) -> Stage:
    """Everything for one sentence, computed beside the server. `tokens` must not be empty."""
    return aside(compute, tokens, left, right, trained, view)


def compute(tokens: tuple[str, ...], left: str, right: str, trained: bool, view: View) -> Stage:
    """As `stage`, here and now."""
    readings = (read(left, trained, tokens), read(right, trained, tokens))
    answer = errands.need_of(tokens)
    revision = hashlib.sha256(repr((tokens, left, right, trained)).encode()).hexdigest()[:16]
    shown = labels_of(view.language, "stepper") | labels_of(view.language, "cell")
    payload = {
        "revision": revision,
        "theme": view.theme,
        "scale": view.scale,
        "labels": shown,
        "tokens": [{"text": token, "known": vocabulary().knows(token)} for token in tokens],
        "notice": notices(readings, answer, view.language),
        "networks": [
            network_block(side, reading, view) for side, reading in zip(("left", "right"), readings, strict=True)
        ],
        "ask": ask_block(readings, answer, view),
    }
    left_check, right_check = ((reading.name, reading.check) for reading in readings)
    return Stage(figures.as_json(payload), (left_check, right_check), answer, revision)


def title(reading: Reading, language: str) -> str:
    """The network's name on the page."""
    return translate(language, f"step.networks.{reading.name}")


def network_block(side: str, reading: Reading, view: View) -> dict[str, object]:
    """One column of the stepper."""
    trace = reading.trace
    order, bits = figures.unit_order(trace), surprise(trace)
    figure = figures.states_spec(
        trace,
        reading.gradients,
        labels_of(view.language, "figures"),
        theme=view.theme,
        scale=view.scale,
        order=order,
        surprise=bits,
    )
    card = zoo.card(reading.name)
    subtitle = "step.subtitle_trained" if reading.trained else "step.subtitle_untrained"
    return {
        "id": side,
        "name": title(reading, view.language),
        "kind": trace.kind,
        "nonlinearity": trace.nonlinearity,
        "subtitle": translate(
            view.language, subtitle, units=trace.h.shape[1], weights=f"{card['recurrent_weights']:,}"
        ),
        "figure": figure,
        "unit_rows": {"order": [int(u) for u in order]},
        "next": trace.tops(5),
        "surprise": [None if b is None else round(b, 2) for b in bits],
        # What the cell diagram needs beside the states and gates, which it finds in the figure.
        "cell": {"H": trace.h.shape[1]}
        | {part: {k: a.astype(np.float32) for k, a in arrays.items()} for part, arrays in shares(trace).items()},
    }


def ask_block(readings: tuple[Reading, Reading], answer: str | None, view: View) -> dict[str, object]:
    """The chart "If the sentence ended here": the right thing's probability, or the likeliest thing's."""
    curves = {
        title(reading, view.language): reading.asked.max(1)
        if answer is None
        else reading.asked[:, errands.THINGS.index(answer)]
        for reading in readings
    }
    tokens = readings[0].trace.tokens
    can_end = np.array([errands.can_end(tokens, t) for t in range(len(tokens))])
    figure = figures.ask_spec(
        curves,
        can_end,
        tokens,
        answer,
        labels_of(view.language, "figures"),
        theme=view.theme,
        scale=view.scale,
    )
    return {"figure": figure, "answer": answer}
