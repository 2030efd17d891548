"""Gradient clipping: what it does to a gradient, where it saves a run, and what it cannot do."""

import streamlit as st

from rnnviz.scenes.clipping import clipped_board, descents_board
from rnnviz.ui import controls, sentence, state
from rnnviz.ui.asked import asked
from rnnviz.ui.board import board
from rnnviz.ui.calm import part
from rnnviz.ui.language import prose, t


@part
def one_gradient() -> None:
    """A gradient before and after."""
    typed, tokens = controls.controls()
    with st.container(horizontal=True, vertical_alignment="bottom", key="clip-knobs"):
        controls.choose("net")
        controls.choose("clip", radio=True)
        ladder("threshold")
    if state.value("input") == "sentence":
        mine, net = controls.own(), state.value("net")
        sentence.amiss(typed, tokens, mine if mine and mine.kind == net else net)
        if not tokens:
            return
    shown = asked(
        clipped_board,
        controls.chosen(tokens),
        state.value("net"),
        state.value("clip"),
        float(state.value("threshold")),
        controls.view(),
    )
    if shown.overflowing:
        st.warning(t("clipping.overflow"))
    board(shown.payload, "clipping")


@part
def cliff() -> None:
    """Descent on an error surface with a wall."""
    st.subheader(t("clipping.cliff_heading"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", key="cliff-knobs"):
        controls.slide("cliffw")
        controls.slide("cliffb")
        ladder("cliffrate")
        ladder("cliffclip")
    w, b, rate, limit = (float(state.value(name)) for name in ("cliffw", "cliffb", "cliffrate", "cliffclip"))
    with st.container(key="cliff-board"):
        board(asked(descents_board, w, b, rate, limit, controls.view()).payload, "cliff")


def ladder(name: str) -> None:
    """A slider over round numbers on a log scale."""
    if state.shown(name):
        st.select_slider(t(f"source.{name}"), help=t(f"source.{name}_help"), width=220, **state.ladder(name))


one_gradient()
cliff()
with st.expander(t("clipping.how"), key="clipping-how"):
    st.markdown(prose("clipping"))
