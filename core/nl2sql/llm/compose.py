"""The messages a model gets for one question: every part has a ceiling, so that a prompt does not grow with the conversation."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from core.chat_model import Message, Prompt, approximate_tokens, cut, fence
from core.models import Catalog, Context, SqlDraft, Turn
from core.nl2sql.llm.linking import Linked, link
from core.nl2sql.llm.schema_text import name_text, table_name_text, table_text, value_text

_FOLDER = Path(__file__).parent / "prompts"
OTHER_TABLES = 150
SETTLED = 20
SQL_CHARACTERS = 1_500
SUMMARY_TOKENS = 500
DIALECTS = {"sqlite": "SQLite", "duckdb": "DuckDB", "postgres": "PostgreSQL", "mysql": "MySQL"}


def draft_messages(question: str, context: Context, catalog: Catalog) -> list[Message]:
    return [
        _system(context, catalog),
        Message("user", Prompt(_FOLDER / "draft.txt").render(**_slots(question, context, catalog))),
    ]


def repair_messages(question: str, draft: SqlDraft, error: str, context: Context, catalog: Catalog) -> list[Message]:
    slots = _slots(question, context, catalog, draft.sql)
    slots |= {"sql": fence("sql", draft.sql[:8_000]), "message": fence("database_message", cut(error, 1_000))}
    return [_system(context, catalog), Message("user", Prompt(_FOLDER / "repair.txt").render(**slots))]


def _system(context: Context, catalog: Catalog) -> Message:
    today = context.today or datetime.now(UTC).date()
    dialect = DIALECTS.get(catalog.dialect, catalog.dialect)
    return Message("system", Prompt(_FOLDER / "system.txt").render(dialect=dialect, today=f"{today:%A} {today.isoformat()}"))


def _slots(question: str, context: Context, catalog: Catalog, *also: str) -> dict[str, str]:
    turns = context.turns[-3:]
    earlier = [turn.question[:400] for turn in turns[-2:]]
    statements = [turn.draft.sql for turn in turns if turn.draft] + list(also)
    used = {name for sql in statements for name in _tables(sql, catalog.dialect)}
    linked = link(question, catalog, earlier=earlier, used=used)
    return {
        "schema": fence("schema", _schema(linked)),
        "values": fence("values", _values(linked)),
        "settled": fence("settled", _settled(context.resolutions)),
        "summary": fence("summary", _within(context.summary, SUMMARY_TOKENS)),
        "conversation": fence("conversation", "\n\n".join(turn_text(turn) for turn in turns)),
        "question": fence("question", question),
    }


def turn_text(turn: Turn) -> str:
    """Question, SQL, what came out and the first 200 characters of the analysis."""
    lines = [f"Question: {cut(turn.question, 400)}"]
    if turn.draft is not None:
        lines.append(f"SQL: {cut(turn.draft.sql, SQL_CHARACTERS)}")
    if turn.result is not None:
        lines.append(f"Result: {turn.result.row_count} rows; {cut(turn.result.digest, 400)}")
    if turn.analysis is not None and turn.analysis.text:
        lines.append(f"Analysis: {cut(turn.analysis.text, 200)}")
    return "\n".join(lines)


def _schema(linked: Linked) -> str:
    text = "\n".join(table_text(table) for table in linked.tables)
    if not linked.others:
        return text
    names = ", ".join(table_name_text(name) for name in linked.others[:OTHER_TABLES])
    more = f" and {len(linked.others) - OTHER_TABLES} more" if len(linked.others) > OTHER_TABLES else ""
    return f"{text}\nTables not shown, which cannot be used here: {names}{more}"


def _values(linked: Linked) -> str:
    return "\n".join(
        f"{value_text(match.words)}: {table_name_text(match.table)}.{name_text(match.column)} holds {value_text(match.value)}"
        for match in linked.values
    )


def _settled(resolutions: dict[str, str]) -> str:
    last = list(resolutions.items())[-SETTLED:]
    return "\n".join(f"{cut(word, 80)} means {cut(reading, 200)}" for word, reading in last)


def _within(text: str, tokens: int) -> str:
    return text if approximate_tokens(text) <= tokens else text.encode()[: 4 * tokens].decode(errors="ignore")


def _tables(sql: str, dialect: str) -> set[str]:
    """Names of the tables a stored statement reads, bare and with their schema."""
    try:
        found = list(sqlglot.parse_one(sql, read=dialect).find_all(exp.Table))
    except (SqlglotError, RecursionError):
        return set()
    return {table.name for table in found} | {f"{table.db}.{table.name}" for table in found if table.db}
