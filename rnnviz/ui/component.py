"""What the stepper and the board share as Streamlit components: how they are registered and what they are sent."""

from __future__ import annotations

import functools
import json
from typing import Any

import streamlit as st

from rnnviz.figures import theme
from rnnviz.ui import server
from rnnviz.ui.language import ASSETS

LOADER = """
const loaded = import(new URL(SCRIPT, document.baseURI));
export default (component) => {
  let end = null, over = false;
  loaded.then(({ default: mount }) => { if (!over) end = mount(component); });
  return () => { over = true; end?.(); };
};
"""
"""What travels with every message instead of the component's own script."""


@functools.cache
def registered(name: str, scripts: tuple[str, ...], styles: tuple[str, ...]) -> Any:
    """A component whose root is one `div.rv-<name>`: registered with the running server once, at the first visit.

    `scripts` and `styles` are files under assets/. The scripts are one module in the browser: each may use what
    stands in those before it.
    """
    looks = [f'.rv-{name}[data-theme="{look}"] {{ {theme.css(look)} }}' for look in theme.THEMES]
    css = "\n".join([*looks, *map(_read, styles)])
    html = f'<div class="rv-{name}"></div>'
    # Styles are not isolated: Plotly puts its own into the document's head. Our classes begin with rv-.
    return st.components.v2.component(f"rnnviz_{name}", html=html, css=css, js=_js(name, scripts), isolate_styles=False)


def joined(payload: bytes, **own: Any) -> bytes:
    """A payload, which may serve every visitor, with what is this visitor's own, and where Plotly.js is found.

    Raises ValueError if `payload` is no JSON object with something in it.
    """
    if not payload.startswith(b'{"'):
        raise ValueError("wanted a JSON object as the payload")
    return json.dumps({"plotly": server.plotly_url(), **own})[:-1].encode() + b"," + payload[1:]


def nothing() -> None:
    """Streamlit keeps a component's state only where a callback is named."""


def _js(name: str, scripts: tuple[str, ...]) -> str:
    code = "\n".join(map(_read, scripts))
    url = server.file_url(f"{name}.js", code)
    return LOADER.replace("SCRIPT", json.dumps(url)) if url else code


def _read(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
