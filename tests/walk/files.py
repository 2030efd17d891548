"""What a visitor uploads: a run of this app, and files that are none."""

from __future__ import annotations

from rnnviz.training.advance import advance, start
from rnnviz.training.files import dump


def files() -> dict[str, bytes]:
    """By name; those that begin with "bad" are refused."""
    run = dump(advance(start("errands", kind="lstm", units=8, steps=40, batch=8), 3))
    other = dump(advance(start("recall", kind="gru", units=8, steps=40, batch=8), 3))
    return {"errands": run, "recall": other, "bad": b"no run at all", "bad cut": run[:-100], "bad empty": b""}
