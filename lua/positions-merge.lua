#!lua
-- Merges what one source said of positions at once: per record and field the newest wins, unknown overwrites nothing.
-- A field is [value, source, time (0 none), askedAt, ordinal], the entry price besides the size that it belongs to.
-- Fields order by time; of one time answers asked for `settleMs` later win, then the stream, then other answers. Of the
-- size both of the latter are kept until it is settled, and `before`, what came before the stream's: see `shown`.
-- KEYS positions hash SYMBOL/side -> position
-- KEYS sequence hash epoch and sequence of the account's feed
-- ARGV channel text where the feed is published
-- ARGV source text account, risk, stream or absence
-- ARGV settleMs ms after which an answer has every change
-- ARGV words... mixed per word: SYMBOL/side, and JSON of the groups hold, margin and valuation: name -> field
-- Returns {sequence, changed}; sequence 0: nothing was published
local positions, sequence = KEYS[1], KEYS[2]
local channel, source, settleMs = ARGV[1], ARGV[2], tonumber(ARGV[3])

local function classOf(field)
  if field[2] == 'absence' then return 'absence' end
  if field[3] == 0 then return 'settled' end
  if field[2] == 'stream' then return 'stream' end
  return field[4] >= field[3] + settleMs and 'settled' or 'answer'
end
local classes = { absence = 2, settled = 2, stream = 1, answer = 0 }
local function isNewer(a, b, group)
  if a[3] ~= b[3] then return a[3] > b[3] end
  local x, y = 0, 0
  if group ~= 'valuation' then x, y = classes[classOf(a)], classes[classOf(b)] end
  if x ~= y then return x > y end
  -- A stream's by ordinal and askedAt, answers by askedAt.
  local first = x == 1 and 5 or 4
  if a[first] ~= b[first] then return a[first] > b[first] end
  if a[9 - first] ~= b[9 - first] then return a[9 - first] > b[9 - first] end
  -- Any order will do as long as it is always the same.
  return redis.sha1hex(cjson.encode(a)) > redis.sha1hex(cjson.encode(b))
end
-- Whether another value stands there than before.
local function put(fields, group, name, field)
  local old = fields[name]
  if old and not isNewer(field, old, group) then return false end
  fields[name] = field
  return not old or old[1] ~= field[1]
end
local function putSize(hold, field)
  local newest, class = hold.settled or hold.stream or hold.answer, classOf(field)
  if newest and field[3] < newest[3] then
    if class ~= 'absence' and not hold.settled then put(hold, 'hold', 'before', field) end
    return
  end
  if newest and field[3] > newest[3] then
    hold.before, hold.settled, hold.stream, hold.answer, hold.absence = newest, nil, nil, nil, nil
  end
  if class == 'settled' then hold.before, hold.stream, hold.answer = nil, nil, nil end
  local stream = class == 'stream' and hold.stream
  local isStep = stream and stream[5] ~= field[5]
  if isStep then put(hold, 'hold', 'before', isNewer(field, stream, 'hold') and stream or field) end
  if class == 'settled' or class == 'absence' or not hold.settled then put(hold, 'hold', class, field) end
end
-- What the stream and an answer tell of one time may be two steps of one order's fills, which go one way: the answer's is
-- the later unless it stands between. After the first event of a time it always is.
local function isLater(answer, stream, before)
  if stream[5] == 0 or not before then return true end
  local x, y, from = tonumber(stream[1]), tonumber(answer[1]), tonumber(before[1])
  if before[3] == stream[3] then return (y - x) * (x - from) > 0 end
  return (y - from) * (x - y) <= 0
end
local function shown(hold)
  local stream, answer, absence, newest = hold.stream, hold.answer, hold.absence, hold.settled
  if stream and answer then newest = isLater(answer, stream, hold.before) and answer or stream end
  newest = newest or stream or answer
  return absence and isNewer(absence, newest, 'hold') and absence or newest
end
local function entryOf(hold)
  local size, entry = shown(hold), hold.entryPrice
  return entry and entry[3] == size[3] and entry[6] == size[1] and entry[1] or nil
end
local function merge(position, word)
  local hold, size, isNew = position.hold, word.hold.size, false
  local before = shown(hold)
  local entry = before and entryOf(hold)
  putSize(hold, size)
  if word.hold.entryPrice then put(hold, 'hold', 'entryPrice', word.hold.entryPrice) end
  for _, group in ipairs({ 'margin', 'valuation' }) do
    for name, field in pairs(word[group]) do isNew = put(position[group], group, name, field) or isNew end
  end
  local now = shown(hold)
  if before and now[3] > before[3] then position.lastConfirmedAt = {} end
  local at = position.lastConfirmedAt
  if size[3] == now[3] and source ~= 'absence' then at[source] = math.max(size[4], at[source] or 0) end
  return isNew or not before or before[1] ~= now[1] or before[3] ~= now[3] or entry ~= entryOf(hold)
end
local function encode(position)
  local size, entry = shown(position.hold), entryOf(position.hold)
  local text = '{"size":"' .. size[1] .. (entry and '","entryPrice":"' .. entry or '') .. '","source":"' .. size[2]
    .. '","time":' .. cjson.encode(size[3]) .. ',"askedAt":' .. cjson.encode(size[4])
  for _, name in ipairs({ 'hold', 'margin', 'valuation', 'lastConfirmedAt', 'absent' }) do
    if position[name] then text = text .. ',"' .. name .. '":' .. cjson.encode(position[name]) end
  end
  return text .. '}'
end

local touched, isNew, names, body = {}, {}, {}, {}
for at = 4, #ARGV, 2 do
  local place = ARGV[at]
  local text = not touched[place] and redis.call('HGET', positions, place)
  local position = touched[place] or text and cjson.decode(text)
    or { hold = {}, margin = {}, valuation = {}, lastConfirmedAt = {} }
  touched[place], isNew[place] = position, merge(position, cjson.decode(ARGV[at + 1])) or isNew[place]
end
for place, position in pairs(touched) do
  local text = encode(position)
  redis.call('HSET', positions, place, text)
  if isNew[place] then body[#body + 1], names[#names + 1] = '"' .. place .. '":' .. text, place end
end
if #body == 0 then return { 0, {} } end
local number, clock = redis.call('HINCRBY', sequence, 'sequence', 1), redis.call('TIME')
-- The first message after the sequence was lost begins a new epoch, named by the µs of this server's clock.
if number == 1 then redis.call('HSET', sequence, 'epoch', clock[1] .. string.format('%06d', clock[2])) end
redis.call('PUBLISH', channel, '{"epoch":' .. redis.call('HGET', sequence, 'epoch') .. ',"sequence":' .. number
  .. ',"source":"' .. source .. '","positions":{' .. table.concat(body, ',') .. '}}')
return { number, names }
