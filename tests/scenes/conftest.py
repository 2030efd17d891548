"""Shared by the tests of scenes."""

from __future__ import annotations

from typing import Any

import pytest

from rnnviz.ui import state


@pytest.fixture
def link(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the link says; empty at first."""
    said: dict[str, Any] = {}
    monkeypatch.setattr(state, "value", lambda name: said.get(name, state.KEYS[name].default))
    return said
