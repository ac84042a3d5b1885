#!lua
-- Keeps what is remembered of the stops of one position, if the writer still leads.
-- KEYS lease string the leader's token
-- KEYS ladders hash SYMBOL/side -> JSON
-- ARGV token text who writes
-- ARGV place text SYMBOL/side
-- ARGV ladder text JSON; empty: nothing is to be remembered any more
-- Returns 1 it is written; 0 another leads; -1 nobody leads, and it is written
local lease, ladders = KEYS[1], KEYS[2]
local token, place, ladder = ARGV[1], ARGV[2], ARGV[3]

local holder = redis.call('GET', lease)
if holder and holder ~= token then return 0 end
if ladder == '' then redis.call('HDEL', ladders, place) else redis.call('HSET', ladders, place, ladder) end
return holder and 1 or -1
