"""Kinds by declared type and by stored values."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.execution.kinds import Evidence, declared_kind, stored_kind
from core.models import Kind

CASES = [
    tuple(part.strip() for part in line.split(" = "))
    for line in (Path(__file__).parent / "cases" / "declared_kinds.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("declared", "kind"), [(case[0], case[-1]) for case in CASES])
def test_a_declared_type_means_one_kind(declared: str, kind: str) -> None:
    assert declared_kind(declared) is Kind(kind)


@pytest.mark.parametrize(
    ("declared", "evidence", "kind"),
    [
        ("TEXT", Evidence(100, texts=100, dates=100), Kind.DATE),
        ("TEXT", Evidence(100, texts=100, dates=40, datetimes=60), Kind.DATETIME),
        ("TEXT", Evidence(100, texts=100, times=100), Kind.TIME),
        ("TEXT", Evidence(100, texts=100, dates=60), Kind.TEXT),
        ("VARCHAR(4)", Evidence(100, texts=100), Kind.TEXT),
        ("DATETIME", Evidence(100, texts=100, dates=100), Kind.DATE),
        ("DATETIME", Evidence(100, texts=100), Kind.TEXT),
        ("DATE", Evidence(100, integers=100), Kind.INTEGER),
        ("TIMESTAMP", Evidence(0), Kind.DATETIME),
        ("", Evidence(0), Kind.TEXT),
        ("", Evidence(10, integers=10), Kind.INTEGER),
        ("", Evidence(10, integers=9, reals=1), Kind.FLOAT),
        ("NUMERIC", Evidence(10, integers=10), Kind.INTEGER),
        ("NUMERIC", Evidence(10, integers=9, reals=1), Kind.DECIMAL),
        ("DECIMAL(10,2)", Evidence(10, integers=10), Kind.DECIMAL),
        ("INTEGER", Evidence(100, integers=95, texts=5), Kind.INTEGER),
        ("INTEGER", Evidence(100, integers=50, texts=50), Kind.TEXT),
        ("BOOLEAN", Evidence(10, integers=10, bits=10), Kind.BOOLEAN),
        ("BOOLEAN", Evidence(10, integers=10, bits=8), Kind.INTEGER),
        ("BOOLEAN", Evidence(10, texts=10), Kind.TEXT),
        ("BLOB", Evidence(10, texts=10), Kind.TEXT),
        ("TEXT", Evidence(10), Kind.BINARY),
        ("JSON", Evidence(10, texts=10), Kind.JSON),
    ],
)
def test_what_sqlite_stores_overrules_what_it_declares(declared: str, evidence: Evidence, kind: Kind) -> None:
    assert stored_kind(declared, evidence) is kind
