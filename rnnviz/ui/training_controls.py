"""The controls of the Training page: the task, the one difference, the settings, and what becomes of a run."""

from __future__ import annotations

import time
from functools import partial

import streamlit as st

from rnnviz.numbers import percent
from rnnviz.tasks import TASKS
from rnnviz.tasks.adding import NEAR
from rnnviz.training import plans
from rnnviz.training.files import TooMuch
from rnnviz.training.frozen import own_network, reads
from rnnviz.training.plans import PRESETS, SECONDS, Plan, options, pair, planned, twins, usual
from rnnviz.training.settings import standing
from rnnviz.ui import state, uploads
from rnnviz.ui.calm import called
from rnnviz.ui.controls import wide
from rnnviz.ui.desk import Desk, desk, duration, row
from rnnviz.ui.language import language, t

MARKS = {"first": "◆", "second": "●"}
TO_READ = 4.0
"""Seconds for which it is said what a button has done, whatever else the visitor does meanwhile."""


MARK = "<style>.st-key-presets .st-key-preset-{name} button {{ border-top: 2px solid; opacity: 1 }}</style>"
"""Which experiment is chosen, without another button in the place of the one that was pressed."""


def tiles() -> None:
    """Experiments to pick: a question, what to guess, and about how long it takes."""
    if not state.shown("presets"):
        return
    plan = chosen()
    with st.container(key="presets"):
        for name in PRESETS:
            asks, guess = (t(f"training.tiles.{name}.{part}") for part in ("asks", "guess"))
            label = t("training.tile", asks=asks, guess=guess, time=duration(SECONDS[name]))
            st.button(
                label, key=f"preset-{name}", type="tertiary", width="stretch", on_click=called(partial(preset, name))
            )
    name = next((name for name in PRESETS if planned(name) == plan._replace(seed=0)), "")
    if name:
        st.html(MARK.format(name=name))
    st.caption(t(f"training.{'is_set' if name else 'is_own'}", settings=told(plan)))


def told(plan: Plan) -> str:
    """A plan in words."""
    names = t("training.comma").join(plan.names(language()))
    return t("training.comma").join([t(f"training.tasks.{plan.task}"), names, plan.words(language())])


def pick() -> None:
    """The task."""
    if state.shown("task"):
        names = {name: t(f"training.tasks.{name}") for name, task in TASKS.items() if task.live}
        st.selectbox(t("training.task"), width=wide("task", 200), **state.choice("task", names.__getitem__))


def asked(plan: Plan) -> None:
    """What is asked, and what chance scores."""
    length = plan.settings()[0]["length"]
    loss, accuracy = TASKS[plan.task].chance(length)
    told = {"length": length, "accuracy": percent(accuracy), "loss": f"{loss:.2g}", "near": NEAR}
    st.markdown(t(f"training.asks.{plan.task}", **told))


def differ(plan: Plan) -> None:
    """In what the twins differ, and what each has of it."""
    if state.shown("twin"):
        knobs = {"cell": "lstm", "gate": "learned"} | dict(plan.knobs)
        ids = plans.twins(plan.task, knobs["cell"], knobs["gate"])
        names = {id: t(f"training.knobs.{id}") for id in ids if id != "none"} | {"none": t("training.ids.none")}
        given = state.choice("twin", names.__getitem__, ids, instead=plan.twin)
        st.selectbox(t("training.twin"), width=wide("twin", 220), help=t("training.twin_help"), **given)
    for name, value in zip(("first", "second"), plan.values, strict=False):
        if plan.twin != "none" and state.shown(name):
            named = partial(plans.called, language(), plan.twin)
            given = state.choice(name, named, plans.options(plan.task, plan.twin), instead=value)
            st.selectbox(f"{MARKS[name]} {t(f'training.{name}')}", width=wide(name, 195), **given)
    if plan.twin == "cell" and state.shown("equal"):
        given = state.choice("equal", lambda id: t(f"training.equals.{id}"))
        st.selectbox(t("training.equal"), width=wide("equal", 195), help=t("training.equal_help"), **given)


def _usual_pair() -> None:
    """Another difference: its usual values."""
    state.put(first="", second="")


state.whenever("twin", _usual_pair)


def bet(plan: Plan, begun: bool) -> None:
    """What the visitor expects; once the run has begun, they are committed to it."""
    if plan.twin == "none" or not state.shown("bet"):
        return
    names = dict(zip(MARKS, plan.names(language()), strict=True))

    def named(id: str) -> str:
        return f"{MARKS[id]} {names[id]}" if id in MARKS else t(f"training.bets.{id or 'none'}")

    given = state.choice("bet", named, (*plans.BETS, ""))
    st.radio(t("training.bet"), horizontal=True, disabled=begun, **given)


def settings(plan: Plan) -> None:
    """What both have, in a row."""
    for knob in standing("main"):
        choose(plan, knob)
    if state.shown("seed"):
        st.number_input(t("source.seed"), help=t("source.seed_help"), width=105, **state.control("seed"))
    if not state.shown("further"):
        return
    menu = st.popover(t("training.further"), width="content", key="further", on_change="rerun")
    if menu.open:
        with menu:
            for knob in standing("further"):
                choose(plan, knob)


def overfitting(plan: Plan) -> None:
    """Few examples, and what helps."""
    if TASKS[plan.task].streams or not state.shown("overfitting"):
        return
    menu = st.popover(t("training.more"), width="content", key="overfitting", on_change="rerun")
    if menu.open:
        with menu:
            st.markdown(t("training.more_text"))
            for knob in standing("remedies"):
                choose(plan, knob)


def choose(plan: Plan, knob: str) -> None:
    """One choice, unless the twins differ in it, the task or the cell does not have it, or the link hides it."""
    cell = dict(plan.knobs).get("cell", "lstm")
    if knob == plan.twin or not state.shown(knob) or not plans.applies(plan.task, knob, cell):
        return
    usual = plans.usual(plan.task, knob)

    def named(id: str) -> str:
        return plans.label(language(), id) if id else t("training.usual", value=plans.label(language(), usual))

    given = state.choice(knob, named, ("", *plans.options(plan.task, knob)))
    st.selectbox(t(f"training.knobs.{knob}"), width=wide(knob, 160), help=t(f"training.help.{knob}"), **given)


def keep() -> None:
    """What becomes of a run: the visitor's own network, a file, a line in the list."""
    one = desk()
    st.subheader(t("training.keep"), anchor=False)
    if one.runs and not one.going and one.plan:
        with st.container(horizontal=True, key="training-keep"):
            for k, name in enumerate(one.plan.names(language())):
                if k < len(one.runs):
                    _offer(one, k, name)
        if not TASKS[one.plan.task].words:
            st.caption(t("training.use_only"))
        elif not any(reads(run.settings) for run in one.runs):
            st.caption(t("training.use_kinds"))
    if said := still("_used"):
        st.success(t(said[0], **said[1]))
    with st.expander(t("training.upload"), key="training-upload"):
        st.markdown(t("training.upload_what", most=uploads.LARGEST))
        uploads.uploader(t("training.upload"), _upload)
        if refused := st.session_state.get("_refused"):
            st.error(t(refused[0], **refused[1]))
        elif said := still("_uploaded"):
            st.success(t(said[0], **said[1]))
    if one.earlier:
        st.markdown(f"**{t('training.saved')}**", help=t("training.saved_help"))
        for old in reversed(one.earlier):
            away = old.plan.task != (one.plan.task if one.plan else state.value("task"))
            st.checkbox(row(old), key=f"saw{old.letter}", disabled=away)


def say(name: str, label: str, /, **values: str) -> None:
    """Have something said on the page, in a box."""
    st.session_state[name] = (label, values, None)


def still(name: str) -> tuple[str, dict[str, str]] | None:
    """What is said: until the visitor does something after there was time to read it."""
    label, values, since = st.session_state.get(name) or ("", {}, None)
    if since is not None and time.monotonic() - since > TO_READ:
        st.session_state[name] = None
        return None
    return (label, values) if label else None


def all_said() -> None:
    """From now on there is time to read it. Called last: a run of the page that was cut off before has said nothing."""
    for name in ("_used", "_uploaded"):
        label, values, since = st.session_state.get(name) or ("", {}, None)
        if label and since is None:
            st.session_state[name] = (label, values, time.monotonic())


def _offer(one: Desk, k: int, name: str) -> None:
    """The buttons of one run."""
    mark = [*MARKS.values()][k]
    assert one.plan
    if reads(one.runs[k].settings):
        st.button(f"{t('training.use')}: {mark} {name}", key=f"use{k}", on_click=called(_use), args=(k, name))
    st.download_button(
        f"{t('training.download')}: {mark} {name}",
        data=partial(one.file, k),
        file_name=f"rnnviz-{one.plan.task}-{k + 1}-{one.runs[k].step}.safetensors",
        mime="application/octet-stream",
        key=f"download{k}",
        on_click="ignore",
    )


def _use(k: int, name: str) -> None:
    one = desk()
    one.own = own_network(one.runs[k])
    say("_used", "training.used", name=name, steps=f"{one.own.step:,}")


def _upload(data: bytes | None) -> None:
    """Take what was uploaded, or say why not."""
    st.session_state["_refused"] = None
    try:
        if data is None:
            st.session_state["_refused"] = ("training.upload_lost", {})
            return
        run = desk().upload(data, chosen())
        label = f"training.upload_{'ended' if run.ended else 'ok'}"
        say("_uploaded", label, steps=f"{run.step:,}", of=f"{run.settings.steps:,}")
    except TooMuch as why:
        megabytes = {"needed": f"{why.needed / 2**20:,.0f}", "most": f"{why.most / 2**20:,.0f}"}
        st.session_state["_refused"] = ("training.upload_large", megabytes)
    except ValueError:
        st.session_state["_refused"] = ("training.upload_bad", {})


def chosen() -> Plan:
    """What the link and the controls ask for."""
    task = state.value("task")
    knobs = {knob: resolved(task, knob) for knob in state.KNOBS}
    twin = state.value("twin")
    if twin not in twins(task, knobs["cell"], knobs["gate"]):
        twin = "none"
    values = tuple(side(task, twin, name) for name in ("first", "second")) if twin != "none" else ("",)
    rest = tuple((knob, id) for knob, id in knobs.items() if knob != twin)
    equal = state.value("equal") if twin == "cell" else "units"
    return Plan(task, twin, values, rest, state.value("seed"), equal)


def resolved(task: str, knob: str) -> str:
    """A choice as the link says, if the task has it; else the usual one."""
    id: str = state.value(knob)
    return id if id in options(task, knob) else usual(task, knob)


def side(task: str, twin: str, name: str) -> str:
    """What the "first" or "second" twin has of the choice that differs."""
    id: str = state.value(name)
    return id if id in options(task, twin) else pair(task, twin)[name == "second"]


def preset(name: str) -> None:
    """Set all choices as an experiment has them. For a callback."""
    state.put(**dict.fromkeys(state.KNOBS, "") | {"equal": "units", "bet": ""} | PRESETS[name])
