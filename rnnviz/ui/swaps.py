"""The swap of a word on the page Step: what the link says of it, and what the stepper asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from rnnviz.figures.base import MOST_IN_PROSE, shortened
from rnnviz.scenes.swaps import located
from rnnviz.text import tokenize
from rnnviz.ui import state
from rnnviz.ui.language import t

SAID = "_swap_said"
"""Under which a visit remembers what did not fit, and of which sentence that was said."""
Tokens = tuple[str, ...]


@dataclass(frozen=True)
class Swapping:
    """What the stepper needs of a swap beside the sentence."""

    payload: bytes = b""
    """That of `rnnviz.scenes.swaps.compose_swap`; empty where nothing is swapped."""
    said: str = ""
    """What did not fit, in words."""
    offered: bool = True
    """Whether a word may be swapped here."""
    asked: Callable[[Any], object] = lambda told: None
    """To be called with what the stepper asks for."""

    @property
    def own(self) -> dict[str, Any]:
        """What is this visitor's own in the payload."""
        return {
            "said": self.said,
            "swaps": self.offered,
            "trains": state.shown("trained"),
            "trained": state.value("trained"),
        }


def current(tokens: Tokens) -> tuple[int, str] | None:
    """The place and the other word that the link asks for. What does not fit the sentence leaves the link, and is said;
    what has moved with its word is put there anew."""
    wanted: str = state.value("swap")
    if not wanted:
        return None
    found = located(tokens, wanted)
    if found is None:
        say(tokens, "gone", word=wanted.split(" ")[1])
    state.put(swap=written(tokens, *found) if found else "")
    return found


def written(tokens: Tokens, at: int, other: str) -> str:
    """A swap as the link has it."""
    return f"{at} {tokens[at]} {other}"


def asked(tokens: Tokens, told: Any) -> None:
    """Do what the stepper asks for: {"at", "word"} to swap, {"at": -1} to take the swap back, {"trained"}. At anything
    else, which no stepper says, nothing is done."""
    if not isinstance(told, Mapping):
        return
    if "trained" in told:
        state.put(trained=told["trained"])
        return
    at, word = told.get("at"), told.get("word")
    st.session_state.pop(SAID, None)
    if at == -1:
        state.put(swap="")
    elif type(at) is int and 0 <= at < len(tokens) and isinstance(word, str) and state.SENTENCE.check(word) is not None:
        found = tokenize(word)
        wanted = written(tokens, at, found[0]) if len(found) == 1 else ""
        if len(found) != 1:
            listed = t("stepper.comma").join(shortened(one, MOST_IN_PROSE) for one in found[:6])
            key = "several" if found else "empty"
            say(tokens, key, word=" ".join(word.split()), count=len(found), parts=listed)
        elif found[0] == tokens[at]:
            say(tokens, "same", word=found[0])
        elif state.KEYS["swap"].check(wanted) is None:
            say(tokens, "long")
        else:
            state.put(swap=wanted)


def say(tokens: Tokens, key: str, /, word: str = "", **values: object) -> None:
    """Remember what did not fit, until something else is asked for or read."""
    st.session_state[SAID] = (tokens, key, {"word": shortened(word, MOST_IN_PROSE), **values})


def said(tokens: Tokens) -> str:
    """What did not fit, in the visitor's language; nothing of another sentence."""
    of, key, values = st.session_state.get(SAID, ((), "", {}))
    return t(f"swap.said.{key}", **values) if key and of == tokens else ""
