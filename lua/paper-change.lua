#!lua
-- Changes a paper order without a fill: it rests, its cancel is on the way, or it ends.
-- KEYS order hash the order's fields
-- KEYS open zset ids of open orders by submission
-- KEYS ended zset ids of ended orders by their end
-- ARGV id text client order id
-- ARGV revision integer the order's revision that was judged
-- ARGV endedAt ms venue time of its end; 0 it goes on
-- ARGV keepMs ms for how long an ended order is kept
-- ARGV keepCount integer how many ended orders are listed
-- ARGV channel text where the account's changes are published
-- ARGV event text what is published
-- ARGV fields... mixed the order's fields: name, value
-- Returns 1 it is changed; 0 it has another revision, or is gone
local order, open, ended = KEYS[1], KEYS[2], KEYS[3]
local id, revision, endedAt = ARGV[1], ARGV[2], ARGV[3]
local keepMs, keepCount, channel, event = ARGV[4], ARGV[5], ARGV[6], ARGV[7]

if redis.call('HGET', order, 'revision') ~= revision then return 0 end
redis.call('HSET', order, unpack(ARGV, 8))
if endedAt ~= '0' then
  redis.call('ZREM', open, id)
  redis.call('ZADD', ended, endedAt, id)
  redis.call('ZREMRANGEBYRANK', ended, 0, -tonumber(keepCount) - 1)
  redis.call('PEXPIRE', order, keepMs)
end
redis.call('PUBLISH', channel, event)
return 1
