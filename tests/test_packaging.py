"""What installs is complete: `pip install .`, `pip install -e .`, a wheel; and it finds its files from anywhere."""

from __future__ import annotations

import ast
import asyncio
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from scripts.serving import ROOT, serve
from tests.test_imports import FILES, imports
from tests.ui.test_web import visited

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
REQUIRED = PROJECT["project"]["dependencies"]
EXTRA = PROJECT["project"]["optional-dependencies"]
FOLDERS = ("pages", "rnnviz", "scripts", "benchmarks")
SOURCES = [ROOT / "app.py", *(file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py")))]

USE = """
import sys
import rnnviz
from rnnviz import shipped
from rnnviz.training import records, zoo
from rnnviz.figures.base import english
from rnnviz import language
from rnnviz.ui import component, stepper
trace = rnnviz.trace(rnnviz.load("lstm"), "Starving, Alice drives to the nearest store to buy")
assert trace.top(1)[0][0] == "food"
trace = rnnviz.trace(rnnviz.load("lstm-ja"), "お腹を空かせたアリスは、一番近い店まで車を走らせる。買うのは")
assert trace.top(1)[0][0] == "食べ物"
assert records.record("p5") and zoo.card("gru") and english()
assert language.translate("ja", "frame.projector") != language.translate("en", "frame.projector")
assert all(map(component._read, (*stepper.SCRIPTS, *stepper.STYLES)))
print(rnnviz.__file__, shipped.ASSETS, sep="\\n")
"""


def name_of(requirement: str) -> str:
    return re.split(r"[\s;=<>!~\[]", requirement)[0]


def outside(file: Path) -> set[str]:
    """The packages of others that a file imports."""
    found = {name.split(".")[0] for name in imports(file)}
    return found - set(sys.stdlib_module_names) - {"rnnviz"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_import_is_a_dependency(file: Path) -> None:
    declared = [*REQUIRED, *EXTRA["dask"], *(EXTRA["app"] if file.parent.name == "ui" else [])]
    assert outside(file) <= set(map(name_of, declared))


def test_every_dependency_is_imported() -> None:
    used = set().union(*map(outside, FILES))
    for requirement in (*REQUIRED, *EXTRA["app"]):
        if name_of(requirement) != "uvloop":  # the web server takes it where it is there
            assert name_of(requirement) in used


def pins(file: str) -> set[str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if not line.startswith("-r ")]
    assert all("==" in line for line in wanted), "every version is pinned"
    return set(map(name_of, wanted))


def test_what_is_pinned_is_what_is_declared() -> None:
    assert pins("requirements.txt") == {name_of(one) for one in (*REQUIRED, *EXTRA["app"])}
    assert {name_of(one) for one in EXTRA["dask"]} <= pins("requirements-dev.txt")


def test_every_folder_of_code_is_packaged() -> None:
    folders = {file.parent.relative_to(ROOT) for file in FILES}
    packages = PROJECT["tool"]["setuptools"]["packages"]
    assert set(packages) == {".".join(folder.parts) for folder in folders} | {"rnnviz.assets"}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is in the repository: building leaves things behind."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("rnnviz", "assets"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    return copy


def build(source: Path, to: Path, kind: str) -> Path:
    """Build with what is installed here, as pip would in a clean environment."""
    to.mkdir(parents=True, exist_ok=True)
    code = f"import sys; from setuptools import build_meta; print(build_meta.build_{kind}(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, str(to)], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return to / done.stdout.splitlines()[-1]


def use(python: str | Path, folder: Path, installed: Path | None = None) -> list[Path]:
    """Use the library with another working directory; where it and its assets are."""
    path = f"import site; site.addsitedir({str(installed)!r})\n" if installed else ""
    done = subprocess.run([python, "-P", "-c", path + USE], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [Path(line).resolve() for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_a_wheel_holds_all_and_works(source: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(build(source, tmp_path / "wheel", "wheel")) as wheel:
        names = set(wheel.namelist())
        wheel.extractall(tmp_path / "site")
    files = {file.relative_to(ROOT / "assets") for file in ROOT.glob("assets/**/*") if file.is_file()}
    assert {name.removeprefix("rnnviz/assets/") for name in names if "/assets/" in name} == {
        file.as_posix() for file in files if file.parts[0] != "screenshots"
    }
    assert {f.relative_to(ROOT).as_posix() for f in FILES} <= names
    site = (tmp_path / "site").resolve()
    assert use(sys.executable, tmp_path, site) == [site / "rnnviz" / "__init__.py", site / "rnnviz" / "assets"]


@pytest.mark.slow
def test_an_editable_install_reads_the_repositorys_files(source: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(build(source, tmp_path / "wheel", "editable")) as wheel:
        wheel.extractall(tmp_path / "site")
    here = source.resolve()
    assert use(sys.executable, tmp_path, tmp_path / "site") == [here / "rnnviz" / "__init__.py", here / "assets"]


@pytest.mark.slow
def test_a_source_distribution_builds_the_same_wheel(source: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(build(source, tmp_path / "sdist", "sdist"), tmp_path / "unpacked", filter="data")
    [unpacked] = (tmp_path / "unpacked").iterdir()
    again = build(unpacked, tmp_path / "again", "wheel")
    direct = build(source, tmp_path / "direct", "wheel")
    assert set(zipfile.ZipFile(again).namelist()) == set(zipfile.ZipFile(direct).namelist())


def test_no_file_reads_from_the_current_folder() -> None:
    """What is read or written stands beside the code, wherever the server was started."""
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Path", "open", "Path.cwd", "os.getcwd"):
                first = ast.unparse(node.args[0]) if node.args else "."
                assert not re.match(r"'(?!/)|\.$", first), f"{file}: {ast.unparse(node)}"


def test_the_code_compiles_for_every_version_promised() -> None:
    assert PROJECT["project"]["requires-python"] == ">=3.11"
    for file in SOURCES:
        ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 11))


@pytest.mark.night
@pytest.mark.parametrize("how", [[".[app]"], ["-e", ".[app]"], ["WHEEL"]], ids=["folder", "editable", "wheel"])
def test_a_clean_environment(how: list[str], source: Path, tmp_path: Path) -> None:
    """Install from nothing, with the versions of requirements.txt; use the library and run the app with it."""
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    what = [f"{build(source, tmp_path / 'wheel', 'wheel')}[app]" if one == "WHEEL" else one for one in how]
    command = [python, "-m", "pip", "install", "-q", "-c", str(ROOT / "requirements.txt"), *what]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    package, assets = use(python, tmp_path)
    assert package.is_relative_to(source.resolve() if "-e" in how else tmp_path.resolve())
    assert (assets / "locale" / "en" / "frame.json").is_file()
    with serve(folder=tmp_path, python=python) as served:
        assert asyncio.run(visited(served.address)) == []
        assert "Traceback" not in served.log()
