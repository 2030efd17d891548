"""How far our numbers are from PyTorch's, for one trace: what the badge on the page says."""

from dataclasses import dataclass

import numpy as np
import torch

from rnnviz.networks.bodies import Body
from rnnviz.recurrence.bptt import Gradients, answer_ids
from rnnviz.recurrence.trace import Trace


@dataclass(frozen=True)
class Check:
    """Largest differences over a whole sentence."""

    states: float
    """Absolute, over every entry of h after every token (and of c after the last)."""
    gradients: float
    """Relative, over ‖∂L/∂x_t‖, the gradient in each token's input, where it is at least a millionth of the largest
    (of smaller ones, single precision has lost digits on either side) and PyTorch's is a finite number."""


def check(module: Body, trace: Trace, gradients: Gradients) -> Check:
    """Let the `torch.nn` module that was traced read the same inputs itself, and autograd go back through it.

    The gradient in a token's input is drawn from ∂L/∂h_t and ∂L/∂c_t of the same step, so that it agrees only if
    these do. `gradients` are those of the trace's last step (`backpropagate(trace, …, at="last")`).
    """
    inputs = torch.from_numpy(trace.inputs).requires_grad_()
    output, last = module(inputs)
    theirs = output.detach().numpy()
    states = float(np.abs(theirs - trace.h).max())
    if trace.c is not None:
        states = max(states, float(np.abs(last[1].detach().numpy()[0] - trace.c[-1]).max()))
    if gradients.targets:
        weight, bias = (torch.from_numpy(trace.parameters[name]) for name in ("weight_out", "bias_out"))
        logits = weight @ output[-1] + bias
        j = int(answer_ids(trace, gradients.targets[-1])[-1])
        answer = logits[j] if gradients.of == "logit" else -logits.log_softmax(0)[j]
    else:
        answer = output[-1].square().sum() / 2
    (found,) = torch.autograd.grad(answer, inputs)
    norms = np.linalg.norm(found.numpy().astype(float), axis=1)
    largest = norms[np.isfinite(norms)].max(initial=0.0)
    seen = (norms > 0) & (norms >= 1e-6 * largest) & (norms < np.inf)
    relative = np.abs(np.linalg.norm(gradients.dx, axis=1)[seen] / norms[seen] - 1)
    return Check(states, float(np.nan_to_num(relative, nan=np.inf).max(initial=0.0)))
