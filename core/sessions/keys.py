"""Every key in Redis. The braces are part of the keys: what they hold is the cluster's hash tag, one slot per session.

key                    type    fields or members                                                              writer
session:{ID}           hash    version title owner connection mode status summary summarized_to turn_count    sessions
                               created updated expires preview recent; resolve:WORD → reading;                sessions
                               fence (number of the last lease)                                               turns
session:{ID}:turns     hash    TURN → Turn as JSON; TURN:chart → the user's ChartSpec as JSON                 sessions
session:{ID}:results   hash    RESULT → Arrow IPC stream in one zstd frame                                    sessions
session:{ID}:events    stream  what running turns tell the open pages, capped                                 turns
session:{ID}:queue     list    ids of the turns that wait, oldest first                             turns (and add_turn)
session:{ID}:lease     hash    token and fence of the worker that runs the session's turns, what the running turn
                               tells of itself, stop → id of the turn to stop; its own short TTL                turns
session:{ID}:shares    hash    link:TOKEN → who may come by it and as what, as JSON; use:TOKEN:PERSON → who came     sessions
session:{ID}:company   hash    TAB → who has the session open in it, as JSON; its own short TTL                       turns
turns:queue            stream  sessions with turns to run, read by a consumer group of all workers            turns
user:{OWNER}:sessions  zset    session id by time of the last activity; a hint, healed on read                sessions
audit                  stream  who did what with which session, capped; never expires                          sessions
{audit}:opened:…       string  of a session and a person who opened it within the last ten minutes                    sessions
user:{OWNER}:profile   hash    name, as a guest wants to be called; lives 400 days after it was set           identity
browser:{ID}:return    string  page a browser was on when it went to sign in, as JSON; a few minutes          identity
app:secret             string  what signs tokens of the events socket and cookies of browsers; never expires  sessions

Times are milliseconds since 1970 by the server's clock. TTL: a write sets `expires` to now + ttl and lets Redis delete the
keys but the lease and the company at expires + grace; in between the session is expired: readable, not writable, revived by
extend. An owner's set lives a day longer than any session of it.
"""

from __future__ import annotations

from core.sessions.ids import check_session_id

TURN_QUEUE = "turns:queue"
APP_SECRET = "app:secret"
AUDIT = "audit"


def session(session_id: str) -> str:
    """Like every function here that takes a session id: raises InvalidSessionId for a malformed one."""
    return f"session:{{{check_session_id(session_id)}}}"


def turns(session_id: str) -> str:
    return f"{session(session_id)}:turns"


def results(session_id: str) -> str:
    return f"{session(session_id)}:results"


def events(session_id: str) -> str:
    return f"{session(session_id)}:events"


def queue(session_id: str) -> str:
    return f"{session(session_id)}:queue"


def lease(session_id: str) -> str:
    return f"{session(session_id)}:lease"


def shares(session_id: str) -> str:
    return f"{session(session_id)}:shares"


def company(session_id: str) -> str:
    return f"{session(session_id)}:company"


def of_session(session_id: str) -> tuple[str, ...]:
    """All keys of one session, in the order every script gets them: session, turns, results, events, queue, lease, shares."""
    head = session(session_id)
    return head, *(f"{head}:{part}" for part in ("turns", "results", "events", "queue", "lease", "shares"))


def owner_sessions(owner: str) -> bytes:
    """Owners are names from outside: any text is one, and no two share a key."""
    return f"user:{{{owner}}}:sessions".encode("utf-8", "replace")


def audit_opened(session_id: str, person: str) -> bytes:
    """In the slot of the audit itself."""
    return f"{{{AUDIT}}}:opened:{session_id}:{person}".encode("utf-8", "replace")


def profile(owner: str) -> bytes:
    return f"user:{{{owner}}}:profile".encode("utf-8", "replace")


def way_back(browser: str) -> str:
    """By the id in the browser's cookie, whoever the person is."""
    return f"browser:{{{browser}}}:return"


def chart_field(turn_id: str) -> str:
    """The field of the turns hash that holds the user's chart of a turn. No turn id holds a colon."""
    return f"{turn_id}:chart"


OWNER_SESSIONS = "user:{*}:sessions"
"""Matches the list of every owner."""


def owner_of(key: bytes) -> str:
    """The owner whose list that key is."""
    return key.removeprefix(b"user:{").removesuffix(b"}:sessions").decode("utf-8", "replace")
