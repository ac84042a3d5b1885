#!lua
-- Books a request in one limit of a venue and says when it may leave. A fixed window starts at whole multiples of its
-- length on this server's clock; inside it the paced requests are spread evenly over what is left of it, so an early
-- excess (ours, or another program's, as the venue's header told) slows the rest down. A rolling window is any span of
-- its length: each start is kept until it is so old, and the paced requests are spread evenly over all time.
-- Each flow of paced requests has a pace and a part of the window of its own: the share it asks for, or what the other
-- flows that were active of late leave. So no flow starves another, and what nobody asks for is not lost.
-- States: absent -> probing (one request, until it is settled or `probeMs` pass) -> known; closed until a time. A rolling
-- window that is absent counts as used up, evenly, until now.
-- KEYS egress hash the budget in one limit
-- KEYS starts zset booking in a rolling window -> us at which it leaves; not used of a fixed one
-- KEYS address hash whose closure holds for this limit, too
-- ARGV weight integer of the request
-- ARGV permitted integer weight that the window may hold with this request in it
-- ARGV group text `market` or `private`: for whose sake the address is used
-- ARGV kept integer part of `permitted` that this request must leave alone while the other group uses the address, too
-- ARGV flow text whose pace the request keeps; empty: it is sent at once
-- ARGV share 0..1 the flow's part of the permitted weight; 0: what the other flows leave
-- ARGV usual integer weight of the flow's ordinary request: a heavier one holds a fixed window's pace up for this much
-- ARGV windowMs ms length of a window
-- ARGV rolling 0..1 whether it is a rolling one
-- ARGV horizonMs ms how far ahead a start may be booked
-- ARGV probeMs ms how long a probe may stay unsettled; 0: an absent rolling window counts as empty
-- Returns {1, us, window, permitted} leave in so many us; window: the start of the one it counts in, or the number of its
-- last booking; {0, us, reason, permitted} ask again in so many us; 1 pace, 2 window full, 3 closed, 4 a probe is out
local egress, starts, address, flow, rolling = KEYS[1], KEYS[2], KEYS[3], ARGV[5], ARGV[9] == '1'
local weight, permitted, group, kept = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local share, usual, windowMs = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local horizonMs, probeMs = tonumber(ARGV[10]), tonumber(ARGV[11])

-- How much faster than even the pace may be while idle time is caught up; in a rolling window, how much of one may be.
local catchUp, burst = 1.05, 0.05
-- A probe is settled within a round trip to the venue. A flow, a group that asked for nothing for so long has no part.
local askAgainMs, idleMs, sharedMs = 50, 3000, 600000

local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + tonumber(clock[2]) / 1000
local start = rolling and now or now - now % windowMs
local stop = start + windowMs
local function int(number) return string.format('%.0f', number) end
local function refuse(ms, reason) return { 0, math.ceil(ms * 1000), reason, permitted } end

local state, fields = {}, redis.call('HGETALL', egress)
for i = 1, #fields, 2 do state[fields[i]] = fields[i + 1] end
local window, probeUntil = tonumber(state.window), tonumber(state.probeUntil)
local used, booked = tonumber(state.used) or 0, tonumber(state.booked) or 0
local otherAt = tonumber(state[group == 'market' and 'private' or 'market']) or 0
if now - otherAt < sharedMs then permitted = permitted - kept end
local function keep(...) redis.call('HSET', egress, 'window', int(start), 'used', used, 'booked', booked, group, int(now), ...) end

local closed = math.max(tonumber(state.closedUntil) or 0, tonumber(redis.call('HGET', address, 'closedUntil')) or 0)
if closed > now then return refuse(closed - now, 3) end
if weight == 0 and not rolling then return { 1, 0, int(start), permitted } end -- it is stopped by a closure alone
if not rolling and (window == nil or (probeUntil and probeUntil <= now)) then
  used, booked = (window == start and used or 0) + weight, 0
  keep('probeUntil', int(now + probeMs))
  return { 1, 0, int(start), permitted }
elseif not rolling then
  if probeUntil then return refuse(math.min(probeUntil - now, askAgainMs), 4) end
  if start > window then used, booked = start == window + windowMs and booked or 0, 0 end
  if flow == '' and used + weight > permitted then return refuse(stop - now, 2) end
  used = flow == '' and used + weight or used
  if flow == '' then keep() return { 1, 0, int(start), permitted } end
end

-- flow:NAME holds share, window, used, booked, paceAt (us) and when it last asked.
local others, flows, mine = 0, 0, { used = 0, booked = 0, paceAt = 0 }
for name, text in pairs(state) do
  if string.sub(name, 1, 5) == 'flow:' then
    local itsShare, itsWindow, itsUsed, itsBooked, itsPaceAt, askedAt = string.match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$')
    if itsWindow + windowMs == start then itsUsed, itsBooked = itsBooked, 0 end
    if itsWindow + windowMs < start then itsUsed, itsBooked = 0, 0 end
    flows = flows + itsUsed
    if name == 'flow:' .. flow then mine = { used = tonumber(itsUsed), booked = tonumber(itsBooked), paceAt = itsPaceAt / 1000 }
    elseif now - askedAt < idleMs then others = others + itsShare end
  end
end
local part = share > 0 and share or math.max(0, 1 - others)
local even = windowMs / (permitted * part)
if mine.paceAt > now + windowMs then mine.paceAt = 0 end -- left over from another window length
local at = math.max(now, mine.paceAt)
local function keepPace(paceAt)
  keep('flow:' .. flow, table.concat({ share, int(start), mine.used, mine.booked, int(paceAt * 1000), int(now) }, ' '))
end

if rolling then
  redis.call('ZREMRANGEBYSCORE', starts, '-inf', int((now - windowMs) * 1000))
  for i = 1, (window or probeMs == 0) and 0 or permitted do redis.call('ZADD', starts, int((now - windowMs + windowMs * i / permitted) * 1000), -i) end
  -- Later starts count, too: whatever span holds this one, of the window's length, holds no more than these.
  local since = '(' .. int((at - windowMs) * 1000)
  used, booked = redis.call('ZCOUNT', starts, since, '+inf'), 0
  keep()
  local over = used + weight - permitted
  if weight > permitted or part == 0 then return refuse(windowMs, 2) end
  if over > 0 then at = redis.call('ZRANGEBYSCORE', starts, since, '+inf', 'WITHSCORES', 'LIMIT', over - 1, 1)[2] / 1000 + windowMs end
  local tooFar = at - now - (flow == '' and 0 or horizonMs)
  if tooFar > 0 then return refuse(tooFar, over > 0 and 2 or 1) end
  used = math.min(used + weight, permitted)
  for i = 1, weight do redis.call('ZADD', starts, int(at * 1000), redis.call('HINCRBY', egress, 'sequence', 1)) end
  if flow == '' then keep() else keepPace(math.max(mine.paceAt, now - windowMs * burst) + math.min(even * weight, windowMs)) end
  redis.call('PEXPIRE', starts, int(windowMs * 2 + horizonMs))
  redis.call('PEXPIRE', egress, 345600000)
  return { 1, math.ceil((at - now) * 1000), redis.call('HGET', egress, 'sequence'), permitted }
end

-- What other programs use of the window is taken from every flow alike.
local left = math.min(part * (permitted - math.max(0, used - flows)) - mine.used, permitted - used)
-- The end of a window is not given to one heavy request: it would silence the rest of its flow until the next.
local tooHeavy = weight > usual and weight * 4 > left and weight * 4 <= permitted * part
if at < stop and (weight > left or tooHeavy) then at = stop end
local inNext = at >= stop
if inNext then left = math.min(permitted * part - mine.booked, permitted - booked) end
if weight > left then return refuse(stop - now, 2) end
if at - now > horizonMs then return refuse(at - now - horizonMs, inNext and 2 or 1) end
if inNext then booked, mine.booked = booked + weight, mine.booked + weight
else used, mine.used = used + weight, mine.used + weight end
local rest = (inNext and stop + windowMs or stop) - at
keepPace(at + math.max(left > weight and rest / (left - weight) or even, even / catchUp) * math.min(weight, usual))
return { 1, math.ceil((at - now) * 1000), int(inNext and stop or start), permitted }
