"""Japanese sentences on every page that reads one, in both page languages: nothing English is left, and the numbers are
those of PyTorch's own modules. Whatever the weights are, good or bad."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import torch

import rnnviz
from rnnviz.language import translate
from rnnviz.networks.network import Network
from rnnviz.numbers import percent, three_digits
from rnnviz.scenes import clipping as clipping_scene
from rnnviz.scenes import compare as compare_scene
from rnnviz.scenes import gates as gates_scene
from rnnviz.scenes import gradients as gradients_scene
from rnnviz.scenes import readings
from rnnviz.scenes.clipping import clipped_board
from rnnviz.scenes.gradients import Source, gradients_board
from rnnviz.scenes.step import compose_step
from rnnviz.scenes.writer import View
from rnnviz.tasks import errands
from rnnviz.text import join, tokenize, vocabulary
from rnnviz.training import advance as library
from rnnviz.training import zoo
from rnnviz.training.frozen import OwnNetwork, own_network

HUNGRY = "お腹を空かせたアリスは、一番近い店まで車を走らせる。買うのは"
SENTENCES = {
    "short": "眠い。買うのは",
    "long": "".join(errands.stretch(tokenize(HUNGRY), 60)),
    "denied": "健太はお腹は空いていないが、喉が渇いている。スーパーへ行って買うのは",
    "polite": "母は風邪をひいてしまいましたので、薬局へ行きました。買った物は",
    "half-width": "ｵﾅｶｶﾞｽｲﾀ｡ ﾐｾﾍｲｯﾃ買うのは",
    "numerals": "３人で２時間も歩いて、喉がカラカラです。１２０円で買いたいのは",
    "mixed": "Hungryな Alice は、New York の店へ行く。買うのは",
    "unknown": "ゑゐヷの靴が破れた鯏鯒は市場へ行く。買うのは",
    "kana": "おなかがすいたので、みせへいく。かうのは",
    "no end": "喉が渇いた真理はスーパーへ行った",
    "one word": "空腹",
    "none": "太郎は駅前の店へ行く。買うのは",
}
PAGES = ["en", "ja"]
ENGLISH = re.compile(rf"\b(?:{'|'.join([*errands.THINGS, *errands.NEEDS, 'to buy'])})\b", re.IGNORECASE)
"""What belongs to English sentences alone."""
each_page = pytest.mark.parametrize("page", PAGES)


def light(page: str) -> View:
    return View(page, "light", 1.0)


def strings(sent: Any) -> Iterator[str]:
    """All that is sent as text, but for arrays."""
    if isinstance(sent, dict):
        for key, value in sent.items():
            if key not in ("bdata", "typed"):
                yield from strings(value)
    elif isinstance(sent, list):
        for value in sent:
            yield from strings(value)
    elif isinstance(sent, str):
        yield sent


def assert_sound(sent: Any, text: str) -> None:
    """No English thing, need or question that was not typed, nothing unfilled, nothing empty."""
    typed = set(map(str.lower, tokenize(text)))
    for shown in strings(sent):
        assert not {word.lower() for word in ENGLISH.findall(shown)} - typed, shown
        assert not re.search(r"\bNone\b|\bnan\b", shown), shown
    for section in sent.get("sections", ()):
        for shown in (section["title"], "".join(run for run, _ in section["text"]), *strings(section["foot"])):
            assert not re.search(r"\{\w*\}", shown), shown
        for one in section["figures"]:
            assert one["label"].strip()


def boards(tokens: tuple[str, ...], page: str) -> Iterator[bytes]:
    """What all pages but Step show of a sentence."""
    view = light(page)
    for kind in gates_scene.LETTERS:
        yield gates_scene.remembering_board(kind, True, tokens, 0, view).payload
        letter = gates_scene.LETTERS[kind][0]
        yield gates_scene.listening_board(kind, True, tokens, 3, letter, len(tokens) - 1, view).payload
    yield gradients_board(Source(tokens, asked="candles" if page == "en" else ""), view).payload
    yield clipped_board(Source(tokens), "gru", "norm", 0.1, view).payload
    yield compare_scene.answers_board(tokens, 0, True, view).payload


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipping_scene, "RUNS", 3)


@each_page
@pytest.mark.parametrize("text", SENTENCES.values(), ids=SENTENCES)
def test_step_shows_a_japanese_sentence_with_nothing_english_in_it(text: str, page: str) -> None:
    tokens = tokenize(text)
    assert_sound(json.loads(compose_step(tokens, "rnn", "lstm", True, light(page)).payload), text)
    assert_sound(json.loads(compose_step(tokens, "gru", "rnn-orthogonal", False, light(page)).payload), text)


@each_page
@pytest.mark.parametrize("id", ["half-width", "mixed", "one word", "none"])
def test_so_do_all_other_pages(id: str, page: str) -> None:
    for payload in boards(tokenize(SENTENCES[id]), page):
        assert_sound(json.loads(payload), SENTENCES[id])


# --- the numbers, by torch's own modules -------------------------------------------------------------


@cache
def double(name: str) -> Network:
    return rnnviz.load(name).double()


def given(tokens: tuple[str, ...]) -> torch.Tensor:
    """The vectors of the Japanese table, (1, T, 64)."""
    table = vocabulary("ja")
    return torch.tensor(table.vectors[[table.index(token) for token in tokens]]).double()[None]


def likeliest(name: str, tokens: tuple[str, ...], among: tuple[str, ...] = ()) -> tuple[str, float]:
    """The word that comes next, of some or of all, and its probability."""
    network = double(name)
    with torch.inference_mode():
        p = network(given(tokens))[0, -1].softmax(0)
    word = max(among or network.words, key=lambda one: float(p[network.words.index(one)]))
    return word, float(p[network.words.index(word)])


@each_page
@pytest.mark.parametrize(("id", "added"), [("long", ()), ("polite", ()), ("no end", ("。", "買う", "の", "は"))])
def test_what_each_would_buy_is_said_in_japanese(id: str, added: tuple[str, ...], page: str) -> None:
    tokens = tokenize(SENTENCES[id])
    sent = json.loads(compose_step(tokens, "rnn", "lstm", True, light(page)).payload)
    last = "".join(run for run, _ in sent["notice"][-1])
    for name in ("rnn-ja", "lstm-ja"):
        thing, p = likeliest(name, (*tokens, *added), errands.things("ja"))
        assert thing in last
        assert f"{percent(p)}%" in last
    question = {"en": "“{}”", "ja": "「{}」"}[page].format(join(added or ("買う", "の", "は")))
    assert (question in last) == bool(added)
    assert sent["things"] == list(errands.things("ja"))
    assert [one["name"] for one in sent["networks"]] == ["RNN", "LSTM"]
    for block, name in zip(sent["networks"], ("rnn-ja", "lstm-ja"), strict=True):
        word, p = block["next"][-1][0]
        assert (word, pytest.approx(p)) == likeliest(name, tokens)


@pytest.mark.parametrize("id", ["denied", "mixed", "long"])
def test_the_half_lives_are_those_of_the_japanese_lstm(id: str) -> None:
    """Its forget gates, computed by hand: how many units keep more than half of what they held."""
    tokens, network = tokenize(SENTENCES[id]), double("lstm-ja")
    with torch.inference_mode():
        w = dict(network.body.named_parameters())
        units = network.shape.units
        h, c, kept = torch.zeros(units).double(), torch.zeros(units).double(), torch.ones(units).double()
        for t, x in enumerate(network.projection(given(tokens))[0]):
            parts = w["weight_ih_l0"] @ x + w["bias_ih_l0"] + w["weight_hh_l0"] @ h + w["bias_hh_l0"]
            i, f, g, o = parts.split(units)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            kept = kept * f.sigmoid() if t else kept
        torch.testing.assert_close(network.body(network.projection(given(tokens)))[0][0, -1], h)
    board = gates_scene.remembering_board("lstm", True, tokens, 0, light("ja"))
    title = translate("ja", "gates.memory.title", longer=int((kept > 0.5).sum()), units=units)
    assert json.loads(board.payload)["sections"][0]["title"] == title


@pytest.mark.parametrize("asked", ["", "candles"])
@pytest.mark.parametrize("id", ["denied", "polite"])
def test_gradients_are_autograds(id: str, asked: str) -> None:
    """Of the logit of what the need asks for, or of the thing that was chosen: in h, the first word over the last."""
    tokens = tokenize(SENTENCES[id])
    word = errands.things("ja")[errands.THINGS.index(asked)] if asked else errands.need_of(tokens)
    assert word
    (first, *_) = json.loads(gradients_board(Source(tokens, asked=asked), light("ja")).payload)["sections"]
    ratios = {}
    for kind in ("rnn", "lstm", "gru"):
        network = double(f"{kind}-ja")
        state, states = None, []
        for x in network.projection(given(tokens))[0]:
            _, state = network.body(x[None, None], state)
            states.append(state[0] if isinstance(state, tuple) else state)
            states[-1].retain_grad()
        network.readout(states[-1])[0, 0, network.words.index(word)].backward()
        ratios[kind] = three_digits(float(states[0].grad.norm() / states[-1].grad.norm()))
    assert first["title"] == translate("ja", "gradients.norms_word.title", word=word, **ratios)


def test_clipping_measures_the_japanese_networks_gradient() -> None:
    """A threshold of half the norm halves it."""
    tokens = tokenize(SENTENCES["polite"])
    network = double("gru-ja")
    network.zero_grad()
    word = errands.need_of(tokens)
    assert word
    network(given(tokens))[0, -1, network.words.index(word)].backward()
    norm = torch.nn.utils.get_total_norm([p.grad for p in network.body.parameters() if p.grad is not None])
    board = clipped_board(Source(tokens), "gru", "norm", float(norm) / 2, light("en"))
    (first, *_) = json.loads(board.payload)["sections"]
    before, after = three_digits(float(norm)), three_digits(float(norm) / 2)
    assert first["title"].startswith(f"Clipped by norm: from {before} to {after}")


@each_page
def test_compare_shows_those_that_read_japanese(page: str) -> None:
    """Their answers, by torch; window, convolution and attention were trained on English alone."""
    tokens = tokenize(SENTENCES["polite"])
    (section,) = json.loads(compare_scene.answers_board(tokens, 0, True, light(page)).payload)["sections"]
    assert [one.kind for one in compare_scene.looks(tokens, True)] == ["rnn", "lstm", "gru"]
    label = section["figures"][0]["label"]
    right = 0
    for kind, name in (("rnn", "RNN"), ("lstm", "LSTM"), ("gru", "GRU")):
        word, p = likeliest(f"{kind}-ja", tokens)
        right += word == errands.need_of(tokens)
        assert f"{name} {word} {percent(p)}%" in label
    answer = errands.need_of(tokens)
    assert section["title"] == translate(page, "compare.answers.title", count=right, all=3, answer=answer, words=0)
    assert translate(page, "networks.window") not in "".join(strings(section))
    lines = compare_scene.counts("gru", 12, "ja")
    assert lines[3]["V"] == len(double("gru-ja").words)


# --- networks that do not read Japanese --------------------------------------------------------------


@pytest.fixture(scope="module")
def mine() -> OwnNetwork:
    return own_network(library.start("errands", kind="gru", units=8))


@each_page
def test_for_a_network_without_japanese_another_stands_in(mine: OwnNetwork, page: str) -> None:
    tokens, english = tokenize(HUNGRY), tokenize("Starving, Alice drives to the store to buy")
    assert readings.stand_in(mine, english) is None
    assert readings.stand_in(mine, tokens) == "gru"
    assert readings.stand_in("window", tokens) == "lstm"
    assert all(readings.stand_in(name, tokens) is None for name in ("rnn", "rnn-orthogonal", "lstm", "gru"))
    sent = json.loads(compose_step(tokens, mine, "lstm", True, light(page)).payload)
    assert [one["name"] for one in sent["networks"]] == ["GRU", "LSTM"]
    assert_sound(sent, HUNGRY)
    board = json.loads(gradients_board(Source(tokens, own=mine), light(page)).payload)
    assert (
        board["sections"][0]["title"]
        == json.loads(gradients_board(Source(tokens), light(page)).payload)["sections"][0]["title"]
    )
    assert [one["name"] for one in board["sections"][0]["figures"]] == ["RNN", "LSTM", "GRU"]
    json.loads(clipped_board(Source(tokens, own=mine), "gru", "value", 0.1, light(page)).payload)


def test_the_word_asked_for_is_one_that_all_can_say(mine: OwnNetwork) -> None:
    """A visitor's own network was trained on the small language, which has other words."""
    source = Source(tokenize("Alice drives to the store"), own=mine)
    word = gradients_scene.asked_word(source)
    assert all(word in (gradients_scene.heard(kind, source).words or ()) for kind in source.kinds)


def test_who_reads_what() -> None:
    assert zoo.readers(compare_scene.KINDS, "en") == compare_scene.KINDS
    assert zoo.readers(compare_scene.KINDS, "ja") == ("rnn", "lstm", "gru")
    assert Source(tokenize(HUNGRY)).kinds == Source().kinds == ("rnn", "lstm", "gru")
