"""What the figures contain: rows, ranges, escaped text; not their pixels."""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import pkgutil
import pydoc
from types import SimpleNamespace

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz import figures
from rnnviz.figures import theme as themes
from rnnviz.figures.states import HIGH, LOW
from rnnviz.language import LANGUAGES, labels_of, labels_of_figures
from rnnviz.recurrence.trace import Trace
from scripts.serving import ROOT
from tests.drawn import plain

UNITS = {"rnn": 72, "lstm": 32, "gru": 36}
ROWS = {
    "rnn": ["hidden"],
    "lstm": ["hidden", "cell", "forget", "input", "candidate", "output"],
    "gru": ["hidden", "reset", "update", "candidate"],
}
TYPED = ("<b>bold</b>", "a&b", "$x$", "store", "store", "5", "日本", "x" * 400)


def trace(kind: str, tokens: tuple[str, ...] = TYPED) -> Trace:
    random = np.random.default_rng(1)

    def values(low: float, high: float) -> np.ndarray:
        return random.uniform(low, high, (len(tokens), UNITS[kind])).astype(np.float32)

    letters = {"rnn": "", "lstm": "ifgo", "gru": "rzn"}[kind]
    gates = {letter: values(-1 if letter in "gn" else 0, 1) for letter in letters}
    c = values(-3, 3) if kind == "lstm" else None
    return Trace(tokens, np.zeros((len(tokens), 1), np.float32), values(-1, 1), c, gates, None, kind)


def gradients(record: Trace, size: float = 1.0) -> SimpleNamespace:
    """Every step's norm is `size`."""
    d = np.full(record.h.shape, size / np.sqrt(record.h.shape[1]))
    return SimpleNamespace(dh=d, dc=None if record.c is None else d, of="logit")


def drawn(kind: str, size: float = 1.0, **options: object) -> dict:
    record = trace(kind)
    surprise = [None, *[2.5] * (len(record) - 1)]
    return plain(figures.states, record, gradients(record, size), surprise=surprise, **options)


def heatmaps(spec: dict) -> list[dict]:
    return [one for one in spec["data"] if one["type"] == "heatmap"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", UNITS)
def test_every_figure_is_valid_plotly(kind: str, theme: str) -> None:
    go.Figure(drawn(kind, theme=theme, scale=1.5))
    go.Figure(plain(figures.ask, {"RNN": np.zeros(8), "LSTM": np.ones(8)}, [True] * 8, TYPED, "food", theme=theme))
    runs = [{"network": "rnn", "seed": 0, "shipped": True, "words": [0, 4], "accuracy": [0.9, 0.1]}]
    go.Figure(plain(figures.lengths, runs, theme=theme))
    assert isinstance(figures.states(trace(kind), theme=theme), go.Figure)


@pytest.mark.parametrize("kind", UNITS)
def test_rows_share_the_token_axis_in_order(kind: str) -> None:
    spec = drawn(kind)
    rows = spec["layout"]["meta"]["rows"]
    assert [row["role"] for row in rows] == ["gradient", "surprise", *ROWS[kind]]
    assert {one.get("xaxis", "x") for one in spec["data"]} == {"x"}
    assert len({tuple(one["x"]) for one in spec["data"]}) == 1
    assert all(above["top"] + above["height"] < row["top"] for above, row in itertools.pairwise(rows))


@pytest.mark.parametrize("kind", UNITS)
def test_meta_says_where_plotly_puts_the_rows(kind: str) -> None:
    layout = drawn(kind)["layout"]
    inner = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    for k, row in enumerate(layout["meta"]["rows"]):
        bottom, top = layout["yaxis" if k == 0 else f"yaxis{k + 1}"]["domain"]
        assert (1 - top) * inner == pytest.approx(row["top"])
        assert (top - bottom) * inner == pytest.approx(row["height"])


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_a_unit_is_as_high_in_every_network(scale: float) -> None:
    heights = {}
    for kind, units in UNITS.items():
        meta = drawn(kind, scale=scale)["layout"]["meta"]
        heights[kind] = {row["height"] / units for row in meta["rows"] if row["kind"] == "heatmap"}
        assert heights[kind] == {meta["unit_px"]}
    assert heights["rnn"] == heights["lstm"] == heights["gru"]


def test_heatmaps_hold_the_true_values_on_fixed_scales() -> None:
    record = trace("lstm")
    order = figures.unit_order(record)
    hidden, cell, forget, *_ = heatmaps(plain(figures.states, record))
    np.testing.assert_array_equal(cell["z"], record.c[:, order].T)
    assert np.abs(cell["z"]).max() > 1  # the colour ends at 1, the number does not
    assert (hidden["zmin"], hidden["zmax"]) == (cell["zmin"], cell["zmax"]) == (-1, 1)
    assert (forget["zmin"], forget["zmax"]) == (0, 1)
    assert forget["y"] == [str(unit) for unit in order]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_zero_is_the_ground(theme: str) -> None:
    ground = themes.THEMES[theme].ground
    assert [0.5, ground] in themes.diverging(theme)
    assert themes.sequential(theme, "forget")[0] == [0.0, ground]
    assert drawn("rnn", theme=theme)["layout"]["plot_bgcolor"] == ground


def test_units_are_ordered_by_what_they_hold() -> None:
    for kind, held in (("lstm", "f"), ("gru", "z")):
        record = trace(kind)
        assert (np.diff(record.gates[held].mean(0)[figures.unit_order(record)]) <= 0).all()
    record = trace("rnn")
    assert (np.diff(np.abs(record.h).mean(0)[figures.unit_order(record)]) <= 0).all()


@pytest.mark.parametrize("size", [0.0, 1e-30, 1e-3, 1.0, 1e9, np.inf])
@pytest.mark.parametrize("kind", ["rnn", "lstm"])
def test_the_gradient_axis_is_absolute(kind: str, size: float) -> None:
    spec = drawn(kind, size)
    axis = spec["layout"]["yaxis"]
    assert axis["type"] == "log"
    assert axis == drawn("gru")["layout"]["yaxis"] | {"domain": axis["domain"]}
    lines = [one for one in spec["data"] if one["type"] == "scatter"]
    assert len(lines) == (2 if kind == "lstm" else 1)
    for line in lines:
        assert line["y"].min() >= 10.0**LOW
        assert line["y"].max() <= 10.0**HIGH
        np.testing.assert_allclose(line["customdata"], size)
        off = not 10.0**LOW <= size <= 10.0**HIGH
        symbols = line["marker"]["symbol"]
        assert all(symbol.endswith("-open") for symbol in symbols) if off else isinstance(symbols, str)
    if kind == "lstm":  # told apart without colour
        assert lines[0]["line"]["dash"] != lines[1]["line"]["dash"]


def test_what_is_typed_is_shown_as_typed() -> None:
    specs = [drawn("lstm"), plain(figures.ask, {"<i>net</i>": np.zeros(8)}, [True] * 8, TYPED, "<u>", title=True)]
    for spec in specs:
        written = figures.as_json(spec).decode()
        for raw in ("<b>bold", "<i>", "<u>", "a&b", "$"):
            assert raw not in written
        assert "&lt;b&gt;bold" in written
        assert "&#36;x&#36;" in written
    names = specs[0]["data"][0]["x"]
    assert len(set(names)) == len(names)
    assert not any(name.isdigit() for name in names)
    assert max(map(len, specs[0]["layout"]["xaxis"]["ticktext"])) < 40


@pytest.mark.parametrize("steps", [1, 2, 26, 80, 200])
def test_token_labels_are_thinned_and_keep_both_ends(steps: int) -> None:
    record = trace("rnn", tuple(f"w{step}" for step in range(steps)))
    axis = plain(figures.states, record)["layout"]["xaxis"]
    assert len(axis["tickvals"]) <= 26
    assert (axis["tickvals"][0], axis["tickvals"][-1]) == (0, steps - 1)
    assert axis["range"] == [-0.5, steps - 0.5]
    assert axis["fixedrange"]


def test_ask_marks_where_a_sentence_cannot_end() -> None:
    spec = plain(figures.ask, {"RNN": np.linspace(0, 1, 8), "LSTM": np.ones(8)}, [True, False] * 4, TYPED, "food")
    ground = themes.THEMES["light"].ground
    _, rnn, lstm = spec["data"]
    assert [colour == ground for colour in rnn["marker"]["color"]] == [False, True] * 4
    assert rnn["line"]["dash"] != lstm["line"]["dash"]
    assert rnn["marker"]["symbol"] != lstm["marker"]["symbol"]
    assert spec["layout"]["yaxis"]["range"] == [0, 1]
    assert spec["data"][0]["y"] == [0.1] * 8
    assert {"<b>RNN</b>", "<b>LSTM</b>"} == {note["text"] for note in spec["layout"]["annotations"]}


def test_lengths_shows_every_seed() -> None:
    runs = [
        {"network": network, "seed": seed, "shipped": seed == 2, "words": [0, 30], "accuracy": [1.0, seed / 5]}
        for network in ("rnn", "rnn-orthogonal", "lstm", "gru")
        for seed in range(5)
    ]
    spec = plain(figures.lengths, runs)
    for panel in ("", "2", "3", "4"):
        lines = [one for one in spec["data"] if one["xaxis"] == f"x{panel}"][1:]
        assert len(lines) == 5
        assert [line["mode"] for line in lines] == ["lines"] * 4 + ["lines+markers"]
        assert lines[-1]["y"] == [1.0, 0.4]
        assert spec["layout"][f"yaxis{panel}"]["range"] == spec["layout"]["yaxis"]["range"]


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_are_legible(theme: str) -> None:
    look = themes.THEMES[theme]
    for role, colour in look.roles.items():
        assert contrast(colour.line, look.ground) >= 3, role
        assert contrast(colour.text, look.ground) >= 4.5, role
        assert f"--rv-{role}: {colour.line};" in themes.css(theme)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_labels_of_both_languages_fit(language: str) -> None:
    labels = labels_of_figures(language, "figures")
    assert labels.keys() == figures.english().keys()
    for kind in UNITS:
        drawn(kind, labels=labels)
    for size in (1.0, 1.5):
        plain(figures.ask, {"RNN": np.ones(8)}, [True] * 8, TYPED, None, labels=labels, scale=size, title=True)


# --- one name a figure, one look -----------------------------------------------------------------------------------


def made() -> dict[str, figures.Figure]:
    """Every figure in rnnviz/figures, by its name."""
    names = (module.name for module in pkgutil.iter_modules(figures.__path__))
    modules = [importlib.import_module(f"rnnviz.figures.{name}") for name in names]
    return {name: one for module in modules for name, one in vars(module).items() if hasattr(one, "spec")}


def test_every_figure_is_offered_under_its_one_name() -> None:
    offered = {name for name in figures.__all__ if hasattr(getattr(figures, name), "spec")}
    assert made().keys() == offered
    assert len(offered) >= 29
    assert not [name for name in figures.__all__ if name.endswith("_spec")]


@pytest.mark.parametrize("name", sorted(made()))
def test_help_says_what_a_figure_takes(name: str) -> None:
    drawing = getattr(figures, name)
    said = pydoc.render_doc(drawing, renderer=pydoc.plaintext)
    assert said.splitlines()[2].startswith(f"{name}(")
    assert "labels: 'Labels | None' = None, theme: 'str' = 'light', scale: 'float' = 1.0) -> 'go.Figure'" in said
    assert "look" not in inspect.signature(drawing).parameters
    assert (drawing.__doc__ or "").strip()
    for language in LANGUAGES:
        assert labels_of(language, drawing.section)


def test_a_figure_called_is_what_it_is_for_a_page() -> None:
    japanese = labels_of("ja", "gates_figures")
    called = figures.forgetting(2.0, labels=japanese, theme="dark", scale=1.5)
    assert isinstance(called, go.Figure)
    wanted = figures.forgetting.spec(2.0, look=figures.Look(japanese, "dark", 1.5))
    assert called.to_json() == go.Figure(wanted, _validate=False).to_json()
    assert figures.forgetting(2.0).to_json() == go.Figure(plain(figures.forgetting, 2.0), _validate=False).to_json()
    with pytest.raises(TypeError, match="positional"):
        figures.states(trace("rnn"), None, japanese)  # labels have a name: they are never taken for something else


def test_a_look_is_handed_on_whole() -> None:
    """Nothing takes a theme beside a scale but the call of a figure, and a page's `View`."""
    found = []
    for file in sorted((ROOT / "rnnviz").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                given = {one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
                found += [(file.stem, node.name)] * ({"theme", "scale"} <= given)
    assert found == [("base", "__call__"), ("base", "drawn"), ("writer", "pack")]
