"""What the pages of the way back read, and the controls that choose it: one set of settings for all of them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rnnviz.scenes.gradients import Source
from rnnviz.scenes.writer import View
from rnnviz.tasks.errands import THINGS, things
from rnnviz.text import language_of
from rnnviz.training.frozen import OwnNetwork
from rnnviz.ui import sentence, state
from rnnviz.ui.desk import desk
from rnnviz.ui.language import language, t

WIDE = {"asked": 215, "at": 170, "activation": 180, "start": 175, "units": 140, "scale": 172}
"""Controls with long names or options, in px."""


def controls(shortcuts: Callable[[], None] | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Draw the controls; returns the sentence as typed and as read, empty tuples for random numbers. `shortcuts` draws
    what sets several of them for random numbers, behind them."""
    typed, tokens = sentence.current() if state.value("input") == "sentence" else ((), ())
    choose("input", radio=True)
    if state.value("input") == "sentence":
        sentence.row()
    with st.container(horizontal=True, vertical_alignment="bottom", key="source-knobs"):
        if state.value("input") == "sentence":
            sentence.knobs()
            choose("asked")
            if state.shown("own") and (mine := desk().own):
                kind = t(f"networks.{mine.kind}")
                st.toggle(t("source.own"), help=t("source.own_help", kind=kind), **state.control("own"))
        else:
            for name in ("length", "scale", "forget"):
                slide(name)
            for name in ("activation", "start", "units"):
                choose(name)
            if state.shown("seed"):
                st.number_input(t("source.seed"), help=t("source.seed_help"), width=105, **state.control("seed"))
        choose("at")
        if shortcuts and state.value("input") == "random":
            shortcuts()
    return typed, tokens


def slide(name: str) -> None:
    """A slider, unless the link hides it."""
    if state.shown(name):
        st.slider(t(f"source.{name}"), help=t(f"source.{name}_help"), width=wide(name, 155), **state.control(name))


def choose(name: str, radio: bool = False) -> None:
    """A choice, unless the link hides it; its options' names stand in the locale file under the key's own."""
    if not state.shown(name):
        return

    bought = things(language_of(state.value("sentence"))) if name == "asked" else ()

    def named(id: str) -> str:
        if name == "net":
            return t(f"networks.{id}")
        if name == "asked" and id:  # a thing, as the language of the sentence calls it
            return bought[THINGS.index(id)]
        return id if name == "units" else t(f"source.{name}_ids.{id or 'none'}")

    label, given = t(f"source.{name}"), state.choice(name, named)
    if radio:
        st.radio(label, horizontal=True, label_visibility="collapsed", **given)
    else:
        st.selectbox(label, help=t(f"source.{name}_help"), width=wide(name, 150), **given)


def wide(name: str, usual: int) -> int:
    """A control's width in px, as many times as large as the type."""
    return round(WIDE.get(name, usual) * view().scale)


def own() -> OwnNetwork | None:
    """The visitor's own network, if it is to be shown."""
    return desk().own if state.value("own") else None


def chosen(tokens: tuple[str, ...]) -> Source:
    """What the link and the controls ask for. What does not count is left out, so that it is computed once."""
    value = state.value
    if tokens:
        return Source(tokens, value("trained"), asked=value("asked"), at=value("at"), own=own())
    return Source(
        length=value("length"),
        units=int(value("units")),
        scale=float(value("scale")),
        forget=float(value("forget")),
        activation=value("activation"),
        start=value("start"),
        seed=value("seed"),
        at=value("at"),
    )


def view() -> View:
    """How this visitor's page looks."""
    return View(language(), state.theme(), 1.5 if state.value("projector") else 1.0)
