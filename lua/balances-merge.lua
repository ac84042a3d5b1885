#!lua
-- Merges what one source said of balances at once: per asset and field the newest wins, unknown overwrites nothing.
-- A field is [value, source, time (0 none), askedAt, ordinal]. Fields order by time; of one time answers asked for
-- `settleMs` later win, then the stream, then other answers. A valuation orders by time and then by askedAt.
-- KEYS balances hash asset -> balance
-- KEYS sources hash `SOURCE balances` -> askedAt of its latest complete snapshot
-- KEYS sequence hash epoch and sequence of the account's feed
-- ARGV channel text where the feed is published
-- ARGV source text account, risk or stream
-- ARGV askedAt ms venue time before which it was surely not asked for
-- ARGV complete 0|1 1: these are all balances that the source knows; what it lacks stays as it is
-- ARGV settleMs ms after which an answer has every change
-- ARGV words... mixed per word: asset, and JSON of the groups wallet and valuation: name -> field
-- Returns {sequence, changed}; sequence 0: nothing was published
local balances, sources, sequence = KEYS[1], KEYS[2], KEYS[3]
local channel, source, askedAt, complete = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
local settleMs, latest = tonumber(ARGV[5]), ARGV[2] .. ' balances'

local function classOf(field)
  if field[3] == 0 then return 2 end
  if field[2] == 'stream' then return 1 end
  return field[4] >= field[3] + settleMs and 2 or 0
end
local function isNewer(a, b, group)
  if a[3] ~= b[3] then return a[3] > b[3] end
  local x, y = 0, 0
  if group ~= 'valuation' then x, y = classOf(a), classOf(b) end
  if x ~= y then return x > y end
  -- A stream's by ordinal and askedAt, answers by askedAt.
  local first = x == 1 and 5 or 4
  if a[first] ~= b[first] then return a[first] > b[first] end
  if a[9 - first] ~= b[9 - first] then return a[9 - first] > b[9 - first] end
  -- Any order will do as long as it is always the same.
  return redis.sha1hex(cjson.encode(a)) > redis.sha1hex(cjson.encode(b))
end
-- Whether the balance tells something else than before.
local function put(balance, group, name, field)
  local old = balance[group][name]
  if old and not isNewer(field, old, group) then return false end
  balance[group][name] = field
  return not old or old[1] ~= field[1]
end
local function merge(balance, word)
  local before, wallet, isNew = balance.wallet.walletBalance, word.wallet.walletBalance, false
  for group, fields in pairs(word) do
    for name, field in pairs(fields) do isNew = put(balance, group, name, field) or isNew end
  end
  local time = balance.wallet.walletBalance[3]
  if before and time > before[3] then balance.lastConfirmedAt = {} end
  local at = balance.lastConfirmedAt
  if wallet[3] == time then at[source] = math.max(wallet[4], at[source] or 0) end
  return isNew
end
local function encode(balance)
  local value, told, time = unpack(balance.wallet.walletBalance)
  local text = '{"walletBalance":"' .. value .. '","time":' .. cjson.encode(time) .. ',"source":"' .. told .. '"'
  for _, name in ipairs({ 'wallet', 'valuation', 'lastConfirmedAt' }) do
    text = text .. ',"' .. name .. '":' .. cjson.encode(balance[name])
  end
  return text .. '}'
end

local touched, isNew, names, body = {}, {}, {}, {}
for at = 6, #ARGV, 2 do
  local asset = ARGV[at]
  local text = redis.call('HGET', balances, asset)
  local balance = touched[asset] or text and cjson.decode(text) or { wallet = {}, valuation = {}, lastConfirmedAt = {} }
  touched[asset], isNew[asset] = balance, merge(balance, cjson.decode(ARGV[at + 1])) or isNew[asset]
end
local before = complete and tonumber(redis.call('HGET', sources, latest) or 0)
if complete then redis.call('HSET', sources, latest, math.max(askedAt, before)) end
for asset, balance in pairs(touched) do
  local text = encode(balance)
  redis.call('HSET', balances, asset, text)
  if isNew[asset] then body[#body + 1], names[#names + 1] = '"' .. asset .. '":' .. text, asset end
end
if #body == 0 then return { 0, {} } end
local number, clock = redis.call('HINCRBY', sequence, 'sequence', 1), redis.call('TIME')
-- The first message after the sequence was lost begins a new epoch, named by the µs of this server's clock.
if number == 1 then redis.call('HSET', sequence, 'epoch', clock[1] .. string.format('%06d', clock[2])) end
redis.call('PUBLISH', channel, '{"epoch":' .. redis.call('HGET', sequence, 'epoch') .. ',"sequence":' .. number
  .. ',"source":"' .. source .. '","balances":{' .. table.concat(body, ',') .. '}}')
return { number, names }
