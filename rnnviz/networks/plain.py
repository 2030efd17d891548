"""Whether a module computes what its weights say: a trace is made from these, and promises the module's states."""

from typing import Any

import numpy as np
import torch
from numpy import ndarray
from torch import nn
from torch.nn.utils import parametrize

from rnnviz.networks.bodies import RECURRENT, Body
from rnnviz.networks.reading import called
from rnnviz.recurrence.given import array_of
from rnnviz.recurrence.trace import WEIGHTS, Trace

PYTORCHS = (nn.RNN, nn.LSTM, nn.GRU)


def insist(module: Body, trace: Trace) -> None:
    """Ask the module itself, once. Raises ValueError where its states are not those of the trace of its weights."""
    inputs = torch.from_numpy(trace.inputs).to(next(module.parameters()))
    # Before the module is called: that may make its weights anew, perhaps in the memory at which a trace looks.
    weights = {f"{name}_l0": torch.tensor(trace.parameters[name]) for name in WEIGHTS}
    ours = tuple(trace.h if part is trace.h else part[-1:] for part in trace.states)
    with torch.no_grad():
        try:
            own = states_of(module(inputs), len(ours))
        except Exception as error:
            raise ValueError(f"{called(module)} cannot read an array (T, E) by itself: {error}") from error
        near = 100 * float(np.finfo(trace.h.dtype).eps)
        apart = difference(own, ours)
        # In a chaotic network rounding grows from step to step, and half precision rounds more than a trace does: then
        # a plain module, which rounds as this one does, says how much of the difference is rounding.
        if apart <= near or difference(own, states_of(plain(module, weights)(inputs), len(ours))) <= near:
            return
    raise ValueError(
        f"this {called(module)} gives other states than nn.{made_as(module).__name__} with its weights, whose a trace "
        f"would show (they differ by {apart:.2g}): {remedy(module)}"
    )


def states_of(returned: Any, parts: int) -> tuple[ndarray, ...]:
    """What a recurrent module returns: h at every step, `(T, H)`, and of an LSTM c at the last, `(1, H)`."""
    h = array_of(returned if isinstance(returned, torch.Tensor) else returned[0])
    return (h,) if parts == 1 else (h, array_of(returned[1][1]))


def difference(some: tuple[ndarray, ...], others: tuple[ndarray, ...]) -> float:
    """The largest difference, relative to the largest number where that is above 1; infinite for other shapes."""
    if any(a.shape != b.shape for a, b in zip(some, others, strict=True)):
        return np.inf
    same = [np.isclose(a, b, rtol=0, atol=0, equal_nan=True) for a, b in zip(some, others, strict=True)]
    with np.errstate(invalid="ignore", over="ignore"):
        apart = [np.abs(a.astype(float) - b)[~equal] for a, b, equal in zip(some, others, same, strict=True)]
    scale = max(1.0, *(float(np.abs(b[np.isfinite(b)]).max(initial=0.0)) for b in others))
    return float(np.nan_to_num(np.concatenate(apart), nan=np.inf).max(initial=0.0)) / scale


def made_as(module: Body) -> type[Body]:
    """The class whose computation a trace shows: PyTorch's, or the project's own."""
    known = (type(module),) if type(module) in RECURRENT.values() else PYTORCHS
    return next(kind for kind in known if isinstance(module, kind))


def plain(module: Body, weights: dict[str, torch.Tensor]) -> Body:
    """A new module like this one with these weights, and nothing else."""
    made = made_as(module)
    options: dict[str, Any] = {"bias": module.bias} if made in PYTORCHS else {}
    if made is nn.RNN:
        options["nonlinearity"] = module.nonlinearity
    with torch.random.fork_rng(devices=[]):  # the weights that it begins with are drawn
        found = made(module.input_size, module.hidden_size, **options).to(next(module.parameters()))
    found.load_state_dict({name: weights[name] for name in found.state_dict()})
    return found


def remedy(module: Body) -> str:
    """Why a module is not plain, and what to do."""
    made = made_as(module)
    if type(module).forward is not made.forward or "forward" in vars(module):
        eval_first = "call eval() first, or " if module.training else ""
        return f"it has a forward of its own; {eval_first}trace a plain nn.{made.__name__} with these weights"
    if parametrize.is_parametrized(module):
        return "its weights are parametrized; make them plain with torch.nn.utils.parametrize.remove_parametrizations"
    if module._forward_hooks or module._forward_pre_hooks:
        return "hooks change it when it is called (weight_norm and spectral_norm are such); take them off first"
    return "it was changed after it was made; load its weights into a new one"
