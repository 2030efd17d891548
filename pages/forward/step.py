"""Two networks read the same sentence, word by word."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz.numbers import two_digits
from rnnviz.scenes.readings import Named
from rnnviz.scenes.step import StepPage, compose_step
from rnnviz.scenes.swaps import compose_swap
from rnnviz.ui import controls, holds, sentence, state, swaps
from rnnviz.ui.asked import asked
from rnnviz.ui.calm import part
from rnnviz.ui.desk import desk
from rnnviz.ui.language import labels, prose, t
from rnnviz.ui.stepper import Rest, stepper
from rnnviz.ui.training_record import training_record

SIDES = ("left", "right")


def knobs() -> DeltaGenerator:
    """The two networks and what can be changed about them. Returns the row, which has room for the badge."""
    names = labels("networks")
    offered = (*state.NETWORKS, *((state.YOURS,) if own_offered() else ()))
    row = st.container(horizontal=True, vertical_alignment="bottom", key="step-knobs")
    with row:
        for side in SIDES:
            if state.shown(side):
                given = state.choice(side, names.__getitem__, offered)
                st.selectbox(t(f"step.{side}"), width=controls.wide(side, 170), **given)
        sentence.knobs()
        if state.shown("guess"):
            st.toggle(t("step.guess"), help=t("step.guess_help"), **state.control("guess"))
    return row


def current(tokens: tuple[str, ...]) -> StepPage:
    """What the link and the controls ask for."""
    return asked(compose_step, tokens, named("left"), named("right"), state.value("trained"), controls.view())


def swapping(tokens: tuple[str, ...]) -> swaps.Swapping:
    """The swap that the link asks for, read by both networks."""
    found, payload = swaps.current(tokens), b""
    if found:
        both = named("left"), named("right")
        payload = asked(compose_swap, tokens, *both, state.value("trained"), *found, controls.view())
    return swaps.Swapping(payload, swaps.said(tokens), state.shown("swap"), partial(swaps.asked, tokens))


def own_offered() -> bool:
    """Whether the visitor has a network of their own, or the link names one."""
    return bool(desk().own) or state.YOURS in map(state.value, SIDES)


def named(side: str) -> Named:
    """The network of a side; where the link names the visitor's own and there is none, the usual one."""
    name: str = state.value(side)
    return name if name != state.YOURS else desk().own or state.usual(side)


@part
def show_stepper(tokens: tuple[str, ...]) -> None:
    """The stepper. Where it rests goes into the link."""
    shown = current(tokens)
    place = state.places()
    if st.session_state.get("_start", (None,))[-1] != place:  # where the link says; then the browser knows better
        unit = state.value("unit")
        whose = SIDES.index(state.value("side"))
        where = (state.value("step"), unit if unit >= 0 else None, whose, state.value("against"), state.value("back"))
        st.session_state["_start"] = (*where, place)

    def rested(rest: Rest) -> None:
        if rest.step < len(
            tokens
        ):  # else the sentence has become shorter, and the stepper will say where that leaves it
            state.put(step=rest.step, unit=rest.unit, side=SIDES[rest.network], against=rest.against, back=rest.back)

    own = {"guess": state.value("guess"), "typed": state.value("sentence"), "way": state.shown("back")}
    own["swapping"] = swapping(tokens)
    own |= {"holding": holds.current(tokens, named, controls.view())}
    stepper(shown.payload, shown.files, rested, *st.session_state["_start"], **own)


def badge(shown: StepPage) -> None:
    """How far the numbers on the page are from PyTorch's, and how that was found."""
    worst = max(found.largest for _, found in shown.checks)
    key = "step.badge" if worst <= 1e-4 else "step.badge_off"
    details = st.popover(t(key, difference=two_digits(worst)), type="tertiary", key="badge", on_change="rerun")
    if not details.open:
        return
    with details:
        st.markdown(f"**{t('step.badge_title')}**")
        for name, found in shown.checks:
            differences = {group: two_digits(largest) for group, largest in found.groups.items()}
            st.markdown("- " + t("step.check_row", name=t(f"networks.{name}"), **differences))
        st.markdown(prose("check"))


@part
def reading() -> None:
    """All that a change of the sentence or a knob draws anew; the frame around it stays."""
    typed, tokens = sentence.current()
    above, below = st.container(), st.container()  # the part within has a place of its own, as on the page Training
    with above:
        sentence.row()
        for side in SIDES:
            if state.value(side) == state.YOURS and not desk().own:
                st.info(t("step.no_own", name=t(f"networks.{state.usual(side)}")))
        row = knobs()  # before anything is computed: what cannot be computed is taken back with them
        sentence.amiss(typed, tokens, *map(named, SIDES))
    if tokens:
        with row:
            badge(current(tokens))
        with below:
            show_stepper(tokens)
    else:  # the stepper goes, and the next one begins where the link says
        st.session_state.pop("_start", None)


for side in SIDES:
    state.whenever(side, partial(holds.let_go, side))
reading()
training_record(sentence.current()[1])
