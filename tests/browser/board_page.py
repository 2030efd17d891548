"""A page with two boards of made-up figures and a button for each thing that may happen to them.

Not a test: test_board.py puts it into a small copy of the app.
"""

import time

import numpy as np
import streamlit as st

from rnnviz.figures import axes, base, theme
from rnnviz.scenes.writer import Figure, Section, pack
from rnnviz.ui import state
from rnnviz.ui.board import board
from rnnviz.ui.language import labels, language

EVIL = "<script>document.title = 'run'</script><img src=x onerror=\"document.title='run'\">{value}"
CASES = ("first", "other", "again", "broken", "fewer", "evil")
case = st.session_state.setdefault("case", "first")
for name in CASES:
    if st.button(name):
        case = st.session_state["case"] = name

look = base.Look({}, state.theme(), 1.5 if state.value("projector") else 1.0)
tokens = [EVIL if case == "evil" else "Starving", *(f"word{k}" for k in range(1, 100))]
draw = np.random.default_rng(CASES.index("other" if case == "broken" else case))


def heatmap() -> base.Spec:
    """A triangle of gradients, 100 x 100, the loss's step downwards."""
    z = draw.normal(size=(100, 100)) - 4
    z[3, 0] = -7 if case == "first" else -2
    z[np.triu_indices(100, 1)] = np.nan
    both = {
        "xaxis": {"type": "linear", "range": [-0.5, 99.5], "fixedrange": True},
        "yaxis": {"type": "linear", "range": [99.5, -0.5], "fixedrange": True},
    }
    explain = {"template": "Loss at {later}, state at {earlier}, {steps} back: {value}.", "tokens": tokens}
    explain |= {"log10": True, "none": "Nothing there."}
    trace = {
        "type": "heatmap",
        "name": "loss at",
        "z": z,
        "hoverongaps": False,
        "zmin": -12,
        "zmax": 2,
        "colorscale": theme.sequential(look.theme, "hidden"),
    }
    margin = {"l": 40, "r": 50, "t": 10, "b": 40}
    meta = {"meta": {"explain": explain}, "height": look.px(300), "margin": margin}
    return base.spec([trace], look, **both, **meta)


def lines(role: str) -> base.Spec:
    """Three norms over 100 steps, on a log axis."""
    colour = look.line(role)
    traces = [
        {"type": "scatter", "mode": "lines", "name": name, "y": 10 ** draw.normal(size=100), "line": {"color": colour}}
        for name in ("one", "two", "three")
    ]
    text = [base.escaped(tokens[0])] if case != "evil" else [tokens[0]]  # a figure may forget to escape
    axis = {"xaxis": {"tickvals": [0], "ticktext": text}}
    yaxis = axes.value_axis(look, tickmode="auto", type="log")
    margin = {"l": 50, "r": 10, "t": 10, "b": 40}
    return base.spec(traces, look, **axis, yaxis=yaxis, height=look.px(220), margin=margin)


def figure(id: str, spec: base.Spec) -> Figure:
    return {"id": id, "name": f"{id} of {tokens[0][:40]}", "figure": spec, "label": f"{id}: {tokens[0]}"}


def section(k: int) -> Section:
    shown = [figure("map", heatmap()), figure("norms", lines("gradient")), figure("shares", lines("cell"))]
    if case == "broken" and k == 0:
        shown[1]["figure"]["data"] = [{"type": "heatmap", "z": {"dtype": "f4", "bdata": "!", "shape": "2, 2"}}]
    long = "A sentence about what can be seen in the figures below, and why it is so. " * (3 if case == "first" else 1)
    runs = [[long, ""], ["Half of it is left after 3 steps.", "strong"], [f" {tokens[0]}", "small"]]
    return {"id": str(k), "title": f"{k}: {tokens[0]} is held", "text": runs, "figures": shown, "foot": None}


count = 4 if case == "fewer" else 5
made = [section(k) for k in range(count)]
revision = "first" if case == "again" else case
words = {**labels("board"), "language": language()}
started = time.perf_counter()
payload = pack(revision, made, words, look.theme, look.scale)
st.caption(f"{1000 * (time.perf_counter() - started):.0f} ms, {len(payload):,} bytes")
board(payload)
st.button("between")
small = figure("alone", lines("hidden"))
board(pack("always", [{"id": "0", "title": "Second", "text": [], "figures": [small], "foot": None}], words), "second")
