"""One sequence read twice, with another word in one place: where the states differ, and how much."""

from dataclasses import dataclass
from functools import cached_property

from jaxtyping import Float, Int
from numpy import abs as absolute
from numpy import ndarray

from rnnviz.recurrence.trace import Trace

Array = ndarray
APART = 0.5
"""By more than this a value must differ to tell two words apart: a quarter of the way from -1 to 1. Fixed before any
result was looked at, and the same for every network and state."""


@dataclass(frozen=True)
class Swap:
    """Two readings of T tokens that differ in one. H units.

    A difference is `after` less `before`: zero up to the token itself, from there on what the other word has made of
    the same network. The precision is that of the traces.
    """

    before: Trace
    """The sequence as it is."""
    after: Trace
    """The same with the other word."""
    at: int
    """The place of the word, from 0."""

    @property
    def word(self) -> str:
        """The word that was there."""
        return self.before.tokens[self.at]

    @property
    def other(self) -> str:
        """The one in its place."""
        return self.after.tokens[self.at]

    @property
    def h(self) -> Float[Array, "T H"]:
        """By how much the hidden states differ."""
        return self.changes["h"]

    @property
    def c(self) -> Float[Array, "T H"] | None:
        """By how much the cell states differ (LSTM)."""
        return self.changes.get("c")

    @property
    def gates(self) -> dict[str, ndarray]:
        """By how much each gate differs, `(T, H)` under its letter: LSTM `i f g o`, GRU `r z n`, RNN none."""
        return {letter: self.changes[letter] for letter in self.before.gates}

    @cached_property
    def changes(self) -> dict[str, ndarray]:
        """All of that by letter, `(T, H)` each, in the order in which figures show them."""
        read, again = self.before.records, self.after.records
        return {letter: again[letter] - read[letter] for letter in read}

    def apart(self, by: float = APART) -> dict[str, Int[Array, "T"]]:
        """How many values of each part of the state tell the two words apart after each token: `h`, and `c` of an LSTM.

        A value does if it differs by more than `by`; one that is no number differs by nothing.
        """
        return {part: (absolute(self.changes[part]) > by).sum(1) for part in self.before.cell.parts}
