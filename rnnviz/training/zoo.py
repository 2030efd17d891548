"""The trained networks in assets/weights. How they were made is in `rnnviz.training.recipes`."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache

import torch
from safetensors.numpy import load_file

from rnnviz.networks.network import Network, Shape
from rnnviz.shipped import ASSETS
from rnnviz.training.advance import untrained_network
from rnnviz.training.settings import Settings, settings_of

WEIGHTS = ASSETS / "weights"
COMPARED = ASSETS / "records" / "beside.json"
"""The rows of what is only compared."""
SHAPES = {
    "rnn": Shape("rnn", 118),
    "rnn-orthogonal": Shape("rnn", 118, start="orthogonal"),
    "lstm": Shape("lstm", 48),
    "gru": Shape("gru", 58),
    "window": Shape("window", 68),
    "conv": Shape("conv", 40),
    "attention": Shape("attention", 48),
}
"""Units chosen so that all bodies have as good as equally many weights: 21,712, 21,712, 21,888, 21,576, and those that
are not recurrent 21,828, 22,240, 21,788."""
BESIDE = {
    "window-20": Shape("window", 68, reach=20),
    "window-30": Shape("window", 68, reach=30),
    "rnn-48": Shape("rnn", 48),
    "gru-48": Shape("gru", 48),
}
"""Trained to be compared, not shipped: windows of more words, and as many units as the LSTM has."""
JAPANESE = tuple(f"{name}-ja" for name in ("rnn", "rnn-orthogonal", "lstm", "gru"))
"""The recurrent ones, once more, reading Japanese."""
NAMES = (*SHAPES, *JAPANESE)
STEPS = 8000
DROPOUT, DECAY = 0.1, 0.1
"""For words that training never has: chosen, with noise and steps, on frames and wordings of training that were hidden
for it."""
NOISE = (0.1, 0.5)
"""Of the word vectors in training."""


def recipe(name: str, rate: float = 4e-3, steps: int = STEPS, seed: int = 0) -> Settings:
    """How a network of the zoo is trained: `name-ja` is the same shape, and reads Japanese.

    Raises ValueError for a name that is not in the zoo.
    """
    shapes = SHAPES | BESIDE
    if (plain(name) not in shapes) or (name not in NAMES and name not in BESIDE):
        raise ValueError(f"no network {name!r}; there are {', '.join(NAMES)}")
    shape, task = shapes[plain(name)], "everyday-ja" if name.endswith("-ja") else "everyday"
    shape = replace(shape, dropout=DROPOUT)
    return Settings(shape, rate, steps, noise=NOISE, weight_decay=DECAY, seed=seed, task=task)


def reading(name: str, language: str) -> str:
    """The network that stands for `name` in this language: `name-ja` for a Japanese sentence, if there is one."""
    other = f"{name}-{language}"
    return other if other in shipped() else name


def readers(names: Sequence[str], language: str) -> tuple[str, ...]:
    """Those of these networks that read a language, under their plain names."""
    return tuple(name for name in names if speaks(reading(name, language)) == language)


def speaks(name: str) -> str:
    """The language that a network of the zoo reads and answers in."""
    return "ja" if name in JAPANESE else "en"


@cache
def shipped() -> frozenset[str]:
    """The networks whose weights are there."""
    return frozenset(name for name in NAMES if (WEIGHTS / f"{name}.safetensors").exists())


def plain(name: str) -> str:
    """A network's name without its language: what it is called on a page."""
    return name.removesuffix("-ja")


def load(name: str, trained: bool = True) -> Network:
    """A network of the zoo: `rnn`, `rnn-orthogonal`, `lstm`, `gru`, `window`, `conv` or `attention`.

    `trained=False` gives the very weights that training began from, made again from their seed. Each call returns its
    own copy.
    Raises ValueError for a name that is not in the zoo.
    """
    if name not in NAMES:
        raise ValueError(f"no network {name!r}; there are {', '.join(NAMES)}")
    network = untrained_network(trained_with(name))
    if trained:
        weights = load_file(WEIGHTS / f"{name}.safetensors")
        network.load_state_dict({part: torch.from_numpy(values).float() for part, values in weights.items()})
    network.name = name
    return network.eval()


def trained_with(name: str) -> Settings:
    """The settings with which a shipped network was trained, as its card has them."""
    return settings_of(card(name)["settings"])


@lru_cache
def card(name: str) -> dict:
    """How a network was made and how well it does, as in `assets/weights/{name}.json`."""
    return json.loads((WEIGHTS / f"{name}.json").read_text())


@lru_cache
def all_seeds(names: tuple[str, ...] = NAMES) -> list[dict]:
    """Every seed of these networks, in this order, as `recipes.row_of` has it; `shipped`: whether it is in the app."""
    rows = [row for file in (WEIGHTS / "seeds.json", COMPARED) if file.exists() for row in json.loads(file.read_text())]
    return [row for name in names for row in rows if row["network"] == name]
