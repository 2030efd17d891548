"""Imports run one way, so that each file can be read knowing only those below it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from scripts.serving import ROOT

# A room may import from rooms in the rows above its own. A folder's files may use each other, but not in a circle.
ROOMS = [
    {"shipped", "host"},
    {"text", "language", "numbers", "recurrence"},
    {"networks", "tasks"},
    {"training"},
    {"figures"},
    {"turns", "scenes"},
    {"ui"},
]
RANK = {room: rank for rank, row in enumerate(ROOMS) for room in row}
# The same for the files of ui: what a visitor can set, then what is computed for them, then what they see.
UI = [
    {"doors", "labels", "visits", "keys"},
    {"state", "web"},
    {"language"},
    {"asked", "calm", "pages"},
    {"server", "uploads", "swaps", "holds"},
    {"component", "startup"},
    {"board", "stepper", "gates", "sentence", "tables", "frame"},
    {"desk"},
    {"controls"},
    {"training_controls", "training_record"},
]
UI_RANK = {file: rank for rank, row in enumerate(UI) for file in row}
FILES = sorted((ROOT / "rnnviz").rglob("*.py"))
MODULES = {".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in FILES}


def imports(file: Path, types: bool = True) -> Iterator[str]:
    """The dotted names a file imports; `types`: also those that only the type checker sees."""
    pending: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) and not types:
            pending += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        pending += ast.iter_child_nodes(node)


def modules(file: Path, types: bool = True) -> set[str]:
    """The files of rnnviz that a file imports, as modules."""
    found = set()
    for name in imports(file, types):
        parts = name.split(".")
        known = (".".join(parts[:k]) for k in range(len(parts), 0, -1))
        found |= {next((module for module in known if module in MODULES), name)} if parts[0] == "rnnviz" else set()
    return found


def room(module: str) -> str:
    return [*module.split("."), ""][1]


def test_every_room_and_every_file_of_ui_has_its_place() -> None:
    assert {room(module) for module in MODULES} == RANK.keys() | {""}
    assert {file.stem for file in FILES if file.parent.name == "ui"} == UI_RANK.keys() | {"__init__"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_run_one_way(file: Path) -> None:
    mine = room(next(module for module, path in MODULES.items() if path == file))
    used = {room(module) for module in modules(file)} - {mine}
    if not mine:  # what a notebook imports
        assert "ui" not in used
        return
    assert {name: RANK[name] for name in used if name and RANK[name] >= RANK[mine]} == {}
    assert "" not in used or mine == "ui", "the package itself stands above its rooms"


def test_no_circles() -> None:
    """Among files; the package itself, which names what a notebook needs, is left out."""
    graph = {module: modules(file) - {module, "rnnviz"} for module, file in MODULES.items() if module != "rnnviz"}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


@pytest.mark.parametrize("file", [file for file in FILES if file.parent.name == "ui"], ids=lambda file: file.stem)
def test_inside_ui_too(file: Path) -> None:
    used = {module.split(".")[-1] for module in modules(file) if room(module) == "ui" and module != "rnnviz.ui"}
    assert {name for name in used if UI_RANK[name] >= UI_RANK[file.stem]} == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_a_room_does_without(file: Path) -> None:
    """Streamlit is for ui alone; recurrence and figures need no torch, and no visit is known but in ui."""
    mine = room(next(module for module, path in MODULES.items() if path == file))
    outside = {name.split(".")[0] for name in imports(file, types=False)}
    if mine != "ui":
        assert not outside & {"streamlit", "starlette"}
    if mine in ("recurrence", "figures", "text", "language", "numbers", "shipped"):
        assert "torch" not in outside
    if mine == "figures":  # records are only looked at; which letters a cell has, and their roles, is no computation
        used = modules(file, types=False) - {"rnnviz.recurrence.cells"}
        assert {room(module) for module in used} <= {"figures", "shipped", "language", "numbers"}


def test_pages_compute_nothing() -> None:
    for file in (ROOT / "pages").rglob("*.py"):
        outside = {name.split(".")[0] for name in imports(file)}
        assert not outside & {"torch", "plotly", "numpy"}, file
    assert not list((ROOT / "pages").glob("*.py")), "a page directly in pages/ would bypass app.py"


def without(package: str, code: str) -> None:
    """Run `code` in a process in which a package cannot be imported."""
    blocked = f"import sys\nsys.modules[{package!r}] = None\n{code}"
    subprocess.run([sys.executable, "-c", blocked], cwd=ROOT, check=True)


def test_the_library_needs_no_app() -> None:
    """`import rnnviz` in a notebook must not pull in Streamlit."""
    without("streamlit", "import rnnviz")


def test_recurrence_needs_no_torch() -> None:
    """Forward and backward through a cell, in a process without torch."""
    code = """
import importlib.util, pkgutil, sys, types
package = types.ModuleType("rnnviz")  # rnnviz itself offers networks, too
package.__path__ = ["rnnviz"]
sys.modules["rnnviz"] = package
from rnnviz import recurrence
for module in pkgutil.iter_modules(recurrence.__path__):
    importlib.import_module(f"rnnviz.recurrence.{module.name}")
from rnnviz.recurrence import bptt, fresh, trace
read = trace.trace_cell("lstm", "tanh", fresh.random_sequence(5, 4, 0), fresh.fresh_weights("lstm", 3, 4))
assert bptt.backpropagate(read).dh.shape == (5, 3)
"""
    without("torch", code)


def test_a_page_is_composed_without_streamlit() -> None:
    code = """
import json
from rnnviz.scenes.gradients import Source, gradients_board
from rnnviz.scenes.step import compose_step
from rnnviz.scenes.writer import View
from rnnviz.text import tokenize
view = View("ja", "dark", 1.0)
tokens = tuple(tokenize("Starving, Alice drives to the store to buy"))
assert len(json.loads(compose_step(tokens, "rnn", "lstm", True, view).payload)["networks"]) == 2
assert json.loads(gradients_board(Source(tokens), view).payload)["sections"]
"""
    without("streamlit", code)


def test_no_file_is_long() -> None:
    files = [f for kind in ("py", "js") for f in ROOT.rglob(f"*.{kind}") if ".venv" not in f.parts]
    assert {str(f.relative_to(ROOT)): n for f in files if (n := len(f.read_text().splitlines())) > 450} == {}
