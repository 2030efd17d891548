"""Runs as values: split anywhere, dumped, tampered with; equal to a plain PyTorch loop; what goes wrong is told."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnnviz.networks.network import Shape
from rnnviz.tasks import TASKS
from rnnviz.tasks.errands import simple
from rnnviz.tasks.errands.simple import form_of
from rnnviz.text import vocabulary
from rnnviz.training.advance import HELD, _Stepper, advance, drawn, network_of, new_run, restore, start
from rnnviz.training.files import dump, read
from rnnviz.training.runs import EVERY, Run
from rnnviz.training.settings import Settings, check

SMALL = {"units": 5, "batch": 4, "steps": 60, "rate": 0.02}
KINDS = {
    "rnn": {"kind": "rnn", "start": "orthogonal", "embedding": 8},
    "lstm": {"kind": "lstm", "forget_bias": 1.0},
    "gru": {"kind": "gru"},
    "window": {"kind": "window", "embedding": 8},
    "conv": {"kind": "conv", "embedding": 8},
    "attention": {"kind": "attention", "units": 8},
    "everything": {
        "examples": 30,
        "length": 2,
        "dropout": 0.2,
        "weight_decay": 0.1,
        "word_dropout": 0.2,
        "synonyms": True,
        "patience": 1000,
        "clip": 0.3,
    },
    "sgd": {"optimizer": "sgd", "clip": None, "weight_decay": 0.01, "noise": (0.0, 0.5)},
}
CASES = {
    **{f"errands-{name}": ("errands", more) for name, more in KINDS.items()},
    "adding": ("adding", {"length": 12, "clip": None}),
    "adding-few": ("adding", {"length": 12, "kind": "rnn", "examples": 3, "patience": 1000, "dropout": 0.5}),
    "temporal-order": ("temporal_order", {"length": 12}),
    "recall": ("recall", {"length": 5, "kind": "gru"}),
    "continual-rnn": ("continual", {"length": 10, "kind": "rnn", "optimizer": "sgd"}),
    "continual-gru": ("continual", {"length": 10, "kind": "gru"}),
    "continual-lstm": ("continual", {"length": 10, "fixed_gate": "f", "dropout": 0.1}),
    "temporal-order-relu": ("temporal_order", {"length": 12, "activation": "relu", "start": "identity"}),
    "recall-without-i": ("recall", {"length": 5, "kind": "lstm", "fixed_gate": "i"}),
}


def begun(case: str) -> Run:
    task, more = CASES[case]
    return start(task, **SMALL | more)


@cache
def thirty_steps(case: str) -> Run:
    """At once."""
    return advance(begun(case), 30)


def assert_same(a: Run, b: Run) -> None:
    """Bit for bit, NaN for NaN."""

    def equal(x: dict, y: dict) -> None:
        assert x.keys() == y.keys()
        for name, value in x.items():
            np.testing.assert_array_equal(value, y[name], err_msg=name)
            assert value[0].dtype == y[name][0].dtype

    bare = {"parameters": {}, "moments": {}, "log": {}, "probes": (), "carried": None, "best": None}
    assert repr(replace(a, **bare)) == repr(replace(b, **bare))
    for field in ("parameters", "moments", "log"):
        equal(getattr(a, field), getattr(b, field))
    equal(a.carried or {}, b.carried or {})
    assert (a.best is None) == (b.best is None)
    if a.best is not None and b.best is not None:
        assert (a.best.step, a.best.loss) == (b.best.step, b.best.loss)
        equal(a.best.parameters, b.best.parameters)
    assert [probe.step for probe in a.probes] == [probe.step for probe in b.probes]
    for p, q in zip(a.probes, b.probes, strict=True):
        np.testing.assert_array_equal(p.norms_h, q.norms_h)
        np.testing.assert_array_equal(p.norms_c, q.norms_c)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
@settings(max_examples=3, deadline=None)
@given(splits=st.lists(st.integers(0, 30), max_size=3), through_a_file=st.booleans())
def test_however_a_run_is_split_it_is_the_same(case: str, splits: list[int], through_a_file: bool) -> None:
    """Also through a file, and whatever else draws from PyTorch's generator in between."""
    first = begun(case)
    untouched = dump(first)
    run = first
    for steps in [*splits, 30]:
        torch.rand(3)
        run = advance(run, min(steps, 30 - run.step))
        run = read(dump(run)) if through_a_file else run
    assert_same(run, thirty_steps(case))
    assert dump(first) == untouched
    assert {len(values) for values in run.log.values()} == {30}


def test_one_thread_trains_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    usual, seen = _Stepper.read, []
    monkeypatch.setattr(_Stepper, "read", lambda *given: seen.append(torch.get_num_threads()) or usual(*given))
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        advance(begun("recall"), 3)
        assert (set(seen), torch.get_num_threads()) == ({1}, 2)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("case", CASES)
def test_a_run_ends_and_stays_ended(case: str) -> None:
    run = advance(begun(case), 10**6)
    assert (run.step, run.ended) == (60, "steps")
    assert advance(run, 5) is run
    assert_same(read(dump(run)), run)
    recurrent = run.settings.shape.kind in ("rnn", "lstm", "gru")
    assert [probe.step for probe in run.probes] == ([0, 25, 50, 60] if recurrent else [])
    network_of(run)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("clip", [0.5, None])
def test_a_plain_loop_gives_the_same_bits(kind: str, clip: float | None) -> None:
    """The stream of errands that the zoo is trained by, written out: its batches, its noise, its curriculum's first
    levels, Adam, the cosine."""
    s = Settings(Shape(kind, 16), rate=1e-2, steps=200, batch=16, clip=clip, seed=3)
    network = restore(s, new_run(s).parameters)
    adam = torch.optim.Adam(network.parameters(), lr=s.rate)
    table, losses, norms = torch.tensor(vocabulary().vectors), [], []
    for step in range(40):
        adam.param_groups[0]["lr"] = s.rate * (1 + np.cos(np.pi * step / s.steps)) / 2
        rng = np.random.default_rng((s.seed, step))
        form, clauses = form_of(int(rng.integers(1)))
        batch = simple.batch(rng, s.batch, [clauses], form=form)
        vectors = table[torch.from_numpy(batch.inputs)]
        noise = torch.from_numpy(rng.standard_normal(vectors.shape, dtype=np.float32))
        size = torch.from_numpy(rng.uniform(*s.noise, (s.batch, 1, 1)).astype(np.float32))
        logits = network(vectors + size * noise)
        each = nn.functional.cross_entropy(
            logits.flatten(0, 1), torch.tensor(batch.targets).flatten(), reduction="none"
        )
        weights = torch.tensor(batch.weights)
        loss = (each * weights.flatten()).sum() / weights.sum()
        adam.zero_grad()
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(network.parameters(), clip or float("inf")).item())
        adam.step()
        losses.append(loss.item())
    run = advance(new_run(s), 40)
    assert run.level == 0
    np.testing.assert_array_equal(run.log["loss"], np.float32(losses))
    np.testing.assert_array_equal(run.log["norm"], np.float32(norms))
    np.testing.assert_array_equal(run.log["clipped"], np.float32(norms) > (clip or np.inf))
    for name, value in network.state_dict().items():
        np.testing.assert_array_equal(run.parameters[name], value.numpy())


def test_a_step_of_gradient_descent_by_hand() -> None:
    """w - rate · (g + decay · w), with g scaled to norm 0.01; the square error of the last step alone."""
    run = start("adding", length=12, units=4, batch=6, rate=0.5, clip=0.01, optimizer="sgd", weight_decay=0.1)
    rng = np.random.default_rng((0, 0))
    rng.integers(1)
    batch = TASKS["adding"].batch(rng, 6, 12)
    network = restore(run.settings, run.parameters)
    loss = ((network(torch.tensor(batch.inputs))[:, -1, 0] - torch.tensor(batch.targets[:, -1])) ** 2).mean()
    g = torch.autograd.grad(loss, list(network.parameters()))
    norm = torch.cat([part.flatten() for part in g]).norm()
    after = advance(run, 1)
    assert after.log["loss"] == pytest.approx(loss.item(), rel=1e-6)
    assert after.log["norm"] == pytest.approx(norm.item(), rel=1e-5)
    for (name, w), part in zip(network.named_parameters(), g, strict=True):
        wanted = w - 0.5 * (part * 0.01 / norm + 0.1 * w)
        np.testing.assert_allclose(after.parameters[name], wanted.detach().numpy(), atol=1e-6)


def test_weight_decay_takes_its_share_of_each_weight() -> None:
    """AdamW: the very step of Adam, and rate · decay of the weight on top (Loshchilov & Hutter 2019)."""
    plain, decayed = (advance(start("recall", length=4, weight_decay=d), 1) for d in (0.0, 0.5))
    before = start("recall", length=4).parameters
    for name, w in before.items():
        np.testing.assert_allclose(plain.parameters[name] - decayed.parameters[name], 0.01 * 0.5 * w, atol=1e-6)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("task", list(TASKS))
def test_probes_are_what_autograd_says(task: str, kind: str) -> None:
    run = advance(start(task, kind=kind, units=6, batch=4), EVERY)
    assert [probe.step for probe in run.probes] == [0, EVERY]
    network, batch = network_of(run).double(), TASKS[task].probe(run.settings.length)
    at = int(np.flatnonzero(batch.asked[0])[-1])
    h = c = torch.zeros(6, dtype=torch.float64)
    states = []
    for x in network.projection(torch.tensor(batch.inputs[0, : at + 1], dtype=torch.float64)):
        if kind == "lstm":  # written out, since c counts through h too
            w_ih, w_hh, b_ih, b_hh = network.body.parameters()
            i, f, g, o = (w_ih @ x + b_ih + w_hh @ h + b_hh).chunk(4)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            c.retain_grad()
            h = o.sigmoid() * c.tanh()
        else:
            h = network.body(x[None, None], h[None, None])[1][0, 0]
        h.retain_grad()
        states.append((h, c))
    network.readout(h)[int(batch.targets[0, at]) if TASKS[task].outputs else 0].backward()
    for k, norms in enumerate((run.probes[-1].norms_h, run.probes[-1].norms_c)):
        if norms is not None:
            np.testing.assert_allclose(norms, [state[k].grad.norm().item() for state in states], rtol=1e-5, atol=1e-300)
    assert (run.probes[0].norms_c is not None) == (kind == "lstm")


# --- a set of examples, what is held out of it, early stopping -------------------------------------------------


def test_the_examples_are_drawn_once_and_the_held_out_are_others() -> None:
    run = start("errands", examples=20, batch=20, length=1, noise=(0.0, 0.0), rate=1e-7, steps=100)
    log = advance(run, 3).log
    np.testing.assert_allclose(log["loss"], log["loss"][0], rtol=1e-4)  # all examples, at each step
    held, seen = drawn(run.settings, 2), drawn(run.settings, 1)
    assert (len(held.inputs), len(seen.inputs)) == (HELD, 20)
    network = network_of(run)
    logits = network(torch.tensor(held.inputs)).detach()
    each = nn.functional.cross_entropy(logits.flatten(0, 1), torch.tensor(held.targets).flatten(), reduction="none")
    wanted = (each.numpy() * held.weights.flatten()).sum() / held.weights.sum()
    assert log["held_loss"][0] == pytest.approx(wanted, rel=1e-3)
    assert np.isnan(log["held_loss"][1:]).all()


def test_held_out_examples_are_looked_at_every_25_steps() -> None:
    run = advance(start("recall", examples=10, length=4, steps=60), 60)
    assert np.flatnonzero(np.isfinite(run.log["held_loss"])).tolist() == [0, 24, 49, 59]
    assert np.isfinite(run.log["held_accuracy"]).sum() == 4


def test_early_stopping_stops_and_keeps_the_best() -> None:
    run = advance(start("recall", examples=6, length=8, batch=6, rate=0.05, patience=75, steps=5000), 5000)
    assert run.ended == "stopped early"
    held = run.log["held_loss"]
    assert run.best is not None
    assert run.best.step == np.nanargmin(held) + 1 == run.step - 75
    assert run.best.loss == pytest.approx(np.nanmin(held))
    again = advance(replace(start(**vars_of(run)), best=None), run.best.step)
    kept = {name: value.numpy() for name, value in network_of(run).state_dict().items()}
    for name, value in again.parameters.items():
        np.testing.assert_array_equal(kept[name], value)
    assert any((kept[name] != value).any() for name, value in run.parameters.items())


def vars_of(run: Run) -> dict:
    return {k: v for k, v in vars(run.settings).items() if k != "shape"} | vars(run.settings.shape)


def test_a_forget_gate_of_one_stays_so() -> None:
    run = advance(start("continual", units=4, batch=4, length=10, fixed_gate="f", steps=200), 200)
    network = network_of(run)
    c = torch.zeros(1, 1, 4)
    with torch.no_grad():
        _, (_, after) = network.body(torch.zeros(1, 1, 7), (torch.zeros(1, 1, 4), c + 5))
        _, (_, base) = network.body(torch.zeros(1, 1, 7), (torch.zeros(1, 1, 4), c))
    torch.testing.assert_close(after - base, c + 5)  # c' = 1 · c + i · g
    for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0"):
        assert (run.parameters[f"body.{name}"][4:8] == 0).all()


def batches(run: Run) -> Iterator[tuple[torch.Tensor, torch.Tensor, float]]:
    """What a run of a task with answers at the end reads at each step: inputs, answers, learning rate."""
    s = run.settings
    for step in range(s.steps):
        rng = np.random.default_rng((s.seed, step))
        rng.integers(1)
        batch = TASKS[s.task].batch(rng, s.batch, s.length)
        answers = torch.tensor(batch.targets)[torch.tensor(batch.weights) > 0]
        yield torch.tensor(batch.inputs), answers, s.rate * (1 + np.cos(np.pi * step / s.steps)) / 2


def test_an_rnn_of_relus_is_trained_as_pytorchs() -> None:
    """`nn.RNN(nonlinearity="relu")` from the same weights, by plain gradient descent, clipped by PyTorch."""
    more = {"activation": "relu", "start": "identity", "optimizer": "sgd", "rate": 0.05, "clip": 1.0}
    run = start("temporal_order", units=6, batch=4, length=12, steps=20, **more)
    body = nn.RNN(run.parameters["body.weight_ih_l0"].shape[1], 6, nonlinearity="relu", batch_first=True)
    readout = nn.Linear(6, 4)
    for module, prefix in ((body, "body."), (readout, "readout.")):
        given = {n.removeprefix(prefix): torch.tensor(p) for n, p in run.parameters.items() if n.startswith(prefix)}
        module.load_state_dict(given)
    torch.testing.assert_close(body.weight_hh_l0.detach(), torch.eye(6))
    weights, losses = [*body.parameters(), *readout.parameters()], []
    for inputs, answers, rate in batches(run):
        loss = nn.functional.cross_entropy(readout(body(inputs)[0][:, -1]), answers)
        gradients = torch.autograd.grad(loss, weights)
        norm = torch.cat([g.flatten() for g in gradients]).norm()
        with torch.no_grad():
            for w, g in zip(weights, gradients, strict=True):
                w -= rate * g * min(1.0, float(1 / norm))
        losses.append(loss.item())
    done = advance(run, 20)
    np.testing.assert_allclose(done.log["loss"], losses, rtol=1e-3)
    assert done.log["clipped"].mean() > 0
    for name, w in body.named_parameters():
        np.testing.assert_allclose(done.parameters[f"body.{name}"], w.detach().numpy(), atol=1e-3)


@pytest.mark.parametrize("fixed", "ifo")
def test_a_fixed_gate_is_a_cell_without_it(fixed: str) -> None:
    """An LSTM written out, in whose equations the gate does not stand, trained by `torch.optim.Adam`."""
    run = start("recall", units=5, batch=4, length=4, steps=15, rate=0.05, clip=None, fixed_gate=fixed, forget_bias=1.0)
    given = {name: torch.tensor(p, requires_grad=True) for name, p in run.parameters.items()}
    adam, losses = torch.optim.Adam(given.values()), []
    for inputs, answers, rate in batches(run):
        h = c = torch.zeros(4, 5)
        for x in inputs.unbind(1):
            parts = x @ given["body.weight_ih_l0"].T + given["body.bias_ih_l0"]
            parts = parts + h @ given["body.weight_hh_l0"].T + given["body.bias_hh_l0"]
            gates = dict(zip("ifgo", parts.chunk(4, 1), strict=True))
            i, f, o = (1.0 if letter == fixed else gates[letter].sigmoid() for letter in "ifo")
            c = f * c + i * gates["g"].tanh()
            h = o * c.tanh()
        loss = nn.functional.cross_entropy(h @ given["readout.weight"].T + given["readout.bias"], answers)
        adam.param_groups[0]["lr"] = rate
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    done = advance(run, 15)
    np.testing.assert_allclose(done.log["loss"], losses, rtol=1e-4)
    rows = slice(5 * "ifgo".index(fixed), 5 * "ifgo".index(fixed) + 5)
    for name, value in given.items():
        np.testing.assert_allclose(done.parameters[name], value.detach().numpy(), atol=1e-4)
        if name.startswith("body."):  # what leads to the gate stays as it was
            np.testing.assert_array_equal(done.parameters[name][rows], run.parameters[name][rows])


# --- what goes wrong -----------------------------------------------------------------------------------------


def test_a_gradient_that_is_no_number_is_told() -> None:
    """A weight is made so large that the square error overflows."""
    run = advance(start("adding", length=12, units=4, optimizer="sgd", clip=None, rate=1e-3), 2)
    broken = run.parameters | {"readout.weight": np.full_like(run.parameters["readout.weight"], 3e38)}
    ended = advance(replace(run, parameters=broken), 50)
    assert ended.ended == "nan"
    assert ended.trouble is not None
    assert (ended.trouble.step, ended.step, ended.trouble.what) == (2, 3, "loss")
    assert ended.trouble.parameter in run.parameters
    assert ended.trouble.norm_before == pytest.approx(float(run.log["norm"][-1]))
    for name, value in broken.items():
        np.testing.assert_array_equal(ended.parameters[name], value)
    assert len(ended.log["loss"]) == 3
    assert advance(ended, 1) is ended
    assert_same(read(dump(ended)), ended)


def test_a_gradient_whose_norm_overflows_is_trouble_too() -> None:
    run = start("adding", length=12, units=4, optimizer="sgd", clip=None, rate=1e-3)
    large = run.parameters | {"readout.bias": np.float32([1e15]), "readout.weight": np.full((1, 4), 1e15, np.float32)}
    ended = advance(replace(run, parameters=large), 50)
    assert ended.trouble is not None
    assert ended.trouble.what == "gradient"
    network = restore(run.settings, large)
    rng = np.random.default_rng((0, 0))
    rng.integers(1)
    batch = TASKS["adding"].batch(rng, run.settings.batch, 12)
    loss = ((network(torch.tensor(batch.inputs))[:, -1, 0] - torch.tensor(batch.targets[:, -1])) ** 2).mean()
    loss.backward()
    bad = [name for name, p in network.named_parameters() if not p.grad.norm().isfinite()]  # type: ignore[union-attr]
    assert ended.trouble.parameter == bad[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"units": 0},
        {"units": 10**6},
        {"rate": float("nan")},
        {"rate": "fast"},
        {"steps": 2.5},
        {"batch": True},
        {"clip": 0},
        {"clip": -1.0},
        {"length": 10**4},
        {"kind": "elephant"},
        {"start": "middle"},
        {"optimizer": "guess"},
        {"noise": (1.0, 0.0)},
        {"noise": 3},
        {"synonyms": 2},
        {"patience": 10},
        {"dropout": 1.0},
        {"kind": "gru", "fixed_gate": "f"},
        {"kind": "lstm", "fixed_gate": "z"},
        {"fixed_gate": "o", "weight_decay": 0.1},
        {"activation": "relu"},
        {"kind": "rnn", "activation": "logistic"},
    ],
)
def test_settings_out_of_bounds_are_refused(wrong: dict) -> None:
    """Built past the constructor: in tests that one refuses wrong types before anything else."""
    good = start("errands").settings
    shape, bad = object.__new__(Shape), object.__new__(Settings)
    names = vars(good.shape).keys()
    vars(shape).update(vars(good.shape) | {k: v for k, v in wrong.items() if k in names})
    vars(bad).update(vars(good) | {k: v for k, v in wrong.items() if k not in names} | {"shape": shape})
    check(good)
    with pytest.raises(ValueError, match=r"wanted|there are|patience|gate|activation"):
        check(bad)


def test_settings_that_a_task_has_not() -> None:
    for task, wrong in (("recall", "synonyms"), ("adding", "word_dropout")):
        with pytest.raises(ValueError, match="words"):
            start(task, **{wrong: 0.5 if wrong == "word_dropout" else True})
    with pytest.raises(ValueError, match="stream"):
        start("continual", examples=5)
    with pytest.raises(ValueError, match="recurrent"):
        start("continual", kind="conv")
