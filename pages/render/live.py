"""The one component: it follows the events of a session over a WebSocket, writes the running step and rings for a redraw."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from pages.render import state

_HERE = Path(__file__).parent
_KEY = "live"


def draw(data: dict[str, Any]) -> None:
    """Follows `data["session"]`; shows `data["turn"]` where one runs. Mounted once per page, at a fixed place."""
    _component()(key=_KEY, data={**data, "heard": state.heard()}, on_ring_change=_rang)


def focus() -> None:
    """Puts the cursor into the question's input, on a page that follows no session yet; not where a keyboard would pop up."""
    _component()(key="live-focus", data={"session": ""})


def _rang() -> None:
    """A ring reruns the fragment that holds the component; what is drawn for it names it, so that no ring stays unanswered."""
    ring = getattr(state.value(_KEY), "ring", None)
    if isinstance(ring, Mapping):
        state.note_ring(ring.get("at"), whole=ring.get("whole") is True)


def _component() -> Any:
    """Registered once per process: registering at import would happen before the server's registry exists."""
    return _registered((_HERE / "live.html").read_text(), (_HERE / "live.css").read_text(), (_HERE / "live.js").read_text())


@st.cache_resource(show_spinner=False)
def _registered(html: str, css: str, js: str) -> Any:
    return st.components.v2.component("tabletalk_live", html=html, css=css, js=js)
