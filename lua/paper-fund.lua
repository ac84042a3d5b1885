#!lua
-- Counts one funding of a paper position, in the account and in its strategies' parts, all or nothing.
-- KEYS lease string token of the engine that keeps the account
-- KEYS positions hash SYMBOL/net -> position
-- KEYS strategyPositions hash STRATEGY/SYMBOL -> position
-- KEYS income stream what is no fill
-- ARGV token text the engine's
-- ARGV field text of the position
-- ARGV before text the position as it was judged
-- ARGV after text the position now
-- ARGV income text what is recorded
-- ARGV keepIncome integer about how many records are kept
-- ARGV channel text where the account's changes are published
-- ARGV event text what is published
-- ARGV parts... text the strategies' parts: field, before, after
-- Returns 1 it is recorded; 0 something has changed since; -1 the lease is another's
local lease, positions, strategyPositions, stream = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local token, field, before, after = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local income, keepIncome, channel, event = ARGV[5], ARGV[6], ARGV[7], ARGV[8]

if redis.call('GET', lease) ~= token then return -1 end
if redis.call('HGET', positions, field) ~= before then return 0 end
for at = 9, #ARGV, 3 do
  if redis.call('HGET', strategyPositions, ARGV[at]) ~= ARGV[at + 1] then return 0 end
end
redis.call('HSET', positions, field, after)
for at = 9, #ARGV, 3 do redis.call('HSET', strategyPositions, ARGV[at], ARGV[at + 2]) end
redis.call('XADD', stream, 'MAXLEN', '~', keepIncome, '*', 'income', income)
redis.call('PUBLISH', channel, event)
return 1
