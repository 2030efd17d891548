"""What if one unit had not been there? A network's reading with a state or a gate held, beside its reading as it is."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy import ndarray

from rnnviz import figures
from rnnviz.figures.base import MOST_IN_PROSE, shortened
from rnnviz.figures.states import by_record
from rnnviz.language import Runs, filled, translate
from rnnviz.networks import reading
from rnnviz.numbers import duration, minus, percent, two_digits
from rnnviz.recurrence import bptt, memory
from rnnviz.recurrence.cells import ROLES
from rnnviz.recurrence.erasing import Erased, erase, erase_each, memory_letter
from rnnviz.recurrence.trace import Trace, softmax
from rnnviz.scenes.readings import Named, in_language, read_sentence, tracing_network
from rnnviz.scenes.writer import View
from rnnviz.tasks import errands
from rnnviz.text import missing

SIDES = ("left", "right")
FORM = rf"([0-9]{{1,4}})\.(left|right)\.([{''.join(ROLES)}])\.([0-9]{{1,4}})\.(0|1|mean)"
"""A hold as the link has it: from which step on, whose, what of which unit, and at what. "4.right.c.12.0"."""
TOP = 5
"""How many units of each list are shown."""
MOVED = 0.1
"""By how much another unit's h must differ at the end to be counted."""


class Hold(NamedTuple):
    """What is to be held, and from which token on."""

    step: int
    side: str
    letter: str
    unit: int
    to: float | str


def hold_of(text: str) -> Hold | None:
    """A hold as the link has it; None for what is no such text."""
    match = re.fullmatch(FORM, text)
    if not match:
        return None
    step, side, letter, unit, to = match.groups()
    return Hold(int(step), side, letter, int(unit), to if to == "mean" else float(to))


@dataclass(frozen=True)
class Order:
    """The units of a network by one quantity, and what is said of each."""

    key: str
    values: ndarray
    """`(H,)`: the first unit has the largest."""
    texts: list[str]

    @property
    def first(self) -> list[int]:
        return [int(unit) for unit in np.argsort(-self.values, kind="stable")[:TOP]]


@np.errstate(over="ignore", invalid="ignore")
def compose_erase(tokens: tuple[str, ...], named: Named, trained: bool, wanted: str, view: View) -> bytes | None:
    """What the stepper shows of a hold, as JSON; None where it does not fit the network or the sentence.

    `named`: the network on the hold's side; `wanted`: the hold as the link has it.
    """
    hold = hold_of(wanted)
    named = in_language(named, tokens)
    network, one = tracing_network(named, trained), read_sentence(named, trained, tokens)
    there = hold and hold.letter in one.trace.records and hold.unit < one.trace.h.shape[1] and hold.step < len(tokens)
    if hold is None or not there:
        return None
    asked = reading.trace(network, (*tokens, *missing(tokens, network.reads)))
    things = errands.things(network.reads)
    columns = [network.words.index(thing) for thing in things]
    # The mean is that of the sentence as it stands there, without what is added to ask.
    value = float(one.trace.records[hold.letter][:, hold.unit].mean()) if hold.to == "mean" else float(hold.to)
    end = erase(asked, hold.unit, hold.step, hold.letter, value).after
    record = erase(one.trace, hold.unit, hold.step, hold.letter, value)
    before, after = (shares_of(trace)[columns] for trace in (asked, end))
    thing = int(before.argmax())
    orders = orders_of(one.trace, asked, hold, columns[thing], things[thing])
    words = Words(translate(view.language, f"networks.{one.name}"), record, hold, view.language)
    look = view.look("figures")
    figure = figures.changes.spec(record, order=figures.unit_order(one.trace), unit_px=look.px(1), look=look)
    likely = np.argsort(-np.maximum(before, after), kind="stable")[:TOP]
    erased = {
        "revision": hashlib.sha256(repr((tokens, named, trained, wanted, view)).encode()).hexdigest()[:16],
        "held": wanted,
        "network": SIDES.index(hold.side),
        "title": words.title(),
        "said": words.answer(things, before, after) + words.others(),
        "things": [[things[k], float(before[k]), float(after[k])] for k in sorted(likely, key=lambda k: -before[k])],
        "figure": by_record(figure),
        "records": {letter: values.astype(np.float32) for letter, values in record.changes.items()},
        "label": words.finding(),
        "lists": [words.listed(order, things[thing]) for order in orders],
        "agree": words.agreement(orders),
        "terms": words.terms(),
    }
    return figures.as_json({"erased": erased})


def shares_of(trace: Trace) -> ndarray:
    """The probabilities of all words after the last token."""
    assert trace.logits is not None
    return softmax(trace.logits[-1])


def orders_of(read: Trace, asked: Trace, hold: Hold, column: int, thing: str) -> list[Order]:
    """The units by what the same hold of each would do to the probability of the answer; by half-life, where the cell
    has a gate that keeps; by the gradient of the answer's score in the unit's state where the hold begins.

    Each "mean" is the unit's own. `column`: the answer's among all words.
    """
    now = shares_of(asked)[column]
    to = read.records[hold.letter].mean(0) if hold.to == "mean" else hold.to
    then = softmax(erase_each(asked, hold.step, hold.letter, to))[:, column]
    orders = [Order("effect", np.abs(then - now), [f"{percent(now)}% → {percent(one)}%" for one in then.tolist()])]
    if read.cell.keeper:
        lives, steps = memory.half_lives(read), memory.steps_of(read)
        texts = [f"> {steps}" if life > steps else duration(life) for life in lives.tolist()]
        orders.append(Order("life", np.nan_to_num(lives, posinf=np.finfo(float).max), texts))
    found = bptt.backpropagate(asked, thing, of="logit", through_time=False)
    slopes = (found.dh if found.dc is None else found.dc)[hold.step]
    orders.append(Order("gradient", np.abs(slopes), [minus(two_digits(slope)) for slope in slopes.tolist()]))
    return orders


def ranks(values: ndarray) -> ndarray:
    """The place of each value in their order, from 0; equal ones share the mean of theirs."""
    less, same = (values[:, None] > values).sum(1), (values[:, None] == values).sum(1)
    return less + (same - 1) / 2


def spearman(some: ndarray, others: ndarray) -> float:
    """Spearman's rank correlation: 1 for the same order, -1 for the reverse; NaN where one has no order at all."""
    a, b = (ranks(values) - (len(values) - 1) / 2 for values in (some, others))
    size = np.sqrt((a**2).sum() * (b**2).sum())
    return float((a * b).sum() / size) if size else np.nan


class Words:
    """What is said of a hold, in one language."""

    def __init__(self, name: str, record: Erased, hold: Hold, language: str) -> None:
        self.record, self.hold, self.language = record, hold, language
        at = shortened(record.before.tokens[record.at], MOST_IN_PROSE)
        number = minus(two_digits(record.value))
        value = translate(language, "erase.mean", value=number) if hold.to == "mean" else number
        self.told = {"name": name, "unit": record.unit, "letter": record.letter, "value": value, "word": at}

    def say(self, key: str, **values: object) -> Runs:
        return filled(self.language, f"erase.{key}", self.told | values)

    def title(self) -> Runs:
        return self.say("title")

    def answer(self, things: list[str] | tuple[str, ...], before: ndarray, after: ndarray) -> Runs:
        """What it would buy, asked at the end, before and now."""
        old, new = int(before.argmax()), int(after.argmax())
        told = {"before": things[old], "after": things[new], "share": percent(float(after[new]))}
        told |= {"was": percent(float(before[old])), "now": percent(float(after[old]))}
        return self.say("same" if old == new else "other", **told)

    def others(self) -> Runs:
        """How many of the other units' h are different at the end."""
        moved = np.abs(self.record.changes["h"][-1]) > MOVED
        moved[self.record.unit] = False
        return self.say("others", count=int(moved.sum()), others=len(moved) - 1, moved=MOVED)

    def finding(self) -> str:
        """The figure's text alternative: the largest change."""
        found = {letter: np.nan_to_num(values) for letter, values in self.record.changes.items()}
        letter = max(found, key=lambda one: float(np.abs(found[one]).max()))
        step, unit = np.unravel_index(np.abs(found[letter]).argmax(), found[letter].shape)
        told = {"most": letter, "whose": int(unit), "size": minus(two_digits(float(found[letter][step, unit])))}
        told["at"] = shortened(self.record.before.tokens[step], MOST_IN_PROSE)
        return "".join(text for text, _ in self.say("figure", **told))

    def listed(self, order: Order, thing: str) -> dict[str, object]:
        """One list: its name, and its first units with what is said of each."""
        state = memory_letter(self.record.before.cell)
        rows = [[unit, order.texts[unit]] for unit in order.first]
        return {"name": self.say(f"list_{order.key}", thing=thing, state=state), "units": rows}

    def agreement(self, orders: list[Order]) -> Runs:
        """How far the other lists agree with the first."""
        effect, units = orders[0], len(orders[0].values)
        top = min(TOP, units)
        runs: Runs = []
        for order in orders[1:]:
            rank = spearman(effect.values, order.values)
            told = {"count": len({*effect.first} & {*order.first}), "rank": minus(f"{rank:.2f}".replace("nan", "?"))}
            runs += self.say(f"agree_{order.key}", top=top, **told)
        return runs + self.say("chance", chance=two_digits(top * top / units)) + self.say("rank")

    def terms(self) -> Runs:
        """What exactly is set."""
        parts = self.record.before.cell.parts
        which = "gate" if self.hold.letter not in parts else "both" if parts == "hc" and self.hold.letter == "h" else ""
        return self.say(f"terms_{which or self.hold.letter}") + self.say("terms")
