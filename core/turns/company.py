"""Company: who has a session open. An open socket is presence; it is renewed while open and times out when its process dies.

Each change of who is here is told on the session's event stream in the step that makes it, with everybody's name, so that no page
needs to read.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from core.models import Companion, EventKind, Person
from core.sessions import codec, keys
from core.sessions.outage import store_errors
from core.sessions.scripts import CLOCK, Script
from core.turns.events import MAX_EVENTS

BEAT_S = 10.0
STALE_S = 25.0
"""An entry older than that does not count."""
_KEPT_S = 60
MOST_TABS = 1_000
"""Of one session; who comes after that is not counted."""
NAME_LENGTH = 80

# Entries in the order they came, one per person: the first tab's place, the newest name. Only a step
# that tells of the change drops who timed out.
_PEOPLE = (
    CLOCK
    + """
local function people(stale, drop)
  local flat, by, order = redis.call('HGETALL', KEYS[2]), {}, {}
  local soonest = nil
  for i = 1, #flat, 2 do
    local one = cjson.decode(flat[i + 1])
    local left = one.at + stale - now
    if left <= 0 then
      if drop then redis.call('HDEL', KEYS[2], flat[i]) end
    else
      if not soonest or left < soonest then soonest = left end
      local known = by[one.id]
      if not known then by[one.id] = one; order[#order + 1] = one
      else
        if one.at > known.at then known.at, known.name = one.at, one.name end
        if one.since < known.since then known.since = one.since end
      end
    end
  end
  table.sort(order, function(a, b) if a.since ~= b.since then return a.since < b.since end return a.id < b.id end)
  return order, soonest
end
local function words(order)
  local parts = {}
  for _, one in ipairs(order) do parts[#parts + 1] = one.id .. '\\n' .. one.name end
  return table.concat(parts, '\\n')
end
local function told(order)
  local shown = {}
  for i = 1, math.min(#order, 50) do shown[i] = {tag = order[i].tag, name = order[i].name} end
  return shown
end
local function publish(order, most, kind)
  if #order == 0 then return end
  local event = cjson.encode({kind = kind, turn_id = '', data = {here = told(order), count = #order}})
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', most, '*', 'e', event)
  local ttl = redis.call('PTTL', KEYS[1])
  if ttl > 0 then redis.call('PEXPIRE', KEYS[3], ttl) end
end
local function pairs_of(order)
  local flat = {}
  for i = 1, math.min(#order, 500) do
    flat[#flat + 1] = order[i].id; flat[#flat + 1] = order[i].name; flat[#flat + 1] = order[i].tag
  end
  return flat
end
"""
)

# KEYS: session company events; ARGV: stale ms, most events, kind of the event, tab, id, name, tag, seconds to keep, most tabs.
# Who is told of before: everybody in the hash, however old, for that is what was told last.
_STAY = Script(
    _PEOPLE
    + """
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('DEL', KEYS[2]); return {} end
local before = words((people(1e15)))
local held = redis.call('HGET', KEYS[2], ARGV[4])
local since = held and cjson.decode(held).since or now
if held or redis.call('HLEN', KEYS[2]) < tonumber(ARGV[9]) then
  redis.call('HSET', KEYS[2], ARGV[4], cjson.encode({id = ARGV[5], name = ARGV[6], tag = ARGV[7], at = now, since = since}))
end
redis.call('EXPIRE', KEYS[2], ARGV[8])
local order, soonest = people(tonumber(ARGV[1]), true)
if words(order) ~= before then publish(order, ARGV[2], ARGV[3]) end
return {whole(soonest or tonumber(ARGV[1])), unpack(pairs_of(order))}
"""
)
_LEAVE = Script(
    _PEOPLE
    + """
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('DEL', KEYS[2]); return {} end
local before = words((people(1e15)))
redis.call('HDEL', KEYS[2], ARGV[4])
local order = people(tonumber(ARGV[1]), true)
if words(order) ~= before then publish(order, ARGV[2], ARGV[3]) end
return {}
"""
)
_HERE = Script(_PEOPLE + "return {'0', unpack(pairs_of((people(tonumber(ARGV[1])))))}")


@dataclass(frozen=True)
class Stay:
    """What one beat found."""

    here: tuple[Companion, ...]
    next_s: float
    """When to come again: after a beat, or sooner where somebody's time runs out before that."""


class Company:
    """Every method raises InvalidSessionId and StoreUnavailable."""

    def __init__(self, client: Any, *, stale_s: float = STALE_S, beat_s: float = BEAT_S) -> None:
        self._client, self._stale_ms, self._beat_s = client, round(stale_s * 1000), beat_s

    def stay(self, session_id: str, tab: str, person: Person) -> Stay:
        """Notes that the tab is open now, first or again, and drops who timed out. Nobody is in a session that is gone."""
        name = codec.clean_text(person.name)[:NAME_LENGTH]
        reply = self._run(
            _STAY, session_id, tab, codec.clean_text(person.id), name, tag(session_id, person.id), _KEPT_S, MOST_TABS
        )
        left_s = int(reply[0]) / 1000 if reply else self._beat_s
        return Stay(_companions(reply[1:]), max(0.05, min(self._beat_s, left_s)))

    def leave(self, session_id: str, tab: str) -> None:
        self._run(_LEAVE, session_id, tab)

    def here(self, session_id: str) -> tuple[Companion, ...]:
        """Distinct persons, who came first leading; at most 500."""
        return _companions(self._run(_HERE, session_id, "")[1:])

    def _run(self, script: Script, session_id: str, *args: str | int) -> Sequence[Any]:
        names = [keys.session(session_id), keys.company(session_id), keys.events(session_id)]
        with store_errors():
            return list(script.run(self._client, names, [self._stale_ms, MAX_EVENTS, EventKind.COMPANY.value, *args]))


def new_tab() -> str:
    return secrets.token_urlsafe(9)


def tag(session_id: str, person_id: str) -> str:
    """Stands for a person on the pages of one session."""
    return hashlib.sha256(f"{session_id}\n{person_id}".encode("utf-8", "replace")).hexdigest()[:16]


def event(here: Sequence[Companion]) -> bytes:
    """What is told to a page that just opened, in the form of the stream's events."""
    shown = [{"tag": one.tag, "name": one.name} for one in here[:50]]
    return msgspec.json.encode({"kind": EventKind.COMPANY, "turn_id": "", "data": {"here": shown, "count": len(here)}})


def _companions(flat: Sequence[bytes]) -> tuple[Companion, ...]:
    texts = [part.decode("utf-8", "replace") for part in flat]
    return tuple(Companion(*texts[at : at + 3]) for at in range(0, len(texts), 3))
