"""What the gates did at a word that turns the sentence, and what that makes of the answer: a sentence per network."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from numpy import ndarray

from rnnviz.language import Runs, filled, translate
from rnnviz.networks import reading
from rnnviz.networks.network import Network
from rnnviz.numbers import percent, two_digits
from rnnviz.recurrence import bptt
from rnnviz.recurrence.trace import Trace
from rnnviz.scenes.readings import Named, Reading, tracing_network
from rnnviz.tasks import errands
from rnnviz.text import missing


class Part(NamedTuple):
    """What one step did to one unit's state."""

    unit: int
    value: float
    """The share of the state that was let go where a score falls; where it rises, what was written."""


def stories(networks: Sequence[Named], readings: Sequence[Reading], language: str) -> dict[int, Runs]:
    """By token, for each word that turns the sentence: a sentence per network. None of networks that only guess."""
    found: dict[int, Runs] = {}
    for t, turning in errands.turnings(readings[0].trace.tokens).items() if readings[0].trained else ():
        for named, one in zip(networks, readings, strict=True):
            if t and turning.thing in errands.things(one.reads):
                found.setdefault(t, []).extend(told(tracing_network(named, True), one, t, turning, language))
    return found


def told(network: Network, one: Reading, t: int, turning: errands.Turning, language: str) -> Runs:
    """Of one network: what a gate did to a unit, and the thing's probability before and after, if asked for there."""
    trace, column = one.trace, errands.things(one.reads).index(turning.thing)
    before, after = (float(one.asked[at, column]) for at in (t - 1, t))
    stays = percent(before) == percent(after)

    def say(key: str, **values: object) -> Runs:
        return filled(language, f"step.story.{key}", {"name": translate(language, f"networks.{one.name}")} | values)

    part = None if stays else most(network, trace, t, turning.thing, after > before)
    if part is None:
        start = say("without_unit" if trace.cell.keeper else "without_gate")
    elif after > before:
        start = say("writes", unit=part.unit, value=two_digits(part.value))
    else:
        gate = translate(language, f"gates.letters.{trace.cell.keeper}")
        start = say("lets_go", gate=gate, unit=part.unit, percent=percent(part.value))
    moves = "stays" if stays else "rises" if after > before else "falls"
    return start + say(moves, thing=turning.thing, before=percent(before), after=percent(after))


def most(network: Network, trace: Trace, t: int, thing: str, rises: bool) -> Part | None:
    """The unit whose state moved the thing's score most, by its gradient, the way its probability went.

    A fall is told by what the gate let go of the state before, (1 - f)·c; a rise by what was written, i·g. None without
    gates, and where no unit moved the score that way.
    """
    gate = trace.gates.get(trace.cell.keeper)
    if gate is None or trace.cell.write is None:
        return None
    gone, written = (1 - gate[t]) * trace.states_before[-1][t], trace.cell.write(trace.gates)[t]
    effect = (written if rises else gone) * slope(network, trace, t, thing)
    unit = int(effect.argmax())
    return Part(unit, float(written[unit] if rises else 1 - gate[t, unit])) if effect[unit] > 0 else None


def slope(network: Network, trace: Trace, t: int, thing: str) -> ndarray:
    """`(H,)`: the gradient of the thing's score, had it been asked for after token t, in the state that gates keep."""
    read = trace.tokens[: t + 1]
    asked = reading.trace(network, (*read, *missing(read, network.reads)))
    found = bptt.backpropagate(asked, thing, of="logit", through_time=False)
    return (found.dh if found.dc is None else found.dc)[t]


def explained(told: Mapping[int, Runs], readings: Sequence[Reading], language: str) -> list[Runs]:
    """How the units were chosen, as a paragraph; none where no word turns the sentence, or no network has gates."""
    gated = any(one.trace.cell.keeper for one in readings)
    return [filled(language, "step.deeper.turning", {})] if told and gated else []
