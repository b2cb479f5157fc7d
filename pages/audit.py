"""The audit page, for admins: who asked, ran, saw, shared and exported what and when."""

from __future__ import annotations

from pages.render import auditing, person

auditing.draw(person.visit())
