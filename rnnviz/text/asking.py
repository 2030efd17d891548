"""How a sentence is asked for the thing: the words that are added to it, in each language."""

from collections.abc import Sequence

ASKED = {
    "en": (("to", "buy"),),
    "ja": (("買う", "の", "は"), ("買い", "たい", "の", "は"), ("買っ", "た", "物", "は")),
}
"""What a sentence ends with that asks for a thing, as tokens, by its language. The first is added; a sentence that has
begun another is given the rest of that."""
BUYING = frozenset(["buy", "buys", "bought", "buying", "purchase", "purchases", "purchased"])
"""Whoever writes one of these last has asked already, in English ("and buys")."""
OPEN = frozenset(["some", "a", "an", "the", "any"])
"""So has who adds one of these to it ("to buy some")."""
SPELLED = {"かう": "買う", "かい": "買い", "かっ": "買っ", "もの": "物"}
"""Other spellings of what a Japanese sentence ends with. They count only where all of it is there."""
BOUGHT = {(*verb, what, "は") for verb in (("買う",), ("買い", "たい"), ("買っ", "た")) for what in "の物"}
"""All with which a Japanese sentence asks, those of `ASKED` among them."""
CLOSE = "。"
GOES_ON = frozenset([*"、。「『・,.!?〜(てでにへをがはもとやのばし", "から", "まで", "より", "けど", "ながら", "たり"])
"""Tokens after which a Japanese sentence goes on without `CLOSE`: marks, and particles within a sentence."""


def missing(read: Sequence[str], language: str = "en") -> tuple[str, ...]:
    """What is to be added to the tokens `read` to ask for a thing; nothing if they ask already.

    What is there of it is not added again ("to": "buy"), nor anything to what asks in other words (`asks`). A Japanese
    sentence is closed first (寒い。買うのは), unless it plainly goes on (店へ行って買うのは): with 、 or one of the
    particles of `GOES_ON`.
    """
    if asks(read, language):
        return ()
    words = [word.lower() for word in read[-max(map(len, ASKED[language])) :]]
    given, ending = max(((overlap(words, one), one) for one in ASKED[language]), key=lambda pair: pair[0])
    closed = language != "ja" or given or not words or words[-1] in GOES_ON
    return ending[given:] if closed else (CLOSE, *ending)


def asks(read: Sequence[str], language: str = "en") -> bool:
    """Whether the tokens `read` ask for a thing already: to buy, and bought some; 買うのは, かいたい物は."""
    if language == "ja":
        spelled = [SPELLED.get(word, word) for word in read[-4:]]
        return any(tuple(spelled[-len(ending) :]) == ending for ending in BOUGHT)
    words = [word.lower() for word in read[-2:]]
    if words and words[-1] in OPEN:
        words.pop()
    return bool(words) and words[-1] in BUYING


def begun(read: Sequence[str], language: str = "en") -> bool:
    """Whether the tokens `read` end with the first words of what asks for a thing, or ask already."""
    return asks(read, language) or any(
        overlap([word.lower() for word in read[-len(ending) :]], ending) for ending in ASKED[language]
    )


def overlap(read: Sequence[str], ending: tuple[str, ...]) -> int:
    """How many words at the end of `read` are already the first words of `ending`."""
    if not read or read[-1] not in ending:
        return 0
    return max(k for k in range(len(ending) + 1) if tuple(read[len(read) - k :]) == ending[:k])


def asking_words(language: str = "en") -> tuple[str, ...]:
    """Every word that `missing` can give, once."""
    words = [word for ending in ASKED[language] for word in ending]
    return tuple(dict.fromkeys(words if language != "ja" else [*words, CLOSE]))
