"""The record of training: what its tables, figures and sentences say, against the rows of all seeds."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from statistics import fmean
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz import figures
from rnnviz.language import _text as words_of
from rnnviz.language import labels_of_figures, translate
from rnnviz.scenes import seeds
from rnnviz.tasks import TASKS, errands
from rnnviz.training import scoring, zoo
from rnnviz.training.advance import advance, new_run, untrained_network
from rnnviz.training.settings import CLAUSES

ROWS: list[dict[str, Any]] = json.loads((zoo.WEIGHTS / "seeds.json").read_text())
EVERY = [name for networks in seeds.RECORDED.values() for name in networks]


def rows_of(name: str) -> list[dict[str, Any]]:
    return [row for row in ROWS if row["network"] == name]


@pytest.mark.parametrize("name", EVERY)
def test_every_seed_of_every_network_was_tried_on_every_kind(name: str) -> None:
    assert [row["seed"] for row in rows_of(name)] == [0, 1, 2, 3, 4]
    for row in rows_of(name):
        assert set(row["kinds"]) == {"plain", "late", "denied", "implied", "two", "several", "mean"}
        assert set(row["others"]) == {"late", "denied", "implied", "two", "several", "mean"}
        assert all(0 <= share <= 1 for author in seeds.AUTHORS for share in row[author].values())


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("networks", seeds.RECORDED.values(), ids=seeds.RECORDED)
@pytest.mark.parametrize("author", seeds.AUTHORS)
def test_the_table_of_seeds_has_their_mean_and_range(author: str, networks: tuple[str, ...], language: str) -> None:
    lines = seeds.seeds_table(networks, author, language)
    assert len(lines) == len(networks) * (5 + 1)
    for at, name in enumerate(networks):
        block = lines[6 * at : 6 * at + 6]
        assert {next(iter(line.values())) for line in block} == {translate(language, f"networks.{zoo.plain(name)}")}
        shown_on_page = ["●" in line.values() for line in block]
        assert shown_on_page == [*(row["shipped"] for row in rows_of(name)), False]
        told = [[row[author][kind] for kind in seeds.AUTHORS[author]] for row in rows_of(name)]
        if author == "kinds":
            more = [[row["accuracy"][row["clauses"].index(12)], row["held_out"][0]] for row in rows_of(name)]
            told = np.hstack([told, more]).tolist()
        for column, shares in enumerate(100 * np.array(told).T):
            cells = [list(line.values())[3 + column] for line in block]
            numbers = [float(n) for cell in cells for n in re.findall(r"\d+", cell)]
            np.testing.assert_allclose(numbers, [*shares, shares.mean(), shares.min(), shares.max()], atol=1)
        assert len(block[0]) == 3 + len(told[0])


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("author", seeds.AUTHORS)
@pytest.mark.parametrize("networks", seeds.RECORDED.values(), ids=seeds.RECORDED)
def test_the_figure_of_kinds_is_mean_and_range(networks: tuple[str, ...], author: str, language: str) -> None:
    look = figures.Look(labels_of_figures(language, "figures"))
    spec = figures.kinds.spec(seeds.by_kind(networks, author), look=look)
    go.Figure(spec)
    (cells,) = spec["data"]
    kinds = [kind for kind in scoring.KINDS if kind in seeds.AUTHORS[author]]
    assert len(cells["x"]) == len(kinds)
    assert cells["zmin"] == 0
    assert cells["zmax"] > 1  # the same for all, so that a colour is the same everywhere
    for row, name in enumerate(networks):
        for column, kind in enumerate(kinds):
            shares = [one[author][kind] for one in rows_of(name)]
            assert cells["z"][row, column] == pytest.approx(fmean(shares))
            numbers = [float(n) for n in re.findall(r"\d+", re.sub("<.*?>", " ", cells["text"][row][column]))]
            np.testing.assert_allclose(numbers, [100 * f(shares) for f in (fmean, min, max)], atol=1)
            assert len(re.findall("%", cells["customdata"][row][column])) == len(shares)


def made(monkeypatch: pytest.MonkeyPatch, **right: float) -> list[str]:
    """What is said of networks that are right so often on "two people", and always on everything else."""

    def rows(names: tuple[str, ...]) -> list[dict[str, Any]]:
        always = dict.fromkeys(scoring.KINDS, 1.0)
        return [{"kinds": always, "others": always | {"two": right[name]}} for name in names for _ in range(5)]

    monkeypatch.setattr(zoo, "all_seeds", rows)
    return seeds.not_learned(tuple(right), "en")


def test_two_people_are_told_as_not_learned_below_three_in_four(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nearer to one in two than to always right; with which networks can, and why."""
    (said,) = made(monkeypatch, rnn=0.55, lstm=0.74, gru=0.76, attention=0.97)
    lost, can = said.split("Nearer to always right")
    assert "Two people" in lost
    assert "(chance 50%)" in lost
    assert "RNN 55%" in lost
    assert "LSTM 74%" in lost
    assert "GRU 76%" in can
    assert "Attention 97%" in can
    assert "binding problem" in can
    assert "window" not in can
    assert made(monkeypatch, rnn=0.76, lstm=1.0) == []


def test_a_window_misses_what_it_cannot_see(monkeypatch: pytest.MonkeyPatch) -> None:
    said, why = made(monkeypatch, window=0.1, lstm=1.0)
    assert "further back than a window or a convolution sees" in why
    assert "binding" not in said
    said, _ = made(monkeypatch, window=0.1, lstm=0.5)
    assert "binding" in said
    assert "No network here" in said


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("networks", seeds.RECORDED.values(), ids=seeds.RECORDED)
def test_each_kind_that_was_not_learned_is_said_with_all_its_numbers(networks: tuple[str, ...], language: str) -> None:
    *sentences, last = [*seeds.not_learned(networks, language), ""]
    if sentences and "**" not in sentences[-1]:
        last = sentences.pop()
    wanted, short = [], False
    for kind in scoring.KINDS:
        author = "others" if kind in scoring.OTHERS else "kinds"
        means = {name: fmean(row[author][kind] for row in rows_of(name)) for name in networks}
        bound = 0.75 if kind in ("denied", "two") else 0.55
        if min(means.values()) < bound:
            wanted.append((kind, means))
            short |= any(means.get(name, 1.0) < bound for name in ("window", "conv"))
    assert len(sentences) == len(wanted)
    for said, (kind, means) in zip(sentences, wanted, strict=True):
        assert f"**{translate(language, f'step.kinds.{kind}')}**" in said
        for name, share in means.items():
            called = translate(language, f"networks.{zoo.plain(name)}")
            (shown,) = re.findall(rf"(?<!\w){re.escape(called)} <?(\d+)%", said)
            assert float(shown) == pytest.approx(100 * share, abs=1)
        assert not re.search(r"\{\w*\}|nan|None", said)
    assert (last == translate(language, "step.out_of_reach")) == short


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("kind", scoring.KINDS)
def test_denied_needs_and_those_of_two_people_are_two(kind: errands.Kind, language: str) -> None:
    """So that who names either is right in one of two. In the other kinds there is one: named, or only implied."""
    frames = errands.grammar_of(language).frames[kind]
    slots = [{getattr(part, "name", "") for part in frame} for frame in frames]
    two = ["other" in one for one in slots]
    assert all(two) if kind in ("denied", "two") else not any(two)
    assert seeds.chance(kind) == (0.5 if all(two) else 0.1)
    if kind == "implied":
        assert all("need" not in one for one in slots)
    elif not all(two):
        assert all("need" in one and "implied" not in one for one in slots)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_seeds_are_ordered_by_is_reported_nowhere(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No sentence that a seed was chosen by is among those of the figures of kinds, nor among plain short ones."""
    read: list[errands.Batch] = []

    def looked(network: object, batch: errands.Batch, language: str) -> np.ndarray:
        read.append(batch)
        return np.zeros((len(batch.answers), int(batch.answers.max()) + 1))

    monkeypatch.setattr(scoring, "answers", looked)
    monkeypatch.setattr(scoring, "CLAUSES", (0,))
    network = untrained_network(zoo.recipe("lstm" if language == "en" else "lstm-ja"))
    scoring.chosen_by(network, language, CLAUSES)
    chosen = sentences_of(read.pop())
    assert len(chosen) > 1950  # 2,000, a few of them twice
    scoring.scores(network, language)
    tried = len(scoring.KINDS) + len(scoring.OTHERS)
    assert len(read) == tried + 4
    for batch in (*read[:tried], *read[tried + 2 :]):  # in between the shortest of all, of which there are few
        assert not chosen & sentences_of(batch)


def sentences_of(batch: errands.Batch) -> set[tuple[int, ...]]:
    """By their rows in the table of words."""
    return {tuple(row[: end + 1]) for row, end in zip(batch.inputs.tolist(), batch.answer_at, strict=True)}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_in_the_loss_the_thing_weighs_sixty_and_one_word_in_ten_a_little(language: str) -> None:
    task = TASKS["everyday" if language == "en" else "everyday-ja"]
    made = [task.batch(np.random.default_rng(seed), 64, CLAUSES, 0) for seed in range(40)]
    others = np.concatenate([one.weights[(one.rows > 0) & (one.weights < 60)] for one in made])
    assert {60.0} == {float(weight) for one in made for weight in one.weights.max(1)}
    assert set(np.unique(others)) == {0.0, np.float32(0.3)}
    assert (others > 0).mean() == pytest.approx(0.1, abs=0.01)
    text = words_of("en", "networks")
    assert "weighs 60; of the other words one in ten counts, and weighs 0.3" in text
    assert "60とし、ほかの単語は10個に1個だけを重み0.3で" in words_of("ja", "networks")


def test_brief_sentences_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the first quarter of the training nine batches in ten, then fewer, in the last three eighths none."""
    run = new_run(replace(zoo.recipe("rnn"), steps=160, batch=2))
    drawn, brief = errands.batch, []

    def looked(*given: Any, **more: Any) -> errands.Batch:
        brief.append(more["kind"] == "brief")
        return drawn(*given, **more)

    monkeypatch.setattr(errands, "batch", looked)
    advance(run, 160)
    assert len(brief) == 160
    first, then, last = brief[:40], brief[40:100], brief[100:]
    assert fmean(first) == pytest.approx(0.9, abs=0.15)  # three standard deviations
    assert fmean(then) == pytest.approx(0.45, abs=0.19)
    assert not any(last)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_recipe_is_that_of_the_cards(language: str) -> None:
    told = seeds.recipe(language)
    text = words_of(language, "networks").format(shipped="-", **told)
    assert "{" not in text
    for name in EVERY:
        settings = zoo.card(name)["settings"]
        assert f"{settings['steps']:,}" == told["steps"]
        assert str(settings["batch"]) == told["batch"]
        assert set(zoo.card(name)["rates_tried"]) == set(re.findall(r"[\d.]+", told["rates"]))
        assert (zoo.card(name)["shipped"] != "median") == (seeds.called(name, language) in told["best"])
