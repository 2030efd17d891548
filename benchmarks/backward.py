"""The Gradients page: what one change costs the server, and how soon the moved slider is seen.

Server: processor time of `gradients_board`, all figures of three cells, with PyTorch's own forward and backward
passes of the same sizes beside it: they give one gradient, not a map of them, and draw nothing. Browser: from the key
press on the length slider to two animation frames after the board says that what is in view is drawn; the clock is
the browser's own and starts with the key's time stamp.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # read when NumPy and torch are imported

import argparse
import sys
from collections.abc import Callable
from itertools import count
from statistics import median

import torch
from playwright.sync_api import Page, sync_playwright

from benchmarks.report import table, verdict
from benchmarks.trace import MODULES, alternate, bare
from rnnviz.scenes.gradients import INPUTS, KINDS, Source, gradients_board
from rnnviz.scenes.writer import View
from scripts.serving import launch, serve

SERVER_MS, REPAINT_MS = 300, 250
"""What issue 3 wants: the medians at most."""
STEPS, UNITS = 200, 64
REST_MS = 700
"""So long the page is left alone before each key, that the figures below the view are drawn too."""
SLIDER, BOARD = ".st-key-length input[type=range]", ".rv-board[data-drawn]"

# Notes the last key press, and when the board that it changed was painted.
WATCH = """
(selector) => {
  const watch = (window.watch = { pressed: null, painted: null });
  const board = document.querySelector(selector);
  let drawn = board.dataset.drawn;
  new MutationObserver(() => {
    if (board.dataset.drawn === drawn) return;
    drawn = board.dataset.drawn;
    requestAnimationFrame(() => requestAnimationFrame(() => (watch.painted = performance.now())));
  }).observe(board, { attributes: true, attributeFilter: ["data-drawn"] });
  addEventListener("keydown", (event) => Object.assign(watch, { pressed: event.timeStamp, painted: null }), true);
}
"""


def server(steps: int, units: int, turns: int) -> dict[str, float]:
    """Median seconds of processor time of the page, and of three plain passes. Every turn has another seed."""
    torch.set_num_threads(1)
    modules = [MODULES[kind](INPUTS, units) for kind in KINDS]
    inputs = torch.randn(steps, INPUTS)
    seeds, view = count(), View("en", "light", 1.0)

    def plain() -> None:
        for module in modules:
            bare(module, inputs)

    def page() -> None:
        gradients_board(Source(length=steps, units=units, seed=next(seeds)), view)

    ways: dict[str, Callable[[], object]] = {"page": page, "plain": plain}
    return alternate(ways, turns)


def press(page: Page) -> float:
    """Milliseconds from the key to the repainted board."""
    page.wait_for_timeout(REST_MS)
    page.locator(SLIDER).press("ArrowRight")
    page.wait_for_function("watch.painted !== null")
    return float(page.evaluate("watch.painted - watch.pressed"))


def browser(presses: int) -> list[float]:
    """The times of some presses, each to a length that nobody has asked for, after two that do not count."""
    with serve() as app, sync_playwright() as playwright:
        chromium = launch(playwright)
        page = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
        page.goto(f"{app.address}/gradients")
        page.wait_for_selector(BOARD, timeout=30_000)
        page.wait_for_timeout(2 * REST_MS)
        page.evaluate(WATCH, BOARD)
        taken = [press(page) for _ in range(presses + 2)]
        page.wait_for_timeout(REST_MS)
        assert f"length={20 + presses + 2}" in page.url, page.url
        chromium.close()
    return taken[2:]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks backward", description=__doc__)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--presses", type=int, default=20)
    chosen = parser.parse_args(arguments)
    took = server(STEPS, UNITS, chosen.turns)
    page, plain = 1e3 * took["page"], 1e3 * took["plain"]
    row = [f"T={STEPS}, H={UNITS}, three cells", f"{page:.0f} ms", f"{SERVER_MS} ms: {verdict(page, SERVER_MS)}"]
    row += [f"{plain:.0f} ms", f"{page / plain:.1f}x"]
    header = ["median", "Gradients page", "wanted", "torch.nn's passes", "ratio"]
    print(table("Processor time of one change", header, [row], f"Medians of {chosen.turns} turns taken in rotation."))
    moved = browser(chosen.presses)
    seen = f"{median(moved):.0f} ({min(moved):.0f} to {max(moved):.0f}) ms"
    row = [
        f"length slider to repainted, of {len(moved)}",
        seen,
        f"{REPAINT_MS} ms: {verdict(median(moved), REPAINT_MS)}",
    ]
    print(table("Gradients page with its default settings, Chromium", ["median (range)", "", "wanted"], [row]))
    return int(page > SERVER_MS or median(moved) > REPAINT_MS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
