"""What the page Step shows: two networks' readings of one sentence, as one JSON in bytes."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from rnnviz import figures
from rnnviz.figures.states import by_record
from rnnviz.figures.unit import of_any_unit
from rnnviz.language import labels_of, translate
from rnnviz.networks.checking import Check
from rnnviz.numbers import two_digits
from rnnviz.recurrence.trace import Trace, surprise
from rnnviz.scenes.deeper import deeper
from rnnviz.scenes.findings import asked_finding, states_finding
from rnnviz.scenes.notices import notices
from rnnviz.scenes.readings import Named, Reading, file_of, in_language, read_sentence, weights_of
from rnnviz.scenes.story import explained, stories
from rnnviz.scenes.wayback import network_of
from rnnviz.scenes.writer import View
from rnnviz.tasks import errands
from rnnviz.text import nearest, vectors_of, vocabulary


@dataclass(frozen=True)
class StepPage:
    """What the page shows: the payload for the stepper, and what stands around it."""

    payload: bytes
    checks: tuple[tuple[str, Check], tuple[str, Check]]
    """Each network's name, and how far its numbers are from PyTorch's. The readings themselves are not kept: they
    are as large as what was sent."""
    answer: str | None
    """The thing that the sentence's need asks for; None where none is stated."""
    revision: str
    """Stands for the sentence and the networks: what the stepper says later is about this."""
    files: tuple[str, ...]
    """The weights that the payload names (`rnnviz.scenes.readings.weights_file`), and that the stepper needs."""


@np.errstate(over="ignore", invalid="ignore")
def compose_step(tokens: tuple[str, ...], left: Named, right: Named, trained: bool, view: View) -> StepPage:
    """Everything for one sentence. `tokens` must not be empty."""
    left, right = in_language(left, tokens), in_language(right, tokens)
    readings = (read_sentence(left, trained, tokens), read_sentence(right, trained, tokens))
    answer, reads = errands.need_of(tokens), readings[0].reads
    revision = hashlib.sha256(repr((tokens, left, right, trained)).encode()).hexdigest()[:16]
    told = stories((left, right), readings, view.language)
    files = tuple(file_of(name, trained) for name in (left, right) if isinstance(name, str))
    shown = labels_of(view.language, "stepper") | labels_of(view.language, "cell")
    shown |= {"table": labels_of(view.language, "board.table"), "unit": labels_of(view.language, "unit")}
    shown |= {one: labels_of(view.language, f"{one}.hand") for one in ("swap", "erase")}
    shown["wayback"] = labels_of(view.language, "wayback")
    offered = errands.alike(tokens)
    payload = {
        "revision": revision,
        "theme": view.theme,
        "scale": view.scale,
        "labels": shown,
        "tokens": [facts(token, reads) for token in tokens],
        "notice": notices(readings, told, view.language),
        "deeper": deeper((left, right), readings, view.language) + explained(told, readings, view.language),
        "nearest": neighbours(tokens, reads),
        "things": errands.things(reads),
        "offered": offered,
        "filler": errands.filler(tokens, offered),
        "vectors": vectors_of(tokens, reads),
        "networks": [
            network_block(
                side, reading, file_of(name, trained) if isinstance(name, str) else weights_of(name, trained), view
            )
            for side, name, reading in zip(("left", "right"), (left, right), readings, strict=True)
        ],
        "ask": ask_block(readings, answer, view),
    }
    left_check, right_check = ((reading.name, reading.check) for reading in readings)
    return StepPage(figures.as_json(payload), (left_check, right_check), answer, revision, files)


def facts(token: str, reads: str) -> dict[str, object]:
    """What is said of a word: whether the networks know it, and as which other word they read it, if they do."""
    table = vocabulary(reads)
    return {"text": token, "known": table.knows(token), "as": table.shares(token)}


def neighbours(tokens: tuple[str, ...], reads: str = "en") -> dict[str, list[tuple[str, float]]]:
    """For each word of the sentence those whose vectors are most like its own, and the cosine, in two decimals."""
    return {token: [(word, round(c, 2)) for word, c in nearest(token, reads)] for token in dict.fromkeys(tokens)}


def title(reading: Reading, language: str) -> str:
    """The network's name on the page."""
    return translate(language, f"networks.{reading.name}")


def network_block(side: str, reading: Reading, weights: str | dict[str, ndarray], view: View) -> dict[str, object]:
    """One column of the stepper."""
    trace = reading.trace
    order, bits = figures.unit_order(trace), surprise(trace)
    figure = figures.states.spec(
        trace,
        reading.gradients,
        order=order,
        surprise=bits,
        look=view.look("figures"),
    )
    subtitle = "step.subtitle_trained" if reading.trained else "step.subtitle_untrained"
    return {
        "id": side,
        "name": title(reading, view.language),
        "kind": trace.kind,
        "subtitle": translate(view.language, subtitle, units=trace.h.shape[1], weights=f"{reading.weights:,}"),
        "figure": by_record(figure),
        "label": states_finding(title(reading, view.language), trace, reading.gradients, bits, view.language),
        "time": of_any_unit(figures.unit.spec(trace, 0, look=view.look("unit_figures"))),
        "way": network_of(reading.gradients),
        "unit_rows": {"order": [int(u) for u in order]},
        "next": trace.tops(5),
        "surprise": [b if b is None else round(b, 2) if np.isfinite(b) else two_digits(b) for b in bits],
        # What the cell diagram needs beside the word vectors. The figure's heatmaps refer to the records.
        "cell": {"H": trace.h.shape[1], "weights": weights, "records": records(trace)} | trace.cell.facts,
    }


def records(trace: Trace) -> dict[str, ndarray]:
    """The states and gates as they are sent, by letter: `(T, H)` in single precision."""
    return {letter: values.astype(np.float32) for letter, values in trace.records.items()}


def ask_block(readings: tuple[Reading, Reading], answer: str | None, view: View) -> dict[str, object]:
    """The chart "If the sentence ended here": the right thing's probability, or the likeliest thing's."""
    curves = {
        title(reading, view.language): reading.asked.max(1)
        if answer is None
        else reading.asked[:, errands.things(reading.reads).index(answer)]
        for reading in readings
    }
    tokens = readings[0].trace.tokens
    can_end = np.array([errands.can_end(tokens, t) for t in range(len(tokens))])
    figure = figures.ask.spec(
        curves,
        can_end,
        tokens,
        answer,
        look=view.look("figures"),
    )
    return {"figure": figure, "answer": answer, "label": asked_finding(curves, tokens, view.language)}
