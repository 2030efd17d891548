"""How far our numbers are from PyTorch's, for one trace: what the badge on the page says."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from rnnviz.bptt import Gradients, answer_ids
from rnnviz.networks import BODIES
from rnnviz.tracing import Trace


@dataclass(frozen=True)
class Check:
    """Largest differences over a whole sentence."""

    states: float
    """Absolute, over every entry of h after every token (and of c after the last)."""
    gradients: float
    """Relative, over ‖∂L/∂x_t‖, the gradient in each token's input, where autograd finds it above 1e-30."""


def check(trace: Trace, gradients: Gradients) -> Check:
    """Let PyTorch's own module with the same weights read the same inputs, and autograd go back through it.

    The gradient in a token's input is drawn from ∂L/∂h_t and ∂L/∂c_t of the same step, so that it agrees only if
    these do. `gradients` are those of the trace's last step (`backpropagate(trace, …, at="last")`).
    """
    options: dict[str, Any] = {"nonlinearity": trace.nonlinearity} if trace.kind == "rnn" else {}
    w = {name: torch.from_numpy(value) for name, value in trace.parameters.items()}
    inputs = torch.from_numpy(trace.inputs).requires_grad_()
    module = BODIES[trace.kind](inputs.shape[1], trace.h.shape[1], dtype=inputs.dtype, device="meta", **options)
    cell = {f"{name}_l0": v for name, v in w.items() if not name.endswith("_out")}
    module.load_state_dict(cell, assign=True)
    output, last = module(inputs)
    theirs = output.detach().numpy()
    states = float(np.abs(theirs - trace.h).max())
    if trace.c is not None:
        states = max(states, float(np.abs(last[1].detach().numpy()[0] - trace.c[-1]).max()))
    if gradients.targets:
        logits = w["weight_out"] @ output[-1] + w["bias_out"]
        j = int(answer_ids(trace, gradients.targets[-1])[-1])
        answer = logits[j] if gradients.of == "logit" else -logits.log_softmax(0)[j]
    else:
        answer = output[-1].square().sum() / 2
    (found,) = torch.autograd.grad(answer, inputs)
    norms = np.linalg.norm(found.numpy().astype(float), axis=1)
    seen = norms > 1e-30
    relative = np.abs(np.linalg.norm(gradients.dx, axis=1)[seen] / norms[seen] - 1)
    return Check(states, float(relative.max(initial=0.0)))
