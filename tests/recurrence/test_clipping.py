"""Clipping against `torch.nn.utils`; what it can and cannot do (C8, C9, C10); the threshold for it (P4)."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import rnnviz
from rnnviz.recurrence.clipping import angle, changes, proposed


def gradients(dtype, elements):
    shapes = st.lists(st.integers(1, 4), min_size=0, max_size=3).map(tuple)
    return st.dictionaries(
        st.sampled_from(["weight_ih", "weight_hh", "bias"]), arrays(dtype, shapes, elements=elements), min_size=1
    )


FINITE = gradients(np.float32, st.floats(-1e6, 1e6, width=32))
DOUBLE = gradients(np.float64, st.floats(-1e150, 1e150))
BLOWN_UP = gradients(np.float32, st.one_of(st.floats(-1e6, 1e6, width=32), st.sampled_from([np.inf, -np.inf, np.nan])))
THRESHOLDS = st.floats(1e-3, 1e3)


def by_torch(given_gradients, threshold, by_norm):
    parameters = {name: torch.zeros(g.shape, dtype=torch.from_numpy(g).dtype) for name, g in given_gradients.items()}
    for name, p in parameters.items():
        p.grad = torch.from_numpy(given_gradients[name].copy())
    if by_norm:
        norm = float(torch.nn.utils.clip_grad_norm_(parameters.values(), threshold))
    else:
        norm = None
        torch.nn.utils.clip_grad_value_(parameters.values(), threshold)
    return {name: p.grad.numpy() for name, p in parameters.items()}, norm


@settings(deadline=None)
@given(st.one_of(FINITE, DOUBLE, BLOWN_UP), THRESHOLDS, st.booleans())
def test_equals_torch(given_gradients, threshold, by_norm):
    theirs, norm = by_torch(given_gradients, threshold, by_norm)
    clipped = rnnviz.clip(given_gradients, **{"norm" if by_norm else "value": threshold})
    if by_norm:
        assert clipped.norm_before == pytest.approx(norm, rel=1e-6, abs=1e-15, nan_ok=True)
    for name, g in theirs.items():
        assert clipped.after[name].dtype == g.dtype
        np.testing.assert_allclose(clipped.after[name], g, rtol=1e-6, atol=1e-15)


def test_blown_up_gradients_come_out_as_in_torch():
    blown = {"w": np.array([np.inf, 2.0, -np.inf]), "b": np.array([3.0])}
    by_norm = rnnviz.clip(blown, norm=1.0)
    assert by_norm.norm_before == np.inf
    np.testing.assert_array_equal(by_norm.after["w"], [np.nan, 0.0, np.nan])
    np.testing.assert_array_equal(by_norm.after["b"], [0.0])
    np.testing.assert_array_equal(rnnviz.clip(blown, value=1.0).after["w"], [1.0, 1.0, -1.0])
    assert np.isnan(rnnviz.clip({"w": np.array([np.nan]), "b": np.ones(2)}, norm=1.0).after["b"]).all()


@settings(deadline=None)
@given(st.one_of(FINITE, DOUBLE), THRESHOLDS)
def test_the_norm_never_exceeds_the_threshold(given_gradients, threshold):  # C8
    clipped = rnnviz.clip(given_gradients, norm=threshold)
    assert clipped.norm_after <= threshold * (1 + 1e-6)
    rate = 0.1  # so a step of plain gradient descent is bounded, whatever the gradient was
    step = np.sqrt(sum(np.square(rate * g, dtype=float).sum() for g in clipped.after.values()))
    assert step <= rate * threshold * (1 + 1e-6)


@settings(deadline=None)
@given(st.one_of(FINITE, DOUBLE), THRESHOLDS, st.booleans())
def test_clipping_never_enlarges_anything(given_gradients, threshold, by_norm):  # C9
    clipped = rnnviz.clip(given_gradients, **{"norm" if by_norm else "value": threshold})
    for name, g in given_gradients.items():
        assert (np.abs(clipped.after[name]) <= np.abs(g)).all()
    assert clipped.norm_after <= clipped.norm_before * (1 + 1e-12)


@pytest.mark.parametrize("by", ["norm", "value"])
def test_a_vanishing_gradient_comes_out_as_it_went_in(by):  # C9
    vanishing = {"w": np.array([1e-12, -3e-20]), "b": np.array([0.0])}
    clipped = rnnviz.clip(vanishing, **{by: 1.0})
    for name, g in vanishing.items():
        np.testing.assert_array_equal(clipped.after[name], g)
    assert changes(vanishing, clipped.after).total.cut == 0


@settings(deadline=None)
@given(FINITE, THRESHOLDS)
def test_clipping_by_norm_keeps_the_direction(given_gradients, threshold):  # C10
    assume(all(np.abs(g).max() > 1e-3 for g in given_gradients.values()))
    found = changes(given_gradients, rnnviz.clip(given_gradients, norm=threshold).after)
    for change in (found.total, *found.each.values()):
        assert change.angle < 1e-4  # degrees: float32 rounds each entry by itself
    assert found.total.cut in (
        0.0,
        pytest.approx(np.mean(np.concatenate([g.ravel() for g in given_gradients.values()]) != 0)),
    )


@given(st.floats(1.1, 1e3), st.floats(1e-3, 1.0))
def test_clipping_by_value_turns_it(large, small):  # C10
    found = changes(before := {"w": np.array([large, small])}, rnnviz.clip(before, value=1.0).after)
    turned = np.degrees(np.arctan2(small, 1.0) - np.arctan2(small, large))
    assert found.each["w"].angle == pytest.approx(turned, rel=1e-6)
    assert found.each["w"].angle > 0
    assert found.each["w"].cut == 0.5


def test_changes_per_parameter_and_in_total():
    before = {"w": np.array([[3.0, 4.0], [0.0, 0.0]]), "b": np.array([0.0, 0.0]), "c": np.array([12.0])}
    found = changes(before, rnnviz.clip(before, value=3.5).after)
    assert found.each["w"].norm_before == 5
    assert found.each["w"].norm_after == pytest.approx(np.hypot(3, 3.5))
    assert found.each["w"].cut == 0.25
    assert found.each["c"].angle == 0
    assert np.isnan(found.each["b"].angle)
    assert found.total.norm_before == 13
    assert found.total.cut == pytest.approx(2 / 7)
    assert found.total.angle == pytest.approx(np.degrees(np.arccos((9 + 14 + 42) / 13 / np.sqrt(9 + 2 * 3.5**2))))
    nothing = changes({}, {})
    assert nothing.each == {}
    assert (nothing.total.norm_before, nothing.total.cut) == (0, 0)


@pytest.mark.parametrize(
    ("u", "v", "expected"),
    [
        ([1.0, 0.0], [0.0, 2.0], 90),
        ([1.0, 0.0], [-5.0, 0.0], 180),
        ([1e300, 1e300], [1e-300, 1e-300], 0),
        ([1.0, 0.0], [1.0, 1e-9], np.degrees(1e-9)),
        ([0.0, 0.0], [0.0, 0.0], np.nan),
        ([np.inf, 0.0], [1.0, 0.0], np.nan),
        ([np.nan, 0.0], [1.0, 0.0], np.nan),
        ([], [], np.nan),
    ],
)
def test_angles(u, v, expected):
    assert angle(np.array(u), np.array(v)) == pytest.approx(expected, rel=1e-6, nan_ok=True)


@given(st.lists(st.floats(0, 1e6), max_size=30), st.integers(1, 40))
def test_the_proposal_is_half_to_ten_times_the_running_average(norms, window):  # P4
    found = proposed(norms, window=window)
    expected = [np.mean(norms[max(0, k + 1 - window) : k + 1]) for k in range(len(norms))]
    np.testing.assert_allclose(found.average, expected)
    np.testing.assert_allclose(found.low, np.array(expected) / 2)
    np.testing.assert_allclose(found.high, 10 * np.array(expected))
    np.testing.assert_allclose(found.narrower, [0.05 * np.array(expected), 0.2 * np.array(expected)])


def test_the_proposal_leaves_out_what_has_blown_up():
    found = proposed([np.nan, 1.0, np.inf, 3.0, 5.0], window=2)
    np.testing.assert_array_equal(found.average, [np.nan, 1.0, 1.0, 3.0, 4.0])
    with pytest.raises(ValueError, match="window"):
        proposed([1.0], window=0)


def module_with_gradients(dtype=torch.float32):
    """Gradients of every size, and a parameter that has none."""
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.LSTM(3, 4, dtype=dtype), torch.nn.Linear(2, 2, dtype=dtype))
    output = module[0](torch.randn(5, 3, dtype=dtype))[0]
    (100 * output.square().sum()).backward()
    return module


@pytest.mark.parametrize("by", ["norm", "value"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("held", ["dict", "list", "generator"])
def test_tensors_come_out_as_tensors_and_none_is_passed_over(by, dtype, held):
    module = module_with_gradients(dtype)
    named = {name: p.grad for name, p in module.named_parameters()}
    assert named["1.weight"] is None
    before = {name: None if g is None else g.clone() for name, g in named.items()}
    given_gradients = {"dict": named, "list": list(named.values()), "generator": (g for g in named.values())}[held]
    clipped = rnnviz.clip(given_gradients, **{by: 0.5})
    after = clipped.after if held == "dict" else dict(zip(named, clipped.after, strict=True))
    assert isinstance(clipped.after, dict if held == "dict" else list)
    for name, g in named.items():  # nothing was changed in place
        assert g is None or torch.equal(g, before[name])
    if by == "norm":
        norm = float(torch.nn.utils.clip_grad_norm_(module.parameters(), 0.5))
        assert clipped.norm_before == pytest.approx(norm, rel=1e-2 if dtype == torch.bfloat16 else 1e-5)
        assert clipped.norm_after == pytest.approx(0.5, rel=1e-2)
    else:
        torch.nn.utils.clip_grad_value_(module.parameters(), 0.5)
    for name, p in module.named_parameters():
        if p.grad is None:
            assert after[name] is None
        else:
            assert after[name].dtype == dtype
            torch.testing.assert_close(after[name], p.grad)


def test_one_gradient_alone_and_lists_of_arrays():
    g = np.array([[3.0, 4.0]])
    np.testing.assert_allclose(rnnviz.clip(g, norm=1.0).after, g / 5, rtol=1e-6)
    torch.testing.assert_close(rnnviz.clip(torch.tensor(g), norm=1.0).after, torch.tensor(g) / 5, rtol=1e-6, atol=0)
    clipped = rnnviz.clip([g, None, 12 * np.ones(1)], norm=6.5)
    np.testing.assert_allclose(clipped.after[0], g / 2, rtol=1e-6)
    assert clipped.after[1] is None
    assert (clipped.norm_before, rnnviz.clip([], norm=1.0).norm_before) == (13, 0)
    whole = rnnviz.clip({"w": [3, 4], "b": None}, norm=1.0).after["w"]
    np.testing.assert_allclose(whole, [0.6, 0.8], rtol=1e-6)
    with pytest.raises(TypeError, match=r"wanted gradients, got LSTM: give a dict or a list of them"):
        rnnviz.clip(torch.nn.LSTM(2, 3), norm=1.0)
    with pytest.raises(ValueError, match=r"got parameters in the place of their gradients: give p\.grad"):
        rnnviz.clip(torch.nn.Linear(2, 2).parameters(), norm=1.0)


def test_changes_of_tensors():
    named = {name: p.grad for name, p in module_with_gradients().named_parameters()}
    found = changes(named, rnnviz.clip(named, value=0.5).after)
    arrays_of = {name: g.numpy() for name, g in named.items() if g is not None}
    wanted = changes(arrays_of, rnnviz.clip(arrays_of, value=0.5).after)
    assert found == wanted


@pytest.mark.parametrize("options", [{}, {"norm": 1.0, "value": 1.0}, {"norm": 0.0}, {"value": float("nan")}])
def test_one_positive_threshold(options):
    with pytest.raises(ValueError, match="positive"):
        rnnviz.clip({"w": np.ones(3)}, **options)
