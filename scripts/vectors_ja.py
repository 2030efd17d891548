"""Make assets/vectors-ja.safetensors and assets/vectors-ja.txt: the word vectors of Japanese.

    python -m scripts.vectors_ja

Source: chiVe (Apache-2.0; Manabe et al. 2019), carried by the PyPI package ja-ginza: 480,000 words on 20,000 vectors.
Principal components reduce the 300 numbers to 64, as in the English table. A key is a word of Sudachi's small
dictionary, or one of chiVe's most frequent that Sudachi reads as one token; its row is chiVe's for the word itself,
else for its normalised form (石けん: 石鹸), else for what `ALIASES` says of that. The table is the same, byte by byte,
each time.
"""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import msgpack
import numpy as np
from numpy import ndarray
from safetensors.numpy import save_file
from sudachipy import Dictionary

from rnnviz.shipped import ASSETS
from rnnviz.text import UNKNOWN, tokenize
from rnnviz.text.table import hashed, japanese_form
from scripts.reduce import SIZE, reduce

FREQUENT = 100_000
"""So many of chiVe's words may be keys without being in the dictionary, the most frequent."""
ALIASES = {"渇く": "乾く"}
"""Normalised forms that chiVe lacks, and what they are read as."""


def spacy_hash(text: str, seed: int = 1) -> int:
    """The key of a string in spaCy's tables: MurmurHash64A (Appleby 2008)."""
    data, factor, full = text.encode(), 0xC6A4A7935BD1E995, (1 << 64) - 1
    result = seed ^ len(data) * factor & full
    for at in range(0, len(data) - 7, 8):
        part = int.from_bytes(data[at : at + 8], "little") * factor & full
        result = (result ^ (part ^ part >> 47) * factor & full) * factor & full
    if tail := data[len(data) & ~7 :]:
        result = (result ^ int.from_bytes(tail, "little")) * factor & full
    result = (result ^ result >> 47) * factor & full
    return result ^ result >> 47


def chive(folder: Path) -> tuple[dict[str, int], ndarray]:
    """The row of every word, the most frequent first, and the vectors (20000, 300)."""
    rows = msgpack.unpackb((folder / "key2row").read_bytes(), strict_map_key=False)
    strings = json.loads((folder / "strings.json").read_text(encoding="utf-8"))
    words = {spacy_hash(word): word for word in strings}
    return {words[key]: row for key, row in rows.items() if key in words}, np.load(folder / "vectors")


def dictionary_words() -> dict[str, str]:
    """Each word of Sudachi's small dictionary, and its normalised form: that of its reading by itself, if it is one."""
    dictionary = Dictionary(dict="small")
    tokenizer = dictionary.tokenizer()
    found: dict[str, str] = {}
    for entry in sorted(dictionary.entries(), key=lambda entry: (entry.surface(), entry.word_id())):
        if entry.surface() not in found:
            alone = tokenizer.tokenize(entry.surface())
            found[entry.surface()] = (alone[0] if len(alone) == 1 else entry).normalized_form()
    return found


def keys(rows: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Each key and its row in chiVe; where several have one form, the first counts."""
    words = dictionary_words()
    for rank, (word, row) in enumerate(rows.items()):
        if (word in words or rank < FREQUENT) and len(tokenize(word)) == 1:
            yield word, row
    for word, normalised in words.items():
        for form in (normalised, ALIASES.get(normalised, "")):
            if form in rows and len(tokenize(word)) == 1:
                yield word, rows[form]
                break


def main() -> None:
    spec = find_spec("ja_ginza")
    if not spec or not spec.origin:
        raise SystemExit("python -m pip install --no-deps -r requirements-vectors.txt")
    rows, vectors = chive(next(Path(spec.origin).parent.glob("ja_ginza-*/vocab")))
    found: dict[str, int] = {}
    for word, row in keys(rows):
        found.setdefault(japanese_form(word), row)
    used = sorted(set(found.values()))
    place = {row: at for at, row in enumerate(used, 1)}
    names: dict[int, str] = {}
    for word, row in sorted(rows.items(), key=lambda item: found.get(japanese_form(item[0])) != item[1]):
        names.setdefault(row, word)  # the most frequent key; where none is chiVe's own, the most frequent word
    table = sorted({hashed(form): place[row] for form, row in found.items()}.items())
    reduced = reduce(vectors[used].astype(np.float64))
    parts = {
        "vectors": np.vstack([np.zeros((1, SIZE)), reduced]).astype(np.float16),
        "hashes": np.array([first for (first, _), _ in table], np.uint32),
        "checks": np.array([check for (_, check), _ in table], np.uint8),
        "rows": np.array([row for _, row in table], np.uint16),
    }
    save_file(parts, ASSETS / "vectors-ja.safetensors", {"source": "chiVe (Apache-2.0), reduced by PCA"})
    text = "\n".join([UNKNOWN, *(names[row] for row in used)]) + "\n"
    (ASSETS / "vectors-ja.txt").write_text(text, encoding="utf-8")
    print(f"{len(used) + 1:,} rows, {len(table):,} keys, {sum(part.nbytes for part in parts.values()) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
