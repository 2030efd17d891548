"""What an English sentence quotes, who says it, and whether anybody does."""

from collections.abc import Sequence

from rnnviz.tasks.errands import english
from rnnviz.text import normal, quotations


def spans(tokens: Sequence[str]) -> list[tuple[int, int]]:
    """Where quotations open and close. An apostrophe opens one where another one follows and it is no genitive's ("the
    bears' cave"), or right after somebody who speaks or in a program."""
    words = [normal(token) for token in tokens]
    others, opened = set(), False
    for at in (at for at, word in enumerate(words) if word == "'"):
        before = words[at - 1] if at else "."
        if opened or before in english.CODE | english.SAYING or ("'" in words[at + 1 :] and before[-1] != "s"):
            opened = not opened
        else:
            others.add(at)
    return quotations(words, others)


class Quotations:
    """The quotations of a sentence while it is read. `people`: the tokens that are somebody."""

    def __init__(self, tokens: Sequence[str], words: Sequence[str], people: Sequence[int]) -> None:
        self.words, self.spans = words, spans(tokens)
        self.inside = {at for start, end in self.spans for at in range(start, end)}
        self.people, self.outside = people, [at for at in people if at not in self.inside]

    def _around(self, at: int) -> tuple[int, int] | None:
        """The innermost quotation around a token."""
        return max((span for span in self.spans if span[0] < at < span[1]), default=None)

    def speaker(self, at: int) -> int | None:
        """The token of who says what is quoted there: named right after it, else right before."""
        span = self._around(at)
        if span is None:
            return None
        start, end = span
        after = next((one for one in self.outside if one > end), None)
        if after is not None and after - end <= 4 and not english.ENDS & set(self.words[end + 1 : after]):
            return after
        return next((one for one in reversed(self.outside) if one < start), None)

    def program(self, at: int) -> bool:
        """Whether it is quoted in a program: print("…")."""
        return any(start < at < end and self.words[start - 1 : start] in _CODE for start, end in self.spans)

    def said(self, at: int) -> bool:
        """Whether somebody says what stands there, or it is not quoted: nobody says the song "…", or the word "…"."""
        span = self._around(at)
        if span is None:
            return True
        start, end = span
        marked = start == 0 or self.words[start - 1] in english.MARKS
        if marked and end == len(self.words):  # who says it may still be read
            return True
        if self._told_after(end) or self._told_before(start, marked):
            return True
        own = not english.FIRST.isdisjoint(self.words[start:end])
        shown = not english.SHOWN.isdisjoint(self.words[at] for at in self._lead(start))
        return own and marked and bool(self.outside) and not shown

    def _lead(self, start: int) -> range:
        """The words that lead to a quotation, without the marks right before it."""
        stop = start
        while stop and self.words[stop - 1] in english.MARKS:
            stop -= 1
        first = stop
        while first and self.words[first - 1] not in english.ENDS and self.words[first - 1] != '"':
            first -= 1
        return range(first, stop)

    def _told_before(self, start: int, marked: bool) -> bool:
        """Whether somebody is about to say it: Bob says, "…"; she told her mother "…"."""
        lead = self._lead(start)
        verb = next((at for at in reversed(lead) if self.words[at] in english.SAYING), None)
        if verb is None:
            return False
        rest = range(verb + 1, lead.stop)
        if not english.SHOWN.isdisjoint(self.words[at] for at in rest):
            return False
        if not marked and not all(at in self.people or self.words[at] in english.WHOM for at in rest):
            return False
        at = verb - 1
        while at in lead and (self.words[at] in english.HAS | english.VERY | {"~"} or self.words[at].endswith("ly")):
            at -= 1
        return at in self.people or (at in lead and self.words[at] in english.GOES_ON)

    def _told_after(self, end: int) -> bool:
        """Whether somebody has said it: "…," says Bob; "…," the old owl said."""
        stop = next((at for at in range(end + 1, len(self.words)) if self.words[at] in english.ENDS), len(self.words))
        near = range(end + 1, min(stop, end + 7))
        verb = next((at for at in near if self.words[at] in english.SAYING), None)
        if verb is None:
            return False
        after = next((at for at in self.people if verb < at <= verb + 3 and at in near), None)
        named = after is not None and "to" not in self.words[verb:after]
        return named or any(end < at < verb for at in self.people)


_CODE = [[mark] for mark in english.CODE]
