"""Readings: catalogs read in the background, so that a page shows progress instead of waiting; one at a time per connection."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from core.errors import TabletalkError
from core.models import Catalog

Progress = Callable[[str, float], None]
Prepare = Callable[[Catalog, Progress], None]
_READ = 0.8
"""Of a whole reading the part that is the catalog's; the rest is for what is prepared from it."""


class CatalogSource(Protocol):
    """What is asked of the registry of databases."""

    def catalog(self, name: str, *, refresh: bool, progress: Progress) -> Catalog: ...


@dataclass(frozen=True)
class Reading:
    """How far a catalog is: one of `catalog` and `error` is there once it is finished."""

    step: str = ""
    fraction: float = 0.0
    """0–1."""
    catalog: Catalog | None = None
    error: TabletalkError | None = None


@dataclass
class _Job:
    done: Future[Catalog] = field(default_factory=Future)
    step: str = ""
    fraction: float = 0.0


class Readings:
    """Thread-safe. A failed reading stays failed until `again`."""

    def __init__(self, databases: CatalogSource, prepare: Prepare | None = None) -> None:
        """`prepare` builds what is asked of a catalog later, so that nobody waits for it then."""
        self._databases, self._prepare = databases, prepare
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()

    def of(self, name: str, *, wait_s: float = 0.0) -> Reading:
        """The reading of a connection's catalog, begun when nobody asked before; waits up to wait_s for its end.

        An exception that is no TabletalkError is raised.
        """
        job = self._job(name)
        try:
            return Reading("", 1.0, job.done.result(timeout=wait_s))
        except TimeoutError:
            return Reading(job.step, job.fraction)
        except TabletalkError as error:
            return Reading(error=error)

    def again(self, name: str) -> None:
        """Reads the catalog anew unless it is being read right now."""
        with self._lock:
            job = self._jobs.get(name)
            if job is None or job.done.done():
                self._jobs[name] = self._begin(name, refresh=True)

    def _job(self, name: str) -> _Job:
        with self._lock:
            if name not in self._jobs:
                self._jobs[name] = self._begin(name, refresh=False)
            return self._jobs[name]

    def _begin(self, name: str, *, refresh: bool) -> _Job:
        job = _Job()
        threading.Thread(target=self._read, args=(name, refresh, job), name=f"catalog-{name}", daemon=True).start()
        return job

    def _read(self, name: str, refresh: bool, job: _Job) -> None:
        def within(start: float, share: float) -> Progress:
            def progress(step: str, fraction: float) -> None:
                job.step, job.fraction = step, start + share * min(1.0, max(0.0, fraction))

            return progress

        try:
            share = _READ if self._prepare else 1.0
            catalog = self._databases.catalog(name, refresh=refresh, progress=within(0.0, share))
            if self._prepare:
                self._prepare(catalog, within(share, 1.0 - share))
            job.done.set_result(catalog)
        except BaseException as error:  # noqa: BLE001 - handed to whoever asks for the result
            job.done.set_exception(error)
