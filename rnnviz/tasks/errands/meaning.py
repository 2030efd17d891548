"""What a sentence asks for, as far as that is sure: a rule that would rather say nothing than something wrong.

A reader for each language finds which needs a sentence names, what it says of each, whose it is and who buys. Here it
is decided what follows. Whatever could turn the meaning (a "not", another person, a second need, a past one, a purchase
in between, a picture such as "hungry for news", words that are only quoted) makes the rule unsure, and it says which of
these it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType

from rnnviz.tasks.errands import reads_english, reads_japanese
from rnnviz.tasks.errands.claims import Account, Claim, Mention
from rnnviz.text import language_of

SAYS = ("stated", "denied", "none", "negation", "several", "bought", "past", "doubt", "whose", "picture", "quoted")
"""The two claims, "no need that I know", and the reasons for which the rule is not sure."""
SHORT = 10
"""A need is denied for sure only if at most so many words lead from there to the purchase: else more is told."""


@dataclass(frozen=True)
class Meaning:
    """What the rule says of a sentence."""

    says: str
    """One of `SAYS`."""
    need: Mention | None = None
    """The need that counts; where the rule is not sure, the first that is named: of several the first that is stated
    outright."""
    denied: Mention | None = None
    """The first need that the sentence denies."""

    @property
    def thing(self) -> str | None:
        """What is to be bought, where that is sure."""
        return self.need.thing if self.need and self.says == "stated" else None

    @property
    def named(self) -> Mention | None:
        """The first need that is named at all, whatever is said of it."""
        found = [need for need in (self.need, self.denied) if need]
        return min(found, key=lambda need: need.start, default=None)


READERS: dict[str, ModuleType] = {"en": reads_english, "ja": reads_japanese}
"""What knows a language: `mentions`, `read` and `settled`."""


def mentions(tokens: tuple[str, ...], read: int | None = None) -> list[Mention]:
    """All needs that a sentence names, or its first `read` tokens do, whatever is said of them."""
    found: list[Mention] = READERS[language_of(tokens)].mentions(tokens[:read])
    return found


def meaning(tokens: tuple[str, ...], read: int | None = None) -> Meaning:
    """What the sentence asks for, or its first `read` tokens, which are read in the language of the whole."""
    language = language_of(tokens)
    return _meaning(tokens if read is None else tokens[: READERS[language].settled(tokens, read)], language)


def claims(tokens: tuple[str, ...], read: int | None = None) -> tuple[Claim, ...]:
    """What the sentence, or its first `read` tokens, says of each need that it names."""
    reader = READERS[language_of(tokens)]
    found: Account = reader.read(tokens if read is None else tokens[: reader.settled(tokens, read)])
    return found.claims


@lru_cache(maxsize=512)
def _meaning(tokens: tuple[str, ...], language: str) -> Meaning:
    return decided(READERS[language].read(tokens))


def decided(account: Account) -> Meaning:
    """What follows from a sentence as it was read."""
    claims = account.claims
    if not claims:
        return Meaning("none")
    first = claims[0].need
    denied = next((claim.need for claim in claims if claim.turn == "denied"), None)
    if account.turn:
        return Meaning(account.turn, first, denied)
    standing = [claim for claim in claims if not claim.turn]
    if any(claim.turn in ("negation", "bought") for claim in claims):
        return Meaning("negation", first, denied)
    if not standing:
        if all(claim.turn == "denied" for claim in claims):
            short = account.told <= SHORT
            return Meaning("denied" if short else "negation", None if short else first, denied)
        return Meaning(next(claim.turn for claim in claims if claim.turn != "denied"), first, denied)
    if len({claim.need.thing for claim in standing}) > 1:
        standing = _of_buyer(account, standing)
    if not standing:
        return Meaning("several", first, denied)
    thing = standing[0].need.thing
    if any(claim.turn in ("picture", "quoted") and claim.need.thing != thing for claim in claims):
        return Meaning("several", standing[-1].need, denied)
    if any(one.turn == "denied" and one.need.thing == thing and one.need.start > first.start for one in claims):
        return Meaning("negation", first, denied)
    if not account.so and not _alone(account, standing):
        return Meaning("whose", first, denied)
    return Meaning("stated", standing[-1].need, denied)


def _of_buyer(account: Account, standing: Sequence[Claim]) -> list[Claim]:
    """Of several needs those of the one who buys, where each is plainly theirs or plainly not."""
    if account.buyer is None:
        return []
    same = [claim.whose.same(account.buyer) if claim.whose else None for claim in standing]
    theirs = [claim for claim, one in zip(standing, same, strict=True) if one]
    if None in same or len({claim.need.thing for claim in theirs}) != 1:
        return []
    return theirs


def _alone(account: Account, standing: Sequence[Claim]) -> bool:
    """Whether the need is that of the one who buys, as far as can be told."""
    holders = {claim.whose for claim in standing if claim.whose}
    if account.buyer is None or not holders:
        return len(account.people) < 2
    same = {holder.same(account.buyer) for holder in holders}
    return False not in same and (None not in same or len(account.people) < 2)
