"""The fences: one per dialect, chosen by address."""

from __future__ import annotations

from core.execution.address import Address
from core.execution.fences.base import Fence, Stream, Verdict
from core.execution.fences.sqlite import SqliteFence

__all__ = ["Fence", "Stream", "Verdict", "fence_for"]

_FENCES: dict[str, type[Fence]] = {"sqlite": SqliteFence}


def fence_for(address: Address) -> Fence:
    return _FENCES.get(address.dialect, Fence)(address)
