#!lua
-- Writes how far a flatten has come, or its end, unless somebody else did since it was read.
-- KEYS flatten hash request, state, progress, revision, ended, endedAt
-- ARGV revision integer as it was read
-- ARGV fields... mixed name, value
-- Returns 1 it is written, with the next revision; 0 it has changed since, has ended or is gone
local flatten = KEYS[1]
local revision = ARGV[1]

if redis.call('HGET', flatten, 'revision') ~= revision or redis.call('HEXISTS', flatten, 'ended') == 1 then return 0 end
redis.call('HSET', flatten, unpack(ARGV, 2))
redis.call('HINCRBY', flatten, 'revision', 1)
return 1
