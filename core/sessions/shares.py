"""Shares: the links of a session and who came by them, in one hash beside it: one slot, one life, revoked in one step.

A link's address holds the session's id and the link's token; the id alone opens nothing. What a person may do is said in rights.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from core.errors import QuestionError
from core.models import LinkUse, Person, ShareLink, ShareRole
from core.sessions import codec, keys, scripts
from core.sessions.client import Client
from core.sessions.outage import store_errors
from core.sessions.store import SessionStore

MAX_LINKS, MAX_PEOPLE = 50, 100
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_LINK, _USE = "link:", "use:"
_NAME_LENGTH = 80

# ARGV[4] field, [5] JSON, [6] most fields of its kind, [7] the kind's prefix.
_ADD = scripts.writing(
    """
local links = 0
for _, field in ipairs(redis.call('HKEYS', KEYS[7])) do
  if string.sub(field, 1, #ARGV[7]) == ARGV[7] then links = links + 1 end
end
if links >= tonumber(ARGV[6]) then return {'ok', 0} end
redis.call('HSET', KEYS[7], ARGV[4], ARGV[5])
slide()
return {'ok', 1}
""",
    closed=True,
)

# KEYS: session shares; ARGV: field of the link, field of the use, name, most fields. Coming by a link adds no life.
_COME = scripts.Script(
    scripts.CLOCK
    + """
local ttl = redis.call('PTTL', KEYS[1])
if ttl == -2 then return {'gone'} end
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then return {'no'} end
local use = redis.call('HGET', KEYS[2], ARGV[2])
if not use and redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[4]) then return {'full'} end
local held = use and cjson.decode(use) or {first = whole(now), times = 0}
held.name, held.last, held.times = ARGV[3], whole(now), held.times + 1
redis.call('HSET', KEYS[2], ARGV[2], cjson.encode(held))
if ttl > 0 then redis.call('PEXPIRE', KEYS[2], ttl) end
return {'ok', use and 0 or 1}
"""
)
_MAX_FIELDS = 5_000


class _Link(msgspec.Struct, omit_defaults=True):
    role: ShareRole
    created: int
    expires: int = 0
    sign_in: bool = False
    people: tuple[str, ...] = ()
    revoked: int = 0


class _Use(msgspec.Struct):
    name: str
    first: str
    last: str
    times: int


@dataclass(frozen=True)
class Held:
    """What the shares hash of one session says, as of `now` (milliseconds since 1970)."""

    session_id: str
    now: int
    links: Mapping[str, _Link]
    uses: Mapping[str, Mapping[str, _Use]]
    """Token → id of a person → their use."""

    def open(self) -> tuple[ShareLink, ...]:
        """Links that still let in, oldest first."""
        live = [(token, link) for token, link in self.links.items() if self.lets_in(link)]
        return tuple(self._shown(token, link) for token, link in sorted(live, key=lambda pair: pair[1].created))

    def lets_in(self, link: _Link) -> bool:
        return not link.revoked and not (link.expires and self.now >= link.expires)

    def found(self, token: str) -> _Link | None:
        """Compared without telling by its time how much of a guess was right."""
        return next((link for known, link in self.links.items() if hmac.compare_digest(known, token)), None)

    def by(self, person: str) -> list[_Link]:
        """Every link that person has come by, dead ones too."""
        return [link for token, link in self.links.items() if person in self.uses.get(token, {})]

    def _shown(self, token: str, link: _Link) -> ShareLink:
        uses = [
            LinkUse(person, use.name, _time(int(use.first)), _time(int(use.last)), use.times)
            for person, use in self.uses.get(token, {}).items()
        ]
        expires = _time(link.expires) if link.expires else None
        came = tuple(sorted(uses, key=lambda use: use.first))
        return ShareLink(token, self.session_id, link.role, _time(link.created), expires, link.sign_in, link.people, came)


class Shares:
    """Raises the session errors and StoreUnavailable. Checks no rights: whoever calls it has."""

    def __init__(self, client: Client, store: SessionStore) -> None:
        self._client, self._store = client, store

    def add(
        self,
        session_id: str,
        role: ShareRole,
        *,
        expires: datetime | None = None,
        sign_in: bool = False,
        people: Sequence[str] = (),
    ) -> ShareLink:
        """Raises QuestionError for people that are too many, an expiry that is past, and the 51st link."""
        named = tuple(dict.fromkeys(name for name in (" ".join(one.lower().split()) for one in people) if name))
        now = datetime.now(UTC)
        if len(named) > MAX_PEOPLE:
            raise QuestionError(f"A link can name at most {MAX_PEOPLE} people.", "Make a second link for the others.")
        if expires is not None and expires <= now:
            raise QuestionError("That link would have expired already.", "Choose a later time.")
        token, until = secrets.token_urlsafe(16), _ms(expires) if expires else 0
        link = _Link(role, _ms(now), until, sign_in or bool(named), tuple(map(codec.clean_text, named)))
        data = msgspec.json.encode(link)
        if self._store.write(_ADD, session_id, f"{_LINK}{token}", data, MAX_LINKS, _LINK)[0] == 0:
            raise QuestionError(f"A session can have at most {MAX_LINKS} links.", "Revoke one that is no longer needed.")
        return ShareLink(token, session_id, role, now, expires, link.sign_in, link.people)

    def revoke(self, session_id: str, token: str) -> None:
        """At once; revoking again, or a link that is not there, does nothing. Possible in an expired session, too."""
        held = self.held(session_id)
        link = held.links.get(token)
        if link is not None and not link.revoked:
            link.revoked = held.now
            with store_errors():
                _REPLACE.run(self._client, [keys.shares(session_id)], [f"{_LINK}{token}", msgspec.json.encode(link)])

    def held(self, session_id: str) -> Held:
        """Empty where there is no such session."""
        with store_errors():
            now, flat = _READ.run(self._client, [keys.shares(session_id)], [])
        links: dict[str, _Link] = {}
        uses: dict[str, dict[str, _Use]] = {}
        for field, value in zip(flat[::2], flat[1::2], strict=True):
            name = field.decode("utf-8", "replace")
            if name.startswith(_LINK):
                links[name.removeprefix(_LINK)] = msgspec.json.decode(value, type=_Link)
            elif name.startswith(_USE):
                token, _, person = name.removeprefix(_USE).partition(":")
                uses.setdefault(token, {})[person] = msgspec.json.decode(value, type=_Use)
        return Held(session_id, int(now), links, uses)

    def come(self, session_id: str, token: str, person: Person) -> bool:
        """Notes that the person came by the link; whether for the first time. Raises QuestionError for too many visitors."""
        name = codec.clean_text(person.name)[:_NAME_LENGTH]
        fields: list[str | bytes | int] = [f"{_LINK}{token}", f"{_USE}{token}:{person.id}", name, _MAX_FIELDS]
        with store_errors():
            reply: Any = _COME.run(self._client, [keys.session(session_id), keys.shares(session_id)], fields)
        if reply[0] == b"full":
            raise QuestionError("Too many people have come by the links of this session.", "Ask its owner for a new session.")
        return bool(reply[0] == b"ok" and reply[1])


_REPLACE = scripts.Script(
    "if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end"
)
_READ = scripts.Script(scripts.CLOCK + "return {whole(now), redis.call('HGETALL', KEYS[1])}")


def is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
