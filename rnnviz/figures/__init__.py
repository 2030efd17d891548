"""Figures: a record goes in, a Plotly figure comes out. No computation, no torch, no Streamlit.

Labels are arguments, English unless given; `theme` is "light" or "dark"; `scale` enlarges type and lines.
`figures.norms(…)` returns a `go.Figure`. `figures.norms.spec(…, look=look)` returns the same as a plain dict, which
`as_json` writes: a sixth of the time, for a server with many visitors.
"""

from rnnviz.figures.ask import ask
from rnnviz.figures.base import Figure, Look, as_json, english
from rnnviz.figures.cliff import bifurcation, cliff, cliff_map
from rnnviz.figures.clipping import before_after, running
from rnnviz.figures.compare import answers, reacts, sight
from rnnviz.figures.gates import forgetting, half_lives, holds, listening, parts, token_room
from rnnviz.figures.gradients import norms, shares
from rnnviz.figures.growth import generalisation, growth, speeds
from rnnviz.figures.kinds import kinds
from rnnviz.figures.lengths import lengths
from rnnviz.figures.paths import error
from rnnviz.figures.records import record
from rnnviz.figures.seeds import grid, spreads
from rnnviz.figures.spectra import eigen, saturation, survival
from rnnviz.figures.states import changes, states, unit_order
from rnnviz.figures.through_time import gradient_map, saliency
from rnnviz.figures.training import accuracy_curves, loss_curves, memory, norm_curves, state_curves
from rnnviz.figures.unit import unit

__all__ = [
    "Figure",
    "Look",
    "accuracy_curves",
    "answers",
    "as_json",
    "ask",
    "before_after",
    "bifurcation",
    "changes",
    "cliff",
    "cliff_map",
    "eigen",
    "english",
    "error",
    "forgetting",
    "generalisation",
    "gradient_map",
    "grid",
    "growth",
    "half_lives",
    "holds",
    "kinds",
    "lengths",
    "listening",
    "loss_curves",
    "memory",
    "norm_curves",
    "norms",
    "parts",
    "reacts",
    "record",
    "running",
    "saliency",
    "saturation",
    "shares",
    "sight",
    "speeds",
    "spreads",
    "state_curves",
    "states",
    "survival",
    "token_room",
    "unit",
    "unit_order",
]
