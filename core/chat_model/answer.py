"""A model's text as the JSON object that was asked for: found, completed where nothing is lost, and validated."""

from __future__ import annotations

import json
import re
from typing import Any

from core.chat_model.translate import invalid

_EMPTY: dict[str, Any] = {"string": "", "array": [], "null": None}


def parse(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The first JSON object in the text, valid by `schema`.

    Text around it (a code fence, thoughts) is skipped. Of an object that has at least one of the required keys, absent
    texts, lists and nullable values are filled in as empty and unknown keys are dropped. Raises ModelAnswerInvalid.
    """
    from jsonschema import Draft202012Validator

    value = _completed(_first_object(text), schema)
    error = next(iter(Draft202012Validator(schema).iter_errors(value)), None)
    if error is not None:
        raise invalid(f"{'/'.join(map(str, error.absolute_path)) or 'answer'}: {error.message}"[:500])
    return value


def _first_object(text: str) -> dict[str, Any]:
    text = re.sub(r"<think>.*?</think>", "", text, flags=re.DOTALL)
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    for start in (match.start() for match in re.finditer(r"\{", text)):
        try:
            value, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    raise invalid("no JSON object in the answer: " + text[:200])


def _completed(value: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties", {})
    if not any(key in value for key in schema.get("required", ())):
        return value
    known = {key: item for key, item in value.items() if key in properties}
    return {key: _empty(each) for key, each in properties.items() if key not in known and _has_empty(each)} | known


def _has_empty(schema: dict[str, Any]) -> bool:
    return bool(_types(schema) & set(_EMPTY))


def _empty(schema: dict[str, Any]) -> Any:
    types = _types(schema)
    return next(_EMPTY[name] for name in ("null", "array", "string") if name in types)


def _types(schema: dict[str, Any]) -> set[str]:
    kinds = schema.get("type", [])
    own = {kinds} if isinstance(kinds, str) else set(kinds)
    return own.union(*(_types(part) for part in schema.get("anyOf", ())))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
