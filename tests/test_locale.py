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


# General claims. Each names the test that shows it: a sentence that is changed asks for its proof again.

NORMS = {
    "The axis never rescales": "the_axes_of_sizes_never_rescale",
    "the most that its gradient can be": "p3_no_gradient_exceeds_the_bound",
    "the gate that keeps the old state were the only one": "gated_cells_are_held_against_the_path_through_their_gate",
    "{lstm_c} times": "networks_are_compared_in_the_same_state",
}
CLAIMS: dict[str, dict[str, str]] = {
    "gradients.norms.title": {"in the hidden state h": "all_norms_are_autograds"},
    "gradients.norms.text": {**NORMS},
    "gradients.norms_word.title": {"in the hidden state h": "all_norms_of_a_sentence_are_autograds"},
    "gradients.norms_word.text": {
        **NORMS,
        "not what the network still knows": "the_gradient_is_almost_nothing_and_the_word_is_held",
    },
    "gradients.norms_every.title": {"in the hidden state h": "all_norms_are_autograds"},
    "gradients.norms_every.text": {
        **NORMS,
        "adds the gradient of its own loss": "all_norms_are_autograds",
    },
    "gradients.saliency.title": {"a small change of each word": "saliency_is_the_gradient_in_the_words"},
    "gradients.saliency.text": {
        "Each step of colour is a factor of ten": "a_step_of_colour_for_each_power_of_ten",
        "need not be what it would say without that word": "the_gradient_is_almost_nothing_and_the_word_is_held",
    },
    "gradients.map.title": {"a small change long ago still counts": "the_map_equals_one_autograd_call_for_each_step"},
    "gradients.map.text": {
        "Each step of colour is a factor of ten": "a_step_of_colour_for_each_power_of_ten",
        "lines stand at 10⁻⁸, 10⁻⁴ and 1": "lines_stand_between_cells_on_two_sides_of_a_power_of_ten",
        "A gradient is not a memory": "the_gradient_is_almost_nothing_and_the_word_is_held",
        "hold a word well where its gradient is almost zero": "the_gradient_is_almost_nothing_and_the_word_is_held",
    },
    "gradients.map_c.title": {},
    "gradients.map_c.text": {
        "multiplied by the forget gate and by nothing else": "gated_cells_are_held_against_the_path_through_their_gate",
        "counts the ways through h as well": "the_map_equals_one_autograd_call_for_each_step",
        "makes the band of c grow wide": "a_forget_bias_makes_the_band_of_the_cell_state_wide",
    },
    "gradients.survival.title": {},
    "gradients.survival.text": {
        "how much of a gradient is left after k steps": "survival_equals_the_svd_of_explicit_products",
        "The LSTM has twice as many": "survival_of_long_sequences",
    },
    "gradients.eigen.title": {},
    "gradients.eigen.text": {
        "inside the circle it shrinks": "along_an_eigenvector_a_step_of_an_rnn_multiplies_by_its_eigenvalue",
        "is not in this picture": "weights_of_zero_let_nothing_through_but_what_a_gate_carries",
        "puts all λ on the circle, until W_hh is scaled": "the_circle_of_orthogonal_starts",
    },
    "gradients.shares.title": {},
    "gradients.shares.text": {
        "is the sum of what each step adds": "where_a_step_adds_a_thousandth_the_weights_move_by_a_thousandth",
        "a thousand times more slowly": "where_a_step_adds_a_thousandth_the_weights_move_by_a_thousandth",
    },
    "gradients.saturation.title": {},
    "gradients.saturation.text": {
        "at what share of the steps": "saturation_equals_counting",
        "at most 0.09 of a gate, 0.19 of tanh": "a_saturated_unit_has_a_small_slope",
    },
    "clipping.clip_off.title": {"moves the weights as it is": "clipping_is_pytorchs"},
    "clipping.clip_off.text": {"the square root of the sum of the squares": "clipping_is_pytorchs"},
    "clipping.clip_norm.title": {"turned by {angle}": "clipping_is_pytorchs"},
    "clipping.clip_norm.text": {
        "the norm of the whole is at most": "the_norm_never_exceeds_the_threshold",
        "its direction stays": "clipping_by_norm_keeps_the_direction",
    },
    "clipping.clip_value.title": {"turned by {angle}": "clipping_is_pytorchs"},
    "clipping.clip_value.text": {"it turns": "clipping_by_value_turns_it"},
    "clipping.clip_idle.title": {"clipping changes nothing": "clipping_is_pytorchs"},
    "clipping.clip_idle.text": {"only on what exceeds": "a_vanishing_gradient_comes_out_as_it_went_in"},
    "clipping.vanishing.title": {"does not bring back what has vanished": "clipping_never_enlarges_anything"},
    "clipping.vanishing.text": {
        "its shape stays": "clipping_moves_the_curve_of_what_vanished_and_keeps_its_shape",
        "{ratio} times that at the last": "networks_are_compared_in_the_same_state",
    },
    "clipping.running.title": {},
    "clipping.running.text": {
        "from half to ten times the average norm": "the_proposal_is_half_to_ten_times_the_running_average",
        "with a twentieth, a tenth and a fifth": "what_our_recorded_runs_say_of_the_rule",
    },
    "clipping.running_word.title": {},
    "clipping.running_word.text": {"No threshold": "no_threshold_is_proposed_where_none_can_be"},
    "clipping.running_none.title": {},
    "clipping.running_none.text": {"No threshold": "no_threshold_is_proposed_where_none_can_be"},
    "clipping.cliff.title": {"ends at an error of": "the_cliff_says_where_both_descents_end"},
    "clipping.cliff.text": {
        "Most of it is flat": "most_of_the_surface_is_flat_and_the_wall_is_steep",
        "where it rises like a wall, the gradient is large": "most_of_the_surface_is_flat_and_the_wall_is_steep",
        "no step is longer than {longest}": "the_cliff_says_where_both_descents_end",
    },
    "clipping.above.title": {},
    "clipping.above.text": {
        "each step of colour is a factor of ten": "each_step_of_colour_is_a_power_of_ten",
        "where a path leaves the picture": "a_path_that_leaves_is_cut_at_the_edge_and_marked",
    },
    "clipping.bifurcation.title": {"can have two places": "two_attractors_between_the_folds_only"},
    "clipping.bifurcation.text": {
        "Between two biases there are two that attract": "two_attractors_between_the_folds_only",
        "there the error has its wall": "the_wall_stands_where_the_network_starts_on_its_repeller",
        "decides which of the two is reached": "beside_the_wall_the_network_reaches_one_or_the_other",
    },
    "gradients.md": {
        "multiplies the gradient by one matrix at each step": "products_of_jacobians_chain",
        "the Jacobian is diag(1 − h²) W_hh": "jacobians_equal_autograd_of_torch_cells",
        "Its largest stretch is at most γ·σ_max": "p3_no_gradient_exceeds_the_bound",
        "Below 1 the gradient *must* vanish": "p3_below_one_over_gamma_everything_vanishes",
        "need not": "p3_above_it_a_gradient_may_explode_but_need_not",
        "2.2 steps for f = 0.73": "the_direct_path_is_not_the_whole_gradient",
        "7.35 times": "the_direct_path_is_not_the_whole_gradient",
        "after the matrix product": "states_equal_torch_nn",
        "Only the sum of the two counts": "two_biases_are_one_but_in_the_candidate_of_a_gru",
        "21,888": "two_biases_are_one_but_in_the_candidate_of_a_gru",
        "it has held the word": "the_gradient_is_almost_nothing_and_the_word_is_held",
        "in all three cells the gradient vanishes": "a_gradient_vanishes_from_ten_steps_to_two_hundred",
        "To see it *explode*": "a_gradient_explodes_where_the_text_says_so",
        "with each of the seeds 0 to 9": "it_explodes_with_each_of_ten_seeds",
        "compare all of it with PyTorch’s autograd": "long_inputs_equal_autograd",
        "about 10⁻³²³": "the_map_holds_what_cannot_be_squared",
    },
    "clipping.md": {
        "Both are what": "equals_torch",
        "no step of gradient descent is longer": "the_norm_never_exceeds_the_threshold",
        "It only ever makes a gradient smaller": "clipping_never_enlarges_anything",
        "by norm it never does": "clipping_by_norm_keeps_the_direction",
        "Where the gradient truly explodes": "a_gradient_explodes_where_the_text_says_so",
        "a step too long leaves the region": "clipped_the_descent_reaches_the_valley_that_it_is_thrown_out_of",
        "At w = 5 the wall stands at b = −2.6123": "the_wall_at_w_5",
        "20 million": "the_wall_is_higher_the_larger_w",
        "a slope of 440": "an_even_grid_steps_over_the_wall_and_the_surface_does_not",
    },
}
"""What the pages Gradients and Clipping claim in general: a label or text -> words of it in English -> the test that
shows it. Nothing stands where a label only asks, defines, or says what is drawn."""
COMPARE_MD = {
    "With the same seed all six read the very same sentences": "networks_of_one_seed_read_the_same_sentences",
    "at the learning rate of their kind": "what_is_only_compared_has_the_rate_of_its_kind",
    "how often it was right in the last 100 steps of its training": "the_tables_are_those_of_all_seeds",
    "2,000 sentences on which nothing is reported": "what_seeds_are_ordered_by_is_reported_nowhere",
    "The bodies are equally large on purpose": "the_bodies_are_alike_and_the_whole_networks_are_not",
    "a readout of more units has more weights": "the_table_adds_up_to_what_pytorch_has",
    "It has no memory": "reach",
    "Each word looks at all before it": "what_a_network_sees_is_what_moves_it",
    "a word that is out of reach *cannot* change the answer": "what_is_out_of_reach_cannot_change_the_answer",
    "the size of the gradient of the answer's logit in each word's vector": "saliency_is_what_the_way_back_finds",
    "`torch.utils.flop_counter`": "the_work_is_what_pytorch_counts",
    "`sum(p.numel())`": "the_weights_are_those_of_the_module",
    "the longest chain in autograd's graph": "the_depth_is_the_longest_chain_of_products",
    "the reach against changed words": "a_word_that_changes_is_felt_as_far_as_there_is_a_path",
    "a key and a value for each word": "the_memory_of_attention_is_its_keys_and_values",
    "another word likelier than the right one while the LSTM does not": "a_claim_is_true_where_the_numbers_are_so",
    "its worst seed is above the other's best": "alike_and_ahead_follow_the_seeds",
    "*five times* is anything from 2.5 to 10": "five_times_is_within_a_factor_of_two",
    "less than 25% on average": "a_bet_is_spread_if_nothing_is_likely_and_no_more_is_right_than_by_chance",
    "take each of the three further than attention": "less_data_is_to_come_further_with_as_many_sentences",
}
GATES_MD = {
    "a gate near 0 blocks, near 1 lets through": "what_each_gate_decides",
    "on its direct way the gradient in c is multiplied by f": "on_its_direct_way_a_cells_gradient_is_multiplied_by_f",
    "half is gone after 2.2 steps": "the_half_life_of_a_forget_bias",
    "multiply by the reset gate after the product": "each_part_is_what_remains_if_the_others_are_silenced",
    "none passes any of the three": "javascripts_own_tests_pass",
    "the half-life says what the product of its gates": "the_half_life_is_the_time_after_which_the_gates_leave_half",
    "a number only where less than half is left": "the_table_of_half_lives_says_longer_where_nothing_was_measured",
    "a few units may hold for long while most forget at once": "the_mean_of_a_gate_has_no_half_life",
    "c_T is the sum over all words": "what_the_words_still_make_adds_up_to_the_last_state",
    "is W_ih x plus W_hh h plus the biases, as `torch.nn` computes it": "what_a_gate_listens_to_adds_up_to_torchs_gate",
}
TRAINING_MD = {
    "twins read the same only until one of them is ahead": "the_step_from_which_twins_read_other_examples",
    "with the same seed all read the same sentences": "networks_of_one_seed_read_the_same_sentences",
    "four times as many weights": "an_lstm_has_four_times_the_weights_of_an_rnn_and_a_gru_three_times",
    "exactly the weights that it has after 200 steps": "however_a_run_is_split_it_is_the_same",
    "the best answer that does not look at the input": "chance",
    "those that are off by less than 0.04": "the_adding_problem_is_asked_as_it_is_counted",
    "which it never meets in training": "the_examples_are_drawn_once_and_the_held_out_are_others",
    "the last good step": "a_gradient_that_is_no_number_is_told",
    "learns with 1 and not with 50": "a_threshold_within_the_band_can_fail",
    "with every seed": "what_is_said_of_overfitting_stands_in_its_table",
    "The answer is half the sum": "adding",
    "a cue before the answer": "recall",
    "of their embedded Reber grammar": "a_stream_is_strings_of_the_grammar_without_a_gap",
}
CHECK_MD = {
    "the largest difference in any unit": "what_is_compared_is_what_pytorch_says",
    "A difference shows in the step in which it arises": "it_sees_whatever_is_a_little_wrong",
    "computed in double precision": "every_network_on_the_pages_is_read_in_double_precision",
    "What is left is rounding": "on_ordinary_texts_it_says_equals_every_time",
}
NETWORKS_MD = {
    "In the loss the thing to buy weighs 60": "in_the_loss_the_thing_weighs_sixty_and_one_word_in_ten_a_little",
    "In the first quarter of the training nine in ten are brief": "brief_sentences_come_first",
    "all networks of a language read the very same sentences": "networks_of_one_seed_read_the_same_sentences",
    "nothing is reported on these sentences": "what_seeds_are_ordered_by_is_reported_nowhere",
    "two needs are told": "denied_needs_and_those_of_two_people_are_two",
    "no network met in training": "training_never_sees_a_held_out_wording",
}
CLAIMS |= {"compare.md": COMPARE_MD, "gates.md": GATES_MD}
CLAIMS |= {"training.md": TRAINING_MD, "check.md": CHECK_MD, "networks.md": NETWORKS_MD}
TESTS = "\n".join(file.read_text(encoding="utf-8") for file in files("tests"))


def claimed(where: str) -> str:
    return words._text(USUAL, where.removesuffix(".md")) if where.endswith(".md") else EN[where].replace("*", "")


@pytest.mark.parametrize("where", CLAIMS)
def test_a_claim_is_made_and_shown(where: str) -> None:
    for said, test in CLAIMS[where].items():
        assert said in claimed(where), f"{where} no longer says {said!r}: what shows what it says now?"
        assert re.search(rf"^(?:async )?def test_{test}\(", TESTS, re.MULTILINE), test


@pytest.mark.parametrize("page", ["gradients", "clipping"])
def test_every_text_of_these_pages_has_its_claims_listed(page: str) -> None:
    told = {key for key in EN if re.fullmatch(rf"{page}\.\w+\.(title|text)", key)}
    assert told == {key for key in CLAIMS if key.startswith(f"{page}.") and not key.endswith(".md")}
    for paragraph in filter(None, claimed(f"{page}.md").splitlines()):
        assert any(said in paragraph for said in CLAIMS[f"{page}.md"]), f"nothing shows: {paragraph}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_claim_is_called_by_its_code(language: str) -> None:
    """C2 … are our own names for the claims of the articles."""
    texts = [*LABELS[language].values()]
    texts += [file.read_text(encoding="utf-8") for file in (ROOT / "assets" / "content" / language).glob("*.md")]
    assert not [found for text in texts for found in re.findall(r"(?<![\w.])C\d+(?!\w)", text)]
