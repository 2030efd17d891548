"""The units of the page Gates compute what torch.nn computes."""

from __future__ import annotations

import pytest
import torch

from tests.node import evaluate


def test_the_units_are_torchs() -> None:
    """One unit of torch.nn with weights that make its gates what they are set to: the same states."""
    values = [0.4, -1.0, 0.73, 0.5, -0.6]
    draw = torch.Generator().manual_seed(3)
    gates = {letter: torch.rand(5, generator=draw).tolist() for letter in "iforz"}
    files, run = ["gates/units.js"], "(kind, settings, values) => runUnit(kind, settings, { values, kinds: null })"
    logit = torch.logit
    lstm, gru, rnn = torch.nn.LSTMCell(1, 1), torch.nn.GRUCell(1, 1), torch.nn.RNNCell(1, 1)
    state = (torch.zeros(1, 1), torch.zeros(1, 1))
    h = torch.zeros(1, 1)
    plain = torch.zeros(1, 1)
    ours = {kind: evaluate(files, ["runUnit"], run, kind, gates, values) for kind in ("lstm", "gru")}
    ours["rnn"] = evaluate(files, ["runUnit"], run, "rnn", {"w": [0.8], "u": [1.3]}, values)
    with torch.no_grad():
        for cell in (lstm, gru, rnn):
            for parameter in cell.parameters():
                parameter.zero_()
        gru.weight_ih[2], gru.weight_hh[2] = 1.0, 1.0
        rnn.weight_hh[0], rnn.weight_ih[0] = 0.8, 1.3
        for t, x in enumerate(values):
            i, f, o, r, z = (logit(torch.tensor(gates[letter][t])) for letter in "iforz")
            candidate = torch.atanh(torch.tensor(x).clamp(-1 + 1e-7, 1 - 1e-7))
            lstm.bias_ih.copy_(torch.stack([i, f, candidate, o]))
            gru.bias_ih[:2] = torch.stack([r, z])
            state = lstm(torch.zeros(1, 1), state)
            h = gru(torch.tensor([[x]]), h)
            plain = rnn(torch.tensor([[x]]), plain)
            assert ours["lstm"][t]["h"] == pytest.approx(float(state[0]), abs=1e-5)
            assert ours["lstm"][t]["c"] == pytest.approx(float(state[1]), abs=1e-5)
            assert ours["gru"][t]["h"] == pytest.approx(float(h), abs=1e-5)
            assert ours["rnn"][t]["h"] == pytest.approx(float(plain), abs=1e-5)
