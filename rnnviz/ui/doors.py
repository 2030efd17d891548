"""What is changed inside Streamlit, where it offers no other way. Each has a test that fails when the door moves."""

from __future__ import annotations

from typing import Any

from streamlit.elements.widgets import select_slider
from streamlit.runtime.state.safe_session_state import SafeSessionState


class Slider(select_slider.SelectSliderSerde[Any]):
    """Streamlit's select_slider takes a label that it does not show any more for the start value, and the action would
    be lost. Like a selectbox, let it hand out the label: `rnnviz.ui.state.follow` finds out what was meant."""

    def deserialize(self, ui_value: list[str] | None) -> Any:
        if ui_value and len(ui_value) == 1 and ui_value[0] not in self.formatted_option_to_index:
            return ui_value[0]
        return super().deserialize(ui_value)


_take_in = SafeSessionState.on_script_will_rerun


def take_in(session: SafeSessionState, *message: Any, **more: Any) -> None:
    """Streamlit lets a newer message cut off the run of an older one before that was taken in, or in the midst of its
    callbacks: the press of a button that is followed at once by something else would be lost. Let each be taken in
    whole; right after that the newer one has its turn."""
    interrupt = session._yield_callback
    object.__setattr__(session, "_yield_callback", _nothing)  # as Streamlit sets it: what else is set is a value
    try:
        _take_in(session, *message, **more)
    finally:
        object.__setattr__(session, "_yield_callback", interrupt)


def _nothing() -> None:
    """No newer message counts now."""


def change() -> None:
    """Put all of them in place."""
    select_slider.SelectSliderSerde = Slider  # type: ignore[misc]
    SafeSessionState.on_script_will_rerun = take_in  # type: ignore[assignment, method-assign]
