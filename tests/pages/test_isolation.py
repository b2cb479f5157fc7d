"""Nobody gets further than their role: every door of a session, tried by everybody."""

from __future__ import annotations

import pytest

from core.wiring import App
from tests.pages.isolation import DOORS, MAY, PEOPLE, make_scene, through


@pytest.mark.parametrize("door", DOORS)
def test_each_door_lets_in_whom_it_may_and_nobody_else(app: App, door: str) -> None:
    needed = DOORS[door][0]
    let_in = [person.name for person in through(make_scene(app), door)]
    assert let_in == [person.name for person in PEOPLE if needed in MAY.get(person, set())]
