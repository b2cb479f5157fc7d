"""Every key in Redis. The braces are part of the keys: what they hold is the cluster's hash tag, one slot per session.

key                    type    fields or members                                                              writer
session:{ID}           hash    version title owner owner_name connection mode status summary summarized_to     sessions
                               turn_count created updated expires preview recent tokens; bytes (of turns and
                               results); closed (since when); life (ms after the last use, where it is kept
                               longer than others); resolve:WORD → reading; member:PERSON and pin:PERSON →
                               since when it stands, or is pinned, in that person's list
                               fence (number of the last lease)                                               turns
session:{ID}:turns     hash    TURN → Turn as JSON; TURN:chart → the user's ChartSpec as JSON;                sessions
                               TURN:tokens → its part of the session's tokens
session:{ID}:results   hash    RESULT → Arrow IPC stream in one zstd frame                                    sessions
session:{ID}:events    stream  what running turns tell the open pages, capped                                 turns
session:{ID}:queue     list    ids of the turns that wait, oldest first                             turns (and add_turn)
session:{ID}:lease     hash    token and fence of the worker that runs the session's turns, what the running turn
                               tells of itself, stop → id of the turn to stop; its own short TTL                turns
session:{ID}:shares    hash    link:TOKEN → who may come by it and as what, as JSON; use:TOKEN:PERSON → who came     sessions
session:{ID}:company   hash    TAB → who has the session open in it, as JSON; its own short TTL                       turns
turns:queue            stream  sessions with turns to run, read by a consumer group of all workers            turns
deleted:{ID}…                  all keys of a deleted session but the lease, until it is too late to undo that   sessions
user:{OWNER}:sessions  zset    session id by time of the last activity                                        sessions
user:{OWNER}:by:SORT   zset    the same by created, questions, tokens, title (higher first; PINNED on top)     sessions
user:{OWNER}:in:FILTER set     session ids: status:…, connection:NAME, mine, shared, pinned                    sessions
user:{OWNER}:word:WORD set     session ids with that word in title, questions or SQL                           sessions
user:{OWNER}:words     zset    all those words, in lexical order, to find them by their beginning              sessions
user:{OWNER}:due       zset    session id by the time its entry must be looked at again: expiry, end of grace  sessions
user:{OWNER}:entries   hash    session id → JSON of what the index holds of it: filters, words, bytes, until   sessions
user:{OWNER}:sums      hash    FILTER → number of sessions; bytes → of those that are the person's own         sessions
audit                  stream  who did what with which session, capped; never expires                          sessions
{audit}:ACTION:…       string  how often a person opened a session, or was refused, within the last ten minutes         sessions
user:{OWNER}:profile   hash    name, as a guest wants to be called; signed → second of the last sign-in; 400 days
                               after the last write                                                           identity
user:{OWNER}:signed-out set    seconds of the sign-ins they ended; as long as a sign-in counts              identity
browser:{ID}:return    string  page a browser was on when it went to sign in, as JSON; a few minutes          identity
app:secret             string  what signs tokens of the events socket and cookies of browsers; never expires  sessions

Times are milliseconds since 1970 by the server's clock. TTL: a write sets `expires` to now + ttl and lets Redis delete the
keys but the lease and the company at expires + grace; in between the session is expired: readable, not writable, revived by
extend. What an owner's keys hold of sessions is a hint, mended by whoever reads it; each lives a day longer than the last session
in it.
"""

from __future__ import annotations

from urllib.parse import unquote

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
    """The first of an owner's keys; index scripts make the others from it. Any text is an owner, and no two share a key."""
    return f"user:{{{_tag(owner)}}}:sessions".encode("utf-8", "replace")


def audit_counted(action: str, session_id: str, person: str) -> bytes:
    """In the slot of the audit itself."""
    return f"{{{AUDIT}}}:{action}:{session_id}:{person}".encode("utf-8", "replace")


def profile(owner: str) -> bytes:
    return f"user:{{{_tag(owner)}}}:profile".encode("utf-8", "replace")


def signed_out(owner: str) -> bytes:
    return f"user:{{{_tag(owner)}}}:signed-out".encode("utf-8", "replace")


def way_back(browser: str) -> str:
    """By the id in the browser's cookie, whoever the person is."""
    return f"browser:{{{browser}}}:return"


def chart_field(turn_id: str) -> str:
    """The field of the turns hash that holds the user's chart of a turn. No turn id holds a colon."""
    return f"{turn_id}:chart"


def tokens_field(turn_id: str) -> str:
    return f"{turn_id}:tokens"


OWNER_SESSIONS = "user:{*}:sessions"
"""Matches the list of every owner."""


def owner_of(key: bytes) -> str:
    """The owner whose list that key is."""
    tag = key.removeprefix(b"user:{").removesuffix(b"}:sessions").decode("utf-8", "replace")
    return "" if tag == "%" else unquote(tag)


def member_field(person: str) -> str:
    """The field of the session hash that says the session stands in that person's list."""
    return f"member:{person}"


def pin_field(person: str) -> str:
    return f"pin:{person}"


def _tag(owner: str) -> str:
    """A hash tag is never empty and ends at the first brace: without this the keys of some owners would lie in many slots."""
    return owner.replace("%", "%25").replace("{", "%7B").replace("}", "%7D") or "%"
