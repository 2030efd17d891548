"""Runs as values, and the networks they train."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

import rnnviz
from rnnviz.networks.network import Network, Shape
from rnnviz.tasks.errands import simple
from rnnviz.text import vocabulary
from rnnviz.training import advance, recipes, zoo


def accuracy(
    network: Network,
    clauses: int,
    wordings: simple.Wordings = "known",
    form: simple.Form = "errand",
    sentences: int = 1000,
    seed: int = 7,
) -> float:
    """How often the likeliest word after "buy" is the right thing, over fresh sentences of the simple language that
    state a need. `form="advice"` asks of the shortest sentences."""
    rng = np.random.default_rng((seed, clauses, wordings == "held_out"))
    batch = simple.batch(rng, sentences, [clauses], wordings=wordings, stated=True, form=form)
    table, inputs, answer_at = (
        torch.tensor(vocabulary().vectors),
        *map(torch.from_numpy, (batch.inputs, batch.answer_at)),
    )
    said = []
    with torch.inference_mode():
        for rows in torch.arange(sentences).split(100):  # long sentences, all at once, would fill the memory
            logits = network(table[inputs[rows]])
            said.append(logits[torch.arange(len(rows)), answer_at[rows]].argmax(1).numpy())
    return float((np.concatenate(said) == batch.answers).mean())


def test_training_learns_what_comes_next():
    losses = rnnviz.advance(rnnviz.start(units=16, steps=60), 60).log["loss"]
    assert losses[-5:].mean() < 0.6 * losses[0]


@pytest.mark.slow
def test_the_run_that_the_page_suggests_soon_knows_the_shortest_sentences() -> None:
    """95% on advice within 500 steps, which take about 5 s of one core; 15 s are allowed."""
    run = rnnviz.advance(rnnviz.start("errands"), 500)
    assert accuracy(advance.network_of(run), 0, form="advice", sentences=2000, seed=2026) >= 0.95


def test_settings_that_do_not_exist():
    with pytest.raises(ValueError, match="unknown task"):
        rnnviz.start("chess")
    with pytest.raises(TypeError):
        rnnviz.start(colour="blue")


def test_an_orthogonal_start_is_orthogonal_block_by_block():
    body = Network(Shape("gru", 7, start="orthogonal"), ("a",), 3).body
    for block in body.get_parameter("weight_hh_l0").split(7):
        torch.testing.assert_close(block @ block.T, torch.eye(7))


@pytest.mark.parametrize("name", sorted(zoo.shipped()))
class TestShipped:
    """What ships in assets/weights is what its card says."""

    def test_untrained_weights_are_those_training_begins_from(self, name):
        settings = zoo.card(name)["settings"]
        rest = {name: value for name, value in settings.items() if name != "shape"}
        begun = advance.start(**settings["shape"], **rest | {"noise": tuple(rest["noise"])})  # JSON has no tuples
        stored = load_file(zoo.WEIGHTS / f"{name}.safetensors")
        for key, value in begun.parameters.items():
            np.testing.assert_allclose(stored[f"initial.{key}"], value, atol=1e-6)

    def test_the_body_has_as_many_weights_as_the_others(self, name):
        weights = rnnviz.load(name).body_weights()
        assert weights == zoo.card(name)["recurrent_weights"]
        assert weights == pytest.approx(zoo.card("lstm")["recurrent_weights"], rel=0.02)

    @pytest.mark.slow
    def test_accuracy_is_as_the_card_says(self, name):
        card, network = zoo.card(name), rnnviz.load(name)
        assert accuracy(network, 0, form="advice") == pytest.approx(card["shortest"], abs=0.002)
        for n in (0, 4, 12):
            at = card["clauses"].index(n)
            assert accuracy(network, n) == pytest.approx(card["accuracy"][at], abs=0.002)
            assert accuracy(network, n, "held_out") == pytest.approx(card["held_out"][at], abs=0.002)

    def test_every_seed_is_in_the_table_and_the_rule_chose_the_shipped_one(self, name):
        rows = [row for row in zoo.all_seeds() if row["network"] == name]
        if "chosen_by" not in rows[0]:
            pytest.skip("trained on the simple language, by the rule of that time")
        assert [row["seed"] for row in rows] == list(recipes.SEEDS)
        chosen, why = recipes.shipped(rows)
        assert [row["shipped"] for row in rows] == [i == chosen for i in range(len(rows))]
        assert zoo.card(name)["shipped"] == why


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_gated_networks_remember_through_twelve_clauses(name):
    """Fresh sentences, from a seed that neither training nor the cards used."""
    network = rnnviz.load(name)
    for clauses in (0, 3, 7, 12):
        assert accuracy(network, clauses, sentences=2000, seed=2026) >= 0.99


def test_the_shipped_rnn_knows_the_shortest_sentences():
    assert accuracy(rnnviz.load("rnn"), 0, form="advice", sentences=2000, seed=2026) >= 0.90


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_gated_networks_read_wordings_they_never_met(name: str) -> None:
    """Within five points of a linear classifier on the same vectors."""
    right = accuracy(rnnviz.load(name), 0, "held_out", sentences=4000, seed=2026)
    assert right >= max(0.80, zoo.card(name)["held_out_ceiling"] - 0.05)


def test_loading_gives_a_copy_of_ones_own():
    first = rnnviz.load("lstm")
    with torch.no_grad():
        first.readout.bias.add_(1)
    assert not torch.equal(first.readout.bias, rnnviz.load("lstm").readout.bias)
    with pytest.raises(ValueError, match="there are rnn"):
        rnnviz.load("elephant")


def test_words_are_read_through_the_table():
    """The trace's inputs are the projection of the word vectors, `<unk>` for a word outside the table."""
    network = rnnviz.load("lstm")
    trace = rnnviz.trace(network, "Hungry zzxqy")
    table = torch.tensor(vocabulary().vectors)
    rows = table[[vocabulary().index("hungry"), vocabulary().index("<unk>")]]
    with torch.inference_mode():
        np.testing.assert_allclose(trace.inputs, network.projection(rows).numpy(), atol=1e-5)
        logits = network(rows[None])[0].numpy()
    np.testing.assert_allclose(trace.logits, logits, atol=1e-4)
    word, p = trace.top(1)[0]
    assert word == network.words[int(logits[-1].argmax())]
    assert p == pytest.approx(float(torch.tensor(logits[-1]).softmax(0).max()), rel=1e-3)
