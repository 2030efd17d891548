"""The equations on the page come out right to the digits shown: recomputed here from the text alone.

Drawn from random networks by the page's own script, read back as text, and worked out with decimal arithmetic, as a
reader with a pocket calculator would. Node draws into as much of a document as that takes (tests/js/dom.mjs); what
needs a real one is tested in Chromium.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pytest

from rnnviz.language import labels_of
from rnnviz.recurrence.cells import cell_of
from scripts.serving import ROOT
from tests.node import evaluate

LETTERS = {"lstm": "ifgo", "gru": "rzn", "rnn": "h"}
KINDS = [("lstm", "tanh"), ("gru", "tanh"), ("rnn", "tanh"), ("rnn", "relu")]
DRAWS = 200
STEPS, UNITS = 6, 5
SCRIPTS = ["shared/parts.js", "stepper/kinds.js", "stepper/equations.js", "stepper/cell.js"]


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def packed(array: np.ndarray) -> dict[str, str]:
    """An array as Plotly and the stepper send it."""
    letter = {"float32": "f4", "float64": "f8"}[str(array.dtype)]
    shape = ",".join(map(str, array.shape))
    return {"dtype": letter, "bdata": base64.b64encode(array.tobytes()).decode(), "shape": shape}


def random_network(kind: str, nonlinearity: str, seed: int, T: int = STEPS, H: int = UNITS) -> dict[str, Any]:
    """A network as the stepper gets it, computed in float32 as PyTorch does; arrays are left unpacked."""
    rng = np.random.default_rng(seed)
    size = rng.choice([0.1, 0.6, 1.2, 3.0])
    letters = LETTERS[kind]
    draw = lambda *shape: (rng.normal(size=shape) * size).astype(np.float32)  # noqa: E731
    shapes = [(H, 3), (H,), (H, H), (H,), (H,)]
    W_word, offset, W, b_ih, b_hh = ({k: draw(*shape) for k in letters} for shape in shapes)
    vectors = draw(T, 3)
    word = {k: vectors @ W_word[k].T + offset[k] for k in letters}
    state = {k: np.zeros((T, H), np.float32) for k in letters}
    gates = {k: np.zeros((T, H), np.float32) for k in letters if kind != "rnn"}
    h, c = np.zeros((T, H), np.float32), np.zeros((T, H), np.float32)
    h_before, c_before = np.zeros(H, np.float32), np.zeros(H, np.float32)
    for t in range(T):
        for k in letters:
            state[k][t] = W[k] @ h_before
        share = {k: word[k][t] + b_ih[k] + (state[k][t] + b_hh[k]) for k in letters}
        if kind == "rnn":
            h[t] = np.tanh(share["h"]) if nonlinearity == "tanh" else np.maximum(share["h"], 0)
        elif kind == "lstm":
            for k in letters:
                gates[k][t] = np.tanh(share[k]) if k == "g" else sigmoid(share[k])
            c[t] = gates["f"][t] * c_before + gates["i"][t] * gates["g"][t]
            h[t] = gates["o"][t] * np.tanh(c[t])
        else:
            gates["r"][t], z = sigmoid(share["r"]), sigmoid(share["z"])
            n = np.tanh(word["n"][t] + b_ih["n"] + gates["r"][t] * (state["n"][t] + b_hh["n"]))
            gates["z"][t], gates["n"][t] = z, n
            h[t] = (1 - z) * n + z * h_before
        h_before, c_before = h[t], c[t]
    records = {"h": h, **({"c": c} if kind == "lstm" else {}), **gates}
    cell = {
        "H": H, "records": records, "word": word, "state": state, "bias_ih": b_ih, "bias_hh": b_hh, "vectors": vectors,
    }  # fmt: skip
    weights = {"word": W_word, "word_offset": offset, "state": W, "bias_ih": b_ih, "bias_hh": b_hh}
    cell["weights"] = {name: np.concatenate(list(parts.values())) for name, parts in weights.items()}
    return {"name": kind.upper(), "kind": kind, "cell": cell | cell_of(kind, nonlinearity).facts}


def sent(network: dict[str, Any]) -> dict[str, Any]:
    """What travels to the browser, every array packed: the weights and the word vectors, not what comes of them."""
    pack = lambda x: packed(x) if isinstance(x, np.ndarray) else x  # noqa: E731
    cell = {
        key: {k: pack(v) for k, v in value.items()} if isinstance(value, dict) else pack(value)
        for key, value in network["cell"].items()
        if key not in ("word", "state", "bias_ih", "bias_hh")
    }
    return {**network, "cell": cell}


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    """A page with the cell's scripts in it."""
    page = browser.new_page()
    page.set_content("<div id=root></div>")
    page.add_script_tag(content="".join((ROOT / "assets" / name).read_text("utf-8") for name in SCRIPTS))
    yield page
    page.close()


READ = """(draws, labels) => {
  const root = document.createElement("div");
  const view = cellView(root, labels);
  return draws.map(([network, unit, step, tokens]) => {
    view.show(network, unit, step, tokens);
    return root.withClass("rv-equation").map((equation) => [
      equation.attributes["data-letter"], equation.withClass("rv-numbers")[0].textContent]);
  });
}"""


def shown_equations(draws: list[list[Any]]) -> list[list[list[str]]]:
    shown: list[list[list[str]]] = evaluate(SCRIPTS, ["cellView"], READ, draws, labels_of("en", "cell"))
    return shown


def worked_out(expression: str) -> Decimal:
    """A displayed expression, computed from its digits in decimal arithmetic."""
    assert re.fullmatch(r"(σ\(|tanh\(|ReLU\(|[0-9.()+·−\s])+", expression), expression
    code = expression.replace("−", "-").replace("·", "*").replace("σ", "logistic")
    code = re.sub(r"\d+(\.\d+)?", r'D("\g<0>")', code)
    names = {
        "D": Decimal,
        "logistic": lambda x: 1 / (1 + (-x).exp()),
        "tanh": lambda x: 1 - 2 / ((2 * x).exp() + 1),
        "ReLU": lambda x: max(Decimal(0), x),
    }
    return Decimal(eval(code.strip(), {"__builtins__": {}}, names))


def decimals(text: str) -> int:
    return len(text.partition(".")[2])


def rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def number(text: str) -> Decimal:
    return Decimal(text.strip().replace("−", "-"))


def check_chain(text: str) -> str:
    """Every step of a displayed chain of equals leads to the next; returns its last number."""
    first, *between, last = (side.strip() for side in text.split("="))
    assert decimals(last) <= 3
    for side in [first, *between]:
        assert rounded(worked_out(side), decimals(last)) == number(last), text
    for side in between:
        operands = re.findall(r"−?\d+\.\d+", side)
        if re.fullmatch(r"(σ|tanh|ReLU)\([^()]+\)", side):  # f(sum) = f(total)
            inside = first[first.index("(") + 1 : -1]
            pairs = [(inside, operands[0])]
        elif "·" in side:  # o · tanh(c) = o · number
            factor, inside = first.split("·", 1)
            assert side.startswith(factor), text
            pairs = [(inside, operands[1])]
        else:  # two products = two numbers
            left, right = re.fullmatch(r"(.+?·[^+]+)\+(.+)", first).groups()  # type: ignore[union-attr]
            kept, sign, added = re.fullmatch(r"(−?[\d.]+)([+−])([\d.]+)", side).groups()  # type: ignore[union-attr]
            pairs = [(left, kept), (right, ("−" if sign == "−" else "") + added)]
        for expression, result in pairs:
            assert rounded(worked_out(expression), decimals(result)) == number(result), text
    return last


def records(network: dict[str, Any], letter: str) -> np.ndarray:
    found: np.ndarray = network["cell"]["records"][letter]
    return found


@pytest.mark.parametrize(("kind", "nonlinearity"), KINDS)
def test_equations_come_out_right(kind: str, nonlinearity: str) -> None:
    networks = [random_network(kind, nonlinearity, seed) for seed in range(DRAWS)]
    tokens = [{"text": f"word{t}", "known": True} for t in range(STEPS)]
    places = [(seed % UNITS, seed % STEPS) for seed in range(DRAWS)]
    draws = [[sent(n), unit, step, tokens] for n, (unit, step) in zip(networks, places, strict=True)]
    expected = {"lstm": list("ifgoch"), "gru": list("rznh"), "rnn": ["h"]}[kind]
    three_decimals = 0
    for network, (unit, step), equations in zip(networks, places, shown_equations(draws), strict=True):
        assert [letter for letter, _ in equations] == expected
        for letter, text in equations:
            result = check_chain(text)
            truth = Decimal(float(records(network, letter)[step, unit]))
            assert number(result) == rounded(truth, decimals(result))
            three_decimals += decimals(result) == 3
    assert three_decimals >= 0.97 * DRAWS * len(expected)  # a ReLU's large states have fewer in float32


@pytest.mark.parametrize(("kind", "nonlinearity"), KINDS)
def test_operands_are_the_recorded_numbers(kind: str, nonlinearity: str) -> None:
    network = random_network(kind, nonlinearity, seed=7)
    cell, unit, step = network["cell"], 2, 3
    tokens = [{"text": "word", "known": True}] * STEPS
    [equations] = shown_equations([[sent(network), unit, step, tokens]])
    texts = dict(equations)
    at = lambda array, t=step: float(array[t, unit])  # noqa: E731
    weighted = {"lstm": "ifgo", "gru": "rz", "rnn": "h"}[kind]
    expected = {
        k: [
            at(cell["word"][k]),
            at(cell["state"][k]),
            float(cell["bias_ih"][k][unit] + cell["bias_hh"][k][unit]),
        ]
        for k in weighted
    }
    gate = {k: at(v) for k, v in cell["records"].items()}
    if kind == "lstm":
        expected["c"] = [gate["f"], at(records(network, "c"), step - 1), gate["i"], gate["g"]]
        expected["h"] = [gate["o"], gate["c"]]
    if kind == "gru":
        expected["n"] = [at(cell["word"]["n"]), float(cell["bias_ih"]["n"][unit]), gate["r"],
                         at(cell["state"]["n"]), float(cell["bias_hh"]["n"][unit])]  # fmt: skip
        expected["h"] = [gate["z"], gate["n"], gate["z"], at(records(network, "h"), step - 1)]
    for letter, operands in expected.items():
        first = texts[letter].split("=")[0].replace(" ", "").removeprefix("(1−")
        shown = [number(x) for x in re.findall(r"(?:(?<=[(+·])|^|(?=−))−?\d+\.\d+", first)]
        assert np.allclose([float(x) for x in shown], operands, atol=5.1e-4), (letter, first, operands)


def test_before_the_first_word_there_is_nothing() -> None:
    network = random_network("lstm", "tanh", seed=3)
    [equations] = shown_equations([[sent(network), 0, 0, [{"text": "word", "known": True}]]])
    assert "·0.000" in dict(equations)["c"].replace("0.0000", "0.000").split("+")[0]


@pytest.mark.browser
def test_words_are_text_and_numbers_are_never_minus_zero(page: Any) -> None:
    network = random_network("gru", "tanh", seed=0)
    token = {"text": "<img src=x onerror=alert(1)>", "known": False}
    script = """([network, token, labels]) => {
      const root = document.getElementById("root");
      cellView(root, labels).show(network, 0, 0, [token]);
      return [...root.querySelectorAll(".rv-numbers")].map((line) => line.textContent);
    }"""
    labels = labels_of("en", "cell")
    drawn = page.evaluate(script, [sent(network), token, labels])
    assert "−0.000" not in str(drawn)
    assert drawn == [text for _, text in shown_equations([[sent(network), 0, 0, [token]]])[0]]  # Node's are the same
    assert page.evaluate("document.querySelectorAll('#root img').length") == 0
    assert page.evaluate("document.querySelector('.rv-word').textContent").startswith("<img src=x")


def test_arrays_are_decoded() -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3) / 7
    for source in [packed(array), packed(array.astype(np.float64)), array.tolist()]:
        shape, values = evaluate(
            SCRIPTS, ["decodeArray"], "a => { const d = decodeArray(a); return [d.shape, [...d.values]]; }", source
        )
        assert shape == [2, 3]
        assert np.allclose(values, array.ravel())


@pytest.mark.browser
def test_a_step_makes_no_node(page: Any) -> None:
    """Numbers and attributes change, and nothing else: a step is to be seen in the next frame."""
    script = """([network, tokens, labels]) => {
      const root = document.getElementById("root");
      const view = cellView(root, labels);
      view.show(network, 0, 0, tokens);
      const nodes = [...root.querySelectorAll("*")];
      for (let k = 0; k < 100; k++) view.show(network, k % 5, k % 6, tokens);
      const now = [...root.querySelectorAll("*")];
      return now.length === nodes.length && now.every((node, k) => node === nodes[k]);
    }"""
    labels = labels_of("ja", "cell")
    tokens = [{"text": "word", "known": True}] * STEPS
    assert page.evaluate(script, [sent(random_network("lstm", "tanh", seed=1)), tokens, labels])
