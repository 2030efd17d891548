"""Make two files in assets/errands/<language>: `python -m scripts.words`.

words.txt has what a network of that language can say: all that stands in 100,000 sentences with known wordings, in
lower case and in the order of the alphabet. before.txt has all that can stand before a need.
"""

import sys
from random import Random

from rnnviz.shipped import ASSETS
from rnnviz.tasks.errands.grammar import LANGUAGES
from rnnviz.tasks.errands.met import before_needs
from rnnviz.tasks.errands.sentences import made
from rnnviz.text import form

SENTENCES = 100_000


def words(language: str) -> list[str]:
    """Every word of so many sentences."""
    draw = Random(0)
    return sorted({form(token, language) for _ in range(SENTENCES) for token in made(draw, language, clauses=2)[0]})


if __name__ == "__main__":
    for language in sys.argv[1:] or LANGUAGES:
        for name, found in (("words", words(language)), ("before", sorted(before_needs(language)))):
            (ASSETS / "errands" / language / f"{name}.txt").write_text("\n".join(found) + "\n", "utf-8")
            print(f"{language}: {len(found):,} in {name}.txt")
