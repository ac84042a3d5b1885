#!lua
-- Records one fill of a paper order: order, positions and fill change together or not at all. A fill that was
-- judged by an order or a position that has changed since, its own replay too, changes nothing.
-- KEYS lease string token of the engine that fills the account's orders
-- KEYS order hash the order's fields
-- KEYS open zset ids of open orders by submission
-- KEYS ended zset ids of ended orders by their end
-- KEYS positions hash SYMBOL/net -> position
-- KEYS strategyPositions hash STRATEGY/SYMBOL -> position
-- KEYS fills stream fills
-- KEYS records stream every state of every order
-- ARGV token text the engine's
-- ARGV id text client order id
-- ARGV revision integer the order's revision that was judged
-- ARGV endedAt ms venue time of its end; 0 it goes on
-- ARGV keepMs ms for how long an ended order is kept
-- ARGV keepCount integer how many ended orders are listed
-- ARGV keepFills integer about how many fills are kept
-- ARGV field text of the position
-- ARGV before text the position as it was judged; empty: there was none
-- ARGV after text the position now
-- ARGV strategyField text of the strategy's position
-- ARGV strategyBefore text as it was judged; empty: there was none
-- ARGV strategyAfter text as it is now
-- ARGV fill text the fill
-- ARGV record text JSON of the order
-- ARGV keepRecords integer about how many states are kept
-- ARGV channel text where the account's changes are published
-- ARGV event text what is published
-- ARGV fields... mixed the order's fields: name, value
-- Returns 1 it is recorded; 0 something has changed since; -1 the lease is another's
local lease, order, open, ended = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local positions, strategyPositions, fills, records = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local token, id, revision, endedAt = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local keepMs, keepCount, keepFills = ARGV[5], ARGV[6], ARGV[7]
local field, before, after = ARGV[8], ARGV[9], ARGV[10]
local strategyField, strategyBefore, strategyAfter = ARGV[11], ARGV[12], ARGV[13]
local fill, record, keepRecords, channel, event = ARGV[14], ARGV[15], ARGV[16], ARGV[17], ARGV[18]

if redis.call('GET', lease) ~= token then return -1 end
if redis.call('HGET', order, 'revision') ~= revision then return 0 end
if (redis.call('HGET', positions, field) or '') ~= before then return 0 end
if (redis.call('HGET', strategyPositions, strategyField) or '') ~= strategyBefore then return 0 end

redis.call('HSET', order, unpack(ARGV, 19))
redis.call('HSET', positions, field, after)
redis.call('HSET', strategyPositions, strategyField, strategyAfter)
redis.call('XADD', fills, 'MAXLEN', '~', keepFills, '*', 'fill', fill)
if endedAt ~= '0' then
  redis.call('ZREM', open, id)
  redis.call('ZADD', ended, endedAt, id)
  redis.call('ZREMRANGEBYRANK', ended, 0, -tonumber(keepCount) - 1)
  redis.call('PEXPIRE', order, keepMs)
end
redis.call('XADD', records, 'MAXLEN', '~', keepRecords, '*', 'order', record)
redis.call('PUBLISH', channel, event)
return 1
