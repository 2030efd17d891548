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


def test_what_each_gate_decides() -> None:
    """Near 0 a gate blocks, near 1 it lets through; f decides what stays in c, o what of c is shown; z keeps."""
    run = "(kind, settings, values) => runUnit(kind, settings, { values, kinds: null })"

    def states(kind: str, **gates: list[float]) -> list[dict[str, float]]:
        found: list[dict[str, float]] = evaluate(["gates/units.js"], ["runUnit"], run, kind, gates, [0.5, 0.8, -0.3])
        return found

    shut = states("lstm", i=[1, 0, 0], f=[1, 1, 1], o=[0, 0, 1])
    assert [one["c"] for one in shut] == [0.5, 0.5, 0.5]  # nothing comes in, nothing is lost
    assert [one["h"] for one in shut[:2]] == [0, 0]  # and nothing is shown
    assert shut[2]["h"] == pytest.approx(0.46211716)
    assert [one["c"] for one in states("lstm", i=[1, 0, 0], f=[1, 0.5, 0.5], o=[1, 1, 1])] == [0.5, 0.25, 0.125]
    assert [one["c"] for one in states("lstm", i=[1, 1, 1], f=[0, 0, 0], o=[1, 1, 1])] == [0.5, 0.8, -0.3]
    kept, first = states("gru", r=[0, 0, 0], z=[0, 1, 1]), 0.46211716
    assert [one["h"] for one in kept] == pytest.approx([first] * 3)
    assert [one["h"] for one in states("gru", r=[0, 0, 0], z=[0, 0, 1])][1] != pytest.approx(first)  # 1 - z forgets
