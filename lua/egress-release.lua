#!lua
-- Gives back what was booked in a limit for a request that does not leave, because another limit refused it.
-- KEYS egress hash the budget in one limit
-- KEYS starts zset booking in a rolling window -> us at which it leaves; not used of a fixed one
-- ARGV weight integer that was booked
-- ARGV window integer as the booking told: the start of its window, or the number of its last booking
-- ARGV rolling 0..1 whether the window is a rolling one
-- Returns how much of it was still booked
local egress, starts = KEYS[1], KEYS[2]
local weight, window, rolling = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'

if rolling then
  local given = 0
  for i = 0, weight - 1 do given = given + redis.call('ZREM', starts, window - i) end
  return given
end
local state = redis.call('HMGET', egress, 'window', 'used', 'booked')
local field = tonumber(state[1]) == window and 'used' or 'booked'
-- A window that is over, or was forgotten, has nothing to give back.
if state[1] == false or window < tonumber(state[1]) then return 0 end
local given = math.min(weight, tonumber(field == 'used' and state[2] or state[3]) or 0)
-- The negative of 0 is no integer to HINCRBY.
if given > 0 then redis.call('HINCRBY', egress, field, -given) end
return given
