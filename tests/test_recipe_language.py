"""The recipe "A language" of ARCHITECTURE.md, followed in a copy of the tree: two folders, and no line of code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECK = """
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest
from rnnviz.language import LANGUAGES, preferred, translate
from rnnviz.ui.keys import KEYS

assert LANGUAGES == ("de", "en", "ja")
assert KEYS["lang"].parse("de") == "de" and KEYS["lang"].parse("fr") is None
wanted = {"de-AT": "de", "de": "de", "en-US": "en", "fr": "en", "ja-JP": "ja"}
assert {locale: preferred(locale) for locale in wanted} == wanted

app = AppTest.from_file("rnnviz/ui/frame.py", default_timeout=120).run()
assert app.button(key="frame-lang-de").label == "DE"
app.button(key="frame-lang-de").click().run()
assert not app.exception and not app.error
assert app.query_params["lang"] in ("de", ["de"])
assert app.toggle(key="projector").label == translate("de", "frame.projector") == "Große Schrift"
assert app.button(key="frame-lang-de").disabled

ContextProxy.locale = property(lambda self: "de-AT")
app = AppTest.from_file("rnnviz/ui/frame.py", default_timeout=120).run()
assert app.toggle(key="projector").label == "Große Schrift"
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code and the words; what is large stays where it is."""
    copy = tmp_path_factory.mktemp("tree")
    (copy / "assets").mkdir()
    for name in ("rnnviz", "pages", "tests/test_locale.py", "tests/asked_labels.py", "assets/locale", "assets/content"):
        target = copy / name
        target.parent.mkdir(exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target)
    for name in ("app.py", "tests/__init__.py", *(file.relative_to(ROOT) for file in (ROOT / "assets").iterdir())):
        if not (copy / name).exists():
            (copy / name).symlink_to(ROOT / name)
    for folder in ("locale", "content"):
        shutil.copytree(copy / "assets" / folder / "en", copy / "assets" / folder / "de")
    frame = copy / "assets" / "locale" / "de" / "frame.json"
    words = json.loads(frame.read_text(encoding="utf-8"))
    words["language"] = {"name": "DE", "browsers": ["de"]}
    words["frame"]["projector"] = "Große Schrift"
    frame.write_text(json.dumps(words), encoding="utf-8")
    return copy


@pytest.mark.slow
def test_two_folders_make_a_language(tree: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CHECK], cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_what_is_not_translated_is_told(tree: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_locale.py", "-k", "de-step"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    assert done.returncode == 1
    assert "step.nothing is not translated" in done.stdout
