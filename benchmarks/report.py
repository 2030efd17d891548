"""Tables for a terminal, and the few statistics that stand in them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]], *notes: str) -> str:
    """A table with its columns aligned, first one left, the others right; notes beneath."""
    widths = [max(len(row[k]) for row in (header, *rows)) for k in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        first, *others = (
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join((first, *others)).rstrip()

    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join(["", title, rule, line(header), rule, *map(line, rows), rule, *notes])


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of them do not exceed; NaN if there are none."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def verdict(value: float, bound: float, at_least: bool = False) -> str:
    """ "met" or "missed", whichever way round the bound is."""
    return "met" if (value >= bound if at_least else value <= bound) else "missed"
