"""The table of all seeds: how well each trained network does, and what its seeds do on average."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

from rnnviz.language import labels_of, translate
from rnnviz.numbers import percent
from rnnviz.training import zoo

FAR = 12
"""Clauses in between, of the column that asks for memory."""


def seeds_table(networks: tuple[str, ...], language: str) -> list[dict[str, str]]:
    """One line for each seed, and after those of a network one with their mean and range."""
    columns = labels_of(language, "step")["table"]
    lines = []
    for name in networks:
        rows = zoo.all_seeds((name,))
        first = {columns["network"]: translate(language, f"networks.{name}")}
        for row in rows:
            seed = {columns["seed"]: str(row["seed"]), columns["shipped"]: "●" if row["shipped"] else ""}
            shown = {columns[key]: f"{percent(share)}%" for key, share in shares(row).items()}
            lines.append(first | seed | shown)
        every = {columns["seed"]: columns["every"], columns["shipped"]: ""}
        lines.append(first | every | {columns[key]: spread(of, language) for key, of in together(rows).items()})
    return lines


def shares(row: Mapping[str, Any]) -> dict[str, float]:
    """The shares of right answers that the table tells of a seed."""
    at = row["clauses"].index(FAR)
    told = {"short": row["shortest"], "errand": row["accuracy"][0], "at": row["accuracy"][at]}
    return told | {"unseen": row["held_out"][0]}


def together(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    """Each of them for all seeds."""
    return {key: [shares(row)[key] for row in rows] for key in shares(rows[0])}


def spread(of: Sequence[float], language: str) -> str:
    """The mean of some shares, and their range."""
    told = {"mean": percent(mean(of)), "least": percent(min(of)), "most": percent(max(of))}
    return translate(language, "compare.spread", **told)
