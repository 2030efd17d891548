"""Clipping against `torch.nn.utils`."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import rnnviz

entries = st.floats(-1e6, 1e6, width=32)
gradients = st.dictionaries(
    st.sampled_from(["weight_ih", "weight_hh", "bias"]),
    arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=entries),
    min_size=1,
)


@settings(deadline=None)
@given(gradients, st.floats(1e-3, 1e3), st.booleans())
def test_equals_torch(given_gradients, threshold, by_norm):
    parameters = {name: torch.zeros(g.shape, requires_grad=True) for name, g in given_gradients.items()}
    for name, p in parameters.items():
        p.grad = torch.from_numpy(given_gradients[name].copy())
    if by_norm:
        before = torch.nn.utils.clip_grad_norm_(parameters.values(), threshold)
        clipped = rnnviz.clip(given_gradients, norm=threshold)
        assert clipped.norm_before == pytest.approx(float(before), rel=1e-5)
        assert clipped.norm_after <= threshold * (1 + 1e-5)
    else:
        torch.nn.utils.clip_grad_value_(parameters.values(), threshold)
        clipped = rnnviz.clip(given_gradients, value=threshold)
    for name, p in parameters.items():
        np.testing.assert_allclose(clipped.after[name], p.grad.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("options", [{}, {"norm": 1.0, "value": 1.0}, {"norm": 0.0}, {"value": float("nan")}])
def test_one_positive_threshold(options):
    with pytest.raises(ValueError, match="positive"):
        rnnviz.clip({"w": np.ones(3)}, **options)
