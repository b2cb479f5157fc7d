"""WaysBack: the page a browser was on when it went to sign in, kept while it is away.

Streamlit returns from a provider to the home page. What is kept is never an address: the name of a page and short parameters,
from which an address of this site alone can be made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from core.sessions import keys
from core.sessions.client import Client
from core.sessions.outage import store_errors

LIFE_MS = 15 * 60_000
_MOST = 4
_PAGE = re.compile(r"[a-z0-9_-]{0,40}", re.ASCII)
_NAME = re.compile(r"[a-z]{1,20}", re.ASCII)
_VALUE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class _Place(msgspec.Struct):
    page: str
    query: dict[str, str]


class WaysBack:
    """Every method raises StoreUnavailable where Redis fails."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def keep(self, browser: str, page: str, query: Mapping[str, str]) -> None:
        """For a quarter of an hour; the latest counts. `page` is its name in the address, empty for the home page."""
        place = _Place(page if _PAGE.fullmatch(page) else "", _safe(query))
        with store_errors():
            self._client.set(keys.way_back(browser), msgspec.json.encode(place), px=LIFE_MS)

    def take(self, browser: str) -> str:
        """What to put after the address of the home page, once; empty where nothing was kept."""
        with store_errors():
            kept = self._client.getdel(keys.way_back(browser))
        try:
            place = msgspec.json.decode(kept or b"", type=_Place)
        except msgspec.DecodeError:
            return ""
        query = urlencode(_safe(place.query))
        return (place.page if _PAGE.fullmatch(place.page) else "") + (f"?{query}" if query else "")


def _safe(query: Mapping[str, str]) -> dict[str, str]:
    fit = {name: value for name, value in query.items() if _NAME.fullmatch(name) and _VALUE.fullmatch(value)}
    return dict(list(fit.items())[:_MOST])
