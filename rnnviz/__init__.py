"""rnnviz: see what recurrent networks hold, token by token.

import rnnviz
network = rnnviz.load("lstm")
trace = rnnviz.trace(network, "Starving, Alice drives to the nearest store to buy")
trace.top(3)                               # the likeliest next words
rnnviz.backpropagate(trace, of="logit").dh # the gradient of the answer in every earlier state
rnnviz.figures.states(trace).show()
"""

from rnnviz import figures
from rnnviz.networks.network import Network
from rnnviz.recurrence.bptt import Gradients, Jacobians, backpropagate, jacobians
from rnnviz.recurrence.clipping import Clipped, clip
from rnnviz.recurrence.trace import Trace
from rnnviz.training.advance import Run, advance, start
from rnnviz.training.tracing import trace
from rnnviz.training.zoo import load

__all__ = [
    "Clipped",
    "Gradients",
    "Jacobians",
    "Network",
    "Run",
    "Trace",
    "advance",
    "backpropagate",
    "clip",
    "figures",
    "jacobians",
    "load",
    "start",
    "trace",
]
