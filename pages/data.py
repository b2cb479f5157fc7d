"""The data page: the connections, and the tables and columns behind each."""

from __future__ import annotations

from pages.render import person, schema

schema.draw(person.visit())
