"""The recipe "A kind of cell" of ARCHITECTURE.md, followed in a copy of the tree for a leaky integrator: six files, and
it is in the stepper with its diagram, on Gradients, on Clipping and in the link, and its numbers are autograd's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from scripts.serving import serve
from tests.conftest import Visit
from tests.tree import Copy

CELL = {
    "rnnviz/recurrence/cells.py": {
        "@dataclass(frozen=True, kw_only=True)\nclass Cell:": '''LEAK = 0.25
"""The share of the state that a leaky integrator replaces at each step (Jaeger et al. 2007)."""


def leaky_step(a: ndarray, state: State, w: Weights) -> tuple[State, Gates]:
    """h' = (1 - a)·h + a·n, with n = tanh(a_ih + a_hh)."""
    n = np.tanh(a + hidden_half(state[0], w))
    return ((1 - LEAK) * state[0] + LEAK * n,), (n,)


def leaky_slopes(before: State, after: State, gates: Gates, w: Weights) -> Slopes:
    """∂h'/∂h = 1 - a along the carry."""
    (n,) = gates
    d = LEAK * (1 - n**2)
    return Slopes(d[:, None, None], d[:, None, None], np.full_like(n, 1 - LEAK), None)


@dataclass(frozen=True, kw_only=True)
class Cell:''',
        '}\n"""The kinds of cells, a row each."""': '''    "leaky": Cell(
        step=leaky_step,
        slopes=leaky_slopes,
        gates="n",
        roles={"h": "hidden", "n": "candidate"},
        squash={"n": "tanh"},
        bound=lambda sigma: 1 - LEAK + LEAK * sigma,
    ),
}
"""The kinds of cells, a row each."""''',
    },
    "rnnviz/networks/bodies.py": {
        "Body = nn.RNN | nn.LSTM | nn.GRU\n": '''class Leaky(nn.RNN):
    """A leaky integrator: each step replaces a quarter of the state."""

    def __init__(self, inputs: int, units: int, batch_first: bool = False):
        super().__init__(inputs, units, batch_first=batch_first)
        self.mode = "leaky"

    def forward(self, x: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """`(B, T, E)`, or `(T, B, E)` without `batch_first`, or `(T, E)` -> the states and the last, as `nn.RNN`."""
        read = nn.functional.linear(x, self.weight_ih_l0, self.bias_ih_l0)
        time = 1 if self.batch_first and x.dim() == 3 else 0
        now = read.new_zeros(read.select(time, 0).shape) if h is None else h[0]
        states = []
        for a in read.unbind(time):
            n = torch.tanh(a + nn.functional.linear(now, self.weight_hh_l0, self.bias_hh_l0))
            now = 0.75 * now + 0.25 * n
            states.append(now)
        return torch.stack(states, time), now[None]


Body = nn.RNN | nn.LSTM | nn.GRU
''',
        '"gru": nn.GRU}': '"gru": nn.GRU, "leaky": Leaky}',
    },
    "rnnviz/training/zoo.py": {'    "window": Shape(': '    "leaky": Shape("leaky", 84),\n    "window": Shape('},
    "assets/stepper/kinds.js": {
        '  rnn: ({ gate }) => [gate("h", true)],\n': """  rnn: ({ gate }) => [gate("h", true)],
  leaky: ({ gate, solved, now, before }) => [
    gate("n", true),
    solved("h", {
      operands: { before: before("h"), n: now("n") },
      middles: { kept: (o) => 0.75 * o.before, added: (o) => 0.25 * o.n },
      outer: (m) => m.kept + m.added,
      lines: { symbols: "0.75 · *h_t−1|+ 0.25 · *n_t", numbers: "0.75 · *before|+ 0.25 · *n|= ^kept +added = ^result" },
    }),
  ],
""",
        "  rnn: {\n    height: 184,": """  leaky: {
    height: 184,
    parts: [
      ["wire", { d: "M2 52H200", role: "h", value: "h_before" }],
      ["wire", { d: "M200 156V52", role: "n", value: "added" }],
      ["wire", { d: "M200 52H388", role: "h", value: "h" }],
      ["head", { x: 398, y: 52, role: "h" }],
      ["node", { x: 200, y: 120, squash: "n", role: "n" }],
      ["node", { x: 200, y: 52, text: "+", role: "h" }],
      ["letter", { x: 2, y: 38, text: "h_t−1", value: "h_before" }],
      ["letter", { x: 398, y: 38, text: "h_t", value: "h", end: true }],
      ["word", { x: 200, y: 174, middle: true }],
    ],
  },
  rnn: {
    height: 184,""",
    },
}
NAMES = {"networks": {"leaky": "Leaky"}}
WORDS = {
    "title_leaky": "Unit {unit} of the {name} at “{word}”: from {h_before} to {h}.",
    "describe_leaky": "Diagram of a leaky integrator, unit {unit}, reading {word}.",
}
TRAINED = """
# As `python -m scripts.weights leaky` writes them, but after a few steps of one seed.
import json
from dataclasses import asdict
from safetensors.numpy import save_file
from rnnviz.training import zoo
from rnnviz.training.advance import advance, new_run
from rnnviz.training.settings import Settings
settings = Settings(zoo.SHAPES["leaky"], steps=8)
run = advance(new_run(settings), settings.steps)
save_file(run.parameters, zoo.WEIGHTS / "leaky.safetensors")
card = zoo.card("rnn") | {"name": "leaky", "settings": asdict(settings)}
(zoo.WEIGHTS / "leaky.json").write_text(json.dumps(card))
"""
RIGHT = """
import numpy as np
import torch
import rnnviz
from rnnviz.networks.bodies import Leaky
from rnnviz.networks.checking import check
from rnnviz.recurrence.trace import trace_cell
from rnnviz.ui.keys import KEYS
for name in ("left", "right", "net", "cell"):
    assert KEYS[name].parse("leaky") == "leaky"
assert KEYS["keeps"].parse("leaky") is None  # it has no gate whose half-life could be told
torch.manual_seed(0)
module = Leaky(5, 7).double()
trace = rnnviz.trace(module, np.random.default_rng(0).standard_normal((12, 5)))
found = rnnviz.backpropagate(trace)
compared = check(module, trace, found)
assert compared.states < 1e-12 and compared.gradients < 1e-10, compared
def step(h):
    return module(torch.from_numpy(trace.inputs[4:5]), h[None])[0][0]
wanted = torch.autograd.functional.jacobian(step, torch.from_numpy(trace.h[3]))
np.testing.assert_allclose(rnnviz.jacobians(trace).steps[4], wanted, atol=1e-12)
network = rnnviz.load("leaky")
assert rnnviz.trace(network, "Starving, Alice").kind == "leaky"
"""


@pytest.mark.slow
def test_a_kind_of_cell(copy: Copy, visit: Callable[..., Visit]) -> None:
    for file, changes in CELL.items():
        copy.edit(file, changes)
    copy.label("networks", NAMES["networks"])
    copy.label("cell", WORDS)
    assert len(copy.touched) == 6
    copy.python(TRAINED)
    copy.python(RIGHT)
    with serve(root=copy.root) as served:
        tab = visit(f"{served.address}/step?left=leaky&right=gru&side=left&unit=3&step=8&lang=en")
        unit = tab.page.locator(".rv-unit")
        expect(unit.locator(".rv-unit-title")).to_contain_text("Unit 3 of the Leaky at “drives”")
        expect(unit.locator("svg")).to_have_attribute(
            "aria-label", WORDS["describe_leaky"].format(unit=3, word="drives")
        )
        expect(unit.locator(".rv-equation")).to_have_count(2)
        kept, added, result = sum_shown(unit.locator("[data-letter=h] .rv-numbers").inner_text())
        assert abs(kept + added - result) < 1.5e-3
        tab.open(f"{served.address}/gradients?lang=en&input=sentence")
        cards = tab.page.locator(".rv-row[data-count='4']").first.locator(".rv-card")
        expect(cards).to_have_count(4)
        expect(cards.last).to_contain_text("Leaky")
        tab.open(f"{served.address}/clipping?lang=en&net=leaky")
        assert not tab.errors
        assert "Traceback" not in served.log()


def sum_shown(line: str) -> list[float]:
    """The last three numbers of "0.75 · a + 0.25 · n = kept + added = result"."""
    *_, sums, result = line.replace("−", "-").replace("\n", " ").split("=")
    kept, sign, added = sums.split()
    return [float(kept), float(f"{sign}{added}"), float(result)]
