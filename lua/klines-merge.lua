#!lua
-- Merges candles newest-wins, per symbol and open time, and publishes what changed as one packed message.
-- Of two versions of one candle the newer is the one with the higher class, then the larger volume, then the later
-- venue time, then the greater bytes; identical ones are no-ops. Of each symbol the newest `retention` are kept.
-- KEYS heads hash symbol -> its last two klines
-- KEYS polls hash symbol -> when it was last asked for
-- KEYS sequence hash epoch and sequence of the feed
-- KEYS klines... zset one per group: its klines by open time
-- ARGV channel text where the feed is published
-- ARGV seconds s length of the interval
-- ARGV retention integer klines kept per symbol
-- ARGV repair 0|1 1: the given rows replace what stands, newer or not
-- ARGV groups... mixed per group: symbol, index, polledAt (ms, 0 none), count, then that many rows, oldest first
-- Returns {sequence, won, unchanged, older}; sequence 0: nothing was published
local heads, polls, sequence = KEYS[1], KEYS[2], KEYS[3]
local channel, seconds, retention, repair = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'

local sub, find, match, byte, pack = string.sub, string.find, string.match, string.byte, struct.pack
local shape = '^%[(%d+),"([^"]+)","([^"]+)","([^"]+)","([^"]+)","([^"]+)",(%d),(%d+),"[^"]*"%]$'

-- Canonical decimals order by the length of the whole part, then as text.
local function compareText(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = byte(a, i), byte(b, i)
    if x ~= y then return x - y end
  end
  return #a - #b
end
local function compareVolumes(a, b)
  local wholeA, fractionA = match(a, '^(%d+)%.?(%d*)$')
  local wholeB, fractionB = match(b, '^(%d+)%.?(%d*)$')
  if #wholeA ~= #wholeB then return #wholeA - #wholeB end
  local whole = compareText(wholeA, wholeB)
  return whole ~= 0 and whole or compareText(fractionA, fractionB)
end
local function isNewer(row, class, volume, time, old)
  local _, _, _, _, _, oldVolume, oldClass, oldTime = match(old, shape)
  if class ~= oldClass then return class > oldClass end
  local order = compareVolumes(volume, oldVolume)
  if order == 0 then order = tonumber(time) - tonumber(oldTime) end
  if order == 0 then order = compareText(row, old) end
  return order > 0
end

-- The open time stands in a row's characters 2 to 14.
local function storedBetween(klines, head, first, last)
  local stored = {}
  if head and first >= sub(head, 3, 15) then
    local cut = find(head, '],[', 1, true)
    local old = sub(head, 2, cut or -2)
    stored[sub(old, 2, 14)] = old
    if cut then
      local new = sub(head, cut + 2, -2)
      stored[sub(new, 2, 14)] = new
    end
    return stored, true
  end
  for _, row in ipairs(redis.call('ZRANGE', klines, first, last, 'BYSCORE')) do stored[sub(row, 2, 14)] = row end
  return stored, false
end

local symbols, starts, at = {}, {}, 5
while at <= #ARGV do
  symbols[#symbols + 1] = ARGV[at]
  starts[#starts + 1] = at
  at = at + 4 + tonumber(ARGV[at + 3])
end
local oldHeads = redis.call('HMGET', heads, unpack(symbols))
local oldPolls = redis.call('HMGET', polls, unpack(symbols))

local won, unchanged, older = 0, 0, 0
local body, newHeads, newPolls = {}, {}, {}
for group = 1, #symbols do
  local klines, start = KEYS[3 + group], starts[group]
  local index, polledAt, count = ARGV[start + 1], ARGV[start + 2], tonumber(ARGV[start + 3])
  local packed, removed, written, inserted = {}, {}, {}, false
  if count > 0 then
    local stored, atHead = storedBetween(klines, oldHeads[group], sub(ARGV[start + 4], 2, 14),
      sub(ARGV[start + 3 + count], 2, 14))
    local floor = ''
    if not atHead and redis.call('ZCARD', klines) >= retention then
      floor = sub(redis.call('ZRANGE', klines, 0, 0)[1], 2, 14)
    end
    for i = start + 4, start + 3 + count do
      local row = ARGV[i]
      local openTime = sub(row, 2, 14)
      local old = stored[openTime]
      if old == row then
        unchanged = unchanged + 1
      elseif openTime < floor then
        older = older + 1
      else
        local _, open, high, low, close, volume, class, time = match(row, shape)
        if not time then return redis.error_reply('klines-merge: a row has another form: ' .. row) end
        if not old or repair or isNewer(row, class, volume, time, old) then
          won = won + 1
          if old then removed[#removed + 1] = old else inserted = true end
          written[#written + 1] = openTime
          written[#written + 1] = row
          stored[openTime] = row
          packed[#packed + 1] = pack('<ddddddB', tonumber(openTime), tonumber(open), tonumber(high), tonumber(low),
            tonumber(close), tonumber(volume), tonumber(class))
        else
          older = older + 1
        end
      end
    end
  end
  if #written > 0 then
    if #removed > 0 then redis.call('ZREM', klines, unpack(removed)) end
    redis.call('ZADD', klines, unpack(written))
    if inserted then redis.call('ZREMRANGEBYRANK', klines, 0, -retention - 1) end
    newHeads[#newHeads + 1] = symbols[group]
    newHeads[#newHeads + 1] = '[' .. table.concat(redis.call('ZRANGE', klines, -2, -1), ',') .. ']'
  end
  local polled = tonumber(polledAt) > tonumber(oldPolls[group] or 0)
  if polled then
    newPolls[#newPolls + 1] = symbols[group]
    newPolls[#newPolls + 1] = polledAt
  end
  if #packed > 0 or polled then
    body[#body + 1] = pack('<I4dI2', tonumber(index), polled and tonumber(polledAt) or 0, #packed) .. table.concat(packed)
  end
end

if #newHeads > 0 then redis.call('HSET', heads, unpack(newHeads)) end
if #newPolls > 0 then redis.call('HSET', polls, unpack(newPolls)) end
if #body == 0 then return { 0, won, unchanged, older } end

local epoch = redis.call('HGET', sequence, 'epoch')
if not epoch then
  local clock = redis.call('TIME')
  epoch = string.format('%.0f', tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000))
  redis.call('HSET', sequence, 'epoch', epoch)
end
local number = redis.call('HINCRBY', sequence, 'sequence', 1)
redis.call('PUBLISH', channel, pack('<c1BI4ddI2', 'k', 1, seconds, tonumber(epoch), number, #body) .. table.concat(body))
return { number, won, unchanged, older }
