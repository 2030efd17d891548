"""Figures: a record goes in, a Plotly figure comes out. No computation, no torch, no Streamlit.

Labels are arguments, English unless given; `theme` is "light" or "dark"; `scale` enlarges type and lines.
Each `<name>` returns a `go.Figure`; `<name>_spec` returns the same as a plain dict, which `as_json` writes: a
sixth of the time, for a server with many visitors.
"""

from rnnviz.figures.ask import ask, ask_spec
from rnnviz.figures.base import as_json, english
from rnnviz.figures.lengths import lengths, lengths_spec
from rnnviz.figures.states import states, states_spec, unit_order

__all__ = [
    "as_json",
    "ask",
    "ask_spec",
    "english",
    "lengths",
    "lengths_spec",
    "states",
    "states_spec",
    "unit_order",
]
