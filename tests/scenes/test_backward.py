"""What the pages Gradients and Clipping send: against autograd over unrolled cells, and at the ends of all sliders."""

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnnviz import figures
from rnnviz.language import translate
from rnnviz.recurrence import cliff, clipping
from rnnviz.recurrence.fresh import fresh_weights, random_sequence
from rnnviz.scenes import clipping as clipping_scene
from rnnviz.scenes.clipping import DESCENT, clipped_board, descents_board, vanishing
from rnnviz.scenes.gradients import INPUTS, KINDS, Source, forth_and_back, gradients_board
from rnnviz.scenes.readings import in_language, tracing_network
from rnnviz.scenes.writer import View, Writer
from rnnviz.tasks.errands import THINGS, things
from rnnviz.text import tokenize, vocabulary
from rnnviz.ui.keys import KEYS, LADDER
from tests.modules import unrolled_cell

# The shape checker looks at one item of a tuple, drawn by `random`; Hypothesis takes that for a strategy's own doing.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")
ALICE = tokenize("Starving, Alice drives to the nearest store to buy")
LIGHT = View("en", "light", 1.0)
RANDOM = ["norms", "map", "map_c", "survival", "eigen", "shares", "saturation"]
WORDS = ["norms_word", "saliency", *RANDOM[1:]]
ENDLESS = Source(length=400, activation="relu", start="identity", scale=5.0)
"""5⁴⁰⁰ is beyond float64 twice over. No slider of the page goes that far."""
FAR = replace(ENDLESS, length=200)
"""As far as the sliders go."""

views = st.builds(View, st.sampled_from(["en", "ja"]), st.sampled_from(["light", "dark"]), st.sampled_from([1.0, 1.5]))
randoms = st.builds(
    Source,
    length=st.one_of(st.integers(2, 24), st.integers(2, 24), st.integers(2, 24), st.sampled_from([60, 200])),
    units=st.sampled_from([16, 32]),
    scale=st.sampled_from([0.0, 0.3, 1.0, 2.0, 5.0]),
    forget=st.sampled_from([-3.0, 0.0, 1.5, 6.0]),
    activation=st.sampled_from(["tanh", "relu", "logistic"]),
    start=st.sampled_from(["default", "orthogonal", "identity"]),
    seed=st.integers(0, 99),
    at=st.sampled_from(["last", "every"]),
)


def calm(source):
    """Short enough for a chaotic network (scale 5) not to make different rounding visible."""
    return source.length <= (12 if source.scale > 2 else 24)


texts = st.lists(
    st.sampled_from([*dict.fromkeys(ALICE), "zzxqy", "<b>", "$x$", "*", "{0}", "お腹"]), min_size=1, max_size=9
)
sentences = st.builds(
    Source,
    tokens=texts.map(tuple),
    trained=st.booleans(),
    at=st.sampled_from(["last", "every"]),
    asked=st.sampled_from(["food", "candles"]),
)
sources = st.one_of(randoms, randoms, sentences)


def sections(board):
    return json.loads(board.payload)["sections"]


def decoded(block):
    kind = {"f4": np.float32, "f8": np.float64}[block["dtype"]]
    shape = [int(n) for n in str(block.get("shape", "-1")).split(",")]
    return np.frombuffer(base64.b64decode(block["bdata"]), kind).reshape(shape)


def figures_of(section):
    return {one["id"]: one["figure"] for one in section["figures"]}


def told(section, page, language, part="title"):
    """What stands in a section's title (or text) in the place of each field of its label."""
    names = []

    def field(found):
        names.append(found[1])
        return f"(?P={found[1]})" if found[1] in names[:-1] else f"(?P<{found[1]}>.*?)"

    label = re.escape(translate(language, f"{page}.{section['id']}.{part}").replace("*", ""))
    shown = section["title"] if part == "title" else "".join(run for run, _ in section["text"])
    found = re.fullmatch(re.sub(r"\\\{(\w+)\\\}", field, label), shown)
    assert found, shown
    return found.groupdict()


def as_number(text):
    """A number as the page writes it: 0.0121, 1,404, 1.2×10⁻⁷, ∞."""
    digits = text.replace("−", "-").replace(",", "").replace("∞", "inf")
    mantissa, _, power = digits.partition("×10")
    return float(f"{mantissa}e{power.translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789'))}" if power else mantissa)


def assert_says(text, wanted):
    """Two or three digits of it; a NaN is said to be none."""
    assert as_number(text) == pytest.approx(wanted, rel=0.051, nan_ok=True)


def autograd(kind, source):
    """∂L/∂h_t and ∂L/∂c_t of every step `(T, H)`, and ∂L/∂w of every parameter: an unrolled cell in plain torch."""
    if source.tokens:
        net = tracing_network(in_language(kind, source.tokens), source.trained)
        table = vocabulary(net.reads)
        rows = torch.tensor(table.vectors)[[table.index(token) for token in source.tokens]]
        inputs = net.projection(rows.to(net.projection.weight.dtype)).detach().double().numpy()
        made = {n.removesuffix("_l0"): p.detach().double().numpy() for n, p in net.body.named_parameters()}
        word = net.words.index(things(net.reads)[THINGS.index(source.asked)])
        out, bias = (p.detach().double()[word] for p in (net.readout.weight, net.readout.bias))
    else:
        inputs = random_sequence(source.length, INPUTS, source.seed)
        options = {"activation": source.activation, "start": source.start, "scale": source.scale}
        made = fresh_weights(kind, source.units, INPUTS, forget_bias=source.forget, seed=source.seed, **options)
    w, states = unrolled_cell(kind, source.activation, made, inputs)
    losses = [h[0] @ out + bias if source.tokens else h.square().sum() / 2 for h, *_ in states]
    asked = losses[-1] if source.at == "last" else sum(losses)
    parts = [part for step in states for part in step]
    found = torch.autograd.grad(asked, [*parts, *w.values()], allow_unused=True, materialize_grads=True)
    rows = torch.cat(found[: len(parts)]).numpy().reshape(len(states), len(states[0]), -1)
    h, c = rows[:, 0], rows[:, 1] if kind == "lstm" else None
    return h, c, dict(zip(w, found[len(parts) :], strict=True))


def norms_of(rows):
    largest = max(float(np.abs(rows).max()), 1e-300)
    return largest * np.linalg.norm(rows / largest, axis=1)


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(sources, views)
@example(Source(length=2, scale=0.0), LIGHT)
@example(FAR, LIGHT)
@example(ENDLESS, View("ja", "dark", 1.5))
def test_the_gradients_page_stands_whatever_is_set(source, view):
    board = gradients_board(source, view)
    shown = sections(board)
    first, *others = WORDS if source.tokens else RANDOM
    first = "norms_every" if source.at == "every" else first
    assert [section["id"] for section in shown] == [first, *others]
    for section in shown:
        wanted = ["h", "c"] if section["id"] == "map_c" else list(KINDS)
        assert list(figures_of(section)) == wanted
        words = [section["title"], *(run for run, _ in section["text"]), *(one["label"] for one in section["figures"])]
        typed = [token for token in source.tokens if re.search(r"\{\w+\}", token)]  # is shown as it is
        assert not any(re.search(r"\{\w+\}|^\s*$", word) for word in words if not any(one in word for one in typed))
    # What is drawn as overflow is said to be one, and nothing else is.
    tables, norms = (figures_of(next(s for s in shown if s["id"].startswith(id))) for id in ("map", "norms"))
    curves = {
        kind: [decoded(one["customdata"]) for one in norms[kind]["data"] if "customdata" in one] for kind in KINDS
    }
    drawn = {kind for kind in KINDS if len(tables[kind]["data"]) > 1 or not np.isfinite(curves[kind]).all()}
    assert drawn == set(board.overflowing)


@settings(deadline=None, max_examples=25)
@given(randoms.filter(calm))
@example(Source(length=2, scale=0.0))
@example(Source(length=60, activation="relu", start="identity", scale=5.0))
@example(Source(length=30, forget=6.0, at="every"))
def test_all_norms_are_autograds(source):
    check_against_autograd(source, 1e-5)


@settings(deadline=None, max_examples=10)
@given(sentences)
def test_all_norms_of_a_sentence_are_autograds(source):
    check_against_autograd(source, 1e-5)


def check_against_autograd(source, close):
    first, *_, shares, _ = shown = sections(gradients_board(source, LIGHT))
    title, tables = told(first, "gradients", "en"), next(s for s in shown if s["id"] == "map")
    for kind in KINDS:
        h, c, parameters = autograd(kind, source)
        drawn = [decoded(one["customdata"]) for one in figures_of(first)[kind]["data"] if "customdata" in one]
        wanted = [norms_of(rows) for rows in (h, c) if rows is not None]
        for mine, theirs in zip(drawn, wanted, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=close, atol=1e-30)
        if wanted[0][-1] > 1e-20:  # all are compared in h, and c is named as such
            assert_says(title[kind], wanted[0][0] / wanted[0][-1])
        if c is not None and wanted[1][-1] > 1e-20:
            assert_says(told(first, "gradients", "en", "text")[f"{kind}_c"], wanted[1][0] / wanted[1][-1])
        if source.at == "last":  # the last row of the map is this loss
            row = decoded(figures_of(tables)[kind]["data"][0]["z"])[-1]
            seen = wanted[0] > 1e-25
            np.testing.assert_allclose(row[seen], np.log10(wanted[0][seen]), atol=close + 1e-5)
        # The bias' gradient is the sum of the steps' shares, so it is no longer than their lengths together.
        share = decoded(next(o for o in figures_of(shares)[kind]["data"] if o["marker"]["symbol"] != "circle")["y"])
        assert len(share) == len(h)
        mine = forth_and_back(kind, source).gradients.parameters
        size = max(float(p.abs().max()) for p in parameters.values())
        for name, theirs in parameters.items():
            np.testing.assert_allclose(mine[name], theirs.numpy(), rtol=close, atol=close * size)


def test_what_explodes_is_named_and_all_else_is_still_drawn():
    board = gradients_board(ENDLESS, LIGHT)
    assert board.overflowing[0] == "rnn"
    assert "gru" not in board.overflowing
    norms = figures_of(sections(board)[0])
    assert "overflow" in norms["rnn"]["layout"]["annotations"][0]["text"]
    assert "overflow" not in norms["gru"]["layout"]["annotations"][0]["text"]
    clipped = clipped_board(ENDLESS, "rnn", "norm", 1.0, LIGHT)
    assert clipped.overflowing == ("rnn",)
    assert len(sections(clipped)) == 3


def test_weights_of_zero_let_nothing_through_but_what_a_gate_carries():
    first, *_ = shown = sections(gradients_board(Source(length=30, scale=0.0, forget=6.0), LIGHT))
    title, text = told(first, "gradients", "en"), told(first, "gradients", "en", "text")
    assert as_number(title["rnn"]) == as_number(title["lstm"]) == 0  # an LSTM's h goes on through the weights alone
    assert min(as_number(text["lstm_c"]), as_number(title["gru"])) > 0.5
    # And no picture of W_hh shows it: all its eigenvalues are 0.
    for spec in figures_of(next(one for one in shown if one["id"] == "eigen")).values():
        assert all(not decoded(one[axis]).any() for one in spec["data"] for axis in "xy")


def test_from_ten_steps_to_two_hundred_the_gradient_is_gone():
    ratios = {
        steps: told(sections(gradients_board(Source(length=steps), LIGHT))[0], "gradients", "en") for steps in (10, 200)
    }
    for kind in KINDS:
        assert as_number(ratios[10][kind]) > 1e-5
        assert as_number(ratios[200][kind]) < 1e-30
    # C5: with the forget gate near 1 the very same 200 steps are nothing.
    kept = told(sections(gradients_board(Source(length=200, forget=6.0), LIGHT))[0], "gradients", "en")
    assert as_number(kept["lstm"]) > 1e-3 > as_number(kept["rnn"])


by_torch = {
    "off": lambda parameters, threshold: None,
    "norm": torch.nn.utils.clip_grad_norm_,
    "value": torch.nn.utils.clip_grad_value_,
}


@settings(deadline=None, max_examples=15)
@given(
    st.one_of(randoms.filter(calm), sentences),
    st.sampled_from(KINDS),
    st.sampled_from(["off", "norm", "value"]),
    st.sampled_from(LADDER),
    views,
)
@example(Source(length=2, scale=0.0), "rnn", "norm", "0.01", LIGHT)
@example(Source(), "rnn", "value", "0.01", LIGHT)
@example(Source(), "gru", "value", "1000", LIGHT)
def test_clipping_is_pytorchs(source, kind, by, threshold, view):
    threshold = float(threshold)
    with pytest.MonkeyPatch.context() as few:
        few.setattr(clipping_scene, "RUNS", 4)
        board = clipped_board(source, kind, by, threshold, view)
    change, vanished, running = sections(board)
    assert board.overflowing == ()
    _, _, found = autograd(kind, source)
    parameters = [torch.nn.Parameter(p) for p in found.values()]
    for p, gradient in zip(parameters, found.values(), strict=True):
        p.grad = gradient.clone()
    by_torch[by](parameters, threshold)
    before, after = (
        np.concatenate([one.detach().numpy().ravel() for one in all_of])
        for all_of in (found.values(), [p.grad for p in parameters])
    )
    idle = by != "off" and np.array_equal(before, after)
    assert [change["id"], vanished["id"], running["id"]] == [
        "clip_idle" if idle else f"clip_{by}",
        "vanishing",
        "running_word" if source.tokens else "running",
    ]
    title = told(change, "clipping", view.language)
    assert_says(title["before"], np.linalg.norm(before))
    if by == "off" or idle:
        assert "after" not in title
        return
    assert_says(title["after"], np.linalg.norm(after))
    lengths = np.linalg.norm(before) * np.linalg.norm(after)
    if by == "norm" and lengths:
        assert title["angle"] == "0.0"  # C10
    if by == "value" and lengths:
        turned = np.degrees(np.arccos(np.clip(before @ after / lengths, -1, 1)))
        assert float(title["angle"]) == pytest.approx(turned, abs=0.15 if not source.tokens else 1)
        assert float(title["cut"]) == pytest.approx(100 * (before != after).mean(), abs=0.6 if not source.tokens else 3)


def test_by_value_it_does_turn():
    change, *_ = sections(clipped_board(Source(), "rnn", "value", 0.001, LIGHT))
    assert float(told(change, "clipping", "en")["angle"]) > 20


@settings(deadline=None, max_examples=12)
@given(st.one_of(randoms.filter(calm), sentences), st.sampled_from(KINDS))
def test_clipping_moves_the_curve_of_what_vanished_and_keeps_its_shape(source, kind):
    one = forth_and_back(kind, source)
    total = clipping.total_norm(one.gradients.parameters)
    writer = Writer("clipping", "clipping_figures", LIGHT)
    for threshold in (1e-3 * total + 1e-12, 2 * total + 1):
        before, after = (
            [decoded(curve["customdata"]) for curve in spec["data"]]
            for spec in json.loads(figures.as_json(vanishing(writer, one, threshold))).values()
        )
        factor = min(1.0, threshold / (total + 1e-6))
        for mine, theirs in zip(after, before, strict=True):
            np.testing.assert_allclose(mine, factor * theirs, rtol=1e-9, atol=1e-300)


rates, bounds = KEYS["cliffrate"].ids, KEYS["cliffclip"].ids


@pytest.mark.slow
@settings(deadline=None, max_examples=6)
@given(st.floats(4.1, 6.0), st.floats(-4.0, -1.0), st.sampled_from(rates), st.sampled_from(bounds), views)
@example(5.5, -2.0, "0.5", "1", LIGHT)
def test_the_cliff_says_where_both_descents_end(w, b, rate, threshold, view):
    shown = sections(descents_board(w, b, float(rate), float(threshold), view))
    assert [section["id"] for section in shown] == ["cliff", "above", "bifurcation"]
    said = told(shown[0], "clipping", view.language)
    for key, bound in (("off", None), ("on", float(threshold))):
        path = cliff.descend((w, b), float(rate), DESCENT, bound)
        assert len(path.points) <= DESCENT + 1
        np.testing.assert_array_equal(path.points[0], (w, b))
        assert_says(said[key], error_of(*path.points[-1]))
        if bound is not None:
            longest = as_number(told(shown[0], "clipping", view.language, "text")["longest"])
            assert (np.linalg.norm(np.diff(path.points, axis=0), axis=1) <= longest * 1.006).all()
        elif np.isfinite(path.norms).all():
            assert_says(told(shown[0], "clipping", view.language, "text")["steepest"], path.norms.max())


def error_of(w, b):
    """The error of the one unit after 50 steps, in plain torch."""
    w, b = torch.tensor([w, b], dtype=torch.double)
    x = torch.tensor(0.5, dtype=torch.double)
    for _ in range(50):
        x = w * x.sigmoid() + b
    return float((x.sigmoid() - 0.7) ** 2)


@pytest.mark.parametrize("w", [4.1, 5.0, 6.0])
def test_the_descents_can_begin_on_the_wall(w):
    """At the bias where σ leads x_0 back to itself: by hand. Below w = 4.26 nothing is thrown off there: no wall."""
    b = float(0.5 - w / (1 + np.exp(-0.5)))
    section = sections(descents_board(w, "wall", 0.5, 1.0, LIGHT))[0]
    said = "".join(run for run, _ in section["text"])
    assert ("on the wall" in said) == (w > 4.26)
    assert f"b = −{-b:.7g}" in said
    same = sections(descents_board(w, b, 0.5, 1.0, LIGHT))[0]
    assert same["title"] == section["title"]
    if w == 5:
        assert f"{b:.6f}" == "-2.612297"
        (on,) = figures_of(section).values()
        assert len(on["data"]) > 3, "the unclipped descent leaves, and a cross says where"
