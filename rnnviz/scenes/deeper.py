"""The second layer under the verdict: what the gradient says, and what an exchange of the need's word shows.

A gradient says how far a small change would move the answer. Whether a word is held is another question: exchange it,
and look whether the states and the answer change.
"""

from __future__ import annotations

from collections.abc import Sequence

from rnnviz.figures.base import MOST_IN_PROSE, shortened
from rnnviz.language import Runs, filled, translate
from rnnviz.numbers import two_digits
from rnnviz.recurrence.swapping import APART
from rnnviz.scenes.gradients import ratio
from rnnviz.scenes.readings import Named, Reading
from rnnviz.scenes.swaps import SATURATED, TINY, Change, change, read_again
from rnnviz.tasks import errands
from rnnviz.tasks.errands import met


def deeper(networks: Sequence[Named], readings: Sequence[Reading], language: str) -> list[Runs]:
    """The second layer, a paragraph each; empty for a single word."""
    tokens = readings[0].trace.tokens
    if len(tokens) < 2:
        return []
    meaning = errands.meaning(tokens)
    need = meaning.need if meaning.thing else meaning.named
    at = need.end if need else 0
    names = [translate(language, f"networks.{one.name}") for one in readings]
    ratios = [ratio(one.gradients.norms, at) for one in readings]
    answers = [one.gradients.targets[-1] for one in readings]
    word = shortened(met.phrase(tokens, need) if need else tokens[at], MOST_IN_PROSE)

    def say(key: str, **values: object) -> Runs:
        return filled(language, f"step.deeper.{key}", values)

    told = {"word": word, "names": names, "answers": answers, "ratios": [two_digits(one) for one in ratios]}
    paragraphs = []
    if at < len(tokens) - 1:  # at the last word itself there is nothing to compare
        paragraphs.append(say("gradient" if meaning.thing else "gradient_own", **told))
    swapped = errands.exchanged(tokens, need) if need and meaning.says != "picture" else None
    surprising: Runs = []
    if need and swapped:
        given, other, thing = swapped
        runs = say("exchange", word=word, other=other, changed=APART)
        for name, network, one, size in zip(names, networks, readings, ratios, strict=True):
            found = change(one, read_again(network, one.trained, given), (-1, -1), (need.thing, thing))
            units = one.trace.h.shape[1]
            counts = {"h": found.h, "c": found.c, "units": units, "saturated": found.saturated, "near": SATURATED}
            runs += say("changed_h" if found.c is None else "changed_hc", name=name, **counts)
            outcome = {"held": "follows", "moved": "moves"}.get(found.verdict, "stays")
            runs += say(outcome, before=found.before, after=found.after)
            if found.follows and size < TINY:
                c = one.gradients.norms_c
                beside = 0.0 if c is None or not c[-1] else float(c[at] / c[-1])
                surprising += say("seems", name=name, word=word)
                for key in reasons(found, beside):
                    surprising += say(key, ratio=two_digits(beside))
        paragraphs.append(runs)
    if surprising:
        paragraphs.append(say("contradiction") + surprising)
    paragraphs.append(say("meaning"))
    return paragraphs


def reasons(found: Change, c: float) -> list[str]:
    """Why an answer may follow a word where the gradient in h is tiny, as far as the numbers show it: most of what
    changed in h is saturated, or the gradient in c (`c` of that at the end) is not tiny. What is always true, if not.
    """
    shown = (("seems_ends", 2 * found.saturated > found.h), ("seems_c", c >= TINY))
    return [key for key, holds in shown if holds] or ["seems_whole"]
