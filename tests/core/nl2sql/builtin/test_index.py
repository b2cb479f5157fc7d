"""The index of a catalog: built once, and it tells how far it is."""

from __future__ import annotations

from pathlib import Path

from core.nl2sql.builtin import BuiltinEngine
from tests.core.nl2sql.builtin.schemas import catalog_of, make_sqlite


def test_building_an_index_tells_how_far_it_is_and_happens_once(tmp_path: Path) -> None:
    catalog = catalog_of(f"sqlite:///{make_sqlite('shop', tmp_path)}")
    told: list[tuple[str, float]] = []
    BuiltinEngine().prepare(catalog, lambda step, fraction: told.append((step, fraction)))
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0 and 0.5 < fractions[-1] < 1.0
    assert {step for step, _ in told} == {"Learning the names of its tables…", "Learning its values…"}
    told.clear()
    BuiltinEngine().prepare(catalog, lambda step, fraction: told.append((step, fraction)))
    assert told == []
