"""rnnviz: see what recurrent networks hold, token by token.

import rnnviz
network = rnnviz.load("lstm")
trace = rnnviz.trace(network, "Starving, Alice drives to the nearest store to buy")
trace.top(3)                               # the likeliest next words
rnnviz.backpropagate(trace, of="logit").dh # the gradient of the answer in every earlier state
rnnviz.erase(trace, unit=4, at=2).after.top(3) # had unit 4 held nothing from the third token on
rnnviz.swap(network, trace.tokens, 0, "Parched").h # by how much "Parched" in the first place moves each hidden state
rnnviz.figures.states(trace).show()
"""

from rnnviz import figures
from rnnviz.networks.network import Network
from rnnviz.recurrence.bptt import Gradients, Jacobians, backpropagate, jacobians
from rnnviz.recurrence.clipping import Clipped, clip
from rnnviz.recurrence.erasing import Erased, erase, erase_each
from rnnviz.recurrence.swapping import Swap
from rnnviz.recurrence.trace import Trace
from rnnviz.training.advance import Run, advance, start
from rnnviz.training.tracing import swap, trace
from rnnviz.training.zoo import load

__all__ = [
    "Clipped",
    "Erased",
    "Gradients",
    "Jacobians",
    "Network",
    "Run",
    "Swap",
    "Trace",
    "advance",
    "backpropagate",
    "clip",
    "erase",
    "erase_each",
    "figures",
    "jacobians",
    "load",
    "start",
    "swap",
    "trace",
]
