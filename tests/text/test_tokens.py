"""What a token is, what a word's row is, and that no text can upset either."""

import time
import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnnviz.text import UNKNOWN, join, normal, tokenize, vocabulary

FAMILY = "👨‍👩‍👧"
CASES = {
    "Starving, Alice drives.": ("Starving", ",", "Alice", "drives", "."),
    "He doesn't care": ("He", "does", "n't", "care"),
    "She’s here, they’re not; I’d've known": (
        *("She", "'s", "here", ",", "they", "'re", "not", ";", "I", "'d", "'ve", "known"),
    ),
    "can't won't": ("ca", "n't", "wo", "n't"),
    "DON'T": ("DO", "N'T"),
    "five o'clock": ("five", "o'clock"),
    "the students' books": ("the", "students", "'", "books"),
    "'man'": ("'", "man", "'"),
    "ice-cold": ("ice", "-", "cold"),
    "in 1999 for 3.14 or 10,000, not 5.": (
        *("in", "1999", "for", "3.14", "or", "10,000", ",", "not", "5", "."),
    ),
    "the 20th mp3": ("the", "20th", "mp3"),
    "a café": ("a", "café"),
    "cafe\u0301": ("café",),
    "ﬁne ＡＢＣ": ("fine", "ABC"),
    f"hi👍🏽{FAMILY}🇯🇵🇫🇷!": ("hi", "👍🏽", FAMILY, "🇯🇵", "🇫🇷", "!"),
    "❤️❤️": ("❤️", "❤️"),
    "שלום עולם": ("שלום", "עולם"),
    "приветworld": ("привет", "world"),
    "zero\u200bwidth\ufeff\x00\x1b \u202eturn\ud800ed": ("zerowidth", "turned"),
    "<script>alert(1)</script>": (
        *("<", "script", ">", "alert", "(", "1", ")", "<", "/", "script", ">"),
    ),
    "<unk>": ("<", "unk", ">"),
    "": (),
    " \t\n\u3000": (),
    "\u200d\u0301": (),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_tokens(text: str) -> None:
    assert tokenize(text) == CASES[text]


@given(st.text())
@example("A\u200d\u0301\ufe0f\u200d☀'S'n't's''")
@example("\ufdfa ½ ŉ \u3099か\u3099 ーー")
def test_any_text_becomes_tokens_that_join_and_split_again(text: str) -> None:
    tokens = tokenize(text)
    assert tokenize(join(tokens)) == tokens
    for token in tokens:
        assert token
        assert not any(c.isspace() for c in token)
        assert token.encode()  # no lone surrogates: it can be sent to a browser
        assert "Cc" not in map(unicodedata.category, token)
        assert 0 <= vocabulary().index(token) < len(vocabulary().words)


@pytest.mark.alone
@pytest.mark.parametrize(
    "text",
    [
        *("hungry ", "'s", "n't", "a" + "\u0300\u0316" * 4, "a'", "1.", "👨‍", "\u0300\u0316", "(((("),
        *("空腹の", "あ", "ア", "漢", "ー猫", "あ\u3099\u309a", "猫 犬", "猫 cat", "3猫", "。猫", "〜あ"),
    ],
)
def test_long_texts_take_time_in_proportion(text: str) -> None:
    """Eight times the text: eight times the work, where a quadratic way would take sixty-four times as long."""

    def work(count: int) -> float:
        start = time.process_time()
        tokenize(text * count)
        return time.process_time() - start

    assert min(work(16_000) / work(2_000) for _ in range(3)) < 24


@pytest.mark.parametrize(
    "text",
    [
        "Starving, Alice drives to the nearest store to buy food.",
        "He doesn't, she's here (at 3.14); can't we?",
        'Say "hello" to ice-cold Bob.',
        "空腹のアリスはラーメンを買う。",
        "お腹が空いたBobはNew Yorkで10,000円の「石けん」を2つ買う。",
    ],
)
def test_joined_tokens_read_as_typed(text: str) -> None:
    assert join(tokenize(text)).replace(" 。", "。") == text


def test_looking_up_ignores_case_and_accents() -> None:
    words = vocabulary()
    assert words.index("CAFÉ") == words.index("cafe") != 0
    assert words.index("Alice") == words.index("alice") != 0
    assert normal("Ünïté") == "unite"


@pytest.mark.parametrize("token", ["n't", "'s", "N'T", "ca", "starving", "famished", "store", ",", ".", "7", "o'clock"])
def test_words_and_parts_of_contractions_are_known(token: str) -> None:
    assert vocabulary().knows(token)


@pytest.mark.parametrize("token", ["qwrtzpl", "👍", "空腹", "שלום", "<unk>x", UNKNOWN.upper() + "?"])
def test_strangers_are_unknown_and_have_the_mean_vector(token: str) -> None:
    words = vocabulary()
    assert not words.knows(token)
    assert words.words[words.index(token)] == UNKNOWN
    assert not words.vectors[0].any()


def test_the_table_is_what_its_docstring_says() -> None:
    words = vocabulary()
    assert words.vectors.shape == (len(words.words), 64)
    assert len(words.words) == len(set(words.words)) > 15_000
    assert words.vectors.dtype == np.float32
    assert np.sqrt((words.vectors**2).mean()) == pytest.approx(1, abs=0.01)
    assert all(normal(word) == word for word in words.words)


def test_near_in_meaning_is_near_in_the_table() -> None:
    words = vocabulary()

    def likeness(a: str, b: str) -> float:
        u, v = words.vectors[words.index(a)], words.vectors[words.index(b)]
        return float(u @ v / np.linalg.norm(u) / np.linalg.norm(v))

    assert likeness("hungry", "famished") > likeness("hungry", "bridge") + 0.2
    assert likeness("n't", "not") > 0.99
