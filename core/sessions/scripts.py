"""Scripts: every write to a session is one Lua script that checks, writes and slides the TTL in one atomic step.

Each starts with PRELUDE, which refuses a session that is gone (a plain HSET after expiry would leave an immortal stub), expired,
or leased under a newer fencing number. Other rooms write to their keys with a script of `writing`, through SessionStore.write.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from redis.exceptions import NoScriptError

CLOCK: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function whole(n) return string.format('%.0f', n) end
"""

PRELUDE: Final = (
    CLOCK
    + """
-- KEYS: session turns results events queue lease shares; ARGV: ttl ms, grace ms, fence or '', then the script's own from ARGV[4]
local held = redis.call('HMGET', KEYS[1], 'expires', 'fence')
if not held[1] then return {'gone'} end
if now >= tonumber(held[1]) then return {'expired'} end
if ARGV[3] ~= '' and tonumber(ARGV[3]) < tonumber(held[2] or '0') then return {'fenced'} end
local function slide()
  local expires = now + ARGV[1]
  redis.call('HSET', KEYS[1], 'expires', whole(expires))
  for i, key in ipairs(KEYS) do if i ~= 6 then redis.call('PEXPIREAT', key, whole(expires + ARGV[2])) end end
end
"""
)


class Script:
    """One Lua script, sent by its hash and in full only to a server that does not know it yet."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def run(self, client: Any, keys: Sequence[str | bytes], args: Sequence[str | bytes | int]) -> Any:
        try:
            return client.evalsha(self.sha, len(keys), *keys, *args)
        except NoScriptError:
            return client.eval(self.text, len(keys), *keys, *args)


def writing(body: str) -> Script:
    """A write: `body` runs after the checks, must call slide() once its own keys exist, and returns {'ok', …}."""
    return Script(PRELUDE + body)


# ARGV[4…]: field value …; ids are random, so a repeated create (its reply was lost) writes the same again.
CREATE: Final = Script(
    CLOCK
    + """
local expires = now + ARGV[1]
redis.call('HSET', KEYS[1], 'created', whole(now), 'updated', whole(now), 'expires', whole(expires), unpack(ARGV, 4))
redis.call('PEXPIREAT', KEYS[1], whole(expires + ARGV[2]))
return {'ok', whole(now), redis.call('HGETALL', KEYS[1])}
"""
)

# ARGV[1] number of recent results wanted, or -1 for the session hash alone.
READ: Final = Script(
    CLOCK
    + """
local head = redis.call('HGETALL', KEYS[1])
if #head == 0 then return {'gone'} end
local count = tonumber(ARGV[1])
if count < 0 then return {'ok', whole(now), head} end
local ids = {}
for id in string.gmatch(redis.call('HGET', KEYS[1], 'recent') or '', '%S+') do
  if #ids < count then ids[#ids + 1] = id end
end
local results = {}
if #ids > 0 then results = redis.call('HMGET', KEYS[3], unpack(ids)) end
return {'ok', whole(now), head, redis.call('HGETALL', KEYS[2]), ids, results}
"""
)

# ARGV[4] field, ARGV[5] value, and so on.
SET: Final = writing(
    """
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
slide()
return {'ok'}
"""
)

# ARGV[4] turn id, [5] JSON before its index, [6] JSON after it, [7] title if there is none, [8] preview, [9] 1 to queue it.
ADD_TURN: Final = writing(
    """
local stored = redis.call('HGET', KEYS[2], ARGV[4])
if not stored then
  local index = redis.call('HINCRBY', KEYS[1], 'turn_count', 1) - 1
  stored = ARGV[5] .. whole(index) .. ARGV[6]
  redis.call('HSET', KEYS[2], ARGV[4], stored)
  redis.call('HSET', KEYS[1], 'preview', ARGV[8], 'updated', whole(now))
  if redis.call('HGET', KEYS[1], 'title') == '' then redis.call('HSET', KEYS[1], 'title', ARGV[7]) end
  if ARGV[9] == '1' then redis.call('RPUSH', KEYS[5], ARGV[4]) end
end
slide()
return {'ok', stored, redis.call('HGET', KEYS[1], 'owner')}
"""
)

# ARGV[4] turn id, [5] JSON.
SAVE_TURN: Final = writing(
    """
if redis.call('HEXISTS', KEYS[2], ARGV[4]) == 0 then return {'unknown'} end
redis.call('HSET', KEYS[2], ARGV[4], ARGV[5])
redis.call('HSET', KEYS[1], 'updated', whole(now))
slide()
return {'ok'}
"""
)

# ARGV[4] turn id, [5] the chart's field, [6] JSON or '' to forget it.
SET_CHART: Final = writing(
    """
if redis.call('HEXISTS', KEYS[2], ARGV[4]) == 0 then return {'unknown'} end
if ARGV[6] == '' then redis.call('HDEL', KEYS[2], ARGV[5]) else redis.call('HSET', KEYS[2], ARGV[5], ARGV[6]) end
slide()
return {'ok'}
"""
)

# ARGV[4] result id, [5] bytes. `recent` names the last ten results, newest first.
SAVE_RESULT: Final = writing(
    """
redis.call('HSET', KEYS[3], ARGV[4], ARGV[5])
local recent, count = ARGV[4], 1
for id in string.gmatch(redis.call('HGET', KEYS[1], 'recent') or '', '%S+') do
  if id ~= ARGV[4] and count < 10 then recent, count = recent .. ' ' .. id, count + 1 end
end
redis.call('HSET', KEYS[1], 'recent', recent)
slide()
return {'ok'}
"""
)

EXTEND: Final = Script(
    CLOCK
    + """
if redis.call('EXISTS', KEYS[1]) == 0 then return {'gone'} end
local expires = now + ARGV[1]
redis.call('HSET', KEYS[1], 'expires', whole(expires))
for i, key in ipairs(KEYS) do if i ~= 6 then redis.call('PEXPIREAT', key, whole(expires + ARGV[2])) end end
return {'ok', redis.call('HGET', KEYS[1], 'owner')}
"""
)

DELETE: Final = Script(
    """
local owner = redis.call('HGET', KEYS[1], 'owner')
redis.call('UNLINK', unpack(KEYS))
if not owner then return {'gone'} end
return {'ok', owner}
"""
)

# KEYS: the owner's set; ARGV: ttl ms of the set, session id, 1 where this is activity (else only a missing entry is added).
TOUCH: Final = Script(
    CLOCK
    + """
if ARGV[3] == '1' then redis.call('ZADD', KEYS[1], whole(now), ARGV[2])
else redis.call('ZADD', KEYS[1], 'NX', whole(now), ARGV[2]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return whole(now)
"""
)

# KEYS: the owner's set; ARGV: first and last rank.
NEWEST: Final = Script(CLOCK + "return {whole(now), redis.call('ZREVRANGE', KEYS[1], ARGV[1], ARGV[2], 'WITHSCORES')}")
OLDEST: Final = Script(CLOCK + "return {whole(now), redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2], 'WITHSCORES')}")

# KEYS: session hashes (of one server, whatever their slots); ARGV: fields.
ROWS: Final = Script(
    """
local rows = {}
for i, key in ipairs(KEYS) do rows[i] = redis.call('HMGET', key, unpack(ARGV)) end
return rows
"""
)
