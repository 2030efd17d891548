"""Gradient clipping: what it does to a gradient, where it saves a run, and what it cannot do."""

from functools import partial

import streamlit as st

from rnnviz.numbers import minus
from rnnviz.recurrence.cliff import repels
from rnnviz.scenes.clipping import clipped_board, descents_board, start_of
from rnnviz.ui import controls, sentence, state
from rnnviz.ui.asked import asked
from rnnviz.ui.board import board
from rnnviz.ui.calm import called, part
from rnnviz.ui.keys import BIAS
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
        bias(float(state.value("cliffw")))
        ladder("cliffrate")
        ladder("cliffclip")
    w, rate, limit = (float(state.value(name)) for name in ("cliffw", "cliffrate", "cliffclip"))
    shown = asked(descents_board, w, state.value("cliffb"), rate, limit, controls.view())
    with st.container(key="cliff-board"):
        board(shown.payload, "cliff", places=("camera",))


def bias(w: float) -> None:
    """The slider of b, one stop of which is the wall at this w, and a button that goes there."""
    if not state.shown("cliffb"):
        return
    chosen, wall = state.value("cliffb"), start_of(w, BIAS.place)
    stops = sorted({*BIAS.stops(), BIAS.place, chosen}, key=partial(start_of, w))
    there = minus(f"{wall:.6f}")

    def named(stop: float | str) -> str:
        if stop != BIAS.place:
            return minus(f"{stop:g}")
        return t("clipping.on_wall" if repels(w) else "clipping.at_rest", b=there)

    given = state.ladder("cliffb", named, stops)
    st.select_slider(t("source.cliffb"), help=t("source.cliffb_help"), width=260, **given)
    label, idle = t("clipping.to_wall", b=there), chosen == BIAS.place or not repels(w)
    st.button(label, key="wall", disabled=idle, on_click=called(lambda: state.put(cliffb=BIAS.place)))


def ladder(name: str) -> None:
    """A slider over round numbers on a log scale."""
    if state.shown(name):
        st.select_slider(t(f"source.{name}"), help=t(f"source.{name}_help"), width=220, **state.ladder(name))


one_gradient()
cliff()
with st.expander(t("clipping.how"), key="clipping-how"):
    st.markdown(prose("clipping"))
