"""Catalogs read in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from core.errors import DatabaseUnavailable
from core.execution.readings import Readings
from core.models import Catalog

CATALOG = Catalog("db", "sqlite", ())


class Source:
    """A registry whose catalog is there when `gate` opens; it fails while `broken`."""

    def __init__(self) -> None:
        self.gate, self.begun = threading.Event(), threading.Event()
        self.broken = False
        self.reads: list[bool] = []

    def catalog(self, name: str, *, refresh: bool, progress: Callable[[str, float], None]) -> Catalog:
        self.reads.append(refresh)
        progress("Reading orders", 0.5)
        self.begun.set()
        assert self.gate.wait(5)
        if self.broken:
            raise DatabaseUnavailable("It is down.")
        return CATALOG


def test_a_reading_tells_how_far_it_is_and_then_holds_the_catalog() -> None:
    source = Source()
    readings = Readings(source)
    readings.of("shop")
    assert source.begun.wait(5)
    half = readings.of("shop")
    assert (half.step, half.fraction, half.catalog) == ("Reading orders", 0.5, None)
    source.gate.set()
    assert readings.of("shop", wait_s=5).catalog is CATALOG
    assert source.reads == [False]


def test_a_failed_reading_stays_until_it_is_asked_for_again() -> None:
    source = Source()
    source.broken = True
    source.gate.set()
    readings = Readings(source)
    error = readings.of("shop", wait_s=5).error
    assert error is not None and error.message == "It is down."
    source.broken = False
    assert readings.of("shop").error is not None
    readings.again("shop")
    assert readings.of("shop", wait_s=5).catalog is CATALOG


def test_a_refresh_while_it_is_read_does_not_read_twice() -> None:
    source = Source()
    readings = Readings(source)
    readings.of("shop")
    readings.again("shop")
    source.gate.set()
    readings.of("shop", wait_s=5)
    assert source.reads == [False]
    readings.again("shop")
    readings.of("shop", wait_s=5)
    assert source.reads == [False, True]


def test_what_is_prepared_from_a_catalog_is_part_of_its_reading() -> None:
    source, prepared = Source(), []

    def prepare(catalog: Catalog, progress: Callable[[str, float], None]) -> None:
        progress("Learning", 0.5)
        prepared.append((catalog, readings.of("shop").step, round(readings.of("shop").fraction, 2)))

    readings = Readings(source, prepare)
    source.gate.set()
    assert readings.of("shop", wait_s=5).catalog is CATALOG
    assert prepared == [(CATALOG, "Learning", 0.9)]


def test_what_is_no_error_of_ours_is_raised_where_it_is_asked_for() -> None:
    class Broken:
        def catalog(self, name: str, *, refresh: bool, progress: object) -> Catalog:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Readings(Broken()).of("shop", wait_s=5)
