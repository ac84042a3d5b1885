#!lua
-- Hands out the next symbols of a lane, in order and each position once, to the leader only.
-- KEYS lease string the leader's token
-- KEYS lane list the symbols in order
-- KEYS cursor string how many positions were handed out so far
-- ARGV token text the token that the lease must hold
-- ARGV count integer how many symbols at most
-- Returns {turn, symbol...}, turn being how many were handed out before; {-1} the lease is another's; {-2} the lane is empty
local lease, lane, cursor = KEYS[1], KEYS[2], KEYS[3]
local token, count = ARGV[1], tonumber(ARGV[2])

if redis.call('GET', lease) ~= token then return { -1 } end
local length = redis.call('LLEN', lane)
if length == 0 then return { -2 } end
if count == 1 then
  local turn = redis.call('INCR', cursor) - 1
  return { turn, redis.call('LINDEX', lane, turn % length) }
end
if count > length then count = length end

local turn = redis.call('INCRBY', cursor, count) - count
local first = turn % length
local answer = { turn }
for _, symbol in ipairs(redis.call('LRANGE', lane, first, first + count - 1)) do
  answer[#answer + 1] = symbol
end
-- What lies behind the end of the lane is its beginning.
local missing = first + count - length
if missing > 0 then
  for _, symbol in ipairs(redis.call('LRANGE', lane, 0, missing - 1)) do
    answer[#answer + 1] = symbol
  end
end
return answer
