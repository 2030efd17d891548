"""The training record of the page Step: how networks were trained, and how well every seed reads every kind."""

from __future__ import annotations

from typing import Any

import streamlit as st

from rnnviz import figures
from rnnviz.scenes import seeds
from rnnviz.tasks import errands
from rnnviz.training import zoo
from rnnviz.ui import controls
from rnnviz.ui.calm import part
from rnnviz.ui.language import language, prose, t
from rnnviz.ui.tables import table

PLAIN = {"displayModeBar": False}
"""Plotly's buttons would cover the names of columns."""


@part
def training_record(tokens: tuple[str, ...]) -> None:
    """Drawn only while it is open; first the networks that read the language of the page's sentence."""
    record = st.expander(t("step.how"), key="step-record", on_change="rerun")
    if not record.open:
        return
    with record:
        read = errands.language_of(tokens)
        for tongue in sorted(seeds.RECORDED, key=lambda one: one != read):
            st.subheader(t(f"step.record.{tongue}"), anchor=False)
            networks_of(seeds.RECORDED[tongue])
        told = seeds.recipe(language())
        best = told.pop("best")
        shipped = t("step.shipped_best", names=best) if best else t("step.shipped_median")
        st.subheader(t("step.record.recipe"), anchor=False)
        st.markdown(prose("networks").format(shipped=shipped, **told))


def networks_of(networks: tuple[str, ...]) -> None:
    """What the networks of a language learned: by kind, by words in between, and, one press deeper, seed by seed."""
    look: dict[str, Any] = vars(controls.view().look("figures"))
    for column, author in zip(st.columns(2), seeds.AUTHORS, strict=True):
        with column:
            st.markdown(f"**{t(f'step.record.{author}')}**")
            shares = seeds.by_kind(networks, author)
            st.plotly_chart(figures.kinds(shares, **look), key=f"{author}-{networks[0]}", theme=None, config=PLAIN)
    rows = [row | {"network": zoo.plain(row["network"])} for row in zoo.all_seeds(networks)]
    st.caption(t("step.record.read", seeds=len({row["seed"] for row in rows})))
    found = seeds.not_learned(networks, language())
    st.markdown("\n- ".join([t("step.record.near"), *found]) if found else t("step.record.all_learned"))
    st.plotly_chart(figures.lengths(rows, **look), key=f"lengths-{networks[0]}", theme=None)
    every = st.expander(t("step.record.every"), key=f"seeds-{networks[0]}", on_change="rerun")
    if every.open:
        with every:
            for author in seeds.AUTHORS:
                st.markdown(f"**{t(f'step.record.{author}')}**")
                table(seeds.seeds_table(networks, author, language()))
