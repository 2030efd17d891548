"""The gradient on its way back through time: how much of it arrives, in three kinds of cells."""

import streamlit as st

from rnnviz.scenes.gradients import KINDS, gradients_board
from rnnviz.ui import controls, sentence, state
from rnnviz.ui.asked import asked
from rnnviz.ui.board import board
from rnnviz.ui.calm import part
from rnnviz.ui.language import prose, t


@part
def backward() -> None:
    """The controls, and the board they rule."""
    typed, tokens = controls.controls()
    if state.value("input") == "sentence":
        sentence.amiss(typed, tokens, *filter(None, [controls.own()]))
        if not tokens:
            return state.gone("gradients")
        sentence.left_out(KINDS, tokens)
    shown = asked(gradients_board, controls.chosen(tokens), controls.view())
    if shown.overflowing:
        names = t("compare.comma").join(t(f"networks.{kind}") for kind in shown.overflowing)
        st.warning(t("gradients.overflow", names=names))
    board(shown.payload, "gradients", places=("spot",))


backward()
with st.expander(t("gradients.how"), key="gradients-how"):
    st.markdown(prose("gradients"))
