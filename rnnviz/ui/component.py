"""What the stepper and the board share as Streamlit components: how they are registered and what they are sent."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any

import streamlit as st

from rnnviz.figures import theme
from rnnviz.language import LANGUAGES, translate
from rnnviz.shipped import ASSETS
from rnnviz.ui import server

LOADER = """
const url = new URL(SCRIPT, document.baseURI);
const loaded = import(url).catch(() => import(`${url}?again`)); // a network may fail for a moment
export default (component) => {
  const root = component.parentElement.querySelector(ROOT);
  let end = null, over = false;
  const begun = loaded.then(({ default: mount }) => { if (!over) end = mount(component); });
  begun.then(() => delete root.dataset.unloaded, (error) => { root.dataset.unloaded = ""; console.error(error); });
  return () => { over = true; end?.(); };
};
"""
"""What travels with every message instead of the component's own script. Where that cannot be had, the root says so."""


@functools.cache
def registered(name: str, scripts: tuple[str, ...], styles: tuple[str, ...]) -> Any:
    """A component whose root is one `div.rv-<name>`: registered with the running server once, at the first visit.

    `scripts` and `styles` are files under assets/. The scripts are one module in the browser: each may use what
    stands in those before it.
    """
    looks = [f'.rv-{name}[data-theme="{look}"] {{ {theme.css(look)} }}' for look in theme.THEMES]
    css = "\n".join([*looks, *_unloaded(name), *map(_read, styles)])
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


def merged(payload: bytes, more: bytes) -> bytes:
    """Two JSON objects as one; an empty `more` adds nothing."""
    return payload[:-1] + b"," + more[1:] if more else payload


def nothing() -> None:
    """Streamlit keeps a component's state only where a callback is named."""


def _unloaded(name: str) -> Iterator[str]:
    """What stands in the component's place without its script. As a style it needs none, and follows the document's
    language and look."""
    light, dark = (theme.THEMES[look].roles["forget"].text for look in ("light", "dark"))
    yield f".rv-{name}[data-unloaded] {{ color: light-dark({light}, {dark}); }}"
    for language in LANGUAGES:
        words = json.dumps(translate(language, "errors.component"), ensure_ascii=False)
        yield f".rv-{name}[data-unloaded]:lang({language})::before {{ content: {words}; }}"


def _js(name: str, scripts: tuple[str, ...]) -> str:
    code = "\n".join(map(_read, scripts))
    url = server.file_url(f"{name}.js", code)
    return LOADER.replace("SCRIPT", json.dumps(url)).replace("ROOT", json.dumps(f".rv-{name}")) if url else code


def _read(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
