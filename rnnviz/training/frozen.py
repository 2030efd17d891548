"""The network that a visitor trained, as the pages that read sentences take it: settings, and the weights as bytes.

It travels with each request to the process that computes; nothing of it stays on the server but in the visit.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from safetensors.numpy import load, save

from rnnviz.networks.bodies import RECURRENT
from rnnviz.networks.network import Network
from rnnviz.tasks import TASKS
from rnnviz.training.advance import restore, untrained_network
from rnnviz.training.runs import Run
from rnnviz.training.settings import Settings


@dataclass(frozen=True)
class OwnNetwork:
    """A network of the errand language at one moment of its training."""

    settings: Settings
    step: int
    digest: str
    """Stands for the weights in what is shown of this."""
    weights: bytes = field(repr=False)
    """safetensors, under PyTorch's names."""

    @property
    def kind(self) -> str:
        return self.settings.shape.kind

    @property
    def speaks(self) -> str:
        """The language that it reads and answers in."""
        return TASKS[self.settings.task].reads


def reads(settings: Settings) -> bool:
    """Whether the pages that read sentences can show such a network: its task has sentences, and it has a state."""
    return TASKS[settings.task].words and settings.shape.kind in RECURRENT


def own_network(run: Run) -> OwnNetwork:
    """The run's network as it is now; that with the least held-out loss, where one was kept at the end.

    Raises ValueError for a run whose network these pages cannot show.
    """
    if not reads(run.settings):
        raise ValueError(f"no page reads with a network of kind {run.settings.shape.kind}, task {run.settings.task}")
    kept = run.best if run.ended and run.best else None
    weights = save(kept.parameters if kept else run.parameters)
    digest = hashlib.sha256(weights).hexdigest()[:16]
    return OwnNetwork(run.settings, kept.step if kept else run.step, digest, weights)


def network_of(own: OwnNetwork, trained: bool) -> Network:
    """The network; `trained=False`: as its training began."""
    network = restore(own.settings, load(own.weights)) if trained else untrained_network(own.settings)
    network.name = "yours"
    return network.eval()
