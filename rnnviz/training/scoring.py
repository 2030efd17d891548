"""How well a network reads the language of errands: what cards, tables and the choice of a seed rest on."""

from functools import lru_cache
from random import Random
from statistics import mean

import numpy as np
import torch
from numpy import ndarray

from rnnviz.networks.network import Network
from rnnviz.tasks import errands
from rnnviz.tasks.errands.sentences import Made, made, packed
from rnnviz.text import vocabulary

CLAUSES = (0, 1, 2, 4, 6, 8, 10, 12, 16, 24, 32, 48)
"""Where accuracy is measured: up to four times the length trained on."""
KINDS: tuple[errands.Kind, ...] = ("plain", "late", "denied", "implied", "two", "several")
OTHERS = ("late", "denied", "implied", "two", "several")
"""The kinds of frames that a second author wrote."""
SENTENCES = 1000


def answers(network: Network, batch: errands.Batch, language: str) -> ndarray:
    """Log probabilities `(B, V)` of what comes after each sentence's last word before the thing."""
    table = torch.tensor(vocabulary(language).vectors)
    inputs, at = torch.from_numpy(batch.inputs), torch.from_numpy(batch.answer_at)
    said = []
    with torch.inference_mode():
        for rows in torch.arange(len(at)).split(100):  # long sentences, all at once, would fill the memory
            states = network.body(network.projection(table[inputs[rows]]))[0]
            asked = states[torch.arange(len(rows)), at[rows]]  # the readout is dear, and only these are asked
            said.append(network.readout(asked).log_softmax(1).numpy())
    return np.concatenate(said)


def accuracy(network: Network, batch: errands.Batch, language: str) -> float:
    """How often the likeliest word is the right thing."""
    return float((answers(network, batch, language).argmax(1) == batch.answers).mean())


@lru_cache(maxsize=64)
def sentences(language: str, kind: errands.Kind, clauses: int, wordings: errands.Wordings = "known") -> errands.Batch:
    """Fresh sentences, always the same."""
    rng = np.random.default_rng((7, clauses, wordings == "held_out", KINDS.index(kind) if kind in KINDS else 99))
    return errands.batch(rng, SENTENCES, [clauses], wordings, kind, language)


@lru_cache
def words_between(language: str, clauses: int) -> float:
    """The mean number of words that so many fillers put into a plain sentence."""
    lengths = [sentences(language, "plain", n).answer_at.mean() for n in (0, clauses)]
    return round(float(lengths[1] - lengths[0]), 1)


def chosen_by(network: Network, language: str, longest: int) -> tuple[float, float]:
    """What seeds are ordered by: accuracy, and where that is equal the mean log probability of the answer, over
    sentences of all kinds and lengths of training, which nothing else is reported on."""
    batch = errands.batch(np.random.default_rng(17), 2 * SENTENCES, longest, language=language)
    told, said = batch.stated, answers(network, batch, language)
    right, sure = said.argmax(1) == batch.answers, said[np.arange(len(said)), batch.answers]
    return float(right[told].mean()), float(sure[told].mean())


def blind(network: Network, language: str, longest: int) -> dict[str, int | float]:
    """What a network that sees so many words does where the need lies further back: over plain errands of all lengths,
    the mean probability of its likeliest word (`top`), and how often that is right (`right`)."""
    assert network.reach
    draw = Random(23)
    found: list[Made] = []
    while len(found) < 2 * SENTENCES:
        one = made(draw, language, "plain", draw.randint(1, longest))
        read = one.tokens[:-2]
        needs = errands.mentions(read)
        if needs and all(need.end < len(read) - network.reach for need in needs):
            found.append(one)
    batch = packed(found, language)
    said = answers(network, batch, language)
    right = float((said.argmax(1) == batch.answers).mean())
    return {"sentences": len(said), "top": float(np.exp(said.max(1)).mean()), "right": right}


def scores(network: Network, language: str) -> dict[str, object]:
    """All that the table says of a network."""

    def at(clauses: int, wordings: errands.Wordings = "known") -> float:
        return accuracy(network, sentences(language, "plain", clauses, wordings), language)

    kinds = {kind: accuracy(network, sentences(language, kind, 1), language) for kind in KINDS}
    others = {kind: accuracy(network, errands.by_second_author(language, kind), language) for kind in OTHERS}
    return {
        "shortest": accuracy(network, sentences(language, "advice", 0), language),
        "brief": accuracy(network, sentences(language, "brief", 0), language),
        "clauses": list(CLAUSES),
        "words": [words_between(language, n) for n in CLAUSES],
        "accuracy": [at(n) for n in CLAUSES],
        "held_out": [at(n, "held_out") for n in CLAUSES],
        "kinds": kinds | {"mean": mean(kinds.values())},
        "others": others | {"mean": mean(others.values())},
    }
