"""What the page takes a sentence to ask for, against readers who do not know the code.

Each file of tests/labelled holds 200 sentences by somebody who never saw the rule, labelled: the thing that the person
should buy, "none" where no need is left, "unclear" where readers would differ. The rule's author has seen the first (it
spoke on 42.5% of them before that); the second was written when the rule stood. The two of the grown language, by a
third author, were first met at 40.5% in English, right on 100% of these, and at 52.0% in Japanese, right on 99.0%; then
they were read, and the rule was widened. Since then each file was met once before it was read: `fourth_en` at 54.5%,
right on 98.2% of these; `second_ja` at 51.5%, right on 92.2%, `third_ja` at 56.5%, right on 97.3%, and after the rule
was mended by these, `fourth_ja` at 54.5%, right on 98.2%. So what is measured here no longer tells how it does on what
it has not met.
"""

from __future__ import annotations

import json

import pytest

from rnnviz.tasks import errands
from rnnviz.text import tokenize
from scripts.serving import ROOT

LABELLED = ROOT / "tests" / "labelled"


def claimed(text: str) -> str | None:
    """The thing that the rule claims, "none" where it says that the need is denied; None where it does not speak."""
    found = errands.meaning(tokenize(text))
    return "none" if found.says == "denied" else found.thing


def rates(labelled: list[dict[str, str]]) -> tuple[float, float]:
    """The share of the sentences on which the rule speaks, and the share of these on which it is right."""
    spoken = [(claim, one["thing"]) for one in labelled if (claim := claimed(one["text"])) is not None]
    return len(spoken) / len(labelled), sum(claim == thing for claim, thing in spoken) / len(spoken)


FILES = [
    "verdicts.json",
    *("second.json", "grown_en.json", "third_en.json", "fourth_en.json"),
    *("grown_ja.json", "second_ja.json", "third_ja.json", "fourth_ja.json"),
]


@pytest.mark.parametrize("file", FILES)
def test_the_rule_speaks_on_half_of_what_others_write_and_is_then_right(file: str) -> None:
    speaks, right = rates(json.loads((LABELLED / file).read_text(encoding="utf-8")))
    assert right >= 0.98, f"right on {right:.1%} of what it speaks on"
    assert speaks >= 0.5, f"speaks on {speaks:.1%}"


def test_a_wrong_claim_is_seen() -> None:
    """Or the rates would prove nothing."""
    hungry, fed = "Hungry, Alice goes to the store to buy", "Alice is not hungry. She goes to the store to buy"
    sentences = [{"text": hungry, "thing": "food"}, {"text": fed, "thing": "food"}, {"text": "Alice", "thing": "none"}]
    assert rates(sentences) == (2 / 3, 1 / 2)
