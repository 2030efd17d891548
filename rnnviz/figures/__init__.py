"""Figures: a record goes in, a Plotly figure comes out. No computation, no torch, no Streamlit.

Labels are arguments, English unless given; `theme` is "light" or "dark"; `scale` enlarges type and lines.
Each `<name>` returns a `go.Figure`; `<name>_spec` returns the same as a plain dict, which `as_json` writes: a
sixth of the time, for a server with many visitors.
"""

from rnnviz.figures.ask import ask, ask_spec
from rnnviz.figures.base import as_json, english
from rnnviz.figures.cliff import bifurcation, bifurcation_spec, cliff, cliff_map, cliff_map_spec, cliff_spec
from rnnviz.figures.clipping import before_after, before_after_spec, running, running_spec
from rnnviz.figures.compare import answers, answers_spec, reacts, reacts_spec, sight, sight_spec
from rnnviz.figures.gates import (
    forgetting,
    forgetting_spec,
    half_lives,
    half_lives_spec,
    holds,
    holds_spec,
    listening,
    listening_spec,
    parts,
    parts_spec,
    token_room,
)
from rnnviz.figures.gradients import norms, norms_spec, shares, shares_spec
from rnnviz.figures.growth import generalisation, generalisation_spec, growth, growth_spec, speeds, speeds_spec
from rnnviz.figures.lengths import lengths, lengths_spec
from rnnviz.figures.paths import error, error_spec
from rnnviz.figures.spectra import eigen, eigen_spec, saturation, saturation_spec, survival, survival_spec
from rnnviz.figures.states import states, states_spec, unit_order
from rnnviz.figures.through_time import gradient_map, map_spec, saliency, saliency_spec
from rnnviz.figures.training import (
    accuracy_curves,
    accuracy_curves_spec,
    loss_curves,
    loss_curves_spec,
    memory,
    memory_spec,
    norm_curves,
    norm_curves_spec,
    state_curves,
    state_curves_spec,
)

__all__ = [
    "accuracy_curves",
    "accuracy_curves_spec",
    "answers",
    "answers_spec",
    "as_json",
    "ask",
    "ask_spec",
    "before_after",
    "before_after_spec",
    "bifurcation",
    "bifurcation_spec",
    "cliff",
    "cliff_map",
    "cliff_map_spec",
    "cliff_spec",
    "eigen",
    "eigen_spec",
    "english",
    "error",
    "error_spec",
    "forgetting",
    "forgetting_spec",
    "generalisation",
    "generalisation_spec",
    "gradient_map",
    "growth",
    "growth_spec",
    "half_lives",
    "half_lives_spec",
    "holds",
    "holds_spec",
    "lengths",
    "lengths_spec",
    "listening",
    "listening_spec",
    "loss_curves",
    "loss_curves_spec",
    "map_spec",
    "memory",
    "memory_spec",
    "norm_curves",
    "norm_curves_spec",
    "norms",
    "norms_spec",
    "parts",
    "parts_spec",
    "reacts",
    "reacts_spec",
    "running",
    "running_spec",
    "saliency",
    "saliency_spec",
    "saturation",
    "saturation_spec",
    "shares",
    "shares_spec",
    "sight",
    "sight_spec",
    "speeds",
    "speeds_spec",
    "state_curves",
    "state_curves_spec",
    "states",
    "states_spec",
    "survival",
    "survival_spec",
    "token_room",
    "unit_order",
]
