"""The stepper in a Streamlit page: registers assets/stepper as a component and mounts it."""

from __future__ import annotations

from functools import partial
from typing import Any

from rnnviz.ui import component, state

SCRIPTS = ("shared/parts.js", *(f"stepper/{name}.js" for name in ("equations", "cell", "views", "stepper")))
STYLES = ("shared/parts.css", "stepper/cell.css", "stepper/stepper.css")


def stepper(payload: bytes, step: int = 0, unit: int | None = None, network: int = 1, key: str = "stepper") -> Any:
    """Mount the stepper; returns its state.

    `payload`: the JSON object that `rnnviz.ui.stage` writes. `step` (from 0), `unit` and its `network` (0 or 1)
    say where a reader who opens the page begins; afterwards the browser knows better. The result has `rest`, None
    or `{revision, step, network, unit}` once the reader has rested for half a second, and `theme`, None or "light"
    or "dark", where the page looks different from what the payload was made for. The visitor's
    state remembers that.
    """
    # Where to begin is no part of the payload, so that one payload serves every visitor.
    data = component.joined(payload, step=step, unit=unit, network=network)
    callbacks = {"on_rest_change": component.nothing, "on_theme_change": partial(state.look, key)}
    mount = component.registered("stepper", SCRIPTS, STYLES)
    return mount(key=key, data=data, default={"rest": None, "theme": None}, **callbacks)
