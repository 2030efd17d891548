"""What the page Compare shows: six networks on one sentence, their accuracy, their counts, and their measured speed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from statistics import mean, median
from typing import Any, NamedTuple

import numpy as np

from rnnviz import figures
from rnnviz.figures.growth import Curve
from rnnviz.language import filled, translate
from rnnviz.networks import counting, timing
from rnnviz.networks.network import Network, Shape
from rnnviz.networks.sight import Sight, sight_of
from rnnviz.numbers import percent, two_digits
from rnnviz.scenes.writer import Board, Section, View, Writer
from rnnviz.tasks import errands
from rnnviz.training import zoo
from rnnviz.training.advance import CLAUSES

KINDS = ("rnn", "lstm", "gru", "window", "conv", "attention")
ARTICLE = (5, 5.0)
"""Claim C21: a sentence of 5 words takes a recurrent network 25 s and a Transformer 5 s."""
WINDOWS = (20, 30, 100)
"""Words back, of claim C19."""
LONGEST = 400
"""The end of the axis of words."""


@lru_cache(maxsize=12)
def double_network(kind: str, trained: bool) -> Network:
    """A network of the zoo, in double precision: gradients of 10⁻³⁸ and less leave single precision."""
    return zoo.load(kind, trained).double()


@lru_cache(maxsize=2)
def looks(tokens: tuple[str, ...], trained: bool) -> tuple[Sight, ...]:
    """All six at the last word. Their saliency is about the right thing, or what each says itself."""
    target = errands.need_of(tokens)
    return tuple(sight_of(double_network(kind, trained), tokens, target, trained) for kind in KINDS)


class Teller(Writer):
    """A writer whose sections end with the sentences about claims."""

    def kind(self, kind: str) -> str:
        return translate(self.view.language, f"networks.{kind}")

    def listed(self, names: Sequence[str]) -> str:
        return translate(self.view.language, "compare.comma").join(names)

    def told(self, section: Section, claims: Mapping[str, Mapping[str, Any]]) -> Section:
        """The section with its claims as its foot, one in a line; `claims`: what is filled into each sentence."""
        foot: list[list[str]] = []
        for key, values in claims.items():
            if foot:
                foot.append(["\n", ""])
            foot += filled(self.view.language, f"compare.claims.{key}", dict(values))
        return {**section, "foot": foot}


def answers_board(tokens: tuple[str, ...], words: int, trained: bool, view: View) -> Board:
    """The board of the six answers to one sentence."""
    writer = Teller("compare", "compare_figures", view)
    all_six = looks(tokens, trained)
    need, answer = errands.need_at(tokens), errands.need_of(tokens)
    drawn = {
        "answers": figures.answers.spec(all_six, answer, look=writer.look),
        "sight": figures.sight.spec(all_six, look=writer.look),
        "reacts": figures.reacts.spec(all_six, look=writer.look),
    }
    if need is None or answer is None:
        return writer.board((tokens, trained), [writer.section("open", drawn, words=words)])
    right = [writer.kind(one.kind) for one in all_six if one.best[0] == answer]
    told = {"words": words, "answer": answer, "count": len(right), "all": len(all_six)}
    told["names"] = writer.listed(right) or writer.say("nobody")
    section = writer.section("answers", drawn, **told)
    p = {one.kind: percent(one.chance_of(answer)) for one in all_six}
    window, conv, attention = all_six[3:]
    assert attention.attention is not None
    claims: dict[str, dict[str, Any]] = {"c2": {"answer": answer, "need": tokens[need]} | p}
    last = [token for token, seen in zip(tokens, window.sees, strict=True) if seen]
    key = "c20_seen" if window.sees[need] else "c20"
    claims[key] = {"seen": " ".join(last), "need": tokens[need], "answer": answer, "p": p["window"]}
    share = percent(float(attention.attention[:, need].mean()))
    claims["c22"] = {"need": tokens[need], "distance": len(tokens) - 1 - need, "share": share}
    reach, held = double_network("conv", trained).reach, double_network("conv", trained).body_weights()
    told = {"reach": reach, "seen": int(conv.sees.sum()), "words": len(tokens), "weights": f"{held:,}"}
    claims["c23"] = told | {"p": p["conv"], "answer": answer}
    return writer.board((tokens, trained), [writer.told(section, claims)])


def growing_board(length: int, words: int, view: View) -> Board:
    """The board of all that depends on the length alone; `length` words are read, `words` of them in between."""
    writer = Teller("compare", "compare_figures", view)
    sections = [
        accuracy_section(writer, words),
        costs_section(writer, length),
        ways_section(writer, length),
    ]
    return writer.board((length, words), sections)


def seeds() -> list[dict]:
    """The six networks' seeds, in their order."""
    return zoo.all_seeds(KINDS)


def accuracy_section(writer: Teller, words: int) -> Section:
    """Accuracy against words in between (P12)."""
    table = seeds()
    edge = max(w for w, n in zip(table[0]["words"], table[0]["clauses"], strict=True) if n <= CLAUSES)
    chart = figures.generalisation.spec(table, edge, words, look=writer.look)

    def stands(kind: str, at: float) -> str:
        rows = [row for row in table if row["network"] == kind]
        return percent(mean(row["accuracy"][row["words"].index(at)] for row in rows)) + "%"

    near, far = table[0]["words"][0], table[0]["words"][-1]
    at = {f"{kind}_{when}": stands(kind, w) for kind in KINDS for when, w in
          (("near", near), ("edge", edge), ("far", far))}  # fmt: skip
    told = {"edge": f"{edge:.0f}", "far": f"{far:.0f}", "seeds": len({row["seed"] for row in table})}
    section = writer.section("accuracy", {"accuracy": chart}, **told, **at)
    needed = {f"{kind}_needed": sentences(table, kind, writer) for kind in KINDS}
    return writer.told(section, {"c3": told | at, "c24": told | at, "c26_data": needed})


def sentences(table: list[dict], kind: str, writer: Teller) -> str:
    """How many sentences training took, in the median over the seeds, until the longest were let in."""
    at = [row["mastered_at"] for row in table if row["network"] == kind]
    middle = median(np.inf if step is None else step for step in at)
    if not np.isfinite(middle):
        return writer.say("never")
    return f"{middle * zoo.card(kind)['settings']['batch']:,.0f}"


def lengths() -> list[int]:
    """The axis of words: from 2, about as many as it takes for a smooth line."""
    return sorted({round(n) for n in np.geomspace(2, LONGEST, 40)} | {double_network("conv", True).reach or 2, 5})


@lru_cache(maxsize=1)
def curves() -> dict[str, dict[str, Curve]]:
    """Each quantity of each network against the number of words: the same for every sentence."""
    x, nets = lengths(), {kind: double_network(kind, True) for kind in KINDS}
    against: dict[str, Callable[[Network, int], float]] = {
        "weights": lambda one, n: one.body_weights(),
        "work": counting.body_work,
        "memory": lambda one, n: counting.memory(one, n).value,
        "depth": counting.depth,
        "path": lambda one, n: counting.path(one, n - 1) or np.nan,
    }
    found: dict[str, dict[str, Curve]] = {
        name: {kind: (x, [f(one, n) for n in x]) for kind, one in nets.items()} for name, f in against.items()
    }
    found["weights"]["wide"] = x, [counting.wide_window(nets["window"], n).value for n in x]
    return found


def costs_section(writer: Teller, length: int) -> Section:
    """What grows with the sentence: weights, multiply-adds for each word, memory."""
    nets = {kind: double_network(kind, True) for kind in KINDS}
    drawn = {n: figures.growth.spec(curves()[n], length, look=writer.look) for n in ("weights", "work", "memory")}
    kept = counting.memory(nets["attention"], length)
    told = {"words": length, "double": 2 * length, "formula": kept.numbers, "kept": f"{kept.value:,}"}
    harder = {kind: counting.body_work(one, 2 * length) / counting.body_work(one, length) for kind, one in nets.items()}
    more = {k: counting.memory(one, 2 * length).value / counting.memory(one, length).value for k, one in nets.items()}
    told |= {"harder": f"{harder.pop('attention'):.2f}", "more": f"{more.pop('attention'):.2g}"}
    told["others"] = f"{max(*harder.values(), *more.values()):.2g}"
    told["state"] = f"{counting.memory(nets['lstm'], length).value:,}"
    section = writer.section("costs", drawn, **told)
    wider = {f"w{n}": f"{counting.wide_window(nets['window'], n).value:,}" for n in WINDOWS}
    own = counting.wide_window(nets["window"], length)
    c19 = wider | {"words": length, "formula": own.numbers, "needed": f"{own.value:,}"}
    c26 = {kind: f"{one.body_weights():,}" for kind, one in nets.items()}
    units = nets["attention"].shape.units
    small = Network(Shape("rnn", units), nets["rnn"].words, counting.sizes(nets["rnn"])["N"])
    c26 |= {"units": str(units), "small": f"{small.body_weights():,}"}
    return writer.told(section, {"c19": c19, "c26": c26})


def ways_section(writer: Teller, length: int) -> Section:
    """What must wait for what: sequential depth, and the path between the first word and the answer."""
    nets = {kind: double_network(kind, True) for kind in KINDS}
    drawn = {name: figures.growth.spec(curves()[name], length, look=writer.look) for name in ("depth", "path")}
    attention = nets["attention"]
    told: dict[str, Any] = {"words": length}
    told |= {"rnn": counting.depth(nets["rnn"], length), "attention": counting.depth(attention, length)}
    told |= {"path": counting.path(nets["rnn"], length - 1) if length > 1 else 0}
    section = writer.section("ways", drawn, **told)
    (looked,) = (part.work for part in counting.parts(attention, length) if part.id == "look")
    whole = looked.value * length
    c22 = told | {"formula": looked.numbers, "each": f"{looked.value:,}", "whole": f"{whole:,}"}
    return writer.told(section, {"c21_depth": told, "c22_cost": c22})


class Counted(NamedTuple):
    """One line of the table of counts, as text."""

    id: str
    formula: str
    numbers: str
    value: str
    work: str


def counts(kind: str, length: int) -> tuple[tuple[Counted, ...], Counted, int, dict[str, int]]:
    """The lines of a network's table, their sum, what PyTorch counts, and what the letters stand for."""
    one = double_network(kind, True)
    lines = []
    for part in counting.parts(one, length):
        worked = f"{part.work.numbers} = {part.work.value:,}" if part.work.terms else "0"
        lines.append(Counted(part.id, part.weights.formula, part.weights.numbers, f"{part.weights.value:,}", worked))
    total = Counted("total", "", "", f"{counting.weights(one):,}", f"{counting.work(one, length):,}")
    held = sum(p.numel() for p in one.parameters())
    return tuple(lines), total, held, counting.sizes(one, length)


def measured() -> timing.Speeds:
    """All six measured on this machine."""
    return timing.measure({kind: zoo.load(kind) for kind in KINDS})


def speeds(found: timing.Speeds, view: View) -> Board:
    """The board of a measurement."""
    writer = Teller("compare", "compare_figures", view)
    drawn = {
        "training": figures.speeds.spec(found.lengths, found.training, ARTICLE, look=writer.look),
        "saying": figures.speeds.spec(found.lengths, found.saying, look=writer.look),
    }

    def times(kind: str, of: str, at: int) -> str:
        return two_digits(found.training[kind][at] / found.training[of][at])

    words = {"short": found.lengths[0], "long": found.lengths[-1], "article": two_digits(ARTICLE[1])}
    fast = {"short_ratio": times("attention", "rnn", 0), "long_ratio": times("attention", "rnn", -1)}
    slow = {"short_ratio": times("window", "lstm", 0), "long_ratio": times("window", "lstm", -1)}
    per = {"rnn": f"{found.training['rnn'][-1]:,.0f}", "seconds": two_digits(found.seconds)}
    section = writer.section("speed", drawn, **words, **fast, **per)
    return writer.board(
        (found.training, found.saying), [writer.told(section, {"c21": words | fast, "c27": words | slow})]
    )
