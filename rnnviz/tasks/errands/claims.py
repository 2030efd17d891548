"""What a reader finds in a sentence: which needs are named, what is said of each, whose it is, and who buys."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Turn = Literal["", "denied", "negation", "past", "doubt", "picture", "quoted", "bought", "several"]
"""What is said of a need: nothing against it; that there is none, or was; that somebody may have it; no need at all;
that it stands between quotation marks, and nobody says it of themselves."""


@dataclass(frozen=True)
class Mention:
    """A need that is named: from which token to which, what answers it, and its part of speech, or "cue"."""

    start: int
    end: int
    thing: str
    kind: str


class Person(NamedTuple):
    """Somebody: a name ("" of a pronoun), and the group of pronouns that can stand for them ("" if unknown)."""

    name: str
    group: str

    def same(self, other: "Person") -> bool | None:
        """Whether both are the same; None where a reader cannot be sure."""
        if self.name and other.name:
            return self.name == other.name
        if {self.group, other.group} == {"i", "we"}:
            return True
        if self.group and other.group and self.group != other.group:
            return False
        return True if not (self.name or other.name) or (self.group in ("i", "we", "you") and self.group) else None


class Claim(NamedTuple):
    """A need, and what the sentence says of it."""

    need: Mention
    turn: Turn
    whose: Person | None
    """None where nobody is named."""


class Account(NamedTuple):
    """A sentence as it was read."""

    claims: tuple[Claim, ...]
    turn: Turn
    """What turns the meaning of the whole."""
    buyer: Person | None
    people: frozenset[Person]
    """All who do or are something."""
    told: int
    """How many words lead from the last need to the purchase."""
    so: bool = False
    """Whether the need is said to be why somebody buys, be it theirs or not."""
