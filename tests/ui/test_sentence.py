"""The field of the class's sentence: what it shows while it is empty, and which examples are offered first."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from rnnviz.language import literal
from rnnviz.tasks import errands
from scripts.serving import Served
from tests.tab import Tab

ENGLISH, JAPANESE = (list(map(literal, errands.EXAMPLES[one])) for one in ("en", "ja"))


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("page", ["step", "gates"])
def test_an_empty_field_shows_a_sentence_in_the_language_of_the_page(page: str, language: str, app: Served) -> None:
    with Tab(app.address, page, f"lang={language}") as tab:
        assert tab.widgets["sentence"].proto.placeholder == errands.EXAMPLES[language][0]


@pytest.mark.parametrize(
    ("sentence", "language", "first"),
    [
        ("Hungry, Bob walks", "ja", ENGLISH),
        ("空腹の太郎が買うのは", "en", JAPANESE),
        ("", "ja", JAPANESE),
        ("", "en", ENGLISH),
    ],
)
def test_examples_in_the_language_of_the_sentence_come_first(
    sentence: str, language: str, first: list[str], app: Served
) -> None:
    with Tab(app.address, "step", urlencode({"lang": language, "sentence": sentence})) as tab:
        tab.do("sentence-examples", True)
        assert tab.errors == []
        offered = [tab.widgets[f"example{at}"].proto.label for at in range(len(ENGLISH + JAPANESE))]
        assert offered == first + (ENGLISH if first is JAPANESE else JAPANESE)
