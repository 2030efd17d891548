"""The gradient's way back, as it is sent to be walked step by step in the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnnviz.language import labels_of
from rnnviz.recurrence.bptt import Gradients
from rnnviz.recurrence.wayback import way_back


def network_of(gradients: Gradients) -> dict[str, Any]:
    """One network's way: its record, and the letter of the gate that carries its state past the weights, or ""."""
    return {"keeper": gradients.trace.cell.keeper, "records": dict(way_back(gradients).records)}


def way(found: Mapping[str, Gradients], tokens: Sequence[str], every: bool, language: str) -> dict[str, Any]:
    """The way over several figures, by their ids. `tokens`: the words that were read, empty for numbers; `every`:
    whether each step has a loss of its own."""
    steps = max(len(gradients.trace) for gradients in found.values())
    told = {"labels": labels_of(language, "wayback"), "steps": steps, "tokens": list(tokens) or None, "every": every}
    return told | {"networks": {id: network_of(gradients) for id, gradients in found.items()}}
