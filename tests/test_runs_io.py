"""Files of runs, as a stranger may have made them: `read` gives a run that works, or raises ValueError."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.runs import Run
from rnnviz.runs_io import dump, read
from rnnviz.training import advance, network_of
from tests.test_runs import begun

RUNS = [advance(begun(case), 12) for case in ("errands-everything", "continual-lstm", "recall")]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=5), st.just([]), st.just({})
)


def metadata(data: bytes) -> tuple[dict, bytes]:
    size = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def rebuilt(header: dict, rest: bytes) -> bytes:
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + rest


def only_value_error(data: bytes) -> None:
    """`read` refuses, or gives a run that can be dumped and advanced."""
    try:
        run = read(data)
    except ValueError:
        return
    dump(advance(run, 1))
    network_of(run)


@given(st.binary(max_size=300))
def test_noise_is_no_run(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(data)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(RUNS), st.data())
def test_a_changed_byte_or_a_cut_raises_nothing_but_value_error(run: Run, draws: st.DataObject) -> None:
    data = bytearray(dump(run))
    end = 8 + int.from_bytes(data[:8], "little")
    for _ in range(draws.draw(st.integers(1, 3))):
        at = draws.draw(st.integers(0, len(data) - 1) | st.integers(0, end))
        data[at] = draws.draw(st.integers(0, 255))
    only_value_error(bytes(data[: draws.draw(st.just(len(data)) | st.integers(0, len(data)))]))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(RUNS), st.data())
def test_a_changed_value_raises_nothing_but_value_error(run: Run, draws: st.DataObject) -> None:
    header, rest = metadata(dump(run))
    told = json.loads(header["__metadata__"]["run"])
    place, key = told, draws.draw(st.sampled_from(sorted(told)))
    while isinstance(place[key], dict) and draws.draw(st.booleans()):
        place, key = place[key], draws.draw(st.sampled_from(sorted(place[key])))
    if draws.draw(st.booleans()):
        place[key] = draws.draw(SCALARS)
    else:
        del place[key]
    header["__metadata__"]["run"] = json.dumps(told)
    only_value_error(rebuilt(header, rest))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(RUNS), st.data())
def test_missing_tensors_and_other_shapes_are_refused(run: Run, draws: st.DataObject) -> None:
    header, rest = metadata(dump(run))
    name = draws.draw(st.sampled_from(sorted(header.keys() - {"__metadata__"})))
    if draws.draw(st.booleans()):
        header["__metadata__"]["x"] = "y"
        header[name + "x"] = header.pop(name)
    else:
        header[name]["shape"] = [1, *header[name]["shape"]]
    with pytest.raises(ValueError, match="not a run"):
        read(rebuilt(header, rest))


def test_numbers_that_are_none_are_refused_among_the_weights() -> None:
    run = RUNS[2]
    for value in (np.nan, np.inf):
        weights = run.parameters["readout.bias"].copy()
        weights[0] = value
        with pytest.raises(ValueError, match=r"readout\.bias"):
            read(dump(replace(run, parameters=run.parameters | {"readout.bias": weights})))
    with pytest.raises(ValueError, match="MB"):
        read(bytes(40 * 2**20))
