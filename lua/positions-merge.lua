#!lua
-- Merges what one source said of positions at once: per record and field the newest wins, unknown overwrites nothing.
-- A field is [value, source, time (0 none), askedAt, ordinal], the entry price besides the size that it belongs to.
-- Fields order by time; of one time answers asked for `settleMs` later win, then the stream, then other answers.
-- KEYS positions hash SYMBOL/side -> position
-- KEYS sources hash `SOURCE positions` -> askedAt of its latest complete snapshot
-- KEYS sequence hash epoch and sequence of the account's feed
-- ARGV channel text where the feed is published
-- ARGV source text account, risk or stream
-- ARGV askedAt ms venue time before which it was surely not asked for
-- ARGV complete 0|1 1: these are all positions that the source knows
-- ARGV settleMs ms after which an answer has every change
-- ARGV flatten 0|1 1: what the complete snapshots of two sources lack, asked for `settleMs` after its time, is flat
-- ARGV words... mixed per word: SYMBOL/side, and JSON of the groups hold, margin and valuation: name -> field
-- Returns {sequence, changed, questions}; questions: records that are open and that a settled complete snapshot lacks
local positions, sources, sequence = KEYS[1], KEYS[2], KEYS[3]
local channel, source, askedAt, complete = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
local settleMs, flatten, latest = tonumber(ARGV[5]), ARGV[6] == '1', ARGV[2] .. ' positions'

local function rank(field, group)
  if group == 'valuation' or field[3] == 0 then return { field[4], field[5] } end
  if field[2] == 'stream' then return { 1, field[5], field[4] } end
  return { field[4] >= field[3] + settleMs and 2 or 0, field[4] }
end
local function isNewer(a, b, group)
  if a[3] ~= b[3] then return a[3] > b[3] end
  local x, y = rank(a, group), rank(b, group)
  for i = 1, #x do if x[i] ~= y[i] then return x[i] > y[i] end end
  -- Any order will do as long as it is always the same.
  return redis.sha1hex(cjson.encode(a)) > redis.sha1hex(cjson.encode(b))
end
-- Whether the position tells something else than before.
local function put(position, group, name, field)
  local old = position[group][name]
  if old and not isNewer(field, old, group) then return false end
  position[group][name] = field
  return not old or old[1] ~= field[1] or old[6] ~= field[6] or group == 'hold' and old[3] ~= field[3]
end
local function merge(position, word)
  local before, size, isNew = position.hold.size, word.hold.size, false
  for group, fields in pairs(word) do
    for name, field in pairs(fields) do isNew = put(position, group, name, field) or isNew end
  end
  local time = position.hold.size[3]
  if before and time > before[3] then position.lastConfirmedAt = {} end
  local at = position.lastConfirmedAt
  if size[3] == time then at[source] = math.max(size[4], at[source] or 0) end
  return isNew
end
local function flattenAbsent(position)
  local asked, time = {}, position.hold.size[3]
  for _, at in pairs(position.absent) do asked[#asked + 1] = at end
  table.sort(asked)
  local at = asked[#asked - 1]
  if not at or time > 0 and at < time + settleMs then return false end
  return put(position, 'hold', 'size', { '0', 'absence', time, time > 0 and at or at - settleMs, 0 })
end
local function encode(position)
  local size, entry = position.hold.size, position.hold.entryPrice
  local isOf = entry and entry[3] == size[3] and entry[6] == size[1]
  local text = '{"size":"' .. size[1] .. (isOf and '","entryPrice":"' .. entry[1] or '')
    .. '","time":' .. cjson.encode(size[3]) .. ',"source":"' .. size[2] .. '"'
  for _, name in ipairs({ 'hold', 'margin', 'valuation', 'lastConfirmedAt', 'absent' }) do
    text = text .. ',"' .. name .. '":' .. cjson.encode(position[name])
  end
  return text .. '}'
end

local function read(place)
  local text = redis.call('HGET', positions, place)
  if text then return cjson.decode(text) end
  local position = { hold = {}, margin = {}, valuation = {}, lastConfirmedAt = {}, absent = {} }
  -- Nobody has told of it before: every complete snapshot until now lacked it.
  for _, each in ipairs(flatten and { 'account', 'risk', 'stream' } or {}) do
    position.absent[each] = tonumber(redis.call('HGET', sources, each .. ' positions'))
  end
  return position
end
local touched, isNew, questions, names, body = {}, {}, {}, {}, {}
local function keep(place, position, tellsNew)
  touched[place], isNew[place] = position, flattenAbsent(position) or tellsNew or isNew[place]
end
for at = 7, #ARGV, 2 do
  local place = ARGV[at]
  local position = touched[place] or read(place)
  keep(place, position, merge(position, cjson.decode(ARGV[at + 1])))
end
local all = complete and redis.call('HGETALL', positions) or {}
for at = 1, #all, 2 do
  local place, isFlat = all[at], string.find(all[at + 1], '{"size":"0"', 1, true)
  if not touched[place] and (flatten or not isFlat) then
    local position = cjson.decode(all[at + 1])
    local _, _, time, toldAt = unpack(position.hold.size)
    if not isFlat and askedAt >= (time > 0 and time or toldAt) + settleMs then questions[#questions + 1] = place end
    position.absent[source] = math.max(askedAt, position.absent[source] or 0)
    if flatten then keep(place, position) end
  end
end
local before = complete and tonumber(redis.call('HGET', sources, latest) or 0)
if complete then redis.call('HSET', sources, latest, math.max(askedAt, before)) end
for place, position in pairs(touched) do
  local text = encode(position)
  redis.call('HSET', positions, place, text)
  if isNew[place] then body[#body + 1], names[#names + 1] = '"' .. place .. '":' .. text, place end
end
if #body == 0 then return { 0, {}, questions } end
local number, clock = redis.call('HINCRBY', sequence, 'sequence', 1), redis.call('TIME')
-- The first message after the sequence was lost begins a new epoch, named by the µs of this server's clock.
if number == 1 then redis.call('HSET', sequence, 'epoch', clock[1] .. string.format('%06d', clock[2])) end
redis.call('PUBLISH', channel, '{"epoch":' .. redis.call('HGET', sequence, 'epoch') .. ',"sequence":' .. number
  .. ',"source":"' .. source .. '","positions":{' .. table.concat(body, ',') .. '}}')
return { number, names, questions }
