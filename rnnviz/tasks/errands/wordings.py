"""How needs are worded, and what happens that tells them: found in English words, with the files of the language."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rnnviz.shipped import ASSETS
from rnnviz.tasks.errands.claims import Mention
from rnnviz.tasks.errands.clues import clues, compiled
from rnnviz.tasks.errands.grammar import sections
from rnnviz.text import normal, tokenize

KINDS = {"adj": "adjective", "grad": "adjective", "noun": "noun", "verb": "verb"}
"""Parts of speech by the forms of `needs.txt`; all others are clauses, "cue"."""


class Need(NamedTuple):
    """A need, the thing that answers it, and its wordings by part of speech."""

    name: str
    thing: str
    adjectives: tuple[str, ...]
    nouns: tuple[str, ...]
    verbs: tuple[str, ...]


@lru_cache
def told(language: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """All wordings of `needs.txt`, known and held out, by thing and form, and as "implied" what happened."""
    folder = ASSETS / "errands" / language
    needs, implied = (sections((folder / f"{file}.txt").read_text("utf-8")) for file in ("needs", "implied"))
    found = {(thing, form): lines for at, lines in needs.items() for thing, form in [at.split(".")]}
    return found | {(thing, "implied"): lines for thing, lines in implied.items()}


@lru_cache
def needs(language: str) -> dict[str, Need]:
    """The ten needs by their names: the first adjective of each, in Japanese the first noun."""
    forms = told(language)
    made = [
        Need(
            (forms[thing, "noun"] if language == "ja" else lines)[0],
            thing,
            lines,
            forms[thing, "noun"],
            forms.get((thing, "verb"), ()),
        )
        for (thing, form), lines in forms.items()
        if form == "adj"
    ]
    return {need.name: need for need in made}


# --- English ----------------------------------------------------------------------------------------

IRREGULAR = {
    "is": "is are am was were being 's 're 'm been be feels feel felt seems looks", "has": "has have had having",
    "are": "are were is was", "feels": "feels feel felt feeling", "gets": "gets get got getting",
    "falls": "falls fall fell falling", "goes": "goes go went going", "runs": "runs run ran running",
    "catches": "catches catch caught", "wears": "wears wear wore", "sits": "sits sit sat sitting",
    "stands": "stands stand stood standing", "freezes": "freezes freeze froze freezing",
    "shakes": "shakes shake shook shaking", "hurts": "hurts hurt", "sticks": "sticks stick stuck",
    "cannot": "cannot could", "says": "says say said", "sees": "sees see saw", "comes": "comes come came",
    "keeps": "keeps keep kept", "holds": "holds hold held", "drives": "drives drive drove",
}  # fmt: skip
SLOT = r"(?:\S+ ){1,4}?"
"""Who it is, in one to four words."""
_PARTS = re.compile(r"\{(\w+(?:'s)?)(?:\.\w+)?\}|\[(\w+)\|[^\]]*\]|([^\[{]+)")


def forms(word: str) -> tuple[str, ...]:
    """A verb in its other persons and tenses; other words are left as they are."""
    if word in IRREGULAR:
        return tuple(IRREGULAR[word].split())
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        stem = word[:-1]
        base = stem.removesuffix("e")
        return (word, stem, f"{base}ed", f"{base}ing")
    return (word,)


def pattern(line: str) -> tuple[str, str]:
    """The rarest word of a clause of the files (its longest), and the clause as a regular expression over words with
    blanks between them, not yet compiled."""
    parts, key = [], ""
    for at, (slot, verb, text) in enumerate(_PARTS.findall(line)):
        if slot in ("A", "A's", "a", "a's") and at == 0:
            continue
        if slot in ("is", "was", "has", "does"):
            parts.append(rf"(?:{'|'.join(IRREGULAR.get(slot, slot).split())}) ")
        elif slot:
            parts.append(SLOT)
        elif verb:
            parts.append(rf"(?:{'|'.join(forms(verb))}) ")
        else:
            words = [normal(token) for token in tokenize(text)]
            key = max([key, *(word for word in words if word not in IRREGULAR)], key=len)
            parts += [
                rf"(?:{'|'.join(map(re.escape, forms(word)))}) " if word in IRREGULAR else re.escape(word) + " "
                for word in words
                if word not in ("'s",) or at
            ]
    return key, r"(?<!\S)" + "".join(parts).strip() + r"(?= |$)"


class _English(NamedTuple):
    phrases: dict[str, list[tuple[tuple[str, ...], str, str]]]
    """By their first word, the longest first: words, thing, kind."""
    clauses: dict[str, list[tuple[str, str]]]
    """By their rarest word: a regular expression that is not yet compiled, thing."""
    clues: dict[str, list[tuple[str, str]]]
    """The same of everyday clues."""
    spelled: dict[str, str]
    """Wordings of one long word by their letters."""


def letters(word: str) -> str:
    """The same for words whose letters have only changed places, but for the first."""
    return word[:1] + "".join(sorted(word[1:])) if len(word) > 5 else word


@lru_cache
def _english() -> _English:
    found = _English({}, {}, {}, {})
    for (thing, form), lines in told("en").items():
        for line in lines:
            if form not in KINDS:
                key, made = pattern(line)
                found.clauses.setdefault(key, []).append((made, thing))
                continue
            words = tuple(normal(token) for token in tokenize(line))
            for first in forms(words[0]) if form == "verb" else words[:1]:
                found.phrases.setdefault(first, []).append(((first, *words[1:]), thing, KINDS[form]))
            if len(words) == 1:
                found.spelled[letters(words[0])] = words[0]
    for keys, shape, thing in clues():
        for key in keys:
            found.clues.setdefault(key, []).append((shape, thing))
    for group in found.phrases.values():
        group.sort(key=lambda one: -len(one[0]))
    return found


@lru_cache(maxsize=4096)
def spelled(word: str) -> str:
    """The wording of which these are the letters, else the word."""
    return _english().spelled.get(letters(word), word)


@lru_cache
def alike(thing: str) -> frozenset[str]:
    """All wordings of one word that tell this need."""
    phrases = _english().phrases.values()
    return frozenset(words[0] for group in phrases for words, one, _ in group if one == thing and len(words) == 1)


def english_mentions(words: Sequence[str], cues: dict[str, re.Pattern[str]]) -> list[Mention]:
    """All needs that are named, in their order: what happened goes before a wording in it, the longest before all."""
    phrases, clauses, everyday, _ = _english()
    right = tuple(map(spelled, words))
    found = [
        Mention(at, at + len(one) - 1, thing, kind)
        for at, word in enumerate(right)
        for one, thing, kind in phrases.get(word, ())
        if right[at : at + len(one)] == one
    ]
    text = " ".join(words)
    for key in dict.fromkeys(words):
        for shape, thing in clauses.get(key, ()):
            found += _matches(text, compiled(shape), thing)
    for shape, thing in dict.fromkeys(one for word in words for one in everyday.get(word, ())):
        found += _matches(text, compiled(shape), thing)
    for thing, cue in cues.items():
        found += _matches(text, cue, thing)
    return longest(found)


def _matches(text: str, clause: re.Pattern[str], thing: str) -> Iterator[Mention]:
    for match in clause.finditer(text):
        start, end = (text[:at].count(" ") for at in match.span())
        yield Mention(start, end, thing, "cue")


def longest(found: Sequence[Mention]) -> list[Mention]:
    """Of mentions that overlap the longest."""
    kept: list[Mention] = []
    for one in sorted(found, key=lambda one: (one.start - one.end, one.kind == "cue", one.start)):
        if all(one.end < other.start or one.start > other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)
