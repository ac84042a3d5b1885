#!lua
-- Keeps rows of what changed an account's wallets, each once however often it is told, and adds the new ones to the
-- stream of all that was ever told. What is older than `since` is forgotten and no longer taken.
-- KEYS recent zset row -> its time
-- KEYS income stream rows
-- ARGV since ms venue time
-- ARGV keepIncome integer about how many rows the stream keeps
-- ARGV rows... mixed per row: time, text it is known by, JSON that the stream keeps; oldest first
-- Returns how many were new
local recent, income = KEYS[1], KEYS[2]
local since, keepIncome = ARGV[1], ARGV[2]

redis.call('ZREMRANGEBYSCORE', recent, '-inf', '(' .. since)
local added = 0
for i = 3, #ARGV, 3 do
  if tonumber(ARGV[i]) >= tonumber(since) and redis.call('ZADD', recent, 'NX', ARGV[i], ARGV[i + 1]) == 1 then
    redis.call('XADD', income, 'MAXLEN', '~', keepIncome, '*', 'income', ARGV[i + 2])
    added = added + 1
  end
end
return added
