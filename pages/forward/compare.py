"""Six networks read the same sentence: what they answer, what they can see, what they cost, how fast they are."""

import streamlit as st

from rnnviz.networks.timing import Speeds
from rnnviz.scenes import accuracies
from rnnviz.scenes import compare as compare_scene
from rnnviz.text import language_of
from rnnviz.turns import workers
from rnnviz.ui import controls, sentence, state
from rnnviz.ui.asked import asked
from rnnviz.ui.board import board
from rnnviz.ui.calm import called, part
from rnnviz.ui.language import prose, t
from rnnviz.ui.tables import table

FRESH = 20.0
"""Seconds for which a measurement is given to whoever asks."""
WISHED = "_measure"


@part
def reading() -> None:
    """The sentence, six answers, and all that depends on its length."""
    typed, tokens = sentence.current()
    sentence.row()
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare-knobs"):
        sentence.knobs()
    sentence.amiss(typed, tokens)
    if not tokens:
        return
    sentence.left_out(compare_scene.KINDS, tokens)
    words, trained, view = state.value("words"), state.value("trained"), controls.view()
    board(asked(compare_scene.answers_board, tokens, words, trained, view).payload, "compare-answers")
    right(words, language_of(tokens))
    board(asked(compare_scene.growing_board, len(tokens), view).payload, "compare-growing")
    counting(tokens)


def right(words: int, tongue: str) -> None:
    """How often those are right that read the sentence, and what else English ones can be compared with."""
    view = controls.view()
    board(asked(accuracies.accuracy_board, words, tongue, view).payload, "compare-accuracy")
    group("weights", tongue)
    st.caption(t("compare.accuracies.read"))
    if tongue == "en":
        board(asked(accuracies.beside_board, words, view).payload, "compare-beside")
        group("units")
        group("windows")
        st.caption(t("compare.accuracies.read_beside", **asked(accuracies.sizes, tongue)))


def group(name: str, tongue: str = "en") -> None:
    """The table of some networks, under its name."""
    st.markdown(f"**{t(f'compare.groups.{name}', **asked(accuracies.sizes, tongue))}**")
    table(asked(accuracies.table, name, tongue, controls.view()))


def counting(tokens: tuple[str, ...]) -> None:
    """The weights of one network, counted by hand."""
    st.header(t("compare.counting"), anchor=False)
    if state.shown("counted"):
        names = {kind: t(f"networks.{kind}") for kind in compare_scene.KINDS}
        st.radio(
            t("compare.counted"),
            horizontal=True,
            label_visibility="collapsed",
            **state.choice("counted", names.__getitem__),
        )
    lines, total, held, letters = asked(compare_scene.counts, state.value("counted"), len(tokens), language_of(tokens))
    said = [t(f"compare.letters.{letter}", size=f"{size:,}") for letter, size in letters.items()]
    st.caption(t("compare.letters_are", letters=t("compare.comma").join(said)))
    columns = {name: t(f"compare.table.{name}") for name in ("part", "formula", "numbers", "value", "work")}
    table(
        [
            {
                columns["part"]: t(f"compare.parts.{line.id}"),
                columns["formula"]: line.formula,
                columns["numbers"]: line.numbers,
                columns["value"]: line.value,
                columns["work"]: line.work,
            }
            for line in (*lines, total)
        ]
    )
    st.caption(t("compare.counted_by", total=total.value, held=f"{held:,}"))
    kind = state.value("counted")
    if once := asked(compare_scene.with_one_bias, kind):
        body, fewer = (f"{count:,}" for count in once)
        st.caption(t("compare.two_biases", name=t(f"networks.{kind}"), body=body, fewer=fewer))


def measured() -> Speeds:
    """All six measured, now or a moment ago: a class that asks together waits for one measurement. By a trainer, since
    the readers are who answers everybody else."""
    return asked(compare_scene.measured, max_age=FRESH, pool=workers.here)


def wish() -> None:
    """The button was pressed: what is done meanwhile (another language, say) may cut the run off, not the wish."""
    st.session_state[WISHED] = True


@part
def speed() -> None:
    """How fast the six are on this server, measured when asked."""
    st.header(t("compare.speed_heading"), anchor=False)
    st.button(t("compare.measure"), key="measure", help=t("compare.measure_help"), on_click=called(wish))
    if st.session_state.get(WISHED):
        with st.spinner(t("compare.measuring")):
            st.session_state["_speeds"] = measured()
        st.session_state[WISHED] = False
    found = st.session_state.get("_speeds")
    if found:
        board(compare_scene.speeds(found, controls.view()).payload, "compare-speeds")
    else:
        st.caption(t("compare.unmeasured"))


reading()
speed()
with st.expander(t("compare.how"), key="compare-how"):
    told = asked(compare_scene.facts_told)
    st.markdown(prose("compare").format(**told))
