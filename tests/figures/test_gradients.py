"""The figures of the Gradients page: true numbers, axes that never rescale, and overflow shown as what it is."""

from __future__ import annotations

import json
import re

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz import figures
from rnnviz.figures import theme as themes
from rnnviz.figures.gradients import HIGH, LOW, PART, recent, round_steps
from rnnviz.figures.through_time import outline
from rnnviz.language import labels_of_figures
from rnnviz.numbers import three_digits
from rnnviz.recurrence import spectra
from rnnviz.recurrence.bptt import backpropagate
from rnnviz.recurrence.fresh import fresh_weights, random_sequence
from rnnviz.recurrence.trace import trace_cell
from tests.drawn import plain

KINDS = ("rnn", "lstm", "gru")
TYPED = ("<b>bold</b>", "a&b", "$x$", "store", "store", "5", "日本", "x" * 400)
SETTINGS = {
    "plain": {},
    "vanishing": {"scale": 0.3},
    "zero": {"scale": 0.0},
    "exploding": {"activation": "relu", "start": "orthogonal", "scale": 5.0},
    "overflowing": {"activation": "relu", "scale": 1e3},
}


def labels_in(language: str) -> dict[str, str]:
    return labels_of_figures(language, "gradients_figures")


def records(kind: str, length: int = 12, tokens: tuple[str, ...] | None = None, at: str = "last", **settings):
    activation = settings.pop("activation", "tanh")
    w = fresh_weights(kind, 8, 4, activation, **settings)
    trace = trace_cell(kind, activation, random_sequence(length, 4, 0), w, tokens)
    return trace, backpropagate(trace, at=at)


def drawn(kind: str, length: int = 12, tokens: tuple[str, ...] | None = None, at: str = "last", look=None, **settings):
    """Every figure of the page for one network, by name."""
    trace, gradients = records(kind, length, tokens, at, **settings)
    look = look or {}
    found = {
        "norms": plain(figures.norms, trace, gradients, spectra.references(trace, gradients, at), **look),
        "map": plain(figures.gradient_map, trace, gradients, **look),
        "survival": plain(figures.survival, *spectra.survival(trace), **look),
        "eigen": plain(figures.eigen, spectra.eigenvalues(trace), **look),
        "shares": plain(figures.shares, trace, gradients, **look),
        "saliency": plain(figures.saliency, trace, gradients, **look),
        "saturation": plain(figures.saturation, spectra.saturation(trace), **look),
    }
    if kind == "lstm":
        found["map_c"] = plain(figures.gradient_map, trace, gradients, "c", **look)
    return found


def lines(spec):
    return [one for one in spec["data"] if one["type"] == "scatter" and "markers" in one["mode"]]


def said(spec) -> str:
    return spec["layout"]["annotations"][0]["text"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("length", [1, 2, 60])
def test_every_figure_is_valid_and_can_be_sent(kind, setting, length):
    for theme, language, scale in (("light", "en", 1.0), ("dark", "ja", 1.5)):
        look = {"theme": theme, "labels": labels_in(language), "scale": scale}
        for spec in drawn(kind, length, look=look, **SETTINGS[setting]).values():
            go.Figure(spec)
            sent = json.loads(figures.as_json(spec))
            assert sent["layout"]["height"] > 0
            assert sent["layout"]["plot_bgcolor"] == themes.THEMES[theme].ground


def test_as_figures():
    trace, gradients = records("lstm")
    for figure in (figures.norms(trace, gradients), figures.gradient_map(trace, gradients)):
        assert isinstance(figure, go.Figure)


@pytest.mark.parametrize("kind", KINDS)
def test_the_axes_of_sizes_never_rescale(kind):
    """Ten steps or two hundred, vanished or exploded: the same axis, the same colours, the same height."""
    first = drawn(kind, 10)
    for setting in SETTINGS.values():
        for length in (10, 200):
            other = drawn(kind, length, **setting)
            for name in ("norms", "shares", "survival"):
                assert other[name]["layout"]["yaxis"] == first[name]["layout"]["yaxis"]
            assert other["survival"]["layout"]["xaxis"] == first["survival"]["layout"]["xaxis"]
            for name in ("map", "saliency"):
                ours, theirs = first[name]["data"][0], other[name]["data"][0]
                assert [ours[key] for key in ("zmin", "zmax", "colorscale")] == [
                    theirs[key] for key in ("zmin", "zmax", "colorscale")
                ]
            for name, spec in other.items():
                assert spec["layout"]["height"] == first[name]["layout"]["height"], name
    assert first["norms"]["layout"]["yaxis"]["range"] == [LOW - 0.5, HIGH + 0.5]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("length", [10, 200])
def test_norms_are_drawn_as_they_are(kind, setting, length):
    trace, gradients = records(kind, length, **SETTINGS[setting])
    curves = lines(plain(figures.norms, trace, gradients, spectra.references(trace, gradients)))
    wanted = [gradients.norms] + ([] if kind != "lstm" else [gradients.norms_c])
    assert len(curves) == len(wanted)
    for one, norms in zip(curves, wanted, strict=True):
        np.testing.assert_array_equal(one["customdata"], norms)
        inside = (norms >= 10.0**LOW) & (norms <= 10.0**HIGH)
        np.testing.assert_array_equal(one["y"][inside], norms[inside])
        assert (one["y"][norms < 10.0**LOW] == 10.0**LOW).all()
        assert (one["y"][~(norms <= 10.0**HIGH)] == 10.0**HIGH).all()
        symbols = one["marker"]["symbol"]
        symbols = [symbols] * length if isinstance(symbols, str) else symbols
        for symbol, norm, fits in zip(symbols, norms, inside, strict=True):
            assert symbol.endswith("-open") == bool(np.isfinite(norm) and not fits)
            assert (symbol == "x") == (not np.isfinite(norm))
        off = ~inside
        sizes = np.array(one["marker"]["size"])
        if off.any() and not inside.any():
            assert (sizes[off] > 0).any(), "some hollow marks or crosses are always seen"
    if kind == "lstm":  # told apart without colour
        assert curves[0]["line"]["dash"] != curves[1]["line"]["dash"]
        assert curves[0]["marker"]["symbol"] != curves[1]["marker"]["symbol"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_overflow_is_said_in_words(language):
    labels = labels_in(language)
    trace, gradients = records("rnn", 200, **SETTINGS["overflowing"])
    last = int(np.flatnonzero(~np.isfinite(gradients.norms))[-1]) + 1
    assert labels["overflow"].format(step=last) in said(plain(figures.norms, trace, gradients, labels=labels))
    assert labels["overflow_share"] in said(plain(figures.shares, trace, gradients, labels=labels))
    assert labels["overflow_survival"] in said(plain(figures.survival, *spectra.survival(trace), labels=labels))
    map_ = plain(figures.gradient_map, trace, gradients, labels=labels)
    assert labels["beyond"] in map_["data"][1]["hovertemplate"]
    for name, spec in drawn("rnn", 10).items():
        assert len(spec["data"]) == 1 or name not in ("map", "saliency")


@pytest.mark.parametrize("at", ["last", "every"])
def test_references_are_dashed_and_named(at):
    for kind, name in (("rnn", "bound"), ("lstm", "f"), ("gru", "z")):
        trace, gradients = records(kind, at=at)
        (reference,) = spectra.references(trace, gradients, at).values()
        spec = plain(figures.norms, trace, gradients, {name: reference})
        line = next(one for one in spec["data"] if one["mode"] == "lines")
        assert line["line"]["dash"] == "dash"
        np.testing.assert_array_equal(line["y"], reference.norms)
        number = reference.norms[0] / reference.norms[-1] if reference.rate is None else reference.rate
        assert three_digits(number) in said(spec)
        assert (reference.rate is None) == (kind != "rnn")


@pytest.mark.parametrize("part", ["h", "c"])
def test_the_map_holds_powers_of_ten_below_the_diagonal(part):
    trace, gradients = records("lstm", 30)
    spec = plain(figures.gradient_map, trace, gradients, part)
    (one,) = spec["data"]
    values = gradients.through_time if part == "h" else gradients.through_time_c
    low = np.tril_indices(30)
    np.testing.assert_allclose(10.0 ** one["z"][low].astype(float), values[low], rtol=1e-4)
    assert np.isnan(one["z"][np.triu_indices(30, 1)]).all()
    y = spec["layout"]["yaxis"]
    assert y["range"] == [30.5, 0.5], "the loss's steps go down"
    assert spec["layout"]["xaxis"]["range"] == [0.5, 30.5]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_map_explains_its_cells(language):
    labels = labels_in(language)
    for tokens in (None, TYPED):
        trace, gradients = records("lstm", 8, tokens)
        texts = {}
        for part in "hc":
            explain = plain(figures.gradient_map, trace, gradients, part, labels=labels)["layout"]["meta"]["explain"]
            filling = {"later": "L", "earlier": "E", "steps": 3, "value": "V"}
            texts[part] = explain["template"].format(**filling)
            assert {"L", "E", "3", "V"} <= set(texts[part])
            assert labels[f"state_{part}"] in texts[part]
            explain["none"].format(**filling)
            assert explain["tokens"] == (list(TYPED) if tokens else [str(t) for t in range(1, 9)])
            assert explain["log10"]
        assert texts["h"] != texts["c"]


def test_infinite_cells_are_sent_as_such_and_drawn_in_ink():
    trace, gradients = records("rnn", 150, **SETTINGS["overflowing"])
    base, over = plain(figures.gradient_map, trace, gradients)["data"]
    beyond = np.tril(~np.isfinite(gradients.through_time))
    assert beyond.any()
    np.testing.assert_array_equal(np.isposinf(base["z"]), beyond)
    np.testing.assert_array_equal(over["z"] == 1, beyond)
    ink = themes.line("light", "ink")
    assert over["colorscale"] == [[0, ink], [1, ink]]
    assert base["colorscale"][-1] == [1.0, ink], "what is off the scale goes on from its end"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_step_of_colour_for_each_power_of_ten(theme):
    """A size is looked up as Plotly does: all of one power of ten has one colour, the next power has another."""
    (heat,) = drawn("rnn", look={"theme": theme})["map"]["data"]
    low, high, scale = (heat[name] for name in ("zmin", "zmax", "colorscale"))
    places = [place for place, _ in scale]

    def colour(power):
        at = float(np.clip((power - low) / (high - low), 0, 1))
        k = max(k for k, place in enumerate(places) if place <= at)
        assert scale[k][1] == scale[min(k + 1, len(scale) - 1)][1] or at == places[k]
        return scale[k][1]

    steps = [{colour(power + inside) for inside in (0.01, 0.3, 0.6, 0.99)} for power in range(-12, 2)]
    assert all(len(one) == 1 for one in steps)
    assert len(set.union(*steps)) == 14
    assert colour(-12.01) == colour(-40) == themes.THEMES[theme].ground
    assert colour(2.01) == colour(40) == themes.line(theme, "ink")


# What people see whose eyes lack one kind of cones, in linear RGB: Machado, Oliveira & Fernandes (2009), severity 1.
EYES = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour, eyes):
    """CIE L*a*b* of a colour, as these eyes see it."""
    rgb = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = XYZ @ np.clip(EYES[eyes] @ linear, 0, 1) / (0.9505, 1, 1.089)
    x, y, z = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("count", [10, 16], ids=["cliff", "map"])
def test_everybody_tells_a_power_of_ten_from_the_next(count, theme, eyes):
    seen = [lab(colour, eyes) for colour in themes.decades(theme, count)]
    steps = np.diff(seen, axis=0)
    assert np.linalg.norm(steps, axis=1).min() > 5, "two neighbours look alike: 2.3 is just noticeable"
    lighter = steps[:, 0] * (1 if theme == "dark" else -1)
    assert (lighter > 2).all(), "further from the ground, step by step, so that it can be read in grey"


def test_a_map_over_four_powers_of_ten_shows_more_than_one_hue():
    """What a trained network's map spans, from 10⁻⁴ to 1: far more than shades of one colour."""
    for theme in ("light", "dark"):
        colours = themes.decades(theme, 16)[9:13]
        first, *_, last = (np.degrees(np.arctan2(b, a)) for _, a, b in (lab(colour, "normal") for colour in colours))
        assert abs((last - first + 180) % 360 - 180) > 60


@pytest.mark.parametrize("tokens", [None, TYPED])
def test_lines_stand_between_cells_on_two_sides_of_a_power_of_ten(tokens):
    trace, gradients = records("rnn", 8, tokens, scale=0.3)
    spec = plain(figures.gradient_map, trace, gradients)
    values, first = gradients.through_time, 0 if tokens else 1
    wanted = set()
    for power in (-8, -4, 0):
        for t in range(8):
            for s in range(t + 1):
                for later, earlier in ((t + 1, s), (t, s + 1)):  # the neighbours below and to the right
                    inside = later < 8 and earlier <= later
                    if inside and (values[t, s] >= 10.0**power) != (values[later, earlier] >= 10.0**power):
                        wanted.add(((t + later) / 2 + first, (s + earlier) / 2 + first))
    found = set()
    for line in spec["layout"]["shapes"]:
        for x, y, way, end in re.findall(r"M([-\d.]+),([-\d.]+)([HV])([-\d.]+)", line["path"]):
            x, y, end = float(x), float(y), float(end)
            for k in range(round(end - (x if way == "H" else y))):
                found.add((y, x + k + 0.5) if way == "H" else (y + k + 0.5, x))
    assert found == wanted
    assert found


def test_a_speckled_map_has_no_lines():
    assert outline(np.random.default_rng(0).random((200, 200)) > 0.5, 1) == ""
    assert outline(np.zeros((1, 1), bool), 1) == outline(np.ones((5, 5), bool), 1) == ""


def test_survival_draws_every_known_value_and_counts():
    trace, _ = records("lstm", 40)
    ks, values = spectra.survival(trace)
    thin, largest = plain(figures.survival, ks, values)["data"]
    drawn_values = thin["y"][np.isfinite(thin["y"])]
    np.testing.assert_array_equal(np.sort(drawn_values), np.sort(values[np.isfinite(values) & (values > 0)]))
    np.testing.assert_array_equal(largest["customdata"], values[:, 0])
    assert (np.diff(largest["x"]) > 0).all()
    kept = sum(value >= 0.01 for value in values[-1])
    assert figures.english("gradients_figures")["survive"].format(kept=kept, all=16, steps=39, percent=1) in said(
        plain(figures.survival, ks, values)
    )


@pytest.mark.parametrize(("scale", "reach"), [(0.0, 1.5), (1.0, 1.5), (1.45, 3), (5.0, 6), (650.0, 768)])
def test_the_plane_holds_all_eigenvalues(scale, reach):
    trace, _ = records("lstm", 2, start="orthogonal", scale=scale)
    values = spectra.eigenvalues(trace)
    spec = plain(figures.eigen, values)
    assert spec["layout"]["xaxis"]["range"] == [-reach, reach]
    assert spec["layout"]["yaxis"]["scaleanchor"] == "x"
    (circle,) = spec["layout"]["shapes"]
    assert [circle[edge] for edge in ("x0", "x1", "y0", "y1")] == [-1, 1, -1, 1]
    for one, found in zip(spec["data"], values.values(), strict=True):
        np.testing.assert_array_equal(one["x"] + 1j * one["y"], found)
    assert len({one["marker"]["symbol"] for one in spec["data"]}) == 4
    assert plain(figures.eigen, values, reach=50.0)["layout"]["xaxis"]["range"] == [-50, 50]


def test_shares_are_the_weights_of_the_record():
    for kind in KINDS:
        trace, gradients = records(kind, 20)
        curves = lines(plain(figures.shares, trace, gradients))
        for name, one in zip(("weight_ih", "weight_hh", "bias_hh"), curves, strict=True):
            np.testing.assert_array_equal(one["customdata"], gradients.weights[name])
        assert np.isnan(curves[1]["y"][0]), "no state before the first step"
        assert len({one["line"]["dash"] for one in curves}) == 3


def test_recent_counts_the_last_steps():
    random = np.random.default_rng(0)
    for _ in range(50):
        shares = random.exponential(size=random.integers(1, 30)) ** 4
        k = next(k for k in range(1, len(shares) + 1) if shares[-k:].sum() >= PART * shares.sum() * (1 - 1e-12))
        assert recent(shares) == k
    assert recent(np.array([0.0, 0.0])) == 0
    assert recent(np.array([np.inf, 1.0])) is None
    assert recent(np.array([1.0, np.nan])) is None


def test_saliency_is_the_gradient_in_the_words():
    trace, gradients = records("gru", 8, TYPED)
    (row,) = plain(figures.saliency, trace, gradients)["data"]
    np.testing.assert_allclose(10 ** row["z"][0], np.linalg.norm(gradients.dx, axis=1))
    assert len(row["text"][0]) == 8
    for setting, end in (("zero", -13), ("overflowing", 3)):
        (row,) = plain(figures.saliency, *records("rnn", 100, **SETTINGS[setting]))["data"]
        assert row["z"][0, 0] == end


def test_saturation_draws_the_shares():
    trace, _ = records("lstm", 40, scale=40.0)
    shares = spectra.saturation(trace)
    _, *marks = plain(figures.saturation, shares)["data"]
    for one, (low, high) in zip(marks, shares.values(), strict=True):
        np.testing.assert_array_equal(one["x"], low)
        np.testing.assert_array_equal(one["y"], high)
    relu = plain(figures.saturation, spectra.saturation(records("rnn", 9, activation="relu")[0]))
    assert (relu["data"][1]["y"] == 0).all()
    english = figures.english("gradients_figures")
    assert relu["layout"]["xaxis"]["title"]["text"] == english["low_relu"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_typed_is_shown_as_typed(kind):
    for name, spec in drawn(kind, 8, TYPED).items():
        meta = spec["layout"].pop("meta", None)  # there the words are set as text, not as HTML
        written = figures.as_json(spec).decode()
        for raw in ("<b>bold", "$x", "a&b"):
            assert raw not in written, name
        if name in ("norms", "map", "shares", "saliency"):
            assert "&lt;b&gt;bold" in written
            assert "&#36;x&#36;" in written
        assert meta is None or meta["explain"]["tokens"] == list(TYPED)


@pytest.mark.parametrize("steps", [1, 2, 5, 9, 10, 26, 80, 199, 200])
def test_steps_are_numbered_from_one(steps):
    trace, gradients = records("rnn", steps)
    spec = plain(figures.norms, trace, gradients)
    axis = spec["layout"]["xaxis"]
    np.testing.assert_array_equal(spec["data"][0]["x"], np.arange(1, steps + 1))
    assert axis["range"] == [0.5, steps + 0.5]
    assert axis["tickvals"][0] == 1
    assert len(round_steps(steps)) <= 7
    assert max(round_steps(steps)) <= steps


def test_both_languages_have_labels_for_every_figure():
    assert labels_in("en").keys() == labels_in("ja").keys()
    assert labels_in("en") == figures.english("gradients_figures")
