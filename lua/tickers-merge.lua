#!lua
-- Merges best bids and asks newest-wins, per symbol by venue time and then update id, and publishes what changed and
-- when the market was last asked as one packed message.
-- KEYS tickers hash symbol -> its ticker
-- KEYS polls hash `ticker` -> when the whole market was last asked for
-- KEYS sequence hash epoch and sequence of the feed
-- ARGV channel text where the feed is published
-- ARGV polledAt ms venue time at which they were asked for; 0 nobody asked
-- ARGV rows... mixed per symbol: symbol, index, row
-- Returns {sequence, won, older}; sequence 0: nothing was published; an identical row counts as older
local tickers, polls, sequence = KEYS[1], KEYS[2], KEYS[3]
local channel, asked = ARGV[1], ARGV[2]

local match, pack = string.match, struct.pack
local shape = '^%[(%d+),(%d+),"([^"]+)","([^"]+)","([^"]+)","([^"]+)"%]$'

local symbols = {}
for at = 3, #ARGV, 3 do symbols[#symbols + 1] = ARGV[at] end
local old = #symbols > 0 and redis.call('HMGET', tickers, unpack(symbols)) or {}

local older, body, written = 0, {}, {}
for i, symbol in ipairs(symbols) do
  local index, row = ARGV[3 * i + 1], ARGV[3 * i + 2]
  local time, updateId, bid, bidSize, ask, askSize = match(row, shape)
  if not time then return redis.error_reply('tickers-merge: a row has another form: ' .. row) end
  local oldTime, oldId = match(old[i] or '[0,0', '^%[(%d+),(%d+)')
  local later = tonumber(time) - tonumber(oldTime)
  if later == 0 then later = tonumber(updateId) - tonumber(oldId) end
  if later > 0 then
    body[#body + 1] = pack('<I4ddddd', index, time, bid, bidSize, ask, askSize)
    written[#written + 1] = symbol
    written[#written + 1] = row
  else
    older = older + 1
  end
end
if #written > 0 then redis.call('HSET', tickers, unpack(written)) end
local polledAt = tonumber(asked)
if polledAt <= tonumber(redis.call('HGET', polls, 'ticker') or 0) then polledAt = 0 end
if polledAt > 0 then redis.call('HSET', polls, 'ticker', asked) end
if #body == 0 and polledAt == 0 then return { 0, 0, older } end

local number = redis.call('HINCRBY', sequence, 'sequence', 1)
-- The first message after the sequence was lost begins a new epoch, named by the µs of this server's clock.
local clock = redis.call('TIME')
if number == 1 then redis.call('HSET', sequence, 'epoch', clock[1] .. string.format('%06d', clock[2])) end
local epoch = redis.call('HGET', sequence, 'epoch')
redis.call('PUBLISH', channel, pack('<c1BI4ddI2d', 't', 1, 0, epoch, number, #body, polledAt) .. table.concat(body))
return { number, #body, older }
