#!lua
-- Sets whether an account may trade. Where no state stood before, a new epoch begins: what was sent earlier may have been
-- forgotten with it.
-- KEYS state string active, reducing or halted; absent: halted
-- KEYS epoch string venue ms at which a state was last written where none stood
-- KEYS change string JSON of the last change: state, reason, time, by
-- ARGV state text that is wanted
-- ARGV from text the states that it may follow, between commas, `missing` for none; empty: any
-- ARGV time ms venue time
-- ARGV reason text why
-- ARGV by text person or rule
-- ARGV channel text where it is published
-- Returns {1, before} it is written; {0, before} it may not follow that; empty where none stood
local state, epoch, change = KEYS[1], KEYS[2], KEYS[3]
local wanted, from, time, reason, by, channel = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local before = redis.call('GET', state) or ''
local name = before == '' and 'missing' or before
if from ~= '' and not string.find(',' .. from .. ',', ',' .. name .. ',', 1, true) then return { 0, before } end
if before == '' then redis.call('SET', epoch, time) end
redis.call('SET', state, wanted)
local text = '{"state":' .. cjson.encode(wanted) .. ',"reason":' .. cjson.encode(reason) .. ',"time":' .. time
  .. ',"by":' .. cjson.encode(by) .. '}'
redis.call('SET', change, text)
redis.call('PUBLISH', channel, '{"tradingState":' .. text .. '}')
return { 1, before }
