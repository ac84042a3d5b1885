#!lua
-- Looks which channels are to be told of a cause now: those that do not know all its news and were not told of it for
-- a window. Sets when it is looked at again, or strikes it off once everybody knows everything. A cause that was
-- given out is looked at again all the same, in case whoever took it dies.
-- KEYS lease string the token of whoever hands alerts over
-- KEYS alert hash what is known of the cause
-- KEYS due zset cause -> us from which its news is looked at
-- ARGV token text who asks
-- ARGV cause text whose alert it is
-- ARGV windowMs ms in which a channel is told of a cause once at most
-- ARGV againMs ms after which a cause that was given out is looked at again
-- ARGV keepMs ms for which a cause is remembered that everybody knows of and that does not stand
-- ARGV channels... text every channel there is
-- Returns {1, channel...} those to be told now; {0} the lease is another's
local lease, alert, due = KEYS[1], KEYS[2], KEYS[3]
local token, cause, windowMs = ARGV[1], ARGV[2], tonumber(ARGV[3])
local againMs, keepMs = tonumber(ARGV[4]), tonumber(ARGV[5])

if redis.call('GET', lease) ~= token then return { 0 } end
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local dueAt = redis.call('ZSCORE', due, cause)
if not dueAt or tonumber(dueAt) / 1000 > now + 1 then return { 1 } end

local known = redis.call('HMGET', alert, 'news', 'stands')
local news = tonumber(known[1])
local ready, nextAt = { 1 }, nil
for at = 6, #ARGV do
  local told = redis.call('HMGET', alert, 'told:' .. ARGV[at], 'toldAt:' .. ARGV[at])
  if news and (tonumber(told[1]) or 0) < news then
    local lookAt = (tonumber(told[2]) or 0) + windowMs
    if lookAt <= now then
      ready[#ready + 1] = ARGV[at]
      lookAt = now + againMs
    end
    nextAt = math.min(nextAt or lookAt, lookAt)
  end
end

if nextAt then
  redis.call('ZADD', due, string.format('%.0f', nextAt * 1000), cause)
else
  redis.call('ZREM', due, cause)
  if known[2] == '0' then redis.call('PEXPIRE', alert, keepMs) end
end
return ready
