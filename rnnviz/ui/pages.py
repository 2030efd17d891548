"""Which pages there are."""

from __future__ import annotations

import functools
from pathlib import Path

from rnnviz.language import USUAL, labels_of

ROOT = Path(__file__).parents[2]


@functools.cache
def page_files() -> dict[str, list[Path]]:
    """The page files by section, sections and pages in the order of its frame.json. Listed once per process."""
    titles = list(labels_of(USUAL, "frame.pages"))
    found = {
        section: sorted((ROOT / "pages" / section).glob("[!_]*.py"), key=lambda file: titles.index(file.stem))
        for section in labels_of(USUAL, "frame.sections")
    }
    return {section: files for section, files in found.items() if files}
