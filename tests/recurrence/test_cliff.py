"""The one-unit network of Pascanu, Mikolov & Bengio (2013) against autograd and the printed numbers (P1, P2)."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.recurrence import cliff

ANYWHERE = st.tuples(st.floats(-8, 8), st.floats(-8, 8))
BOX = {"w_range": (4.0, 6.0), "b_range": (-4.0, -1.0)}


def by_autograd(w: float, b: float) -> tuple[float, float, float]:
    wb = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
    x = torch.tensor(0.5, dtype=torch.float64)
    for _ in range(50):
        x = wb[0] * torch.sigmoid(x) + wb[1]
    e = (torch.sigmoid(x) - 0.7) ** 2
    e.backward()
    return e.item(), wb.grad[0].item(), wb.grad[1].item()


def steepest(w: float) -> tuple[float, float]:
    """The b where E is steepest on the line of w, and the gradient's norm there: by finer and finer even grids."""
    low, high = -4.0, -1.0
    for _ in range(8):
        b = np.linspace(low, high, 40_001)
        norms = np.hypot(*cliff.gradient(np.full_like(b, w), b)[1:])
        at = int(norms.argmax())
        low, high = b[max(at - 100, 0)], b[min(at + 100, len(b) - 1)]
    return float(b[at]), float(norms[at])


@settings(deadline=None)
@given(ANYWHERE)
def test_error_and_gradient_equal_autograd(point):
    found, expected = cliff.gradient(*point), by_autograd(*point)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    assert cliff.error(*point) == found[0]


@pytest.mark.parametrize("point", [(5.0, -2.0), (4.5, -2.3), (-3.0, 1.0), (0.0, 0.0), (5.0, -2.62)])
def test_gradient_equals_finite_differences(point):
    _, *found = cliff.gradient(*point)
    for k, d in enumerate(np.eye(2) * 1e-6):
        difference = (cliff.error(*(point + d)) - cliff.error(*(point - d))) / 2e-6
        assert found[k] == pytest.approx(difference, rel=1e-5, abs=1e-9)


def test_arrays_are_many_points():
    w, b = np.meshgrid(np.linspace(-6, 6, 7), np.linspace(-3, 3, 5))
    each = [cliff.gradient(*point) for point in zip(w.ravel(), b.ravel(), strict=True)]
    np.testing.assert_allclose(np.reshape(cliff.gradient(w, b), (3, -1)).T, each, rtol=1e-12, atol=1e-300)


# P1, as printed.


def test_the_wall_at_w_5():
    b, norm = steepest(5.0)
    assert b == pytest.approx(-2.6123, abs=5e-5)
    assert norm == pytest.approx(6.8e3, rel=0.01)
    assert float(cliff.error(5.0, b - 0.02)) == pytest.approx(0.346, abs=5e-4)
    assert float(cliff.error(5.0, b + 0.02)) == pytest.approx(0.013, abs=5e-4)


@pytest.mark.parametrize(("w", "expected"), [(4.5, 157), (6.0, 2e7)])
def test_the_wall_is_higher_the_larger_w(w, expected):
    assert steepest(w)[1] == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize(("w", "within"), [(4.6, 1e-3), (5.0, 1e-4), (6.0, 1e-7)])
def test_the_wall_stands_where_the_network_starts_on_its_repeller(w, within):
    assert steepest(w)[0] == pytest.approx(cliff.wall(w), abs=within)
    points = cliff.fixed_points(w, cliff.wall(w))
    assert points.x[1] == pytest.approx(0.5)
    assert points.stable.tolist() == [True, False, True]


@pytest.mark.parametrize("w", [5.0, 5.5, 6.0])
def test_beside_the_wall_the_network_reaches_one_or_the_other(w):
    """A hundredth of b to the left of the wall or to the right: another attractor, in a plain loop."""
    ends = []
    for b in (cliff.wall(w) - 0.01, cliff.wall(w) + 0.01):
        x = 0.5
        for _ in range(200):
            x = w / (1 + np.exp(-x)) + b
        attractors = cliff.fixed_points(w, b).x[[0, -1]]
        ends.append(int(np.abs(attractors - x).argmin()))
        assert np.abs(attractors - x).min() < 1e-6
    assert ends == [0, 1]


def test_one_step_from_the_steepest_point():
    start = (5.0, steepest(5.0)[0])
    thrown = cliff.descend(start, 0.01, 1)
    np.testing.assert_allclose(thrown.points[1], (40.8, 54.9), atol=0.05)
    walked = cliff.descend(start, 0.01, 1, threshold=1.0)
    assert np.linalg.norm(walked.points[1] - walked.points[0]) == pytest.approx(0.01, rel=1e-6)


def test_an_even_grid_steps_over_the_wall_and_the_surface_does_not():
    """201 values of w from 4 to 6, 301 of b from -4 to -1: the steepest of these points has a gradient of 440."""
    w, b = np.meshgrid(np.linspace(4, 6, 201), np.linspace(-4, -1, 301), indexing="ij")
    assert np.hypot(*cliff.gradient(w, b)[1:]).max() == pytest.approx(440, abs=0.5)
    surface = cliff.surface(**BOX)
    assert surface.b.size < 30_000
    for w_line in (4.5, 5.0, 6.0):
        line = int(np.abs(surface.w - w_line).argmin())
        assert surface.w[line] == pytest.approx(w_line)
        assert surface.steepness[line].max() == pytest.approx(steepest(w_line)[1], rel=0.01)


def test_the_surface_holds_true_values_and_leaves_no_gap():
    surface = cliff.surface(**BOX)
    w = np.broadcast_to(surface.w[:, None], surface.b.shape)
    e, *slope = cliff.gradient(w, surface.b)
    np.testing.assert_array_equal(surface.error, e)
    np.testing.assert_allclose(surface.steepness, np.hypot(*slope))
    assert (np.diff(surface.b) >= 0).all()
    np.testing.assert_array_equal(surface.b[:, [0, -1]], np.tile([-4.0, -1.0], (len(w), 1)))
    assert np.abs(np.diff(surface.error)).max() < 0.05 * np.ptp(surface.error)
    assert np.diff(surface.b).max() < 0.06


@pytest.mark.parametrize("ranges", [((0.0, 1.0), (0.0, 1.0)), ((5.0, 5.5), (-2.7, -2.6)), ((0.0, 0.0), (-50.0, 50.0))])
def test_any_part_of_the_plane_can_be_sampled(ranges):
    surface = cliff.surface(*ranges, lines=5, points=40)
    assert surface.b.shape == (5, 40)
    assert np.isfinite(surface.error).all()


def test_clipped_the_descent_reaches_the_valley_that_it_is_thrown_out_of():
    start, rate, steps = (5.5, -2.0), 0.5, 150
    thrown, walked = (cliff.descend(start, rate, steps, threshold) for threshold in (None, 1.0))
    assert np.abs(thrown.points[-1]).min() > 100
    assert thrown.errors[-1] == pytest.approx(0.09)  # σ(x) = 1: so far out that no gradient leads back
    assert walked.errors[-1] < 1e-3
    assert walked.norms.max() > 100  # it met the wall too
    assert (np.linalg.norm(np.diff(walked.points, axis=0), axis=1) <= rate * 1.0 * (1 + 1e-9)).all()


def test_the_path_is_kept_when_it_overflows():
    path = cliff.descend((6.0, cliff.wall(6.0)), 1e308, 4)
    assert path.points.shape == (5, 2)
    assert np.isinf(path.points[1]).all()
    assert np.isnan(path.norms[-1])
    assert len(cliff.descend((5.0, -2.0), 0.1, 0).points) == 1
    far = cliff.descend((1e6, -1e6), 0.1, 3)
    assert np.isfinite(far.errors).all()


# P2.


def test_the_folds_of_w_5():
    low, high = cliff.folds(5.0)
    assert (low, high) == pytest.approx((-2.655610338630688, -2.344389661369312))
    for b, attractors in ((low - 0.01, 1), (low + 0.01, 2), (-2.5, 2), (high - 0.01, 2), (high + 0.01, 1)):
        assert cliff.fixed_points(5.0, b).stable.sum() == attractors
    assert cliff.folds(4.0) is None


@settings(deadline=None)
@given(st.floats(4.01, 30))
def test_two_attractors_between_the_folds_only(w):
    low, high = cliff.folds(w)
    between = cliff.fixed_points(w, (low + high) / 2)
    assert between.stable.tolist() == [True, False, True]
    for b in (low - 1e-3, high + 1e-3):
        assert cliff.fixed_points(w, b).stable.tolist() == [True]


@settings(deadline=None)
@given(ANYWHERE)
def test_fixed_points_stay_where_they_are_and_the_network_ends_at_a_stable_one(point):
    w, b = point
    found = cliff.fixed_points(w, b)
    assert 1 <= len(found.x) <= 3
    np.testing.assert_allclose(w / (1 + np.exp(-found.x)) + b, found.x, atol=1e-9)
    if found.stable.sum() == len(found.x) == 1 and abs(w) < 3:  # drawn there fast enough for 50 steps
        error = (1 / (1 + np.exp(-found.x[0])) - 0.7) ** 2
        assert float(cliff.error(w, b)) == pytest.approx(error, abs=1e-4)


@pytest.mark.parametrize("w", [-6.0, 0.0, 3.0, 5.0, 6.0])
def test_branches_are_the_fixed_points(w):
    found = cliff.branches(w, (-4.0, -1.0))
    assert found.b.min() >= -4
    assert found.b.max() <= -1
    assert found.wall == (cliff.wall(w) if w >= 5 or w < 0 else None)
    for b, x, stable in list(zip(found.b, found.x, found.stable, strict=True))[::10]:
        there = cliff.fixed_points(w, float(b))
        nearest = int(np.abs(there.x - x).argmin())
        assert there.x[nearest] == pytest.approx(x, abs=1e-6)
        assert there.stable[nearest] == stable
