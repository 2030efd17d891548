"""The words at which a sentence turns: where it denies a need, and where another takes the place of a denied one."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from rnnviz.tasks.errands.claims import Claim
from rnnviz.tasks.errands.meaning import claims, meaning
from rnnviz.tasks.errands.reading import PUNCTUATION

DENIES = ("denied", "past")
"""What is said of a need that is taken back: that there is none, or that there was one."""


class Turning(NamedTuple):
    """What a word does to a need."""

    to: Literal["denied", "needed"]
    thing: str
    """What answers that need."""
    read: int
    """With so many tokens read it is sure: those up to this word, and the marks that follow it."""


@lru_cache(maxsize=8)
def turnings(tokens: tuple[str, ...]) -> Mapping[int, Turning]:
    """By token. A need that the whole sentence denies turns at the first word with which this is said; the need that
    is left when others were denied, or only believed in, at the first word with which it is what is asked for.

    Both are read off the sentence as far as it goes (`meaning`), so a word that is taken back later turns nothing.
    """
    whole = claims(tokens)
    found = {}
    for one in reversed([claim for claim in whole if claim.turn in DENIES]):
        at = next((at for at in range(one.need.end, len(tokens)) if _says(claims(tokens, at + 1), one)), None)
        if at is not None:
            found[_word(tokens, at)] = Turning("denied", one.need.thing, at + 1)
    asked = meaning(tokens).need
    if asked and meaning(tokens).thing and any(claim.turn for claim in whole if claim.need.end < asked.start):
        at = next(at for at in range(len(tokens)) if meaning(tokens, at + 1).thing == asked.thing)
        if at >= asked.start:
            found.setdefault(_word(tokens, at), Turning("needed", asked.thing, at + 1))
    return found


def _says(read: Sequence[Claim], whole: Claim) -> bool:
    """Whether the same is said of the same need already."""
    return any(one.turn == whole.turn and one.need.start == whole.need.start for one in read)


def _word(tokens: Sequence[str], at: int) -> int:
    """The word that a mark follows, with which it became sure."""
    while at and tokens[at] in PUNCTUATION:
        at -= 1
    return at
