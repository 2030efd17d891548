"""What people bring to `rnnviz.trace`: read as PyTorch reads it, or refused in one sentence that says what to do."""

import re
from collections import OrderedDict

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize, spectral_norm, weight_norm
from torch.nn.utils.rnn import pack_sequence

import rnnviz
from rnnviz.networks.network import Network, Shape
from rnnviz.tasks import TASKS
from rnnviz.text import vocabulary
from rnnviz.training.advance import network_of

MADE = [nn.RNN, nn.LSTM, nn.GRU]


def module(made=nn.LSTM, **options):
    torch.manual_seed(1)
    return made(3, 5, **options)


def numbers(length=7, size=3, seed=0):
    return np.random.default_rng(seed).standard_normal((length, size)).astype(np.float32)


def own_states(one, inputs):
    with torch.no_grad():
        return one(torch.as_tensor(inputs, dtype=torch.float32))[0].numpy()


def refusal(one, given, error=ValueError):
    """What is said: one sentence, so no full stop but in names and numbers."""
    with pytest.raises(error) as raised:
        rnnviz.trace(one, given)
    said = str(raised.value)
    assert type(raised.value) is error
    assert "\n" not in said
    assert not re.search(r"[.!?] [A-Z]", said), said
    return said


GIVEN = {
    "tensor": torch.from_numpy,
    "tensor with a gradient": lambda x: torch.from_numpy(x).requires_grad_() * 1,
    "parameter": lambda x: nn.Parameter(torch.from_numpy(x)),
    "double tensor": lambda x: torch.from_numpy(x).double(),
    "double": lambda x: x.astype(float),
    "list": lambda x: x.tolist(),
    "list of arrays": list,
    "list of tensors": lambda x: list(torch.from_numpy(x).requires_grad_().unbind()),
    "tuple": lambda x: tuple(map(tuple, x.tolist())),
    "data frame": lambda x: pd.DataFrame(x, columns=["a", "b", "c"]),
    "view": lambda x: x[:, ::-1][:, ::-1],
}


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("held", GIVEN)
def test_whatever_holds_numbers_is_read_as_an_array(made, held):
    one, x = module(made), numbers()
    found = rnnviz.trace(one, GIVEN[held](x))
    np.testing.assert_allclose(found.h, own_states(one, x), atol=1e-6)
    np.testing.assert_array_equal(found.inputs, x)
    assert found.h.dtype == np.float32


def test_whole_numbers_and_truth_values_are_numbers():
    one = module()
    table = pd.DataFrame({"a": [1, 2, 3], "b": [True, False, True], "c": [0.5, 1.5, 2.5]})
    wanted = own_states(one, [[1, 1, 0.5], [2, 0, 1.5], [3, 1, 2.5]])
    np.testing.assert_allclose(rnnviz.trace(one, table).h, wanted, atol=1e-6)
    np.testing.assert_allclose(rnnviz.trace(one, [[1, 0, 2]]).h, own_states(one, [[1, 0, 2]]), atol=1e-6)
    half = torch.tensor([[1.5, 0.25, -2.0]], dtype=torch.bfloat16)
    np.testing.assert_allclose(rnnviz.trace(one, half).h, own_states(one, half), atol=1e-6)


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ("a sentence", TypeError, "reads an array .* not a sentence"),
        (["some", "words"], TypeError, "wanted numbers, got a list"),
        (pd.DataFrame({"a": ["x"], "b": [1], "c": [2]}), TypeError, "wanted numbers, got a DataFrame"),
        ({"a": [1.0]}, TypeError, "wanted numbers, got a dict"),
        (None, TypeError, "wanted numbers, got None"),
        (np.ones((3, 4), complex), TypeError, "wanted numbers, got an array of something else"),
        ([[1.0, 2.0, 3.0], [1.0]], ValueError, "rows of one length, got a list"),
        (np.zeros((2, 4, 3)), ValueError, r"\(T, 3\).*got \(2, 4, 3\): one sequence at a time, for example batch\[0\]"),
        (torch.zeros(4, 2), ValueError, r"\(T, 3\).*got \(4, 2\)"),
        ([], ValueError, r"\(T, 3\) with T at least 1"),
        (pack_sequence([torch.zeros(4, 3), torch.zeros(2, 3)]), TypeError, "PackedSequence.*unpack_sequence"),
    ],
)
def test_what_is_no_sequence_of_numbers_is_named(given, error, said):
    assert re.search(said, refusal(module(), given, error))


def test_what_the_refusal_of_a_packed_sequence_says_to_do_works():
    one, sequences = module(), [torch.from_numpy(numbers(4)), torch.from_numpy(numbers(2, seed=1))]
    for given, wanted in zip(torch.nn.utils.rnn.unpack_sequence(pack_sequence(sequences)), sequences, strict=True):
        np.testing.assert_allclose(rnnviz.trace(one, given).h, own_states(one, wanted), atol=1e-6)


class LSTM(nn.Module):
    """A module of one's own that is called like PyTorch's."""

    def __init__(self, **options):
        super().__init__()
        self.embed = nn.Embedding(10, 3)
        self.lstm = module(nn.LSTM, **options)
        self.heads = nn.ModuleList([nn.Linear(5, 2), module(nn.GRU)])


def test_of_a_module_of_ones_own_the_submodules_that_can_be_traced_are_named():
    mine = LSTM()
    said = refusal(mine, numbers())
    assert f"{__name__}.LSTM, a module of your own" in said
    assert "lstm (nn.LSTM) or heads.1 (nn.GRU)" in said
    for name in ("lstm", "heads.1"):  # so one can do as it says
        part = mine.get_submodule(name)
        np.testing.assert_allclose(rnnviz.trace(part, numbers()).h, own_states(part, numbers()), atol=1e-6)
    deeper = nn.Sequential(OrderedDict(body=LSTM(num_layers=2)))
    assert "heads.1 (nn.GRU)" in (said := refusal(deeper, numbers()))
    assert "lstm" not in said.split("trace a submodule")[1].replace("body.heads", "")


@pytest.mark.parametrize(
    ("came", "said"),
    [
        (lambda: module().state_dict(), "got a state_dict .*: load it into a module"),
        (lambda: nn.Linear(3, 4), "got nn.Linear, of whose submodules none can be traced$"),
        (lambda: nn.Sequential(module(num_layers=2)), r"none can be traced; 0 \(nn.LSTM\) has num_layers=2"),
        (lambda: nn.LSTM, "got the class LSTM: make a module of it"),
        (lambda: "lstn", "no network 'lstn'; there are rnn"),
        (lambda: 3, "got a int"),
        (lambda: module(num_layers=2, bidirectional=True), r"nn\.LSTM with num_layers=2, bidirectional=True"),
        (lambda: module(proj_size=1), "proj_size=1"),
        (lambda: rnnviz.load("conv"), "a body of class Convolution, which has no recurrent state"),
    ],
)
def test_what_is_no_recurrent_module_is_named(came, said):
    assert re.search(said, refusal(came(), numbers()))


class Same(nn.LSTM):
    """A subclass that computes what `nn.LSTM` does."""


class Through(nn.GRU):
    """A forward of its own that changes nothing."""

    def forward(self, x, state=None):
        return super().forward(x, state)


class Doubled(nn.LSTM):
    def forward(self, x, state=None):
        return super().forward(2 * x, state)


class Backwards(nn.GRU):
    """The same at a single step, but not over a sequence."""

    def forward(self, x, state=None):
        output, last = super().forward(x.flip(0), state)
        return output.flip(0), last


class Emptied(nn.LSTM):
    """It hands out the same h, and another c."""

    def forward(self, x, state=None):
        output, (h, c) = super().forward(x, state)
        return output, (h, 0 * c)


class Dropping(nn.LSTM):
    def forward(self, x, state=None):
        return super().forward(nn.functional.dropout(x, 0.5, self.training), state)


class Longer(nn.RNN):
    def forward(self, x, state=None):
        output, last = super().forward(x, state)
        return torch.cat([output, output]), last


class Batched(nn.LSTM):
    def forward(self, x, lengths):
        return super().forward(x)


@pytest.mark.parametrize("made", [Doubled, Backwards, Emptied, Dropping, Longer])
def test_a_subclass_with_a_forward_of_its_own_is_refused_where_it_gives_other_numbers(made):
    said = refusal(module(made), numbers())
    assert f"{__name__}.{made.__name__} gives other states than nn." in said
    assert "a forward of its own; call eval() first, or trace a plain nn." in said


def test_a_subclass_that_gives_the_same_numbers_is_traced():
    for one in (module(Same), module(Through), module(Dropping).eval()):
        np.testing.assert_allclose(rnnviz.trace(one, numbers()).h, own_states(one, numbers()), atol=1e-6)


def test_a_module_that_cannot_read_an_array_by_itself():
    assert "Batched cannot read an array (T, E) by itself: " in refusal(module(Batched), numbers())


def hooked(one, hook):
    hook(one)
    return one


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize(
    "hook",
    [
        lambda one: one.register_forward_pre_hook(lambda _, given: (given[0] + 1,)),
        lambda one: one.register_forward_hook(lambda _, given, returned: (0.5 * returned[0], returned[1])),
    ],
)
def test_a_hook_that_changes_numbers_is_refused_and_without_it_the_module_is_traced(made, hook):
    one = module(made)
    handle = hook(one)
    assert "hooks change it when it is called" in refusal(one, numbers())
    handle.remove()
    np.testing.assert_allclose(rnnviz.trace(one, numbers()).h, own_states(one, numbers()), atol=1e-6)


def test_a_hook_that_only_looks_is_none_of_our_business():
    seen = []
    one = hooked(module(), lambda one: one.register_forward_hook(lambda *told: seen.append(told)))
    rnnviz.trace(one, numbers())
    assert len(seen) == 1  # the module is asked once


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize(
    ("norm", "off"), [(weight_norm, "remove_weight_norm"), (spectral_norm, "remove_spectral_norm")]
)
def test_weights_that_a_hook_makes_are_not_those_that_stand_there(made, norm, off):
    """After a step of gradient descent, or before the first call, the weights that one reads are old."""
    one = norm(module(made), "weight_hh_l0")
    one(torch.from_numpy(numbers()))[0].sum().backward()
    with torch.no_grad():
        for p in one.parameters():
            p.add_(p.grad if p.grad is not None else 0, alpha=-0.5)
    assert "hooks change it when it is called (weight_norm and spectral_norm are such)" in refusal(one, numbers())
    getattr(torch.nn.utils, off)(one, "weight_hh_l0")
    np.testing.assert_allclose(rnnviz.trace(one, numbers()).h, own_states(one, numbers()), atol=1e-6)


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("norm", [parametrizations.weight_norm, parametrizations.orthogonal])
def test_parametrized_weights_are_those_that_the_module_uses(made, norm):
    one = norm(module(made), "weight_hh_l0")
    with torch.no_grad():
        for p in one.parameters():
            p.mul_(1.5)
    np.testing.assert_allclose(rnnviz.trace(one, numbers()).h, own_states(one, numbers()), atol=1e-6)


class Growing(nn.Module):
    """A parametrization that gives other weights each time."""

    times = 0

    def forward(self, weight):
        self.times += 1
        return self.times * weight


def test_weights_that_are_other_ones_at_each_call():
    one = module()
    parametrize.register_parametrization(one, "weight_hh_l0", Growing())
    assert "remove_parametrizations" in refusal(one, numbers())
    parametrize.remove_parametrizations(one, "weight_hh_l0")
    np.testing.assert_allclose(rnnviz.trace(one, numbers()).h, own_states(one, numbers()), atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rounding_that_grows_is_no_other_module(dtype):
    """A chaotic RNN: here and in PyTorch the last digit is rounded differently, and soon all states differ."""
    torch.manual_seed(1)
    one = nn.RNN(3, 40, dtype=dtype)
    with torch.no_grad():
        one.weight_hh_l0.mul_(5)
    x = numbers(300).astype(torch.zeros((), dtype=dtype).numpy().dtype)
    found = rnnviz.trace(one, x)
    with torch.no_grad():
        theirs = one(torch.from_numpy(x))[0].numpy()
    assert np.abs(found.h - theirs).max() > 1e-3  # or this would prove nothing
    np.testing.assert_allclose(found.h[:3], theirs[:3], atol=1e-4)


def test_what_overflows_is_traced_all_the_same():
    one = module(nn.RNN, nonlinearity="relu")
    with torch.no_grad():
        one.weight_hh_l0.fill_(100)
    found = rnnviz.trace(one, np.abs(numbers(60)))
    assert not np.isfinite(found.h[-1]).any()
    assert np.isfinite(found.h[0]).all()


def test_tracing_leaves_the_module_and_the_random_numbers_as_they_were():
    one = hooked(module(), lambda one: one.register_forward_pre_hook(lambda _, given: (given[0] + 1,)))
    before = {name: p.clone() for name, p in one.state_dict().items()}
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    refusal(one, numbers())
    assert torch.equal(torch.rand(3), wanted)
    assert all(torch.equal(p, before[name]) for name, p in one.state_dict().items())
    assert all(p.grad is None for p in one.parameters())


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_single_and_the_trace_says_so(made, dtype):
    half = module(made, dtype=getattr(torch, dtype))
    found = rnnviz.trace(half, numbers())
    assert found.widened_from == dtype
    assert {a.dtype for a in (found.h, *found.gates.values(), *found.parameters.values())} == {np.dtype(np.float32)}
    np.testing.assert_allclose(found.h, own_states(half.float(), numbers()), atol=1e-6)
    assert rnnviz.trace(half, numbers()).widened_from == ""  # now it is in single precision
    assert rnnviz.backpropagate(found).norms.all()


def test_a_network_in_half_precision_reads_too():
    network, sentence = rnnviz.load("lstm").to(torch.bfloat16), "Starving, Alice drives to the nearest store to buy"
    found = rnnviz.trace(network, sentence)
    assert found.widened_from == "bfloat16"
    np.testing.assert_allclose(found.logits, rnnviz.trace(network.float(), sentence).logits, atol=1e-4)


def test_half_precision_with_another_forward_is_refused():
    assert "gives other states" in refusal(module(Doubled, dtype=torch.float16), numbers())


NUMERIC = [(name, kind) for name, task in TASKS.items() if not task.words for kind in ("rnn", "lstm", "gru")]


@pytest.mark.parametrize(("task", "kind"), NUMERIC)
def test_a_run_of_numbers_is_traced(task, kind):
    run = rnnviz.advance(rnnviz.start(task, kind=kind, units=6, steps=2), 1)
    batch = TASKS[task].batch(np.random.default_rng(0), 2, run.settings.length)
    network = network_of(run)
    with torch.no_grad():
        theirs = network(torch.from_numpy(batch.inputs))[0].numpy()
    for one in (run, network):
        found = rnnviz.trace(one, batch.inputs[0])
        np.testing.assert_allclose(found.logits, theirs, atol=1e-5)
        assert found.tokens[:2] == ("0", "1")
        gradients = rnnviz.backpropagate(found, of="logit")
        assert gradients.dh.shape == found.h.shape
        assert rnnviz.figures.states(found, gradients).data
        if task == "adding":
            with pytest.raises(ValueError, match=r"one number and no words: it is in trace\.logits"):
                found.top(1)
            with pytest.raises(ValueError, match='of="logit" is the gradient of that number'):
                rnnviz.backpropagate(found)
        else:
            assert found.top(1)[0][0] in network.words
    said = refusal(run, "Starving, Alice drives", TypeError)
    assert re.search(r"reads an array \(T, \d\) of numbers, got words", said)
    assert "got (2, " in refusal(run, batch.inputs)


def test_the_gradient_of_a_number_equals_autograd():
    run = rnnviz.start("adding", kind="gru", units=6)
    x = TASKS["adding"].batch(np.random.default_rng(0), 1, 12).inputs[0]
    network = network_of(run)
    inputs = network.projection(torch.from_numpy(x)).detach().requires_grad_()
    (wanted,) = torch.autograd.grad(network.readout(network.body(inputs)[0])[-1, 0], inputs)
    gradients = rnnviz.backpropagate(rnnviz.trace(run, x), of="logit")
    np.testing.assert_allclose(gradients.dx, wanted.numpy(), rtol=1e-4, atol=1e-8)


def test_words_and_vectors_are_read_alike():
    network, tokens = rnnviz.load("gru"), ("Starving", ",", "Alice")
    found = rnnviz.trace(network, tokens)
    np.testing.assert_array_equal(found.h, rnnviz.trace(network, list(tokens)).h)
    np.testing.assert_array_equal(found.h, rnnviz.trace(network, "Starving, Alice").h)
    vectors = vocabulary().vectors[[vocabulary().index(token) for token in tokens]]
    np.testing.assert_allclose(found.h, rnnviz.trace(network, vectors).h, atol=1e-6)
    with pytest.raises(ValueError, match="no word to read"):
        rnnviz.trace(network, "")


def test_a_run_that_reads_words_is_traced_as_it_is_now():
    run = rnnviz.start("errands", kind="rnn", units=8, steps=3)
    later = rnnviz.advance(run, 2)
    first, second = (rnnviz.trace(one, "Hungry, Bob") for one in (run, later))
    assert first.words == second.words
    assert not np.array_equal(first.h, second.h)
    with pytest.raises(ValueError, match="class Window, which has no recurrent state"):
        rnnviz.trace(rnnviz.start("errands", kind="window", units=8), "Hungry, Bob")


def test_a_hook_on_the_body_of_a_network_is_seen():
    network = Network(Shape("gru", 6), ("a", "b"), 64)
    network.body.register_forward_pre_hook(lambda _, given: (given[0] + 1,))
    assert "hooks change it" in refusal(network, "Hungry, Bob")
