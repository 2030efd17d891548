"""The gradient on its way back through time: how much of it arrives, in three kinds of cells."""

import streamlit as st

from rnnviz.scenes.gradients import EXPLOSIONS, KINDS, gradients_board
from rnnviz.ui import controls, sentence, state
from rnnviz.ui.asked import asked
from rnnviz.ui.board import board
from rnnviz.ui.calm import called, part
from rnnviz.ui.language import prose, t


def explosions() -> None:
    """Buttons that set what makes a gradient explode; they say what they set, and then what was changed by it."""
    if not all(map(state.shown, EXPLOSIONS["tanh"])):
        return
    for name, wanted in EXPLOSIONS.items():
        told = {"activation": t(f"source.activation_ids.{name}"), "scale": f"{wanted['scale']:g}"}
        label, so = t("gradients.explode", **told, length=wanted["length"]), not changes(wanted)
        st.button(label, key=f"explode-{name}", disabled=so, on_click=called(_explode), args=(name,))


def changes(wanted: dict[str, object]) -> list[str]:
    """What would be changed, in words."""

    def named(name: str, value: object) -> str:
        if name == "units" or not isinstance(value, str):
            return f"{value}" if isinstance(value, str) else f"{value:g}"
        return t(f"source.{name}_ids.{value}")

    return [
        t("gradients.change", name=t(f"source.{name}"), before=named(name, state.value(name)), after=named(name, value))
        for name, value in wanted.items()
        if state.value(name) != value
    ]


def _explode(name: str) -> None:
    st.toast(t("gradients.changed", changes=t("compare.comma").join(changes(EXPLOSIONS[name]))))
    state.put(**EXPLOSIONS[name])


@part
def backward() -> None:
    """The controls, and the board they rule."""
    typed, tokens = controls.controls(explosions)
    if state.value("input") == "sentence":
        sentence.amiss(typed, tokens, *filter(None, [controls.own()]))
        if not tokens:
            return state.gone("gradients")
        sentence.left_out(KINDS, tokens)
    shown = asked(gradients_board, controls.chosen(tokens), controls.view())
    if shown.overflowing:
        names = t("compare.comma").join(t(f"networks.{kind}") for kind in shown.overflowing)
        st.warning(t("gradients.overflow", names=names))
    board(shown.payload, "gradients", places=("spot", "wayback"))


backward()
with st.expander(t("gradients.how"), key="gradients-how"):
    st.markdown(prose("gradients"))
