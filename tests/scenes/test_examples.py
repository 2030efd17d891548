"""The examples: which of them a network loses, and what is offered beside the field."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from rnnviz.tasks import errands
from rnnviz.text import tokenize, vectors_of
from scripts.lost import SLIDER, bought, right

ALICE = "Starving, Alice drives to the nearest store to buy"


class Forgetful:
    """Holds food likeliest in sentences of up to so many words, and gloves in longer ones."""

    reads = "en"
    words = errands.things("en")

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, read: torch.Tensor) -> torch.Tensor:
        logits = torch.zeros(*read.shape[:2], len(self.words))
        logits[..., self.words.index("food" if read.shape[1] <= self.longest else "gloves")] = 1
        return logits


@pytest.mark.parametrize("longest", [10, 17, 400])
def test_a_need_is_lost_from_the_number_of_words_on_with_which_another_thing_is_likelier(longest: int) -> None:
    network: Any = Forgetful(longest)
    lengths = [len(errands.stretch(tokenize(ALICE), words)) for words in SLIDER]
    assert right(network, ALICE) == [length <= longest for length in lengths]


class Fluent:
    """Holds an article likeliest, and of the things the last."""

    reads = "en"
    words = ("the", *errands.things("en"))

    def __call__(self, read: torch.Tensor) -> torch.Tensor:
        assert read.shape == (1, *vectors_of(tokenize(ALICE), "en").shape)
        return torch.tensor([99.0, *range(10)]).expand(1, read.shape[1], 11)


def test_what_is_bought_is_the_likeliest_thing_and_no_other_word() -> None:
    network: Any = Fluent()
    assert bought(network, tokenize(ALICE)) == errands.things("en")[-1]
