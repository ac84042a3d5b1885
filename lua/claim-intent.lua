#!lua
-- Claims an intent for its account, once, and reserves what its order may add under the account's limits: all of it
-- or nothing. A claim outlives its order, so that whoever comes late with the same intent finds it.
-- KEYS claims hash intent id -> claim
-- KEYS open zset intent ids of the claims that go on -> when they were made
-- KEYS reserved hash counter -> what standing claims hold of it; `revision` counts the releases
-- KEYS state string the account's trading state; absent: halted
-- KEYS bans hash symbol or ALL -> ban
-- ARGV id text of the intent
-- ARGV claim text JSON that is kept; its `reserved` must be what `reservations` adds
-- ARGV class text open, reduce, protect or cancel
-- ARGV symbol text that it is of
-- ARGV now ms venue time, by which bans end
-- ARGV revision integer of `reserved` when the rooms were judged
-- ARGV reservations... mixed per counter: name, amount, room; integers, room being what all claims may hold of it
-- Returns {1} it is claimed; {0, claim} it was before; {-1, state} the trading state forbids it;
-- {-2, ban} a ban forbids it; {-3, counter, left} no room; {-4, revision} something was released: judge again
local claims, open, reserved, state, bans = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, claim, class, symbol, at, revision = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6]

local before = redis.call('HGET', claims, id)
if before then return { 0, before } end

local now = redis.call('GET', state) or 'halted'
local opens, reduces = class == 'open', class == 'reduce'
if (opens and now ~= 'active') or (reduces and now == 'halted') then return { -1, now } end
if opens then
  for _, ban in ipairs(redis.call('HMGET', bans, symbol, 'ALL')) do
    local ends = ban and cjson.decode(ban)['until']
    if ban and not (type(ends) == 'number' and ends <= at) then return { -2, ban } end
  end
end

if #ARGV > 6 then
  local current = redis.call('HGET', reserved, 'revision') or '0'
  if current ~= revision then return { -4, tonumber(current) } end
  local names = {}
  for i = 7, #ARGV, 3 do names[#names + 1] = ARGV[i] end
  local held = redis.call('HMGET', reserved, unpack(names))
  for i, name in ipairs(names) do
    local amount, room = tonumber(ARGV[3 * i + 5]), tonumber(ARGV[3 * i + 6])
    local left = room - tonumber(held[i] or '0')
    if amount > left then return { -3, name, string.format('%.0f', left) } end
  end
  for i, name in ipairs(names) do redis.call('HINCRBY', reserved, name, ARGV[3 * i + 5]) end
end
redis.call('HSET', claims, id, claim)
redis.call('ZADD', open, at, id)
return { 1 }
