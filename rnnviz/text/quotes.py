"""Quotations: where they begin and end, by the quotation marks of English and Japanese."""

from collections.abc import Container, Sequence

CLOSES = {
    "「": "」", "『": "』", "“": "”“", "„": "“”‟", "‟": "”", "”": "”", "〝": "〟", "«": "»", "»": "«", "‹": "›",
    '"': '"', "'": "'",
}  # fmt: skip
"""What closes a quotation, by what opens it. Half-width and full-width marks are one (`rnnviz.text.tokenize`)."""


def quotations(words: Sequence[str], apostrophes: Container[int] = ()) -> list[tuple[int, int]]:
    """Where each quotation opens and closes, those inside others too; one that is not closed ends after the last word.

    `words`: tokens or characters; `apostrophes`: the places of those that are no quotation marks.
    """
    found: list[tuple[int, int]] = []
    opened: list[int] = []
    for at, word in enumerate(words):
        if (word not in CLOSES and word not in "」』〟›") or at in apostrophes:
            continue
        if opened and word in CLOSES[words[opened[-1]]]:
            found.append((opened.pop(), at))
        elif word in CLOSES:
            opened.append(at)
    return sorted([*found, *((at, len(words)) for at in opened)])
