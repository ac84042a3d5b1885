#!lua
-- Changes an order: it rests, its cancel is on the way, it traded, or it ends. A change that was judged by an order that
-- has changed since, its own replay too, changes nothing; so every fill is recorded once.
-- KEYS order hash the order's fields
-- KEYS open zset ids of open orders by submission
-- KEYS ended zset ids of ended orders by their end
-- KEYS fills stream fills
-- KEYS parts hash `STRATEGY/SYMBOL` -> the strategy's part of a position
-- KEYS records stream every state of every order
-- ARGV id text client order id
-- ARGV revision integer the order's revision that was judged
-- ARGV endedAt ms venue time of its end; 0 it goes on
-- ARGV keepMs ms for how long an ended order is kept
-- ARGV keepCount integer how many ended orders are listed
-- ARGV keepFills integer about how many fills are kept
-- ARGV newFills text JSON list of the fills, each as text
-- ARGV newParts text JSON list of the parts that the fills change, each {field, before, after}: texts, before being empty
-- where there was none
-- ARGV record text JSON of the order
-- ARGV keepRecords integer about how many states are kept
-- ARGV channel text where the account's changes are published
-- ARGV event text what is published
-- ARGV fields... mixed the order's fields: name, value
-- Returns 1 it is changed; 0 it or one of the parts has changed since, or is gone
local order, open, ended, fills, parts, records = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local id, revision, endedAt, keepMs, keepCount = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local keepFills, newFills = ARGV[6], ARGV[7]
local newParts = cjson.decode(ARGV[8])
local record, keepRecords, channel, event = ARGV[9], ARGV[10], ARGV[11], ARGV[12]

if redis.call('HGET', order, 'revision') ~= revision then return 0 end
for _, part in ipairs(newParts) do
  if (redis.call('HGET', parts, part[1]) or '') ~= part[2] then return 0 end
end
for _, part in ipairs(newParts) do redis.call('HSET', parts, part[1], part[3]) end
redis.call('HSET', order, unpack(ARGV, 13))
for _, fill in ipairs(cjson.decode(newFills)) do
  redis.call('XADD', fills, 'MAXLEN', '~', keepFills, '*', 'fill', fill)
end
if endedAt ~= '0' then
  redis.call('ZREM', open, id)
  redis.call('ZADD', ended, endedAt, id)
  redis.call('ZREMRANGEBYRANK', ended, 0, -tonumber(keepCount) - 1)
  redis.call('PEXPIRE', order, keepMs)
end
redis.call('XADD', records, 'MAXLEN', '~', keepRecords, '*', 'order', record)
redis.call('PUBLISH', channel, event)
return 1
