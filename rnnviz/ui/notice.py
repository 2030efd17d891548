"""The sentence above the figures: what to notice at each step, composed from that step's numbers."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rnnviz.tasks import errands
from rnnviz.ui.language import translate

if TYPE_CHECKING:
    from rnnviz.ui.stage import Reading

Runs = list[list[str]]
"""`[text, style]` each; style is "" or "strong"."""
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
KEEPER = {"lstm": "f", "gru": "z"}
"""The gate whose value is the share of the old state that stays."""


def notices(readings: Sequence["Reading"], answer: str | None, language: str) -> list[Runs]:
    """One notice for each token."""
    tokens = readings[0].trace.tokens
    need = need_at(tokens) if answer else None
    guesses = [guess(reading) for reading in readings]
    return [notice(readings, t, need, answer, [g[t] for g in guesses], language) for t in range(len(tokens))]


def need_at(tokens: tuple[str, ...]) -> int:
    """The token with which the need is stated."""
    return next(t for t in range(len(tokens)) if errands.need_of(tokens[: t + 1]))


def notice(
    readings: Sequence["Reading"],
    t: int,
    need: int | None,
    answer: str | None,
    guesses: Sequence[tuple[str, float]],
    language: str,
) -> Runs:
    """The notice at token t: where the need is, what is kept of it, and what the networks would buy."""
    left, right = readings
    names = [translate(language, f"step.networks.{r.name}") for r in readings]
    tokens = left.trace.tokens
    runs: Runs = []

    def say(key: str, **values: object) -> None:
        runs.extend(filled(translate(language, f"step.notice.{key}"), values, language))

    if need is None or t < need:
        say("no_need")
    elif t == need:
        say("need_now", word=tokens[need])
    else:
        say("need_ago", word=tokens[need], ago=t - need)
    last = t == len(tokens) - 1
    if last and t > 0:
        first = need if need is not None else 0
        ratios = [number(ratio(r, first)) for r in readings]
        said = right.gradients.targets[-1] if answer is None else answer
        say("back", answer=said, word=tokens[first], names=names, ratios=ratios)
    else:
        gated = [(name, r) for name, r in zip(names, readings, strict=True) if r.trace.kind in KEEPER]
        if gated and t > 0:
            name, reading = gated[-1]
            kept = float(reading.trace.gates[KEEPER[reading.trace.kind]][t].mean())
            say(f"keep_{reading.trace.kind}", name=name, percent=percent(kept), half=half_life(kept))
        elif t > 0:
            say("keep_rnn")
    say("asked", names=names, words=[w for w, _ in guesses], percents=[percent(p) for _, p in guesses])
    return runs


def guess(reading: "Reading") -> list[tuple[str, float]]:
    """The likeliest thing to buy, had the sentence ended at each token, and its probability."""
    best, p = reading.asked.argmax(1).tolist(), reading.asked.max(1).tolist()
    return [(errands.THINGS[j], value) for j, value in zip(best, p, strict=True)]


def ratio(reading: "Reading", t: int) -> float:
    """The size of the answer's gradient at token t over its size at the last: in c for an LSTM, else h."""
    norms = reading.gradients.norms if reading.gradients.norms_c is None else reading.gradients.norms_c
    return float(norms[t] / norms[-1]) if norms[-1] else math.nan


def half_life(kept: float) -> str:
    """How many more words until half is left, if each keeps this share: ln 0.5 / ln kept."""
    if kept >= 1:
        return "∞"
    return number(math.log(0.5) / math.log(kept)) if kept > 0 else "0"


def percent(share: float) -> str:
    """A share in whole percents, "0" only when nothing is there."""
    whole = round(100 * share)
    return str(whole) if whole or not share else "<1"


def number(value: float) -> str:
    """Two digits that count: 0.0043, 17, 3·10⁻⁷."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "?"
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}"
    digit, exponent = f"{value:.0e}".split("e")
    return f"{digit}·10{str(int(exponent)).translate(RAISED)}"


def filled(template: str, values: dict[str, object], language: str) -> Runs:
    """A template's runs: what stands between asterisks is strong. Values are put in after the template is
    cut, so that nothing a visitor typed can be taken for markup."""
    return [[piece.format(**values), style] for piece, style in pieces(template)]


@lru_cache
def pieces(template: str) -> list[tuple[str, str]]:
    """The template cut at its asterisks, with the style of each piece."""
    cut = template.split("*")
    return [(piece, "strong" if i % 2 else "") for i, piece in enumerate(cut) if piece]
