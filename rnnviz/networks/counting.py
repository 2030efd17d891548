"""Counting a network by hand: weights, multiply-adds, steps that wait for one another, paths between words, memory.

Every count is a formula with its numbers put in, so that it can be followed with a pencil; the tests hold it against
the modules. Letters: N numbers in a word vector, E in its projection, H units, V words that can be said, K inputs in
a window or a kernel, F units inside a feed-forward part, T words read. What grows with what:
Vaswani et al. (2017), table 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from torch import nn

from rnnviz.networks.bodies import Attention, Convolution, Window
from rnnviz.networks.network import Network
from rnnviz.recurrence.cells import CELLS

Term = tuple[str | int, ...]


@dataclass(frozen=True)
class Count:
    """A sum of products, such as `("H", "E"), ("H",)` for H·E + H."""

    terms: tuple[Term, ...]
    sizes: Mapping[str, int]
    """What each letter stands for."""

    @property
    def formula(self) -> str:
        return written([tuple(map(str, term)) for term in self.terms])

    @property
    def numbers(self) -> str:
        """The formula with its numbers put in."""
        return written([tuple(f"{self._size(x):,}" for x in term) for term in self.terms])

    @property
    def value(self) -> int:
        return sum(prod(map(self._size, term)) for term in self.terms)

    def _size(self, factor: str | int) -> int:
        return self.sizes[factor] if isinstance(factor, str) else factor


@dataclass(frozen=True)
class Part:
    """One part of a network."""

    id: str
    weights: Count
    """Weights and biases."""
    work: Count
    """Multiply-adds for each word in its products of matrices, T words being read at once."""


def written(terms: list[tuple[str, ...]]) -> str:
    return " + ".join("·".join(term) for term in terms) or "0"


def sizes(network: Network, length: int = 1) -> dict[str, int]:
    """What the letters stand for in this network, when T = `length`."""
    vector = getattr(network.projection, "in_features", network.shape.embedding)
    found = {"N": vector, "E": network.shape.embedding or vector, "H": network.shape.units, "V": len(network.words)}
    if isinstance(network.body, Window):
        found["K"] = network.body.reach
    elif isinstance(network.body, Convolution):
        found["K"] = kernel(network.body)
    elif isinstance(network.body, Attention):
        found["F"] = network.body.feed[0].out_features
    return found | {"T": length}


def kernel(body: Convolution) -> int:
    first = body.layers[0]
    assert isinstance(first, nn.Conv1d)
    return first.kernel_size[0]


def parts(network: Network, length: int = 1) -> tuple[Part, ...]:
    """The parts in the order in which a word meets them. Raises ValueError for a network without a projection."""
    if not network.shape.embedding:
        raise ValueError("wanted a network with a projection")
    letters = sizes(network, length)

    def part(id: str, weights: tuple[Term, ...], work: tuple[Term, ...]) -> Part:
        return Part(id, Count(weights, letters), Count(work, letters))

    body = network.body
    if isinstance(body, Window):
        inside = [part("window", (("K", "E", "H"), ("H",)), (("K", "E", "H"),))]
    elif isinstance(body, Convolution):
        rest = len(body.layers) - 1
        inside = [
            part("conv_first", (("K", "E", "H"), ("H",)), (("K", "E", "H"),)),
            part("conv_rest", ((rest, "K", "H", "H"), (rest, "H")), ((rest, "K", "H", "H"),)),
        ]
    elif isinstance(body, Attention):
        inside = [
            part("enter", (("E", "H"), ("H",)), (("E", "H"),)),
            part("query_key_value", ((3, "H", "H"), (3, "H")), ((3, "H", "H"),)),
            part("look", (), ((2, "T", "H"),)),  # each word's scores for all T, and their mixture
            part("mix", (("H", "H"), ("H",)), (("H", "H"),)),
            part("feed", ((2, "F", "H"), ("F",), ("H",)), ((2, "F", "H"),)),
            part("norms", ((6, "H"),), ()),  # three times a gain and a shift for each unit
        ]
    else:
        count = len(CELLS[network.shape.kind].letters)
        blocks: Term = (count,) if count > 1 else ()
        inside = [
            part("input", ((*blocks, "E", "H"), (*blocks, "H")), ((*blocks, "E", "H"),)),
            part("state", ((*blocks, "H", "H"), (*blocks, "H")), ((*blocks, "H", "H"),)),
        ]
    first = part("projection", (("N", "E"), ("E",)), (("N", "E"),))
    return first, *inside, part("readout", (("H", "V"), ("V",)), (("H", "V"),))


def weights(network: Network) -> int:
    """All weights and biases, by the formulas."""
    return sum(part.weights.value for part in parts(network))


def work(network: Network, length: int) -> int:
    """Multiply-adds for each word, when `length` words are read at once."""
    return sum(part.work.value for part in parts(network, length))


def body_work(network: Network, length: int) -> int:
    """The same without projection and readout, which all networks share in kind."""
    return sum(part.work.value for part in parts(network, length)[1:-1])


def wide_window(network: Network, length: int) -> Count:
    """What a hidden layer over a window of `length` words would have: C19 of the claims."""
    return Count((("K", "E", "H"), ("H",)), sizes(network) | {"K": length})


def memory(network: Network, length: int) -> Count:
    """Numbers that must be kept to read on word by word after `length` words."""
    letters, body = sizes(network, length), network.body
    if isinstance(body, Window):
        return Count(((body.reach - 1, "E"),), letters)
    if isinstance(body, Convolution):  # each layer's own inputs, as far back as its kernel goes
        gaps = [(kernel(body) - 1) * 2**k for k in range(len(body.layers))]
        return Count(((gaps[0], "E"), (sum(gaps[1:]), "H")), letters)
    if isinstance(body, Attention):
        return Count(((2, "T", "H"),), letters)  # a key and a value for each word
    parts = len(CELLS[network.shape.kind].parts)
    return Count(((parts, "H"),) if parts > 1 else (("H",),), letters)


def depth(network: Network, length: int) -> int:
    """How many products of matrices must wait for one another until the word after the last is known.

    Of a recurrent network: projection, W_ih, then W_hh once for each further word, and the readout.
    """
    body = network.body
    if isinstance(body, Window):
        return 3
    if isinstance(body, Convolution):
        return 2 + len(body.layers)
    if isinstance(body, Attention):
        return 9  # projection, enter, q k v, scores, mixture, out, two of the feed-forward part, readout
    return length + 2


def path(network: Network, distance: int) -> int | None:
    """How many times what a word said must be handed on to reach the output `distance` words (at least 1) later.

    Recurrent: once for each step. A convolution's layer can leave a word in its place, for all but the first add to
    what they read; counted is the shortest way. None where there is no way.
    """
    body = network.body
    if network.reach is not None and distance >= network.reach:
        return None
    if isinstance(body, Window | Attention):
        return 1
    if isinstance(body, Convolution):
        jumps = [[j * 2**k for j in range(kernel(body))] for k in range(len(body.layers))]
        ways = (way for way in product(*jumps) if sum(way) == distance)
        return min(1 + sum(jump > 0 for jump in way[1:]) for way in ways)
    return distance
