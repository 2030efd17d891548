"""How often networks are right: six of equally many weights, three of equally many units, and wider windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from statistics import mean
from typing import Any

from rnnviz import figures
from rnnviz.networks import counting
from rnnviz.numbers import percent
from rnnviz.scenes.compare import KINDS, WINDOWS, Teller, double_network
from rnnviz.scenes.seeds import spread
from rnnviz.scenes.writer import Board, Section, View
from rnnviz.training import zoo
from rnnviz.training.advance import untrained_network
from rnnviz.training.settings import CLAUSES

GROUPS: dict[str, tuple[str, ...]] = {
    "weights": KINDS,
    "units": ("rnn-48", "gru-48", "lstm"),
    "windows": ("window", "window-20", "window-30", "lstm"),
}
"""What is compared: networks of equally many weights, of equally many units, and what a window sees."""
NEAR, SOME, FAR = 0, 4, 48
"""Clauses in between of which the page speaks, beside the most of training, `CLAUSES`."""
TOLD = {"weights": (NEAR, CLAUSES, FAR), "units": (NEAR, CLAUSES, FAR), "windows": (NEAR, SOME, CLAUSES)}
"""The columns of their tables."""
ALIKE = 0.05
"""Two shares of right answers that differ by no more are called alike."""


def seeds(names: Sequence[str], tongue: str = "en") -> list[dict[str, Any]]:
    """Every seed of the networks that stand for these names in a language, under these names; where none ships, the
    median counts as `shipped`."""
    found = []
    for name in names:
        rows = zoo.all_seeds((zoo.reading(name, tongue),))
        middle = sorted(rows, key=lambda row: row["chosen_by"])[len(rows) // 2]
        found += [{"shipped": row is middle} | row | {"network": name} for row in rows]
    return found


def shares(name: str, clauses: int, tongue: str = "en", shipped: bool = False) -> list[float]:
    """How often each seed of a network is right with so many clauses in between; `shipped`: the one on this page."""
    rows = (row for row in seeds((name,), tongue) if row["shipped"] or not shipped)
    return [row["accuracy"][row["clauses"].index(clauses)] for row in rows]


def words(clauses: int, tongue: str = "en") -> float:
    """How many words so many clauses have on average."""
    row = seeds(("lstm",), tongue)[0]
    return float(row["words"][row["clauses"].index(clauses)])


@lru_cache
def weights(name: str) -> int:
    """Those of a network's body."""
    return untrained_network(zoo.recipe(name)).body_weights()


@lru_cache
def sizes(tongue: str = "en") -> dict[str, str]:
    """What the tables' names say: weights of those that read this language, units of the three, and how many seeds the
    others have."""
    all_of, few = sorted(map(weights, zoo.readers(KINDS, tongue))), len(zoo.all_seeds(("window-20",)))
    units = zoo.SHAPES["lstm"].units
    return {"least": f"{all_of[0]:,}", "most": f"{all_of[-1]:,}", "units": str(units), "few": str(few)}


def accuracy_board(between: int, tongue: str, view: View) -> Board:
    """The board of how often each network is right that reads this language; `between`: how many words stand in
    between now."""
    writer = Teller("compare", "compare_figures", view)
    return writer.board((between, tongue), [accuracy_section(writer, between, tongue)])


def beside_board(between: int, view: View) -> Board:
    """The board of what is only compared: equally many units, and wider windows."""
    writer = Teller("compare", "compare_figures", view)
    return writer.board(("beside", between), [beside_section(writer, between)])


def table(group: str, tongue: str, view: View) -> list[dict[str, str]]:
    """A line for each network that reads this language: its weights, how far its training came, and how often it is
    right."""
    writer, language = Teller("compare", "compare_figures", view), view.language
    lines = []
    for name in zoo.readers(GROUPS[group], tongue):
        rows = seeds((name,), tongue)
        line = {writer.say("accuracies.network"): writer.kind(name)}
        if group != "weights":  # there they are as good as equally many
            line[writer.say("accuracies.weights")] = f"{weights(name):,}"
        line[writer.say("accuracies.trained")] = spread([row["trained_to"] for row in rows], language)
        for n in TOLD[group]:
            shown = f"{percent(shares(name, n, tongue, True)[0])}% · {spread(shares(name, n, tongue), language)}"
            line[writer.say("accuracies.words", words=f"{words(n, tongue):.0f}")] = shown
        lines.append(line)
    return lines


def spreads(writer: Teller, names: Sequence[str], clauses: int, tongue: str = "en") -> dict[str, str]:
    """The mean of each network's seeds, and their range."""
    return {name: spread(shares(name, clauses, tongue), writer.view.language) for name in names}


def accuracy_section(writer: Teller, between: int, tongue: str) -> Section:
    """Accuracy against words in between (P12), of the networks that read this language."""
    names, at = zoo.readers(KINDS, tongue), {"near": NEAR, "edge": CLAUSES, "far": FAR}
    rows = seeds(names, tongue)
    chart = figures.generalisation.spec(rows, words(CLAUSES, tongue), between, look=writer.look)
    told: dict[str, Any] = {when: f"{words(n, tongue):.0f}" for when, n in at.items()}
    settings = zoo.card(zoo.reading("lstm", tongue))["settings"]
    told |= {"seeds": len({row["seed"] for row in rows}), "clauses": CLAUSES}
    told |= {"sentences": f"{settings['steps'] * settings['batch']:,}"}
    each = {when: spreads(writer, names, n, tongue) for when, n in at.items()}
    told |= {f"{name}_{when}": shown for when, of in each.items() for name, shown in of.items()}
    heads = [name for name in ("lstm", "rnn", "window") if name in names]
    told["heads"] = writer.each({name: f"{percent(mean(shares(name, CLAUSES, tongue)))}%" for name in heads})
    ends = {name: mean(row["trained_to"] for row in rows if row["network"] == name) for name in names}
    told["taught"] = writer.each({name: f"{percent(end)}%" for name, end in ends.items()})
    of = {f"of_{when}": writer.each(shown) for when, shown in each.items()}
    section = writer.section("accuracy", {"accuracy": chart}, {"accuracy": of}, **told)
    short = abs(mean(shares("rnn", NEAR, tongue)) - mean(shares("lstm", NEAR, tongue))) <= ALIKE
    long = min(shares("lstm", CLAUSES, tongue)) > max(shares("rnn", CLAUSES, tongue))
    claims: dict[str, tuple[bool, Mapping[str, Any]]] = {"c3": (short and long, told)}
    if "attention" in names:  # it is what the other two claims compare with
        kinds = {name: mean(row["kinds"]["mean"] for row in rows if row["network"] == name) for name in names}
        further = all(kinds[name] > kinds["attention"] for name in ("rnn", "lstm", "gru"))
        told |= {f"{name}_kinds": f"{percent(share)}%" for name, share in kinds.items()}
        claims |= {"c24": (words(FAR) > words(CLAUSES), told), "c26_data": (further, told)}
    return writer.told(section, claims)


def beside_section(writer: Teller, between: int) -> Section:
    """Accuracy at equally many units; and of windows that see more, as far as training went."""
    drawn, found = {}, {}
    for group in ("units", "windows"):
        names, at = GROUPS[group], TOLD[group]
        rows = [cut(row, 1 + row["clauses"].index(at[-1])) for row in seeds(names)]
        drawn[group] = figures.generalisation.spec(rows, words(CLAUSES), between, look=writer.look)
        right = [(f"{words(n):.0f}", writer.each(spreads(writer, names, n))) for n in at]
        found[group] = {"right": " ".join(writer.say("beside.at", words=n, each=each) for n, each in right)}
    window = double_network("window", True)
    told: dict[str, Any] = {f"w{n}": f"{counting.wide_window(window, n).value:,}" for n in WINDOWS}
    told |= {kind: f"{weights(name):,}" for kind, name in (("rnn", "rnn-48"), ("gru", "gru-48"), ("lstm", "lstm"))}
    told |= {"seeds": len(seeds(("lstm",)))} | {key: sizes()[key] for key in ("units", "few")}
    of = {f"of_{name.replace('-', '_')}": mean(shares(name, SOME)) for name in GROUPS["windows"]}
    told |= {key: f"{percent(share)}%" for key, share in of.items()} | {"some": f"{words(SOME):.0f}"}
    return writer.section("beside", drawn, found, **told)


def cut(row: Mapping[str, Any], end: int) -> dict[str, Any]:
    """A seed, with its first so many lengths alone."""
    return {**row, "words": row["words"][:end], "accuracy": row["accuracy"][:end]}
