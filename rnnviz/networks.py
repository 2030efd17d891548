"""The networks: word vectors -> projection -> recurrent body -> readout. All trained parts are PyTorch's."""

from dataclasses import asdict, dataclass
from typing import Literal

import torch
from torch import Tensor, nn

Body = nn.RNN | nn.LSTM | nn.GRU
BODIES: dict[str, type[Body]] = {
    "rnn": nn.RNN,
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}


@dataclass(frozen=True)
class Shape:
    """All that decides a network's weights before training, but for the seed."""

    kind: Literal["rnn", "lstm", "gru"]
    units: int
    """H, the number of hidden units."""
    embedding: int = 64
    """E, what the projection leaves of a word's vector."""
    start: Literal["default", "orthogonal"] = "default"
    """W_hh at the start: PyTorch's uniform ±1/√H, or a random orthogonal matrix for each gate block
    (Saxe, McClelland & Ganguli 2014; for RNNs Henaff, Szlam & LeCun 2016)."""


class Network(nn.Module):
    """A recurrent language model over word vectors.

    `projection` (N -> E), `body` (an `nn.RNN`, `nn.LSTM` or `nn.GRU` of one layer), `readout`
    (H -> V). `words` are the V words it can say; `name` is its name in the zoo, if it has one.
    """

    def __init__(self, shape: Shape, words: tuple[str, ...], vector_size: int, seed: int = 0, name: str = ""):
        super().__init__()
        self.shape, self.words, self.name = shape, words, name
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.projection = nn.Linear(vector_size, shape.embedding)
            # Orthogonal, so that words which mean alike stay as near as the table has them; halved, so that the
            # gates begin far from saturation. Chosen on known wordings hidden for the purpose.
            nn.init.orthogonal_(self.projection.weight, gain=0.5)
            nn.init.zeros_(self.projection.bias)
            self.body: Body = BODIES[shape.kind](shape.embedding, shape.units, batch_first=True)
            self.readout = nn.Linear(shape.units, len(words))
            if shape.start == "orthogonal":
                for block in self.body.get_parameter("weight_hh_l0").split(shape.units):
                    nn.init.orthogonal_(block.data)

    def forward(self, vectors: Tensor) -> Tensor:
        """Word vectors `(B, T, N)` -> logits `(B, T, V)` of each next word."""
        return self.readout(self.body(self.projection(vectors))[0])

    def recurrent_weights(self) -> int:
        """The number of weights and biases of the body: what the networks are made equal in."""
        return sum(p.numel() for p in self.body.parameters())

    def describe(self) -> dict[str, object]:
        """The shape as plain values, for a card or a link."""
        return asdict(self.shape)
