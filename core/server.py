"""Server: what the web server gets beside the pages: routes, headers, and the lifespan of the process's parts."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from core.errors import TabletalkError
from core.http_headers import HttpHeaders
from core.identity.identity import Identity
from core.identity.middleware import WhoAsks
from core.turns.following import Live
from core.turns.routes import routes as turn_routes
from core.wiring import application, close_application

log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Builds the App before the first visitor comes. Where that fails the pages still open: they show why and try again."""
    starting = asyncio.create_task(asyncio.to_thread(_start))
    try:
        yield
    finally:
        await starting
        await asyncio.to_thread(close_application)


def _start() -> None:
    try:
        application()
    except TabletalkError as exc:
        log.error("%s %s %s", exc.message, exc.hint, exc.detail)
    gc.collect()
    gc.freeze()  # what was imported lives for ever: later collections need not look at it


def _identity() -> Identity:
    return application().identity


def _live() -> Live:
    return application().live


routes: list[BaseRoute] = turn_routes(_live)
"""/healthz and /api/events."""
middleware: list[Middleware] = [Middleware(HttpHeaders), Middleware(WhoAsks, _identity)]
