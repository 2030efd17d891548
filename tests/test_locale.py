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


# What a text claims in general: its words in both languages, by the test that shows it. One table a text.
OF_COMPARE = {
    "scenes/test_compare.py:test_how_far_a_network_trained": (
        "did not read the same sentences",
        "読んだ文は同じではありません",
    ),
    "scenes/test_compare.py:test_the_bodies_are_alike_and_the_whole_networks_are_not": (
        "The bodies are equally large on purpose",
        "本体の重みは意図的にそろえてあります",
    ),
    "scenes/test_compare.py:test_the_table_adds_up_to_what_pytorch_has": (
        "a readout of more units has more weights",
        "ユニットが多いほど、出力層の重みも多い",
    ),
    "networks/test_networks.py:test_reach": ("It has no memory", "記憶はありません"),
    "networks/test_networks.py:test_what_a_network_sees_is_what_moves_it": (
        "Each word looks at all before it",
        "各単語がそれ以前のすべての単語を見ます",
    ),
    "scenes/test_compare.py:test_what_is_out_of_reach_cannot_change_the_answer": (
        "a word that is out of reach *cannot* change the answer",
        "届かない単語は答えを変えることが*できません*",
    ),
    "scenes/test_compare.py:test_saliency_is_what_the_way_back_finds": (
        "the size of the gradient of the answer's logit in each word's vector",
        "各単語のベクトルについての答えのロジットの勾配の大きさ",
    ),
    "networks/test_counting.py:test_the_work_is_what_pytorch_counts": ("`torch.utils.flop_counter`",) * 2,
    "networks/test_counting.py:test_the_weights_are_those_of_the_module": ("`sum(p.numel())`",) * 2,
    "networks/test_counting.py:test_the_depth_is_the_longest_chain_of_products": (
        "the longest chain in autograd's graph",
        "自動微分グラフの最長の連鎖",
    ),
    "networks/test_counting.py:test_a_word_that_changes_is_felt_as_far_as_there_is_a_path": (
        "the reach against changed words",
        "見える範囲は単語を変えたときの出力と照合",
    ),
    "networks/test_counting.py:test_the_memory_of_attention_is_its_keys_and_values": (
        "a key and a value for each word",
        "各単語のキーとバリュー",
    ),
    "scenes/test_compare.py:test_a_claim_is_true_where_the_numbers_are_so": (
        "another word likelier than the right one while the LSTM does not",
        "正解と別の語を最もありそうとし",
    ),
    "scenes/test_compare.py:test_alike_and_ahead_follow_the_seeds": (
        "its worst seed is above the other's best",
        "最も悪いシードでも相手の最良のシードを上回れば",
    ),
    "scenes/test_compare.py:test_five_times_is_within_a_factor_of_two": (
        "*five times* is anything from 2.5 to 10",
        "「5倍」は2.5倍から10倍まで",
    ),
}
OF_GATES = {
    "js/test_units.py:test_what_each_gate_decides": (
        "a gate near 0 blocks, near 1 lets through",
        "ゲートは0に近いと遮断し、1に近いと通す",
    ),
    "recurrence/test_memory.py:test_on_its_direct_way_a_cells_gradient_is_multiplied_by_f": (
        "on its direct way the gradient in c is multiplied by f",
        "cの勾配にも、直接の経路では毎ステップfが掛かる",
    ),
    "scenes/test_gates.py:test_the_half_life_of_a_forget_bias": (
        "half is gone after 2.2 steps",
        "2.2ステップで半分が消える",
    ),
    "recurrence/test_memory.py:test_each_part_is_what_remains_if_the_others_are_silenced": (
        "multiply by the reset gate after the product",
        "PyTorchとcuDNNでは積 W_hh h の後に",
    ),
    "js/gates.test.mjs:no constant passes": (
        "No fixed gate passes any of the three",
        "3つの課題のどれにも合格できません",
    ),
    "recurrence/test_memory.py:test_the_half_life_is_the_time_after_which_the_gates_leave_half": (
        "the half-life says what the product of its gates says",
        "半減期はゲートの積が示すことをそのまま表します",
    ),
    "scenes/test_findings.py:test_the_table_of_half_lives_says_longer_where_nothing_was_measured": (
        "a number only where less than half is left at the end",
        "数値を示すのは、文末に残るのが半分未満の場合だけ",
    ),
    "recurrence/test_memory.py:test_the_mean_of_a_gate_has_no_half_life": (
        "a few units may hold for long while most forget at once",
        "大半のユニットがすぐに忘れても、少数のユニットが長く保つ",
    ),
    "recurrence/test_memory.py:test_what_the_words_still_make_adds_up_to_the_last_state": (
        "c_T is the sum over all words",
        "すべて掛けたものの合計です",
    ),
    "recurrence/test_memory.py:test_what_a_gate_listens_to_adds_up_to_torchs_gate": (
        "is W_ih x plus W_hh h plus the biases, as `torch.nn` computes it",
        "W_ih x と W_hh h とバイアスの和で、`torch.nn` の計算と同じ",
    ),
}
PROVED = {"compare": OF_COMPARE, "gates": OF_GATES}


@pytest.mark.parametrize(("text", "test"), [(text, test) for text, tests in PROVED.items() for test in tests])
def test_what_a_text_claims_in_general_is_shown_by_a_test(text: str, test: str) -> None:
    for language, claim in zip(("en", "ja"), PROVED[text][test], strict=True):
        assert claim in words._text(language, text)
    file, name = test.split(":")
    code = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert f"def {name}(" in code or f"`{name}" in code


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_claim_is_called_by_its_code(language: str) -> None:
    """C2 … are our own names for the claims of the articles."""
    texts = [*LABELS[language].values()]
    texts += [file.read_text(encoding="utf-8") for file in (ROOT / "assets" / "content" / language).glob("*.md")]
    assert not [found for text in texts for found in re.findall(r"(?<![\w.])C\d+(?!\w)", text)]
