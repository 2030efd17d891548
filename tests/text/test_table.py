"""The tables of word vectors: what is looked up is found, and what is read as another word says so."""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from rnnviz.shipped import ASSETS
from rnnviz.tasks import TASKS
from rnnviz.text import UNKNOWN, nearest, tokenize, vectors_of, vocabulary
from scripts import vectors_ja

SAMPLE: dict[str, str] = json.loads(Path(__file__).with_name("chive.json").read_text(encoding="utf-8"))
"""299 nouns of chiVe, drawn at random, and the most frequent word on the vector of each; made without scripts/."""
THINGS = ("食べ物", "水", "薬", "手袋", "コーヒー", "石鹸", "本", "花", "ろうそく", "靴")


def likeness(a: str, b: str) -> float:
    u, v = vectors_of((a, b), "ja")
    return float(u @ v / np.linalg.norm(u) / np.linalg.norm(v))


def test_the_japanese_table_is_what_its_docstring_says() -> None:
    words = vocabulary("ja")
    assert words.vectors.shape == (len(words.words), 64)
    assert words.vectors.dtype == np.float32
    assert len(words.words) == len(set(words.words)) > 15_000
    assert words.words[0] == UNKNOWN
    assert not words.vectors[0].any()
    assert np.sqrt((words.vectors**2).mean()) == pytest.approx(1, abs=0.01)
    assert sum(file.stat().st_size for file in ASSETS.glob("vectors-ja.*")) <= 6e6


def test_words_of_chive_have_its_rows() -> None:
    words = vocabulary("ja")
    assert {word: words.words[words.index(word)] for word in SAMPLE} == SAMPLE
    assert {word: words.shares(word) or word for word in SAMPLE} == SAMPLE


@pytest.mark.skipif(find_spec("ja_ginza") is None, reason="the package is for make weights alone")
def test_the_sample_is_chives() -> None:
    rows, _ = vectors_ja.chive(vectors_ja.folder())
    assert all(rows[word] == rows[name] for word, name in SAMPLE.items())


def test_the_things_have_rows_of_their_own_in_their_spelling() -> None:
    words = vocabulary("ja")
    assert len({words.index(thing) for thing in THINGS} - {0}) == len(THINGS)
    assert tokenize("".join(f"{thing}、" for thing in THINGS))[::2] == THINGS
    assert [words.shares(thing) for thing in THINGS if thing != "ろうそく"] == [None] * 9
    assert words.shares("ろうそく") == "蝋燭"


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("石けん", "石鹸"),  # by its normalised form
        ("渇い", "乾く"),  # by an alias of that
        ("渇く", "乾く"),
        ("空い", "空く"),  # as before た
        ("買っ", "買う"),
        ("行っ", "行く"),
        ("なっ", "成る"),
        ("すい", "空く"),  # おなかがすいた
        ("すごーい", "凄い"),
        ("10,000", "10000"),
        ("二十", "20"),
        ("三百五十", "350"),
        ("IPHONE", "iphone"),
        ("ネコ", "猫"),
    ],
)
def test_a_token_is_read_as_another_word(token: str, name: str) -> None:
    words = vocabulary("ja")
    assert words.index(token) == words.index(name) != 0


@pytest.mark.parametrize("token", ["買う", "水", "の", "。", "!", "10", "iPhone", "ない", "はい", "汚れ"])
def test_a_word_is_read_as_itself(token: str) -> None:
    assert vocabulary("ja").knows(token)
    assert vocabulary("ja").shares(token) is None


def test_of_the_common_particles_one_is_unknown() -> None:
    """The row of まで is there, as that of 迄; the networks were trained while まで itself was missing, so it stays."""
    words, particles = (
        vocabulary("ja"),
        "は に が を で と から まで より へ も の ね よ か など だけ しか ほど くらい ばかり",
    )
    assert [one for one in particles.split() if not words.knows(one)] == ["まで"]
    assert words.words[words.index("迄")] == "まで"


@pytest.mark.parametrize("token", ["qwrtzpl", "👍", "שלום", "ぬぬぬぬ", "<unk>x", UNKNOWN])
def test_strangers_are_unknown(token: str) -> None:
    words = vocabulary("ja")
    assert not words.knows(token)
    assert words.shares(token) is None
    assert nearest(token, "ja") == ()
    assert not vectors_of((token,), "ja").any()


def test_hardly_a_stranger_is_taken_for_a_word() -> None:
    """A key is 40 bits of a hash: of 20,000 strings that are no words none is found."""
    words = vocabulary("ja")
    assert [text for k in range(20_000) if words.knows(text := f"zz{k}qx")] == []


def test_near_in_meaning_is_near_in_the_table() -> None:
    assert likeness("空腹", "食べ物") > likeness("空腹", "橋") + 0.2
    assert likeness("裸足", "靴") > likeness("裸足", "本") + 0.2
    assert {"紅茶", "ジュース", "ビール"} & {word for word, _ in nearest("コーヒー", "ja")}


def test_an_english_word_is_read_as_itself_alone() -> None:
    assert vocabulary().shares("CAFÉ") is None
    assert nearest("hungry") == nearest("hungry", "en")
    np.testing.assert_array_equal(vectors_of(("Alice", "qwrtzpl"))[0], vocabulary().vectors[vocabulary().ids["alice"]])


def test_tasks_read_a_table_that_there_is() -> None:
    assert all(vocabulary(task.reads).vectors.shape[1] == 64 for task in TASKS.values() if task.words)


def test_kanji_numbers() -> None:
    given = {11: "十一", 20: "二十", 352: "三百五十二", 1999: "千九百九十九", 2026: "二千二十六", 9010: "九千十"}
    assert {number: vectors_ja.in_kanji(number) for number in given} == given
