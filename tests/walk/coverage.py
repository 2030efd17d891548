"""How much of what the app offers the walk has done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rnnviz.scenes.records import there
from rnnviz.tasks import TASKS
from rnnviz.training.plans import TWINS, options
from rnnviz.ui.keys import KEYS, KNOBS, Choice, Flag

Triple = tuple[str, str, str]
"""A page, a control on it, an option of that."""


class Coverage:
    """What was offered, and what of it was done."""

    def __init__(self) -> None:
        self.offered: set[Triple] = set()
        self.done: set[Triple] = set()
        self.ids: dict[str, set[str]] = defaultdict(set)
        """Of each setting, the values that a control has brought into the link."""

    def offer(self, triples: Iterable[Triple]) -> None:
        self.offered.update(triples)

    def share(self) -> float:
        """Done, of all that was ever offered."""
        return len(self.done) / max(1, len(self.offered))

    def declared(self) -> dict[str, set[str]]:
        """All values that the app declares for settings with a control that was ever offered."""
        controls = {control for _, control, _ in self.offered}
        return {name: values for name in KEYS if name in controls and (values := _values(name))}

    def share_declared(self) -> float:
        """Done, of all that the app declares."""
        declared = self.declared()
        done = sum(len(values & self.ids[name]) for name, values in declared.items())
        return done / max(1, sum(map(len, declared.values())))

    def left(self) -> list[str]:
        """What was offered and never done, and what was declared and never seen in the link."""
        lines = [" · ".join(triple) for triple in sorted(self.offered - self.done)]
        declared = ((name, sorted(values - self.ids[name])) for name, values in self.declared().items())
        return lines + [f"declared: {name} {', '.join(values)}" for name, values in declared if values]


def _values(name: str) -> set[str]:
    """The values of a setting that a control can bring; a number or a text has no list of them."""
    key = KEYS[name]
    if name in ("first", "second"):
        return {id for twin in TWINS if twin != "none" for task in TASKS for id in options(task, twin)}
    if name in KNOBS:
        return {"", *(id for task in TASKS for id in options(task, name))}
    if name == "record":
        return set(there())
    if isinstance(key, Choice):
        return set(key.ids)
    return {"true", "false"} if isinstance(key, Flag) else set()
