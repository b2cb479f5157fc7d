"""The demo database: a retail company over 2023 to 2025, made on first use from a fixed seed, the same on every machine."""

from core.execution.demo.file import ensure_demo

__all__ = ["ensure_demo"]
