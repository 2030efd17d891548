"""What the gates did at a word that turns the sentence, against networks run by PyTorch alone."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

import rnnviz
from rnnviz.language import translate
from rnnviz.networks import reading
from rnnviz.numbers import percent, two_digits
from rnnviz.scenes import story
from rnnviz.scenes.readings import read_sentence, tracing_network
from rnnviz.scenes.step import compose_step
from rnnviz.scenes.writer import View
from rnnviz.tasks import errands
from rnnviz.text import tokenize, vocabulary

LANGUAGES = ["en", "ja"]
DENIED = "Is Bob hungry? No, he is thirsty. He goes to the store to buy"
NOT = "Alice is not starving, she is thirsty. She goes to the store to buy"
TURNED = [(DENIED, "No", "food"), (DENIED, "thirsty", "water"), (NOT, "starving", "food"), (NOT, "thirsty", "water")]


def piece(language: str, key: str, **values: Any) -> str:
    return translate(language, f"step.{key}").replace("*", "").format(**values)


def said(tokens: tuple[str, ...], left: str, right: str, language: str = "en", trained: bool = True) -> dict[str, Any]:
    """The verdicts and the second layer, as plain text."""
    sent = json.loads(compose_step(tokens, left, right, trained, View(language, "light", 1.0)).payload)
    return {part: ["".join(run for run, _ in runs) for runs in sent[part]] for part in ("notice", "deeper")}


@cache
def double(name: str, lively: bool = False) -> Any:
    """A network; `lively`: with another readout, by which the things' probabilities move from word to word."""
    network = rnnviz.load(name).double()
    if lively:
        with torch.no_grad():
            network.readout.weight.normal_(0, 0.5, generator=torch.Generator().manual_seed(0))
            network.readout.bias[[network.words.index(thing) for thing in errands.THINGS]] = 30
    return network


def asked(network: Any, read: tuple[str, ...], thing: str) -> tuple[float, list[Any], torch.Tensor]:
    """The thing's probability after the words and "to buy", the states and the thing's score, by torch."""
    given = read if read[-2:] == ("to", "buy") else (*read, "buy") if read[-1] == "to" else (*read, "to", "buy")
    rows = torch.tensor(vocabulary().vectors)[[vocabulary().index(token) for token in given]].double()
    state, states = None, []
    for x in network.projection(rows):
        _, state = network.body(x[None, None], state)
        states.append(state if isinstance(state, tuple) else (state,))
        for part in states[-1]:
            part.retain_grad()
    h = states[-1][0]
    logits = network.readout(h)[0, 0]
    score = logits[network.words.index(thing)]
    return float(logits.detach().softmax(0)[network.words.index(thing)]), states, score


def gates(network: Any, name: str, read: tuple[str, ...]) -> dict[str, torch.Tensor]:
    """The gates at the last word by PyTorch's formulas: what is kept of the state before, and what is written."""
    rows = torch.tensor(vocabulary().vectors)[[vocabulary().index(token) for token in read]].double()
    x, body = network.projection(rows), network.body
    h = torch.zeros(body.hidden_size, dtype=torch.float64)
    if len(read) > 1:
        _, state = body(x[None, :-1])
        h = (state[0] if name == "lstm" else state)[0, 0]
    a, b = body.weight_ih_l0 @ x[-1] + body.bias_ih_l0, body.weight_hh_l0 @ h + body.bias_hh_l0
    if name == "lstm":
        i, f, g, o = (a + b).chunk(4)
        return {"kept": f.sigmoid(), "written": i.sigmoid() * g.tanh(), "shown": o.sigmoid()}
    (ar, az, an), (br, bz, bn) = a.chunk(3), b.chunk(3)
    z = (az + bz).sigmoid()
    return {"kept": z, "written": (1 - z) * (an + (ar + br).sigmoid() * bn).tanh()}


def wanted(name: str, tokens: tuple[str, ...], at: int, thing: str, language: str, lively: bool = False) -> str:
    """The sentence that should be said of a network, all its numbers from torch."""
    network = double(name, lively)
    before, _, _ = asked(network, tokens[:at], thing)
    after, states, score = asked(network, tokens[: at + 1], thing)
    named = {"name": {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}[name]}
    stays = percent(before) == percent(after)
    key = "stays" if stays else "rises" if after > before else "falls"
    end = piece(language, f"story.{key}", thing=thing, before=percent(before), after=percent(after))
    if name == "rnn":
        return piece(language, "story.without_gate", **named) + end
    score.backward()
    found = gates(network, name, tokens[: at + 1])
    gone = (1 - found["kept"]) * states[at - 1][-1][0, 0]
    moved = (found["written"] if key == "rises" else gone).detach()
    effect = moved * slope(states[at], found)
    unit = int(effect.argmax())
    if stays or effect[unit] <= 0:
        return piece(language, "story.without_unit", **named) + end
    if key == "rises":
        return piece(language, "story.writes", **named, unit=unit, value=two_digits(float(moved[unit]))) + end
    gate = translate(language, f"gates.letters.{'f' if name == 'lstm' else 'z'}")
    share = percent(1 - found["kept"][unit].item())
    return piece(language, "story.lets_go", **named, gate=gate, unit=unit, percent=share) + end


def slope(state: Any, found: dict[str, torch.Tensor]) -> torch.Tensor:
    """Of the score in the state that gates keep. Torch has two outputs h and c; a change of c changes h as well."""
    if len(state) == 1:
        return state[0].grad[0, 0]
    h, c = state
    shown = found["shown"].detach() * (1 - c.detach()[0, 0].tanh() ** 2)
    through_c = torch.zeros_like(shown) if c.grad is None else c.grad[0, 0]
    return through_c + h.grad[0, 0] * shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("text", "word", "thing"), TURNED)
def test_what_is_told_is_what_torch_computes(text: str, word: str, thing: str, language: str) -> None:
    tokens = tokenize(text)
    at = tokens.index(word)
    for left, right in (("rnn", "lstm"), ("gru", "lstm")):
        told = said(tokens, left, right, language)["notice"][at]
        for name in (left, right):
            assert wanted(name, tokens, at, thing, language) in told


def test_falls_and_rises_are_told_as_torch_computes_them() -> None:
    """Of every word and of three things, by a network with a readout that lets the things rise and fall."""
    seen: set[str] = set()
    for name in ("rnn", "lstm", "gru"):
        tokens, network = tokenize(NOT), double(name, lively=True)
        trace = reading.trace(network, tokens)
        columns = [network.words.index(thing) for thing in errands.THINGS]
        one = replace(read_sentence(name, True, tokens), trace=trace, asked=reading.ask(network, trace)[:, columns])
        for at in range(1, len(tokens)):
            for thing in ("food", "water", "shoes"):
                runs = story.told(network, one, at, errands.Turning("denied", thing, at + 1), "en")
                text = "".join(run for run, _ in runs)
                assert text == wanted(name, tokens, at, thing, "en", lively=True)
                seen |= {word for word in ("falls", "rises", "stays", "lets", "write") if word in text}
    assert seen == {"falls", "rises", "stays", "lets", "write"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_words_that_turn_have_a_story_and_only_with_trained_networks(language: str) -> None:
    tokens = tokenize(NOT)
    start = piece(language, "story.without_gate", name="RNN")
    explained = piece(language, "deeper.turning")
    told = said(tokens, "rnn", "lstm", language)
    turned = [at for at, one in enumerate(told["notice"]) if start in one]
    assert [tokens[at] for at in turned] == ["starving", "thirsty"]
    assert told["deeper"][-1] == explained
    blind = said(tokens, "rnn", "lstm", language, trained=False)
    plain = said(tokenize("Starving, Alice drives to the store to buy"), "rnn", "lstm", language)
    for other in (blind, plain):
        assert not any(start in one for one in other["notice"])
        assert explained not in other["deeper"]
    assert explained not in said(tokens, "rnn", "rnn-orthogonal", language)["deeper"]


@pytest.mark.parametrize("name", ["lstm", "gru"])
@pytest.mark.parametrize("rises", [True, False])
def test_the_unit_that_is_named_did_most_to_the_score(name: str, rises: bool) -> None:
    """By small changes of each unit's state. Where the state before is empty, nothing was let go."""
    tokens, at = tokenize(NOT), 3
    network, trace = tracing_network(name, True), read_sentence(name, True, tokens).trace
    part = story.most(network, trace, at, "food", rises)
    assert part
    effects = effect(network, trace, at, rises)
    assert effects[part.unit] == (effects.max() if rises else effects.min()) != 0
    empty = replace(trace, h=np.zeros_like(trace.h), c=None if trace.c is None else np.zeros_like(trace.c))
    assert (story.most(network, empty, at, "food", rises) is None) == (not rises)
    bare = read_sentence("rnn", True, tokens).trace
    assert story.most(tracing_network("rnn", True), bare, at, "food", rises) is None


def effect(network: Any, trace: Any, at: int, rises: bool) -> np.ndarray:
    """What a millionth of what was written into each unit, or let go of it, does to the score."""
    g, before = {letter: values[at] for letter, values in trace.gates.items()}, trace.states_before[-1][at]
    written, kept = (g["i"] * g["g"], g["f"]) if trace.kind == "lstm" else ((1 - g["z"]) * g["n"], g["z"])
    part = 1e-6 * (written if rises else -(1 - kept) * before)
    none = score(network, trace, at, 0, 0)
    return np.array([score(network, trace, at, unit, part[unit]) - none for unit in range(len(part))])


def score(network: Any, trace: Any, at: int, unit: int, more: float) -> float:
    """The score of food after "to buy" if a unit's state held `more` after token `at`."""
    h = torch.tensor(trace.h[at])
    rows = torch.tensor(vocabulary().vectors)[[vocabulary().index(word) for word in ("to", "buy")]].double()
    state: Any = h.clone()
    if trace.kind == "lstm":
        c = torch.tensor(trace.c[at])
        c[unit] += more
        state = (torch.tensor(trace.gates["o"][at]) * c.tanh(), c)
    else:
        state[unit] += more
    state = tuple(one[None, None] for one in state) if isinstance(state, tuple) else state[None, None]
    with torch.no_grad():
        out, _ = network.body(network.projection(rows)[None], state)
        return float(network.readout(out[0, -1])[network.words.index("food")])


def test_a_japanese_sentence_has_its_story_in_both_page_languages() -> None:
    tokens = tokenize("真理はお腹は空いていないが、喉が渇いている。スーパーへ走っていって買うのは")
    (denied, *_) = errands.turnings(tokens)
    for language in LANGUAGES:
        told = said(tokens, "rnn", "lstm", language)["notice"][denied]
        assert piece(language, "story.without_gate", name="RNN") in told
        assert "食べ物" in told
