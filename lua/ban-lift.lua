#!lua
-- Lifts a ban, unless it has become another one since it was read.
-- KEYS bans hash symbol or ALL -> ban
-- ARGV symbol text or ALL
-- ARGV ban text as it was read
-- Returns 1 it is lifted; 0 there is another or none
local bans = KEYS[1]
local symbol, ban = ARGV[1], ARGV[2]

if redis.call('HGET', bans, symbol) ~= ban then return 0 end
return redis.call('HDEL', bans, symbol)
