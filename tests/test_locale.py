"""Every language says everything, nothing that a person reads stands in Python code, and no label is left over."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from rnnviz import language as words
from rnnviz.language import LANGUAGES, USUAL, labels_of, preferred
from tests.asked_labels import files, places

ROOT = Path(__file__).parents[1]
CODE = files("rnnviz/ui", "pages", "app.py")
OTHERS = [language for language in LANGUAGES if language != USUAL]

# Words that are the same in every language: names, abbreviations, mathematics.
SAME = re.compile(r"rnnviz|RNN|LSTM|GRU|ReLU|PyTorch|torch\.nn|tanh|softmax|Adam|autograd|Alice|logit|[σℓ∂‖]")
SHARED = {"ja": 0}
"""How many words of a label may be spelled as in English: in the same script, two by chance ("Film")."""


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, str):
        yield path, tree
    else:
        for key, below in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from leaves(below, f"{path}.{key}".strip("."))


def labels(language: str) -> dict[str, str]:
    """Every label by its dotted key, but for what a language says of itself."""
    sections = dict(words._locale(language))
    del sections["language"]
    return dict(leaves(sections))


LABELS = {language: labels(language) for language in LANGUAGES}
EN = LABELS[USUAL]


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_files_and_keys(language: str) -> None:
    assert LABELS[language].keys() == EN.keys()
    for folder, kind in (("locale", "json"), ("content", "md")):
        there, here = (
            {file.relative_to(place).as_posix() for file in place.rglob(f"*.{kind}")}
            for place in (ROOT / "assets" / folder / USUAL, ROOT / "assets" / folder / language)
        )
        assert here == there


def test_the_languages_are_the_folders() -> None:
    for folder in ("locale", "content"):
        assert {place.name for place in (ROOT / "assets" / folder).iterdir()} == set(LANGUAGES)
    assert {"en", "ja"} <= set(LANGUAGES)


def test_a_browser_gets_the_language_it_prefers() -> None:
    wanted = {"ja": "ja", "ja-JP": "ja", "JA-jp": "ja", "en-GB": "en", "xx": "en", "": "en", "jam": "en"}
    assert {locale: preferred(locale) for locale in wanted} == wanted
    tags = [tag for language in LANGUAGES for tag in labels_of(language, "language")["browsers"]]
    assert len(tags) == len(set(tags)), "two languages want the same browser"
    for language in LANGUAGES:
        assert {preferred(tag) for tag in labels_of(language, "language")["browsers"]} == {language}
        assert labels_of(language, "language")["name"].strip()


def test_a_section_stands_in_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "locale" / "en"
    folder.mkdir(parents=True)
    for page in ("one", "two"):
        (folder / f"{page}.json").write_text(json.dumps({"step": {}, page: {}}))
    monkeypatch.setattr(words, "ASSETS", tmp_path)
    with pytest.raises(ValueError, match=r"two\.json: step stands"):
        words._locale.__wrapped__("en")


@pytest.mark.parametrize("key", EN)
@pytest.mark.parametrize("language", OTHERS)
def test_a_label_is_translated(language: str, key: str) -> None:
    english, other = EN[key], LABELS[language][key]
    assert english.strip()
    assert other.strip()
    fields = [sorted({f for _, f, _, _ in Formatter().parse(text) if f}) for text in (english, other)]
    assert fields[0] == fields[1]
    if english == other:
        rest = SAME.sub("", re.sub(r"\{[^}]*\}", "", english))
        left = re.findall(r"[^\W\d_]{2,}", rest)
        assert len(left) <= SHARED.get(language, 2), f"{key} is not translated: {other}"


@pytest.mark.parametrize("text", EN.values())
def test_english_has_no_japanese(text: str) -> None:
    assert not re.search(r"[぀-ヿ一-鿿]", text)


def lost(keys: set[str]) -> set[str]:
    """Where the code asks for what is neither a label nor a section that is handed out whole."""
    known = {key[:end] for key in keys for end in range(len(key)) if key[end] == "."} | keys
    return {place.where for place in places(follow=False) if not any(map(place.finds, known))}


def unasked(keys: set[str]) -> set[str]:
    """Labels that nothing in the code asks for."""
    found = places(follow=True)
    return {key for key in keys if not any(place.finds(key) for place in found)}


KNOWN = {key for key, _ in leaves(words._locale(USUAL))}


def test_every_key_in_the_code_exists() -> None:
    assert lost(KNOWN) == set()


def test_every_label_is_asked_for() -> None:
    assert unasked(set(EN)) == set()


GONE = ["step.badge_off", "training.upload_ok", "clipping.vanishing.title", "figures.hover_ask", "stepper.announce"]


@pytest.mark.parametrize("key", GONE)
def test_a_missing_label_is_seen(key: str) -> None:
    assert key in KNOWN
    assert len(lost(KNOWN - {key})) == 1


LEFT = ["step.left_over", "training.yours", "training_figures.held", "clipping.left_over.title", "gates.hand.left_over"]


@pytest.mark.parametrize("key", LEFT)
def test_a_label_too_many_is_seen(key: str) -> None:
    assert unasked({key}) == {key}


def test_every_text_is_shown() -> None:
    asked = {
        call.args[0].value
        for file in CODE
        for name, call in calls(file)
        if name == "prose" and isinstance(call.args[0], ast.Constant)
    }
    assert {file.stem for file in (ROOT / "assets" / "content" / USUAL).glob("*.md")} == asked


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).split(".")[-1], node


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
