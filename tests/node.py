"""The app's JavaScript without a browser: Node runs what needs no page, and answers in JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

JS = Path(__file__).parent / "js"


def node(*arguments: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run Node. Where there is none, the test fails and says so."""
    found = shutil.which("node") or shutil.which("nodejs")
    if found is None:
        pytest.fail("No Node here. On Debian or Ubuntu: sudo apt-get install nodejs")
    return subprocess.run([found, *arguments], input=given, capture_output=True, encoding="utf-8")


def evaluate(files: list[str], names: list[str], code: str, *given: Any) -> Any:
    """What the function `code` returns for the arguments `given`: it may use these names of the files under assets/."""
    question = {"files": files, "names": names, "code": code, "given": given}
    done = node(JS / "evaluate.mjs", given=json.dumps(question))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
