"""What the page takes a sentence to ask for, against readers who do not know the code.

`verdicts.json` holds 200 sentences labelled by somebody who never saw the rule: the thing that the person should buy,
"none" where no need is left, "unclear" where readers would differ.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rnnviz.tasks import errands
from rnnviz.text import tokenize

LABELLED = Path(__file__).with_name("verdicts.json")


def claimed(text: str) -> str | None:
    """The thing that the rule claims, "none" where it says that the need is denied; None where it does not speak."""
    found = errands.meaning(tokenize(text))
    return "none" if found.says == "denied" else found.thing


def rates(labelled: list[dict[str, str]]) -> tuple[float, float]:
    """The share of the sentences on which the rule speaks, and the share of these on which it is right."""
    spoken = [(claim, one["thing"]) for one in labelled if (claim := claimed(one["text"])) is not None]
    return len(spoken) / len(labelled), sum(claim == thing for claim, thing in spoken) / len(spoken)


@pytest.mark.skipif(not LABELLED.exists(), reason="the labels are kept from the rule's author")
def test_the_rule_speaks_on_half_of_what_others_write_and_is_then_right() -> None:
    speaks, right = rates(json.loads(LABELLED.read_text(encoding="utf-8")))
    assert right >= 0.98, f"right on {right:.1%} of what it speaks on"
    assert speaks >= 0.5, f"speaks on {speaks:.1%}"


def test_a_wrong_claim_is_seen() -> None:
    """Or the rates would prove nothing."""
    hungry, fed = "Hungry, Alice goes to the store to buy", "Alice is not hungry. She goes to the store to buy"
    sentences = [{"text": hungry, "thing": "food"}, {"text": fed, "thing": "food"}, {"text": "Alice", "thing": "none"}]
    assert rates(sentences) == (2 / 3, 1 / 2)
