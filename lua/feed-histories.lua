#!lua
-- The last klines of some symbols, as they stand at one place of the feed.
-- KEYS sequence hash epoch and sequence of the feed
-- KEYS klines... zset klines by open time, one per symbol
-- ARGV count integer how many klines of each
-- Returns {epoch, sequence, rows, rows...}; one list of rows per symbol, oldest first
local sequence = KEYS[1]
local count = tonumber(ARGV[1])

local place = redis.call('HMGET', sequence, 'epoch', 'sequence')
local answer = { place[1] or '0', place[2] or '0' }
for i = 2, #KEYS do
  local klines = KEYS[i]
  answer[#answer + 1] = redis.call('ZRANGE', klines, -count, -1)
end
return answer
