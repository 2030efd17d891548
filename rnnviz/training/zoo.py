"""The trained networks in assets/weights. How they were made is in `rnnviz.training.recipes`."""

import json
from functools import lru_cache

import torch
from safetensors.numpy import load_file

from rnnviz.networks.network import Network, Shape
from rnnviz.shipped import ASSETS
from rnnviz.training.advance import Settings, untrained_network

WEIGHTS = ASSETS / "weights"
SHAPES = {
    "rnn": Shape("rnn", 84),
    "rnn-orthogonal": Shape("rnn", 84, start="orthogonal"),
    "lstm": Shape("lstm", 32),
    "gru": Shape("gru", 40),
    "window": Shape("window", 39),
    "conv": Shape("conv", 28),
    "attention": Shape("attention", 32),
}
"""Units chosen so that all bodies have as good as equally many weights: 12,600, 12,600, 12,544, 12,720, and those that
are not recurrent 12,519, 12,544, 12,508."""


JAPANESE = tuple(f"{name}-ja" for name in ("rnn", "rnn-orthogonal", "lstm", "gru"))
"""The recurrent ones, once more, reading Japanese."""
NAMES = (*SHAPES, *JAPANESE)
STEPS = 3500


def recipe(name: str, rate: float = 4e-3, steps: int = STEPS, seed: int = 0) -> Settings:
    """How a network of the zoo is trained: `name-ja` is the same shape, and reads Japanese.

    Raises ValueError for a name that is not in the zoo.
    """
    if name not in NAMES:
        raise ValueError(f"no network {name!r}; there are {', '.join(NAMES)}")
    shape, task = SHAPES[name.removesuffix("-ja")], "everyday-ja" if name.endswith("-ja") else "everyday"
    return Settings(shape, rate, steps, seed=seed, task=task)


def load(name: str, trained: bool = True) -> Network:
    """A network of the zoo: `rnn`, `rnn-orthogonal`, `lstm`, `gru`, `window`, `conv` or `attention`.

    `trained=False` gives the very weights that training began from. Each call returns its own copy.
    Raises ValueError for a name that is not in the zoo.
    """
    settings = recipe(name)
    weights = load_file(WEIGHTS / f"{name}.safetensors")
    moment = "trained." if trained else "initial."
    network = untrained_network(settings)
    parts = {key.removeprefix(moment): torch.from_numpy(v) for key, v in weights.items() if key.startswith(moment)}
    network.load_state_dict(parts)
    network.name = name
    return network.eval()


@lru_cache
def card(name: str) -> dict:
    """How a network was made and how well it does, as in `assets/weights/{name}.json`."""
    return json.loads((WEIGHTS / f"{name}.json").read_text())


@lru_cache
def all_seeds(names: tuple[str, ...] = NAMES) -> list[dict]:
    """Every seed of these networks: `network`, `seed`, `shipped`, `words`, `accuracy`, `held_out`, in this order."""
    rows = json.loads((WEIGHTS / "seeds.json").read_text())
    return [row for name in names for row in rows if row["network"] == name]
