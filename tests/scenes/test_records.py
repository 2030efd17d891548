"""What is said beside the recorded runs, held against their files."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from rnnviz.language import translate
from rnnviz.numbers import two_digits
from rnnviz.scenes.records import TELLS, remarks, table, there
from rnnviz.training.records import RECORDS, TRIED, record


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_record_shows_the_settings_of_its_arms(language: str) -> None:
    """As the file has them, read here by other means; arms that differ have rows that differ."""
    columns = translate(language, "training.table.settings")
    for name in there():
        raw = json.loads((RECORDS / f"{name}.json").read_text())
        rows = table(name, language)
        arms = list(dict.fromkeys(run["arm"] for run in raw))
        assert len(rows) == len(arms)
        for arm, row in zip(arms, rows, strict=True):
            settled = next(run["settings"] for run in raw if run["arm"] == arm)
            shape = settled["shape"]
            said = [
                translate(language, f"networks.{shape['kind']}"),
                translate(language, "training.called.size").format(value=shape["units"]),
                translate(language, "training.called.rate").format(value=f"{settled['rate']:g}"),
                translate(language, "training.ids." + settled["optimizer"]),
            ]
            if shape["forget_bias"]:
                said.append(translate(language, "training.called.bias").format(value=f"{shape['forget_bias']:g}"))
            if settled["clip"] and name != "thresholds":
                said.append(translate(language, "training.called.limit").format(value=f"{settled['clip']:g}"))
            for part in said:
                assert row[columns].count(part) == 1, (name, arm, part)
        lengths = {run["settings"]["length"] for run in raw}
        assert len({row[columns] for row in rows}) == len(rows) // len(lengths)


def right_of(name: str) -> dict[str, np.ndarray]:
    """The share of right answers of each arm, seed by seed, read from the file."""
    arms: dict[str, list[float]] = {}
    for run in json.loads((RECORDS / f"{name}.json").read_text()):
        arms.setdefault(run["arm"], []).append(run["test"]["accuracy"])
    return {arm: np.array(shares) for arm, shares in arms.items()}


def spread(shares: np.ndarray, language: str) -> str:
    mean, least, most = (f"{100 * share:.0f}" for share in (shares.mean(), shares.min(), shares.max()))
    return f"{mean}% ({least} to {most})" if language == "en" else f"{mean}%（{least}〜{most}）"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_said_of_overfitting_stands_in_its_table(language: str) -> None:
    """Means and ranges, the best and the worst remedy, counted in the file by other means."""
    shares = right_of("overfitting")
    remedies = ("dropout", "weight-decay", "word-dropout", "synonyms", "early-stopping")
    order = sorted(remedies, key=lambda arm: shares[arm].mean())
    said = remarks("overfitting", language)[0]
    for arm in ("lstm", "rnn", order[0], order[-1], "more", "many", "all"):
        assert spread(shares[arm], language) in said, arm
    for arm in (order[0], order[-1]):
        assert translate(language, f"records.overfitting_{arm}")[1:].strip() in said
        assert re.search(rf"(?<!\d){(shares[arm] > shares['lstm']).sum()}(?!\d)", said)
    rows = table("overfitting", language)
    column = translate(language, "training.table.mean")
    assert [row[column] for row in rows] == [spread(mine, language) for mine in shares.values()]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_said_of_tuning_stands_in_its_grid(language: str) -> None:
    shares = right_of("tuning")
    grid = np.array([*shares.values()])
    rates = list(shares)
    best, wide = grid.mean(1).argmax(), np.ptp(grid, axis=1).argmax()
    said = remarks("tuning", language)[0]
    for row in (best, wide):
        assert rates[row] in said
        assert spread(grid[row], language) in said
    agree = (grid[best] == grid.max(0)).sum()
    assert (f"on {agree} of the 5 seeds" if language == "en" else f"5個のうち{agree}個") in said
    lucky = grid[wide].argmax()
    assert (f"seed {lucky} alone" if language == "en" else f"シード{lucky}だけ") in said
    assert f"{100 * grid[wide].max():.0f}%" in said


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_said_of_the_opening_stands_in_its_table(language: str) -> None:
    shares = right_of("opening")
    said = remarks("opening", language)[0]
    assert all(spread(mine, language) in said for mine in shares.values())
    ahead = (shares["lstm"] > shares["rnn"]).sum()
    assert (f"ahead on {ahead} of 5 seeds" if language == "en" else f"5個のシードのうち{ahead}個") in said


@pytest.mark.parametrize("language", ["en", "ja"])
def test_of_each_record_it_is_said_how_many_settings_were_tried(language: str) -> None:
    for name in there():
        if name in TELLS:
            continue
        said = remarks(name, language)[-1]
        count, seeds = TRIED.get(name, (0, ()))
        numbers = {int(number) for number in re.findall(r"\d+", said)}
        assert numbers == {count, seeds[0], seeds[-1]} if count else not numbers


@pytest.mark.parametrize("language", ["en", "ja"])
def test_each_threshold_stands_in_the_table_with_its_band(language: str) -> None:
    """Of every seed its own: from the least to the greatest of the file."""
    raw = json.loads((RECORDS / "thresholds.json").read_text())
    columns = translate(language, "training.table.settings")
    for row, factor in zip(table("thresholds", language), (0.05, 0.1, 0.2, 0.5, 1, 10), strict=True):
        clips = [run["settings"]["clip"] for run in raw if float(run["arm"].split()[1]) == factor]
        band = f"{min(clips):g}–{max(clips):g}"
        assert translate(language, "training.called.limit").format(value=band) in row[columns]
        assert f"{factor:g}" in row[translate(language, "training.table.arm")]


def counted(name: str, error: float) -> dict[str, int]:
    """How many seeds of each arm have an error below this, in the file."""
    found: dict[str, int] = {}
    for run in json.loads((RECORDS / f"{name}.json").read_text()):
        good = run["test"] is not None and round(1000 * run["test"]["accuracy"]) > 1000 * (1 - error)
        found[run["arm"]] = found.get(run["arm"], 0) + good
    return found


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_said_of_success_is_counted_in_the_file(language: str) -> None:
    """P7 by the paper's rule, thresholds and rates by theirs."""
    comma = translate(language, "training.comma")
    for name, error, numbers in (("p7", 0.01, (20, 30, 50, 80)), ("convergence", 0.1, (0.02, 0.05, 0.1))):
        each = counted(name, error)
        said, *_ = remarks(name, language)
        for arm in ("clipped", "unclipped"):
            assert comma.join(str(each[f"{arm} {number:g}"]) for number in numbers) in said
        assert comma.join(f"{number:g}" for number in numbers) in said
        assert f"{100 * error:g}%" in said
    said, *_ = remarks("thresholds", language)
    each = counted("thresholds", 0.1)
    order = [each[f"clipped {factor:g}"] for factor in (0.05, 0.1, 0.2, 0.5, 1, 10)]
    usual = [run["usual_norm"] for run in json.loads((RECORDS / "preset-clipping.json").read_text())][:10]
    numbers_said = re.findall(r"(?<![\d.–])\d+(?:\.\d+)?", said)
    assert [n for n in numbers_said if n in map(str, order)], said
    assert {f"{min(usual):.2g}", f"{max(usual):.2g}", str(min(order[:3]))} <= set(numbers_said)
    patterns = {
        "en": "{} with a twentieth .* {} with a tenth, {} with a fifth; {} with a half, {} with .*, {} with ten",
        "ja": "20分の1では{}個、10分の1では{}個、5分の1では{}個、半分では{}個、.*では{}個、10倍では{}個",
    }
    assert re.search(patterns[language].format(*order), said)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_said_of_the_explosion_and_of_the_gates_stands_in_their_files(language: str) -> None:
    raw = json.loads((RECORDS / "preset-clipping.json").read_text())
    each = counted("preset-clipping", 0.1)
    said, *_ = remarks("preset-clipping", language)
    grew = {arm: [run["growth"] for run in raw if run["arm"] == arm] for arm in each}
    for value in (min(grew["unclipped"]), max(grew["unclipped"]), max(grew["clipped"])):
        assert two_digits(value) in said
    first = max(np.argmax(run["curves"]["norm"]) for run in raw if run["arm"] == "unclipped" and run["ended"] != "nan")
    assert re.search(rf"(first|初めの) ?{20 * (first + 1)} ?(steps|ステップ)", said)
    counts = {
        "en": "of 10 seeds break down.* and {unclipped} learn .* {clipped} of 10 learn",
        "ja": "{unclipped}個です.*{clipped}個が学習",
    }
    assert re.search(counts[language].format(**each), said)
    said, *_ = remarks("gates", language)
    for arm in ("all", "no-i", "no-f", "no-o"):
        tests = [run["test"] for run in json.loads((RECORDS / "gates.json").read_text()) if run["arm"] == f"{arm} 40"]
        share = f"{100 * float(np.mean([test['accuracy'] for test in tests])):.0f}%"
        assert re.search(f"{translate(language, f'records.gates_{arm}')}は? ?{share}", said)


def test_the_preset_is_named_by_what_it_does() -> None:
    """Something explodes in it: on every seed the norm grows by orders of magnitude."""
    for language, word in (("en", "explod"), ("ja", "爆発")):
        for key in ("tiles.explodes.asks", "record_names.preset-clipping"):
            assert word in translate(language, f"training.{key}").lower()
    preset = [run for run in record("preset-clipping") if run.arm == "unclipped"]
    assert min(run.growth or 0 for run in preset) > 100
