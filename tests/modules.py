"""Random recurrent modules and inputs, for the property tests."""

import numpy as np
import torch
from hypothesis import strategies as st
from torch import nn


@st.composite
def modules(draw, dtype=torch.float32, max_length=200, scale=None):
    """A one-layer module of any kind with random sizes, and an input `(T, E)` for it."""
    embedding, units = draw(st.integers(1, 12)), draw(st.integers(1, 24))
    length, seed = draw(st.integers(1, max_length)), draw(st.integers(0, 2**31))
    made, options = draw(
        st.sampled_from(
            [(nn.RNN, {}), (nn.RNN, {"nonlinearity": "relu"}), (nn.LSTM, {}), (nn.GRU, {})],
        )
    )
    torch.manual_seed(seed)
    module = made(embedding, units, bias=draw(st.booleans()), dtype=dtype, **options)
    factor = draw(scale) if scale is not None else 1.0
    with torch.no_grad():
        for p in module.parameters():
            p.mul_(factor)
    numpy_dtype = torch.zeros((), dtype=dtype).numpy().dtype
    return module, np.random.default_rng(seed).standard_normal((length, embedding)).astype(numpy_dtype)
