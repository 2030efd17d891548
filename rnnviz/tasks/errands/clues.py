"""Everyday clues to a need in English: what happened, or how somebody looks, as people tell it (`clues.txt`)."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from rnnviz.shipped import ASSETS
from rnnviz.tasks.errands.grammar import sections

_PART = re.compile(r"<(\w+)>")
_BETWEEN = re.compile(r"\(\?:(\\w\+|\[\\w'\]\+) \)")
"""Any word, and a blank."""


class Clue(NamedTuple):
    """What is looked for."""

    keys: tuple[str, ...]
    """One of these words must stand in the sentence, so that most clues cost nothing."""
    shape: str
    """A regular expression over words with one blank between them."""
    thing: str


@lru_cache
def clues() -> tuple[Clue, ...]:
    """All clues. What stands in between denies nothing."""
    lists = sections((ASSETS / "errands" / "en" / "clues.txt").read_text("utf-8"))
    parts = dict(line.split(" = ", 1) for line in lists.pop("parts"))
    found = []
    for thing, lines in lists.items():
        for line in lines:
            keys, shape = line.split(" = ", 1)
            shape = _PART.sub(lambda part: parts[part[1]], shape)
            shape = _BETWEEN.sub(lambda any_: rf"(?:(?!(?:not|n't|no|never|nobody|nothing) ){any_[1]} )", shape)
            found.append(Clue(tuple(keys.split()), rf"(?<!\S)(?:{shape})(?!\S)", thing))
    return tuple(found)


@cache
def compiled(shape: str) -> re.Pattern[str]:
    """Each only when a sentence first has a word of it: all together take half a second."""
    return re.compile(shape)
