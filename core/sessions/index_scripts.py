"""Index scripts: what an owner's keys hold of each session is put, dropped and read in one atomic step each.

KEYS[1] is always the owner's list by activity; the names of the other keys begin as its name does, so all lie in one slot.
"""

from __future__ import annotations

from typing import Final

from core.sessions.scripts import CLOCK, Script

_HEAD = (
    CLOCK
    + """
local user = string.sub(KEYS[1], 1, -9)
local SORTS = {'sessions', 'by:created', 'by:questions', 'by:tokens', 'by:title'}
local ENTRIES, SUMS, WORDS, DUE = user .. 'entries', user .. 'sums', user .. 'words', user .. 'due'
local function unword(word, id)
  redis.call('SREM', user .. 'word:' .. word, id)
  if redis.call('EXISTS', user .. 'word:' .. word) == 0 then redis.call('ZREM', WORDS, word) end
end
local function count(what, by)
  if by ~= 0 and redis.call('HINCRBY', SUMS, what, whole(by)) == 0 then redis.call('HDEL', SUMS, what) end
end
local function held(id)
  local data = redis.call('HGET', ENTRIES, id)
  return data and cjson.decode(data)
end
"""
)

# ARGV: JSON list of {id, scores (in the order of SORTS), due, until, filters, bytes, words, whole}, most words of a session.
# Words are added to those that are there, or replace them where `whole`. Returns the ids that had no entry and got no whole one.
PUT: Final = Script(
    _HEAD
    + """
local HALF_A_DAY = 43200000
local function outlive(key, at)
  if redis.call('PTTL', key) < at - now then redis.call('PEXPIREAT', key, whole(at)) end
end
local bare = {}
for _, put in ipairs(cjson.decode(ARGV[1])) do
  local id, old = put.id, held(put.id)
  if not old and not put.whole then bare[#bare + 1] = id end
  old = old or {filters = {}, words = '', bytes = 0, till = 0}
  local later = put.till > old.till + HALF_A_DAY
  local till = later and put.till or old.till
  for i, sort in ipairs(SORTS) do redis.call('ZADD', user .. sort, put.scores[i], id) end
  redis.call('ZADD', DUE, put.due, id)
  local had = {}
  for _, filter in ipairs(old.filters) do had[filter] = true end
  for _, filter in ipairs(put.filters) do
    if not had[filter] then count(filter, 1) end
    redis.call('SADD', user .. 'in:' .. filter, id)
    outlive(user .. 'in:' .. filter, till)
    had[filter] = nil
  end
  for filter in pairs(had) do
    count(filter, -1)
    redis.call('SREM', user .. 'in:' .. filter, id)
  end
  count('bytes', put.bytes - old.bytes)
  local known, words, gone = {}, {}, {}
  for word in string.gmatch(old.words, '%S+') do
    known[word] = true
    if put.whole then gone[word] = true else words[#words + 1] = word end
  end
  for word in string.gmatch(put.words, '%S+') do
    gone[word] = nil
    if (put.whole or not known[word]) and #words < tonumber(ARGV[2]) then
      words[#words + 1] = word
      if not known[word] then
        redis.call('SADD', user .. 'word:' .. word, id)
        redis.call('ZADD', WORDS, 0, word)
        if not later then outlive(user .. 'word:' .. word, till) end
      end
    end
  end
  for word in pairs(gone) do unword(word, id) end
  if later then for _, word in ipairs(words) do outlive(user .. 'word:' .. word, till) end end
  local entry = {filters = put.filters, words = table.concat(words, ' '), bytes = put.bytes, till = till}
  redis.call('HSET', ENTRIES, id, cjson.encode(entry))
  for _, sort in ipairs(SORTS) do outlive(user .. sort, till) end
  for _, key in ipairs({ENTRIES, SUMS, WORDS, DUE}) do outlive(key, till) end
end
return bare
"""
)

# ARGV: session ids. Returns how many were in the list.
DROP: Final = Script(
    _HEAD
    + """
local dropped = 0
for _, id in ipairs(ARGV) do
  dropped = dropped + redis.call('ZREM', KEYS[1], id)
  for _, sort in ipairs(SORTS) do redis.call('ZREM', user .. sort, id) end
  redis.call('ZREM', DUE, id)
  local old = held(id)
  if old then
    for _, filter in ipairs(old.filters) do
      redis.call('SREM', user .. 'in:' .. filter, id)
      count(filter, -1)
    end
    for word in string.gmatch(old.words, '%S+') do unword(word, id) end
    count('bytes', -old.bytes)
    redis.call('HDEL', ENTRIES, id)
  end
end
return dropped
"""
)

# ARGV: sort, offset, limit, most due ids, beginning of a word or '', then the sets all must be in. A word nobody wrote counts as
# the beginning of one.
# Returns now, total, ids of the page, ids whose entry is due, sums.
#
# Two ways lead to a page. Where few sessions fit, they are intersected with the sort. Where many fit, that would take as long as
# the list is: then one walks down the sort and keeps what fits until the page is full.
PAGE: Final = Script(
    _HEAD
    + """
local by, offset, limit, typing = user .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[5]
local MOST_WORDS = 200
local sets, made = {}, {}
local due = redis.call('ZRANGEBYSCORE', DUE, '-inf', whole(now), 'LIMIT', 0, ARGV[4])

local function answer(total, ids) return {whole(now), total, ids, due, redis.call('HGETALL', SUMS)} end

local function done(total, ids)
  if #made > 0 then redis.call('UNLINK', unpack(made)) end
  return answer(total, ids)
end

local function begins(start)
  local words = {}
  for i, word in ipairs(redis.call('ZRANGEBYLEX', WORDS, '[' .. start, '[' .. start .. '\\255', 'LIMIT', 0, MOST_WORDS)) do
    words[i] = user .. 'word:' .. word
  end
  if #words < 2 then return words[1] end
  made[#made + 1] = user .. 'some' .. #made
  redis.call('SUNIONSTORE', made[#made], unpack(words))
  return made[#made]
end

for i = 6, #ARGV do
  local word, set = string.match(ARGV[i], '^word:(.*)$'), user .. ARGV[i]
  if word and redis.call('EXISTS', set) == 0 then set = begins(word) end
  if not set then return done(0, {}) end
  sets[#sets + 1] = set
end
if typing ~= '' then
  local set = begins(typing)
  if not set then return done(0, {}) end
  sets[#sets + 1] = set
end

local all = redis.call('ZCARD', by)
if #sets == 0 then return answer(all, redis.call('ZREVRANGE', by, offset, offset + limit - 1)) end

local sizes = {}
for _, set in ipairs(sets) do sizes[set] = redis.call('SCARD', set) end
table.sort(sets, function(one, other) return sizes[one] < sizes[other] end)
local least = sizes[sets[1]]
local total = least
if #sets > 1 and least > 0 then total = redis.call('SINTERCARD', #sets, unpack(sets)) end
if total <= offset then return done(total, {}) end

if (offset + limit) * all / total > least then
  local weights = {1}
  for i = 1, #sets do weights[i + 1] = 0 end
  local fit, args = user .. 'fit', {#sets + 1, by}
  for _, set in ipairs(sets) do args[#args + 1] = set end
  args[#args + 1] = 'WEIGHTS'
  for _, weight in ipairs(weights) do args[#args + 1] = weight end
  redis.call('ZINTERSTORE', fit, unpack(args))
  local ids = redis.call('ZREVRANGE', fit, offset, offset + limit - 1)
  redis.call('UNLINK', fit)
  return done(total, ids)
end

local ids, passed, first, size = {}, 0, 0, 100
while first < all do
  local batch = redis.call('ZREVRANGE', by, first, first + size - 1)
  first, size = first + size, 1000
  local fits = {}
  for _, set in ipairs(sets) do fits[#fits + 1] = redis.call('SMISMEMBER', set, unpack(batch)) end
  for i, id in ipairs(batch) do
    local good = true
    for _, one in ipairs(fits) do good = good and one[i] == 1 end
    if good then
      passed = passed + 1
      if passed > offset then ids[#ids + 1] = id end
      if #ids == limit then return done(total, ids) end
    end
  end
end
return done(total, ids)
"""
)

# ARGV: first and last rank. Returns now, ids from the oldest activity on.
OLDEST: Final = Script(CLOCK + "return {whole(now), redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2])}")

# KEYS: the session's hash; ARGV: field, 1 to set and 0 to forget it. A person's mark is no use of it, so it adds no life.
MARK: Final = Script(
    CLOCK
    + """
if redis.call('EXISTS', KEYS[1]) == 1 then
  if ARGV[2] == '1' then redis.call('HSETNX', KEYS[1], ARGV[1], whole(now)) else redis.call('HDEL', KEYS[1], ARGV[1]) end
end
return {whole(now), redis.call('HGETALL', KEYS[1])}
"""
)

# KEYS: session hashes (of one server, whatever their slots); ARGV: fields.
ROWS: Final = Script(
    """
local rows = {}
for i, key in ipairs(KEYS) do rows[i] = redis.call('HMGET', key, unpack(ARGV)) end
return rows
"""
)
HEADS: Final = Script(
    """
local heads = {}
for i, key in ipairs(KEYS) do heads[i] = redis.call('HGETALL', key) end
return heads
"""
)
