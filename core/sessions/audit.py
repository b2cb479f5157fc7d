"""Audit: one capped stream of who did what with which session: short words, never rows. Losing an entry loses no answer."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from core.errors import StoreUnavailable
from core.formulas import safe_cell
from core.models import AuditAction, AuditEntry, Person
from core.sessions import codec, keys, scripts
from core.sessions.client import Client
from core.sessions.outage import store_errors

log = logging.getLogger(__name__)

PERIOD_S = 600
MOST_REFUSED = 100
"""In a period: whoever tries in vain a thousand times must not push out what others did."""
DETAIL_LENGTH, SQL_LENGTH = 200, 2_000
_BATCH = 2_000
COLUMNS = ("time (UTC)", "person", "name", "e-mail", "action", "session", "details")

# KEYS: audit, the count of its kind; ARGV: most entries, most of its kind in a period (0: any number), the period in seconds,
# then field value …
_RECORD = scripts.Script(
    """
if ARGV[2] ~= '0' then
  local counted = redis.call('INCR', KEYS[2])
  if counted == 1 then redis.call('EXPIRE', KEYS[2], ARGV[3]) end
  if counted > tonumber(ARGV[2]) then return false end
end
return redis.call('XADD', KEYS[1], 'MAXLEN', '=', ARGV[1], '*', unpack(ARGV, 4))
"""
)


class Audit:
    """Checks no rights: only an admin may be shown what it holds."""

    def __init__(self, client: Client, entries: int = 100_000) -> None:
        """`entries`: so many of the newest are kept; 0: nothing is recorded."""
        self._client, self._entries = client, entries

    def record(self, person: Person, action: AuditAction, session_id: str = "", **details: object) -> None:
        """Notes it, with details as text of at most 200 characters (`sql`: 2,000; empty ones are left out).

        In ten minutes an opening is noted once per person and session, and a refusal at most a hundred times per session and
        person (guests, who are as many as they like, count as one). Raises nothing: where the store fails, the loss is logged.
        """
        if not self._entries:
            return
        said = {name: _statement(str(value)) if name == "sql" else _cut(str(value)) for name, value in details.items()}
        fields = {
            "person": _cut(person.id),
            "name": _cut(person.name),
            "email": _cut(person.email),
            "action": action.value,
            "session": _cut(session_id),
            "details": msgspec.json.encode({name: text for name, text in said.items() if text}),
        }
        told_apart = person.id if person.signed_in or action is AuditAction.OPENED else ""
        most = {AuditAction.OPENED: 1, AuditAction.REFUSED: MOST_REFUSED}.get(action, 0)
        flat = [part for pair in fields.items() for part in pair]
        try:
            with store_errors():
                counted = keys.audit_counted(action.value, session_id, told_apart)
                _RECORD.run(self._client, [keys.AUDIT, counted], [self._entries, most, PERIOD_S, *flat])
        except StoreUnavailable as exc:
            log.error("The audit lost an entry: %s by %s. %s %s", action.value, person.id, exc.message, exc.detail)

    def read(
        self,
        *,
        person: str = "",
        action: str = "",
        session: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        before: str = "",
        limit: int = 100,
    ) -> tuple[AuditEntry, ...]:
        """At most `limit` entries, newest first; the page after ends `before` the id of its last one.

        person: the id, or a part of the name or the e-mail address; session: its id; since ≤ time < until. Reads back through
        the stream until the page is full. Raises StoreUnavailable.
        """
        found: list[AuditEntry] = []
        for entry in self.all(person=person, action=action, session=session, since=since, until=until, before=before):
            found.append(entry)
            if len(found) >= limit:
                break
        return tuple(found)

    def all(
        self,
        *,
        person: str = "",
        action: str = "",
        session: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        before: str = "",
    ) -> Iterator[AuditEntry]:
        """As `read`, to the oldest that is kept, read in batches as they are taken."""
        wanted = person.strip().casefold()
        newest = f"({before}" if before else f"({_ms(until)}-0" if until else "+"
        oldest = f"{_ms(since)}-0" if since else "-"
        while True:
            with store_errors():
                batch: Any = self._client.xrevrange(keys.AUDIT, newest, oldest, count=_BATCH)
            for entry_id, fields in batch:
                if action and fields.get(b"action") != action.encode():
                    continue
                if session and fields.get(b"session") != session.strip().encode():
                    continue
                entry = _entry(entry_id.decode(), fields)
                if not wanted or _is(entry, wanted):
                    yield entry
            if len(batch) < _BATCH:
                return
            newest = f"({batch[-1][0].decode()}"

    def count(self) -> int:
        """How many entries are kept."""
        with store_errors():
            return int(self._client.xlen(keys.AUDIT))


def to_csv(entries: Iterable[AuditEntry]) -> bytes:
    """UTF-8 with a byte order mark; texts that a spreadsheet would run as a formula are led by an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([safe_cell(cell) for cell in cells(entry)] for entry in entries)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def cells(entry: AuditEntry) -> tuple[str, ...]:
    """One text per column of COLUMNS."""
    at = entry.at.isoformat(" ", "seconds").removesuffix("+00:00")
    return at, entry.person, entry.name, entry.email, entry.action, entry.session_id, said(entry)


def said(entry: AuditEntry) -> str:
    """The details as one text: question: …; rows: …"""
    return "; ".join(f"{name}: {text}" for name, text in entry.details.items())


def _entry(entry_id: str, fields: dict[bytes, bytes]) -> AuditEntry:
    text = {name.decode("utf-8", "replace"): value.decode("utf-8", "replace") for name, value in fields.items()}
    return AuditEntry(
        id=entry_id,
        at=datetime.fromtimestamp(int(entry_id.partition("-")[0]) / 1000, UTC),
        person=text.get("person", ""),
        name=text.get("name", ""),
        email=text.get("email", ""),
        action=text.get("action", ""),
        session_id=text.get("session", ""),
        details=_details(fields.get(b"details", b"{}")),
    )


def _details(data: bytes) -> dict[str, str]:
    try:
        return msgspec.json.decode(data, type=dict[str, str])
    except msgspec.DecodeError:  # of another version
        return {"details": _cut(data.decode("utf-8", "replace"))}


def _is(entry: AuditEntry, wanted: str) -> bool:
    return entry.person.casefold() == wanted or wanted in entry.name.casefold() or wanted in entry.email.casefold()


def _cut(text: str, length: int = DETAIL_LENGTH) -> str:
    """One line of at most `length` characters, without signs that a terminal would act on."""
    line = " ".join(_printable(text).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def _statement(sql: str) -> str:
    """With its lines as they are."""
    text = _printable(sql, "\n").strip()
    return text if len(text) <= SQL_LENGTH else text[: SQL_LENGTH - 1] + "…"


def _printable(text: str, kept: str = "") -> str:
    return "".join(sign if sign.isprintable() or sign in kept else " " for sign in codec.clean_text(text))


def _ms(moment: datetime) -> int:
    return max(0, round(moment.timestamp() * 1000))
