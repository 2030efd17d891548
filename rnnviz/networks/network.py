"""The networks: word vectors -> projection -> body -> readout. All trained parts are PyTorch's."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Bool
from numpy import ndarray
from torch import Tensor, nn
from torch.nn.functional import dropout

from rnnviz.networks.bodies import OTHERS, RECURRENT, Attention, Body
from rnnviz.recurrence.cells import CELLS

Array = ndarray


@dataclass(frozen=True)
class Shape:
    """All that decides a network's weights before training, but for the seed; and `dropout`, which acts in training."""

    kind: str
    """That of its body: one of `rnnviz.networks.bodies.RECURRENT` or `OTHERS`."""
    units: int
    """H, the number of hidden units: how many numbers the readout reads at each step."""
    embedding: int = 64
    """E, what the projection leaves of a word's vector. 0: no projection, the body reads the inputs as they are."""
    start: Literal["default", "orthogonal", "identity"] = "default"
    """W_hh at the start: PyTorch's uniform ±1/√H, or for each gate block a random orthogonal matrix
    (Saxe, McClelland & Ganguli 2014; for RNNs Henaff, Szlam & LeCun 2016) or the identity (Le, Jaitly & Hinton 2015).
    Recurrent bodies only."""
    forget_bias: float = 0.0
    """Added to bias_hh of the gate that keeps the old state: f of an LSTM (Gers, Schmidhuber & Cummins 2000), z of a
    GRU. Nothing else has such a gate."""
    reach: int = 0
    """Window: how many inputs an output is made of; 0: the usual five."""
    activation: Literal["tanh", "relu"] = "tanh"
    """RNN: what its sums go through, as `nonlinearity` of `nn.RNN`."""
    dropout: float = 0.0
    """The share of what the body reads, and of what the readout reads, that is set to zero in training, the rest
    being scaled up (Srivastava et al. 2014; between layers only, Zaremba, Sutskever & Vinyals 2014)."""


class Network(nn.Module):
    """A language model over word vectors.

    `projection` (N -> E), `body` (one layer of an `nn.RNN`, `nn.LSTM` or `nn.GRU`, or one of `rnnviz.networks.bodies`),
    `readout` (H -> V). `words` are the V words it can say; `name` is its name in the zoo, if it has one; `reads` is the
    language whose table of word vectors it reads.
    Raises ValueError for a kind that does not exist, and for a start or an activation that its body cannot have.
    """

    def __init__(
        self,
        shape: Shape,
        words: tuple[str, ...],
        vector_size: int,
        seed: int = 0,
        name: str = "",
        reads: str = "en",
    ):
        super().__init__()
        self.shape, self.words, self.name, self.reads = shape, words, name, reads
        self.inputs = vector_size
        """N, how many numbers it reads at each step."""
        if shape.kind not in RECURRENT | OTHERS:
            raise ValueError(f"no kind {shape.kind!r}; there are {', '.join(RECURRENT | OTHERS)}")
        if shape.start != "default" and shape.kind in OTHERS:
            raise ValueError(f"{shape.kind}: only recurrent bodies can start {shape.start}")
        if shape.activation != "tanh" and shape.kind != "rnn":
            raise ValueError(f"{shape.kind}: only an RNN has the activation {shape.activation}")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.projection = project(vector_size, shape.embedding)
            read = shape.embedding or vector_size
            self.body: nn.Module
            if shape.kind in OTHERS:
                reach = {"reach": shape.reach} if shape.reach else {}
                self.body = OTHERS[shape.kind](read, shape.units, **reach)
            else:
                squash = {"nonlinearity": shape.activation} if shape.kind == "rnn" else {}
                self.body = RECURRENT[shape.kind](read, shape.units, batch_first=True, **squash)
            self.readout = nn.Linear(shape.units, len(words))
            if shape.kind in RECURRENT:
                set_start(self.body, shape)

    def forward(self, vectors: Tensor) -> Tensor:
        """Word vectors `(B, T, N)` -> logits `(B, T, V)` of each next word."""
        p, training = self.shape.dropout, self.training
        read = dropout(self.projection(vectors), p, training)
        return self.readout(dropout(self.body(read)[0], p, training))

    def sees(self, length: int) -> Bool[Array, "T T"]:
        """Which inputs (columns) can reach which output (row): all up to it, but for bodies with a limited reach."""
        back = np.arange(length)[:, None] - np.arange(length)  # how many steps before the output
        return (back >= 0) & (back < (self.reach or length))

    @property
    def reach(self) -> int | None:
        """How many inputs an output can depend on, its own among them; None: all."""
        return None if isinstance(self.body, Body) else self.body.reach  # type: ignore[return-value]

    def attention(self, vectors: Tensor) -> Tensor:
        """Attention weights `(B, heads, T, T)`: row t is what output t looks at, and sums to 1.

        Raises ValueError for a network without attention.
        """
        if not isinstance(self.body, Attention):
            raise ValueError(f"a network of kind {self.shape.kind!r} has no attention weights")
        return self.body(self.projection(vectors), look=True)[1]

    def body_weights(self) -> int:
        """The number of weights and biases of the body: what the networks are made equal in."""
        return sum(p.numel() for p in self.body.parameters())


def project(inputs: int, embedding: int) -> nn.Module:
    """The projection N -> E; for E = 0 one that leaves everything as it is."""
    if not embedding:
        return nn.Identity()
    linear = nn.Linear(inputs, embedding)
    # Orthogonal, so that words which mean alike stay as near as the table has them; halved, so that the
    # gates begin far from saturation. Chosen on known wordings hidden for the purpose.
    nn.init.orthogonal_(linear.weight, gain=0.5)
    nn.init.zeros_(linear.bias)
    return linear


def set_start(body: nn.Module, shape: Shape) -> None:
    """Give a recurrent body its W_hh and its forget bias, as `shape` says."""
    for block in body.get_parameter("weight_hh_l0").split(shape.units):
        if shape.start == "orthogonal":
            nn.init.orthogonal_(block.data)
        elif shape.start == "identity":
            nn.init.eye_(block.data)
    cell = CELLS[shape.kind]
    if cell.keeper:
        body.get_parameter("bias_hh_l0").data.view(len(cell.letters), -1)[cell.letters.index(cell.keeper)].add_(
            shape.forget_bias
        )
