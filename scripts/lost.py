"""Say of each example with how many words in between a network loses its need: `python -m scripts.lost [name …]`.

For choosing the sentence that the app opens with: the RNN should lose its need where the slider reaches, and the LSTM
should not. Printed is the first number of words with which another thing is likelier than the right one, or "-", and
with how many of all numbers the right one is the likeliest.
"""

import sys
from collections.abc import Sequence

import torch

from rnnviz.networks.network import Network
from rnnviz.tasks import errands
from rnnviz.text import tokenize, vectors_of
from rnnviz.training import zoo
from rnnviz.ui.keys import KEYS, Whole

WORDS = KEYS["words"]
assert isinstance(WORDS, Whole)
SLIDER = range(WORDS.low, WORDS.high + 1)


def bought(network: Network, tokens: Sequence[str]) -> str:
    """The likeliest of the ten things after the last token."""
    things = errands.things(network.reads)
    with torch.inference_mode():
        logits = network(torch.tensor(vectors_of(tokens, network.reads))[None])[0, -1]
    return max(things, key=lambda thing: float(logits[network.words.index(thing)]))


def right(network: Network, text: str) -> list[bool]:
    """Whether the likeliest thing is the right one, for each number of words in between that the slider has."""
    tokens = tokenize(text)
    thing = errands.need_of(tokens)
    return [bought(network, errands.stretch(tokens, words)) == thing for words in SLIDER]


if __name__ == "__main__":
    names = sys.argv[1:] or ["rnn", "lstm", "gru"]
    for language, examples in errands.EXAMPLES.items():
        networks = [zoo.load(zoo.reading(name, language)) for name in names]
        for text in examples:
            if errands.need_of(tokenize(text)) is None:
                continue
            told = []
            for name, network in zip(names, networks, strict=True):
                found = right(network, text)
                first = found.index(False) if False in found else "-"
                told.append(f"{name} {first!s:>2} ({sum(found)}/{len(found)})")
            print(f"{'  '.join(told)}  {text}")
