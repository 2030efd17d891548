"""What the recorded runs show, that they begin as their settings say, and how they are drawn."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz import figures
from rnnviz.figures.base import english
from rnnviz.figures.kinds import PALE
from rnnviz.figures.records import FOLLOWED, OVER
from rnnviz.scenes.records import GRIDS, SPREADS
from rnnviz.training import plans
from rnnviz.training.advance import advance, new_run, settled
from rnnviz.training.records import FIRST, LOOKS, NAMES, TRIED, Recorded, record
from rnnviz.training.runs import EVERY
from tests.drawn import plain
from tests.scenes.test_training import planned


def by_arm(name: str) -> dict[str, list[Recorded]]:
    arms: dict[str, list[Recorded]] = {}
    for run in record(name):
        arms.setdefault(run.arm, []).append(run)
    return arms


@pytest.mark.parametrize("name", NAMES)
def test_every_arm_has_all_seeds_and_differs_in_nothing_else(name: str) -> None:
    arms = by_arm(name)
    ten = ("p7", "gates", "preset-clipping", "thresholds", "convergence", "overfitting")
    seeds = 10 if name in ten else 5
    for runs in arms.values():
        assert [run.seed for run in runs] == list(range(seeds))
        assert all(run.settings["seed"] == run.seed for run in runs)
        own = {"clip": None} if name == "thresholds" else {}  # each seed's is made of its own norms
        assert len({replace(run.settled, seed=0, **own) for run in runs}) == 1
    assert len({runs[0].settings["steps"] for runs in arms.values()}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_record_begins_as_its_settings_say(name: str) -> None:
    for runs in by_arm(name).values():
        # Half of what was kept: in twice as many steps, what explodes makes a percent of another machine's last bit.
        run = advance(new_run(runs[0].settled), FIRST // 2)
        np.testing.assert_allclose(run.log["loss"], runs[0].first[: run.step], rtol=1e-4)


def test_recall_after_100_steps() -> None:
    """P5: the LSTM solves what the RNN does not, in the same number of steps."""
    arms = by_arm("p5")
    lstm, rnn = ([run.test["accuracy"] for run in arms[kind] if run.test] for kind in ("lstm", "rnn"))
    assert np.median(lstm) > 0.99
    assert max(rnn) < 0.35


def test_a_stream_needs_the_forget_gate() -> None:
    """P8: without one the state grows without bound; with it it stays small, and the answers are right."""
    arms = by_arm("p8")
    for run in arms["fixed"]:
        size = run.curves["state_norm"]
        assert size[-1] > 10_000
        assert size[-1] > 1.5 * size[len(size) // 2] > 2 * size[len(size) // 8]
    for run in arms["learned"]:
        assert run.curves["state_norm"].max() < 20
    learned, fixed = ([run.curves["accuracy"][-20:].mean() for run in arms[arm]] for arm in ("learned", "fixed"))
    assert min(learned) > 0.95 > 0.8 > max(fixed)


def test_an_lstm_of_eight_units_adds_over_100_steps() -> None:
    """P6: off by less than 0.04 on average; the RNN of as many weights is off by more."""
    arms = by_arm("p6")
    lstm, rnn = ([run.test["error"] for run in arms[kind] if run.test] for kind in ("lstm", "rnn"))
    assert np.median(lstm) < 0.04
    assert np.median(lstm) < min(rnn)


def test_the_forget_bias_decides_how_long_a_delay_is_learned() -> None:
    """P9: the order of the curves, by the mean over all delays; from the bias alone the half-lives of the paper."""
    arms = by_arm("p9")
    scores = {
        bias: np.mean(
            [run.test["accuracy"] for arm, runs in arms.items() if arm.split()[0] == bias for run in runs if run.test]
        )
        for bias in ("0", "1", "3")
    }
    assert scores["0"] < scores["1"] < scores["3"]
    for bias, steps in ((1.0, 2.2), (3.0, 14.3), (5.0, 103.0)):
        assert np.log(0.5) / np.log(1 / (1 + np.exp(-bias))) == pytest.approx(steps, rel=0.01)


def learned(runs: list[Recorded], error: float = 0.1) -> int:
    return sum(run.test is not None and 1 - run.test["accuracy"] < error for run in runs)


def test_the_preset_explodes_on_every_seed_and_clipping_rescues_nine() -> None:
    """Orders of magnitude, and no seed learns; clipped, the norm stays what it was."""
    arms, plan = by_arm("preset-clipping"), planned(plans.PRESETS["explodes"])
    for clipped, unclipped, seed in zip(arms["clipped"], arms["unclipped"], range(10), strict=True):
        wanted = [settled(plan.task, **side | {"seed": seed}) for side in plan.settings()]
        assert [unclipped.settled, clipped.settled] == wanted
        assert unclipped.growth is not None
        assert clipped.growth is not None
        assert clipped.growth < 20 < 300 < unclipped.growth
    assert learned(arms["unclipped"]) == 0
    assert learned(arms["clipped"]) >= 9


@pytest.mark.slow
def test_a_threshold_is_a_share_of_the_norms_of_the_seeds_own_first_run() -> None:
    """Trained again, and the mean taken by hand; learning ends where the last 20 steps were right in 99%."""
    first = advance(new_run(by_arm("preset-clipping")["clipped"][0].settled), 800)
    right = np.convolve(first.log["accuracy"], np.full(20, 1 / 20), "valid") >= 0.99
    steps = int(right.argmax()) + 20 if right.any() else 800
    usual = float(first.log["norm"][:steps].mean(dtype=float))
    for arm, runs in by_arm("thresholds").items():
        (mine,) = [run for run in runs if run.seed == 0]
        assert mine.settled.clip == pytest.approx(float(arm.split()[1]) * usual, rel=0.01)
        assert replace(mine.settled, clip=1.0) == first.settings


def test_the_narrower_band_does_better_than_the_papers() -> None:
    """Not every threshold in it learns on nine seeds of ten: the page says on how many."""
    each = {float(arm.split()[1]): learned(runs) for arm, runs in by_arm("thresholds").items()}
    assert list(each) == [0.05, 0.1, 0.2, 0.5, 1, 10]
    narrow, paper = [each[factor] for factor in (0.05, 0.1, 0.2)], [each[factor] for factor in (0.5, 1, 10)]
    assert sum(narrow) > sum(paper)
    assert min(narrow) > max(paper)
    assert max(narrow) >= 9


def test_clipped_it_converges_at_three_rates_and_unclipped_at_none() -> None:
    arms = by_arm("convergence")
    for rate in ("0.02", "0.05", "0.1"):
        assert learned(arms[f"clipped {rate}"]) >= 9
        assert learned(arms[f"unclipped {rate}"]) == 0


def test_clipping_brings_success_at_greater_lengths() -> None:
    """P7, as the paper counts: at every length at least as many runs with an error below 1%, at some many more."""
    arms = by_arm("p7")
    each = {k: [learned(arms[f"{k} {n}"], 0.01) for n in (20, 30, 50, 80)] for k in ("clipped", "unclipped")}
    gained = np.subtract(each["clipped"], each["unclipped"])
    assert min(gained) >= 0
    assert max(gained) >= 8


def test_without_a_gate_recall_over_a_long_delay_is_another() -> None:
    """The input gate is what recall cannot do without; without forget or output gate it is none the worse."""
    arms = by_arm("gates")
    means = {
        arm: np.mean([run.test["accuracy"] for run in arms[f"{arm} 40"] if run.test])
        for arm in ("all", "no-i", "no-f", "no-o")
    }
    assert means["no-i"] < means["all"] - 0.2
    assert min(means["no-f"], means["no-o"]) > means["all"]


def test_few_examples_are_learned_by_heart_and_what_helps() -> None:
    """On every seed at least 95% is right of what was learned, and of new sentences at least 30 points less."""
    arms = by_arm("overfitting")
    for kind in ("lstm", "rnn"):
        for run in arms[kind]:
            assert run.settled.shape.kind == kind
            assert run.curves["accuracy"][-1] >= 0.95
            assert run.curves["accuracy"][-1] - run.right >= 0.30
    means = {arm: np.mean([run.right for run in runs]) for arm, runs in arms.items()}
    assert means["rnn"] < means["lstm"] < means["more"] < means["many"] < means["all"]
    for remedy in ("dropout", "weight-decay", "word-dropout", "synonyms", "early-stopping"):
        assert arms[remedy][0].settled.examples == 64
        assert means[remedy] < means["more"]


def test_the_remedies_differ_from_no_remedy_in_one_setting() -> None:
    arms = by_arm("overfitting")
    plain = vars(arms["lstm"][0].settled) | vars(arms["lstm"][0].settled.shape)
    for arm, runs in arms.items():
        mine = vars(runs[0].settled) | vars(runs[0].settled.shape)
        differ = {name for name in mine if mine[name] != plain[name]} - {"shape"}
        assert len(differ) == (arm != "lstm"), (arm, differ)


@pytest.mark.parametrize(("preset", "record_of", "arms"), [
    ("tuning", "tuning", ("0.001", "0.02")),
    ("cells", "opening", ("rnn", "lstm")),
    ("overfits", "overfitting", ("lstm", "all")),
    ("decay", "overfitting", ("lstm", "weight-decay")),
])  # fmt: skip
def test_a_tile_trains_what_its_record_has(preset: str, record_of: str, arms: tuple[str, str]) -> None:
    """But for the noise on word vectors, which the record of overfitting is without, and says so."""
    plan = plans.planned(preset)
    assert plans.PRESETS[preset]["record"] == record_of
    for side, arm in zip(plan.settings(), arms, strict=True):
        recorded = by_arm(record_of)[arm][0].settled
        mine = settled(plan.task, **side)
        if record_of == "overfitting":
            mine = replace(mine, noise=recorded.noise)
            assert recorded.noise == (0.0, 0.0)
        assert mine == recorded


def test_no_seed_that_settings_were_chosen_on_is_reported() -> None:
    for name, (count, seeds) in TRIED.items():
        assert count > 0
        assert not {run.seed for run in record(name)} & set(seeds)
        assert min(seeds) >= 100


# --- the figure ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", [name for name in NAMES if name not in (*SPREADS, *GRIDS)])
def test_every_seed_is_drawn_thin_and_the_median_thick(name: str, theme: str) -> None:
    runs = record(name)
    drawn = plain(figures.record, name, runs, 0.25, theme=theme)
    go.Figure(drawn)  # validates
    arms = {run.arm.split()[0] for run in runs}
    thin = [trace for trace in drawn["data"] if trace["line"]["width"] < 1]
    thick = [trace for trace in drawn["data"] if trace["line"]["width"] > 2]
    seeds = len({run.seed for run in runs})
    assert (len(thin), len(thick)) == (seeds * len(arms), len(arms))
    for k, middle in enumerate(thick):
        mine = [trace["y"] for trace in thin[seeds * k : seeds * (k + 1)]]
        errors = {"p7": 0.01, "thresholds": 0.1, "convergence": 0.1}
        if name in errors:
            shares = [np.mean([1 - y[k] < errors[name] - 1e-9 for y in mine]) for k in range(len(mine[0]))]
            np.testing.assert_allclose(middle["y"], shares)
        else:
            np.testing.assert_allclose(middle["y"], np.median(mine, axis=0))
    if name in OVER:
        run = runs[0]
        at = int(np.flatnonzero(thin[0]["x"] == float(run.arm.split()[1]))[0])
        assert run.test is not None
        assert thin[0]["y"][at] == run.test["accuracy"]
    else:
        followed = FOLLOWED.get(name, "accuracy")
        np.testing.assert_allclose(thin[0]["y"], runs[0].curves[followed])
        low, high = drawn["layout"]["yaxis"]["range"]
        reach = 10.0 ** np.array([low, high]) if drawn["layout"]["yaxis"].get("type") == "log" else [low, high]
        shown = np.concatenate([trace["y"] for trace in thin])
        assert reach[0] <= np.nanmin(shown) <= np.nanmax(shown) <= reach[1]
    labels = english("records")
    said = str(drawn["layout"]["annotations"])
    assert all(labels[key] in said for key in (f"{name}_x", f"{name}_y"))
    assert len({(trace["line"]["color"], trace["line"]["dash"]) for trace in thick}) == len(arms)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", SPREADS)
def test_a_row_has_a_dot_for_each_seed_and_a_bar_at_their_mean(name: str, theme: str) -> None:
    runs = record(name)
    drawn = plain(figures.spreads, name, runs, 0.1, theme=theme)
    go.Figure(drawn)  # validates
    ends, dots, bars, hollow = drawn["data"]
    labels = english("records")
    for k, (arm, mine) in enumerate(by_arm(name).items()):
        called = labels[f"{name}_{arm}"]
        shares = [run.test["accuracy"] for run in mine if run.test]
        assert [x for x, y in zip(dots["x"], dots["y"], strict=True) if y == called] == shares
        assert bars["x"][k] == pytest.approx(np.mean(shares))
        assert ends["x"][3 * k : 3 * k + 2] == [min(shares), max(shares)]
        assert hollow["x"][k] == pytest.approx(np.mean([run.curves["accuracy"][-1] for run in mine]))
        said = [note["text"] for note in drawn["layout"]["annotations"] if note.get("y") == called]
        numbers = [f"{100 * share:.0f}" for share in (np.mean(shares), min(shares), max(shares))]
        assert re.findall(r"\d+", said[0]) == numbers
    assert drawn["layout"]["xaxis"]["range"][0] < 0 < 1 < drawn["layout"]["xaxis"]["range"][1]


@pytest.mark.parametrize("name", GRIDS)
def test_a_grid_has_a_cell_for_each_setting_and_seed(name: str) -> None:
    drawn = plain(figures.grid, name, record(name))
    go.Figure(drawn)  # validates
    (cells,) = drawn["data"]
    arms = by_arm(name)
    assert cells["y"] == list(arms)
    for row, texts, runs in zip(cells["z"], cells["text"], arms.values(), strict=True):
        shares = [run.test["accuracy"] for run in runs if run.test]
        assert row == [*shares, None, pytest.approx(np.mean(shares))]
        assert texts == [*(f"{100 * share:.0f}" for share in shares), "", f"{100 * np.mean(shares):.0f}"]
    assert (cells["zmin"], cells["zmax"]) == (0, PALE)  # whatever the shares are


def test_what_is_held_out_is_looked_at_every_so_many_steps() -> None:
    assert LOOKS == EVERY
    (stopped,) = [run for run in record("overfitting") if run.arm == "early-stopping" and run.seed == 0]
    assert len(stopped.at("held_loss")) == len(stopped.curves["held_loss"])
    log = advance(new_run(stopped.settled), 2 * LOOKS).log["held_loss"]
    looked = stopped.at("held_loss")[:3].astype(int)
    np.testing.assert_allclose(log[looked - 1], stopped.curves["held_loss"][:3], rtol=1e-3)
    assert np.isfinite(log).sum() == 3


def test_a_record_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="no record"):
        record("p1")
