"""Nobody gets further than their role: every door of a session, tried by everybody."""

from __future__ import annotations

import pytest

from core.wiring import App
from tests.pages.isolation import DOORS, MAY, PEOPLE, make_scene, through


@pytest.mark.timeout(240)
def test_each_door_lets_in_whom_it_may_and_nobody_else(app: App) -> None:
    scene = make_scene(app)
    let_in = {door: [person.name for person in through(scene, door)] for door in DOORS}
    assert let_in == {
        door: [person.name for person in PEOPLE if needed in MAY.get(person, set())] for door, (needed, _) in DOORS.items()
    }
