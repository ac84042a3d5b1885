#!lua
-- Asks for an account to be flattened, unless that is under way.
-- KEYS flatten hash request, state, progress, revision, ended, endedAt
-- ARGV request text JSON of who asks, when and why
-- Returns 1 it begins; 0 it is under way
local flatten = KEYS[1]
local request = ARGV[1]

if redis.call('EXISTS', flatten) == 1 and redis.call('HEXISTS', flatten, 'ended') == 0 then return 0 end
redis.call('DEL', flatten)
redis.call('HSET', flatten, 'request', request, 'revision', 1)
return 1
