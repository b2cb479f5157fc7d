"""SessionStore: sessions, their turns and results in Redis. Every write is one script: checked, atomic, and it slides the TTL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from core.errors import LeaseLost, SessionClosed, SessionExpired, SessionNotFound
from core.models import (
    OPERATOR,
    ChartSpec,
    Mode,
    ResultSet,
    Session,
    SessionListing,
    SessionPage,
    SessionQuery,
    SessionStatus,
    Summary,
    Turn,
)
from core.sessions import codec, keys, record, scripts
from core.sessions.client import Client
from core.sessions.ids import check_field_id, new_session_id
from core.sessions.index import Index
from core.sessions.outage import store_errors
from core.sessions.quota import Quota
from core.sessions.words import sql_words, words

TITLE_LENGTH = 80
PREVIEW_LENGTH = 120
_TITLE_LIMIT = 200
_NAME_LIMIT = 80
_CHART, _TOKENS = b":chart", b":tokens"
UNDO_S = 600.0
"""So long a deleted session can be brought back."""
KEEP_S = 30 * 86_400.0


class SessionStore:
    """The only writer of the session, turns and results keys (see keys).

    Every method raises InvalidSessionId for a malformed id, SessionNotFound for one that is gone (of a turn, too), and
    StoreUnavailable where Redis fails. Writes raise SessionExpired in the grace after expiry, SessionClosed in a closed
    session (but with a `fence`: a worker goes on with what was asked before), and LeaseLost where `fence` is older than the
    session's. A call that is repeated because its reply was lost does no harm. Reading adds no life.
    """

    def __init__(
        self, client: Client, ttl_s: float, grace_s: float, *, keep_s: float = KEEP_S, quota: Quota | None = None
    ) -> None:
        self._client, self._quota = client, quota or Quota()
        self._ttl_ms, self._grace_ms, self._keep_ms = round(ttl_s * 1000), round(grace_s * 1000), round(keep_s * 1000)
        self.index = Index(client, self._grace_ms, self._words)

    # --- sessions

    def create(
        self, connection: str, *, title: str = "", owner: str = OPERATOR.id, owner_name: str = "", mode: Mode = Mode.ANALYSIS
    ) -> Session:
        """Raises QuotaReached."""
        self._quota.check(self.index, codec.clean_text(owner), new=True)
        session_id = new_session_id()
        fields: dict[str, str | int] = {
            "version": 1,
            "title": _cut(title, _TITLE_LIMIT),
            "owner": codec.clean_text(owner),
            "owner_name": _cut(owner_name, _NAME_LIMIT),
            "connection": codec.clean_text(connection),
            "mode": mode.value,
            "status": SessionStatus.IDLE.value,
            "turn_count": 0,
        }
        reply = self._run(scripts.CREATE, session_id, "", *_flat(fields))
        self._index(session_id, reply, words(title), whole=True)
        return record.session(session_id, reply[2], int(reply[1]))

    def get(self, session_id: str) -> Session:
        """An expired session is returned with status EXPIRED as long as its grace lasts."""
        reply = self._read(session_id, -1)
        return record.session(session_id, reply[2], int(reply[1]))

    def find(self, person: str, query: SessionQuery) -> SessionPage:
        """A page of that person's list: what they own and what was put there by index.add_member."""
        return self.index.find(person, query)

    def list(self, owner: str = OPERATOR.id, *, offset: int = 0, limit: int = 50) -> tuple[SessionListing, ...]:
        """Pinned ones first, then the newest activity."""
        return self.find(owner, SessionQuery(offset=offset, limit=limit)).rows

    def count(self, owner: str = OPERATOR.id) -> int:
        return self.find(owner, SessionQuery(limit=1)).total

    def cleanup(self) -> int:
        """Removes from the lists of all owners the sessions that are gone for good, and returns how many there were."""
        return self.index.cleanup()

    def rename(self, session_id: str, title: str) -> None:
        """White space is collapsed and the title cut to 200 characters; an empty one is set by the next question."""
        reply = self._run(scripts.RENAME, session_id, "", _cut(title, _TITLE_LIMIT))
        self._index(session_id, reply, self._words(session_id), whole=True)

    def close(self, session_id: str) -> None:
        """Read-only from now on; questions that wait or run are still answered."""
        self._index(session_id, self._run(scripts.CLOSE, session_id, ""))

    def reopen(self, session_id: str) -> None:
        self._index(session_id, self._run(scripts.REOPEN, session_id, ""))

    def delete(self, session_id: str) -> None:
        """At once gone for everybody; a worker at it loses its lease. Undone by undelete within UNDO_S."""
        reply = self._run(scripts.DELETE, session_id, "", round(UNDO_S * 1000))
        self.index.drop(session_id, reply[2])

    def undelete(self, session_id: str, *, owner: str = "") -> Session:
        """The session as it was, for everybody who had it; its waiting questions need to be woken.

        Raises SessionNotFound when it is too late, or where an `owner` is given and it is somebody else's.
        """
        reply = self._run(scripts.UNDELETE, session_id, "", codec.clean_text(owner))
        self._index(session_id, reply, self._words(session_id), whole=True)
        return record.session(session_id, reply[2], int(reply[1]))

    def hand_over(self, session_id: str, owner: str, new: str, new_name: str) -> None:
        """Gives a session of `owner` to the `new` one, pinned as it was; whom it was shared with keeps it. Adds no life.

        Raises SessionNotFound where it is not that owner's, and QuotaReached.
        """
        owner, new = codec.clean_text(owner), codec.clean_text(new)
        self._quota.check(self.index, new, new=True)
        pins = keys.pin_field(owner), keys.pin_field(new)
        try:
            reply = self._run(scripts.HAND_OVER, session_id, "", owner, new, _cut(new_name, _NAME_LIMIT), *pins)
            self._index(session_id, reply, self._words(session_id), whole=True)
        finally:
            self.index.drop_from(owner, session_id)

    def extend(self, session_id: str, *, keep: bool = False) -> Session:
        """The whole TTL again from now; revives an expired session. keep=True: from now on it lives keep_s after each use."""
        reply = self._run(scripts.EXTEND, session_id, "", self._keep_ms if keep else "")
        self._index(session_id, reply)
        return record.session(session_id, reply[2], int(reply[1]))

    def set_status(self, session_id: str, status: SessionStatus, *, fence: int | None = None) -> None:
        self._set(session_id, {"status": status.value}, fence)

    def set_summary(self, session_id: str, summary: Summary, *, fence: int | None = None) -> None:
        self._set(session_id, {"summary": codec.clean_text(summary.text), "summarized_to": summary.summarized_to}, fence)

    def resolve(self, session_id: str, resolutions: Mapping[str, str]) -> None:
        """Merges into the session's resolutions: word of a question → the reading the person chose."""
        cleaned = {record.resolve_field(codec.clean_text(word)): codec.clean_text(text) for word, text in resolutions.items()}
        self._set(session_id, cleaned)

    def write(self, script: scripts.Script, session_id: str, *args: str | bytes | int, fence: int | None = None) -> Sequence[Any]:
        """Runs a script made by `scripts.writing` (for other rooms' keys of a session); its reply after the leading 'ok'."""
        return self._run(script, session_id, "" if fence is None else fence, *args)[1:]

    # --- turns

    def add_turn(self, turn: Turn, *, queue: bool = False) -> Turn:
        """The turn as stored, with the next free index; the one stored before where its id is known already.

        The first question becomes the title of an untitled session. With queue=True its id is put at the end of the session's
        queue in the same atomic step. Raises QuotaReached.
        """
        if self._quota.bytes:
            self._quota.check(self.index, self.get(turn.session_id).owner, new=False)
        head, tail = codec.encode_turn_around_index(turn)
        title, preview = _cut(turn.question, TITLE_LENGTH), _cut(turn.question, PREVIEW_LENGTH)
        args = (check_field_id(turn.id), head, tail, title, preview, int(queue))
        reply = self._run(scripts.ADD_TURN, turn.session_id, "", *args)
        self._index(turn.session_id, reply, _turn_words(turn))
        return codec.decode_turn(reply[3])

    def save_turn(self, turn: Turn, *, fence: int | None = None) -> None:
        """Replaces the stored turn, but for the user's chart, which only set_user_chart changes."""
        over = turn.state.finished
        args = (check_field_id(turn.id), codec.encode_turn(turn), keys.tokens_field(turn.id), turn.tokens, int(over))
        reply = self._run(scripts.SAVE_TURN, turn.session_id, "" if fence is None else fence, *args)
        if over:
            self._index(turn.session_id, reply, _turn_words(turn))

    def set_user_chart(self, session_id: str, turn_id: str, chart: ChartSpec | None) -> None:
        """None: back to the chart that was chosen from the result. Never disturbs a save of the same turn."""
        data = b"" if chart is None else codec.encode_chart(chart)
        self._run(scripts.SET_CHART, session_id, "", turn_id, keys.chart_field(turn_id), data)

    def turn(self, session_id: str, turn_id: str) -> Turn:
        data, chart = self._fields(keys.turns(session_id), [turn_id, keys.chart_field(turn_id)])
        if data is None:
            self.get(session_id)
            raise _unknown_turn()
        return codec.decode_turn(data, chart)

    def turns(self, session_id: str) -> tuple[Turn, ...]:
        """In the order they were asked."""
        return _turns(self._read(session_id, 0)[3])

    # --- results

    def save_result(self, session_id: str, result_id: str, result: ResultSet, *, fence: int | None = None) -> int:
        """The number of bytes it takes in Redis."""
        data = codec.encode_result(result)
        self._run(scripts.SAVE_RESULT, session_id, "" if fence is None else fence, check_field_id(result_id), data)
        return len(data)

    def result(self, session_id: str, result_id: str) -> ResultSet | None:
        """None where there is no such result, or no such session."""
        return self.results(session_id, [result_id]).get(result_id)

    def results(self, session_id: str, result_ids: Iterable[str]) -> dict[str, ResultSet]:
        """Those that exist, in one round trip."""
        wanted = list(result_ids)
        found = self._fields(keys.results(session_id), wanted) if wanted else []
        return {result_id: codec.decode_result(data) for result_id, data in zip(wanted, found, strict=True) if data is not None}

    def restore(self, session_id: str, last_results: int = 5) -> tuple[Session, tuple[Turn, ...], dict[str, ResultSet]]:
        """The session, all its turns, and the results of the last turns that have one, as of one moment.

        One round trip; a second one only where an older question was answered again, so that the newest results are not the last.
        """
        _, now, head, turn_fields, ids, found = self._read(session_id, last_results)
        turns = _turns(turn_fields)
        wanted = [turn.result.id for turn in turns if turn.result is not None][-last_results:] if last_results > 0 else []
        data = {result_id.decode(): value for result_id, value in zip(ids, found, strict=True) if value is not None}
        results = {result_id: codec.decode_result(data[result_id]) for result_id in wanted if result_id in data}
        results |= self.results(session_id, [result_id for result_id in wanted if result_id not in data])
        return record.session(session_id, head, int(now)), turns, results

    # --- inside

    def _fields(self, key: str, fields: Sequence[str]) -> Sequence[bytes | None]:
        with store_errors():
            return cast(Sequence[bytes | None], self._client.hmget(key, fields))

    def _index(self, session_id: str, reply: Sequence[Any], found: Iterable[str] = (), *, whole: bool = False) -> None:
        """`reply` begins with 'ok', the time and the session's hash."""
        self.index.put(session_id, reply[2], int(reply[1]), found, whole=whole)

    def _words(self, session_id: str) -> Iterable[str]:
        session, turns, _ = self.restore(session_id, 0)
        return dict.fromkeys([*words(session.title), *(word for turn in turns for word in _turn_words(turn))])

    def _set(self, session_id: str, fields: Mapping[str, str | int], fence: int | None = None) -> None:
        self._run(scripts.SET, session_id, "" if fence is None else fence, *_flat(fields))

    def _read(self, session_id: str, last_results: int) -> Sequence[Any]:
        with store_errors():
            return _checked(scripts.READ.run(self._client, keys.of_session(session_id), [last_results]))

    def _run(self, script: scripts.Script, session_id: str, fence: int | str, *args: str | bytes | int) -> Sequence[Any]:
        argv = (self._ttl_ms, self._grace_ms, fence, *args)
        with store_errors():
            return _checked(script.run(self._client, keys.of_session(session_id), argv))


def _checked(reply: Sequence[Any]) -> Sequence[Any]:
    match reply[0]:
        case b"gone":
            raise SessionNotFound(
                "There is no such session (any more).",
                "It was deleted, its time ran out, or its link was not copied whole. Open one from the list, or start a new one.",
            )
        case b"expired":
            raise SessionExpired("This session has expired; it can be read but not continued.", "Extend it to go on.")
        case b"closed":
            raise SessionClosed("This session is closed: it can be read, but not changed.", "Reopen it, then try again.")
        case b"fenced":
            raise LeaseLost("Another worker goes on with this session.", "Nothing to do: its answer will appear.")
        case b"unknown":
            raise _unknown_turn()
    return reply


def _unknown_turn() -> SessionNotFound:
    return SessionNotFound("This question is not part of the session.", "Open the session again from the list.")


def _turns(flat: Sequence[bytes]) -> tuple[Turn, ...]:
    fields = dict(zip(flat[::2], flat[1::2], strict=True))
    charts = {key.removesuffix(_CHART): value for key, value in fields.items() if key.endswith(_CHART)}
    turns = [codec.decode_turn(data, charts.get(key)) for key, data in fields.items() if not key.endswith((_CHART, _TOKENS))]
    return tuple(sorted(turns, key=lambda turn: turn.index))


def _turn_words(turn: Turn) -> Iterable[str]:
    return [*words(turn.question), *(sql_words(turn.draft.sql) if turn.draft else ())]


def _flat(fields: Mapping[str, str | int]) -> list[str | int]:
    return [part for pair in fields.items() for part in pair]


def _cut(text: str, length: int) -> str:
    """One line of at most `length` characters, with an ellipsis where something is missing."""
    line = " ".join(codec.clean_text(text).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
