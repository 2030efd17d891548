"""What the stepper's figures show, in words: each figure's text alternative, composed from its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy import ndarray

from rnnviz.language import translate
from rnnviz.numbers import percent, two_digits
from rnnviz.recurrence.bptt import Gradients
from rnnviz.recurrence.trace import Trace


def states_finding(name: str, trace: Trace, gradients: Gradients, bits: Sequence[float | None], language: str) -> str:
    """Of the tall figure of one network: which rows there are, how far its gradient spans, the greatest surprise."""
    tokens, cell, norms = trace.tokens, trace.cell, gradients.norms
    key = "stepper.figure_gates" if trace.gates else "stepper.figure_bare"
    rows = translate(language, key, states=", ".join(cell.parts), gates=", ".join(trace.gates), units=trace.h.shape[1])
    told = {"first": two_digits(float(norms[0])), "last": two_digits(float(norms[-1]))}
    said = translate(language, "stepper.figure", name=name, rows=rows, word=tokens[0], end=tokens[-1], **told)
    known = {t: value for t, value in enumerate(bits) if value is not None}
    if known:
        most = max(known, key=lambda t: known[t])
        said += translate(language, "stepper.figure_surprise", word=tokens[most], bits=two_digits(known[most]))
    return said


def asked_finding(curves: Mapping[str, ndarray], tokens: Sequence[str], language: str) -> str:
    """Of the chart "If the sentence ended here": where each curve is lowest and highest, and how it ends."""
    said = []
    for name, curve in curves.items():
        least, most = int(np.argmin(curve)), int(np.argmax(curve))
        told = {"least": percent(float(curve[least])), "most": percent(float(curve[most]))}
        told |= {"low": tokens[least], "high": tokens[most], "last": percent(float(curve[-1]))}
        said.append(translate(language, "stepper.ask_finding", name=name, **told))
    return "".join(said).rstrip()
