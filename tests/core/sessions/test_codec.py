from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pytest

from core.errors import SessionError
from core.models import (
    Analysis,
    Assumption,
    ChartKind,
    ChartSpec,
    Choice,
    Clarification,
    Fact,
    Failure,
    Kind,
    OutputColumn,
    ResultColumn,
    ResultRef,
    ResultSet,
    Role,
    SqlDraft,
    Turn,
    TurnState,
)
from core.sessions.codec import decode_result, decode_turn, encode_chart, encode_result, encode_turn, encode_turn_around_index

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, UTC)
PLAIN = Turn("t1", "s" * 22, "How many?", "me", NOW)
FULL = replace(
    PLAIN,
    question='Wie viele "Größen" — 数量 \\ \n "index":0,',
    index=7,
    state=TurnState.DONE,
    started=NOW,
    finished=NOW + timedelta(seconds=2),
    attempts=2,
    draft=SqlDraft(
        "SELECT 1", "postgres", "llm", "One.", (Assumption("period", "2024"),), ("profitable",), 0.5, ("+ only Canada",),
        (OutputColumn("a", Role.TIME, "month", "", "sum", "t.a"),), "bar",
        {"table": "t", "n": [1, 2.5, None, True], "deep": {"": []}},
        ("no such column",), "The builtin engine stood in.", 1234,
    ),
    clarification=Clarification(
        "Which date?", (Choice("ordered", "", {"date": "ordered"}),), "ambiguous", ("date",), 0.4,
        draft=SqlDraft("SELECT 1", "sqlite", "builtin"),
    ),
    result=ResultRef("r1", (ResultColumn("a", Kind.DECIMAL), ResultColumn("a", Kind.TEXT)), 200, True, "rows", 200, 6400, "a, a"),
    chart=ChartSpec(ChartKind.LINE, 0, (1, 2), 3, "T", "X", "Y", True, "blue", "auto"),
    analysis=Analysis("**1**", (Fact("total", "1", (1.0, -0.1, 1e300), 0.5),), ("By region",), 5, "note"),
    failure=Failure("It failed.", "Ask again.", "OperationalError"),
    notices=("No chart.",),
    elapsed_ms={"draft": 1.25, "execute": 0.1},
    tokens=9,
)  # fmt: skip


@pytest.mark.parametrize("turn", [PLAIN, FULL], ids=["plain", "full"])
def test_a_turn_comes_back_as_it_was(turn: Turn) -> None:
    assert decode_turn(encode_turn(turn)) == turn


def test_the_users_chart_is_kept_apart_from_the_turn() -> None:
    chart = ChartSpec(ChartKind.PIE, 0, (1,), chosen_by="user")
    data = encode_turn(replace(FULL, user_chart=chart))
    assert decode_turn(data).user_chart is None
    assert decode_turn(data, encode_chart(chart)).user_chart == chart


@pytest.mark.parametrize("index", [0, 1, 41, 10_000])
def test_the_index_is_put_into_a_turn_whose_text_looks_like_an_index(index: int) -> None:
    head, tail = encode_turn_around_index(FULL)
    assert decode_turn(head + str(index).encode() + tail) == replace(FULL, index=index)


def test_a_time_of_another_zone_stays_the_same_moment() -> None:
    there = replace(PLAIN, created=NOW.astimezone(timezone(timedelta(hours=5, minutes=30))))
    assert decode_turn(encode_turn(there)).created == NOW


def test_numbers_json_cannot_carry_are_left_out_of_the_facts_and_the_turn_stays_readable() -> None:
    odd = replace(
        FULL,
        analysis=Analysis("x", (Fact("total", "x", (1.0, float("nan"), float("inf"), 2.0)),)),
        elapsed_ms={"a": float("nan")},
    )
    back = decode_turn(encode_turn(odd))
    assert back.analysis is not None
    assert back.analysis.facts[0].numbers == (1.0, 2.0)
    assert back.elapsed_ms == {}


def test_a_huge_integer_in_the_engines_representation_stays_exact() -> None:
    assert FULL.draft is not None
    back = decode_turn(encode_turn(replace(FULL, draft=replace(FULL.draft, reads={"above": 10**30, "below": -(2**63)}))))
    assert back.draft is not None
    assert back.draft.reads == {"above": 10**30, "below": -(2**63)}


def test_half_a_surrogate_pair_in_a_question_becomes_a_question_mark() -> None:
    assert decode_turn(encode_turn(replace(PLAIN, question="caf\ud83d?"))).question == "caf??"


def test_a_turn_of_a_newer_version_with_unknown_fields_is_read() -> None:
    data = json.loads(encode_turn(FULL)) | {"version": 2, "mood": "good"}
    assert decode_turn(json.dumps(data).encode()) == replace(FULL, version=2)


def test_a_turn_of_an_older_version_with_missing_fields_is_read() -> None:
    data = json.loads(encode_turn(PLAIN))
    for name in ("notices", "tokens", "elapsed_ms", "user_chart", "failure"):
        del data[name]
    assert decode_turn(json.dumps(data).encode()) == PLAIN


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b'{"id": 3}', b"\xff\xfe"])
def test_an_unreadable_turn_says_so(junk: bytes) -> None:
    with pytest.raises(SessionError, match="cannot be read"):
        decode_turn(junk)


def exact(table: pa.Table, kinds: tuple[Kind, ...], names: tuple[str, ...] | None = None) -> ResultSet:
    titles = names or tuple(f"col {number}" for number in range(len(kinds)))
    columns = tuple(ResultColumn(name, kind) for name, kind in zip(titles, kinds, strict=True))
    return ResultSet(columns, table, table.num_rows)


MIXED = exact(
    pa.table(
        {
            "c0": pa.array([Decimal("0.10"), None, Decimal("-12345678901234567.89")], pa.decimal128(38, 2)),
            "c1": pa.array([Decimal(10) ** 60, None, Decimal(-1)], pa.decimal256(76, 0)),
            "c2": pa.array([2**63 - 1, None, -(2**63)], pa.int64()),
            "c3": pa.array([date(1, 1, 1), None, date(9999, 12, 31)], pa.date32()),
            "c4": pa.array([datetime(2026, 1, 1, 1, 2, 3, 456789), None, datetime(1970, 1, 1)], pa.timestamp("us")),
            "c5": pa.array([datetime(2026, 1, 1, tzinfo=UTC), None, NOW], pa.timestamp("us", "UTC")),
            "c6": pa.array([time(1, 2, 3), None, time(23, 59, 59, 999999)], pa.time64("us")),
            "c7": pa.array([True, None, False], pa.bool_()),
            "c8": pa.array([b"\x00\xff", None, b""], pa.binary()),
            "c9": pa.array(["", None, "数量 \x00 'quote'"], pa.string()),
            "c10": pa.array([None, None, None], pa.null()),
            "c11": pa.array([0.1, None, -0.0], pa.float64()),
        }
    ),
    (
        Kind.DECIMAL, Kind.DECIMAL, Kind.INTEGER, Kind.DATE, Kind.DATETIME, Kind.DATETIME,
        Kind.TIME, Kind.BOOLEAN, Kind.BINARY, Kind.TEXT, Kind.OTHER, Kind.FLOAT,
    ),
)  # fmt: skip
RESULTS = {
    "every kind of value and NULL": MIXED,
    "no rows": exact(pa.table({"c0": pa.array([], pa.int64())}), (Kind.INTEGER,)),
    "no columns": ResultSet((), pa.table({}), 0),
    "duplicate names": exact(pa.table({"c0": [1], "c1": [2], "c2": [3]}), (Kind.INTEGER,) * 3, ("id", "id", "")),
    "100 columns": exact(pa.table({f"c{number}": [number, None] for number in range(100)}), (Kind.INTEGER,) * 100),
    "names with quotes and newlines": exact(pa.table({"c0": [1]}), (Kind.INTEGER,), ('a "b" \n größe',)),
    "a dictionary column": exact(pa.table({"c0": pa.array(["a", "b", "a"]).dictionary_encode()}), (Kind.TEXT,)),
    "several chunks": exact(pa.concat_tables([pa.table({"c0": [1]}), pa.table({"c0": [2]})]), (Kind.INTEGER,)),
}


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS.keys())
def test_a_result_comes_back_exactly(result: ResultSet) -> None:
    back = decode_result(encode_result(result))
    assert back.columns == result.columns
    assert back.row_count == result.row_count
    assert back.table.schema.remove_metadata() == result.table.schema
    assert back.rows() == result.rows()


def test_a_result_says_how_complete_it_is_after_the_round_trip() -> None:
    back = decode_result(encode_result(replace(MIXED, truncated=True, truncated_by="rows", limit=3, elapsed_s=1.5)))
    assert (back.truncated, back.truncated_by, back.limit, back.elapsed_s) == (True, "rows", 3, 1.5)


def test_a_result_is_stored_small() -> None:
    table = pa.table({"c0": list(range(200)), "c1": ["Germany"] * 200})
    assert len(encode_result(exact(table, (Kind.INTEGER, Kind.TEXT)))) < 1500


def test_a_large_result_comes_back_and_is_not_kept_in_memory() -> None:
    wide = pa.table({"c0": [f"{number * 7919 % 1000003:064x}" for number in range(20_000)]})
    data = encode_result(exact(wide, (Kind.TEXT,)))
    assert decode_result(data).table == wide.replace_schema_metadata(decode_result(data).table.schema.metadata)
    assert decode_result(data) is not decode_result(data)


@pytest.mark.parametrize("junk", [b"", b"junk", encode_result(MIXED)[:-20], encode_result(MIXED)[:30]])
def test_an_unreadable_result_says_so(junk: bytes) -> None:
    with pytest.raises(SessionError, match="cannot be read"):
        decode_result(junk)
