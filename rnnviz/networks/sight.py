"""What any of the six networks sees of a sentence, and which words its answer reacts to.

Sources: the gradient as saliency, Simonyan et al. (2014), for words Li et al. (2016).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from numpy import ndarray

from rnnviz.networks.bodies import Attention
from rnnviz.networks.network import Network
from rnnviz.recurrence.trace import softmax
from rnnviz.text import vectors_of

Array = ndarray


@dataclass(frozen=True)
class Sight:
    """One network at the last of T words. V words it can say."""

    kind: str
    trained: bool
    tokens: tuple[str, ...]
    words: tuple[str, ...]
    probabilities: Float[Array, "V"]
    """Of the word that comes next."""
    target: str
    """The word whose logit the saliency is about."""
    saliency: Float[Array, "T"]
    """‖∂ logit of the target / ∂ vector of each word‖."""
    sees: Bool[Array, "T"]
    """Whether a word can reach the answer at all."""
    attention: Float[Array, "heads T"] | None
    """What each head looks at from the last word; a row sums to 1. None without attention."""

    @property
    def best(self) -> tuple[str, float]:
        """The likeliest next word, and its probability."""
        at = int(self.probabilities.argmax())
        return self.words[at], float(self.probabilities[at])

    def chance_of(self, word: str) -> float:
        """The probability of a word. Raises ValueError for one that the network cannot say."""
        return float(self.probabilities[self.words.index(word)])


def sight_of(network: Network, tokens: tuple[str, ...], target: str | None = None, trained: bool = True) -> Sight:
    """Let a network read the tokens; `target` is left out for the likeliest word. In the network's own precision.

    Raises ValueError if there is nothing to read, or for a target that the network cannot say.
    """
    if not tokens:
        raise ValueError("there is no word to read")
    if target and target not in network.words:
        raise ValueError(f"the network cannot say {target!r}")
    vectors = torch.tensor(vectors_of(tokens, network.reads), dtype=next(network.parameters()).dtype)
    vectors.requires_grad_()
    logits = network(vectors[None])[0, -1]
    said = network.words.index(target) if target else int(logits.argmax())
    (slope,) = torch.autograd.grad(logits[said], vectors)
    attention = None
    if isinstance(network.body, Attention):
        with torch.no_grad():
            attention = network.attention(vectors[None])[0, :, -1].numpy()
    return Sight(
        kind=network.shape.kind,
        trained=trained,
        tokens=tokens,
        words=network.words,
        probabilities=softmax(logits.detach().numpy()),
        target=network.words[said],
        saliency=slope.norm(dim=1).numpy(),
        sees=network.sees(len(tokens))[-1],
        attention=attention,
    )
