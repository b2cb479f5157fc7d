"""The sessions page: the person's sessions, newest first."""

from __future__ import annotations

from pages.render import listing, person

listing.draw(person.visit())
