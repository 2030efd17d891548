"""What the sentences of training held: read off the lists that they are made of, so that a page can say what a network
has never met. `tests/tasks/test_met.py` compares this with sentences as they are drawn."""

from collections.abc import Sequence
from typing import Literal

from rnnviz.tasks.errands.english import NOT
from rnnviz.tasks.errands.lexicon import ADVICE, NEEDS, OPENINGS, OUTPUT_WORDS, PRONOUN
from rnnviz.tasks.errands.meaning import Mention
from rnnviz.text import join, normal


def _words_before_needs() -> frozenset[str]:
    found: set[str] = set()
    for frames in (*OPENINGS.values(), *ADVICE.values()):
        for frame in (frame.split() for frame in frames):
            found.update(frame[: frame.index("W")] if "W" in frame else ())
    return frozenset(found - {"N", "P"} | PRONOUN.keys() | set(PRONOUN.values()))


BEFORE_NEEDS = _words_before_needs()
"""Every word that stood before a need in some sentence of training: all begin with the need."""
WORDINGS = frozenset(w for need in NEEDS.values() for w in need.wordings if w not in need.held_out)
"""Every way in which a need was worded."""
WORDS = frozenset(OUTPUT_WORDS)
"""Every word."""

Unmet = Literal["wording", "before", "two", "met"]


def unmet(tokens: Sequence[str], need: Mention, named: Sequence[Mention]) -> tuple[Unmet, str]:
    """The first thing about a need that no sentence of training had, and the words in question.

    `named`: all needs that the sentence names. "met": training had its wording, and every word before it before a need.
    """
    words = [normal(token) for token in tokens]
    wording = " ".join(words[need.start : need.end + 1])
    if wording not in WORDINGS:
        return "wording", join(tuple(tokens[need.start : need.end + 1]))
    if any(other.end < need.start for other in named):
        return "two", ""
    strange = next((at for at in range(need.start) if words[at] not in BEFORE_NEEDS), None)
    if strange is not None:
        return "before", whole(tokens, strange)
    return ("two", "") if len(named) > 1 else ("met", "")


def whole(tokens: Sequence[str], at: int) -> str:
    """The word that a token belongs to, as a reader sees it: "isn't" for its "n't"."""
    clitic = normal(tokens[at]) == "n't" or (tokens[at][:1] in "'’" and tokens[at][1:].isalpha())
    return join(tuple(tokens[at - 1 if at and clitic else at : at + 1]))


def negated(tokens: Sequence[str], need: Mention) -> tuple[str, str, str]:
    """A denied need as it stands ("isn't starving"), without its negation ("starving"), and the negation ("isn't")."""
    words = [normal(token) for token in tokens[: need.start]]
    at = max((at for at, word in enumerate(words) if word in NOT), default=need.start)
    start = at - 1 if words[at : at + 1] == ["n't"] and at else at
    return join(tuple(tokens[start : need.end + 1])), join(tuple(tokens[need.start : need.end + 1])), whole(tokens, at)
