"""What the page Gradients shows: the way back through each kind of cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from rnnviz import figures
from rnnviz.figures.base import Look, Spec
from rnnviz.language import translate
from rnnviz.networks import reading
from rnnviz.numbers import three_digits
from rnnviz.recurrence import bptt, spectra
from rnnviz.recurrence.bptt import Gradients
from rnnviz.recurrence.cells import CELLS
from rnnviz.recurrence.fresh import fresh_weights, random_sequence
from rnnviz.recurrence.trace import Trace, trace_cell
from rnnviz.scenes.readings import in_language, tracing_network
from rnnviz.scenes.wayback import way
from rnnviz.scenes.writer import Board, View, Writer
from rnnviz.tasks import errands
from rnnviz.text import language_of
from rnnviz.training import zoo
from rnnviz.training.frozen import OwnNetwork

KINDS = tuple(CELLS)
"""All kinds of cells."""
INPUTS = 32
"""Numbers at each step of a random sequence."""
EXPLOSIONS: dict[str, dict[str, Any]] = {
    "tanh": {"length": 60, "scale": 5.0, "activation": "tanh", "start": "default", "units": "32"},
    "relu": {"length": 60, "scale": 3.0, "activation": "relu", "start": "default", "units": "32"},
}
"""Settings with which the gradient of a fresh RNN explodes, on each of the seeds 0 to 9."""
GREW = 10.0
"""From so many times its size on it is said by how much a gradient grew."""


@dataclass(frozen=True)
class Source:
    """What is read, and by which cells: a sentence by networks of the zoo, or random numbers by fresh cells."""

    tokens: tuple[str, ...] = ()
    """Empty for random numbers."""
    trained: bool = True
    length: int = 20
    units: int = 32
    scale: float = 1.0
    forget: float = 0.0
    activation: Literal["tanh", "relu", "logistic"] = "tanh"
    start: Literal["default", "orthogonal", "identity"] = "default"
    seed: int = 0
    reads: int = 0
    """Which random sequence of many."""
    at: Literal["last", "every"] = "last"
    asked: str = ""
    """The word whose logit is asked for; "" for what the sentence's need asks for (`asked_word`)."""
    own: OwnNetwork | None = None
    """The visitor's own network, in the place of that of its kind, if it reads the sentence's language."""

    @property
    def language(self) -> str:
        """The sentence's."""
        return language_of(self.tokens)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds side by side: of a sentence those of which a network reads its language."""
        return zoo.readers(KINDS, self.language) if self.tokens else KINDS

    @property
    def mine(self) -> OwnNetwork | None:
        """The visitor's own network, where it reads."""
        return self.own if self.own and self.own.speaks == self.language else None


@dataclass(frozen=True)
class Backward:
    """One network: what it read, and what flowed back."""

    kind: str
    trace: Trace
    gradients: Gradients


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def forth_and_back(kind: str, source: Source, maps: bool = False) -> Backward:
    """Forward and backward through one cell; `maps`: with the T x T maps, which take most of the time."""
    if source.tokens:
        trace, target = heard(kind, source), asked_word(source)
        return Backward(kind, trace, bptt.backpropagate(trace, target, of="logit", at=source.at, through_time=maps))
    settings: dict[str, Any] = {"activation": source.activation, "start": source.start, "scale": source.scale}
    weights = fresh_weights(kind, source.units, INPUTS, forget_bias=source.forget, seed=source.seed, **settings)
    numbers = random_sequence(source.length, INPUTS, source.seed + 1000 * source.reads)
    trace = trace_cell(kind, source.activation, numbers, weights)
    return Backward(kind, trace, bptt.backpropagate(trace, at=source.at, through_time=maps))


def heard(kind: str, source: Source) -> Trace:
    """The sentence as the network of a kind reads it: the visitor's own, if it is of this kind, else ours."""
    name = source.mine if source.mine and source.mine.kind == kind else in_language(kind, source.tokens)
    return reading.trace(tracing_network(name, source.trained), source.tokens)


@lru_cache(maxsize=8)
def asked_word(source: Source) -> str:
    """The word whose logit all networks are asked for: the chosen one, else the one the need asks for; where no need
    is stated, the one of all that each can say which they together hold likeliest. One word for all, or their gradients
    could not be held side by side."""
    if source.asked:
        return errands.things(source.language)[errands.THINGS.index(source.asked)]
    if word := errands.need_of(source.tokens):
        return word
    traces = [heard(kind, source) for kind in source.kinds]
    chances = [dict(zip(trace.words or (), trace.probabilities[-1].tolist(), strict=True)) for trace in traces]
    sayable = [word for word in chances[0] if all(word in one for one in chances)]
    return max(sayable, key=lambda word: sum(one[word] for one in chances))


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def gradients_board(source: Source, view: View) -> Board:
    """The board of the Gradients page."""
    writer = Writer("gradients", "gradients_figures", view, source.mine)
    look = writer.look
    sides = [forth_and_back(kind, source, maps=True) for kind in source.kinds]

    def each(draw: Callable[[Backward], Spec]) -> dict[str, Spec]:
        return {one.kind: draw(one) for one in sides}

    arrived = {kind: three_digits(times) for kind, times in arrived_as(sides).items()}
    arrived |= {f"{one.kind}_c": three_digits(ratio(c)) for one in sides if (c := one.gradients.norms_c) is not None}
    steps = len(sides[0].trace)
    held = {one.kind: spectra.references(one.trace, one.gradients, source.at) for one in sides}
    last = asked_word(source) if source.tokens else ""
    loss = writer.say("loss", word=last) if source.tokens else writer.say("loss_numbers")
    grown = "" if source.at == "every" else growth(arrived_as(sides), writer, steps)
    survived = {one.kind: spectra.survival(one.trace) for one in sides}
    maps = each(lambda one: figures.gradient_map.spec(one.trace, one.gradients, look=look))
    shared = {one.kind: added(one.gradients) for one in sides}
    sections = [
        writer.section(
            "norms_every" if source.at == "every" else "norms_word" if source.tokens else "norms",
            each(lambda one: figures.norms.spec(one.trace, one.gradients, held[one.kind], look=look)),
            **arrived, steps=steps, word=last, loss=loss, grown=grown,
        ),
        writer.section("map", maps, {one.kind: reached(one.gradients.through_time) for one in sides}, steps=steps),
        *(writer.section("map_c", by_part(one, look), parts_reached(one)) for one in sides if one.trace.c is not None),
        writer.section("survival", each(lambda one: figures.survival.spec(*survived[one.kind], look=look))),
        writer.section("eigen", each(lambda one: figures.eigen.spec(spectra.eigenvalues(one.trace), look=look))),
        writer.section("shares", each(lambda one: figures.shares.spec(one.trace, one.gradients, look=look)), shared),
    ]  # fmt: skip
    found = {one.kind: one.gradients for one in sides}
    sections[0]["way"] = way(found, source.tokens, source.at == "every", view.language)
    if source.tokens:
        saliency = each(lambda one: figures.saliency.spec(one.trace, one.gradients, look=look))
        most = {one.kind: depends(one.gradients.norms_x, source.tokens) for one in sides}
        sections.insert(1, writer.section("saliency", saliency, most, word=last))
    ends = {one.kind: spectra.saturation(one.trace) for one in sides}
    stuck = {kind: {"counts": saturated(found, writer)} for kind, found in ends.items()}
    drawn = {kind: figures.saturation.spec(found, look=look) for kind, found in ends.items()}
    sections.append(writer.section("saturation", drawn, stuck))
    blown = tuple(one.kind for one in sides if not all(np.isfinite(a).all() for a in numbers_shown(one.gradients)))
    return writer.board(source, sections, blown)


def arrived_as(sides: Sequence[Backward]) -> dict[str, float]:
    """Of each network: how many times as large the gradient in h has become."""
    return {one.kind: ratio(one.gradients.norms) for one in sides}


def growth(arrived: Mapping[str, float], writer: Writer, steps: int) -> str:
    """In which networks the gradient grew, and by how many orders of magnitude; "" if in none."""
    told = [
        writer.say("grew", name=writer.name(kind), orders=f"{np.log10(times):.1f}")
        for kind, times in arrived.items()
        if GREW <= times < np.inf
    ]
    grew = translate(writer.view.language, "compare.comma").join(told)
    return writer.say("grown", grew=grew, steps=steps - 1) if told else ""


def by_part(one: Backward, look: Look) -> dict[str, Spec]:
    """The maps of both parts of an LSTM's state."""
    parts: tuple[Literal["h", "c"], ...] = ("h", "c")
    return {part: figures.gradient_map.spec(one.trace, one.gradients, part, look=look) for part in parts}


def reached(sizes: np.ndarray | None) -> dict[str, str]:
    """Of a map: the gradient of the last loss in the first state and in its own, and the largest of all."""
    assert sizes is not None
    shown = {"first": sizes[-1, 0], "last": sizes[-1, -1], "most": np.tril(sizes).max()}
    return {name: three_digits(float(size)) for name, size in shown.items()}


def parts_reached(one: Backward) -> dict[str, dict[str, str]]:
    """The same for each part of an LSTM's state."""
    return {"h": reached(one.gradients.through_time), "c": reached(one.gradients.through_time_c)}


def added(found: Gradients) -> dict[str, str]:
    """What the second step (the first has no state before it) and the last add to the gradient of W_hh."""
    shares = found.weights["weight_hh"]
    return {"first": three_digits(float(shares[min(1, len(shares) - 1)])), "last": three_digits(float(shares[-1]))}


def depends(sizes: np.ndarray, tokens: Sequence[str]) -> dict[str, str]:
    """The words in which a gradient is largest and smallest."""
    most, least = int(np.argmax(sizes)), int(np.argmin(sizes))
    ends = {"size": three_digits(float(sizes[most])), "low": three_digits(float(sizes[least]))}
    return ends | {"most": tokens[most], "least": tokens[least]}


def saturated(found: Mapping[str, tuple[np.ndarray, np.ndarray | None]], writer: Writer) -> str:
    """How often the units of each gate are at the lower and at the upper end, over all units and steps."""
    told = []
    for letter, (low, high) in found.items():
        often = {"low": f"{100 * low.mean():.1f}", "high": "0" if high is None else f"{100 * high.mean():.1f}"}
        told.append(writer.say("saturated", gate=writer.look.labels[f"gate_{letter}"], **often))
    return translate(writer.view.language, "compare.comma").join(told)


def numbers_shown(found: Gradients) -> Iterator[np.ndarray]:
    """The numbers that the figures show of a gradient."""
    yield found.norms
    if found.through_time is not None:
        yield found.through_time


def ratio(norms: np.ndarray, t: int = 0) -> float:
    """The size of a gradient at step t over its size at the last. Networks are compared by `norms`, of the hidden state
    h, which all of them have; a cell state's is named as such."""
    return float(norms[t] / norms[-1]) if norms[-1] else np.nan
