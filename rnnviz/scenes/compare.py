"""What the page Compare shows: six networks on one sentence, their counts, and their measured speed."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from rnnviz import figures
from rnnviz.figures.compare import says
from rnnviz.figures.growth import Curve
from rnnviz.language import filled, translate
from rnnviz.networks import counting, timing
from rnnviz.networks.network import Network, Shape
from rnnviz.networks.sight import Sight, sight_of
from rnnviz.numbers import percent, two_digits
from rnnviz.recurrence.cells import CELLS
from rnnviz.scenes.writer import Board, Section, View, Writer
from rnnviz.tasks import errands
from rnnviz.tasks.errands import met
from rnnviz.text import ASKED, join, language_of
from rnnviz.training import zoo

KINDS = ("rnn", "lstm", "gru", "window", "conv", "attention")
ARTICLE = (5, 5.0)
"""Claim C21: a sentence of 5 words takes a recurrent network 25 s and a Transformer 5 s."""
WINDOWS = (20, 30, 100)
"""Words back, of claim C19."""
LONGEST = 400
"""The end of the axis of words."""
CHANCE, NEAR_CHANCE = 0.1, 0.03
"""A blind guess among ten things is right so often, and what is no further from it counts as one."""
SPREAD = 0.25
"""A bet is spread if the likeliest word has less than this on average."""
NEAR_FIVE = (2.5, 10.0)
"""What counts as "five times": within a factor of two."""


@lru_cache(maxsize=2 * len(zoo.NAMES))
def double_network(kind: str, trained: bool) -> Network:
    """A network of the zoo, in double precision: gradients of 10⁻³⁸ and less leave single precision."""
    return zoo.load(kind, trained).double()


def readers(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the six that read the language of a sentence: the recurrent ones, or all."""
    return zoo.readers(KINDS, language_of(tokens))


@lru_cache(maxsize=2)
def looks(tokens: tuple[str, ...], trained: bool) -> tuple[Sight, ...]:
    """All that read the sentence, at its last word. Their saliency is about the right thing, or each one's own."""
    target, language = errands.need_of(tokens), language_of(tokens)
    names = (zoo.reading(kind, language) for kind in readers(tokens))
    return tuple(sight_of(double_network(name, trained), tokens, target, trained) for name in names)


class Teller(Writer):
    """A writer whose sections end with the sentences about claims."""

    def kind(self, kind: str) -> str:
        return translate(self.view.language, f"networks.{kind}")

    def listed(self, names: Iterable[str]) -> str:
        return translate(self.view.language, "compare.comma").join(names)

    def each(self, values: Mapping[str, object]) -> str:
        """What each network has, one after the other."""
        language = self.view.language
        return self.listed(
            translate(language, "compare.each", name=self.kind(k), value=value) for k, value in values.items()
        )

    def told(self, section: Section, claims: Mapping[str, tuple[bool | None, Mapping[str, Any]]]) -> Section:
        """The section with its claims as its foot, one in a line; `claims`: whether each holds here (None where the
        page does not put it to the test), and what is filled into its sentence."""
        foot: list[list[str]] = []
        for key, (holds, values) in claims.items():
            if foot:
                foot.append(["\n", ""])
            verdict = "compare.untested" if holds is None else "compare.true_here" if holds else "compare.not_here"
            told = dict(values) | {"verdict": translate(self.view.language, verdict)}
            foot += filled(self.view.language, f"compare.claims.{key}", told)
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
    found = findings(writer, all_six, answer)
    if need is None or answer is None:
        asked = join(ASKED[language_of(tokens)][0])
        return writer.board((tokens, trained), [writer.section("open", drawn, found, words=words, asked=asked)])
    right = [writer.kind(one.kind) for one in all_six if one.best[0] == answer]
    told = {"words": words, "answer": answer, "count": len(right), "all": len(all_six)}
    told["names"] = writer.listed(right) or writer.say("nobody")
    told["look"] = writer.say("look_six" if len(all_six) == len(KINDS) else "look_states")
    section = writer.section("answers", drawn, found, **told)
    return writer.board(
        (tokens, trained), [writer.told(section, claims_of(all_six, tokens, need, answer, trained, writer))]
    )


def findings(writer: Teller, all_six: Sequence[Sight], answer: str | None) -> dict[str, dict[str, Any]]:
    """What each of the three figures shows, in words and numbers."""
    tokens = all_six[0].tokens
    most = {one.kind: int(np.argmax(one.saliency)) for one in all_six}
    reacts = {
        one.kind: writer.say("reacts_at", word=tokens[most[one.kind]], size=two_digits(one.saliency[most[one.kind]]))
        for one in all_six
    }
    said = {one.kind: says(one, answer, writer.look) for one in all_six}
    return {
        "answers": {"each": html.unescape(writer.each(said))},
        "sight": {"seen": seen(writer, all_six)},
        "reacts": {"each": writer.each(reacts)},
    }


def seen(writer: Teller, looked: Sequence[Sight]) -> str:
    """What the networks see of the sentence, in words."""
    tokens, by = looked[0].tokens, {one.kind: one for one in looked}
    if "attention" not in by:
        return writer.say("seen_states", all=len(tokens))
    assert by["attention"].attention is not None
    heads = by["attention"].attention.mean(0)
    at = int(np.argmax(heads))
    told = {kind: int(by[kind].sees.sum()) for kind in ("window", "conv")}
    return writer.say("seen_six", all=len(tokens), most=tokens[at], share=percent(float(heads[at])), **told)


def claims_of(
    all_six: Sequence[Sight], tokens: tuple[str, ...], need: int, answer: str, trained: bool, writer: Teller
) -> dict[str, tuple[bool | None, dict[str, Any]]]:
    """The claims that one sentence can speak to."""
    rnn, lstm, _, *others = all_six
    p = {one.kind: percent(one.chance_of(answer)) for one in all_six}
    forgot, kept = rnn.best[0] != answer, lstm.best[0] == answer
    named = errands.meaning(tokens).need
    whole = met.phrase(tokens, named) if named else tokens[need]
    claims: dict[str, tuple[bool | None, dict[str, Any]]] = {
        "c2": (forgot and kept, {"answer": answer, "need": whole} | p)
    }
    if not others:  # none of them reads this sentence
        return claims
    window, conv, attention = others
    assert attention.attention is not None
    unseen = not window.sees[need]
    last = tuple(token for token, sees in zip(tokens, window.sees, strict=True) if sees)
    told: dict[str, Any] = {"seen": join(last), "need": tokens[need], "answer": answer, "p": p["window"]}
    if unseen:
        claims["c20"] = True, told | {"best": window.best[0], "best_p": percent(window.best[1])}
        blind = zoo.card("window").get("blind")
        if trained and blind:
            claims["c20_spread"] = spreads(blind)
    else:
        claims["c20_seen"] = None, told
    share = percent(float(attention.attention[:, need].mean()))
    far = {"need": tokens[need], "distance": len(tokens) - 1 - need, "share": share}
    claims["c22"] = bool(attention.sees.all()), far
    reach, held = double_network("conv", trained).reach, double_network("conv", trained).body_weights()
    told = {"reach": reach, "seen": int(conv.sees.sum()), "words": len(tokens), "weights": f"{held:,}"}
    claims["c23_local"] = not conv.sees.all(), told | {"p": p["conv"], "answer": answer}
    claims["c23_fixed"] = conv.sees.size != len(tokens), told
    return claims


def spreads(blind: Mapping[str, int | float]) -> tuple[bool, dict[str, str]]:
    """Whether a window spreads its bet where the need is out of its sight, by what it did over many errands."""
    right, top = blind["right"], blind["top"]
    told = {"errands": f"{blind['sentences']:,}", "right": percent(right), "top": percent(top)}
    return top < SPREAD and abs(right - CHANCE) <= NEAR_CHANCE, told


def growing_board(length: int, view: View) -> Board:
    """The board of what a sentence of `length` words costs."""
    writer = Teller("compare", "compare_figures", view)
    return writer.board(length, [costs_section(writer, length), ways_section(writer, length)])


def lengths() -> list[int]:
    """The axis of words: from 2, about as many as it takes for a smooth line."""
    return sorted({round(n) for n in np.geomspace(2, LONGEST, 40)} | {double_network("conv", True).reach or 2, 5})


QUANTITIES: dict[str, Callable[[Network, int], float]] = {
    "weights": lambda one, n: one.body_weights(),
    "work": counting.body_work,
    "memory": lambda one, n: counting.memory(one, n).value,
    "depth": counting.depth,
    "path": lambda one, n: counting.path(one, max(n - 1, 1)) or np.nan,
}
"""What is counted of a network that reads so many words."""


@lru_cache(maxsize=1)
def curves() -> dict[str, dict[str, Curve]]:
    """Each quantity of each network against the number of words: the same for every sentence."""
    x, nets = lengths(), {kind: double_network(kind, True) for kind in KINDS}
    found: dict[str, dict[str, Curve]] = {
        name: {kind: (x, [f(one, n) for n in x]) for kind, one in nets.items()} for name, f in QUANTITIES.items()
    }
    found["weights"]["wide"] = x, [counting.wide_window(nets["window"], n).value for n in x]
    return found


def counted_at(writer: Teller, names: Sequence[str], length: int) -> dict[str, dict[str, str]]:
    """What each network has of these quantities at this length, and at twice the length, for the figures' labels."""

    def each(name: str, words: int) -> str:
        values = {kind: QUANTITIES[name](double_network(kind, True), words) for kind in KINDS}
        return writer.each({k: f"{v:,.0f}" if np.isfinite(v) else writer.say("no_way") for k, v in values.items()})

    return {name: {"each": each(name, length), "twice": each(name, 2 * length)} for name in names}


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
    section = writer.section("costs", drawn, counted_at(writer, tuple(drawn), length), **told)
    wider = {f"w{n}": f"{counting.wide_window(nets['window'], n).value:,}" for n in WINDOWS}
    own = counting.wide_window(nets["window"], length)
    c19 = wider | {"words": length, "formula": own.numbers, "needed": f"{own.value:,}"}
    rising = [counting.wide_window(nets["window"], n).value for n in WINDOWS]
    c26 = {kind: f"{one.body_weights():,}" for kind, one in nets.items()}
    units = nets["attention"].shape.units
    small = Network(Shape("rnn", units), nets["rnn"].words, counting.sizes(nets["rnn"])["N"])
    c26 |= {"units": str(units), "small": f"{small.body_weights():,}"}
    return writer.told(section, {"c19": (rising == sorted(set(rising)), c19), "c26": (None, c26)})


def ways_section(writer: Teller, length: int) -> Section:
    """What must wait for what: sequential depth, and the path between the first word and the answer."""
    nets = {kind: double_network(kind, True) for kind in KINDS}
    drawn = {name: figures.growth.spec(curves()[name], length, look=writer.look) for name in ("depth", "path")}
    attention = nets["attention"]
    told: dict[str, Any] = {"words": length}
    told |= {"rnn": counting.depth(nets["rnn"], length), "attention": counting.depth(attention, length)}
    told |= {"path": counting.path(nets["rnn"], length - 1) if length > 1 else 0}
    section = writer.section("ways", drawn, counted_at(writer, tuple(drawn), length), **told, double=2 * length)
    (looked,) = (part.work for part in counting.parts(attention, length) if part.id == "look")
    whole = looked.value * length
    c22 = told | {"formula": looked.numbers, "each": f"{looked.value:,}", "whole": f"{whole:,}"}
    return writer.told(section, {"c21_depth": (told["rnn"] > told["attention"], told), "c22_cost": (None, c22)})


class Counted(NamedTuple):
    """One line of the table of counts, as text."""

    id: str
    formula: str
    numbers: str
    value: str
    work: str


def counts(kind: str, length: int, language: str = "en") -> tuple[tuple[Counted, ...], Counted, int, dict[str, int]]:
    """The lines of a network's table, their sum, what PyTorch counts, and what the letters stand for. Of networks of
    both languages only the readout differs: each says its own words."""
    one = double_network(zoo.reading(kind, language), True)
    lines = []
    for part in counting.parts(one, length):
        worked = f"{part.work.numbers} = {part.work.value:,}" if part.work.terms else "0"
        lines.append(Counted(part.id, part.weights.formula, part.weights.numbers, f"{part.weights.value:,}", worked))
    total = Counted("total", "", "", f"{counting.weights(one):,}", f"{counting.work(one, length):,}")
    held = sum(p.numel() for p in one.parameters())
    return tuple(lines), total, held, counting.sizes(one, length)


def with_one_bias(kind: str) -> tuple[int, int] | None:
    """The weights of a recurrent body as PyTorch has them, with two biases, and with the one that most books have.
    None for a body that is not recurrent."""
    one = double_network(kind, True)
    if kind not in CELLS:
        return None
    biases = sum(value.numel() for name, value in one.body.named_parameters() if "bias_hh" in name)
    return one.body_weights(), one.body_weights() - biases


def facts_told() -> dict[str, str]:
    """How large the six are, as bodies and with projection and readout; how they were trained; how far two can see."""
    nets = {kind: double_network(kind, True) for kind in KINDS}
    bodies, whole = ([f(one) for one in nets.values()] for f in (Network.body_weights, counting.weights))
    found = {"least_body": min(bodies), "most_body": max(bodies), "least_whole": min(whole), "most_whole": max(whole)}
    trained = zoo.card("lstm")["settings"]
    found |= {"steps": trained["steps"], "batch": trained["batch"], "seeds": len(zoo.card("lstm")["seeds"])}
    found |= {kind: nets[kind].reach or 0 for kind in ("window", "conv")}
    return {name: f"{count:,}" for name, count in found.items()}


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
    seen = {"training": found.training, "saying": found.saying}
    shown = {
        name: {
            when: writer.each({kind: two_digits(row[at] / rows["rnn"][at]) for kind, row in rows.items()})
            for when, at in (("at_short", 0), ("at_long", -1))
        }
        for name, rows in seen.items()
    }
    section = writer.section("speed", drawn, shown, **words, **fast, **per)
    at_five = NEAR_FIVE[0] <= found.training["attention"][0] / found.training["rnn"][0] <= NEAR_FIVE[1]
    slower = all(wide > lstm for wide, lstm in zip(found.training["window"], found.training["lstm"], strict=True))
    claims = {"c21": (at_five, words | fast), "c27": (slower, words | slow)}
    return writer.board((found.training, found.saying), [writer.told(section, claims)])
