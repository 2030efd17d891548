"""A network reads a sentence, and all that pages show of it."""

import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy import ndarray

from rnnviz import figures
from rnnviz.networks import reading
from rnnviz.networks.checking import Check, check
from rnnviz.networks.network import Network
from rnnviz.networks.reading import arrays, ask, cell_parameters, recurrent
from rnnviz.recurrence import bptt
from rnnviz.recurrence.bptt import Gradients
from rnnviz.recurrence.trace import Trace
from rnnviz.tasks import errands
from rnnviz.text import language_of, vectors_of
from rnnviz.training import zoo
from rnnviz.training.frozen import OwnNetwork, network_of


@dataclass(frozen=True)
class Reading:
    """One network's reading of a sentence, and all that the page shows of it."""

    name: str
    trained: bool
    trace: Trace
    gradients: Gradients
    check: Check
    asked: ndarray
    """`(T, 10)`: probabilities of `errands.things`, had it ended here by asking for one (`rnnviz.text.missing`)."""
    weights: int
    """How many weights and biases its body has."""
    reads: str = "en"
    """The language of its table of word vectors."""
    overflows: bool = False
    """Whether its numbers go beyond the largest that there is, in the single precision in which it was trained."""


MOMENTS = ("trained", "untrained")
Named = str | OwnNetwork
"""A network of the zoo, or the visitor's own."""
STANDS_IN = "lstm"


@lru_cache(maxsize=8)
def tracing_network(name: Named, trained: bool) -> Network:
    """A network, loaded once, in double precision: what single precision rounds differently here and in PyTorch grows
    from word to word, where an RNN is chaotic or a GRU takes 1 - z of a gate near 1; and a visitor's own may have
    weights whose sums only double precision can hold."""
    loaded = network_of(name, trained) if isinstance(name, OwnNetwork) else zoo.load(name, trained)
    return loaded.double()


def in_language(name: Named, tokens: tuple[str, ...]) -> Named:
    """The network of this name that reads the language of a sentence. Where there is none, another stands in: for a
    visitor's own ours of the same kind, else `STANDS_IN`."""
    language = language_of(tokens)
    if isinstance(name, OwnNetwork) and name.speaks == language:
        return name
    plain = name.kind if isinstance(name, OwnNetwork) else name
    return zoo.reading(plain if zoo.readers([plain], language) else STANDS_IN, language)


def stand_in(name: Named, tokens: tuple[str, ...]) -> str | None:
    """The plain name of the network that stands in for one that does not read a sentence; None if it does."""
    found = in_language(name, tokens)
    return None if isinstance(found, OwnNetwork) or zoo.plain(found) == name else zoo.plain(found)


def weights_of(name: Named, trained: bool) -> dict[str, ndarray]:
    """What the browser takes a unit's pre-activations apart with.

    `word (K·H, N)` and `word_offset (K·H,)` lead from a word vector to W_ih x, `state (K·H, H)` is W_hh.
    """
    source = tracing_network(name, trained)
    parts = cell_parameters(recurrent(source.body))
    read = parts["weight_ih"].shape[1]
    project, offset = np.eye(read), np.zeros(read)
    if source.shape.embedding:
        project, offset = arrays(source.projection, "weight", "bias")
    block = {"word": parts["weight_ih"] @ project, "word_offset": parts["weight_ih"] @ offset}
    block |= {"state": parts["weight_hh"], "bias_ih": parts["bias_ih"], "bias_hh": parts["bias_hh"]}
    return {key: part.astype(np.float32) for key, part in block.items()}


def weights_file(file: str) -> bytes:
    """The weights of a network of the zoo as JSON, by the name that `file_of` gave them.

    Raises ValueError for a name of no network.
    """
    name, _, moment = file.rpartition("-")
    if moment not in MOMENTS:
        raise ValueError(f"no weights {file!r}")
    return figures.as_json(weights_of(name, moment == MOMENTS[0]))


def file_of(name: str, trained: bool) -> str:
    """What the weights of a network of the zoo are called. They do not travel with every sentence."""
    return f"{name}-{MOMENTS[not trained]}"


@cache
def version(file: str) -> str:
    """Stands for what `weights_file` gives: other weights, or other code here, have another."""
    weights = zoo.WEIGHTS / f"{file.rpartition('-')[0]}.safetensors"
    return hashlib.sha256(weights.read_bytes() + Path(__file__).read_bytes()).hexdigest()[:12]


@lru_cache(maxsize=2)
def read_sentence(name: Named, trained: bool, tokens: tuple[str, ...]) -> Reading:
    """Let a network read the tokens."""
    reader = tracing_network(name, trained)
    trace = reading.trace(reader, tokens)
    gradients = bptt.backpropagate(trace, errands.need_of(tokens), of="logit", through_time=False)
    everything = ask(reader, trace)
    checked = check(reader, trace, gradients, everything)
    asked = everything[:, [reader.words.index(thing) for thing in errands.things(reader.reads)]]
    overflows = isinstance(name, OwnNetwork) and (
        beyond(name, trained, tokens) or not np.isfinite(gradients.norms).all()
    )
    weights, reads = reader.body_weights(), reader.reads
    return Reading(zoo.plain(reader.name), trained, trace, gradients, checked, asked, weights, reads, overflows)


def beyond(own: OwnNetwork, trained: bool, tokens: tuple[str, ...]) -> bool:
    """Whether a visitor's network has numbers that single precision cannot hold."""
    network = network_of(own, trained)
    with torch.inference_mode():
        return not bool(network(torch.tensor(vectors_of(tokens, network.reads))[None]).isfinite().all())
