#!lua
-- Writes what became of a claimed intent, unless somebody else has meanwhile, and gives back what it no longer holds.
-- Claims that ended long ago are forgotten with each that ends.
-- KEYS claims hash intent id -> claim
-- KEYS open zset intent ids of the claims that go on -> when they were made
-- KEYS ended zset intent ids of the claims that have ended -> when
-- KEYS reserved hash counter -> what standing claims hold of it; `revision` counts the releases
-- ARGV id text of the intent
-- ARGV before text the claim as it was judged
-- ARGV after text the claim now; its `reserved` holds no counter that it did not hold before
-- ARGV endedAt ms venue time of its end; 0 it goes on
-- ARGV keepMs ms for how long an ended claim is kept
-- ARGV channel text on which the new revision is published when something was released
-- Returns 1 it is written; 0 the claim has changed since; -1 it is not there any more
local claims, open, ended, reserved = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, before, after, endedAt = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local keepMs, channel = tonumber(ARGV[5]), ARGV[6]

local now = redis.call('HGET', claims, id)
if not now then return -1 end
if now ~= before then return 0 end

local held, holds = cjson.decode(before).reserved or {}, cjson.decode(after).reserved or {}
local released = false
for counter, amount in pairs(held) do
  local less = amount - (holds[counter] or 0)
  if less < 0 then return redis.error_reply('claim-change: a claim may not take more of ' .. counter) end
  if less > 0 then
    released = true
    -- A counter at zero goes, so that symbols which are long gone leave nothing behind.
    if redis.call('HINCRBY', reserved, counter, -less) <= 0 then redis.call('HDEL', reserved, counter) end
  end
end
for counter in pairs(holds) do
  if not held[counter] then return redis.error_reply('claim-change: a claim may not begin to hold ' .. counter) end
end
if released then redis.call('PUBLISH', channel, redis.call('HINCRBY', reserved, 'revision', 1)) end
redis.call('HSET', claims, id, after)
if endedAt > 0 then
  redis.call('ZREM', open, id)
  redis.call('ZADD', ended, endedAt, id)
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', ended, '-inf', endedAt - keepMs, 'LIMIT', 0, 100)) do
    redis.call('HDEL', claims, old)
    redis.call('ZREM', ended, old)
  end
end
return 1
