"""What if a word had been another one? Two readings of a sentence by each network, and what tells them apart.

A gradient says how far a small change would move the answer. Whether a word is held is another question: put another
one in its place, and look whether the states and the answer change.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy import ndarray

from rnnviz import figures
from rnnviz.figures.base import MOST_IN_PROSE, shortened
from rnnviz.figures.states import by_record
from rnnviz.language import Runs, filled, translate
from rnnviz.networks import reading
from rnnviz.networks.reading import ask
from rnnviz.numbers import percent, two_digits
from rnnviz.recurrence.swapping import APART, Swap
from rnnviz.recurrence.trace import Trace
from rnnviz.scenes.gradients import ratio
from rnnviz.scenes.readings import Named, Reading, in_language, read_sentence, tracing_network
from rnnviz.scenes.writer import View
from rnnviz.tasks import errands
from rnnviz.text import replaced, vocabulary

SATURATED = 0.9
"""From here on a hidden unit stands where tanh is nearly flat."""
TINY = 0.01
"""Below this share a gradient seems to say that a word does not matter."""


@dataclass(frozen=True)
class Change:
    """What another word has made of one network's reading, seen from one token."""

    before: str
    """What the network would buy, asked from here."""
    after: str
    """The same with the other word."""
    follows: bool
    """Whether each is what its own sentence asks for, and these are two things."""
    h: int
    """How many values of the hidden state differ by more than `APART`."""
    c: int | None
    """The same of the cell state, where there is one."""
    saturated: int
    """How many of these `h` stand beyond ±`SATURATED` in the sentence as it is."""

    @property
    def verdict(self) -> str:
        """ "held": the answer follows the word. "trace": the states differ and the answer does not. "gone": no value
        differs by more than `APART`, nor does the answer. "moved": the answer changes, and does not follow."""
        if self.follows:
            return "held"
        if self.before != self.after:
            return "moved"
        return "trace" if self.h or self.c else "gone"


@lru_cache(maxsize=4)
def read_again(named: Named, trained: bool, tokens: tuple[str, ...]) -> tuple[Trace, ndarray]:
    """The states of a network that reads another sentence, and `(T, 10)` the probabilities of `errands.things`, had it
    ended at each token."""
    network = tracing_network(named, trained)
    trace = reading.trace(network, tokens)
    return trace, ask(network, trace)[:, [network.words.index(thing) for thing in errands.things(network.reads)]]


def change(
    one: Reading, other: tuple[Trace, ndarray], at: tuple[int, int], asks: tuple[str | None, str | None]
) -> Change:
    """What tells two readings by one network apart at these tokens of theirs. `asks`: what the sentences ask for."""
    trace, asked = other
    things = errands.things(one.reads)
    before, after = things[int(one.asked[at[0]].argmax())], things[int(asked[at[1]].argmax())]
    moved = [np.abs(new[at[1]] - old[at[0]]) > APART for old, new in zip(one.trace.states, trace.states, strict=True)]
    return Change(
        before,
        after,
        None not in asks and asks[0] != asks[1] and (before, after) == asks,
        int(moved[0].sum()),
        int(moved[1].sum()) if len(moved) > 1 else None,
        int((moved[0] & (np.abs(one.trace.h[at[0]]) > SATURATED)).sum()),
    )


def located(tokens: tuple[str, ...], wanted: str) -> tuple[int, str] | None:
    """Where a swap holds in this sentence, and its other word. `wanted`: as in the link, "0 Starving Parched".

    It holds where the first word stands in that place, else where it stands at all, if only there: so it goes along
    with its word when words are put in between. None where there is no such place, and for another word that is not
    one token, or the same.
    """
    place, word, other = wanted.split(" ")
    there = [at for at, token in enumerate(tokens) if token == word]
    at = int(place) if int(place) in there else there[0] if len(there) == 1 else None
    try:
        fits = at is not None and replaced(tokens, at, other)[at] == other != word
    except ValueError:
        fits = False
    return (at, other) if fits and at is not None else None


@np.errstate(over="ignore", invalid="ignore")
def compose_swap(
    tokens: tuple[str, ...], left: Named, right: Named, trained: bool, at: int, other: str, view: View
) -> bytes:
    """What the stepper shows of a swap, as JSON: for each network its verdict and a line at each token, and where its
    states and gates differ. Raises ValueError as `rnnviz.text.replaced` does."""
    again = replaced(tokens, at, other)
    names = [in_language(name, tokens) for name in (left, right)]
    swap = {
        "revision": hashlib.sha256(repr((again, at, names, trained, view)).encode()).hexdigest()[:16],
        "at": at,
        "other": again[at],
        "title": filled(view.language, "swap.title", {"word": short(tokens[at]), "other": short(other)}),
        "terms": filled(view.language, "swap.terms", {"apart": APART}),
        "note": note(tokens, at, other, view.language),
        "networks": [network_block(name, trained, tokens, again, at, view) for name in names],
    }
    return figures.as_json({"swap": swap})


def network_block(
    named: Named, trained: bool, tokens: tuple[str, ...], again: tuple[str, ...], at: int, view: View
) -> dict[str, object]:
    """One network's two readings."""
    one, other = read_sentence(named, trained, tokens), read_again(named, trained, again)
    record, name, look = (
        Swap(one.trace, other[0], at),
        translate(view.language, f"networks.{one.name}"),
        view.look("figures"),
    )
    asks = [(errands.meaning(tokens, t + 1).thing, errands.meaning(again, t + 1).thing) for t in range(len(tokens))]
    changes = [change(one, other, (t, t), asks[t]) for t in range(len(tokens))]
    figure = figures.changes.spec(record, order=figures.unit_order(one.trace), unit_px=look.px(1), look=look)
    lines = [Line(one, other[1], record, t, changes[t], asks[t], view.language) for t in range(len(tokens))]
    return {
        "name": name,
        "figure": by_record(figure),
        "records": {letter: values.astype(np.float32) for letter, values in record.changes.items()},
        "label": finding(name, record, view.language),
        "verdicts": ["" if t < at else found.verdict for t, found in enumerate(changes)],
        "lines": [line.runs for line in lines],
    }


class Line:
    """What is said of one network's two readings once token t has been read."""

    def __init__(
        self,
        one: Reading,
        asked: ndarray,
        record: Swap,
        t: int,
        found: Change,
        asks: tuple[str | None, str | None],
        language: str,
    ) -> None:
        self.one, self.asked, self.record, self.t, self.found, self.language = one, asked, record, t, found, language
        self.words = {"word": short(record.word), "other": short(record.other)}
        self.runs: Runs = []
        if t < record.at:
            self.say("before")
            return
        self.counts()
        self.answers(*asks)
        if record.at < t == len(one.trace) - 1:
            self.gradient()

    def say(self, key: str, **values: object) -> None:
        self.runs += filled(self.language, f"swap.{key}", values)

    def counts(self) -> None:
        """How many values tell the words apart, and how far on."""
        ago, found = self.t - self.record.at, self.found
        self.say("now" if not ago else "next" if ago == 1 else "later", ago=ago)
        counts = {"h": found.h, "c": found.c, "units": self.one.trace.h.shape[1]}
        self.say("tell_h" if found.c is None else "tell_hc", **counts, **self.words)

    def answers(self, first: str | None, second: str | None) -> None:
        """Both answers, asked from here, and what that shows. `first` and `second`: what the sentences ask for."""
        shares = [percent(float(asked[self.t].max())) for asked in (self.one.asked, self.asked)]
        told = {"before": self.found.before, "after": self.found.after, "shares": shares}
        self.say({"held": "follows", "moved": "moves"}.get(self.found.verdict, "stays"), **told)
        if self.found.verdict == "moved":
            self.say("unsure" if None in (first, second) else "same_need" if first == second else "astray")

    def gradient(self) -> None:
        """How much of the gradient at the end arrives at the word, in each part of the state."""
        at, gradients = self.record.at, self.one.gradients
        norms = [gradients.norms, *([] if gradients.norms_c is None else [gradients.norms_c])]
        sizes = [ratio(one, at) for one in norms]
        told = {"thing": gradients.targets[-1], "sizes": [two_digits(size) for size in sizes], **self.words}
        self.say("gradient_h" if len(sizes) == 1 else "gradient_hc", **told)
        if self.found.verdict == "held" and max(sizes) < TINY:
            self.say("nudge")


def short(word: str) -> str:
    """A word as it stands in a sentence."""
    return shortened(word, MOST_IN_PROSE)


def note(tokens: tuple[str, ...], at: int, other: str, language: str) -> Runs:
    """What is amiss with the two words: the table lacks one, or has them as one word."""
    table = vocabulary(errands.language_of(tokens))
    unknown = [word for word in (tokens[at], other) if not table.knows(word)]
    words: dict[str, object] = {"word": short(unknown[0] if unknown else tokens[at]), "other": short(other)}
    if table.index(tokens[at]) == table.index(other):
        return filled(language, "swap.one_word", words)
    return filled(language, "swap.unknown", words) if unknown else []


def finding(name: str, record: Swap, language: str) -> str:
    """The figure's text alternative: how many values tell the two words apart, at the word, at most and at the end."""
    tokens, said = record.before.tokens, []
    for part, counts in record.apart().items():
        most = int(counts.argmax())
        told = {"part": part, "units": record.h.shape[1], "first": int(counts[record.at]), "last": int(counts[-1])}
        told |= {"most": int(counts[most]), "at": short(tokens[most])}
        said.append(translate(language, "swap.figure_part", **told))
    words = {"word": short(record.word), "other": short(record.other), "apart": APART}
    return translate(language, "swap.figure", name=name, **words) + "".join(said)
