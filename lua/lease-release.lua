#!lua
-- Gives a lease up, if it is one's own.
-- KEYS lease string the holder's token
-- ARGV token text who asks
-- Returns 1 it was the asker's and is free now; 0 it was not
local lease = KEYS[1]
local token = ARGV[1]

if redis.call('GET', lease) ~= token then return 0 end
return redis.call('DEL', lease)
