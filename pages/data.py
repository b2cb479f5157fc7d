"""The data page: the connections, and the tables and columns behind each."""

from __future__ import annotations

from core.wiring import application
from pages.render import schema

schema.draw(application())
