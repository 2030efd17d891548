"""`rnnviz.trace` and `rnnviz.swap`: everything that a network, a module or a run holds while it reads."""

from typing import Any

from rnnviz.networks import reading
from rnnviz.networks.network import Network
from rnnviz.networks.plain import insist
from rnnviz.networks.reading import recurrent
from rnnviz.recurrence.swapping import Swap
from rnnviz.recurrence.trace import Trace
from rnnviz.text import replaced
from rnnviz.training import zoo
from rnnviz.training.advance import network_of
from rnnviz.training.runs import Run


def trace(network: Any, given: Any) -> Trace:
    """Run `network` over `given` from a zero state and keep everything.

    `network` is a `Network` or the name of one that is shipped, a `Run` (its network as it is now), or a plain
    `torch.nn.RNN` (tanh or relu), `nn.LSTM` or `nn.GRU` of one layer and one direction. `given` is a sentence or its
    tokens for a network that reads words, else one sequence of numbers `(T, E)`: an array, a tensor, a list or a data
    frame.

    The states are those of the module itself: it reads the same once, and where its own differ, because it has a
    forward or hooks of its own, ValueError says so. Half precision is computed in float32: `Trace.widened_from`.
    Raises ValueError for an empty input, an array of the wrong shape, or a module that is none of these (also a
    `Network` whose body is not recurrent); TypeError for what is not numbers where numbers are read, or not words.
    """
    made = opened(network)
    found = reading.trace(made, given)
    insist(recurrent(made.body if isinstance(made, Network) else made), found)
    return found


def swap(network: Any, sentence: Any, at: Any, word: Any) -> Swap:
    """Let `network` read a sentence twice, the second time with `word` in the place of token `at` (from 0).

    `network` and `sentence` are as in `trace`, and the network reads words. What differs between the readings is what
    the network has made of the one word; whether it is held is seen when its answer is asked for, in both.
    Raises ValueError for a module without words, a place outside the sentence and a word that is not one token; else
    what `trace` raises.
    """
    made = opened(network)
    tokens = reading.words_of(made, sentence) if isinstance(made, Network) else None
    if tokens is None:
        recurrent(made.body if isinstance(made, Network) else made)  # says what came, if it is no network at all
        raise ValueError("wanted a network that reads words, and a sentence or its tokens")
    other = replaced(tokens, at, word)
    return Swap(trace(made, tokens), trace(made, other), at)


def opened(network: Any) -> Any:
    """The network that a name or a run stands for; anything else as it is."""
    if isinstance(network, str):
        return zoo.load(network)
    return network_of(network) if isinstance(network, Run) else network
