"""The tests that are written in JavaScript: every file of tests/js by `node --test`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.node import JS, node

SLOW = ("gates.test.mjs",)
"""They search whole grids."""
FILES = [
    pytest.param(file, marks=pytest.mark.slow if file.name in SLOW else (), id=file.name)
    for file in sorted(JS.glob("*.test.mjs"))
]


@pytest.mark.parametrize("file", FILES)
def test_javascripts_own_tests_pass(file: Path) -> None:
    done = node("--test", file)
    said = dict(re.findall(r"^(?:#|ℹ) (\w+) (\d+)$", done.stdout, re.MULTILINE))
    assert done.returncode == 0, done.stdout
    assert int(said["pass"]) >= len(re.findall(r"^\s*test\(", file.read_text("utf-8"), re.MULTILINE)) > 0
    assert said["fail"] == said["skipped"] == said["todo"] == "0"
