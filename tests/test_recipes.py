""" "How to add …" in ARCHITECTURE.md, followed in a copy of the tree: so many files, and it is there."""

from __future__ import annotations

from rnnviz.training.advance import start
from rnnviz.training.files import dump
from scripts.serving import serve
from tests.tab import Tab
from tests.tree import Copy

PARITY = '''"""Parity: is the number of ones in a row of bits odd?"""

from math import log
from typing import ClassVar

import numpy as np

from rnnviz.tasks.base import Batch, Task, at_the_end, one_hot


class Parity(Task):
    """`length`: the number of bits."""

    name = "parity"
    inputs = 2
    outputs = ("even", "odd")
    lengths = (2, 100)
    suggested: ClassVar = {"units": 8, "batch": 16, "steps": 400, "length": 8}

    def batch(self, rng: np.random.Generator, size: int, length: int, level: int | None = None) -> Batch:
        """As many bits as `length` says, and the answer at the last."""
        bits = rng.integers(2, size=(size, length))
        return at_the_end(one_hot(bits, 2), bits.sum(1) % 2)

    def chance(self, length: int) -> tuple[float, float]:
        """Of two equally likely answers."""
        return log(2), 1 / 2
'''
TRAINED = """
import rnnviz
from rnnviz.tasks import TASKS
from rnnviz.training.files import dump, read
from rnnviz.ui.keys import KEYS
assert list(TASKS)[-1] == "parity"
run = rnnviz.advance(rnnviz.start("parity"), 20)
assert run.step == len(run.log["loss"]) == 20
assert read(dump(run)).settings == run.settings
assert KEYS["task"].parse("parity") == "parity"
"""
SETTING = {
    "rnnviz/training/settings.py": {
        "    def __post_init__(self)": """    gradient_noise: float = 0.0
    \"\"\"The standard deviation of Gaussian noise that is added to each gradient (Neelakantan et al. 2015).\"\"\"

    def __post_init__(self)""",
        '    "units": (': '    "gradient_noise": (0.0, 10.0),\n    "units": (',
        '    Knob("patience"': """    Knob("shake", "gradient_noise", float, "0 0.01 0.1", "further", 7, "0 0.1"),
    Knob("patience\"""",
    },
    "rnnviz/training/advance.py": {
        "        self.move(step, ": """        if s.gradient_noise:
            for gradient in gradients:
                gradient += s.gradient_noise * torch.from_numpy(rng.standard_normal(gradient.shape, np.float32))
        self.move(step, """,
    },
}
CHANGED = """
from pathlib import Path
import numpy as np
import pytest
import rnnviz
from rnnviz.training import plans
from rnnviz.training.files import dump, read
from rnnviz.ui.keys import KEYS
assert KEYS["shake"].parse("0.1") == KEYS["first"].parse("0.1") == "0.1"
assert KEYS["shake"].parse("0.7") is None
still, shaken = (rnnviz.start("recall", gradient_noise=noise) for noise in (0, 0.1))
twice = rnnviz.advance(rnnviz.advance(shaken, 7), 8)
still, shaken = rnnviz.advance(still, 15), rnnviz.advance(shaken, 15)
assert (still.log["loss"][1:] != shaken.log["loss"][1:]).all()
np.testing.assert_array_equal(twice.log["loss"], shaken.log["loss"])
assert read(dump(shaken)).settings.gradient_noise == 0.1
with pytest.raises(ValueError, match="gradient_noise"):
    rnnviz.start("recall", gradient_noise=-1.0)
before = read(Path("before.safetensors").read_bytes())  # downloaded before there was such a setting
assert before.settings == still.settings
np.testing.assert_array_equal(rnnviz.advance(before, 15).log["loss"], still.log["loss"])
for language in ("en", "ja"):
    plan = plans.Plan("recall", "shake", ("0", "0.1"), (("cell", "rnn"),), 0)
    assert plan.names(language) == tuple(plans.called(language, "shake", id) for id in ("0", "0.1"))
"""


def test_a_task(copy: Copy) -> None:
    copy.write("rnnviz/tasks/parity.py", PARITY)
    copy.label("training", {"tasks": {"parity": "Parity"}, "asks": {"parity": "Odd? {length}, {accuracy}%"}})
    assert len(copy.touched) == 3
    copy.python(TRAINED)
    with serve(root=copy.root) as served, Tab(served.address, "training", link="task=parity&budget=100&lang=en") as tab:
        assert tab.shows("task") == tab.options("task")[-1] == "Parity"
        tab.do("train")
        assert not tab.errors
        assert "cancel" in tab.widgets


def test_a_setting_of_a_run(copy: Copy) -> None:
    (copy.root / "before.safetensors").write_bytes(dump(start("recall")))
    for file, changes in SETTING.items():
        copy.edit(file, changes)
    words = {"knobs": "Gradient noise", "help": "Shakes each step.", "called": "gradient noise {value}"}
    copy.label("training", {group: {"shake": text} for group, text in words.items()})
    assert len(copy.touched) == 4
    copy.python(CHANGED)
    with serve(root=copy.root) as served, Tab(served.address, "training", link="twin=shake&lang=en") as tab:
        assert tab.shows("twin") == "Gradient noise"
        assert [tab.shows(name) for name in ("first", "second")] == ["gradient noise 0", "gradient noise 0.1"]
        tab.do("twin", tab.options("twin")[0])
        tab.do("further", True)
        tab.do("shake", "0.01")
        assert tab.query["shake"] == "0.01"
        assert not tab.errors
