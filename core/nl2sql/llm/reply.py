"""The form a model answers in, and its reading as a SqlDraft or a Clarification; what is malformed in it is dropped."""

from __future__ import annotations

import re
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from core.chat_model import cut
from core.chat_model.prompt import clean
from core.errors import ModelAnswerInvalid
from core.models import Assumption, ChartKind, Choice, Clarification, OutputColumn, Role, SqlDraft

KINDS = ("period", "filter", "measure", "join", "null", "order", "limit", "column", "other")
GRAINS = ("", "day", "week", "month", "quarter", "year")
UNITS = ("", "money", "percent", "count")
AGGREGATES = ("", "sum", "avg", "count", "min", "max")
CHARTS = ("", *(kind.value for kind in ChartKind))

_TEXT: dict[str, Any] = {"type": "string"}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}


def _object(**properties: Any) -> dict[str, Any]:
    """Strict: every property is required and there are no others, as servers ask for it."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


_CLARIFICATION = _object(question=_TEXT, reason=_TEXT, choices={"type": "array", "items": _object(label=_TEXT, question=_TEXT)})

SCHEMA: dict[str, Any] = {
    "title": "sql_draft",
    **_object(
        sql=_TEXT,
        explanation=_TEXT,
        assumptions={"type": "array", "items": _object(kind=_TEXT, text=_TEXT)},
        unused_words=_TEXTS,
        confidence={"type": ["number", "null"]},
        clarification={"anyOf": [_CLARIFICATION, {"type": "null"}]},
        outputs={"type": "array", "items": _object(name=_TEXT, role=_TEXT, grain=_TEXT, unit=_TEXT, aggregate=_TEXT)},
        chart_kind=_TEXT,
        changes=_TEXTS,
        wrong=_TEXT,
    ),
}


def read(reply: dict[str, Any], dialect: str, tokens: int) -> SqlDraft | Clarification:
    """SQL where there is some, else the clarification. Raises ModelAnswerInvalid where there is neither."""
    if sql := _statement(reply["sql"]):
        return _draft(reply, sql, dialect, tokens)
    if (asked := reply["clarification"]) and (question := _said(asked["question"], 300)):
        choices = tuple(Choice(_said(each["label"], 120), _said(each["question"], 400)) for each in asked["choices"][:4])
        return Clarification(
            question=question,
            choices=tuple(choice for choice in choices if choice.label),
            reason="unknown" if asked["reason"] == "unknown" else "ambiguous",
            unused_words=_sayings(reply["unused_words"], 60),
            confidence=_share(reply["confidence"]),
            engine="llm",
        )
    hint = "Ask again in a moment, or use the built-in engine."
    raise ModelAnswerInvalid("The chat model gave neither a query nor a question.", hint, detail=cut(str(reply), 500))


def _draft(reply: dict[str, Any], sql: str, dialect: str, tokens: int) -> SqlDraft:
    assumptions = [
        Assumption(each["kind"] if each["kind"] in KINDS else "other", _said(each["text"], 200))
        for each in reply["assumptions"][:12]
    ]
    return SqlDraft(
        sql=sql,
        dialect=dialect,
        engine="llm",
        explanation=_said(reply["explanation"], 800),
        assumptions=tuple(assumption for assumption in assumptions if assumption.text),
        unused_words=_sayings(reply["unused_words"], 60),
        confidence=_share(reply["confidence"]),
        changes=_sayings(reply["changes"], 120),
        outputs=_outputs(reply["outputs"], sql, dialect),
        chart_kind=reply["chart_kind"] if reply["chart_kind"] in CHARTS else "",
        tokens=tokens,
    )


def _outputs(items: list[dict[str, str]], sql: str, dialect: str) -> tuple[OutputColumn, ...]:
    """What the columns are; nothing unless there is one entry for each column the statement visibly has."""
    try:
        tree = sqlglot.parse_one(sql, read=dialect)
    except (SqlglotError, RecursionError):
        return ()
    if not isinstance(tree, exp.Query) or tree.is_star or len(tree.selects) != len(items):
        return ()
    roles = {role.value: role for role in Role}
    if not all(item["role"] in roles for item in items):
        return ()
    return tuple(
        OutputColumn(
            name=_said(item["name"], 120),
            role=roles[item["role"]],
            grain=item["grain"] if item["grain"] in GRAINS else "",
            unit=item["unit"] if item["unit"] in UNITS else "",
            aggregate=item["aggregate"] if item["aggregate"] in AGGREGATES else "",
        )
        for item in items
    )


def _statement(sql: str) -> str:
    """Without a code fence and a closing semicolon."""
    fenced = re.fullmatch(r"\s*```\w*\n(.*?)```\s*", sql, re.DOTALL)
    return (fenced[1] if fenced else sql).strip().rstrip(";").strip()


def _said(text: str, characters: int) -> str:
    return cut(clean(text), characters)


def _sayings(texts: list[str], characters: int) -> tuple[str, ...]:
    return tuple(said for text in texts[:12] if (said := _said(text, characters)))


def _share(number: float | None) -> float:
    return 0.5 if number is None else min(1.0, max(0.0, float(number)))
