"""Fresh cells: the weights before any training, one setting at a time, and a random sequence to read.

Every parameter has a stream of random numbers of its own, so that a setting changes what it names and nothing
else: another start leaves W_ih as it was, a larger scale multiplies the very same W_hh.

Sources: PyTorch's default is uniform on ±1/√H; orthogonal starts are Saxe, McClelland & Ganguli (2014), the
identity is Le, Jaitly & Hinton (2015); the forget bias is Gers, Schmidhuber & Cummins (2000) and Jozefowicz,
Zaremba & Sutskever (2015).
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from rnnviz.recurrence.cells import cell_of

Array = ndarray
Start = Literal["default", "orthogonal", "identity"]

PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def fresh_weights(
    kind: str,
    units: int = 32,
    inputs: int = 32,
    activation: Literal["tanh", "relu", "logistic"] = "tanh",
    start: Start = "default",
    scale: float = 1.0,
    forget_bias: float = 0.0,
    seed: int = 0,
) -> dict[str, ndarray]:
    """The parameters of an untrained cell under PyTorch's names and shapes, float64, for `tracing.trace_cell`.

    `start` says what each gate's block of W_hh is: uniform ±1/√H, a random orthogonal matrix, or the identity.
    `scale` multiplies W_hh. `forget_bias` is added to the bias of the gate that keeps the old state, f (LSTM) or
    z (GRU). `activation` leaves the weights as they are; it is taken so that one set of settings serves both
    `fresh` and `trace_cell`.
    Raises KeyError for a kind or an activation that does not exist.
    """
    cell = cell_of(kind, activation)
    rows, edge = len(cell.letters) * units, 1 / np.sqrt(units)
    shapes = ((rows, inputs), (rows, units), (rows,), (rows,))
    w = {
        name: np.random.default_rng([seed, k]).uniform(-edge, edge, shape)
        for k, (name, shape) in enumerate(zip(PARAMETERS, shapes, strict=True))
    }
    if start == "orthogonal":
        w["weight_hh"] = np.concatenate(list(orthogonal(units, len(cell.letters), seed)))
    elif start == "identity":
        w["weight_hh"] = np.tile(np.eye(units), (len(cell.letters), 1))
    w["weight_hh"] = scale * w["weight_hh"]
    if cell.keeper:
        k = cell.letters.index(cell.keeper)
        w["bias_hh"][k * units : (k + 1) * units] += forget_bias
    return w


def orthogonal(units: int, count: int, seed: int) -> Iterator[Float[Array, "H H"]]:
    """`count` random orthogonal matrices, every one as likely as any other (Mezzadri 2007)."""
    random = np.random.default_rng([seed, len(PARAMETERS)])
    for _ in range(count):
        q, r = np.linalg.qr(random.standard_normal((units, units)))
        yield q * np.sign(np.diagonal(r))  # else QR would prefer some matrices to others


def random_sequence(length: int, size: int, seed: int) -> Float[Array, "T E"]:
    """Standard normal numbers `(T, E)` to read. A longer sequence begins with the shorter one."""
    return np.random.default_rng([seed, len(PARAMETERS) + 1]).standard_normal((length, size))
