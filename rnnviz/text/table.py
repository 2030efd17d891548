"""The tables of word vectors: a token <-> its row. One table for each language."""

import hashlib
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np
from numpy import ndarray
from safetensors.numpy import load_file

from rnnviz.shipped import ASSETS

UNKNOWN = "<unk>"
"""The word that stands for all that are not in the table. It cannot be typed: that would be three tokens."""


@lru_cache(maxsize=1 << 14)
def normal(token: str) -> str:
    """The form an English token is looked up in: lower case, without accents."""
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

    @property
    def size(self) -> int:
        """How many words can be looked up."""
        return len(self.words) - 1

    def shares(self, token: str) -> str | None:
        """The word that a token is read as, where that is another: all tokens of a row are one word to a network."""
        return None

    @cached_property
    def lengths(self) -> ndarray:
        """The length of each vector, (N,); 1 for `<unk>`, whose vector is zero."""
        lengths: ndarray = np.linalg.norm(self.vectors, axis=1)
        return np.where(lengths, lengths, 1).astype(np.float32)


def japanese_form(token: str) -> str:
    """The form a Japanese token is looked up in: NFKC, lower case, a number without its commas."""
    form = unicodedata.normalize("NFKC", token).lower()
    return form.replace(",", "") if form[:1].isdecimal() else form


def form(token: str, language: str) -> str:
    """The form a token is looked up in, and in which a network says it."""
    return japanese_form(token) if language == "ja" else normal(token)


def hashed(form: str) -> tuple[int, int]:
    """Stands for a form in the table of keys: 32 bits, and eight more to tell apart what is alike in these."""
    digest = hashlib.blake2b(form.encode(), digest_size=5).digest()
    return int.from_bytes(digest[:4], "little"), digest[4]


@dataclass(frozen=True)
class Shared(Vocabulary):
    """A table with many tokens to a row. A row is called by the most frequent of them.

    Half a million tokens as strings would take 60 MB: of each there are 40 bits of a hash and its row. One stranger in
    two million is taken for one of them.
    """

    hashes: ndarray
    """(K,) uint32, ascending: the first part of each token's hash, see `hashed`."""
    checks: ndarray
    """(K,) uint8: the second part."""
    rows: ndarray
    """(K,) uint16."""

    def index(self, token: str) -> int:
        """The row of a token; 0, that of `<unk>`, if the table lacks it."""
        return self._rows_found(token)

    @property
    def size(self) -> int:
        """How many words can be looked up: many more than there are rows."""
        return len(self.hashes)

    @cached_property
    def _rows_found(self) -> Callable[[str], int]:
        return lru_cache(maxsize=1 << 14)(self._find)

    def _find(self, token: str) -> int:
        first, check = hashed(japanese_form(token))
        at = int(np.searchsorted(self.hashes, np.uint32(first)))
        while at < len(self.hashes) and self.hashes[at] == first:
            if self.checks[at] == check:
                return int(self.rows[at])
            at += 1
        return 0

    def shares(self, token: str) -> str | None:
        """The word that a token is read as, where that is another: all tokens of a row are one word to a network."""
        row = self.index(token)
        return self.words[row] if row and japanese_form(token) != japanese_form(self.words[row]) else None


@cache
def vocabulary(language: str = "en") -> Vocabulary:
    """The shipped table of a language, made by scripts/vectors.py or scripts/vectors_ja.py."""
    end = "" if language == "en" else f"-{language}"
    words = tuple((ASSETS / f"vectors{end}.txt").read_text(encoding="utf-8").splitlines())
    parts = load_file(ASSETS / f"vectors{end}.safetensors")
    vectors = parts.pop("vectors").astype(np.float32)
    vectors.flags.writeable = False
    return Shared(words, vectors, **parts) if parts else Vocabulary(words, vectors)


def vectors_of(tokens: Sequence[str], language: str = "en") -> ndarray:
    """The vector of each token, (T, 64) float32."""
    table = vocabulary(language)
    return table.vectors[[table.index(token) for token in tokens]]


def nearest(token: str, language: str = "en") -> tuple[tuple[str, float], ...]:
    """The five words with the most similar vectors, itself left out, and the cosine of the angle between the two, the
    nearest first. None for a token that is not in the table: it has no vector of its own."""
    row = vocabulary(language).index(token)
    return _nearest(row, language) if row else ()


@lru_cache(maxsize=1 << 13)
def _nearest(row: int, language: str, most: int = 5) -> tuple[tuple[str, float], ...]:
    table = vocabulary(language)
    cosines = table.vectors @ table.vectors[row] / (table.lengths * table.lengths[row])
    cosines[row] = -1
    found = np.argpartition(cosines, -most)[-most:]
    found = found[np.argsort(-cosines[found])]
    return tuple((table.words[j], float(cosines[j])) for j in found.tolist())
