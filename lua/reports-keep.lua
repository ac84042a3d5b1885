#!lua
-- Keeps what one source said last of each record, and when it was last heard. Of an answer what was asked for later is
-- later, of a stream what has the later time and ordinal.
-- KEYS reports hash `SYMBOL/side` or asset -> what the source said of it last
-- KEYS sources hash `SOURCE heard` -> askedAt of whatever it said last
-- ARGV heard text the field of `sources`
-- ARGV askedAt ms venue time of what is said
-- ARGV byTime 0|1 1: by time and ordinal, as a stream says it; 0: by askedAt
-- ARGV words... mixed per word: `SYMBOL/side` or asset, JSON that begins with time, ordinal and askedAt
-- Returns how many of the words are the source's last now
local reports, sources = KEYS[1], KEYS[2]
local heard, askedAt, byTime = ARGV[1], tonumber(ARGV[2]), ARGV[3] == '1'

local function isLater(a, b)
  local time, ordinal, asked = string.match(a, '^{"time":(%d+),"ordinal":(%d+),"askedAt":(%d+)')
  local oldTime, oldOrdinal, oldAsked = string.match(b, '^{"time":(%d+),"ordinal":(%d+),"askedAt":(%d+)')
  local x, y = { time, ordinal, asked }, { oldTime, oldOrdinal, oldAsked }
  if not byTime then x, y = { asked, time, ordinal }, { oldAsked, oldTime, oldOrdinal } end
  for i = 1, 3 do
    local difference = tonumber(x[i]) - tonumber(y[i])
    if difference ~= 0 then return difference > 0 end
  end
  return redis.sha1hex(a) > redis.sha1hex(b)
end

local kept = 0
for at = 4, #ARGV, 2 do
  local old = redis.call('HGET', reports, ARGV[at])
  if not old or isLater(ARGV[at + 1], old) then
    redis.call('HSET', reports, ARGV[at], ARGV[at + 1])
    kept = kept + 1
  end
end
if askedAt > tonumber(redis.call('HGET', sources, heard) or 0) then redis.call('HSET', sources, heard, askedAt) end
return kept
