"""The bodies: PyTorch's recurrent modules, and others of its standard parts. Each reads `(B, T, E)` and returns a tuple
whose first is its outputs `(B, T, H)`. None sees a later input than its output's own.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import pad, relu

Body = nn.RNN | nn.LSTM | nn.GRU
RECURRENT: dict[str, type[Body]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
"""The recurrent bodies, a kind of `rnnviz.recurrence.cells.CELLS` each. A body of our own is an `nn.RNN` with another
`forward`, whose `mode` is the kind's name."""


class Window(nn.Module):
    """A feed-forward network over the last few inputs (Bengio et al. 2003): Linear, tanh."""

    def __init__(self, inputs: int, units: int, reach: int = 5):
        super().__init__()
        self.reach = reach
        """How many inputs an output is made of: its own and those just before it."""
        self.linear = nn.Linear(reach * inputs, units)

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """`(B, T, E)` -> `(B, T, H)`. Before the first input there are zeros."""
        windows = pad(x, (0, 0, self.reach - 1, 0)).unfold(1, self.reach, 1)  # (B, T, E, reach)
        return (torch.tanh(self.linear(windows.flatten(2))),)


class Convolution(nn.Module):
    """Causal 1-D convolutions, every layer with gaps twice as wide as the last (van den Oord et al. 2016, WaveNet);
    from the second on each adds to what it reads (He et al. 2016)."""

    def __init__(self, inputs: int, units: int, kernel: int = 3, layers: int = 4):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Conv1d(units if k else inputs, units, kernel, dilation=2**k) for k in range(layers)
        )
        self.reach = 1 + (kernel - 1) * (2**layers - 1)
        """The receptive field: a kernel of 3 and gaps of 1, 2, 4, 8 make 31 inputs."""

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """`(B, T, E)` -> `(B, T, H)`. Before the first input every layer reads zeros."""
        y = x.transpose(1, 2)  # PyTorch's convolutions want time last
        for k, layer in enumerate(self.layers):
            assert isinstance(layer, nn.Conv1d)
            new = relu(layer(pad(y, (layer.dilation[0] * (layer.kernel_size[0] - 1), 0))))
            y = y + new if k else new
        return (y.transpose(1, 2),)


class Attention(nn.Module):
    """A Transformer decoder of one layer (Vaswani et al. 2017), normalised before each part (Xiong et al. 2020).

    Raises ValueError for units that the heads cannot share.
    """

    reach = None
    """Every output sees all inputs up to its own."""

    def __init__(self, inputs: int, units: int, heads: int = 2, inner: int = 92):
        super().__init__()
        if units % (2 * heads):
            raise ValueError(
                f"{units} units: wanted a multiple of {2 * heads}, for {heads} heads and pairs of sine and cosine"
            )
        self.enter = nn.Linear(inputs, units)
        self.norm_attention = nn.LayerNorm(units)
        self.attention = nn.MultiheadAttention(units, heads, batch_first=True)
        self.norm_feed = nn.LayerNorm(units)
        self.feed = nn.Sequential(nn.Linear(units, inner), nn.ReLU(), nn.Linear(inner, units))
        self.norm_out = nn.LayerNorm(units)

    def forward(self, x: Tensor, look: bool = False) -> tuple[Tensor, Tensor | None]:
        """`(B, T, E)` -> `(B, T, H)` and, if one wants to `look`, the attention weights `(B, heads, T, T)`: row t
        says how output t shares its attention over the inputs up to t, and sums to 1."""
        length, units = x.shape[1], self.enter.out_features
        # Times √H, so that the positions do not drown the words (Vaswani et al. 2017, section 3.4).
        y = units**0.5 * self.enter(x) + positions(length, units).to(x)
        later = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
        read = self.norm_attention(y)
        mixed, weights = self.attention(
            read, read, read, attn_mask=later, need_weights=look, average_attn_weights=False, is_causal=not look
        )
        y = y + mixed
        return self.norm_out(y + self.feed(self.norm_feed(y))), weights


def positions(length: int, units: int) -> Tensor:
    """`(T, H)`: sines of falling frequency in the first half, cosines in the second (Vaswani et al. 2017, section 3.5,
    where they alternate). No table, so a sentence may be longer than any in training."""
    frequency = 10000 ** (-torch.arange(0, units, 2, dtype=torch.double) / units)
    angle = torch.arange(length)[:, None] * frequency
    return torch.cat([angle.sin(), angle.cos()], 1)


OTHERS: dict[str, type[Window | Convolution | Attention]] = {
    "window": Window,
    "conv": Convolution,
    "attention": Attention,
}
"""The bodies without a recurrent state."""
