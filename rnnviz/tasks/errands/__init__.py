"""The language of errands: its words, its sentences, how they are read, and the task that is made of them."""

from rnnviz.tasks.errands.alike import alike, filler
from rnnviz.tasks.errands.claims import Mention
from rnnviz.tasks.errands.grammar import LANGUAGES, Wordings, grammar_of
from rnnviz.tasks.errands.meaning import SAYS, Meaning, meaning, mentions
from rnnviz.tasks.errands.reading import can_end, exchanged, need_at, need_of, stretch
from rnnviz.tasks.errands.sentences import (
    ANSWER_WEIGHT,
    EXAMPLES,
    LOTTERY,
    PADDING,
    SHARES,
    THINGS,
    Batch,
    Kind,
    batch,
    by_second_author,
    held_out_ceiling,
    output_words,
    sentence,
    things,
)
from rnnviz.tasks.errands.turning import Turning, turnings
from rnnviz.tasks.errands.wordings import Need, needs
from rnnviz.text import language_of

NEEDS = needs("en")
"""The ten needs in English, by their names."""

__all__ = [
    "ANSWER_WEIGHT",
    "EXAMPLES",
    "LANGUAGES",
    "LOTTERY",
    "NEEDS",
    "PADDING",
    "SAYS",
    "SHARES",
    "THINGS",
    "Batch",
    "Kind",
    "Meaning",
    "Mention",
    "Need",
    "Turning",
    "Wordings",
    "alike",
    "batch",
    "by_second_author",
    "can_end",
    "exchanged",
    "filler",
    "grammar_of",
    "held_out_ceiling",
    "language_of",
    "meaning",
    "mentions",
    "need_at",
    "need_of",
    "needs",
    "output_words",
    "sentence",
    "stretch",
    "things",
    "turnings",
]
