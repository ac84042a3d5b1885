#!lua
-- Raises an alert: counts it for its cause and notes that there is news. Who is told, and when, is decided later, so
-- that raising the same thing ten thousand times costs no more than counting it.
-- KEYS alert hash what is known of the cause
-- KEYS due zset cause -> us from which its news is looked at
-- KEYS recent zset cause -> us of its last news
-- ARGV cause text whose alert it is
-- ARGV stands integer 1: a condition, which stands until it is cleared and is no news while it stands
-- ARGV keepMs ms for which a cause is remembered
-- ARGV mostDue integer causes with untold news at most; a new one beyond that is refused
-- ARGV mostRecent integer causes in `recent` at most
-- ARGV fields... mixed name and value: kind, subject, severity, text; the last value is the text
-- Returns 1 it is news; 0 it stood already; -1 refused, too many causes have news
local alert, due, recent = KEYS[1], KEYS[2], KEYS[3]
local cause, stands, keepMs = ARGV[1], ARGV[2], tonumber(ARGV[3])
local mostDue, mostRecent = tonumber(ARGV[4]), tonumber(ARGV[5])

local clock = redis.call('TIME')
local us = clock[1] .. string.format('%06d', clock[2])
local ms = string.sub(us, 1, -4)

local known = redis.call('HMGET', alert, 'bornAt', 'stands', 'endedAt')
if stands == '1' and known[2] == '1' then
  redis.call('HSET', alert, 'text', ARGV[#ARGV], 'lastAt', ms)
  redis.call('PEXPIRE', alert, keepMs)
  return 0
end
if not known[1] then
  if redis.call('ZCARD', due) >= mostDue then return -1 end
  redis.call('HSET', alert, 'bornAt', us, 'count', 0, 'news', 0)
end
if not known[1] or known[3] then redis.call('HSET', alert, 'sinceAt', ms) end
-- What stands goes on standing when something of the same cause happens besides.
redis.call('HSET', alert, 'stands', known[2] == '1' and '1' or stands, 'lastAt', ms, unpack(ARGV, 6))
redis.call('HDEL', alert, 'endedAt')
redis.call('HINCRBY', alert, 'count', 1)
redis.call('HINCRBY', alert, 'news', 1)
redis.call('PEXPIRE', alert, keepMs)
-- Whose news came first is told first, however often it is raised until then.
redis.call('ZADD', due, 'NX', us, cause)
redis.call('ZADD', recent, us, cause)
redis.call('ZREMRANGEBYRANK', recent, 0, -mostRecent - 1)
return 1
