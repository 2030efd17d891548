"""Gates: play the gates of one unit by hand, see how long units remember, and what a gate listens to."""

import streamlit as st

from rnnviz.scenes import gates as gates_scene
from rnnviz.ui import controls, gates, sentence, state
from rnnviz.ui.asked import asked
from rnnviz.ui.board import board
from rnnviz.ui.calm import part
from rnnviz.ui.language import prose, t


@part
def be_the_gate() -> None:
    """One unit, its gates in the visitor's hand. Where the hand rests goes into the link."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="gates-knobs"):
        for name in ("gatecell", "challenge"):
            choose(name)
    gates.unit(controls.view())


def choose(name: str) -> None:
    """A few ids side by side, unless the link hides them."""

    def named(id: str) -> str:
        return t(f"networks.{id}") if name == "keeps" else t(f"gates.{name}_ids.{id}")

    if state.shown(name):
        st.radio(t(f"gates.{name}"), horizontal=True, **state.choice(name, named))


@part
def forgetting() -> None:
    """What a forget bias means."""
    st.header(t("gates.memory_heading"), anchor=False)
    if state.shown("forget"):
        st.slider(t("gates.forget"), help=t("gates.forget_help"), width=320, **state.control("forget"))
    board(asked(gates_scene.forgetting_board, float(state.value("forget")), controls.view()).payload, "forgetting")


@part
def trained_networks() -> None:
    """What the units of a trained network remember of the sentence, and what one of their gates listens to."""
    typed, tokens = sentence.current()
    sentence.row()
    with st.container(horizontal=True, vertical_alignment="bottom", key="keeps-knobs"):
        choose("keeps")
        sentence.knobs()
    sentence.amiss(typed, tokens, state.value("keeps"))
    if not tokens:
        return
    kind, trained, view = state.value("keeps"), state.value("trained"), controls.view()
    halves = asked(gates_scene.unit_half_lives, kind, trained, tokens)
    place = gates.place(kind, halves, tokens)
    board(asked(gates_scene.remembering_board, kind, trained, tokens, place.unit, view).payload, "remembering")
    st.header(t("gates.listens_heading"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", key="listens-knobs"):
        if state.shown("listener"):
            units = (gates.LONGEST, *(unit for unit, _ in halves[1:]))
            given = state.choice("listener", place.name_unit, units)
            st.selectbox(t("gates.listener"), width=controls.wide("listener", 230), **given)
        if state.shown("listens"):
            given = state.choice("listens", place.name_gate, gates_scene.GATES[kind])
            st.selectbox(t("gates.listens_to"), width=controls.wide("listens", 190), **given)
        if state.shown("heard") and len(tokens) > 1:
            given = state.ladder("heard", place.name_step, (*range(len(tokens) - 1), gates.LAST))
            st.select_slider(t("gates.heard"), width=320, **given)
    looked_at = (place.unit, place.letter, place.step)
    board(asked(gates_scene.listening_board, kind, trained, tokens, *looked_at, view).payload, "listening")


be_the_gate()
forgetting()
trained_networks()
with st.expander(t("gates.how"), key="gates-how"):
    st.markdown(prose("gates"))
