"""A visitor of the lessons that benchmarks hold: a browser tab that types, slides and presses, and measures.

What the app's components would do in a browser costs this process time, and these lessons have none of it.
"""

from __future__ import annotations

from typing import Any

from benchmarks import acts, widgets
from benchmarks.browser import Browser, Run
from benchmarks.tree import Node
from benchmarks.widgets import Control

__all__ = ["Run", "Visitor"]


class Visitor(Browser):
    """One session: open, then `type`, `slide`, `press` and `look` until `close`."""

    async def type(self, sentence: str, patience: float) -> Run:
        """Type a sentence and press Enter."""
        return await self._set("sentence", sentence, patience)

    async def slide(self, words: int, patience: float) -> Run:
        """Move the slider "words in between"."""
        return await self._set("words", words, patience)

    async def press(self, button: str, patience: float) -> Run:
        """Press a button."""
        await acts.press(self, self.control(button))
        return await self.settle(patience)

    async def look(self, fragment: str, patience: float) -> Run:
        """What the browser does by itself after one of the times in `looks`."""
        await self.send(fragment, auto=True)
        return await self.settle(patience)

    async def _set(self, key: str, value: Any, patience: float) -> Run:
        """Tell a value, also one that the control has already: every action is answered, and counts."""
        control = self.control(key)
        self.states[control.id] = widgets.state_of(control.kind, control.proto, control.id, value)
        await self.send(control.fragment)
        return await self.settle(patience)

    async def settle(self, patience: float) -> Run:
        run = await super().settle(patience)
        if not run.stepper:
            run.errors.append("no stepper and no board")
        return run

    def control(self, key: str) -> Control:
        """A control by its key."""
        found = next((node for node in self.tree.walk() if widgets.key_of(widgets.id_of(node)) == key), None)
        control = found and widgets.control_of(found, self.states)
        if not control:
            raise LookupError(f"no control {key!r} on the page")
        return control

    def _show(self, node: Node) -> None:
        """Nothing: see above."""
