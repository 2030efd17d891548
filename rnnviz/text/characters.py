"""Characters: what kind each is, for the regular expressions that find tokens; and a text without those nobody sees."""

import unicodedata
from functools import lru_cache

MOST_MARKS = 8
"""Combining marks kept in a row: more are decoration, and make Unicode's normal form slow."""

JOINER = "\u200d"
APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\uff07", "'"))


SCRIPTS = {"CJK": "\ue000", "HIRAGANA": "\ue001", "KATAKANA": "\ue002"}
JAPANESE = frozenset(SCRIPTS.values())
"""The codes of kanji, hiragana and katakana."""


@lru_cache(maxsize=1 << 14)
def code(character: str) -> str:
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
        return "L" if script == "LATIN" else SCRIPTS.setdefault(script, chr(0xE000 + len(SCRIPTS)))
    return "R" if "\U0001f1e6" <= character <= "\U0001f1ff" else "S"


def clean(text: str) -> str:
    """The text in Unicode's normal form NFKC, without the characters that nobody sees."""
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for at, character in enumerate(text):
        kind = code(character)
        if kind == "J" and kept:  # it means something between two pictures only: a family, a profession
            following = text[at + 1 : at + 2] or " "
            if code(following) == "S" and code(kept[-1]) in "SM":
                kept.append(character)
            continue
        marks = marks + 1 if kind == "M" else 0
        if kind not in "xJ" and marks <= MOST_MARKS:
            kept.append(" " if kind == " " else character)
    return unicodedata.normalize("NFKC", "".join(kept)).translate(APOSTROPHES)
