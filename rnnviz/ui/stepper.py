"""The stepper in a Streamlit page: registers assets/stepper as a component and mounts it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from rnnviz.scenes.readings import weights_file
from rnnviz.ui import component, server, state
from rnnviz.ui.asked import asked
from rnnviz.ui.calm import called
from rnnviz.ui.holds import Holding
from rnnviz.ui.swaps import Swapping

SCRIPTS = (
    "shared/parts.js",
    "shared/table.js",
    "shared/transport.js",
    *(
        f"stepper/{name}.js"
        for name in ("kinds", "equations", "cell", "views", "unit", "erase", "swap", "back", "stepper")
    ),
)
STYLES = (
    "shared/parts.css",
    "shared/transport.css",
    "stepper/cell.css",
    "stepper/stepper.css",
    "stepper/unit.css",
    "stepper/erase.css",
    "stepper/swap.css",
    "stepper/back.css",
)


class Rest(NamedTuple):
    """Where a reader rests."""

    step: int
    network: int
    """0 or 1."""
    unit: int
    against: str = ""
    """The unit beside it: "left.12", or empty for the one that stands there if nothing is said."""
    back: bool = False
    """Whether the reader follows the gradient back from the answer."""


def stepper(
    payload: bytes,
    files: Sequence[str],
    rested: Callable[[Rest], object],
    step: int = 0,
    unit: int | None = None,
    network: int = 1,
    against: str = "",
    back: bool = False,
    place: int = 0,
    guess: bool = False,
    typed: str = "",
    way: bool = True,
    swapping: Swapping | None = None,
    holding: Holding | None = None,
    key: str = "stepper",
) -> None:
    """Mount the stepper.

    `payload` and `files` are those of a `rnnviz.scenes.step.StepPage`. `rested` is told where the reader is each time
    they have rested for half a second somewhere else than before. `step` (from 0), `unit`, its `network` (0 or 1) and
    the unit `against` it say where a reader begins who opens the page, or for whom `place` is another number than
    before; afterwards the browser knows better. `guess`: whether the answers are covered until the reader has guessed.
    `back`: whether the gradient is followed back from the answer; `way`: whether there is a button that does so.
    `typed`: the sentence as typed; another one is read from its beginning, unless the reader stood at the end.
    `swapping`, `holding`: another word in the place of one, what of a unit is held, and whom to tell of the next. Where
    the page looks different from what the payload was made for, the stepper says so, and the visitor's state remembers
    it.
    """

    def tell() -> None:
        if found := rest(state.said_by(key, "rest")):
            rested(found)

    found = {file: server.weights_url(file) or json.loads(asked(weights_file, file)) for file in files}
    # Where to begin is no part of the payload, so that one payload serves every visitor.
    where = {"step": step, "unit": unit, "network": network, "against": against, "back": back, "place": place}
    swapped, held = swapping or Swapping(), holding or Holding()
    whole = component.merged(component.merged(payload, swapped.payload), held.payload)
    own = {**where, **swapped.own, **held.own}
    data = component.joined(whole, files=found, guess=guess, typed=typed, way=way, **own)
    callbacks = {
        "on_rest_change": called(tell),
        "on_swap_change": called(lambda: swapped.asked(state.said_by(key, "swap"))),
        "on_held_change": called(lambda: held.asked(state.said_by(key, "held"))),
        "on_theme_change": called(partial(state.theme_said, key)),
    }
    mount = component.registered("stepper", SCRIPTS, STYLES)
    mount(key=key, data=data, default={"rest": None, "swap": None, "held": None, "theme": None}, **callbacks)


def rest(told: object) -> Rest | None:
    """What the component says of where the reader rests; None if it is no such thing."""
    if not isinstance(told, Mapping):
        return None
    network = told.get("network")
    step, unit, against = (state.KEYS[name].check(told.get(name)) for name in ("step", "unit", "against"))
    back = state.KEYS["back"].check(told.get("back", False))
    if type(network) is not int or network not in (0, 1) or not isinstance(against, str) or not isinstance(back, bool):
        return None
    return Rest(step, network, unit, against, back) if isinstance(step, int) and isinstance(unit, int) else None
