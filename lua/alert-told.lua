#!lua
-- Notes that a channel was told of a cause, and how much of it.
-- KEYS alert hash what is known of the cause
-- ARGV channel text which was told
-- ARGV bornAt us when the cause was first heard of, as the teller read it
-- ARGV news integer how much of its news was told
-- ARGV count integer how often it had been raised
-- Returns 1 noted; 0 the cause was forgotten meanwhile, or began anew
local alert = KEYS[1]
local channel, bornAt, news, count = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

if redis.call('HGET', alert, 'bornAt') ~= bornAt then return 0 end
local clock = redis.call('TIME')
local ms = clock[1] .. string.format('%03d', math.floor(tonumber(clock[2]) / 1000))
redis.call('HSET', alert, 'told:' .. channel, news, 'counted:' .. channel, count, 'toldAt:' .. channel, ms)
return 1
