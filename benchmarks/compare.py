"""The Compare page: what one move of its slider costs the server.

Processor time of all that a new sentence has computed: six networks read it, each forward and backward, and nine
figures, the sentences under them and a table are made of it. Beside it the six forward passes alone, in PyTorch and in
the same precision: they give six answers, say nothing of what a network sees or reacts to, and draw nothing.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # read when NumPy and torch are imported

import argparse
import sys
from collections.abc import Callable
from itertools import cycle

import torch

from benchmarks.report import table, verdict
from benchmarks.stepping import NAMES, SENTENCE
from benchmarks.trace import alternate
from rnnviz.networks.timing import drawn
from rnnviz.scenes import accuracies
from rnnviz.scenes import compare as compare_scene
from rnnviz.scenes.writer import View
from rnnviz.tasks import errands
from rnnviz.text import tokenize

SLIDER_MS = 100
"""What issue 4 wants of a slider's answer while 30 people train; here it is the median on an idle core, at most."""
WORDS = (0, 20, 64)
"""In between: the ends of the slider, and a usual place."""


def server(words: int, turns: int) -> tuple[int, dict[str, float]]:
    """The sentence's length, and median seconds of the page and of the plain passes. Every turn has a new sentence."""
    torch.set_num_threads(1)
    sentences = cycle([errands.stretch(tokenize(SENTENCE.format(name=name)), words) for name in NAMES])
    length, view = len(next(sentences)), View("en", "light", 1.0)
    networks = [compare_scene.double_network(kind, True) for kind in compare_scene.KINDS]
    inputs = [drawn(one, length).double() for one in networks]

    @torch.inference_mode()
    def plain() -> None:
        for one, vectors in zip(networks, inputs, strict=True):
            one(vectors)

    def page() -> None:
        compare_scene.answers_board(next(sentences), words, True, view)
        accuracies.accuracy_board(words, "en", view)
        accuracies.beside_board(words, view)
        compare_scene.growing_board(length, view)
        compare_scene.counts("lstm", length)

    ways: dict[str, Callable[[], object]] = {"page": page, "plain": plain}
    return length, alternate(ways, turns)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks compare", description=__doc__)
    parser.add_argument("--turns", type=int, default=21)
    chosen = parser.parse_args(arguments)
    rows, missed = [], False
    for words in WORDS:
        length, took = server(words, chosen.turns)
        page, plain = 1e3 * took["page"], 1e3 * took["plain"]
        missed |= page > SLIDER_MS
        row = [f"{words} words in between, T={length}", f"{page:.1f} ms", f"{SLIDER_MS} ms: {verdict(page, SLIDER_MS)}"]
        rows.append([*row, f"{plain:.1f} ms", f"{page / plain:.1f}x"])
    header = ["median", "Compare page", "wanted", "six forward passes", "ratio"]
    note = f"Medians of {chosen.turns} turns taken in rotation."
    print(table("Processor time of one move of the slider", header, rows, note))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
