"""What the page says, back to what is meant: labels of both languages to one name, a run's status to its numbers."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from benchmarks.browser import Browser
from rnnviz.language import LANGUAGES, labels_of, preferred
from rnnviz.ui.keys import KEYS

SECTIONS = ("frame", "step", "source", "training", "gates", "compare", "compare_figures", "figures", "errors")

NUMBERS = ("step", "of", "others", "steps")


class Status(NamedTuple):
    """The sentence on the progress bar of the Training page."""

    state: str
    """Which of `training.status` in the locale files; "" if there is none."""
    step: int = 0


def linked(link: str) -> dict[str, str]:
    """The link's values."""
    return dict(parse_qsl(link, keep_blank_values=True))


def settings(link: str) -> dict[str, Any]:
    """What the link sets of the app's own settings, defaults left out."""
    found = {name: KEYS[name].parse(text) for name, text in linked(link).items() if name in KEYS}
    return {name: value for name, value in found.items() if value is not None and value != KEYS[name].default}


def language(tab: Browser) -> str:
    """The language in which the page should be."""
    asked = linked(tab.link).get("lang")
    return asked if asked in LANGUAGES else preferred(tab.locale)


def neutral(label: str, language: str) -> str:
    """A label's name in the locale files; a number or a word that is not from there as it is."""
    if found := _names(language).get(label):
        return found
    for name, pattern in _patterns(language):
        if re.fullmatch(pattern, label):
            return f"{name} {' '.join(re.findall(r'[0-9.]+', label))}".strip()
    return label


def status(tab: Browser) -> Status:
    """How far the run on the page is, as it says."""
    for node in tab.tree.walk():
        if node.kind == "progress" and node.element:
            return status_of(node.element.progress.text)
    return Status("")


def status_of(text: str) -> Status:
    """A sentence on the progress bar."""
    for language in LANGUAGES:
        for state, template in labels_of(language, "training")["status"].items():
            if found := re.fullmatch(_filled(template), text):
                return Status(state, int(found.groupdict().get("step", "0").replace(",", "")))
    return Status("")


def said(tab: Browser) -> set[str]:
    """What the page says in boxes: hints, warnings, successes and errors."""
    return {node.element.alert.body for node in tab.tree.walk() if node.kind == "alert" and node.element}


def in_words(key: str) -> set[str]:
    """A label in each language."""
    section, _, rest = key.partition(".")
    found: set[str] = set()
    for one in LANGUAGES:
        label: Any = labels_of(one, section)
        for part in rest.split("."):
            label = label[part]
        found.add(label)
    return found


def is_saying(text: str, key: str) -> bool:
    """Whether a text is a label, whatever stands in its places."""
    return any(re.fullmatch(_filled(template), text) for template in in_words(key))


def _filled(template: str) -> str:
    names: set[str] = set()

    def group(match: re.Match[str]) -> str:
        name = match[1]
        again = name in names
        names.add(name)
        what = r"[\d,]+" if name in NUMBERS else ".+?"
        return f"(?P={name})" if again else f"(?P<{name}>{what})"

    return re.sub(r"\\\{(\w+)\\\}", group, re.escape(template))


@functools.cache
def _names(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text in _labels(language):
        if "{" not in text:
            found.setdefault(text, name)
    return found


@functools.cache
def _patterns(language: str) -> list[tuple[str, str]]:
    return [
        (name, re.sub(r"\\\{\w+\\\}", ".+?", re.escape(text)))
        for name, text in _labels(language)
        if "{" in text and len(text) < 40 and re.sub(r"{\w+}|\W", "", text)
    ]


def _labels(language: str) -> Iterator[tuple[str, str]]:
    def inside(name: str, what: Any) -> Iterator[tuple[str, str]]:
        if isinstance(what, dict):
            for key, value in what.items():
                yield from inside(f"{name}.{key}", value)
        elif isinstance(what, str):
            yield name, what

    for section in SECTIONS:
        yield from inside(section, labels_of(language, section))
