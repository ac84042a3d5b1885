#!lua
-- Raises and clears conditions: what stood already keeps the moment since when it stands. Of an account it is published.
-- KEYS conditions hash name -> JSON with `since` and `text`
-- KEYS sequence hash epoch and sequence of the account's feed; is left alone where no channel is given
-- ARGV channel text where it is published; empty: nowhere
-- ARGV changes... mixed per condition: name, since (ms; 0: it stands no longer), JSON of the rest, beginning with `{"text"`
-- Returns {raised, cleared}; names of those that did not stand before, and of those that did
local conditions, sequence = KEYS[1], KEYS[2]
local channel = ARGV[1]

local raised, cleared, body = {}, {}, {}
for at = 2, #ARGV, 3 do
  local name, since, rest = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local old = redis.call('HGET', conditions, name)
  if since == '0' then
    if redis.call('HDEL', conditions, name) == 1 then
      cleared[#cleared + 1], body[#body + 1] = name, cjson.encode(name) .. ':null'
    end
  else
    local oldSince = old and string.match(old, '^{"since":(%d+)')
    if oldSince and tonumber(oldSince) < tonumber(since) then since = oldSince end
    local text = '{"since":' .. since .. ',' .. string.sub(rest, 2)
    if text ~= old then
      redis.call('HSET', conditions, name, text)
      body[#body + 1] = cjson.encode(name) .. ':' .. text
    end
    if not old then raised[#raised + 1] = name end
  end
end
if channel == '' or #body == 0 then return { raised, cleared } end
local number, clock = redis.call('HINCRBY', sequence, 'sequence', 1), redis.call('TIME')
-- The first message after the sequence was lost begins a new epoch, named by the µs of this server's clock.
if number == 1 then redis.call('HSET', sequence, 'epoch', clock[1] .. string.format('%06d', clock[2])) end
redis.call('PUBLISH', channel, '{"epoch":' .. redis.call('HGET', sequence, 'epoch') .. ',"sequence":' .. number
  .. ',"conditions":{' .. table.concat(body, ',') .. '}}')
return { raised, cleared }
