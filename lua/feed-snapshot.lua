#!lua
-- Everything that a reader of the feed begins with, as it stands at one place of the feed.
-- KEYS sequence hash epoch and sequence of the feed
-- KEYS tickers hash symbol -> its ticker
-- KEYS tickerPolls hash `ticker` -> when the whole market was last asked for
-- KEYS series... hash per interval two keys: symbol -> its last two klines, and symbol -> when it was last asked for
-- Returns {epoch, sequence, tickers, tickersPolledAt, heads, polls, heads, polls...}; each hash as a flat list
local sequence, tickers, tickerPolls = KEYS[1], KEYS[2], KEYS[3]

local place = redis.call('HMGET', sequence, 'epoch', 'sequence')
local answer = { place[1] or '0', place[2] or '0', redis.call('HGETALL', tickers), redis.call('HGET', tickerPolls, 'ticker') or '0' }
for i = 4, #KEYS do
  local series = KEYS[i]
  answer[#answer + 1] = redis.call('HGETALL', series)
end
return answer
