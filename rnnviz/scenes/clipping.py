"""What the page Clipping shows: one gradient before and after, and descents on a surface with a wall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from rnnviz import figures
from rnnviz.figures.base import Spec
from rnnviz.language import translate
from rnnviz.numbers import minus, three_digits
from rnnviz.recurrence import cliff, clipping
from rnnviz.recurrence.bptt import Gradients
from rnnviz.scenes.gradients import Backward, Source, added, forth_and_back, ratio
from rnnviz.scenes.remarks import learned_at, seeds
from rnnviz.scenes.writer import Board, Section, View, Writer
from rnnviz.tasks import errands

RUNS = 30
"""Inputs whose gradients are averaged for a threshold."""
DESCENT = 150
"""Steps of gradient descent on the cliff."""


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def clipped_board(source: Source, kind: str, by: str, threshold: float, view: View) -> Board:
    """The board of the page's first half: one gradient before and after. `by`: "off", "norm" or "value"."""
    writer = Writer("clipping", "clipping_figures", view)
    one = forth_and_back(kind, source)
    before = one.gradients.parameters
    after = before if by == "off" else clipping.clip(before, **{by: threshold}).after
    change = clipping.changes(before, after)
    total = change.total
    edge: dict[str, Any] = {"norm": {"threshold": threshold}, "value": {"value": threshold}}.get(by, {})
    drawn = figures.before_after.spec(change, **edge, look=writer.look)
    turned = "?" if np.isnan(total.angle) else f"{total.angle:.1f}"
    told = {"before": three_digits(total.norm_before), "after": three_digits(total.norm_after), "angle": turned}
    told |= {"threshold": f"{threshold:g}", "cut": f"{100 * total.cut:.0f}"}
    told |= {"steps": str(len(one.trace)), "ratio": three_digits(ratio(one.gradients.norms))}
    idle = by != "off" and total.cut == 0 and np.isfinite(total.norm_before)  # nothing exceeds the threshold
    shares = {when: added(gradients) for when, gradients in both(one, threshold).items()}
    sections = [
        writer.section("clip_idle" if idle else f"clip_{by}", {"change": drawn}, **told),
        writer.section("vanishing", vanishing(writer, one, threshold), shares, **told),
        running(writer, source, kind, threshold),
    ]
    return writer.board((source, kind, by, threshold), sections, (kind,) if not np.isfinite(total.norm_before) else ())


def both(one: Backward, threshold: float) -> dict[str, Gradients]:
    """A gradient before and after clipping by norm."""
    found = one.gradients
    factor = float(np.minimum(1.0, threshold / (clipping.total_norm(found.parameters) + 1e-6)))  # NaN stays NaN
    return {"before": found, "after": replace(found, da_ih=factor * found.da_ih, da_hh=factor * found.da_hh)}


def vanishing(writer: Writer, one: Backward, threshold: float) -> dict[str, Spec]:
    """Each step's share in the gradient of the weights, before and after clipping by norm: the same curve, lower."""
    look = writer.view.look(figures.shares.section)
    drawn = both(one, threshold)
    return {when: figures.shares.spec(one.trace, gradients, look=look) for when, gradients in drawn.items()}


def running(writer: Writer, source: Source, kind: str, threshold: float) -> Section:
    """The norms of the gradients of `RUNS` inputs of one kind, and where one looks for a threshold: nowhere, if L is
    the logit of a trained network's word, or if no norm is a number."""
    norms = usual_norms(source, kind)
    found = clipping.proposed(norms)
    offered = not source.tokens and bool(np.isfinite(found.average[-1]))
    drawn = figures.running.spec(norms, found, threshold, band=offered, look=writer.look)
    id = "running_word" if source.tokens else "running" if offered else "running_none"
    title = translate(writer.view.language, "training.record_names.thresholds")
    told = learned_at() | {"record": title, "seeds": len(seeds("thresholds"))} if offered else {}
    shown = {"least": min(norms), "most": max(norms), "average": float(np.mean(norms))}
    spread = {name: three_digits(norm) for name, norm in shown.items()}
    return writer.section(id, {"running": drawn}, {"running": spread}, runs=RUNS, **told)


@lru_cache(maxsize=8)
def usual_norms(source: Source, kind: str) -> tuple[float, ...]:
    """The norm of the whole gradient for each of the other inputs, which no threshold changes."""
    return tuple(clipping.total_norm(forth_and_back(kind, one).gradients.parameters) for one in others(source))


def others(source: Source) -> Iterator[Source]:
    """The same with `RUNS` other inputs: sentences of errands, or random sequences read by the same cell."""
    rng = np.random.default_rng(source.seed)
    for k in range(RUNS):
        if source.tokens:
            yield replace(source, tokens=errands.sentence(rng, 2, language=source.language)[0])
        else:
            yield replace(source, reads=k + 1)


def start_of(w: float, at: float | str) -> float:
    """The bias where the descents begin: a number, or "wall" for the b at which x_0 is a fixed point."""
    return at if isinstance(at, float) else cliff.wall(w)


def descents_board(w: float, at: float | str, rate: float, threshold: float, view: View) -> Board:
    """The board of the cliff: gradient descent from (w, `start_of(w, at)`), without and with clipping."""
    writer = Writer("clipping", "clipping_figures", view)
    b = start_of(w, at)
    names = {key: writer.name(key) for key in ("unclipped", "clipped")}
    off = cliff.descend((w, b), rate, DESCENT)
    on = cliff.descend((w, b), rate, DESCENT, threshold)
    paths = {names["unclipped"]: off, names["clipped"]: on}
    ground = surface()
    box = ((ground.w[0], ground.w[-1]), (ground.b[0, 0], ground.b[0, -1]))
    told: dict[str, Any] = {"threshold": f"{threshold:g}", "rate": f"{rate:g}", "steps": DESCENT}
    told |= {"off": three_digits(float(off.errors[-1])), "on": three_digits(float(on.errors[-1]))}
    told |= {"steepest": three_digits(float(off.norms.max())), "longest": three_digits(threshold * rate)}
    begin = {"w": f"{w:g}", "b": minus(f"{b:.7g}"), "slope": three_digits(float(off.norms[0]))}
    told["start"] = writer.say("start_wall" if at == "wall" and cliff.repels(w) else "start", **begin)
    rest = cliff.branches(w, (-4.0, -1.0))
    sections = [
        writer.section("cliff", {"cliff": figures.cliff.spec(ground, paths, look=writer.look)}, **told),
        writer.section("above", {
            "above": figures.cliff_map.spec(ground, paths, look=writer.look),
            "error": figures.error.spec(paths, box=box, look=writer.look),
        }, **told),
        writer.section(
            "bifurcation",
            {"bifurcation": figures.bifurcation.spec(rest, b, look=writer.look)},
            w=f"{w:g}",
            places=places_of_rest(writer, rest),
        ),
    ]  # fmt: skip
    return writer.board((w, at, rate, threshold), sections)


def places_of_rest(writer: Writer, rest: cliff.Branches) -> str:
    """For which biases two states attract, and where the wall stands: there are some above w = 4, where the page is."""
    assert rest.folds
    low, high = (minus(f"{fold:.3f}") for fold in sorted(rest.folds))
    between = writer.say("rest_two", low=low, high=high)
    return between if rest.wall is None else between + writer.say("rest_wall", b=minus(f"{rest.wall:.4f}"))


@lru_cache(maxsize=1)
def surface() -> cliff.Surface:
    """The ground of all descents; it never changes."""
    return cliff.surface()
