"""Two networks read the same sentence, word by word."""

import streamlit as st

from rnnviz import zoo
from rnnviz.figures import lengths
from rnnviz.tasks import errands
from rnnviz.text import MAX_TOKENS, tokenize, vocabulary
from rnnviz.ui import state
from rnnviz.ui.language import labels, language, literal, prose, t
from rnnviz.ui.notice import number
from rnnviz.ui.stage import Stage, View, stage
from rnnviz.ui.stepper import stepper


def controls() -> None:
    """The sentence, the two networks, and what can be changed about them."""
    if state.shown("sentence"):
        sentence, examples = st.columns([5, 1], vertical_alignment="bottom")
        sentence.text_input(
            t("step.sentence"), help=t("step.sentence_help", limit=MAX_TOKENS), **state.control("sentence")
        )
        with examples.popover(t("step.examples"), width="stretch"):
            for i, example in enumerate(errands.EXAMPLES):
                st.button(literal(example), key=f"example{i}", type="tertiary", on_click=choose, args=(example,))
    left, right, words, trained = st.columns([2, 2, 4, 1], vertical_alignment="bottom")
    names = {name: t(f"step.networks.{name}") for name in state.NETWORKS}
    for side, place in (("left", left), ("right", right)):
        if state.shown(side):
            place.selectbox(t(f"step.{side}"), format_func=names.get, **state.control(side))
    if state.shown("words"):
        words.slider(t("step.words"), help=t("step.words_help"), **state.control("words"))
    if state.shown("trained"):
        trained.toggle(t("step.trained"), help=t("step.trained_help"), **state.control("trained"))


def choose(example: str) -> None:
    """Put an example into the sentence field."""
    st.session_state["sentence"] = example


def tokens_to_read() -> tuple[str, ...]:
    """The sentence as tokens, stretched as far as the slider says; what is amiss is said in place."""
    typed = tokenize(state.value("sentence"))
    if len(typed) > MAX_TOKENS:
        st.warning(t("step.too_long", count=f"{len(typed):,}", limit=MAX_TOKENS))
    tokens = errands.stretch(typed[:MAX_TOKENS], state.value("words")) if typed else ()
    unknown = [token for token in dict.fromkeys(tokens) if not vocabulary().knows(token)]
    if not tokens:
        st.info(t("step.nothing"))
    elif len(unknown) == len(set(tokens)):
        st.info(t("step.all_unknown"))
    elif unknown:
        words = " ".join(literal(token) for token in unknown[:12])
        st.caption(t("step.some_unknown", size=f"{len(vocabulary().words):,}", words=words))
    return tokens


@st.fragment
def show_stepper(tokens: tuple[str, ...]) -> None:
    """The stepper. Where it rests goes into the link."""
    seen = st.session_state.get("stepper") or {}
    theme = seen.get("theme") or st.context.theme.type or "light"
    view = View(language(), theme, 1.5 if state.value("projector") else 1.0)
    shown = stage(tokens, state.value("left"), state.value("right"), state.value("trained"), view)
    badge(shown)
    start = st.session_state.setdefault("_start", {"step": state.value("step"), "unit": state.value("unit")})
    rest = stepper(shown.payload, **start).rest
    if rest and rest["revision"] == shown.revision:
        state.put(step=rest["step"], unit=rest["unit"])


def badge(shown: Stage) -> None:
    """How far the numbers on the page are from PyTorch's, and how that was found."""
    worst = max(max(r.check.states, r.check.gradients) for r in shown.readings)
    key = "step.badge" if worst <= 1e-4 else "step.badge_off"
    with st.popover(t(key, difference=number(worst)), type="tertiary"):
        st.markdown(f"**{t('step.badge_title')}**")
        for reading in shown.readings:
            name = t(f"step.networks.{reading.name}")
            difference = {
                "states": number(reading.check.states),
                "gradients": number(reading.check.gradients),
            }
            st.markdown("- " + t("step.check_row", name=name, **difference))
        st.markdown(prose("check"))


@st.fragment
def training_record() -> None:
    """Every seed of every network: how it was trained and how well it does."""
    with st.expander(t("step.how")):
        st.markdown(prose("networks"))
        theme = st.context.theme.type or "light"
        st.plotly_chart(lengths(zoo.all_seeds(), labels("figures"), theme=theme), key="lengths", theme=None)
        columns = labels("step.table")
        st.dataframe(
            [
                {
                    columns["network"]: t(f"step.networks.{row['network']}"),
                    columns["seed"]: row["seed"],
                    columns["shipped"]: row["shipped"],
                    columns["level"]: row["clauses_mastered"],
                    columns["short"]: row["accuracy"][0],
                    columns["at"].format(clauses=12): row["accuracy"][row["clauses"].index(12)],
                    columns["unseen"]: row["held_out"][0],
                }
                for row in zoo.all_seeds()
            ],
            column_config={
                columns[name].format(clauses=12): st.column_config.NumberColumn(format="percent")
                for name in ("short", "at", "unseen")
            },
            hide_index=True,
        )


controls()
tokens = tokens_to_read()
if tokens:
    show_stepper(tokens)
training_record()
