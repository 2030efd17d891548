"""What the page Compare shows: six networks on one sentence, their accuracy, their counts, and their measured speed."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from statistics import mean, median
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
from rnnviz.scenes.seeds import spread
from rnnviz.scenes.writer import Board, Section, View, Writer
from rnnviz.tasks import errands
from rnnviz.tasks.errands import met
from rnnviz.tasks.errands.simple import form_of
from rnnviz.text import ASKED, join, language_of
from rnnviz.training import zoo
from rnnviz.training.advance import CLAUSES
from rnnviz.training.runs import MASTERY

KINDS = ("rnn", "lstm", "gru", "window", "conv", "attention")
ARTICLE = (5, 5.0)
"""Claim C21: a sentence of 5 words takes a recurrent network 25 s and a Transformer 5 s."""
WINDOWS = (20, 30, 100)
"""Words back, of claim C19."""
LONGEST = 400
"""The end of the axis of words."""
ALIKE = 0.05
"""Two shares of right answers that differ by no more are called alike."""
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
        untaught = trained and None in [trained_to(row) for row in seeds() if row["network"] == "window"]
        key = "c20_untaught" if untaught else "c20"
        claims[key] = True, told | {"best": window.best[0], "best_p": percent(window.best[1])}
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


def accuracy_board(words: int, view: View) -> Board:
    """The board of how often each network is right; `words`: how many stand in between now."""
    writer = Teller("compare", "compare_figures", view)
    return writer.board(words, [accuracy_section(writer, words)])


def growing_board(length: int, view: View) -> Board:
    """The board of what a sentence of `length` words costs."""
    writer = Teller("compare", "compare_figures", view)
    return writer.board(length, [costs_section(writer, length), ways_section(writer, length)])


def seeds() -> list[dict]:
    """The six networks' seeds, in their order."""
    return zoo.all_seeds(KINDS)


def trained_to(row: Mapping[str, Any]) -> float | None:
    """The words in between that the longest sentences of a seed's training had, on average; None: it never came to
    errands, and read advice and the shortest sentences alone."""
    form, clauses = form_of(row["level"])
    return float(np.interp(clauses, row["clauses"], row["words"])) if form == "errand" else None


def right(kind: str, words: float, shipped: bool = False) -> list[float]:
    """How often each seed of a network is right at one number of words in between; `shipped`: the one on this page."""
    rows = (row for row in seeds() if row["network"] == kind and (row["shipped"] or not shipped))
    return [row["accuracy"][row["words"].index(words)] for row in rows]


def lengths_told() -> dict[str, float]:
    """The words in between of which the page speaks: none, the longest of any training, and the longest tried."""
    table = seeds()[0]
    edge = max(w for w, n in zip(table["words"], table["clauses"], strict=True) if n <= CLAUSES)
    return {"near": table["words"][0], "edge": edge, "far": table["words"][-1]}


def taught(kind: str, writer: Teller) -> str:
    """How far the seeds of a network were trained, in words in between."""
    ends = [trained_to(row) for row in seeds() if row["network"] == kind]
    known = sorted(round(end) for end in ends if end is not None)
    if len(known) < len(ends):
        return writer.say("no_errand")
    return writer.say("words_range" if known[0] < known[-1] else "words_one", least=known[0], most=known[-1])


def accuracies(view: View) -> list[dict[str, str]]:
    """The table beside the chart: how far each network was trained, and how often it is right."""
    writer = Teller("compare", "compare_figures", view)
    at = lengths_told()
    heads = {when: writer.say("accuracies.words", words=f"{w:.0f}") for when, w in at.items()}
    return [
        {writer.say("accuracies.network"): writer.kind(kind), writer.say("accuracies.trained"): taught(kind, writer)}
        | {
            heads[when]: f"{percent(right(kind, w, True)[0])}% · {spread(right(kind, w), writer.view.language)}"
            for when, w in at.items()
        }
        for kind in KINDS
    ]


def accuracy_section(writer: Teller, words: int) -> Section:
    """Accuracy against words in between (P12)."""
    table, when = seeds(), lengths_told()
    chart = figures.generalisation.spec(
        [row | {"trained_to": trained_to(row)} for row in table], when["edge"], words, look=writer.look
    )
    at = {f"{kind}_{name}": spread(right(kind, w), writer.view.language) for kind in KINDS for name, w in when.items()}
    means = {f"{kind}_mean": percent(mean(right(kind, when["edge"]))) + "%" for kind in KINDS}
    told = {name: f"{w:.0f}" for name, w in when.items()} | {"seeds": len({row["seed"] for row in table})}
    told |= {f"{kind}_taught": taught(kind, writer) for kind in KINDS} | {"mastery": percent(MASTERY)}
    told["taught"] = writer.each({kind: told[f"{kind}_taught"] for kind in KINDS})
    of = {name: writer.each({kind: at[f"{kind}_{name}"] for kind in KINDS}) for name in when}
    section = writer.section(
        "accuracy",
        {"accuracy": chart},
        {"accuracy": {f"of_{name}": each for name, each in of.items()}},
        **told,
        **means,
    )
    needed = {kind: sentences(table, kind) for kind in KINDS}
    fewer = all(needed[kind] < needed["attention"] for kind in ("rnn", "lstm", "gru"))
    words_needed = {
        f"{kind}_needed": f"{n:,.0f}" if np.isfinite(n) else writer.say("never") for kind, n in needed.items()
    }
    short = abs(mean(right("rnn", when["near"])) - mean(right("lstm", when["near"]))) <= ALIKE
    long = min(right("lstm", when["edge"])) > max(right("rnn", when["edge"]))
    claims: dict[str, tuple[bool, Mapping[str, Any]]] = {
        "c3": (short and long, told | at),
        "c24": (when["far"] > when["edge"], told | at),
        "c26_data": (fewer, words_needed),
    }
    return writer.told(section, claims)


def sentences(table: Sequence[Mapping[str, Any]], kind: str) -> float:
    """How many sentences training took, in the median over the seeds, until the longest were let in; inf: never."""
    at = [row["mastered_at"] for row in table if row["network"] == kind]
    middle = median(np.inf if step is None else step for step in at)
    return float(middle * zoo.card(kind)["settings"]["batch"])


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
    return {name: f"{count:,}" for name, count in found.items()} | {"mastery": percent(MASTERY)}


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
