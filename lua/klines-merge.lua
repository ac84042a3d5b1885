#!lua
-- Merges candles newest-wins, per symbol and open time, and publishes what changed as one packed message.
-- The newer version of a candle has the higher class, then the larger volume, the later venue time, the greater bytes;
-- identical ones are no-ops. Of each symbol the newest `retention` are kept.
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
local versionShape = '^%[%d+,"[^"]+","[^"]+","[^"]+","[^"]+","([^"]+)",(%d),(%d+),'
local shape = '^%[(%d+),"([^"]+)","([^"]+)","([^"]+)","([^"]+)","([^"]+)",(%d),(%d+),"[^"]*"%]$'
local function push(list, one, two) list[#list + 1], list[#list + 2] = one, two end
local function compareText(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = byte(a, i), byte(b, i)
    if x ~= y then return x - y end
  end
  return #a - #b
end
-- Canonical decimals that are one double order by the length of their whole part, then as text.
local function compareDecimals(a, b)
  local x, y = tonumber(a), tonumber(b)
  if x ~= y then return x - y end
  local wholeA, wholeB = #match(a, '^%d+'), #match(b, '^%d+')
  return wholeA ~= wholeB and wholeA - wholeB or compareText(a, b)
end
local function isNewer(row, class, volume, time, old)
  local oldVolume, oldClass, oldTime = match(old, versionShape)
  if class ~= oldClass then return class > oldClass end
  local order = compareDecimals(volume, oldVolume)
  if order == 0 then order = tonumber(time) - tonumber(oldTime) end
  return order > 0 or order == 0 and compareText(row, old) > 0
end

-- A row's open time stands in its characters 2 to 14; a head is a list of two rows, or of one.
local function storedBetween(klines, head, first, last)
  local rows, atHead = nil, head and first >= sub(head, 3, 15)
  if atHead then
    local cut = find(head, '],[', 1, true)
    rows = { sub(head, 2, cut or -2), cut and sub(head, cut + 2, -2) }
  else
    rows = redis.call('ZRANGE', klines, first, last, 'BYSCORE')
  end
  local stored = {}
  for _, row in ipairs(rows) do stored[sub(row, 2, 14)] = row end
  return stored, atHead
end

local symbols, starts, at = {}, {}, 5
while at <= #ARGV do
  symbols[#symbols + 1], starts[#starts + 1] = ARGV[at], at
  at = at + 4 + tonumber(ARGV[at + 3])
end
local oldHeads = redis.call('HMGET', heads, unpack(symbols))
local oldPolls = redis.call('HMGET', polls, unpack(symbols))
local won, unchanged, older, body, newHeads, newPolls = 0, 0, 0, {}, {}, {}
for group, symbol in ipairs(symbols) do
  local klines, start = KEYS[3 + group], starts[group]
  local index, polledAt, count = ARGV[start + 1], tonumber(ARGV[start + 2]), tonumber(ARGV[start + 3])
  local packed, removed, written, inserted = {}, {}, {}, false
  local head, stored, atHead, floor = oldHeads[group], {}, false, ''
  if count > 0 then
    stored, atHead = storedBetween(klines, head, sub(ARGV[start + 4], 2, 14), sub(ARGV[start + 3 + count], 2, 14))
    if not atHead and redis.call('ZCARD', klines) >= retention then
      floor = sub(redis.call('ZRANGE', klines, 0, 0)[1], 2, 14)
    end
  end
  for i = start + 4, start + 3 + count do
    local row = ARGV[i]
    local openTime = sub(row, 2, 14)
    local old = stored[openTime]
    if old == row then
      unchanged = unchanged + 1
    else
      local _, open, high, low, close, volume, class, time = match(row, shape)
      if not time then return redis.error_reply('klines-merge: a row has another form: ' .. row) end
      if openTime >= floor and (not old or repair or isNewer(row, class, volume, time, old)) then
        won = won + 1
        if old then removed[#removed + 1] = old else inserted = true end
        push(written, openTime, row)
        packed[#packed + 1] = pack('<ddddddB', openTime, open, high, low, close, volume, class)
      else
        older = older + 1
      end
    end
  end
  if #written > 0 then
    if #removed > 0 then redis.call('ZREM', klines, unpack(removed)) end
    redis.call('ZADD', klines, unpack(written))
    if inserted then redis.call('ZREMRANGEBYRANK', klines, 0, -retention - 1) end
    local from, to
    if atHead and #removed == 1 and #written == 2 then from, to = find(head, removed[1], 1, true) end
    push(newHeads, symbol, from and sub(head, 1, from - 1) .. written[2] .. sub(head, to + 1)
      or '[' .. table.concat(redis.call('ZRANGE', klines, -2, -1), ',') .. ']')
  end
  if polledAt <= tonumber(oldPolls[group] or 0) then polledAt = 0 end
  if polledAt > 0 then push(newPolls, symbol, ARGV[start + 2]) end
  if #packed > 0 or polledAt > 0 then
    body[#body + 1] = pack('<I4dI2', index, polledAt, #packed) .. table.concat(packed)
  end
end
if #newHeads > 0 then redis.call('HSET', heads, unpack(newHeads)) end
if #newPolls > 0 then redis.call('HSET', polls, unpack(newPolls)) end
if #body == 0 then return { 0, won, unchanged, older } end
local number = redis.call('HINCRBY', sequence, 'sequence', 1)
-- The first message after the sequence was lost begins a new epoch, named by the µs of this server's clock.
local clock = redis.call('TIME')
if number == 1 then redis.call('HSET', sequence, 'epoch', clock[1] .. string.format('%06d', clock[2])) end
local epoch = redis.call('HGET', sequence, 'epoch')
redis.call('PUBLISH', channel, pack('<c1BI4ddI2', 'k', 1, seconds, epoch, number, #body) .. table.concat(body))
return { number, won, unchanged, older }
