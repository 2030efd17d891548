"""The Step page the usual way: the server redraws every figure at every step, st.plotly_chart shows it.

The figures, the words around them and the caches are as good as the real page's. Arrow keys press the buttons.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

import rnnviz
from rnnviz import figures
from rnnviz.networks.reading import ask
from rnnviz.recurrence.trace import surprise
from rnnviz.tasks import errands
from rnnviz.text import tokenize

load = st.cache_resource(rnnviz.load)


@st.cache_data
def read(name: str, tokens: tuple[str, ...]) -> dict[str, Any]:
    """All that the page shows of one network."""
    network = load(name)
    trace = rnnviz.trace(network, tokens)
    gradients = rnnviz.backpropagate(trace, errands.need_of(tokens), of="logit", through_time=False)
    assert trace.words is not None
    things = [trace.words.index(thing) for thing in errands.THINGS]
    return {"trace": trace, "gradients": gradients, "asked": ask(network, trace)[:, things]}


def veiled(figure: go.Figure, step: int, last: int) -> go.Figure:
    """The figure with what has not been read yet under a veil."""
    look = {"fillcolor": "white", "opacity": 0.7, "line_width": 0}
    return figure.add_shape(type="rect", yref="paper", x0=step + 0.5, x1=last + 0.5, y0=0, y1=1, **look)


def move(by: int, last: int) -> None:
    st.session_state.step = min(max(st.session_state.step + by, 0), last)


st.set_page_config(layout="wide")
tokens = tuple(tokenize(st.text_input("Sentence", key="sentence")))
last = len(tokens) - 1
st.session_state.setdefault("step", 0)
st.session_state.step = step = min(st.session_state.step, max(last, 0))
if tokens:
    back, forward, where = st.columns(3)
    back.button("Back", shortcut="left", on_click=move, args=(-1, last))
    forward.button("Forward", shortcut="right", on_click=move, args=(1, last))
    where.text(f"{step + 1} of {last + 1}: {tokens[step]}")
    answer = errands.need_of(tokens)
    curves = {}
    for name, column in zip(("rnn", "lstm"), st.columns(2), strict=True):
        reading = read(name, tokens)
        trace = reading["trace"]
        asked = reading["asked"]
        curves[name] = asked.max(1) if answer is None else asked[:, errands.THINGS.index(answer)]
        column.text(" ".join(f"{word} {p:.0%}" for word, p in trace.top(5, step)))
        figure = figures.states(trace, reading["gradients"], surprise=surprise(trace))
        column.plotly_chart(veiled(figure, step, last), key=name)
    can_end = np.array([errands.can_end(tokens, t) for t in range(last + 1)])
    st.plotly_chart(veiled(figures.ask(curves, can_end, tokens, answer), step, last), key="ask")
