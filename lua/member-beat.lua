#!lua
-- Says that a member of a group lives, and who else does, on this server's clock, so that all members see one order.
-- KEYS members zset member -> its last beat
-- ARGV member text who beats; empty: only look
-- ARGV ttl ms how long a beat is valid
-- Returns {us, member...} this server's time, and the living members in the order of their names
local members = KEYS[1]
local member, ttl = ARGV[1], tonumber(ARGV[2])

local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', members, '-inf', string.format('%.0f', now - ttl))
if member ~= '' then redis.call('ZADD', members, string.format('%.0f', now), member) end
local living = redis.call('ZRANGE', members, 0, -1)
table.sort(living)
table.insert(living, 1, clock[1] .. string.format('%06d', clock[2]))
return living
