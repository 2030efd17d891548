"""Both languages say everything, and nothing that a person reads stands in Python code."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CODE = sorted([*(ROOT / "rnnviz" / "ui").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"])

# Words that are the same in Japanese: names, abbreviations, mathematics.
SAME = re.compile(r"rnnviz|EN|日本語|RNN|LSTM|GRU|ReLU|PyTorch|torch\.nn|tanh|softmax|Adam|autograd|Alice|logit|[σℓ∂‖]")


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, str):
        yield path, tree
    else:
        for key, below in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from leaves(below, f"{path}.{key}".strip("."))


EN, JA = (
    dict(leaves(json.loads((ROOT / f"assets/locale/{name}.json").read_text(encoding="utf-8")))) for name in ("en", "ja")
)


def test_both_languages_have_the_same_keys() -> None:
    assert EN.keys() == JA.keys()


def test_both_languages_have_the_same_texts() -> None:
    names = [
        {f.relative_to(folder).as_posix() for f in folder.rglob("*.md")}
        for folder in (ROOT / "assets/content/en", ROOT / "assets/content/ja")
    ]
    assert names[0] == names[1]


@pytest.mark.parametrize("key", EN)
def test_a_label_is_translated(key: str) -> None:
    english, japanese = EN[key], JA[key]
    assert english.strip()
    assert japanese.strip()
    fields = [sorted({f for _, f, _, _ in Formatter().parse(text) if f}) for text in (english, japanese)]
    assert fields[0] == fields[1]
    if english == japanese:
        rest = SAME.sub("", re.sub(r"\{[^}]*\}", "", english))
        assert not re.search(r"[^\W\d_]{2,}", rest), f"{key} is not translated: {japanese}"


@pytest.mark.parametrize("text", EN.values())
def test_english_has_no_japanese(text: str) -> None:
    assert text == "日本語" or not re.search(r"[぀-ヿ一-鿿]", text)


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).split(".")[-1], node


def fixed_start(node: ast.expr) -> str | None:
    """A string constant, or what an f-string begins with; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
        return str(node.values[0].value)
    return None


@pytest.mark.parametrize("file", CODE, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_key_in_the_code_exists(file: Path) -> None:
    sections = {key[:end] for key in EN for end in range(len(key)) if key[end] == "."}
    place = {"t": 0, "labels": 0, "translate": 1, "labels_of": 1}
    for name, call in calls(file):
        if name in place and len(call.args) > place[name]:
            key = fixed_start(argument := call.args[place[name]])
            if isinstance(argument, ast.Constant):
                assert key in (EN.keys() if name in ("t", "translate") else sections), key
            elif key is not None:
                assert any(known.startswith(key) for known in EN), key


# Streamlit calls whose first argument, or one of these keywords, is read by a person.
SHOWN = re.compile(
    r"title|header|subheader|markdown|write|caption|text|info|success|warning|error|toast|badge|metric|button"
    r"|link_button|page_link|toggle|checkbox|slider|select_slider|selectbox|multiselect|radio|pills"
    r"|segmented_control|text_input|text_area|number_input|expander|popover|tabs|status|spinner|dialog"
)
READ = {"label", "body", "help", "placeholder", "title", "text", "page_title"}


@pytest.mark.parametrize("file", CODE, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_a_person_reads_stands_in_the_code(file: Path) -> None:
    for name, call in calls(file):
        if SHOWN.fullmatch(name) and isinstance(call.func, ast.Attribute):
            read = [*call.args[:1], *(word.value for word in call.keywords if word.arg in READ)]
            for argument in read:
                for node in ast.walk(argument) if not isinstance(argument, ast.Call) else ():
                    if isinstance(node, ast.Call):
                        break
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        assert not re.search(r"\w", node.value), f"{file}:{node.lineno} {node.value!r}"
