"""Make assets/errands/<language>/words.txt, what a network of that language can say: `python -m scripts.words`.

All that stands in 100,000 sentences with known wordings, in lower case and in the order of the alphabet.
"""

import sys
from random import Random

from rnnviz.shipped import ASSETS
from rnnviz.tasks.errands.grammar import LANGUAGES
from rnnviz.tasks.errands.sentences import made
from rnnviz.text import normal

SENTENCES = 100_000


def words(language: str) -> list[str]:
    """Every word of so many sentences."""
    draw = Random(0)
    return sorted({normal(token) for _ in range(SENTENCES) for token in made(draw, language, clauses=2)[0]})


if __name__ == "__main__":
    for language in sys.argv[1:] or LANGUAGES:
        found = words(language)
        (ASSETS / "errands" / language / "words.txt").write_text("\n".join(found) + "\n", "utf-8")
        print(f"{language}: {len(found):,} words")
