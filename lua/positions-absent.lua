#!lua
-- Finds which records a complete snapshot lacks: a question, if they are open and it was asked for `settleMs` after
-- their time. Where a venue answers no question, `absent` of a record keeps when each source's snapshots last lacked it.
-- KEYS positions hash SYMBOL/side -> position
-- KEYS sources hash `SOURCE positions` -> askedAt of its latest complete snapshot
-- ARGV source text whose snapshot it is
-- ARGV askedAt ms venue time before which it was surely not asked for
-- ARGV complete 0|1 0: it is none, and its records are only looked at
-- ARGV settleMs ms after which an answer has every change
-- ARGV answers 0|1 1: the venue answers questions
-- ARGV told... text SYMBOL/side of each record that it has; they are in `positions`
-- Returns {questions, flat, time, askedAt...}: flat by two settled snapshots of different sources that lacked them
local positions, sources = KEYS[1], KEYS[2]
local source, askedAt, complete = ARGV[1], tonumber(ARGV[2]), ARGV[3] == '1'
local settleMs, answers, latest = tonumber(ARGV[4]), ARGV[5] == '1', ARGV[1] .. ' positions'

local told, questions, answer = {}, {}, {}
for at = 6, #ARGV do told[ARGV[at]] = true end
local all = redis.call('HGETALL', positions)

-- What two snapshots lacked is told with the time of the record, as a word asked for with the earlier of them.
local function flatten(place, position)
  local asked = {}
  for _, at in pairs(position.absent) do asked[#asked + 1] = at end
  table.sort(asked)
  local second = asked[#asked - 1]
  if not second then return end
  if position.time == 0 then second = second - settleMs end
  if second < position.time + settleMs and position.time > 0 then return end
  for _, part in ipairs({ place, position.time, second }) do answer[#answer + 1] = part end
end
local function note(place, text)
  local position = cjson.decode(text)
  if not position.absent then
    -- Nobody had told of it before: every complete snapshot until then lacked it.
    position.absent = {}
    for _, each in ipairs({ 'account', 'risk' }) do
      position.absent[each] = tonumber(redis.call('HGET', sources, each .. ' positions'))
    end
  end
  if complete and not told[place] then
    position.absent[source] = math.max(askedAt, position.absent[source] or 0)
  end
  local bare = string.gsub(text, ',"absent":%b{}', '')
  redis.call('HSET', positions, place, string.sub(bare, 1, -2) .. ',"absent":' .. cjson.encode(position.absent) .. '}')
  flatten(place, position)
end

for at = 1, #all, 2 do
  local place, text = all[at], all[at + 1]
  if not answers then note(place, text) end
  if complete and not told[place] and not string.find(text, '{"size":"0"', 1, true) then
    local time, toldAt = string.match(text, '"time":(%d+),"askedAt":(%d+)')
    local since = tonumber(time) > 0 and tonumber(time) or tonumber(toldAt)
    if askedAt >= since + settleMs then questions[#questions + 1] = place end
  end
end
local before = complete and tonumber(redis.call('HGET', sources, latest) or 0)
if complete and askedAt > before then redis.call('HSET', sources, latest, askedAt) end
return { questions, unpack(answer) }
