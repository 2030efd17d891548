"""A copy of the tree, in which tests follow the recipes of "How to add …" in ARCHITECTURE.md."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.serving import ROOT

LEFT = shutil.ignore_patterns(".[!s]*", "__pycache__", "screenshots", "node_modules", "*.egg-info", "build")


class Copy:
    """The tree, to be changed; it knows which of its files were."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT, root, ignore=LEFT)
        self.touched: set[str] = set()

    def write(self, file: str, text: str) -> None:
        (self.root / file).write_text(text, encoding="utf-8")
        self.touched.add(file)

    def edit(self, file: str, changes: dict[str, str]) -> None:
        """Put the second of each pair in the place of the first, which must stand there once."""
        text = (self.root / file).read_text(encoding="utf-8")
        for old, new in changes.items():
            assert text.count(old) == 1, (file, old)
            text = text.replace(old, new)
        self.write(file, text)

    def label(self, section: str, texts: Mapping[str, str | dict[str, str]]) -> None:
        """Add labels to a section, or to groups in it, the same to each language."""
        for file in sorted((self.root / "assets" / "locale").rglob("*.json")):
            labels: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            found = labels.get(section) if file.stem != section else labels.get(section, labels)
            if found is not None:
                for group, more in texts.items():
                    found[group] = found[group] | more if isinstance(more, dict) else more
                self.write(file.relative_to(self.root).as_posix(), json.dumps(labels, indent=2, ensure_ascii=False))

    def python(self, code: str) -> None:
        """Run in a process of its own, which finds this tree and no other."""
        there = os.environ | {"PYTHONPATH": str(self.root)}
        done = subprocess.run([sys.executable, "-c", code], cwd=self.root, env=there, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
