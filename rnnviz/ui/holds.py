"""What of a unit is held on the page Step: what the link says of it, and what the stepper asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rnnviz.scenes.erase import compose_erase, hold_of
from rnnviz.scenes.readings import Named
from rnnviz.scenes.writer import View
from rnnviz.ui import asked, state


@dataclass(frozen=True)
class Holding:
    """What the stepper needs of a hold beside the sentence."""

    payload: bytes = b""
    """That of `rnnviz.scenes.erase.compose_erase`; empty where nothing is held."""
    lost: bool = False
    """Whether something was to be held that is not there."""

    @property
    def own(self) -> dict[str, Any]:
        """What is this visitor's own in the payload."""
        return {"holds": state.shown("held"), "lost": self.lost}

    def asked(self, told: object) -> None:
        """Do what the stepper asks for: {"held": "4.right.c.12.0"}, empty to let go; at anything else nothing."""
        if isinstance(told, Mapping):
            state.put(held=told.get("held"))


def current(tokens: tuple[str, ...], named: Callable[[str], Named], view: View) -> Holding:
    """The hold that the link asks for. What the network or the sentence has not leaves the link.

    `named`: the network of a side.
    """
    wanted: str = state.value("held")
    hold = hold_of(wanted)
    if hold is None:
        return Holding()
    found = asked.asked(compose_erase, tokens, named(hold.side), state.value("trained"), wanted, view)
    if found is None:
        state.put(held="")
    return Holding(found or b"", found is None)


def let_go(side: str) -> None:
    """Another network stands on a side: a unit of the one before is none of its."""
    hold = hold_of(state.value("held"))
    if hold and hold.side == side:
        state.put(held="")
