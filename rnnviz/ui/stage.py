"""What the Step page sends to the stepper: two networks' readings of one sentence, as one JSON in bytes.

A reader process computes them, once for all who ask (`rnnviz.ui.asked`).
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy import ndarray

import rnnviz
from rnnviz import figures, zoo
from rnnviz.bptt import Gradients
from rnnviz.checking import Check, check
from rnnviz.networks import Network
from rnnviz.tasks import errands
from rnnviz.text import vocabulary
from rnnviz.tracing import Trace, arrays, ask, cell_parameters, recurrent, surprise
from rnnviz.ui import server
from rnnviz.ui.asked import asked
from rnnviz.ui.language import labels_of, translate
from rnnviz.ui.notice import notices, two_digits
from rnnviz.ui.own import Own, network_of


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
    weights: int
    """How many recurrent weights it has."""
    overflows: bool = False
    """Whether its numbers go beyond the largest that there is, in the single precision in which it was trained."""


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


Named = str | Own
"""A network of the zoo, or the visitor's own."""


@lru_cache(maxsize=8)
def network(name: Named, trained: bool) -> Network:
    """A network, loaded once. An RNN and a GRU in double precision: one may be chaotic, the other takes 1 - z of a gate
    near 1, and what single precision rounds differently here and in PyTorch grows from word to word. An LSTM does well
    enough without, and PyTorch has a kernel for it in single precision that is four times as fast; but a visitor's own
    may have weights whose sums only double precision can hold."""
    loaded = network_of(name, trained) if isinstance(name, Own) else zoo.load(name, trained)
    single = loaded.shape.kind == "lstm" and not isinstance(name, Own)
    return loaded if single else loaded.double()


@lru_cache(maxsize=8)
def weights_of(name: Named, trained: bool) -> str | dict[str, ndarray]:
    """What the browser takes a unit's pre-activations apart with: where it finds that, or the thing itself (for the
    visitor's own network, or where the server is not ours). It does not travel with every sentence.

    `word (K·H, N)` and `word_offset (K·H,)` lead from a word vector to W_ih x, `state (K·H, H)` is W_hh.
    """
    source = network(name, trained)
    parts = cell_parameters(recurrent(source.body))
    read = parts["weight_ih"].shape[1]
    project, offset = np.eye(read), np.zeros(read)
    if source.shape.embedding:
        project, offset = arrays(source.projection, "weight", "bias")
    block = {"word": parts["weight_ih"] @ project, "word_offset": parts["weight_ih"] @ offset}
    block |= {"state": parts["weight_hh"], "bias_ih": parts["bias_ih"], "bias_hh": parts["bias_hh"]}
    block = {key: part.astype(np.float32) for key, part in block.items()}
    if isinstance(name, Own):
        return block
    file = f"{name}-{'trained' if trained else 'untrained'}.json"
    return server.file_url(file, figures.as_json(block).decode()) or block


@lru_cache(maxsize=2)
def read(name: Named, trained: bool, tokens: tuple[str, ...]) -> Reading:
    """Let a network read the tokens."""
    reader = network(name, trained)
    trace = rnnviz.trace(reader, tokens)
    gradients = rnnviz.backpropagate(trace, errands.need_of(tokens), of="logit", through_time=False)
    checked = check(recurrent(reader.body), trace, gradients)
    things = [reader.words.index(thing) for thing in errands.THINGS]
    asked = ask(reader, trace)[:, things]
    overflows = isinstance(name, Own) and (beyond(name, trained, tokens) or not np.isfinite(gradients.norms).all())
    return Reading(reader.name, trained, trace, gradients, checked, asked, reader.body_weights(), bool(overflows))


def beyond(own: Own, trained: bool, tokens: tuple[str, ...]) -> bool:
    """Whether a visitor's network has numbers that single precision cannot hold."""
    vectors = vocabulary().vectors[[vocabulary().index(token) for token in tokens]]
    with torch.inference_mode():
        return not bool(network_of(own, trained)(torch.tensor(vectors)[None]).isfinite().all())


def stage(tokens: tuple[str, ...], left: Named, right: Named, trained: bool, view: View) -> Stage:
    """Everything for one sentence, computed beside the server. `tokens` must not be empty."""
    return asked(compute, tokens, left, right, trained, view)


@np.errstate(over="ignore", invalid="ignore")
def compute(tokens: tuple[str, ...], left: Named, right: Named, trained: bool, view: View) -> Stage:
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
        "vectors": vocabulary().vectors[[vocabulary().index(token) for token in tokens]],
        "networks": [
            network_block(side, reading, weights_of(name, trained), view)
            for side, name, reading in zip(("left", "right"), (left, right), readings, strict=True)
        ],
        "ask": ask_block(readings, answer, view),
    }
    left_check, right_check = ((reading.name, reading.check) for reading in readings)
    return Stage(figures.as_json(payload), (left_check, right_check), answer, revision)


def title(reading: Reading, language: str) -> str:
    """The network's name on the page."""
    return translate(language, f"step.networks.{reading.name}")


def network_block(side: str, reading: Reading, weights: str | dict[str, ndarray], view: View) -> dict[str, object]:
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
    subtitle = "step.subtitle_trained" if reading.trained else "step.subtitle_untrained"
    return {
        "id": side,
        "name": title(reading, view.language),
        "kind": trace.kind,
        "nonlinearity": trace.nonlinearity,
        "subtitle": translate(view.language, subtitle, units=trace.h.shape[1], weights=f"{reading.weights:,}"),
        "figure": figure,
        "unit_rows": {"order": [int(u) for u in order]},
        "next": trace.tops(5),
        "surprise": [b if b is None else round(b, 2) if np.isfinite(b) else two_digits(b) for b in bits],
        # What the cell diagram needs beside the word vectors, and the states and gates, which it finds in the figure.
        "cell": {"H": trace.h.shape[1], "weights": weights},
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
