#!lua
-- Takes a lease that is free, or renews one's own.
-- KEYS lease string the holder's token
-- ARGV token text who asks
-- ARGV ttl ms how long the lease lasts without renewal
-- Returns {1, ttl} it is the asker's; {0, ms} it is another's for so long
local lease = KEYS[1]
local token, ttl = ARGV[1], tonumber(ARGV[2])

local holder = redis.call('GET', lease)
if holder and holder ~= token then return { 0, redis.call('PTTL', lease) } end
redis.call('SET', lease, token, 'PX', ttl)
return { 1, ttl }
