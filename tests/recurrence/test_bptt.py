"""Everything backward against autograd, `vmap(jacrev)` and finite differences."""

import dataclasses
import warnings
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import rnnviz
from rnnviz.networks.checking import check
from rnnviz.recurrence import spectra
from rnnviz.recurrence.bptt import lengths
from rnnviz.recurrence.fresh import fresh_weights, random_sequence
from rnnviz.recurrence.trace import trace_cell
from tests.modules import cells, modules, unrolled_cell
from tests.rounding import UNIT, assert_equal_but_for_rounding, due_to_rounding

CELLS = {nn.RNN: nn.RNNCell, nn.LSTM: nn.LSTMCell, nn.GRU: nn.GRUCell}
doubles = modules(dtype=torch.float64, max_length=30, scale=st.sampled_from([0.0, 0.5, 1.0, 2.0, 4.0]))


def as_cell(module):
    options = {"nonlinearity": module.nonlinearity} if isinstance(module, nn.RNN) else {}
    cell = CELLS[type(module)](
        module.input_size, module.hidden_size, bias=module.bias, dtype=module.weight_hh_l0.dtype, **options
    )
    cell.load_state_dict({k.removesuffix("_l0"): v for k, v in module.state_dict().items()})
    return cell


def unrolled(module, inputs):
    """Hidden (and cell) states of every step, kept in one autograd graph."""
    cell, state, hs, cs = as_cell(module), None, [], []
    for x in torch.from_numpy(inputs)[:, None]:  # a batch of one, in whose graph h depends on c
        state = cell(x, state)
        h, c = state if isinstance(module, nn.LSTM) else (state, None)
        hs.append(h)
        cs.append(c)
    return cell, hs, cs if isinstance(module, nn.LSTM) else None


@settings(deadline=None, max_examples=40)
@given(doubles)
def test_the_map_equals_one_autograd_call_for_each_step(case):
    module, inputs = case
    g = rnnviz.backpropagate(rnnviz.trace(module, inputs))
    _, hs, cs = unrolled(module, inputs)
    for states, ours, last in [(hs, g.through_time, g.norms), (cs, g.through_time_c, g.norms_c)]:
        if states is None:
            assert ours is None
            continue
        theirs = np.zeros((len(hs), len(hs)))
        for t in range(len(hs)):
            loss = hs[t].square().sum() / 2
            grads = torch.autograd.grad(loss, states[: t + 1], retain_graph=True, allow_unused=True)
            theirs[t, : t + 1] = [0.0 if v is None else float(v.norm()) for v in grads]
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-300)
        np.testing.assert_allclose(last, theirs[-1], rtol=1e-4, atol=1e-300)


@settings(deadline=None, max_examples=30)
@given(modules(max_length=200), st.booleans())
def test_long_inputs_equal_autograd(case, single):
    module, inputs = case
    if not single:
        module, inputs = module.double(), inputs.astype(float)
    trace = rnnviz.trace(module, inputs)
    g = rnnviz.backpropagate(trace)
    if not single:
        checked = check(module, trace, g)
        assert checked.states <= 1e-9
        assert checked.gradients <= 1e-6
    ours = [norms for norms in (g.norms, g.norms_c) if norms is not None]
    exact = module.double()  # what single precision rounds is then seen as a difference
    assert_equal_but_for_rounding(ours, lambda: norms_by_autograd(exact, inputs), UNIT[trace.h.dtype], rtol=1e-4)


def norms_by_autograd(module, inputs):
    """‖∂L/∂h_t‖, and of an LSTM ‖∂L/∂c_t‖, for ½‖h‖² after the last step."""
    _, hs, cs = unrolled(module, inputs.astype(float))
    answer = hs[-1].square().sum() / 2
    found = torch.autograd.grad(answer, hs + (cs or []), allow_unused=True, materialize_grads=True)
    return [lengths(torch.cat(found[k : k + len(hs)]).numpy()) for k in range(0, len(found), len(hs))]


def test_what_rounding_explains_is_small_where_the_network_is_tame_and_large_where_it_is_not():
    """Or the test above could not fail: what is a little too much, in double a millionth, is found out."""
    torch.manual_seed(0)
    inputs = np.random.default_rng(0).standard_normal((30, 4))
    for made in (nn.RNN, nn.LSTM, nn.GRU):
        module = made(4, 8, dtype=torch.float64)
        for unit, small in ((UNIT[np.dtype(np.float32)], 1e-3), (UNIT[np.dtype(float)], 1e-6)):
            compute = partial(norms_by_autograd, module, inputs)
            exact, off = due_to_rounding(compute, unit)
            for norms, most in zip(exact, off, strict=True):
                assert (most > unit * norms).all()
                assert (most < small * norms).all()
            wrong = [one * (1 + 2 * small) for one in exact]
            with pytest.raises(AssertionError, match="rounding explains"):
                assert_equal_but_for_rounding(wrong, compute, unit, rtol=small / 10)
    saturated = nn.RNN(1, 1, bias=False, dtype=torch.float64)
    with torch.no_grad():
        for p in saturated.parameters():
            p.fill_(9.0)
    (norms,), (most,) = due_to_rounding(lambda: norms_by_autograd(saturated, np.ones((3, 1))), 2.0**-53)
    assert most[0] > 1e-3 * norms[0]  # 1 - tanh(18)² is 9e-16, known to a digit, twice over


@settings(deadline=None, max_examples=15)
@given(doubles, st.sampled_from(["h", "dx"]))
def test_the_check_sees_what_is_wrong(case, spoiled):
    module, inputs = case
    trace = rnnviz.trace(module, inputs)
    g = rnnviz.backpropagate(trace)
    if spoiled == "h":
        h = trace.h.copy()
        h[-1, 0] += 0.01 * (1 + abs(h[-1, 0]))  # seen beside a state of 1e12 too
        assert check(module, dataclasses.replace(trace, h=h), g).states >= 0.009
    elif np.linalg.norm(g.dx[0]) > 1e-20:
        assert check(module, trace, dataclasses.replace(g, da_ih=g.da_ih * 1.01)).gradients >= 0.009


@settings(deadline=None, max_examples=30)
@given(doubles)
def test_jacobians_equal_autograd_of_torch_cells(case):
    module, inputs = case
    trace = rnnviz.trace(module, inputs)
    cell, lstm = as_cell(module), isinstance(module, nn.LSTM)

    def step(x, state):
        if lstm:
            return torch.cat(cell(x, tuple(state.chunk(2))))
        return cell(x, state)

    before = torch.from_numpy(np.concatenate(trace.states_before, axis=1))
    ours = rnnviz.jacobians(trace)
    for t, x in enumerate(torch.from_numpy(inputs)):
        theirs = torch.autograd.functional.jacobian(lambda s, x=x: step(x, s), before[t])
        np.testing.assert_allclose(ours.steps[t], theirs.numpy(), atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(doubles, st.data())
def test_products_of_jacobians_chain(case, data):
    ours = rnnviz.jacobians(rnnviz.trace(*case))
    a, b, c = sorted(data.draw(st.tuples(*[st.integers(0, len(ours.steps) - 1)] * 3)))
    whole = ours.product(c, a)
    np.testing.assert_allclose(ours.product(c, b) @ ours.product(b, a), whole, atol=1e-9 * (1 + abs(whole).max()))
    assert np.array_equal(ours.product(a, a), np.eye(len(whole)))
    assert (np.diff(ours.spectrum(), axis=1) <= 1e-12).all()
    with pytest.raises(ValueError, match="earlier"):
        ours.product(0, 1)


@settings(deadline=None, max_examples=40)
@given(doubles)
def test_weight_shares_equal_autograd_with_a_copy_of_the_weights_for_each_step(case):
    module, inputs = case
    trace = rnnviz.trace(module, inputs)
    base = as_cell(module)
    copies = [{k: v.detach().clone().requires_grad_() for k, v in base.named_parameters()} for _ in inputs]
    for at in ("last", "every"):
        state, loss = None, torch.zeros((), dtype=torch.float64)
        for weights, x in zip(copies, torch.from_numpy(inputs), strict=True):
            args = (x,) if state is None else (x, state)
            state = torch.func.functional_call(base, weights, args)
            h = state[0] if isinstance(module, nn.LSTM) else state
            loss = h.square().sum() / 2 + (loss if at == "every" else 0)
        g = rnnviz.backpropagate(trace, at=at)
        for name in copies[0]:
            grads = torch.autograd.grad(loss, [w[name] for w in copies], retain_graph=True, allow_unused=True)
            theirs = [0.0 if v is None else float(v.norm()) for v in grads]
            np.testing.assert_allclose(g.weights[name], theirs, rtol=1e-4, atol=1e-300)


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("of", ["loss", "logit"])
def test_a_word_asked_of_a_network_by_finite_differences(name, of):
    """Nudge h at one step, run on by hand with PyTorch's cell, and watch the answer move."""
    network = rnnviz.load(name).double()
    trace = rnnviz.trace(network, "Thirsty, Bob walks to the shop to buy")
    target, t = trace.top(2)[1][0], 2
    g = rnnviz.backpropagate(trace, target, of=of)
    cell, lstm = as_cell(network.body), trace.kind == "lstm"
    direction = np.random.default_rng(0).standard_normal(trace.h.shape[1])

    def answer(nudge):
        h = torch.from_numpy(trace.h[t] + nudge * direction)
        state = (h, torch.from_numpy(trace.c[t])) if lstm else h
        for x in torch.from_numpy(trace.inputs[t + 1 :]):
            state = cell(x, state)
        logits = network.readout(state[0] if lstm else state)
        j = trace.words.index(target)
        return float((logits if of == "logit" else -logits.log_softmax(0))[j])

    with torch.inference_mode():
        slope = (answer(1e-5) - answer(-1e-5)) / 2e-5
    assert g.dh[t] @ direction == pytest.approx(slope, rel=1e-4, abs=1e-9)
    assert g.targets[-1] == target


@settings(deadline=None, max_examples=60)
@given(cells(), st.sampled_from(["last", "every"]))
def test_everything_of_a_fresh_cell_equals_autograd(case, at):
    """States, inputs and every parameter, for all cells and activations; the logistic one from a loop in torch."""
    g = rnnviz.backpropagate(trace_cell(*case[:2], case[3], case[2]), at=at)
    assert list(g.parameters) == list(case[2])
    ours = [*g.dh, *(() if g.dc is None else g.dc), *g.parameters.values()]

    def theirs():
        w, states = unrolled_cell(*case)
        hs = [state[0] for state in states]
        losses = torch.stack([h.square().sum() / 2 for h in hs])
        leaves = hs + [state[1] for state in states if len(state) == 2] + list(w.values())
        loss = losses[-1] if at == "last" else losses.sum()
        found = torch.autograd.grad(loss, leaves, allow_unused=True, materialize_grads=True)
        return [one.numpy().reshape(mine.shape) for one, mine in zip(found, ours, strict=True)]

    assert_equal_but_for_rounding(ours, theirs, UNIT[np.dtype(float)], rtol=1e-7, atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(cells(max_length=8, scale=st.sampled_from([0.0, 0.3, 1.0, 1.5]), activations=("tanh", "logistic")), st.data())
def test_parameter_gradients_by_finite_differences(case, data):
    """Nudge all weights together in a random direction and run forward again."""
    kind, activation, parameters, inputs = case
    random = np.random.default_rng(data.draw(st.integers(0, 2**31)))
    way = {name: random.standard_normal(p.shape) for name, p in parameters.items()}

    def loss(nudge):
        moved = {name: p + nudge * way[name] for name, p in parameters.items()}
        return np.square(trace_cell(kind, activation, inputs, moved).h[-1]).sum() / 2

    g = rnnviz.backpropagate(trace_cell(kind, activation, inputs, parameters)).parameters
    slope = (loss(1e-5) - loss(-1e-5)) / 2e-5
    assert sum((g[name] * way[name]).sum() for name in g) == pytest.approx(slope, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("of", ["loss", "logit"])
@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_parameter_gradients_of_a_trained_network_equal_autograd(name, of):
    network = rnnviz.load(name).double()
    trace = rnnviz.trace(network, "Starving, Alice drives to the nearest store to buy")
    g = rnnviz.backpropagate(trace, "food", of=of).parameters
    logits = network.readout(network.body(torch.from_numpy(trace.inputs))[0][-1])
    j = trace.words.index("food")
    weights = [getattr(network.body, f"{key}_l0") for key in g]
    theirs = torch.autograd.grad(logits[j] if of == "logit" else -logits.log_softmax(0)[j], weights)
    for mine, found in zip(g.values(), theirs, strict=True):
        np.testing.assert_allclose(mine, found.numpy(), rtol=1e-6, atol=1e-9 * float(found.abs().max()))


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("scale", [5.0, 100.0, 1e3])
@pytest.mark.parametrize("start", ["default", "orthogonal", "identity"])
@pytest.mark.parametrize("at", ["last", "every"])
def test_what_explodes_comes_out_as_it_is_and_without_a_word(kind, scale, start, at):
    """relu at scale 5 and more, T = 200: numbers, inf or NaN, but no warning and no exception."""
    x = random_sequence(200, 8, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trace = trace_cell(kind, "relu", x, fresh_weights(kind, 16, 8, "relu", start, scale))
        g = rnnviz.backpropagate(trace, at=at)
        rnnviz.jacobians(trace)
        spectra.survival(trace)
        spectra.references(trace, g, at)
        spectra.saturation(trace)
        norms = g.norms
    if kind == "rnn":
        assert not norms[0] <= 1e100  # larger, inf, or NaN
        if scale == 1e3:
            assert not np.isfinite(norms).any()
            assert not np.isfinite(g.parameters["weight_hh"]).all()
    else:
        assert np.isfinite(trace.h).all()


def test_shares_and_words_far_below_what_can_be_squared():
    """1e-200 squared is zero; a norm of 1e-200 is not."""
    w = fresh_weights("rnn", 8, 4, start="identity", scale=1e-2)
    g = rnnviz.backpropagate(trace_cell("rnn", "tanh", random_sequence(101, 4, 0), w))
    for found in (g.norms, g.norms_x, *g.weights.values()):
        assert 0 < found[1] < 1e-190
    np.testing.assert_allclose(g.norms_x[50:], np.linalg.norm(g.dx, axis=1)[50:])


@pytest.mark.parametrize(
    ("activation", "scale", "end"), [("tanh", 1e-2, 1e-290), ("relu", 5.0, 1e250)], ids=["vanishing", "exploding"]
)
def test_the_map_holds_what_cannot_be_squared(activation, scale, end):
    """Against norms in extended precision, whose exponents are sixteen times as long. 1e-162 squared is 0."""
    w = fresh_weights("rnn", 8, 4, activation, "identity", scale)
    trace = trace_cell("rnn", activation, random_sequence(200, 4, 0), w)
    found = rnnviz.backpropagate(trace).through_time
    w_hh, h = w["weight_hh"].astype(np.longdouble), trace.h.astype(np.longdouble)
    rows, wanted = h.copy(), np.zeros((200, 200), np.longdouble)
    for s in reversed(range(200)):
        wanted[s:, s] = np.sqrt(np.square(rows[s:]).sum(1))
        slope = 1 - h[s] ** 2 if activation == "tanh" else (h[s] > 0).astype(np.longdouble)
        rows[s:] = (rows[s:] * slope) @ w_hh
    assert wanted.min(where=wanted > 0, initial=1) < 1e-300 or wanted.max() > end
    seen = wanted > 1e-290
    assert ((wanted < 1e-165) & seen).any() or (wanted > 1e155).any()
    np.testing.assert_allclose(found[seen], wanted[seen].astype(float), rtol=1e-9)


def test_impossible_questions():
    trace = rnnviz.trace(nn.GRU(2, 3), np.ones((4, 2), np.float32))
    with pytest.raises(ValueError, match="readout"):
        rnnviz.backpropagate(trace, "food")
    sentence = rnnviz.trace(rnnviz.load("lstm"), "Hungry, Alice")
    with pytest.raises(ValueError, match=r"cannot say 'xylophone': the words it can say are in trace\.words"):
        rnnviz.backpropagate(sentence, "xylophone")
    with pytest.raises(ValueError, match="cannot say 3"):
        rnnviz.backpropagate(sentence, 3)
    for asked in (trace, sentence):
        with pytest.raises(ValueError, match="of can be 'loss' or 'logit', got 'nonsense'"):
            rnnviz.backpropagate(asked, of="nonsense")
        with pytest.raises(ValueError, match="at can be 'last' or 'every', got 'first'"):
            rnnviz.backpropagate(asked, at="first")
    with pytest.raises(ValueError, match='no logit: leave out of="logit"'):
        rnnviz.backpropagate(trace, of="logit")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("weight", [1e3, 1e-3])
def test_what_explodes_is_inf_and_what_vanishes_is_still_measured(weight):
    """One ReLU unit, always active: ∂h_t/∂h_s is the weight to the power t - s."""
    module = nn.RNN(1, 1, bias=False, nonlinearity="relu", dtype=torch.float64)
    with torch.no_grad():
        module.weight_hh_l0.fill_(weight)
        module.weight_ih_l0.fill_(1.0)
    trace = rnnviz.trace(module, np.full((60, 1), 1e-10))
    g = rnnviz.backpropagate(trace)
    with np.errstate(over="ignore"):
        wanted = trace.h[-1, 0] * weight ** np.arange(59.0, -1, -1)
    assert np.isinf(g.through_time[-1, 0]) == np.isinf(g.norms[0]) == (weight > 1)
    seen = (wanted > 1e-300) & np.isfinite(wanted)
    assert wanted[seen].min() < 1e-162 or wanted[seen].max() > 1e154  # what has no square
    for found in (g.norms, g.through_time[-1]):
        np.testing.assert_allclose(found[seen], wanted[seen], rtol=1e-9)
