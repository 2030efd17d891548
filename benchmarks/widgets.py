"""The controls on a page: what each shows, what can be chosen, and what the browser tells the server of it.

Streamlit's frontend tells labels, not ids, and keeps a state for every control that it has drawn, by the control's id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from streamlit.proto.NumberInput_pb2 import NumberInput
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.tree import Node

CHOICES = ("selectbox", "radio")
BUTTONS = ("button", "download_button")
VALUED = (*CHOICES, "slider", "number_input", "text_input", "checkbox", "file_uploader", "expandable", "popover")
"""What has a value; a button has only the moment in which it is pressed."""
NAMES = ("expandable", "popover")


@dataclass(frozen=True)
class Control:
    """One control as it is drawn."""

    id: str
    kind: str
    """Its name in Streamlit's protocol; a slider over words is a "select_slider"."""
    key: str
    """The name that the page gave it, or "None"."""
    label: str
    fragment: str
    """The part of the page that it reruns; "" is all of it."""
    disabled: bool = False
    options: tuple[str, ...] = ()
    value: Any = None
    """What it shows: a label, a number, a text, on or off."""
    proto: Any = None


def id_of(node: Node) -> str:
    """The id of the control that a node is; "" if it is none, or one of which the server hears nothing."""
    if node.element is not None:
        return str(getattr(getattr(node.element, node.kind), "id", "")) if node.kind else ""
    return str(getattr(node.block, node.kind).id) if node.kind in NAMES else ""


def key_of(id: str) -> str:
    """The key in an id "$$ID-<hash>-<key>"."""
    return id.split("-", 2)[-1]


def control_of(node: Node, states: dict[str, WidgetState]) -> Control | None:
    """The control that a node is, or None."""
    kind, id = node.kind, id_of(node)
    if not id or kind not in (*VALUED, *BUTTONS):
        return None
    proto = getattr(node.element if node.element is not None else node.block, kind)
    options = tuple(getattr(proto, "options", ()))
    shown = shown_value(kind, proto, states.get(id))
    name = "select_slider" if kind == "slider" and options else kind
    disabled = bool(getattr(proto, "disabled", False))
    return Control(id, name, key_of(id), proto.label, node.fragment, disabled, options, shown, proto)


def shown_value(kind: str, proto: Any, state: WidgetState | None) -> Any:
    """What a control shows, by the state that the browser keeps of it."""
    if kind in NAMES and state is None:
        return is_open(kind, proto)
    if state is None or kind in BUTTONS:
        return None
    if kind in CHOICES or kind == "text_input":
        return state.string_value if state.WhichOneof("value") else None
    if kind == "slider" and proto.options:
        (label,) = state.string_array_value.data or ("",)
        return label if label in proto.options else proto.options[int(proto.default[0])]
    if kind == "slider":
        return min(max(state.double_array_value.data[0], proto.min), proto.max)
    if kind == "number_input":
        return getattr(state, state.WhichOneof("value") or "int_value")
    if kind == "file_uploader":
        return tuple(one.name for one in state.file_uploader_state_value.uploaded_file_info)
    return state.bool_value


def is_open(kind: str, proto: Any) -> bool:
    """What the server says of a box that opens."""
    return bool(proto.open if kind == "popover" else proto.expanded)


def register(node: Node, states: dict[str, WidgetState], opened: dict[str, bool]) -> None:
    """A control was drawn: it keeps the state it had, has its default, or takes what the server sets.

    `opened`: what the server last said of each box that opens; to say the same again changes nothing.
    """
    kind, id = node.kind, id_of(node)
    if not id or kind not in VALUED:
        return
    proto = getattr(node.element if node.element is not None else node.block, kind)
    if kind in NAMES:
        said = is_open(kind, proto)
        if opened.setdefault(id, said) != said:
            opened[id], states[id] = said, state_of(kind, proto, id, said)
    elif getattr(proto, "set_value", False) or id not in states:
        states[id] = state_of(kind, proto, id, given(kind, proto))


def given(kind: str, proto: Any) -> Any:
    """What the server says that a control shows: its default, or what it sets."""
    sets = getattr(proto, "set_value", False)
    if kind in CHOICES:
        if sets:
            return proto.raw_value if proto.HasField("raw_value") else None
        return proto.options[proto.default] if proto.options and proto.HasField("default") else None
    if kind == "slider" and proto.options:
        if sets and proto.raw_value:
            return proto.raw_value[0] if proto.raw_value[0] in proto.options else proto.options[int(proto.default[0])]
        return proto.options[int(proto.default[0])]
    if kind == "slider":
        return (proto.value if sets else proto.default)[0]
    if kind == "file_uploader":
        return ()
    return proto.value if sets else proto.default


def state_of(kind: str, proto: Any, id: str, value: Any) -> WidgetState:
    """What the browser tells of a control that shows `value`."""
    state = WidgetState(id=id)
    if kind in CHOICES or kind == "text_input":
        if value is not None:
            state.string_value = value
    elif kind in ("slider", "select_slider"):
        if proto.options:
            state.string_array_value.data.append(value)
        else:
            state.double_array_value.data.append(value)
    elif kind == "number_input":
        if proto.data_type == NumberInput.INT:
            state.int_value = int(value)
        else:
            state.double_value = value
    elif kind == "file_uploader":
        state.file_uploader_state_value.uploaded_file_info.extend(value)
    else:
        state.bool_value = value
    return state


def triggered(id: str) -> WidgetState:
    """A button in the moment when it is pressed."""
    return WidgetState(id=id, trigger_value=True)


def find(controls: Sequence[Control], key: str) -> Control | None:
    """The control that the page calls `key`."""
    return next((one for one in controls if one.key == key), None)
