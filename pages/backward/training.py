"""Training, live: twins that differ in one thing learn side by side."""

from collections.abc import Callable

import streamlit as st

from rnnviz.scenes import records as records_scene
from rnnviz.scenes.records import figure, there
from rnnviz.scenes.training import Shown, payload
from rnnviz.scenes.training_words import headline, step, verdict
from rnnviz.training.plans import Plan
from rnnviz.turns.workers import cluster
from rnnviz.ui import controls, state, training_controls
from rnnviz.ui.board import board
from rnnviz.ui.calm import called, part
from rnnviz.ui.controls import wide
from rnnviz.ui.desk import Desk, desk, find, interval, status
from rnnviz.ui.language import language, prose, t
from rnnviz.ui.tables import table
from rnnviz.ui.training_controls import all_said, asked, bet, differ, keep, overfitting, pick, settings, tiles, told


@part
def training() -> None:
    """The settings, the run, and what can be done with it. Only the run is looked at again and again."""
    # Parts within a part have places that do not depend on what else is drawn: of two runs in a row Streamlit may send
    # what the first drew of them, and not what it drew before them.
    above, middle, below, last = (st.container() for _ in range(4))
    with above:
        tiles()
        with st.container(horizontal=True, vertical_alignment="bottom", key="training-task"):
            pick()
            plan = training_controls.chosen()
            differ(plan)
        asked(plan)
        with st.container(horizontal=True, vertical_alignment="bottom", key="training-knobs"):
            settings(plan)
            overfitting(plan)
        begun = desk().ticket is not None and not desk().chose_another(plan)
        bet(plan, begun)
        transport(plan)
    one = desk()
    one.every = interval()
    with middle:
        part(live, run_every=one.every if one.going else None)(plan, one)
    with below:
        keep()
    with last:
        recorded()
    all_said()


def transport(plan: Plan) -> None:
    """Train, pause, go on, step, cancel, and back to an earlier step. Where something else is chosen than what the run
    began with, the button meant to be pressed next trains that."""
    one = desk()
    begun, other = one.ticket is not None, one.chose_another(plan)
    open_ended = begun and not one.cancelled and not (one.progress and one.progress.state == "done")
    with st.container(horizontal=True, vertical_alignment="bottom", key="training-transport"):
        if other:
            main("training.these", "train", train)
            if one.going:
                st.button(t("training.pause"), key="pause", on_click=called(one.pause))
            elif open_ended:
                st.button(t("training.resume"), key="resume", on_click=called(one.resume))
        elif one.going:
            main("training.pause", "pause", one.pause)
        elif open_ended:
            main("training.resume", "resume", one.resume)
        else:
            main("training.again" if begun else "training.train", "train", train)
        st.button(t("training.one"), key="one", on_click=called(one_step), disabled=one.going)
        if open_ended and not one.going and not other:
            st.button(t("training.again"), key="again", on_click=called(train))
        st.button(t("training.cancel"), key="cancel", on_click=called(one.cancel), disabled=not begun or one.cancelled)
        if state.shown("rewind"):
            back(one)


def main(label: str, key: str, then: Callable[[], None]) -> None:
    """The button that is meant to be pressed next."""
    st.button(t(label), key=key, type="primary", on_click=called(then), width=wide("train", 150))


def train() -> None:
    """Train what is chosen now, which may be more than what the button was drawn for; pressed twice, it trains once."""
    one, plan = desk(), training_controls.chosen()
    if not one.going or one.chose_another(plan):
        one.train(plan, state.value("bet"))


def one_step() -> None:
    """A single step of what runs, or of what is chosen now."""
    desk().one_step(training_controls.chosen(), state.value("bet"))


def go_back(key: str) -> None:
    """Back to the step under the slider's handle."""
    one, wanted = desk(), str(st.session_state.get(key))
    for k in one.ticket.steps() if one.ticket else ():
        if str(k) == wanted:
            one.rewind(k)


def back(one: Desk) -> None:
    """The slider over earlier steps, where there is one to go back to."""
    kept = one.ticket.steps() if one.ticket and not one.cancelled else ()
    steps = tuple(k for k in kept if k <= step(one.furthest))  # not those that came since the runs were looked at
    if len(steps) < 2:
        return
    key = f"rewind-{steps[-1]}"  # other steps make another slider
    with st.container(key="rewind", width=wide("rewind", 260)):
        st.select_slider(
            t("training.rewind"),
            options=steps,
            value=max((k for k in steps if k <= step(one.runs)), default=steps[0]),
            disabled=one.going,
            help=t("training.rewind_help"),
            key=key,
            on_change=called(go_back),
            args=(key,),
        )


def live(plan: Plan, one: Desk) -> None:
    """The run as it is now."""
    if one is not desk():  # found again after a reload
        st.rerun()
    was_going = one.going
    one.first_look()
    mine = one.plan or plan
    if one.lost:
        st.warning(t(f"training.lost.{one.lost}"))
    if cluster.away:
        st.caption(t("training.cluster_away"))
    if one.plan and one.plan != plan:
        st.info(t("training.next", settings=told(one.plan)))
    said = status(one)
    of = one.progress.of if one.progress else int(dict(mine.knobs).get("budget", "1"))
    st.progress(min(1.0, step(one.runs) / of), said)
    overlaid = [
        old.twin for old in one.earlier if old.plan.task == mine.task and st.session_state.get(f"saw{old.letter}")
    ]
    if one.runs and (guessed := verdict(mine, one.runs, one.bet, language())):
        st.markdown(guessed)
    shown = Shown(mine, one.runs, one.furthest, of, tuple(overlaid), "")
    if one.runs:
        shown = shown._replace(said=one.say(said, headline(mine, one.runs, language())))
    board(payload(shown, controls.view()), "training", one.ticket.id if one.ticket else "", find)
    if was_going and not one.going:
        st.rerun()


@part
def recorded() -> None:
    """What takes too long for a class. Drawn only while it is open."""
    names = there()
    if not names:
        return
    box = st.expander(t("training.records"), key="training-records", on_change="rerun")
    if not box.open:
        return
    with box:
        name = state.value("record") if state.value("record") in names else names[0]
        if state.shown("record"):
            titles = {id: t(f"training.record_names.{id}") for id in names}
            st.selectbox(t("training.record"), **state.choice("record", titles.__getitem__, names))
        st.markdown(records_scene.introduced(name, language()))
        st.plotly_chart(figure(name, controls.view()), key="record-figure", theme=None)
        for remark in records_scene.remarks(name, language()):
            st.markdown(remark)
        table(records_scene.table(name, language()))


training()
with st.expander(t("training.how"), key="training-how"):
    st.markdown(prose("training"))
