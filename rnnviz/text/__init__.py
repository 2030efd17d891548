"""Sentence <-> tokens <-> rows of the tables of word vectors, in English and in Japanese."""

from rnnviz.text.asking import ASKED, asking_words, begun, missing
from rnnviz.text.quotes import quotations
from rnnviz.text.table import UNKNOWN, Vocabulary, form, nearest, normal, vectors_of, vocabulary
from rnnviz.text.tokens import MAX_TOKENS, join, language_of, replaced, tokenize

__all__ = [
    "ASKED",
    "MAX_TOKENS",
    "UNKNOWN",
    "Vocabulary",
    "asking_words",
    "begun",
    "form",
    "join",
    "language_of",
    "missing",
    "nearest",
    "normal",
    "quotations",
    "replaced",
    "tokenize",
    "vectors_of",
    "vocabulary",
]
