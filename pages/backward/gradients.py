"""The gradient on its way back through time: how much of it arrives, in three kinds of cells."""

import streamlit as st

from rnnviz.ui import sentence, source, state
from rnnviz.ui.backward import gradients
from rnnviz.ui.board import board
from rnnviz.ui.calm import part
from rnnviz.ui.language import prose, t


@part
def backward() -> None:
    """The controls, and the board they rule."""
    typed, tokens = source.controls()
    if state.value("input") == "sentence":
        sentence.amiss(typed, tokens)
        if not tokens:
            return
    shown = gradients(source.chosen(tokens), source.view())
    if shown.overflowing:
        names = ", ".join(t(f"gradients.kinds.{kind}") for kind in shown.overflowing)
        st.warning(t("gradients.overflow", names=names))
    board(shown.payload, "gradients")


backward()
with st.expander(t("gradients.how"), key="gradients-how"):
    st.markdown(prose("gradients"))
