"""Kinds: what a declared type means, and, where a database does not enforce types (SQLite), what the stored values say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.models.catalog import Kind

_WORDS = {
    Kind.BOOLEAN: "bool boolean logical",
    Kind.INTEGER: """
        int integer tinyint smallint mediumint bigint hugeint uhugeint utinyint usmallint uinteger ubigint varint bignum
        int2 int4 int8 int16 int32 int64 serial bigserial smallserial long counter year oid unsigned
    """,
    Kind.DECIMAL: "decimal numeric dec number money smallmoney currency fixed",
    Kind.FLOAT: "float real double float4 float8",
    Kind.DATETIME: "timestamp timestamptz datetime datetime2 smalldatetime datetimeoffset",
    Kind.DATE: "date",
    Kind.TIME: "time timetz",
    Kind.JSON: "json jsonb",
    Kind.TEXT: """
        char character varchar nvarchar nchar bpchar varchar2 nvarchar2 text tinytext mediumtext longtext ntext string clob
        citext name enum set xml
    """,
    Kind.BINARY: "blob bytea binary varbinary tinyblob mediumblob longblob image raw",
}
_KIND_OF_WORD = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_TIMESTAMP = re.compile(r"timestamp(_s|_ms|_ns|_us)?$")
_SCALE = re.compile(r"\(\s*\d+\s*(?:,\s*(-?\d+)\s*)?\)")
_NEARLY_ALL = 0.99
_STRAY_TEXT = 0.1
"""A number column may hold this share of texts such as 'N/A' and stay one."""


def declared_kind(declared: str) -> Kind:
    """The kind a type name stands for in any of the dialects; OTHER for one that is unknown, nested or absent."""
    text = declared.strip().lower()
    if not text or text.endswith("]") or re.match(r"(struct|map|union|list|interval|point)\b", text):
        return Kind.OTHER
    if re.match(r"(tinyint|bit)\(1\)", text):
        return Kind.BOOLEAN
    words = re.findall(r"[a-z_0-9]+", re.sub(r"\(.*?\)|'[^']*'", " ", text))
    if "sub_type" in words and "text" in words:
        return Kind.TEXT
    kind = next((_KIND_OF_WORD[word] for word in words if word in _KIND_OF_WORD), None)
    if kind is None:
        return Kind.DATETIME if words and _TIMESTAMP.match(words[0]) else Kind.OTHER
    return Kind.INTEGER if kind is Kind.DECIMAL and _is_whole(text) else kind


def _is_whole(declared: str) -> bool:
    scale = _SCALE.search(declared)
    return scale is not None and int(scale[1] or 0) <= 0


@dataclass(frozen=True)
class Evidence:
    """How many of a column's values (NULL and '' left out) are stored as what."""

    values: int
    integers: int = 0
    reals: int = 0
    texts: int = 0
    dates: int = 0
    datetimes: int = 0
    times: int = 0
    bits: int = 0
    """Integers that are 0 or 1."""


def stored_kind(declared: str, evidence: Evidence) -> Kind:
    """The kind of a SQLite column: as declared unless the values contradict it.

    ISO texts become DATE, DATETIME or TIME (a year of four digits alone does not); a column declared as a date that
    holds other texts is TEXT, one that holds numbers is INTEGER or FLOAT.
    """
    kind = declared_kind(declared)
    if not evidence.values:
        return Kind.TEXT if kind is Kind.OTHER else kind
    numbers = evidence.integers + evidence.reals
    if numbers and evidence.texts <= _STRAY_TEXT * evidence.values and numbers + evidence.texts == evidence.values:
        return _number_kind(declared, kind, evidence)
    if evidence.texts + numbers < evidence.values / 2:
        return Kind.BINARY
    return _text_kind(kind, evidence)


def _number_kind(declared: str, kind: Kind, evidence: Evidence) -> Kind:
    if kind is Kind.BOOLEAN and evidence.bits == evidence.values:
        return kind
    if kind is Kind.FLOAT or (kind is Kind.DECIMAL and (evidence.reals or "," in declared)):
        return kind
    if evidence.reals:
        return Kind.FLOAT
    return Kind.INTEGER


def _text_kind(kind: Kind, evidence: Evidence) -> Kind:
    enough = _NEARLY_ALL * evidence.values
    if evidence.dates >= enough:
        return Kind.DATE
    if evidence.dates + evidence.datetimes >= enough:
        return Kind.DATETIME
    if evidence.times >= enough:
        return Kind.TIME
    return kind if kind is Kind.JSON else Kind.TEXT
