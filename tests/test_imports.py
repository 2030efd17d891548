"""Imports run one way, so that each file can be read knowing only those below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A file may import from the layers below its own. The packages of a layer may use their own files.
LAYERS = [
    {"shipped"},
    {"text", "cells", "bodies", "records", "host"},
    {"networks", "tasks", "nursery"},
    {"tracing", "fresh", "runs"},
    {"bptt", "clipping", "runs_io", "pool"},
    {"training"},
    {"checking", "cliff", "counting", "memory", "sight", "spectra", "zoo", "workers", "keyframes"},
    {"queueing", "timing"},
    {"turns"},
]
FREE = {"figures", "ui"}  # figures read records and labels only (below); ui stands above all
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
FILES = sorted((ROOT / "rnnviz").rglob("*.py"))


def imports(file: Path) -> Iterator[str]:
    """The dotted names a file imports when it runs; what stands under `if TYPE_CHECKING:` is left out."""
    pending: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        pending += ast.iter_child_nodes(node)


def part(file: Path) -> str:
    return file.relative_to(ROOT / "rnnviz").with_suffix("").parts[0]


def ours(file: Path) -> set[str]:
    """The parts of rnnviz that a file imports: "tracing", "figures", ... or "" for the package itself."""
    found = set()
    for name in imports(file):
        if name.split(".")[0] == "rnnviz":
            found.add(".".join(name.split(".")[1:2]))
    return found


def test_every_part_has_its_place() -> None:
    assert {part(file) for file in FILES} <= RANK.keys() | FREE | {"__init__"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_run_one_way(file: Path) -> None:
    mine, used = part(file), ours(file)
    if mine in {"ui", "__init__"}:
        assert mine == "ui" or "ui" not in used
    elif mine == "figures":
        assert used <= {"figures", "shipped"}
    else:
        below = {name for name, rank in RANK.items() if rank < RANK[mine]}
        assert used <= below | ({mine} if file.stem != mine else set())


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_only_the_app_needs_streamlit_and_figures_need_no_torch(file: Path) -> None:
    outside = {name.split(".")[0] for name in imports(file)}
    if part(file) != "ui":
        assert "streamlit" not in outside
    if part(file) == "figures":
        assert "torch" not in outside


def test_pages_compute_nothing() -> None:
    for file in (ROOT / "pages").rglob("*.py"):
        outside = {name.split(".")[0] for name in imports(file)}
        assert not outside & {"torch", "plotly", "numpy"}, file
    assert not list((ROOT / "pages").glob("*.py")), "a page directly in pages/ would bypass app.py"


def test_the_library_needs_no_app() -> None:
    """`import rnnviz` in a notebook must not pull in Streamlit."""
    import subprocess
    import sys

    code = "import sys, rnnviz; sys.exit('streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_no_file_is_long() -> None:
    files = [f for kind in ("py", "js") for f in ROOT.rglob(f"*.{kind}") if ".venv" not in f.parts]
    assert {str(f.relative_to(ROOT)): n for f in files if (n := len(f.read_text().splitlines())) > 450} == {}
