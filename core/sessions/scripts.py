"""Scripts: every write to a session is one Lua script that checks, writes and slides the TTL in one atomic step.

Each starts with PRELUDE, which refuses a session that is gone (a plain HSET after expiry would leave an immortal stub), expired,
closed, or leased under a newer fencing number. Other rooms write to their keys with a script of `writing`, through
SessionStore.write.
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
local held = redis.call('HMGET', KEYS[1], 'expires', 'fence', 'closed', 'life')
if not held[1] then return {'gone'} end
if now >= tonumber(held[1]) then return {'expired'} end
if ARGV[3] ~= '' and tonumber(ARGV[3]) < tonumber(held[2] or '0') then return {'fenced'} end
local function slide()
  local expires = math.max(tonumber(held[1]), now + math.max(tonumber(ARGV[1]), tonumber(held[4] or '0')))
  redis.call('HSET', KEYS[1], 'expires', whole(expires))
  for i, key in ipairs(KEYS) do if i ~= 6 then redis.call('PEXPIREAT', key, whole(expires + ARGV[2])) end end
end
local function add(name, by) if by ~= 0 then redis.call('HINCRBY', KEYS[1], name, whole(by)) end end
local function put(key, field, value)
  add('bytes', #value - redis.call('HSTRLEN', key, field))
  redis.call('HSET', key, field, value)
end
"""
)
# A worker goes on with what was asked before the session was closed.
_OPEN = "if held[3] and ARGV[3] == '' then return {'closed'} end\n"


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


def writing(body: str, *, closed: bool = False) -> Script:
    """A write: `body` runs after the checks, must call slide() once its own keys exist, and returns {'ok', …}.

    put(key, field, value) stores what the session's bytes are counted of. With closed=True it writes to a closed session, too.
    """
    return Script(PRELUDE + ("" if closed else _OPEN) + body)


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

# ARGV[4] title.
RENAME: Final = writing(
    """
redis.call('HSET', KEYS[1], 'title', ARGV[4])
slide()
return {'ok', whole(now), redis.call('HGETALL', KEYS[1])}
""",
    closed=True,
)

CLOSE: Final = writing(
    """
redis.call('HSETNX', KEYS[1], 'closed', whole(now))
return {'ok', whole(now), redis.call('HGETALL', KEYS[1])}
""",
    closed=True,
)
REOPEN: Final = writing(
    """
redis.call('HDEL', KEYS[1], 'closed')
slide()
return {'ok', whole(now), redis.call('HGETALL', KEYS[1])}
""",
    closed=True,
)

# ARGV[4] turn id, [5] JSON before its index, [6] JSON after it, [7] title if there is none, [8] preview, [9] 1 to queue it.
ADD_TURN: Final = writing(
    """
local stored = redis.call('HGET', KEYS[2], ARGV[4])
if not stored then
  local index = redis.call('HINCRBY', KEYS[1], 'turn_count', 1) - 1
  stored = ARGV[5] .. whole(index) .. ARGV[6]
  put(KEYS[2], ARGV[4], stored)
  redis.call('HSET', KEYS[1], 'preview', ARGV[8], 'updated', whole(now))
  if redis.call('HGET', KEYS[1], 'title') == '' then redis.call('HSET', KEYS[1], 'title', ARGV[7]) end
  if ARGV[9] == '1' then redis.call('RPUSH', KEYS[5], ARGV[4]) end
end
slide()
return {'ok', whole(now), redis.call('HGETALL', KEYS[1]), stored}
"""
)

# ARGV[4] turn id, [5] JSON, [6] field of its tokens, [7] tokens, [8] 1 where the session's hash is wanted.
SAVE_TURN: Final = writing(
    """
if redis.call('HEXISTS', KEYS[2], ARGV[4]) == 0 then return {'unknown'} end
put(KEYS[2], ARGV[4], ARGV[5])
local before = redis.call('HGET', KEYS[2], ARGV[6])
if before or ARGV[7] ~= '0' then
  add('tokens', ARGV[7] - (before or 0))
  redis.call('HSET', KEYS[2], ARGV[6], ARGV[7])
end
redis.call('HSET', KEYS[1], 'updated', whole(now))
slide()
return {'ok', whole(now), ARGV[8] == '1' and redis.call('HGETALL', KEYS[1]) or {}}
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
put(KEYS[3], ARGV[4], ARGV[5])
local recent, count = ARGV[4], 1
for id in string.gmatch(redis.call('HGET', KEYS[1], 'recent') or '', '%S+') do
  if id ~= ARGV[4] and count < 10 then recent, count = recent .. ' ' .. id, count + 1 end
end
redis.call('HSET', KEYS[1], 'recent', recent)
slide()
return {'ok'}
"""
)

# ARGV[4] the longer life of a session that is kept, in ms, or ''. Extending never shortens.
EXTEND: Final = Script(
    CLOCK
    + """
local held = redis.call('HMGET', KEYS[1], 'expires', 'life')
if not held[1] then return {'gone'} end
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'life', ARGV[4]) end
local life = math.max(tonumber(ARGV[1]), tonumber(ARGV[4] ~= '' and ARGV[4] or held[2] or '0'))
local expires = math.max(tonumber(held[1]), now + life)
redis.call('HSET', KEYS[1], 'expires', whole(expires))
for i, key in ipairs(KEYS) do if i ~= 6 then redis.call('PEXPIREAT', key, whole(expires + ARGV[2])) end end
return {'ok', whole(now), redis.call('HGETALL', KEYS[1])}
"""
)

# ARGV[4] id of the owner it must have, [5] of the new one, [6] their name, [7] field of the old one's pin, [8] of the new one's.
HAND_OVER: Final = Script(
    CLOCK
    + """
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner ~= ARGV[4] and owner ~= ARGV[5] then return {'gone'} end
redis.call('HSET', KEYS[1], 'owner', ARGV[5], 'owner_name', ARGV[6])
if redis.call('HDEL', KEYS[1], ARGV[7]) == 1 then redis.call('HSET', KEYS[1], ARGV[8], whole(now)) end
return {'ok', whole(now), redis.call('HGETALL', KEYS[1])}
"""
)

# Moved aside under other names, a session is gone for every reader at once. ARGV[4] ms until Redis deletes it for good.
DELETE: Final = Script(
    CLOCK
    + """
local head = redis.call('HGETALL', KEYS[1])
if #head == 0 then return {'gone'} end
redis.call('UNLINK', KEYS[6])
for i, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 1 then
    local aside = 'deleted' .. string.sub(key, 8)
    redis.call('RENAME', key, aside)
    redis.call('PEXPIRE', aside, ARGV[4])
  end
end
return {'ok', whole(now), head}
"""
)

# ARGV[4] id of the owner it must have, or ''.
UNDELETE: Final = Script(
    CLOCK
    + """
local from = redis.call('EXISTS', KEYS[1]) == 1 and KEYS[1] or 'deleted' .. string.sub(KEYS[1], 8)
local held = redis.call('HMGET', from, 'owner', 'expires')
if not held[1] or (ARGV[4] ~= '' and ARGV[4] ~= held[1]) then return {'gone'} end
local last = held[2] + ARGV[2]
if now >= last then return {'gone'} end
for i, key in ipairs(KEYS) do
  local aside = 'deleted' .. string.sub(key, 8)
  if redis.call('EXISTS', aside) == 1 then
    redis.call('RENAME', aside, key)
    redis.call('PEXPIREAT', key, whole(last))
  end
end
return {'ok', whole(now), redis.call('HGETALL', KEYS[1])}
"""
)
