#!lua
-- Makes a lane hold the given symbols: those that stay keep their order, new ones follow them, and the cursor is
-- carried along to the symbol whose turn was next (or to its first successor that stays). So nobody who stays
-- misses a turn or gets two.
-- KEYS lease string the leader's token
-- KEYS lane list the symbols in order
-- KEYS cursor string how many positions were handed out so far
-- ARGV token text the token that the lease must hold
-- ARGV symbols... text the symbols that the lane shall hold
-- Returns {added, removed}; {-1} the lease is another's
local lease, lane, cursor = KEYS[1], KEYS[2], KEYS[3]
local token = ARGV[1]

if redis.call('GET', lease) ~= token then return { -1 } end
local wanted, added = {}, 0
for i = 2, #ARGV do wanted[ARGV[i]] = true end

local before = redis.call('LRANGE', lane, 0, -1)
local handed = tonumber(redis.call('GET', cursor) or '0')
local turn = #before > 0 and handed % #before or 0
local lap = #before > 0 and math.floor(handed / #before) or 0

local after, nextAt = {}, nil
for position, symbol in ipairs(before) do
  if wanted[symbol] then
    after[#after + 1] = symbol
    wanted[symbol] = nil
    if nextAt == nil and position - 1 >= turn then nextAt = #after - 1 end
  end
end
local stayed = #after
for i = 2, #ARGV do
  if wanted[ARGV[i]] then
    after[#after + 1] = ARGV[i]
    wanted[ARGV[i]] = nil
    added = added + 1
  end
end
-- Nobody at or behind the turn stayed: the newcomers at the end are next, then the lane begins anew.
if nextAt == nil then nextAt = stayed end
if nextAt >= #after then
  nextAt = 0
  lap = lap + 1
end

if added == 0 and stayed == #before then return { 0, 0 } end
redis.call('DEL', lane)
for i = 1, #after, 1000 do
  redis.call('RPUSH', lane, unpack(after, i, math.min(i + 999, #after)))
end
redis.call('SET', cursor, string.format('%.0f', lap * #after + nextAt))
return { added, #before - stayed }
