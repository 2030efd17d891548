"""The stepper in a Streamlit page: registers assets/stepper as a component and mounts it."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import streamlit as st

from rnnviz.figures import theme
from rnnviz.ui import server
from rnnviz.ui.language import ASSETS

SCRIPTS = ("equations.js", "cell.js", "views.js", "stepper.js")
"""One module in the browser: each may use what stands in those before it."""
STYLES = ("cell.css", "stepper.css")


def stepper(
    payload: bytes,
    step: int = 0,
    unit: int | None = None,
    network: int = 1,
    key: str = "stepper",
    on_rest: Callable[[], None] | None = None,
    on_theme: Callable[[], None] | None = None,
) -> Any:
    """Mount the stepper; returns its state.

    `payload`: the JSON object that `rnnviz.ui.stage` writes. `step` (from 0), `unit` and its `network` (0 or 1)
    say where a reader who opens the page begins; afterwards the browser knows better. The result has `rest`, None
    or `{revision, step, network, unit}` once the reader has rested for half a second, and `theme`, None or "light"
    or "dark", where the page looks different from what the payload was made for. The callbacks run before the
    page does.
    """
    if not payload.startswith(b"{"):
        raise ValueError("wanted a JSON object as the stepper's payload")
    # Where to begin is no part of the payload, so that one payload serves every visitor.
    own = json.dumps({"plotly": server.plotly_url(), "step": step, "unit": unit, "network": network})
    data = own[:-1].encode() + b"," + payload[1:]
    callbacks = {"on_rest_change": on_rest or _nothing, "on_theme_change": on_theme or _nothing}
    return _component()(key=key, data=data, default={"rest": None, "theme": None}, **callbacks)


LOADER = """
const loaded = import(new URL(SCRIPT, document.baseURI));
export default (component) => {
  let end = null, over = false;
  loaded.then(({ default: mount }) => { if (!over) end = mount(component); });
  return () => { over = true; end?.(); };
};
"""
"""What travels with every message instead of the stepper's own script."""


@functools.cache
def _component() -> Any:
    """Registered with the running server, once, at the first visit."""
    # Styles are not isolated: Plotly puts its own into the document's head. Our classes begin with rv-.
    return st.components.v2.component("rnnviz_stepper", html=_html(), css=_css(), js=_js(), isolate_styles=False)


def _html() -> str:
    return _read("stepper.html")


def _css() -> str:
    looks = [f'.rv-stepper[data-theme="{name}"] {{ {theme.css(name)} }}' for name in theme.THEMES]
    return "\n".join([*looks, *map(_read, STYLES)])


def _js() -> str:
    code = "\n".join(map(_read, SCRIPTS))
    url = server.script_url("stepper", code)
    return LOADER.replace("SCRIPT", json.dumps(url)) if url else code


def _read(name: str) -> str:
    return (ASSETS / "stepper" / name).read_text(encoding="utf-8")


def _nothing() -> None:
    """Streamlit keeps a component's state only where a callback is named."""
