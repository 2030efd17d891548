"""What the board is sent: complete, compact, and refused where it could only disappoint."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import numpy as np
import pytest

from rnnviz.figures import theme
from rnnviz.language import labels_of
from rnnviz.numbers import two_digits
from rnnviz.scenes.writer import pack
from rnnviz.ui import board, component, stepper
from scripts.serving import ROOT

ASSETS = ROOT / "assets"


def figure(name: str = "one", **layout: Any) -> dict[str, Any]:
    z = np.arange(6, dtype=np.float64).reshape(2, 3)
    spec = {"data": [{"type": "heatmap", "z": z}], "layout": {"height": 100, **layout}}
    return {"id": name, "name": name, "figure": spec, "label": name}


def section(*figures: dict[str, Any], name: str = "s") -> dict[str, Any]:
    return {"id": name, "title": "Seen", "text": [["It ", ""], ["is", "strong"]], "figures": figures, "foot": None}


def test_a_payload_holds_all_and_its_arrays_exactly() -> None:
    packed = pack("r1", [section(figure())], {"hint": "h"}, "dark", 1.5)
    read = json.loads(packed)
    assert {name: read[name] for name in ("revision", "theme", "scale", "labels")} == {
        "revision": "r1",
        "theme": "dark",
        "scale": 1.5,
        "labels": {"hint": "h"},
    }
    [one] = read["sections"]
    assert one["text"] == [["It ", ""], ["is", "strong"]]
    z = one["figures"][0]["figure"]["data"][0]["z"]
    assert z["shape"] == "2, 3"
    assert np.frombuffer(base64.b64decode(z["bdata"])).tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "sections",
    [
        [section(figure()), section(figure())],
        [section()],
        [section(figure("a"), figure("a"))],
        [section(*map(figure, "abcde"))],
        [section(figure(height=0))],
    ],
    ids=["section twice", "no figure", "figure twice", "five figures", "no height"],
)
def test_what_cannot_be_shown_is_refused(sections: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match="section"):
        pack("r", sections, {})


@pytest.mark.parametrize("payload", [b"[]", b"{}", b"", b'"x"'])
def test_only_an_object_is_sent(payload: bytes) -> None:
    with pytest.raises(ValueError, match="JSON object"):
        component.joined(payload)


def test_what_a_visitor_adds_stands_beside_the_payload() -> None:
    read = json.loads(component.joined(pack("r", [section(figure())], {}), step=3))
    assert read["step"] == 3
    assert read["revision"] == "r"
    assert "plotly" in read


@pytest.mark.parametrize("part", [board, stepper])
def test_every_file_is_there_and_what_is_shared_comes_first(part: Any) -> None:
    assert part.SCRIPTS[0] == "shared/parts.js"
    assert part.STYLES[0] == "shared/parts.css"
    assert all((ASSETS / name).is_file() for name in (*part.SCRIPTS, *part.STYLES))


def test_the_board_has_no_colours_of_its_own() -> None:
    styles = "".join((ASSETS / name).read_text() for name in board.STYLES)
    assert "#" not in styles
    used = {name.split(")")[0].split(",")[0] for name in styles.split("var(--rv-")[1:]}
    assert used
    for look in theme.THEMES:
        assert all(f"--rv-{name}:" in theme.css(look) for name in used)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_boards_words_are_translated(language: str) -> None:
    code = "".join((ASSETS / name).read_text() for name in board.SCRIPTS)
    words = labels_of(language, "board")
    assert set(words) == {"failed", "undrawn", "hint"}
    assert all(f"labels.{name}" in code for name in words)


@pytest.mark.browser
def test_numbers_are_written_as_in_the_notices(browser: Any) -> None:
    """shortNumber in card.js against `number`, over all magnitudes."""
    draw = np.random.default_rng(0)
    values = [
        0.0,
        17.0,
        99.4,
        99.7,
        0.0043,
        -0.5,
        2e-7,
        *(draw.normal(size=400) * 10 ** draw.uniform(-30, 30, 400)).tolist(),
    ]
    page = browser.new_page()
    page.set_content("")
    page.add_script_tag(content="".join((ASSETS / f"{name}.js").read_text() for name in ("shared/parts", "board/card")))
    shown = page.evaluate("values => values.map(shortNumber)", values)
    assert [text.replace("−", "-") for text in shown] == [two_digits(v) for v in values]
    infinite = page.evaluate("[Infinity, -Infinity, NaN].map(shortNumber)")
    assert infinite == [two_digits(math.inf), "−∞", two_digits(math.nan)]
    page.close()
