#!lua
-- Says that a condition stands no longer, which is news if it stood.
-- KEYS alert hash what is known of the cause
-- KEYS due zset cause -> us from which its news is looked at
-- KEYS recent zset cause -> us of its last news
-- ARGV cause text whose alert it is
-- ARGV keepMs ms for which a cause is remembered
-- ARGV text text how it ended; empty: nothing to say
-- Returns 1 it ended; 0 it did not stand
local alert, due, recent = KEYS[1], KEYS[2], KEYS[3]
local cause, keepMs, text = ARGV[1], tonumber(ARGV[2]), ARGV[3]

if redis.call('HGET', alert, 'stands') ~= '1' then return 0 end
local clock = redis.call('TIME')
local us = clock[1] .. string.format('%06d', clock[2])
local ms = string.sub(us, 1, -4)
redis.call('HSET', alert, 'stands', 0, 'endedAt', ms, 'lastAt', ms, 'ending', text)
redis.call('HINCRBY', alert, 'news', 1)
redis.call('PEXPIRE', alert, keepMs)
redis.call('ZADD', due, 'NX', us, cause)
redis.call('ZADD', recent, us, cause)
return 1
