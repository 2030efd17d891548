"""How far our numbers are from PyTorch's, for one trace: what the badge on the page says."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy import ndarray
from torch import Tensor
from torch.nn.functional import linear

from rnnviz.networks.bodies import Body
from rnnviz.networks.network import Network
from rnnviz.networks.reading import asked_at, recurrent
from rnnviz.recurrence.bptt import Gradients, answer_ids
from rnnviz.recurrence.trace import Trace
from rnnviz.text import asking_words, vectors_of

SQUASH = {"σ": torch.sigmoid, "tanh": torch.tanh, "ReLU": torch.relu}


@dataclass(frozen=True)
class Check:
    """Largest differences over a whole sentence: absolute, but for the gradients."""

    states: float
    """Over every entry of h and c after every token."""
    gates: float
    """Over every entry of every gate; 0 where there is none."""
    probabilities: float
    """Over every word's probability after every token; 0 for a module without a readout."""
    asked: float
    """The same, had the sentence gone on by asking for a thing from there; 0 where that was not asked."""
    gradients: float
    """Relative, over the norms of ∂L/∂x_t, ∂L/∂h_t and ∂L/∂c_t, where they are at least a millionth of the largest and
    PyTorch's are finite numbers."""

    @property
    def groups(self) -> dict[str, float]:
        """The largest of the states and gates, of all probabilities, and of the gradients, as the page lists them."""
        states, probabilities = max(self.states, self.gates), max(self.probabilities, self.asked)
        return {"states": states, "probabilities": probabilities, "gradients": self.gradients}

    @property
    def largest(self) -> float:
        return max(self.groups.values())


def check(reader: Network | Body, trace: Trace, gradients: Gradients, asked: ndarray | None = None) -> Check:
    """Let PyTorch compute what a trace of `reader` holds: the module reads the same input itself, autograd goes back.

    Back, each step is taken by itself, from the gradients after it that it is held against: a difference shows in the
    step in which it arises. `gradients` are those of the trace's last step (`backpropagate(trace, …, at="last")`);
    `asked` is what `rnnviz.networks.reading.ask` says, `(T, V)`.
    """
    network = reader if isinstance(reader, Network) else None
    module = recurrent(network.body if network else reader)
    inputs = read_by(network, trace.tokens) if network else torch.from_numpy(trace.inputs)
    with torch.no_grad():
        output, last = module(inputs)
        before = torch.cat([torch.zeros_like(output[:1]), output[:-1]])
    earlier = (before, *(torch.from_numpy(part) for part in trace.states_before[1:]))
    with torch.enable_grad():
        given = tuple(part.detach().requires_grad_() for part in (inputs, *earlier))
        after = one_step(module, given[0][:, None], *given[1:])
    back = one_step_back(given, after, answer_gradient(output[-1], network, trace, gradients), gradients)
    with torch.no_grad():
        after = (output, *(part.detach() for part in after[1:]))
        states, gates = max(map(gap, trace.states, after)), 0.0
        if trace.c is not None:
            states = max(states, gap(trace.c[-1:], last[1]))
        if trace.gates:
            theirs = gates_of(module, inputs, before, trace)
            gates = max(gap(values, theirs[letter]) for letter, values in trace.gates.items())
        said = gone = 0.0
        if network:
            said = gap(trace.probabilities, network.readout(output).softmax(-1))
            gone = 0.0 if asked is None else gap(asked, asked_of(network, after, trace.tokens))
    return Check(states, gates, said, gone, back)


def read_by(network: Network, tokens: tuple[str, ...]) -> Tensor:
    """What the body reads, as PyTorch projects it."""
    with torch.no_grad():
        return network.projection(torch.tensor(vectors_of(tokens, network.reads), dtype=network.readout.weight.dtype))


def answer_gradient(h: Tensor, network: Network | None, trace: Trace, gradients: Gradients) -> Tensor:
    """∂L/∂h `(H,)` of the last step's own L."""
    if not network:
        return h  # L = ½‖h‖²
    word = int(answer_ids(trace, gradients.targets[-1])[-1])
    if gradients.of == "logit":
        return network.readout.weight[word]
    h = h.detach().requires_grad_()
    with torch.enable_grad():
        return torch.autograd.grad(-network.readout(h).log_softmax(0)[word], h)[0]


def one_step_back(given: tuple[Tensor, ...], after: tuple[Tensor, ...], answer: Tensor, gradients: Gradients) -> float:
    """The largest relative difference of the gradients in inputs and states, every step back at once.

    `given`: the inputs and the state before each step, `after`: the state after it, in autograd's graph. What a step is
    given from behind is our ∂L/∂h after it, and for c what comes past the hidden state: the next step's f · ∂L/∂c.
    """
    behind = [torch.from_numpy(gradients.dh)]
    ours = [gradients.dx, np.concatenate([gradients.dh[:-1], answer.detach().numpy()[None].astype(float)])]
    if gradients.dc is not None:
        kept = gradients.trace.gates[gradients.trace.cell.keeper].astype(float) * gradients.dc
        behind.append(torch.from_numpy(np.concatenate([kept[1:], 0 * kept[:1]])))
        ours.append(kept)
    weight = [part.to(result.dtype) for part, result in zip(behind, after, strict=True)]
    dx, dh, *dc = torch.autograd.grad(after, given, weight)
    theirs = [dx, torch.cat([dh[1:], behind[0][-1:].to(dh.dtype)]), *dc]
    with np.errstate(over="ignore", invalid="ignore"):
        return max(relative(np.linalg.norm(one, axis=1), other) for one, other in zip(ours, theirs, strict=True))


def one_step(module: Body, inputs: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
    """Let the module read on from N states at once, each with inputs of its own `(N, steps, E)`: the state after."""
    given = inputs if module.batch_first else inputs.transpose(0, 1)
    parts = tuple(part[None] for part in state)
    _, last = module(given, parts if len(parts) > 1 else parts[0])
    return tuple(part[0] for part in (last if isinstance(last, tuple) else (last,)))


def gates_of(module: Body, inputs: Tensor, before: Tensor, trace: Trace) -> dict[str, Tensor]:
    """The gates of every step, by the letters of the cell."""
    cell, found = trace.cell, dict[str, Tensor]()
    w_ih, w_hh = (getattr(module, name) for name in ("weight_ih_l0", "weight_hh_l0"))
    b_ih, b_hh = (getattr(module, name, None) for name in ("bias_ih_l0", "bias_hh_l0"))
    a_ih, a_hh = linear(inputs, w_ih, b_ih), linear(before, w_hh, b_hh)
    parts = zip(cell.letters, a_ih.chunk(len(cell.letters), -1), a_hh.chunk(len(cell.letters), -1), strict=True)
    for letter, ih, hh in parts:
        behind = found.get(cell.behind.get(letter, ""))
        found[letter] = SQUASH[cell.squash[letter]](ih + (hh if behind is None else behind * hh))
    return found


def asked_of(network: Network, states: tuple[Tensor, ...], tokens: tuple[str, ...]) -> Tensor:
    """Probabilities of the word after each prefix, gone on with what it lacks to ask for a thing: the module reads on
    from its states after each token. `(T, V)`."""
    module, words = recurrent(network.body), asking_words(network.reads)
    added = asked_at(tokens, network.reads)
    found, read = states[0].clone(), read_by(network, words)
    for more in filter(None, set(added)):
        rows = torch.tensor([t for t, one in enumerate(added) if one == more])
        given = read[[words.index(word) for word in more]].expand(len(rows), -1, -1)
        found[rows] = one_step(module, given, *(part[rows] for part in states))[0]
    return network.readout(found).softmax(-1)


def gap(ours: ndarray, theirs: Tensor) -> float:
    """The largest difference; of what is the same infinity, or no number in both, none."""
    wanted = theirs.detach().numpy()
    with np.errstate(invalid="ignore"):
        apart = np.abs(ours - wanted)
    if not np.isfinite(apart).all():
        apart[(ours == wanted) | (np.isnan(ours) & np.isnan(wanted))] = 0
        apart[np.isnan(apart)] = np.inf
    return float(apart.max(initial=0.0))


def relative(ours: ndarray, theirs: Tensor) -> float:
    """The largest relative difference of the norms `(T,)` from those of the rows of `theirs`."""
    norms = np.linalg.norm(theirs.numpy().astype(float), axis=1)
    largest = norms[np.isfinite(norms)].max(initial=0.0)
    seen = (norms > 0) & (norms >= 1e-6 * largest) & (norms < np.inf)
    return float(np.nan_to_num(np.abs(ours[seen] / norms[seen] - 1), nan=np.inf).max(initial=0.0))
