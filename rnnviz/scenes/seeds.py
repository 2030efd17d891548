"""The record of training: how well each network reads each kind of sentence, with mean and range of its seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

from rnnviz.language import labels_of, translate
from rnnviz.numbers import percent
from rnnviz.tasks.errands import grammar_of
from rnnviz.training import scoring, zoo

FAR = 12
"""Clauses in between, of the column that asks for memory."""
CHANCE = {"denied": 0.5, "two": 0.5}
"""Of kinds that tell two needs: who names either is right in one of two. Else one in ten things is right."""
ONE_IN_TEN = 0.1
RECORDED = {"en": tuple(zoo.SHAPES), "ja": zoo.JAPANESE}
"""The networks whose training is told, by the language that they read."""
AUTHORS = {"kinds": scoring.KINDS, "others": scoring.OTHERS}
"""Of what a network is tried on: frames of training, filled anew, and those of somebody else, which none ever read."""
SHORT_SIGHTED = ("window", "conv")
"""Kinds of networks to which a word can be too far back."""
Shares = dict[str, dict[str, list[float]]]
"""By network, as pages call it, and kind of sentence: the shares of right answers of all seeds."""


def by_kind(networks: Sequence[str], author: str) -> Shares:
    """Of all seeds of these networks, on frames of one of `AUTHORS`."""
    rows = {zoo.plain(name): zoo.all_seeds((name,)) for name in networks}
    return {name: {kind: [row[author][kind] for row in of] for kind in AUTHORS[author]} for name, of in rows.items()}


def chance(kind: str) -> float:
    """How often who does not know what a kind is about would be right."""
    return CHANCE.get(kind, ONE_IN_TEN)


def near_chance(kind: str, shares: Sequence[float]) -> bool:
    """Whether a network's mean over its seeds is nearer to chance than to always right: a rule that was chosen before
    any of these numbers was seen."""
    return mean(shares) - chance(kind) < 1 - mean(shares)


def reported(networks: Sequence[str]) -> dict[str, dict[str, list[float]]]:
    """By kind and network: over the second author's frames, and where there are none, over those of training."""
    own, others = by_kind(networks, "kinds"), by_kind(networks, "others")
    return {kind: {name: (own[name] | others[name])[kind] for name in own} for kind in scoring.KINDS}


def not_learned(networks: Sequence[str], language: str) -> list[str]:
    """A sentence for each kind that stays near chance with some network: which these are, which can, and why."""

    def listed(told: Mapping[str, Sequence[float]]) -> str:
        each = {called(name, language): f"{percent(mean(of))}%" for name, of in told.items()}
        said = (translate(language, "compare.each", name=name, value=share) for name, share in each.items())
        return translate(language, "compare.comma").join(said)

    sentences, unseen = [], False
    for kind, told in reported(networks).items():
        lost = {name: of for name, of in told.items() if near_chance(kind, of)}
        can = {name: of for name, of in told.items() if name not in lost}
        whys = {zoo.SHAPES[name].kind in SHORT_SIGHTED for name in lost}
        unseen |= True in whys
        if lost:
            found = {"kind": translate(language, f"step.kinds.{kind}"), "chance": percent(chance(kind))}
            found |= {"lost": listed(lost), "why": translate(language, f"step.why.{kind}") if False in whys else ""}
            found["can"] = translate(language, "step.can" if can else "step.none", names=listed(can))
            sentences.append(translate(language, "step.near_chance", **found).strip())
    return [*sentences, *[translate(language, "step.out_of_reach")] * unseen]


def recipe(language: str) -> dict[str, str]:
    """How the networks were trained, in numbers; `best`: those of which not the median is shown."""
    cards = {name: zoo.card(name) for networks in RECORDED.values() for name in networks}
    settings, rates = cards["lstm"]["settings"], cards["lstm"]["rates_tried"]
    told = {"steps": f"{settings['steps']:,}", "batch": str(settings["batch"]), "clauses": str(settings["length"])}
    told |= {"rates": translate(language, "compare.comma").join(rates)}
    for tongue, networks in RECORDED.items():
        told[f"ceiling_{tongue}"] = f"{percent(cards[networks[0]]['held_out_ceiling'])}%"
        told[f"held_out_{tongue}"] = str(sum(map(len, grammar_of(tongue).held_out.values())))
    best = [called(name, language) for name, card in cards.items() if card["shipped"] != "median"]
    return told | {"best": translate(language, "compare.comma").join(best)}


def called(name: str, language: str) -> str:
    """What a network is called, whichever language it reads."""
    return translate(language, f"networks.{zoo.plain(name)}")


def seeds_table(networks: Sequence[str], author: str, language: str) -> list[dict[str, str]]:
    """One line for each seed, and after those of a network one with their mean and range. `author`: of `AUTHORS`."""
    columns = labels_of(language, "step")["table"]
    lines = []
    for name in networks:
        rows = zoo.all_seeds((name,))
        first = {columns["network"]: called(name, language)}
        told = [shares(row, author, language) for row in rows]
        for row, of in zip(rows, told, strict=True):
            seed = {columns["seed"]: str(row["seed"]), columns["shipped"]: "●" if row["shipped"] else ""}
            lines.append(first | seed | {column: f"{percent(share)}%" for column, share in of.items()})
        every = {columns["seed"]: columns["every"], columns["shipped"]: ""}
        lines.append(first | every | {column: spread([of[column] for of in told], language) for column in told[0]})
    return lines


def shares(row: Mapping[str, Any], author: str, language: str) -> dict[str, float]:
    """The shares of right answers that a table tells of a seed, by column."""
    columns, kinds = labels_of(language, "step")["table"], labels_of(language, "step")["kinds"]
    told = {kinds[kind]: row[author][kind] for kind in AUTHORS[author]}
    if author == "others":
        return told
    far = row["accuracy"][row["clauses"].index(FAR)]
    return told | {columns["at"].format(clauses=FAR): far, columns["unseen"]: row["held_out"][0]}


def spread(of: Sequence[float], language: str) -> str:
    """The mean of some shares, and their range."""
    told = {"mean": percent(mean(of)), "least": percent(min(of)), "most": percent(max(of))}
    return translate(language, "compare.spread", **told)
