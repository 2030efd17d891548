"""Sentence <-> tokens <-> rows of the table of word vectors.

What a token is (every rule is tested in tests/test_text.py):

- A word is a run of Latin letters and digits. Contractions split as in the Penn Treebank
  (Marcus, Santorini & Marcinkiewicz 1993): doesn't = does + n't, she's = she + 's. Other inner
  apostrophes stay (o'clock). A curly apostrophe is an apostrophe.
- A number is one token, with its inner points and commas (3.14 or 10,000).
- A run of letters of one other script is one token (Japanese: kanji, hiragana, katakana apart).
- Every punctuation mark or symbol is a token: ice-cold is three, <b> is three. An emoji with its
  skin tone, joiners and selectors is one, a flag too.
- Control characters, zero-width characters, private-use characters and lone surrogates are dropped.

Case and accents are kept in the token, and ignored when it is looked up.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy import ndarray
from safetensors.numpy import load_file

from rnnviz.shipped import ASSETS

MAX_TOKENS = 120
"""The longest sentence, in tokens, that the app reads."""
UNKNOWN = "<unk>"
"""The word that stands for all that are not in the table. It cannot be typed: that would be three tokens."""
ENDINGS = ("n't", "'s", "'re", "'ve", "'ll", "'d", "'m")
"""What a contraction ends with, as tokens of their own."""
MOST_MARKS = 8
"""Combining marks kept in a row: more are decoration, and make Unicode's normal form slow."""

JOINER = "\u200d"
APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\uff07", "'"))


@lru_cache(maxsize=1 << 14)
def _code(character: str) -> str:
    """One character for the kind of this one, so that the tokens can be found by a regular expression.

    " " space, "x" unseen, "M" clings to what it follows, "D" digit, "L" Latin letter, "R" half a flag,
    "J" joiner, "'" "." themselves (a comma counts as a point), "S" any other sign; a letter of another
    script gets a private-use character, one a script.
    """
    category = unicodedata.category(character)
    if character in "'.," or character == JOINER:
        return {",": ".", JOINER: "J"}.get(character, character)
    if character.isspace():
        return " "
    if category in ("Cc", "Cf", "Cs", "Co"):
        return "x"
    if category[0] == "M" or character == "ー" or "\U0001f3fb" <= character <= "\U0001f3ff":  # skin tones
        return "M"
    if category == "Nd":
        return "D"
    if category[0] == "L":
        script = unicodedata.name(character, "?").split(" ")[0]
        script = {"IDEOGRAPHIC": "CJK", "MODIFIER": "LATIN"}.get(script, script)
        return "L" if script == "LATIN" else _SCRIPTS.setdefault(script, chr(0xE000 + len(_SCRIPTS)))
    return "R" if "\U0001f1e6" <= character <= "\U0001f1ff" else "S"


_SCRIPTS = {"CJK": "\ue000", "HIRAGANA": "\ue001", "KATAKANA": "\ue002"}
_TOKEN = re.compile(
    r"""D[DM]* (?: \. D[DM]* )+            # a number with points
      | '? [LD][LDM]* (?: ' [LD][LDM]* )*  # a word, a number, a contraction
      | ([\ue000-\uf8ff]) (?: \1 | M )*    # a run of one other script
      | RR                                 # a flag
      | [SR.'] M* (?: J S M* )*            # a sign, an emoji
    """,
    re.VERBOSE,
)


def _clean(text: str) -> str:
    """The text in Unicode's normal form NFKC, without the characters that nobody sees."""
    kept: list[str] = []
    marks = 0
    for at, character in enumerate(text):
        code = _code(character)
        if code == "J" and kept:  # it means something between two pictures only: a family, a profession
            following = text[at + 1 : at + 2] or " "
            if code == "J" and _code(following) == "S" and (_code(kept[-1]) in "SM"):
                kept.append(character)
            continue
        marks = marks + 1 if code == "M" else 0
        if code not in "xJ" and marks <= MOST_MARKS:
            kept.append(" " if code == " " else character)
    return unicodedata.normalize("NFKC", "".join(kept)).translate(APOSTROPHES)


def _split(word: str) -> list[str]:
    """A word, without the endings of contractions, and these; an apostrophe in front stands alone."""
    tail: list[str] = []
    end = len(word)
    while found := next((e for e in ENDINGS if word[max(0, end - len(e)) : end].lower() == e), ""):
        end -= len(found)
        tail.append(word[end : end + len(found)])
    word = word[:end]
    head = ["'", word[1:]] if word.startswith("'") else [word]
    return [token for token in head + tail[::-1] if token]


def tokenize(text: str) -> tuple[str, ...]:
    """The tokens of any text, as typed (in Unicode's form NFKC). Never raises; linear in the length."""
    text = _clean(text)
    codes = "".join(map(_code, text))
    return tuple(token for m in _TOKEN.finditer(codes) for token in _split(text[m.start() : m.end()]))


def join(tokens: tuple[str, ...] | list[str]) -> str:
    """A sentence to read. `tokenize(join(tokens)) == tokens` for all that `tokenize` gives."""
    parts: list[str] = []
    open_quote, glue = False, True  # glue: the next token follows without a space
    for token in tokens:
        opens = token in tuple("([{$£€#@-/") or (token == '"' and not open_quote)
        closes = token in tuple(".,;:!?)]}%'-/") or token.lower() in ENDINGS or (token == '"' and open_quote)
        if token == '"':
            open_quote = not open_quote
        if parts and not glue and not closes and not _unspaced(parts[-1][-1], token[0]):
            parts.append(" ")
        parts.append(token)
        glue = opens
    return "".join(parts)


def _unspaced(before: str, after: str) -> bool:
    """Whether Japanese writes no space between these two characters, and needs none to tell them apart."""
    a, b = _code(before), _code(after)
    return a != b and {a, b} <= set("\ue000\ue001\ue002")


@lru_cache(maxsize=1 << 14)
def normal(token: str) -> str:
    """The form a token is looked up in: lower case, without accents."""
    plain = unicodedata.normalize("NFKD", token.lower())
    return "".join(c for c in plain if not unicodedata.category(c).startswith("M"))


@dataclass(frozen=True)
class Vocabulary:
    """The words that can be read, each with its vector."""

    words: tuple[str, ...]
    """N words in lower case; `words[0]` is `UNKNOWN`."""
    vectors: ndarray
    """(N, 64) float32; an entry's root mean square over the table is 1, `<unk>` is zero (the mean)."""

    @cached_property
    def ids(self) -> dict[str, int]:
        """Word -> row."""
        return {word: row for row, word in enumerate(self.words)}

    def index(self, token: str) -> int:
        """The row of a token; 0, that of `<unk>`, if the table lacks it."""
        return self.ids.get(normal(token), 0)

    def knows(self, token: str) -> bool:
        """Whether the table has this token."""
        return self.index(token) != 0

    @cached_property
    def lengths(self) -> ndarray:
        """The length of each vector, (N,); 1 for `<unk>`, whose vector is zero."""
        lengths: ndarray = np.linalg.norm(self.vectors, axis=1)
        return np.where(lengths, lengths, 1).astype(np.float32)


@lru_cache(maxsize=1)
def vocabulary(language: str = "en") -> Vocabulary:
    """The shipped table, made by scripts/vectors.py."""
    words = tuple((ASSETS / "vectors.txt").read_text(encoding="utf-8").splitlines())
    vectors = load_file(ASSETS / "vectors.safetensors")["vectors"].astype(np.float32)
    vectors.flags.writeable = False
    return Vocabulary(words, vectors)


def nearest(token: str) -> tuple[tuple[str, float], ...]:
    """The five words with the most similar vectors, itself left out, and the cosine of the angle between the two, the
    nearest first. None for a token that is not in the table: it has no vector of its own."""
    row = vocabulary().index(token)
    return _nearest(row) if row else ()


@lru_cache(maxsize=1 << 13)
def _nearest(row: int, most: int = 5) -> tuple[tuple[str, float], ...]:
    table = vocabulary()
    cosines = table.vectors @ table.vectors[row] / (table.lengths * table.lengths[row])
    cosines[row] = -1
    found = np.argpartition(cosines, -most)[-most:]
    found = found[np.argsort(-cosines[found])]
    return tuple((table.words[j], float(cosines[j])) for j in found.tolist())
