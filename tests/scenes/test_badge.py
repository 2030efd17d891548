"""The badge: how far what a page draws is from PyTorch's. It alarms at real differences, and at nothing else."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from rnnviz.networks import checking
from rnnviz.networks.checking import check
from rnnviz.networks.reading import ask
from rnnviz.networks.reading import trace as traced
from rnnviz.recurrence.bptt import backpropagate
from rnnviz.scenes import readings
from rnnviz.scenes.readings import read_sentence, tracing_network
from rnnviz.scenes.step import compose_step
from rnnviz.scenes.writer import View
from rnnviz.tasks import errands
from rnnviz.text import tokenize, vocabulary
from rnnviz.training.advance import one_thread

NAMES = ["rnn", "rnn-orthogonal", "lstm", "gru"]
TEXTS = Path(__file__).with_name("ordinary_texts.txt").read_text(encoding="utf-8").splitlines()
"""200 English texts: 115 of everyday life, 42 of this app's own prose, 43 errands."""
ALICE = tokenize("Starving, Alice drives to the nearest store to buy")


def test_the_texts_are_ordinary_and_of_all_lengths():
    lengths = [len(tokenize(text)) for text in TEXTS]
    assert len(set(TEXTS)) == 200
    assert (min(lengths), max(lengths)) == (20, 120)
    assert np.histogram(lengths, (20, 40, 60, 80, 100, 121))[0].min() >= 20
    known = [vocabulary().knows(token) for text in TEXTS for token in tokenize(text)]
    assert np.mean(known) > 0.95


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_on_ordinary_texts_it_says_equals_every_time(name):
    """Far from the 1e-4 at which the page would say "differs": what is left is double precision's rounding."""
    with one_thread():
        largest = [read_sentence.__wrapped__(name, True, tokenize(text)).check.largest for text in TEXTS]
    assert max(largest) < 1e-6, TEXTS[int(np.argmax(largest))]


@pytest.mark.parametrize("trained", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_every_network_on_the_pages_is_read_in_double_precision(name, trained):
    found = read_sentence(name, trained, ALICE)
    trace = found.trace
    drawn = [trace.inputs, trace.logits, found.asked, *trace.records.values(), *trace.parameters.values()]
    assert {array.dtype for array in drawn} == {np.dtype(float)}
    assert all(p.dtype == torch.float64 for p in tracing_network(name, trained).parameters())


def by_torch(network, tokens):
    """Probabilities after every word: the whole network reads the whole sentence."""
    rows = vocabulary().vectors[[vocabulary().index(token) for token in tokens]]
    with torch.no_grad():
        return network(torch.tensor(rows, dtype=torch.float64)[None])[0].softmax(1).numpy()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sentence", [" ".join(ALICE), "Alice drives to", "To buy bread to buy", "buy"])
def test_what_is_compared_is_what_pytorch_says(name, sentence):
    """The check's own numbers of PyTorch, against the whole network reading whole sentences."""
    network, tokens = tracing_network(name, True), tokenize(sentence)
    module, trace = network.body, traced(network, tokens)
    inputs = checking.read_by(network, tokens)
    with torch.no_grad():
        h = module(inputs)[0]
        before = torch.cat([0 * h[:1], h[:-1]])
        after = (h,)
        if trace.c is not None:
            c = [module(inputs[: t + 1])[1][1][0] for t in range(len(tokens))]
            after = (h, torch.stack(c))
            ours = checking.one_step(module, inputs[:, None], before, torch.cat([0 * after[1][:1], after[1][:-1]]))
            torch.testing.assert_close(ours[1], after[1], rtol=0, atol=1e-12)
        asked = checking.asked_of(network, after, tokens).numpy()
    for t in range(len(tokens)):
        prefix = tokens[: t + 1]
        if prefix[-1].lower() != "buy":  # who has written it last has asked
            prefix = (*prefix, "buy") if prefix[-1].lower() == "to" else (*prefix, "to", "buy")
        np.testing.assert_allclose(asked[t], by_torch(network, prefix)[-1], rtol=0, atol=1e-12)
    np.testing.assert_allclose(trace.probabilities, by_torch(network, tokens), rtol=0, atol=1e-12)


def parts(name):
    network = tracing_network(name, True)
    trace = traced(network, ALICE)
    gradients = backpropagate(trace, "food", of="logit", through_time=False)
    return network, trace, gradients, ask(network, trace)


def moved(array, at):
    """The array with one entry a ten-thousandth off."""
    found = array.copy()
    found[at] += 1e-4
    return found


@pytest.mark.parametrize("name", NAMES)
def test_it_sees_whatever_is_a_little_wrong(name):
    network, trace, gradients, asked = parts(name)
    right = check(network, trace, gradients, asked)
    assert right.largest < 1e-9

    def wrong(part, **changed):
        given = {"trace": trace, "gradients": gradients, "asked": asked} | changed
        found = check(network, **given)
        assert getattr(found, part) > 9e-5, part
        assert found.largest >= getattr(found, part)

    wrong("states", trace=dataclasses.replace(trace, h=moved(trace.h, (3, 5))))
    if trace.c is not None:
        wrong("states", trace=dataclasses.replace(trace, c=moved(trace.c, (3, 5))))
        wrong("states", trace=dataclasses.replace(trace, c=moved(trace.c, (-1, 0))))
    for letter, values in trace.gates.items():
        wrong("gates", trace=dataclasses.replace(trace, gates=trace.gates | {letter: moved(values, (2, 1))}))
    wrong("probabilities", trace=dataclasses.replace(trace, logits=trace.logits * 1.01))
    wrong("asked", asked=moved(asked, (1, 7)))
    wrong("gradients", gradients=dataclasses.replace(gradients, da_ih=gradients.da_ih * (1 + 1e-4)))
    for part in ("dh", "dc")[: len(trace.states)]:
        for at in (-1, len(trace) // 2):
            spoiled = getattr(gradients, part).copy()
            spoiled[at] *= 1.001
            wrong("gradients", gradients=dataclasses.replace(gradients, **{part: spoiled}))


def test_other_weights_than_those_of_the_module_are_seen():
    _, trace, gradients, asked = parts("gru")
    other = tracing_network.__wrapped__("gru", True)
    with torch.no_grad():
        other.body.weight_hh_l0[3, 3] += 0.01
    assert min(check(other, trace, gradients, asked).groups.values()) > 1e-7


def test_what_is_no_number_here_and_there_is_no_difference():
    ours = np.array([np.inf, np.nan, 1.0])
    assert checking.gap(ours, torch.from_numpy(ours.copy())) == 0
    for theirs in ([-np.inf, np.nan, 1.0], [np.inf, 0.0, 1.0], [np.inf, np.nan, np.inf], [np.inf, np.nan, np.nan]):
        assert checking.gap(ours, torch.tensor(theirs, dtype=torch.float64)) == np.inf


def arrays_sent(value):
    """The kinds of all arrays in a payload."""
    if isinstance(value, dict):
        return {value["dtype"]} if "bdata" in value else set().union(*map(arrays_sent, value.values()))
    return set().union(*map(arrays_sent, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize(("left", "right"), [("rnn", "lstm"), ("gru", "rnn-orthogonal")])
def test_what_travels_is_in_single_precision(left, right):
    sent = json.loads(compose_step(ALICE, left, right, True, View("en", "light", 1.0)).payload)
    for block in sent["networks"]:
        assert arrays_sent(block["cell"]) == {"f4"}
    assert arrays_sent(sent["vectors"]) == {"f4"}


def test_the_answer_that_is_asked_for_is_checked(monkeypatch):
    """The page's own curve is what the check is given."""
    seen = []
    monkeypatch.setattr(readings, "check", lambda *given: seen.append(given) or check(*given))
    found = read_sentence.__wrapped__("lstm", True, ALICE)
    (_, trace, gradients, asked) = seen[0]
    words = [tracing_network("lstm", True).words.index(thing) for thing in errands.THINGS]
    np.testing.assert_array_equal(found.asked, asked[:, words])
    assert trace is found.trace
    assert gradients is found.gradients
