"""Sentence <-> tokens.

A text with kana or kanji is read as Japanese: `rnnviz.text.japanese` says what its tokens are. What a token is in all
others (every rule is tested in tests/text/test_tokens.py):

- A word is a run of Latin letters and digits. Contractions split as in the Penn Treebank
  (Marcus, Santorini & Marcinkiewicz 1993): doesn't = does + n't, she's = she + 's. Other inner
  apostrophes stay (o'clock). A curly apostrophe is an apostrophe.
- A number is one token, with its inner points and commas (3.14 or 10,000).
- A run of letters of one other script is one token.
- Every punctuation mark or symbol is a token: ice-cold is three, <b> is three. An emoji with its
  skin tone, joiners and selectors is one, a flag too.
- Control characters, zero-width characters, private-use characters and lone surrogates are dropped.

Case and accents are kept in the token, and ignored when it is looked up.
"""

import re
from collections.abc import Sequence
from typing import Any

from rnnviz.text import japanese
from rnnviz.text.characters import JAPANESE, clean, code

MAX_TOKENS = 120
"""The longest sentence, in tokens, that the app reads."""
ENDINGS = ("n't", "'s", "'re", "'ve", "'ll", "'d", "'m")
"""What a contraction ends with, as tokens of their own."""

_TOKEN = re.compile(
    r"""D[DM]* (?: \. D[DM]* )+            # a number with points
      | '? [LD][LDM]* (?: ' [LD][LDM]* )*  # a word, a number, a contraction
      | ([\ue000-\uf8ff]) (?: \1 | M )*    # a run of one other script
      | RR                                 # a flag
      | [SR.'] M* (?: J S M* )*            # a sign, an emoji
    """,
    re.VERBOSE,
)


def _split(word: str) -> list[str]:
    """A word, without the endings of contractions, and these. An apostrophe in front stands alone, with its marks."""
    if "'" not in word or (word[0] == "'" and code(word[1:2] or " ") == "M"):
        return [word]
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
    cleaned = clean(text)
    codes = "".join(map(code, cleaned))
    if not JAPANESE.isdisjoint(codes):
        return japanese.tokens(text)
    return tuple(token for m in _TOKEN.finditer(codes) for token in _split(cleaned[m.start() : m.end()]))


def replaced(tokens: Sequence[str], at: Any, word: Any) -> tuple[str, ...]:
    """The tokens with another word in the place `at` (from 0).

    Raises ValueError for a place where there is no token, and for a word that is not one token: with two, or none, no
    later token would stand where it stood, and nothing could be compared.
    """
    if type(at) is not int or not 0 <= at < len(tokens):
        raise ValueError(f"wanted the place of a token, 0 to {len(tokens) - 1}, got {at!r}")
    if not isinstance(word, str):
        raise ValueError(f"wanted a word, got a {type(word).__name__}")
    found = tokenize(word)
    if len(found) != 1:
        raise ValueError(f"wanted one token, got {len(found)} in {word!r}" + (f": {', '.join(found)}" if found else ""))
    return (*tokens[:at], *found, *tokens[at + 1 :])


def language_of(text: str | Sequence[str]) -> str:
    """The language of a text or of its tokens: "ja" with a kana or a kanji in it, else "en"."""
    whole = clean(text) if isinstance(text, str) else "".join(text)
    return "en" if whole.isascii() or JAPANESE.isdisjoint(map(code, whole)) else "ja"


def join(tokens: tuple[str, ...] | list[str]) -> str:
    """A sentence to read. `tokenize(join(tokens)) == tokens` for all that `tokenize` gives."""
    if language_of(tokens) == "ja":
        return japanese.join(tokens)
    parts: list[str] = []
    open_quote, glue = False, True  # glue: the next token follows without a space
    for token in tokens:
        opens = token in tuple("([{$£€#@-/") or (token == '"' and not open_quote)
        closes = token in tuple(".,;:!?)]}%'-/") or token.lower() in ENDINGS or (token == '"' and open_quote)
        if token == '"':
            open_quote = not open_quote
        if parts and not glue and not closes:
            parts.append(" ")
        parts.append(token)
        glue = opens
    return "".join(parts)
