"""Bounds, singular values, eigenvalues and saturation against brute force, PyTorch and the papers' statements."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnviz
from rnnviz.recurrence import spectra
from rnnviz.recurrence.bptt import backpropagate
from rnnviz.recurrence.fresh import fresh_weights, random_sequence
from rnnviz.recurrence.trace import trace_cell
from tests.modules import cells, torch_step, unrolled_cell


def traced(case):
    kind, activation, parameters, inputs = case
    return trace_cell(kind, activation, inputs, parameters)


def torch_norms(case):
    """‖∂½‖h_T‖²/∂h_t‖ by autograd."""
    _, states = unrolled_cell(*case)
    hs = [state[0] for state in states]
    found = torch.autograd.grad(hs[-1].square().sum() / 2, hs, allow_unused=True, materialize_grads=True)
    return torch.cat(found).norm(dim=1).numpy()


@settings(deadline=None, max_examples=80)
@given(cells(kinds=("rnn",)))
def test_p3_no_gradient_exceeds_the_bound(case):
    """Pascanu et al. (2013): ‖∂L/∂h_(T-k)‖ <= (γ·σ_max)^k ‖∂L/∂h_T‖, γ = 1 (tanh, relu) or 1/4 (logistic)."""
    _, activation, parameters, inputs = case
    gamma = {"tanh": 1, "relu": 1, "logistic": 1 / 4}[activation]
    sigma = float(torch.linalg.svdvals(torch.from_numpy(parameters["weight_hh"]))[0])
    rate = spectra.bound(traced(case))
    assert rate == pytest.approx(gamma * sigma)
    norms = torch_norms(case)
    k = np.arange(len(inputs))[::-1]
    assert (norms <= (gamma * sigma) ** k * norms[-1] * (1 + 1e-9) + 1e-300).all()
    curve = spectra.references(traced(case), backpropagate(traced(case)))["bound"].norms
    np.testing.assert_allclose(curve, rate**k * norms[-1], rtol=1e-9, atol=1e-300)


@settings(deadline=None, max_examples=40)
@given(cells(kinds=("rnn",), max_length=20))
def test_the_sum_of_all_losses_stays_below_its_bound_too(case):
    trace = traced(case)
    gradients = backpropagate(trace, at="every")
    curve = spectra.references(trace, gradients, at="every")["bound"].norms
    assert (gradients.norms <= curve * (1 + 1e-9) + 1e-300).all()
    ends, rate = np.linalg.norm(trace.h, axis=1), spectra.bound(trace)
    slow = [sum(rate ** (u - t) * ends[u] for u in range(t, len(ends))) for t in range(len(ends))]
    np.testing.assert_allclose(curve, slow, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("activation", ["tanh", "relu", "logistic"])
@pytest.mark.parametrize("start", ["default", "orthogonal", "identity"])
@pytest.mark.parametrize("seed", range(3))
def test_p3_below_one_over_gamma_everything_vanishes(activation, start, seed):
    """σ_max < 1/γ is sufficient: scaled to 0.95/γ, no gradient that comes 200 steps far has more than 0.95^199 left."""
    gamma = 1 / 4 if activation == "logistic" else 1
    w = fresh_weights("rnn", 24, 8, activation, start, seed=seed)
    w["weight_hh"] *= 0.95 / gamma / np.linalg.norm(w["weight_hh"], 2)
    norms = torch_norms(("rnn", activation, w, random_sequence(200, 8, seed)))
    assert norms[0] <= 0.95**199 * norms[-1] < 1e-4 * norms[-1]
    assert norms[-1] > 0


def test_p3_above_it_a_gradient_may_explode_but_need_not():
    """σ_max > 1/γ is necessary, not sufficient: relu at scale 3 explodes, saturated tanh at the same scale does not."""
    x = random_sequence(60, 8, 0)
    grown = {}
    for activation in ("relu", "tanh"):
        w = fresh_weights("rnn", 24, 8, activation, "orthogonal", scale=3.0)
        assert spectra.bound(trace_cell("rnn", activation, x, w)) == pytest.approx(3)
        norms = torch_norms(("rnn", activation, w | {"bias_ih": w["bias_ih"] + 20}, x))
        grown[activation] = norms[0] / norms[-1]
    assert grown["relu"] > 1e6
    assert grown["tanh"] < 1


@pytest.mark.parametrize("at", ["last", "every"])
@pytest.mark.parametrize("kind", ["lstm", "gru"])
@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_gated_cells_are_held_against_the_path_through_their_gate(kind, at, data):
    """Autograd, with everything but that path cut: the state is the gate times the old state, plus a constant."""
    case = data.draw(cells(kinds=(kind,), max_length=15))
    trace = traced(case)
    assert spectra.bound(trace) is None
    letter = {"lstm": "f", "gru": "z"}[kind]
    _, whole = unrolled_cell(*case)
    losses = [state[0].square().sum() / 2 for state in whole]
    asked = range(len(whole)) if at == "every" else [len(whole) - 1]
    starts = [torch.autograd.grad(losses[t], whole[t][-1], retain_graph=True)[0][0] for t in asked]
    state, states = torch.zeros(starts[0].shape, dtype=torch.float64, requires_grad=True), []
    for gate in torch.from_numpy(trace.gates[letter].astype(float)):
        states.append(state := gate * state + 1.0)
    loss = sum(start @ states[t] for t, start in zip(asked, starts, strict=True))
    wanted = torch.stack(torch.autograd.grad(loss, states)).norm(dim=1).numpy()
    curve = spectra.references(trace, backpropagate(trace, at=at), at)[letter].norms
    np.testing.assert_allclose(curve, wanted, rtol=1e-7, atol=1e-30)


def test_the_product_of_mean_gates_is_not_what_the_gates_let_through():
    """Why the page draws the path itself: half of the units keep all, the others nothing. The mean says 2⁻²⁰⁰."""
    kept = np.tile([1.0, 0.0], (201, 4))
    starts = np.zeros_like(kept)
    starts[-1] = 1.0
    arrived = spectra.gate_path(kept, starts)
    assert arrived[0] / arrived[-1] == pytest.approx(np.sqrt(0.5))
    assert kept.mean() ** 200 < 1e-60


@pytest.mark.parametrize(("bias", "steps"), [(1.0, 2.2), (3.0, 14.3), (5.0, 103.2)])
def test_p9_the_half_life_that_a_forget_bias_gives(bias, steps):
    """Jozefowicz et al. (2015): from the bias alone, no weights, the cell state's gradient has halved after so many."""
    assert round(np.log(0.5) / np.log(1 / (1 + np.exp(-bias))), 1) == steps
    w = {name: 0 * p for name, p in fresh_weights("lstm", 8, 4).items()}
    w["bias_hh"] += fresh_weights("lstm", 8, 4, forget_bias=bias)["bias_hh"] - fresh_weights("lstm", 8, 4)["bias_hh"]
    trace = trace_cell("lstm", "tanh", random_sequence(200, 4, 0), w)
    assert round(np.log(0.5) / np.log(trace.gates["f"].mean()), 1) == steps
    assert rnnviz.jacobians(trace).steps[1][-1, -1] ** steps == pytest.approx(0.5, abs=0.01)


def torch_products(case):
    """J_T ··· J_(T-k+1) for k = 0, 1, ..., from autograd's Jacobian of each step."""
    kind, activation, parameters, inputs = case
    w = {name: torch.from_numpy(p) for name, p in parameters.items()}
    _, states = unrolled_cell(*case)
    parts, units = len(states[0]), states[0][0].shape[1]
    product = torch.eye(parts * units, dtype=torch.float64)
    yield product.numpy()
    for t in range(len(inputs) - 1, 0, -1):

        def step(flat, t=t):
            before = tuple(part[None] for part in flat.reshape(parts, units))
            after = torch_step(kind, activation, w, torch.from_numpy(inputs[t : t + 1]), before)
            return torch.cat([part[0] for part in after])

        before = torch.cat([part[0].detach() for part in states[t - 1]])
        product = product @ torch.autograd.functional.jacobian(step, before)
        yield product.numpy()


@settings(deadline=None, max_examples=40)
@given(cells(max_length=12))
def test_survival_equals_the_svd_of_explicit_products(case):
    ks, values = spectra.survival(traced(case))
    assert ks.tolist() == list(range(len(case[-1])))
    for found, product in zip(values, torch_products(case), strict=True):
        theirs = np.linalg.svd(product, compute_uv=False)
        known = np.isfinite(found)
        np.testing.assert_allclose(found[known], theirs[known], rtol=1e-7, atol=1e-12 * theirs[0])
        assert (theirs[~known] <= 1e-13 * theirs[0]).all()
        assert (np.diff(found[known]) <= 0).all()


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_survival_of_long_sequences(kind):
    """Few values of k, both ends among them; products that leave a double's range say so."""
    x = random_sequence(200, 4, 0)
    ks, values = spectra.survival(trace_cell(kind, "tanh", x, fresh_weights(kind, 6, 4)))
    assert len(ks) == len(values) <= 24
    assert (ks[0], ks[-1]) == (0, 199)
    assert (np.diff(ks) > 0).all()
    np.testing.assert_array_equal(values[0], 1)
    assert values.shape[1] == (12 if kind == "lstm" else 6)
    assert len(spectra.survival(trace_cell(kind, "tanh", x, fresh_weights(kind, 6, 4)), most=5)[0]) <= 5


def test_survival_where_no_product_fits_a_double():
    x = random_sequence(200, 4, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        steep = fresh_weights("rnn", 6, 4, start="orthogonal", scale=1e3)
        steep |= {name: 0 * steep[name] for name in ("bias_ih", "bias_hh")}  # and so h = 0, where tanh has slope 1
        ks, values = spectra.survival(trace_cell("rnn", "tanh", 0 * x, steep))
        np.testing.assert_allclose(values[:, 0], [1e3**k if k < 103 else np.inf for k in ks.tolist()])
        _, values = spectra.survival(trace_cell("rnn", "tanh", x, fresh_weights("rnn", 6, 4, scale=1e-8)))
        assert values[-1, 0] == 0
        _, values = spectra.survival(trace_cell("rnn", "tanh", x, fresh_weights("rnn", 6, 4, scale=0.0)))
        assert (values[1:] == 0).all()
        relu = fresh_weights("rnn", 6, 4, "relu", scale=1e3)
        relu["bias_ih"] += 10
        trace = trace_cell("rnn", "relu", x, relu)
        assert np.isnan(trace.h[-1]).any()
        assert np.isnan(spectra.survival(trace)[1][1:]).all(), "a state that is no number has no Jacobian"


@settings(deadline=None, max_examples=40)
@given(cells(max_length=1))
def test_eigenvalues_equal_torchs(case):
    kind, _, parameters, _ = case
    letters = {"rnn": "h", "lstm": "ifgo", "gru": "rzn"}[kind]
    found = spectra.eigenvalues(traced(case))
    assert list(found) == list(letters)
    blocks = torch.from_numpy(parameters["weight_hh"]).chunk(len(letters))
    for ours, block in zip(found.values(), blocks, strict=True):
        theirs = torch.linalg.eigvals(block).numpy()
        for value in ours:  # equal as sets: nearest neighbours, both ways
            assert np.abs(theirs - value).min() <= 1e-6 * (1 + np.abs(theirs).max())
        assert ours.sum() == pytest.approx(theirs.sum(), abs=1e-9 * (1 + np.abs(theirs).sum()))


def test_along_an_eigenvector_a_step_of_an_rnn_multiplies_by_its_eigenvalue():
    """∂h'/∂h·v = diag(slopes)·λv, the slopes at most 1: never longer than |λ|·‖v‖, and as long where h is 0."""
    w = fresh_weights("rnn", 16, 4, scale=1.5)
    w |= {name: 0 * w[name] for name in ("bias_ih", "bias_hh")}
    for nothing, x in ((True, np.zeros((3, 4))), (False, random_sequence(3, 4, 0))):
        trace = trace_cell("rnn", "tanh", x, w)
        values, vectors = np.linalg.eig(w["weight_hh"])
        by_page = spectra.eigenvalues(trace)["h"]
        h = torch.from_numpy(trace.h[0])
        jacobian = torch.autograd.functional.jacobian(
            lambda h, x=x: torch.tanh(torch.from_numpy(w["weight_hh"]) @ h + torch.from_numpy(w["weight_ih"] @ x[1])), h
        ).numpy()
        for value, vector in zip(values, vectors.T, strict=True):
            assert np.abs(by_page - value).min() < 1e-9
            grown = np.linalg.norm(jacobian @ vector)
            assert grown <= abs(value) * (1 + 1e-9)
            assert (grown == pytest.approx(abs(value))) == nothing


def test_the_circle_of_orthogonal_starts():
    trace = trace_cell(
        "gru", "tanh", random_sequence(2, 4, 0), fresh_weights("gru", 16, 4, start="orthogonal", scale=0.9)
    )
    for values in spectra.eigenvalues(trace).values():
        np.testing.assert_allclose(np.abs(values), 0.9)


@settings(deadline=None, max_examples=40)
@given(cells(scale=st.sampled_from([0.0, 1.0, 5.0, 40.0])))
def test_saturation_equals_counting(case):
    trace = traced(case)
    watched = dict(trace.gates) or {"h": trace.h}
    found = spectra.saturation(trace)
    assert found.keys() == watched.keys()
    for letter, (low, high) in found.items():
        for unit, column in enumerate(watched[letter].T.tolist()):
            if trace.kind == "rnn" and trace.nonlinearity == "relu":
                assert high is None
                assert low[unit] == sum(value == 0 for value in column) / len(column)
                continue
            signed = letter in "gn" or (letter == "h" and trace.nonlinearity == "tanh")
            edge = -0.9 if signed else 0.1
            assert low[unit] == pytest.approx(sum(value < edge for value in column) / len(column))
            assert high[unit] == pytest.approx(sum(value > 0.9 for value in column) / len(column))
