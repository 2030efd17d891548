"""The class's sentence: its field, its tokens, and what is amiss with it. The same on every page that reads one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rnnviz.figures.base import MOST_IN_PROSE, shortened
from rnnviz.language import literal
from rnnviz.scenes.readings import Named, stand_in
from rnnviz.tasks import errands
from rnnviz.text import ASKED, MAX_TOKENS, join, language_of, tokenize, vocabulary
from rnnviz.training import zoo
from rnnviz.ui import state
from rnnviz.ui.calm import called
from rnnviz.ui.language import language, t


def current() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What was typed as tokens, and what of it is read, stretched as far as the slider says."""
    typed = tokenize(state.value("sentence"))
    return typed, errands.stretch(typed[:MAX_TOKENS], state.value("words")) if typed else ()


def row() -> None:
    """The field, examples to pick, and a line that says what can be typed."""
    if not state.shown("sentence"):
        return
    limit = state.SENTENCE.limit
    with st.container(horizontal=True, vertical_alignment="bottom", key="step-sentence"):
        st.text_input(
            t("step.sentence"),
            help=t("step.sentence_help", limit=MAX_TOKENS),
            placeholder=errands.EXAMPLES.get(language(), errands.EXAMPLES["en"])[0],
            validate=(rf"^[\s\S]{{0,{limit}}}$", t("step.too_many_letters", limit=f"{limit:,}")),
            **state.control("sentence"),
        )
        menu = st.popover(t("step.examples"), width="content", key="sentence-examples", on_change="rerun")
    with st.container(key="sentence-typed"):
        asked = " / ".join(join(endings[0]).replace(" ", "\u00a0") for endings in ASKED.values())
        st.caption(t("step.typed", asked=asked))
    if menu.open:  # what is not seen is not drawn: it would cost every visitor at every move of a slider
        typed = state.value("sentence")
        reads = language_of(typed) if typed.strip() else language()
        first = sorted(errands.EXAMPLES, key=lambda one: one != reads)
        offered = [example for one in first for example in errands.EXAMPLES[one]]
        with menu.container(key="sentence-offered"):
            for i, example in enumerate(offered):
                st.button(
                    literal(example), key=f"example{i}", type="tertiary", on_click=called(_choose), args=(example,)
                )


def knobs() -> None:
    """The words in between, and whether the networks are trained."""
    if state.shown("words"):
        st.slider(t("step.words"), help=t("step.words_help"), **state.control("words"))
    if state.shown("trained"):
        st.toggle(t("step.trained"), help=t("step.trained_help"), **state.control("trained"))


def _choose(example: str) -> None:
    """Put an example into the sentence field."""
    state.put(sentence=example)
    _as_typed()
    st.session_state["sentence-examples"] = False


def _as_typed() -> None:
    """Another sentence is read as it is: words put into the one before are no part of it, nor is what was held."""
    state.put(words=state.usual("words"), held="")


state.whenever("sentence", _as_typed)


def amiss(typed: tuple[str, ...], tokens: tuple[str, ...], *networks: Named) -> None:
    """Say in place what cannot be read of what was typed, and which of these networks do not read its language."""
    for network in dict.fromkeys(networks):
        if tokens and (instead := stand_in(network, tokens)):
            name = t(f"networks.{network if isinstance(network, str) else state.YOURS}")
            st.info(t("step.stands_in", name=name, instead=t(f"networks.{instead}")))
    if len(typed) > MAX_TOKENS:
        st.warning(t("step.too_long", count=f"{len(typed):,}", limit=MAX_TOKENS))
    table = vocabulary(language_of(tokens))
    unknown = [token for token in dict.fromkeys(tokens) if not table.knows(token)]
    if not tokens:
        st.info(t("step.nothing"))
    elif len(unknown) == len(set(tokens)):
        st.info(t("step.all_unknown"))
    elif unknown:
        words = " ".join(literal(shortened(token, MOST_IN_PROSE)) for token in unknown[:12])
        st.caption(t("step.some_unknown", size=f"{table.size:,}", words=words))


def left_out(kinds: Sequence[str], tokens: tuple[str, ...]) -> None:
    """Say which of the networks that stand side by side are not shown, because they do not read the sentence."""
    others = [t(f"networks.{kind}") for kind in kinds if kind not in zoo.readers(kinds, language_of(tokens))]
    if others:
        st.info(t("step.left_out", names=t("compare.comma").join(others)))
