"""The language of errands: its words, its sentences, how they are read, and the task that is made of them."""

from rnnviz.tasks.errands.lexicon import NEEDS, OUTPUT_WORDS, TOKENS
from rnnviz.tasks.errands.meaning import SAYS, Meaning, Mention, meaning, mentions
from rnnviz.tasks.errands.reading import can_end, exchanged, need_at, need_of, stretch
from rnnviz.tasks.errands.sentences import (
    EXAMPLES,
    PADDING,
    POOLS,
    THINGS,
    Batch,
    Form,
    Wordings,
    batch,
    held_out_ceiling,
    sentence,
)

__all__ = [
    "EXAMPLES",
    "NEEDS",
    "OUTPUT_WORDS",
    "PADDING",
    "POOLS",
    "SAYS",
    "THINGS",
    "TOKENS",
    "Batch",
    "Form",
    "Meaning",
    "Mention",
    "Wordings",
    "batch",
    "can_end",
    "exchanged",
    "held_out_ceiling",
    "meaning",
    "mentions",
    "need_at",
    "need_of",
    "sentence",
    "stretch",
]
