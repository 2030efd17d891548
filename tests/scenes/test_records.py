"""What is said beside the recorded runs, held against their files."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from rnnviz.language import translate
from rnnviz.scenes.records import remarks, table, there
from rnnviz.training.records import RECORDS, record


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
            if settled["clip"]:
                said.append(translate(language, "training.called.limit").format(value=f"{settled['clip']:g}"))
            for part in said:
                assert row[columns].count(part) == 1, (name, arm, part)
        lengths = {run["settings"]["length"] for run in raw}
        assert len({row[columns] for row in rows}) == len(rows) // len(lengths)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_said_of_overfitting_stands_in_its_table(language: str) -> None:
    """The means, the best remedy and the least loss, counted in the file by other means."""
    raw = json.loads((RECORDS / "overfitting.json").read_text())
    right, loss = {}, {}
    for arm in {run["arm"] for run in raw}:
        tests = [run["test"] for run in raw if run["arm"] == arm]
        right[arm], loss[arm] = (float(np.mean([test[key] for test in tests])) for key in ("accuracy", "loss"))
    best = max(right.keys() - {"plain"}, key=right.__getitem__)
    least = min(loss, key=loss.__getitem__)
    (said,) = remarks("overfitting", language)
    numbers = {
        f"{100 * right['plain']:.0f}%", f"{100 * right[best]:.0f}%", f"{100 * right[least]:.0f}%",
        "100%", "10%", f"{loss[least]:.1f}", f"{loss['plain']:.1f}",
    }  # fmt: skip
    assert set(re.findall(r"\d+\.\d|\d+%", said)) >= numbers
    for arm in (best, least):
        assert translate(language, f"records.overfitting_{arm}") in said
    seeds = {run["seed"] for run in raw}
    assert re.search(rf"\b{len(seeds)}(?!\d)", said) or f"{len(seeds)}個" in said


def test_the_preset_of_the_long_step_is_named_by_what_it_does() -> None:
    """Nothing explodes in it: at a fifth of the rate the same network learns without clipping, with norms as large."""
    for language in ("en", "ja"):
        assert not re.search("explo|爆発", translate(language, "training.preset.explodes").lower())
        assert not re.search("explo|爆発", translate(language, "training.record_names.preset-clipping").lower())
    preset = [run for run in record("preset-clipping") if run.arm == "unclipped"]
    shorter = [run for run in record("p7") if run.arm == "unclipped 20"]
    assert float(str(preset[0].settings["rate"])) == 5 * float(str(shorter[0].settings["rate"]))
    assert max(run.test["accuracy"] for run in preset if run.test) < 0.3
    assert min(run.test["accuracy"] for run in shorter if run.test) > 0.99
