#!lua
-- Records a new order unless its id was used before: one signal makes one order, whoever sends it and how
-- often.
-- KEYS order hash the order's fields
-- KEYS open zset ids of open orders by submission
-- KEYS records stream every state of every order
-- ARGV id text client order id
-- ARGV submittedAt ms venue time
-- ARGV record text JSON of the order
-- ARGV keepRecords integer about how many states are kept
-- ARGV channel text where the account's changes are published
-- ARGV event text what is published
-- ARGV fields... mixed the order's fields: name, value
-- Returns 1 it is placed; 0 it was before
local order, open, records = KEYS[1], KEYS[2], KEYS[3]
local id, submittedAt, record, keepRecords = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local channel, event = ARGV[5], ARGV[6]

if redis.call('EXISTS', order) == 1 then return 0 end
redis.call('HSET', order, unpack(ARGV, 7))
redis.call('ZADD', open, submittedAt, id)
redis.call('XADD', records, 'MAXLEN', '~', keepRecords, '*', 'order', record)
redis.call('PUBLISH', channel, event)
return 1
