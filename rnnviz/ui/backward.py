"""What the pages Gradients and Clipping send to the board: computed here, without a visitor, for all visitors.

A reader process (`rnnviz.workers`) runs what stands here; the pages only ask for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np

import rnnviz
from rnnviz import cliff, clipping, figures, spectra
from rnnviz.bptt import Gradients
from rnnviz.figures.base import Spec
from rnnviz.figures.clipping import three_digits
from rnnviz.fresh import fresh, sequence
from rnnviz.tasks import errands
from rnnviz.tracing import Trace, trace_cell
from rnnviz.ui.asked import asked
from rnnviz.ui.board import Figure, Section, pack
from rnnviz.ui.language import labels_of, translate
from rnnviz.ui.notice import filled
from rnnviz.ui.own import Own
from rnnviz.ui.stage import View, network

Kind = Literal["rnn", "lstm", "gru"]
KINDS: tuple[Kind, ...] = ("rnn", "lstm", "gru")
INPUTS = 32
"""Numbers at each step of a random sequence."""
RUNS = 30
"""Inputs whose gradients are averaged for a threshold."""
DESCENT = 150
"""Steps of gradient descent on the cliff."""


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
    own: Own | None = None
    """The visitor's own network, in the place of that of its kind."""


@dataclass(frozen=True)
class Board:
    """A payload for `rnnviz.ui.board.board`, and the networks whose gradients are beyond all numbers."""

    payload: bytes
    overflowing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Backward:
    """One network: what it read, and what flowed back."""

    kind: Kind
    trace: Trace
    gradients: Gradients


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def read(kind: Kind, source: Source, maps: bool = False) -> Backward:
    """Forward and backward through one cell; `maps`: with the T x T maps, which take most of the time."""
    if source.tokens:
        trace, target = heard(kind, source), asked_word(source)
        return Backward(kind, trace, rnnviz.backpropagate(trace, target, of="logit", at=source.at, through_time=maps))
    settings: dict[str, Any] = {"activation": source.activation, "start": source.start, "scale": source.scale}
    weights = fresh(kind, source.units, INPUTS, forget_bias=source.forget, seed=source.seed, **settings)
    numbers = sequence(source.length, INPUTS, source.seed + 1000 * source.reads)
    trace = trace_cell(kind, source.activation, numbers, weights)
    return Backward(kind, trace, rnnviz.backpropagate(trace, at=source.at, through_time=maps))


def heard(kind: Kind, source: Source) -> Trace:
    """The sentence as the network of a kind reads it: the visitor's own, if it is of this kind, else ours."""
    name = source.own if source.own and source.own.kind == kind else kind
    return rnnviz.trace(network(name, source.trained), source.tokens)


@lru_cache(maxsize=8)
def asked_word(source: Source) -> str:
    """The word whose logit all networks are asked for: the chosen one, else the one the need asks for; where no need
    is stated, the one that the three together hold likeliest. One word for all, or their gradients could not be held
    side by side."""
    if word := source.asked or errands.need_of(source.tokens):
        return word
    traces = [heard(kind, source) for kind in KINDS]
    together = sum(trace.probabilities[-1] for trace in traces)
    assert traces[0].words is not None
    return traces[0].words[int(np.argmax(together))]


def gradients(source: Source, view: View) -> Board:
    """The board of the Gradients page, computed beside the server."""
    return asked(compute_gradients, source, view)


def clipped(source: Source, kind: Kind, by: str, threshold: float, view: View) -> Board:
    """The board of the Clipping page's first half: one gradient before and after."""
    return asked(compute_clipped, source, kind, by, threshold, view)


def descents(w: float, b: float, rate: float, threshold: float, view: View) -> Board:
    """The board of the cliff."""
    return asked(compute_descents, w, b, rate, threshold, view)


class Writer:
    """Sections in one language and look."""

    def __init__(self, page: str, words: str, view: View, own: Own | None = None) -> None:
        self.page, self.view, self.own = page, view, own
        labels = labels_of(view.language, words)
        self.look: dict[str, Any] = {"labels": labels, "theme": view.theme, "scale": view.scale}

    def say(self, key: str, **values: Any) -> str:
        return translate(self.view.language, f"{self.page}.{key}", **values)

    def name(self, kind: str) -> str:
        name = translate(self.view.language, f"{self.page}.kinds.{kind}")
        mine = self.own is not None and self.own.kind == kind
        return translate(self.view.language, "source.own_name", name=name) if mine else name

    def section(self, id: str, drawn: dict[str, Spec], **values: Any) -> Section:
        """A section whose words stand in the locale file under its id; `drawn`: figures by what tells them apart."""
        text = filled(self.view.language, f"{self.page}.{id}.text", values)
        names = {key: self.name(key) if len(drawn) > 1 else "" for key in drawn}
        shown: list[Figure] = [
            {"id": key, "name": names[key], "figure": spec, "label": self.say(f"{id}.label", name=names[key])}
            for key, spec in drawn.items()
        ]
        return {"id": id, "title": self.say(f"{id}.title", **values), "text": text, "figures": shown, "foot": None}

    def board(self, what: object, sections: list[Section], overflowing: tuple[str, ...] = ()) -> Board:
        revision = hashlib.sha256(repr(what).encode()).hexdigest()[:16]
        words = labels_of(self.view.language, "board")
        return Board(pack(revision, sections, words, self.view.theme, self.view.scale), overflowing)


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def compute_gradients(source: Source, view: View) -> Board:
    """As `gradients`, here and now."""
    writer = Writer("gradients", "gradients_figures", view, source.own)
    look = writer.look
    all_three = [read(kind, source, maps=True) for kind in KINDS]

    def each(draw: Callable[[Backward], Spec]) -> dict[str, Spec]:
        return {one.kind: draw(one) for one in all_three}

    arrived = {one.kind: three_digits(ratio(one.gradients)) for one in all_three}
    steps = len(all_three[0].trace)
    held = {one.kind: spectra.references(one.trace, one.gradients, source.at) for one in all_three}
    last = asked_word(source) if source.tokens else ""
    loss = writer.say("loss", word=last) if source.tokens else ""  # else it is said below the figures
    survived = {one.kind: spectra.survival(one.trace) for one in all_three}
    sections = [
        writer.section(
            "norms_every" if source.at == "every" else "norms_word" if source.tokens else "norms",
            each(lambda one: figures.norms_spec(one.trace, one.gradients, held[one.kind], **look)),
            **arrived, steps=steps, word=last, loss=loss,
        ),
        writer.section("map", each(lambda one: figures.map_spec(one.trace, one.gradients, "h", **look)), steps=steps),
        writer.section("map_c", {
            part: figures.map_spec(all_three[1].trace, all_three[1].gradients, part, **look) for part in ("h", "c")
        }),
        writer.section("survival", each(lambda one: figures.survival_spec(*survived[one.kind], **look))),
        writer.section("eigen", each(lambda one: figures.eigen_spec(spectra.eigenvalues(one.trace), **look))),
        writer.section("shares", each(lambda one: figures.shares_spec(one.trace, one.gradients, **look))),
    ]  # fmt: skip
    if source.tokens:
        saliency = each(lambda one: figures.saliency_spec(one.trace, one.gradients, **look))
        sections.insert(1, writer.section("saliency", saliency, word=last))
    sections.append(
        writer.section("saturation", each(lambda one: figures.saturation_spec(spectra.saturation(one.trace), **look)))
    )
    blown = tuple(one.kind for one in all_three if not all(np.isfinite(a).all() for a in told(one.gradients)))
    return writer.board(source, sections, blown)


def told(found: Gradients) -> Iterator[np.ndarray]:
    """The numbers that the figures show of a gradient."""
    yield found.norms
    if found.through_time is not None:
        yield found.through_time


def ratio(found: Gradients) -> float:
    """The size of the gradient at the first step over that at the last: in c for an LSTM (unless its last is zero),
    else in h."""
    norms = found.norms_c if found.norms_c is not None and found.norms_c[-1] else found.norms
    return float(norms[0] / norms[-1]) if norms[-1] else np.nan


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def compute_clipped(source: Source, kind: Kind, by: str, threshold: float, view: View) -> Board:
    """As `clipped`, here and now. `by`: "off", "norm" or "value"."""
    writer = Writer("clipping", "clipping_figures", view)
    one = read(kind, source)
    before = one.gradients.parameters
    after = before if by == "off" else clipping.clip(before, **{by: threshold}).after
    change = clipping.changes(before, after)
    total = change.total
    edge: dict[str, Any] = {"norm": {"threshold": threshold}, "value": {"value": threshold}}.get(by, {})
    drawn = figures.before_after_spec(change, **edge, **writer.look)
    turned = "?" if np.isnan(total.angle) else f"{total.angle:.1f}"
    told = {"before": three_digits(total.norm_before), "after": three_digits(total.norm_after), "angle": turned}
    told |= {"threshold": f"{threshold:g}", "cut": f"{100 * total.cut:.0f}"}
    told |= {"steps": str(len(one.trace)), "ratio": three_digits(ratio(one.gradients)), "runs": str(RUNS)}
    idle = by != "off" and total.cut == 0 and np.isfinite(total.norm_before)  # nothing exceeds the threshold
    sections = [
        writer.section("clip_idle" if idle else f"clip_{by}", {"change": drawn}, **told),
        writer.section("vanishing", vanishing(writer, one, threshold), **told),
        writer.section("running", {"running": running(writer, source, kind, threshold)}, **told),
    ]
    return writer.board((source, kind, by, threshold), sections, (kind,) if not np.isfinite(total.norm_before) else ())


def vanishing(writer: Writer, one: Backward, threshold: float) -> dict[str, Spec]:
    """Each step's share in the gradient of the weights, before and after clipping by norm: the same curve, lower."""
    look = {**writer.look, "labels": labels_of(writer.view.language, "gradients_figures")}
    found = one.gradients
    factor = float(np.minimum(1.0, threshold / (clipping.total_norm(found.parameters) + 1e-6)))  # NaN stays NaN
    after = replace(found, da_ih=factor * found.da_ih, da_hh=factor * found.da_hh)
    shares = (figures.shares_spec(one.trace, gradients, **look) for gradients in (found, after))
    return dict(zip(("before", "after"), shares, strict=True))


def running(writer: Writer, source: Source, kind: Kind, threshold: float) -> Spec:
    """The norms of the gradients of `RUNS` inputs of one kind, and the thresholds they suggest."""
    norms = usual_norms(source, kind)
    return figures.running_spec(norms, clipping.proposed(norms), threshold, **writer.look)


@lru_cache(maxsize=8)
def usual_norms(source: Source, kind: Kind) -> tuple[float, ...]:
    """The norm of the whole gradient for each of the other inputs, which no threshold changes."""
    return tuple(clipping.total_norm(read(kind, one).gradients.parameters) for one in others(source))


def others(source: Source) -> Iterator[Source]:
    """The same with `RUNS` other inputs: sentences of errands, or random sequences read by the same cell."""
    rng = np.random.default_rng(source.seed)
    for k in range(RUNS):
        if source.tokens:
            yield replace(source, tokens=tuple(errands.sentence(rng, clauses=2)[0]))
        else:
            yield replace(source, reads=k + 1)


def compute_descents(w: float, b: float, rate: float, threshold: float, view: View) -> Board:
    """As `descents`, here and now: gradient descent on the cliff from (w, b), without and with clipping."""
    writer = Writer("clipping", "clipping_figures", view)
    names = {key: writer.name(key) for key in ("unclipped", "clipped")}
    off = cliff.descend((w, b), rate, DESCENT)
    on = cliff.descend((w, b), rate, DESCENT, threshold)
    paths = {names["unclipped"]: off, names["clipped"]: on}
    ground = surface()
    box = ((ground.w[0], ground.w[-1]), (ground.b[0, 0], ground.b[0, -1]))
    told: dict[str, Any] = {"threshold": f"{threshold:g}", "rate": f"{rate:g}", "steps": DESCENT}
    told |= {"off": three_digits(float(off.errors[-1])), "on": three_digits(float(on.errors[-1]))}
    told |= {"steepest": three_digits(float(off.norms.max()))}
    sections = [
        writer.section("cliff", {"cliff": figures.cliff_spec(ground, paths, **writer.look)}, **told),
        writer.section("above", {
            "above": figures.cliff_map_spec(ground, paths, **writer.look),
            "error": figures.error_spec(paths, box=box, **writer.look),
        }, **told),
        writer.section(
            "bifurcation",
            {"bifurcation": figures.bifurcation_spec(cliff.branches(w, (-4.0, -1.0)), b, **writer.look)},
            w=f"{w:g}",
        ),
    ]  # fmt: skip
    return writer.board((w, b, rate, threshold), sections)


@lru_cache(maxsize=1)
def surface() -> cliff.Surface:
    """The ground of all descents; it never changes."""
    return cliff.surface()
