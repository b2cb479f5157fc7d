"""The sessions page: every session of this place, newest first."""

from __future__ import annotations

from core.wiring import application
from pages.render import listing

listing.draw(application())
