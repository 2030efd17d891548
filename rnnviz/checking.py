"""How far our numbers are from PyTorch's, for one trace: what the badge on the page says."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from rnnviz.bptt import Gradients, answer_ids
from rnnviz.tracing import Trace

CELLS: dict[str, type[nn.RNNCell] | type[nn.LSTMCell] | type[nn.GRUCell]] = {
    "rnn": nn.RNNCell,
    "lstm": nn.LSTMCell,
    "gru": nn.GRUCell,
}


@dataclass(frozen=True)
class Check:
    """Largest differences over a whole sentence."""

    states: float
    """Absolute, over every entry of h (and c) after every token."""
    gradients: float
    """Relative, over ‖∂L/∂h_t‖ (and ‖∂L/∂c_t‖) at every step t that autograd finds above 1e-30."""


def check(trace: Trace, gradients: Gradients) -> Check:
    """Run PyTorch's own cell with the same weights over the same inputs, and autograd behind it.

    `gradients` are those of the trace's last step (`backpropagate(trace, …, at="last")`).
    """
    options: dict[str, Any] = {"nonlinearity": trace.nonlinearity} if trace.kind == "rnn" else {}
    w = {name: torch.from_numpy(value) for name, value in trace.parameters.items()}
    units, embedding = trace.h.shape[1], trace.inputs.shape[1]
    cell = CELLS[trace.kind](embedding, units, dtype=w["weight_hh"].dtype, device="meta", **options)
    cell.load_state_dict({name: v for name, v in w.items() if not name.endswith("_out")}, assign=True)
    steps: list[tuple[torch.Tensor, ...]] = []
    state = None
    # A batch of one: without it PyTorch returns a copy of c, on which h does not depend for autograd.
    for x in torch.from_numpy(trace.inputs)[:, None]:
        state = cell(x, state)
        steps.append(state if trace.kind == "lstm" else (state,))
    theirs = [torch.cat(part).detach().numpy() for part in zip(*steps, strict=True)]
    states = max(float(np.abs(a - b).max()) for a, b in zip(trace.states, theirs, strict=True))
    h = steps[-1][0][0]
    if gradients.targets:
        logits, j = w["weight_out"] @ h + w["bias_out"], int(answer_ids(trace, gradients.targets[-1])[-1])
        answer = logits[j] if gradients.of == "logit" else -logits.log_softmax(0)[j]
    else:
        answer = h.square().sum() / 2
    flat = [part for step in steps for part in step]
    found = torch.autograd.grad(answer, flat, allow_unused=True, materialize_grads=True)
    norms = torch.cat(found).double().norm(dim=1).numpy().reshape(len(steps), -1).T
    ours = [gradients.norms] if gradients.norms_c is None else [gradients.norms, gradients.norms_c]
    seen = norms > 1e-30
    relative = np.abs(np.array(ours)[seen] / norms[seen] - 1)
    return Check(states, float(relative.max(initial=0.0)))
