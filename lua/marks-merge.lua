#!lua
-- Merges mark prices newest-wins, per symbol by venue time; of two rows of one time the one whose bytes are greater
-- stays, so that any order of merging ends in the same rows.
-- KEYS marks hash symbol -> its mark
-- KEYS polls hash `mark` -> when the whole market was last asked for
-- ARGV polledAt ms venue time at which they were asked for; 0 nobody asked
-- ARGV rows... mixed per symbol: symbol, row, a JSON object that begins with its time
-- Returns {won, older}; an identical row counts as older
local marks, polls = KEYS[1], KEYS[2]
local asked = ARGV[1]

local match = string.match
local symbols = {}
for at = 2, #ARGV, 2 do symbols[#symbols + 1] = ARGV[at] end
local old = #symbols > 0 and redis.call('HMGET', marks, unpack(symbols)) or {}

local older, written = 0, {}
for i, symbol in ipairs(symbols) do
  local row = ARGV[2 * i + 1]
  local time = tonumber(match(row, '^{"time":(%d+)'))
  if not time then return redis.error_reply('marks-merge: a row has another form: ' .. row) end
  local oldTime = old[i] and tonumber(match(old[i], '^{"time":(%d+)')) or -1
  if time > oldTime or (time == oldTime and row > old[i]) then
    written[#written + 1] = symbol
    written[#written + 1] = row
  else
    older = older + 1
  end
end
if #written > 0 then redis.call('HSET', marks, unpack(written)) end
if tonumber(asked) > tonumber(redis.call('HGET', polls, 'mark') or 0) then redis.call('HSET', polls, 'mark', asked) end
return { #written / 2, older }
