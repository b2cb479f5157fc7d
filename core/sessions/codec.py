"""Codec: turns and charts as JSON by msgspec, results as an uncompressed Arrow IPC stream in one zstd frame.

What was encoded can be decoded: a value JSON cannot carry (NaN among a fact's numbers, half a surrogate pair) is left
out or replaced before it is stored, so that no single odd value makes a session unreadable.
"""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from functools import lru_cache
from typing import Any

import msgspec
import pyarrow as pa
import zstandard

from core.errors import SessionError
from core.models import ChartSpec, ResultColumn, ResultSet, Turn

_turn_decoder = msgspec.json.Decoder(Turn)
_chart_decoder = msgspec.json.Decoder(ChartSpec)
_encoder = msgspec.json.Encoder()
_INDEX = b'"index":0'

REMEMBERED_TURNS = 1024
REMEMBERED_RESULTS = 64
_SMALL_RESULT_BYTES = 65_536
"""A page reads the same turns and results again at every click: what was decoded is remembered by its bytes."""


class _ResultHead(msgspec.Struct):
    """Rides in the Arrow schema's metadata."""

    columns: tuple[ResultColumn, ...]
    row_count: int
    truncated: bool
    truncated_by: str
    limit: int
    elapsed_s: float
    version: int = 1


_HEAD = b"tabletalk"
_head_decoder = msgspec.json.Decoder(_ResultHead)


class _Zstd(threading.local):
    """One pair per thread: neither object may be used by two at once."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=1).compress
        self.decompress = zstandard.ZstdDecompressor().decompress


_zstd = _Zstd()


def encode_turn(turn: Turn) -> bytes:
    """JSON without the user's chart, which has a field of its own."""
    bare = turn if turn.user_chart is None else replace(turn, user_chart=None)
    try:
        data = _encoder.encode(bare)
        _turn_decoder.decode(data)
    except (msgspec.ValidationError, UnicodeEncodeError):
        data = _encoder.encode(_clean(msgspec.to_builtins(bare)))
    return data


def encode_turn_around_index(turn: Turn) -> tuple[bytes, bytes]:
    """What comes before and after the index's digits, so that the server can put in the next free one.

    Only strings come before the index, and JSON escapes their quotes: the first match is the field itself.
    """
    head, _, tail = encode_turn(replace(turn, index=0)).partition(_INDEX)
    return head + _INDEX[:-1], tail


@lru_cache(REMEMBERED_TURNS)
def decode_turn(data: bytes, chart: bytes | None = None) -> Turn:
    """The same object for the same bytes, so its dicts must not be changed. Raises SessionError for what cannot be read."""
    try:
        turn = _turn_decoder.decode(data)
        return replace(turn, user_chart=_chart_decoder.decode(chart)) if chart else turn
    except msgspec.DecodeError as exc:
        raise _unreadable(exc) from exc


def encode_chart(chart: ChartSpec) -> bytes:
    return _encoder.encode(chart)


def encode_result(result: ResultSet) -> bytes:
    head = _ResultHead(result.columns, result.row_count, result.truncated, result.truncated_by, result.limit, result.elapsed_s)
    table = result.table.replace_schema_metadata({_HEAD: _encoder.encode(head)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return _zstd.compress(memoryview(sink.getvalue()))


def decode_result(data: bytes) -> ResultSet:
    """The same object for the same bytes where they are few. Raises SessionError for what cannot be read."""
    return _remembered_result(data) if len(data) <= _SMALL_RESULT_BYTES else _decode_result(data)


def forget() -> None:
    """Drops what was remembered (to measure the first read)."""
    decode_turn.cache_clear()
    _remembered_result.cache_clear()


def _decode_result(data: bytes) -> ResultSet:
    try:
        table = pa.ipc.open_stream(_zstd.decompress(data)).read_all()
        head = _head_decoder.decode((table.schema.metadata or {})[_HEAD])
    except (zstandard.ZstdError, pa.ArrowException, msgspec.DecodeError, KeyError) as exc:
        raise _unreadable(exc) from exc
    return ResultSet(
        columns=head.columns,
        table=table,
        row_count=head.row_count,
        truncated=head.truncated,
        truncated_by=head.truncated_by,
        limit=head.limit,
        elapsed_s=head.elapsed_s,
    )


_remembered_result = lru_cache(REMEMBERED_RESULTS)(_decode_result)


def clean_text(text: str) -> str:
    """The text with every half surrogate pair replaced by a question mark, so that it can be encoded."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value if not _not_finite(item)]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items() if not _not_finite(item)}
    return value


def _not_finite(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _unreadable(exc: Exception) -> SessionError:
    return SessionError(
        "Part of this session cannot be read.",
        "It may come from a newer version of Tabletalk: update, then open it again.",
        detail=f"{type(exc).__name__}: {exc}"[:500],
    )
