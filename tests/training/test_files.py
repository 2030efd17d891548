"""Files of runs, as a stranger may have made them: `read` gives a run that works, or raises ValueError."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.training.advance import advance, network_of
from rnnviz.training.files import dump, read
from rnnviz.training.runs import Run
from tests.training.test_runs import assert_same, begun


@cache
def begun_runs() -> list[Run]:
    cases = ("errands-everything", "continual-lstm", "recall", "errands-attention")
    return [advance(begun(case), 12) for case in cases]


RUNS = st.deferred(lambda: st.sampled_from(begun_runs()))
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
@given(RUNS, st.data())
def test_a_changed_byte_or_a_cut_raises_nothing_but_value_error(run: Run, draws: st.DataObject) -> None:
    data = bytearray(dump(run))
    end = 8 + int.from_bytes(data[:8], "little")
    for _ in range(draws.draw(st.integers(1, 3))):
        at = draws.draw(st.integers(0, len(data) - 1) | st.integers(0, end))
        data[at] = draws.draw(st.integers(0, 255))
    only_value_error(bytes(data[: draws.draw(st.just(len(data)) | st.integers(0, len(data)))]))


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(RUNS, st.data())
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
@given(RUNS, st.data())
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


def test_a_log_says_what_a_run_can_say() -> None:
    """Shares are shares; a loss or a norm may be anything."""
    run = begun_runs()[2]
    for name, value in (("accuracy", 1.5), ("clipped", -1), ("level", np.inf), ("length", 3)):
        log = run.log | {name: np.full_like(run.log[name], value)}
        with pytest.raises(ValueError, match=f"log/{name}"):
            read(dump(replace(run, log=log)))
    for name in ("loss", "norm"):
        read(dump(replace(run, log=run.log | {name: np.full_like(run.log[name], np.inf)})))


# A file that is none is refused by its header.


def many(header: dict, rest: bytes) -> bytes:
    """200,000 tensors without a number, before those of the run."""
    empty = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    return rebuilt({f"{k:x}": empty for k in range(200_000)} | header, rest)


def told(header: dict, rest: bytes, **changes: object) -> bytes:
    """Another value in what is told of the run."""
    said = json.loads(header["__metadata__"]["run"]) | changes
    return rebuilt(header | {"__metadata__": {"run": json.dumps(said)}}, rest)


def deep(header: dict, rest: bytes, where: str) -> bytes:
    """Lists in lists."""
    nested = "[" * 30_000 + "]" * 30_000
    text = nested if where == "header" else json.dumps(header | {"__metadata__": {"run": nested}})
    return len(text).to_bytes(8, "little") + text.encode() + rest


def twice(header: dict, rest: bytes) -> bytes:
    """A name that comes twice."""
    text = json.dumps(header)[:-1] + "," + json.dumps({"probes/h": header["probes/h"]})[1:]
    return len(text).to_bytes(8, "little") + text.encode() + rest


def other(header: dict, rest: bytes, name: str, **changes: object) -> bytes:
    """A tensor of another shape or type."""
    return rebuilt(header | {name: header[name] | changes}, rest)


def older(header: dict, rest: bytes, **changes: object) -> bytes:
    """As it was written when only the forget gate could be fixed, and an RNN's activation was tanh."""
    said = json.loads(header["__metadata__"]["run"])
    del said["settings"]["fixed_gate"], said["settings"]["shape"]["activation"]
    said["settings"] |= changes
    return rebuilt(header | {"__metadata__": {"run": json.dumps(said)}}, rest)


@pytest.mark.parametrize(("case", "fixed"), [("continual-lstm", True), ("recall", False)])
def test_a_file_from_before_other_gates_could_be_fixed_is_read(case: str, fixed: bool) -> None:
    run = advance(begun(case), 5)
    assert (run.settings.fixed_gate == "f") == fixed
    header, rest = metadata(dump(run))
    assert_same(read(older(header, rest, fixed_forget=fixed)), run)
    for wrong in (1, "f", None):
        with pytest.raises(ValueError, match=r"fixed_forget|not a run|unknown|no such"):
            read(older(header, rest, fixed_forget=wrong) if wrong else told(header, rest, settings={"shape": {}}))


FALSE: dict[str, Callable[[dict, bytes], bytes]] = {
    "200,000 tensors": many,
    "a header of 12 MB": lambda header, rest: rebuilt(header | {"x" * (12 * 2**20): {}}, rest),
    "a header of 2^63 bytes": lambda header, rest: (2**63).to_bytes(8, "little") + rest,
    "a long text in it": partial(told, ended="x" * (12 * 2**20)),
    "many accuracies": partial(told, recent=[0.5] * 2_000_000),
    "deep in the header": partial(deep, where="header"),
    "deep in what is told": partial(deep, where="run"),
    "a name twice": twice,
    "a huge number": partial(told, step=10**4000),
    "a huge shape": partial(other, name="probes/h", shape=[2**40, 2**40]),
    "a long log": partial(other, name="log/loss", shape=[100_000_000]),
    "many probes": partial(other, name="probes/step", shape=[2**40]),
    "another type": partial(other, name="log/loss", dtype="F64"),
    "no shape": partial(other, name="log/loss", shape=None),
    "deep shape": partial(other, name="log/loss", shape=[[]]),
}


def seconds(data: bytes) -> float:
    """Of the processor, to read or refuse a file: the least of four."""
    spent = []
    for _ in range(4):
        start = time.process_time()
        with suppress(ValueError):
            read(data)
        spent.append(time.process_time() - start)
    return min(spent)


@pytest.mark.parametrize("what", FALSE)
def test_what_is_no_run_is_refused_by_its_header(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As fast as a small run is read, and without a look at the rest."""
    valid = dump(begun_runs()[2])
    false = FALSE[what](*metadata(valid))
    usual = seconds(valid)
    assert seconds(false) < 3 * usual
    monkeypatch.setattr("rnnviz.training.files.load", lambda data: pytest.fail("read to the end"))
    with pytest.raises(ValueError, match=r"."):
        read(false)


@pytest.mark.alone
@settings(max_examples=60, deadline=None)
@given(RUNS, st.data())
def test_no_header_takes_long(run: Run, draws: st.DataObject) -> None:
    """Whatever is put in the place of a tensor's description, or beside them."""
    valid = dump(run)
    header, rest = metadata(valid)
    name = draws.draw(st.sampled_from(sorted(header)) | st.text(max_size=8))
    anything = st.recursive(SCALARS, lambda some: st.lists(some) | st.dictionaries(st.text(max_size=9), some))
    header[name] = draws.draw(
        anything
        | st.fixed_dictionaries(
            {
                "dtype": st.sampled_from(["F32", "I64", "F64", "BOOL", ""]),
                "shape": st.lists(st.integers(-1, 2**63), max_size=4),
                "data_offsets": st.lists(st.integers(0, 2**63), max_size=3),
            }
        )
    )
    false = rebuilt(header, rest)
    only_value_error(false)
    assert seconds(false) < 3 * seconds(valid)


def test_numbers_that_are_none_are_refused_among_the_weights() -> None:
    run = begun_runs()[2]
    for value in (np.nan, np.inf):
        weights = run.parameters["readout.bias"].copy()
        weights[0] = value
        with pytest.raises(ValueError, match=r"readout\.bias"):
            read(dump(replace(run, parameters=run.parameters | {"readout.bias": weights})))
    with pytest.raises(ValueError, match="MB"):
        read(bytes(40 * 2**20))
