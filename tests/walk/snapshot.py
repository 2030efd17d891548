"""What a page shows, to be compared with what its link shows in a new visit.

What only the visit can know is left out, and stands here: a run and what is made of it (`OF_THE_RUN`), the visitor's
own network, a measured speed, and what of a page is open.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from benchmarks import widgets
from benchmarks.browser import Browser
from benchmarks.parts import PLACES
from benchmarks.tree import Node
from benchmarks.widgets import Control
from rnnviz.ui.keys import YOURS
from tests.walk import words
from tests.walk.words import linked

OF_THE_RUN = ("pause", "resume", "train", "again", "one", "cancel", "rewind", "use", "download", "upload", "saw", "own")
"""Keys of controls, or how they begin."""
OF_THE_NETWORK = ("badge",)
"""What has numbers of the network in its label."""
OPENS = ("popover", "expandable")
WITH_OWN = ("left", "right")
"""Controls that offer the visitor's own network, where there is one."""
STARTS = ("step", "unit", "network", "against", "back", "place", *PLACES)
"""Where a stepper begins; where it stands is compared instead."""
CARRIED = ("kept", "plotly", "drawn", "said", "lost")
TEXTS = ("heading", "markdown", "text", "alert")

Shown = dict[str, Any]


def snapshot(tab: Browser, trained: bool = False) -> Shown:
    """What a link has to bring back. `trained`: whether the visitor has a network of their own."""
    link = linked(tab.link)
    own = trained and (YOURS in (link.get("left"), link.get("right")) or link.get("own") == "true")
    shown: Shown = {"page": tab.page}
    texts = []
    left_out = (*OF_THE_RUN, *(OF_THE_NETWORK if own else ()))
    for node in _visible(tab):
        if control := widgets.control_of(node, tab.states):
            if not control.key.startswith(left_out):
                shown[f"control {control.key}"] = _control(control)
        elif widgets.id_of(node) in tab.parts:
            shown |= _component(tab, node, own)
        elif node.kind in TEXTS and node.element and not words.is_saying(_text(node), "compare.unmeasured"):
            texts.append(_text(node))
    if tab.page != "training" and not own:
        shown["texts"] = [text for text in texts if text]
    return shown


def differences(one: Shown, other: Shown) -> list[str]:
    """What is not the same, in words."""
    found = []
    for name in [*one, *(name for name in other if name not in one)]:
        here, there = one.get(name, "nothing"), other.get(name, "nothing")
        if here != there:
            parts = {key for key in here if here[key] != there.get(key)} if _are_dicts(here, there) else None
            short = [{key: each[key] for key in parts if key in each} if parts else each for each in (here, there)]
            found.append(f"{name}: {_cut(short[0])} became {_cut(short[1])}")
    return found


def _visible(tab: Browser) -> Iterator[Node]:
    """All that is seen with every menu and box closed."""

    def within(node: Node) -> Iterator[Node]:
        yield node
        if node.kind not in OPENS:
            for child in node.children:
                yield from within(child)

    for root in tab.tree.roots:
        for child in root.children:
            yield from within(child)


def _control(control: Control) -> dict[str, Any]:
    about = {"kind": control.kind, "label": control.label, "disabled": control.disabled}
    if control.kind in OPENS:
        return about
    if control.key not in WITH_OWN:
        about["options"] = control.options
    if hasattr(control.proto, "min"):
        about["range"] = (control.proto.min, control.proto.max)
    return about | {"value": control.value}


def _component(tab: Browser, node: Node, own: bool) -> Shown:
    id = widgets.id_of(node)
    key, part = widgets.key_of(id), tab.parts[id]
    if key in ("training", "compare-speeds"):
        return {}
    payload = {name: value for name, value in part.payload.items() if name not in (*STARTS, *CARRIED)}
    about: dict[str, Any] = {"theme": payload.get("theme"), "stands": part.place()}
    if own and key == "stepper":  # another visit has another network in its place, with units of its own
        about["stands"] = part.place()[:1]
    elif not own:
        about |= {name: _short(value) for name, value in payload.items()}
    return {f"component {key}": about}


def _short(value: Any) -> Any:
    text = repr(value)
    return text if len(text) < 100 else f"{text[:40]}…{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def _text(node: Node) -> str:
    element = getattr(node.element, node.kind)
    return str(element.body)


def _are_dicts(*each: Any) -> bool:
    return all(isinstance(one, dict) for one in each)


def _cut(what: Any) -> str:
    text = str(what)
    return text if len(text) < 300 else f"{text[:300]}…"
