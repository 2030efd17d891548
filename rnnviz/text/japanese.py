"""Japanese sentences: words are found by Sudachi (Takaoka et al. 2018) and its small dictionary, in its mode C.

What a token is (every rule is tested in tests/text/test_japanese.py):

- A word is what Sudachi finds in a run of kanji and kana: 買うのは is 買う, の, は. The long vowel ー belongs to the
  run; of more than eight in a row eight are left. So does 〜 between two kana or kanji, if Sudachi's word has it
  (すご〜い); else it stands alone.
- Half-width katakana become full-width, full-width letters and digits half-width (NFKC), with these two exceptions:
  ～ is 〜, and ゛ and ゜ join the kana in front of them.
- A number in digits is one token, with its inner points and commas; what it counts is another (2つ: 2, つ). A number in
  kanji is one token (三百五十).
- A Latin word is one token, also a contraction (don't). So is a run of letters of any other script.
- Every punctuation mark or symbol is a token, an emoji with all that belongs to it and a flag too, as in English.
- Blanks and ends of lines are dropped: 空 白 is read as 空白. One blank stays between two Latin words or numbers.

Sudachi reads a sentence in stretches of about `STRETCH` characters, so that the work is in proportion to the length.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import count, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from rnnviz import host
from rnnviz.text.characters import JAPANESE, clean, code

if TYPE_CHECKING:
    from sudachipy import Dictionary

STRETCH = 300
"""Characters after which Sudachi begins anew; longer than nearly all that is read (`MAX_TOKENS`)."""
OFTEN = 50
"""After so many stretches the memory that the dictionary's file takes is given back to the system."""
_READ = count()
AS_TYPED = str.maketrans({"～": "〜", "゛": "\u3099", "゜": "\u309a"})
_PIECE = re.compile(
    r"""D[DM]* (?: \. D[DM]* )+                 # a number with points
      | [LD][LDM]* (?: ' [LD][LDM]* )*          # a Latin word, a number
      | (?: K M* (?: ~{1,8} (?=K) )? ){1,200}   # kanji and kana
      | ([\ue003-\uf8ff]) (?: \1 | M )*         # a run of one other script
      | RR                                      # a flag
      | [SR.'~] M* (?: J S M* )*                # a sign, an emoji
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=1 << 14)
def _kind(character: str) -> str:
    """The code of a character, "K" for kanji and kana, "~" for 〜."""
    if character in "ー〇":
        return "K"
    kind = code(character)
    return "~" if character == "〜" else "K" if kind in JAPANESE else kind


def tokens(text: str) -> tuple[str, ...]:
    """The tokens of a Japanese text."""
    typed = text.translate(AS_TYPED)
    cleaned = clean(typed)
    if cleaned != typed:  # NFKC may have made marks and joiners that are to go as well
        cleaned = clean(cleaned)
    pieces = _pieces(_close_up(cleaned))
    return tuple(token for stretch in _stretches(pieces) for token in _words(stretch))


def join(tokens: Sequence[str]) -> str:
    """A Japanese sentence to read: no blanks, but where Latin words or numbers need one."""
    blanks = (" " if _apart(a[0], b[0]) else "" for a, b in pairwise(tokens))
    return "".join(part for pair in zip(tokens, [*blanks, ""], strict=True) for part in pair)


def _apart(before: str, after: str) -> bool:
    """Whether a blank stays between these two characters."""
    return (_latin(before) or before in ".,!?;:") and _latin(after)


def _latin(character: str) -> bool:
    """Whether this is of a Latin word or a number, or of another script that writes blanks."""
    kind = _kind(character)
    return kind in "LD'" or kind >= "\ue003"


def _close_up(text: str) -> str:
    """The text without the blanks that Japanese does not need, and without marks that cling to nothing."""
    words = [word for part in text.split() if (word := _without_marks_in_front(part))]
    blanks = (" " if _apart(a[-1], b[0]) or (code(a[-1]) == "M" and _latin(b[0])) else "" for a, b in pairwise(words))
    return "".join(part for pair in zip(words, [*blanks, ""], strict=False) for part in pair)


def _without_marks_in_front(part: str) -> str:
    start = 0
    while start < len(part) and _kind(part[start]) == "M":
        start += 1
    return part[start:]


def _pieces(text: str) -> list[str]:
    """The text in pieces, each a token but for runs of kanji and kana, which hold several."""
    codes = "".join(map(_kind, text))
    return [text[m.start() : m.end()] for m in _PIECE.finditer(codes)]


def _stretches(pieces: list[str]) -> Iterator[list[str]]:
    """What Sudachi reads at once: it ends where a blank stays, and where it would be too long."""
    stretch: list[str] = []
    size = 0
    for piece in pieces:
        if stretch and (size >= STRETCH or _apart(stretch[-1][0], piece[0])):
            yield stretch
            stretch, size = [], 0
        stretch.append(piece)
        size += len(piece)
    yield stretch


def _words(stretch: list[str]) -> Iterator[str]:
    """The tokens of a stretch."""
    dictionary, _ = _dictionary()
    if next(_READ) % OFTEN == 0:
        give_back()
    ends = {word.end() for word in dictionary.tokenizer().tokenize("".join(stretch))}
    start = 0
    for piece in stretch:
        cuts = range(1, len(piece) if _kind(piece[0]) == "K" else 1)
        cuts_here = [k for k in cuts if start + k in ends and _kind(piece[k]) != "M"]
        yield from (piece[a:b] for a, b in pairwise([0, *cuts_here, len(piece)]))
        start += len(piece)


@lru_cache(maxsize=4096)
def parts_of_speech(words: str) -> tuple[str, ...]:
    """What the last word is as Sudachi's dictionary has it, from wide to narrow: 名詞, 固有名詞, 人名."""
    *_, last = _dictionary()[0].tokenizer().tokenize(words)
    return tuple(last.part_of_speech())


def give_back() -> None:
    """Give back to the system what has been read of the dictionary's file. What is needed after all is read again."""
    host.give_back(_dictionary()[1])


@cache
def _dictionary() -> tuple["Dictionary", list[tuple[int, int]]]:
    """Sudachi's small dictionary, loaded at the first Japanese sentence, and where in memory it lies: 115 MB of a file,
    of which loading reads a quarter, a sentence a twentieth, and another sentence another.

    Threads share it; a tokenizer is one thread's, so each stretch has its own, which costs less than a microsecond.
    """
    import sudachidict_small
    from sudachipy import Dictionary

    file = Path(sudachidict_small.__file__).resolve().with_name("resources") / "system.dic"
    return Dictionary(dict=str(file)), host.mapped(str(file), "r--")
