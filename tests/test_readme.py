"""What README.md promises: its Python runs, its links say what they should, its files and targets exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from urllib.parse import parse_qsl

import pytest

import rnnviz
from rnnviz.language import translate
from rnnviz.numbers import percent
from rnnviz.tasks import errands
from rnnviz.text import MAX_TOKENS, tokenize, vocabulary
from rnnviz.training import zoo
from rnnviz.ui import state
from rnnviz.ui.keys import KEYS, Whole
from scripts.serving import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_python_runs_and_shapes_are_as_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks run as one notebook. Where a comment begins with a shape, the expression before it has it."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    assert BLOCKS
    shapes = 0
    for block in BLOCKS:
        exec(compile(block, "README.md", "exec"), names)
        for expression, shape in re.findall(r"^(.+?\.shape)  # (\([\d, ]+\))", block, re.MULTILINE):
            assert str(eval(expression, names)) == shape, expression
            shapes += 1
    assert shapes >= 4
    assert (tmp_path / "states.html").exists()


def test_every_part_of_a_link_is_understood() -> None:
    """Queries in code spans: /?a=b&c=d, and the single parts that the table lists."""
    spans = re.findall(r"`/?\??((?:[a-z]+=[^`\s&]+&?)+)`", README)
    found = [pair for span in spans for pair in parse_qsl(span)]
    assert {name for name, _ in found} == state.KEYS.keys()
    for name, text in found:
        assert state.KEYS[name].parse(text) is not None, f"{name}={text}"
    hidden = {name for key, text in found if key == "hide" for name in text.split(",")}
    assert hidden <= state.KEYS.keys()


@pytest.mark.parametrize("file", ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"])
def test_every_file_named_exists(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    named = re.findall(r'(?:src|srcset)="([^"]+)"', text) + re.findall(r"\]\((?!https?:|#)([^)]+)\)", text)
    # In code spans: what looks like a path of this repository, with or without a `:function` behind it.
    named += re.findall(r"`((?:rnnviz|pages|assets|scripts|tests|benchmarks)/[\w./-]+?)(?::[\w.]+)?`", text)
    assert named or file == "CHANGELOG.md"
    assert not [name for name in named if not (ROOT / name).exists()]


JAVASCRIPT = (
    r"^\s*(?:export )?(?:default )?(?:async )?(?:function\*?|class) (\w+)",
    r"^\s*const (\w+) = (?:async )?(?:\([^()]*\)|\w+) =>",
    r"^\s+(?:static |async )?(?!if|for|while|switch|catch|with)(\w+)\(.*\) \{$",  # a method
    r"^(?:const|let) (\w+)",  # the file's own
)


def defined(file: str, code: str) -> set[str]:
    """What a file defines: functions, classes, methods, and its own variables."""
    if file.endswith(".js"):
        return {name for form in JAVASCRIPT for name in re.findall(form, code, re.MULTILINE)}
    return set(names_in(ast.parse(code).body))


def names_in(body: list[ast.stmt], before: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield before + node.name
        if isinstance(node, ast.ClassDef):
            yield from names_in(node.body, f"{before}{node.name}.")
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (
                before + name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
            )


def unknown(text: str) -> list[str]:
    """Each `file.py:name` and `file.js:name` in a text whose file does not define that name."""
    pairs = re.findall(r"`([\w./-]+\.(?:py|js)):([\w.]+)`", text)
    assert pairs
    return [f"{file}:{name}" for file, name in pairs if name not in defined(file, (ROOT / file).read_text("utf-8"))]


def test_every_function_named_exists() -> None:
    assert unknown((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "name",
    [
        "rnnviz/text/tokens.py:gone",
        "rnnviz/text/tokens.py:re",  # imported
        "rnnviz/text/tokens.py:text",  # a parameter
        "rnnviz/text/tokens.py:return",
        "rnnviz/text/tokens.py:Vocabulary.tokenize",
        "assets/stepper/equations.js:gone",
        "assets/stepper/equations.js:cell",  # inside a function
        "assets/stepper/equations.js:operands",
        "assets/stepper/equations.js:if",
    ],
)
def test_a_function_that_is_gone_is_found(name: str) -> None:
    assert unknown(f"`{name}` and `rnnviz/text/tokens.py:tokenize`") == [name]


def test_the_numbers_are_those_of_what_ships() -> None:
    units = [shape.units for shape in zoo.SHAPES.values()]
    for said in (
        f"{len(vocabulary().words):,} entries of {vocabulary().vectors.shape[1]} numbers",
        f"{len(errands.output_words('en')):,} words in English and {len(errands.output_words('ja')):,} in Japanese",
        f"{len(vocabulary('ja').words):,} words",
        f"{min(units)} to {max(units)} units",
        f"first {MAX_TOKENS} tokens",
    ):
        assert said in README.replace("\n", " "), said


def test_the_table_is_that_of_what_ships() -> None:
    wanted = []
    for name in state.NETWORKS:
        card, seeds = zoo.card(name), zoo.all_seeds((name,))
        shares = []
        for what, clauses in (("accuracy", 0), ("accuracy", 4), ("accuracy", 12), ("held_out", 0)):
            k = card["clauses"].index(clauses)
            every = [row[what][k] for row in seeds]
            least, most = percent(min(every)), percent(max(every))
            shares.append(f"{percent(card[what][k])}%, {percent(fmean(every))}% ({least} to {most})")
        wanted.append(f"  | {' | '.join([translate('en', f'networks.{name}'), *shares])} |")
        assert card["shipped"] == "median", f"{name}: say in the README that it is not the median"
    head = " | ".join(f"{round(card['words'][card['clauses'].index(n)])} words" for n in (0, 4, 12))
    assert f"| network | {head} |" in README
    assert "\n".join(wanted) in README, "\n".join(["the README should have", *wanted])


def test_the_story_at_the_top_is_what_happens() -> None:
    """Both say water; from eight words on the RNN does not, the LSTM does; untrained, the gradient is gone."""
    tokens = tokenize(state.ALICE)
    words = KEYS["words"]
    assert isinstance(words, Whole)
    said = {
        name: [likeliest(name, errands.stretch(tokens, k)) for k in range(words.high + 1)] for name in ("rnn", "lstm")
    }
    assert [word for word, _ in said["rnn"]] == ["water"] * 8 + ["flowers"] * (words.high - 7)
    assert {word for word, _ in said["lstm"]} == {"water"}
    story = " ".join(README.split())
    assert f"Both networks say *water*, the RNN with {said['rnn'][0][1]}%, the LSTM with {said['lstm'][0][1]}%" in story
    assert f"the LSTM still gives *water* {said['lstm'][-1][1]}% past sixty" in story
    told = {name: zoo.card(name) for name in said}
    right = {name: percent(card["accuracy"][card["clauses"].index(12)]) for name, card in told.items()}
    assert f"{round(told['rnn']['words'][7])} words in between the RNN is right in {right['rnn']}%" in story
    assert f"the LSTM in {right['lstm']}%" in story
    assert all(0.4 < told["rnn"]["kinds"][kind] < 0.55 for kind in ("denied", "two"))  # "about one time in two"
    for name in ("rnn", "lstm"):
        trace = rnnviz.trace(rnnviz.load(name, trained=False), errands.stretch(tokens, 40))
        norms = rnnviz.backpropagate(trace, "water", of="logit").norms
        assert norms[0] / norms[-1] < 1e-9


def likeliest(name: str, tokens: Sequence[str]) -> tuple[str, int]:
    word, share = rnnviz.trace(rnnviz.load(name), tokens).top(1)[0]
    return word, percent(share)


def test_every_make_target_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"`?make ([a-z]+)`?(?=[`\s]+(?:#|\||$|measures|on a))", README)
    assert {"run", "test"} <= set(named)
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
