"""Make assets/vectors-ja.safetensors and assets/vectors-ja.txt: the word vectors of Japanese.

    python -m scripts.vectors_ja

Source: chiVe (Apache-2.0; Manabe et al. 2019), carried by the PyPI package ja-ginza: 480,000 words on 20,000 vectors.
Principal components reduce the 300 numbers to 64, as in the English table. A key is a word of Sudachi's small
dictionary, or one of chiVe's most frequent that Sudachi reads as one token, or a number in kanji. Forms of verbs and
adjectives are keys also where they stand before other words only (空か in 空かせた). Its row is chiVe's
for the word itself, else for its normalised form (石けん: 石鹸), else for what `ALIASES` says of that; forms that stand
before た (空い) have that of their normalised form first. The table is the same, byte by byte, each time.
"""

import json
import re
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
ALIASES = {"渇く": "乾く", "かわく": "乾く", "かわい": "乾く", "すい": "空く"}
"""Words that chiVe lacks or has for something else (のどがかわいた, おなかがすいた), and what they are read as."""
BEFORE_TA = ("連用形-イ音便", "連用形-促音便", "連用形-撥音便")
DIGITS = "〇一二三四五六七八九"


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


def folder() -> Path:
    """Where ja-ginza keeps its vectors. It is not imported: it wants another Sudachi than ours, and spaCy."""
    spec = find_spec("ja_ginza")
    if not spec or not spec.origin:
        raise SystemExit("python -m pip install --no-deps -r requirements-vectors.txt")
    return next(Path(spec.origin).parent.glob("ja_ginza-*/vocab"))


def chive(folder: Path) -> tuple[dict[str, int], ndarray]:
    """The row of every word, the most frequent first, and the vectors (20000, 300)."""
    rows = msgpack.unpackb((folder / "key2row").read_bytes(), strict_map_key=False)
    strings = json.loads((folder / "strings.json").read_text(encoding="utf-8"))
    words = {spacy_hash(word): word for word in strings}
    return {words[key]: row for key, row in rows.items() if key in words}, np.load(folder / "vectors")


def dictionary_words() -> tuple[dict[str, str], dict[str, str], set[str]]:
    """Each word of Sudachi's small dictionary, and its normalised form: that of its reading by itself, if it is one.

    And the same for the forms that verbs and adjectives have before た only (空い, 買っ, 死ん), as read there. And
    which of the words are forms of verbs and adjectives with a kanji.
    """
    dictionary = Dictionary(dict="small")
    tokenizer = dictionary.tokenizer()
    found: dict[str, str] = {}
    possible: dict[str, list[str]] = {}
    forms_of: set[str] = set()
    for entry in sorted(dictionary.entries(), key=lambda entry: (entry.surface(), entry.word_id())):
        word = entry.surface()
        if word not in found:
            alone = tokenizer.tokenize(word)
            found[word] = (alone[0] if len(alone) == 1 else entry).normalized_form()
        if entry.part_of_speech()[4] != "*" and re.search("[一-鿿]", word):
            forms_of.add(word)
        if entry.part_of_speech()[5] in BEFORE_TA:
            possible.setdefault(word, []).append(entry.normalized_form())
    read = {word: {tokenizer.tokenize(word + ta)[0].normalized_form() for ta in "ただ"} for word in possible}
    before_ta = {word: next((f for f in forms if f in read[word]), forms[0]) for word, forms in possible.items()}
    return found, before_ta, forms_of


def keys(rows: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Each key and its row in chiVe; where several have one form, the first counts."""
    aliases = {word: rows[alias] for word, alias in ALIASES.items()}
    yield from aliases.items()
    known = rows | aliases
    words, before_ta, forms_of = dictionary_words()
    numbers = set(range(11, 10_000)) - {100, 1000}  # 十, 百 and 千 are words
    yield from ((in_kanji(number), rows[str(number)]) for number in sorted(numbers) if str(number) in rows)
    for word, form in before_ta.items():
        if form in known and re.search("[一-鿿]|っ$", word):  # ない and よん are other words
            yield word, known[form]
    for rank, (word, row) in enumerate(rows.items()):
        if (word in words or rank < FREQUENT) and len(tokenize(word)) == 1:
            yield word, row
    for word, form in words.items():
        if form in known and (word in forms_of or len(tokenize(word)) == 1):
            yield word, known[form]


def in_kanji(number: int) -> str:
    """A number below 10,000 as kanji write it: 352 is 三百五十二."""
    parts = zip(f"{number:04}", "千百十*", strict=True)
    written = "".join((DIGITS[int(digit)] + unit) for digit, unit in parts if digit != "0")
    return re.sub("一(?=[千百十])", "", written).replace("*", "")


def main() -> None:
    rows, vectors = chive(folder())
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
    parts: dict[str, ndarray] = {
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
