"""`rnnviz.trace`: everything that a network, a module or a run holds while it reads."""

from typing import Any

from rnnviz.networks import reading
from rnnviz.networks.network import Network
from rnnviz.networks.plain import insist
from rnnviz.networks.reading import recurrent
from rnnviz.recurrence.trace import Trace
from rnnviz.training.advance import network_of
from rnnviz.training.runs import Run


def trace(network: Any, given: Any) -> Trace:
    """Run `network` over `given` from a zero state and keep everything.

    `network` is a `Network`, a `Run` (its network as it is now), or a plain `torch.nn.RNN` (tanh or relu), `nn.LSTM` or
    `nn.GRU` of one layer and one direction. `given` is a sentence or its tokens for a network that reads words, else
    one sequence of numbers `(T, E)`: an array, a tensor, a list or a data frame.

    The states are those of the module itself: it reads the same once, and where its own differ, because it has a
    forward or hooks of its own, ValueError says so. Half precision is computed in float32: `Trace.widened_from`.
    Raises ValueError for an empty input, an array of the wrong shape, or a module that is none of these (also a
    `Network` whose body is not recurrent); TypeError for what is not numbers where numbers are read, or not words.
    """
    made = network_of(network) if isinstance(network, Run) else network
    found = reading.trace(made, given)
    insist(recurrent(made.body if isinstance(made, Network) else made), found)
    return found
