#!lua
-- Books weight on one public address and says when the request may leave. Windows are fixed and start at whole
-- multiples of their length on this server's clock; inside a window the paced classes are spread evenly over what is
-- left of it, so an early excess (ours, or another program's, as the venue's header told) slows the rest down.
-- States: absent -> probing (one request, until it is settled or `probeMs` pass) -> known; closed until a time.
-- KEYS egress hash the budget of one address
-- ARGV weight integer of the request
-- ARGV permitted integer weight that the window may hold with this request in it
-- ARGV paced 0|1 spread over the window, or sent at once
-- ARGV windowMs ms length of a window
-- ARGV horizonMs ms how far ahead a start may be booked
-- ARGV probeMs ms how long a probe may stay unsettled
-- Returns {1, us, window} leave in so many us, window being the start of the window it counts in;
-- {0, us, reason} ask again in so many us; reason 1 pace, 2 window full, 3 closed, 4 another's probe is out
local egress = KEYS[1]
local weight, permitted, paced = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local windowMs, horizonMs, probeMs = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

-- How much faster than even the pace may be while idle time is being caught up.
local catchUp = 1.05
-- A heavy request holds the pace up for this much of its weight; the rest is spread over the window.
local heaviest = 5
-- A probe is settled within a round trip to the venue, mostly long before its time is up.
local askAgainMs = 50

local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + tonumber(clock[2]) / 1000
local start = now - now % windowMs

local function int(number) return string.format('%.0f', number) end

local state = redis.call('HMGET', egress, 'window', 'used', 'booked', 'paceAt', 'closedUntil', 'probeUntil')
local window = tonumber(state[1])
local used, booked = tonumber(state[2]) or 0, tonumber(state[3]) or 0
local paceAt, closedUntil, probeUntil = tonumber(state[4]) or 0, tonumber(state[5]) or 0, tonumber(state[6])

if closedUntil > now then return { 0, math.ceil((closedUntil - now) * 1000), 3 } end
if window == nil or (probeUntil and probeUntil <= now) then
  redis.call('HSET', egress, 'window', int(start), 'used', (window == start and used or 0) + weight, 'booked', 0,
    'paceAt', int(now * 1000), 'probeUntil', int(now + probeMs))
  return { 1, 0, int(start) }
end
if probeUntil then return { 0, math.ceil(math.min(probeUntil - now, askAgainMs) * 1000), 4 } end

if start > window then
  used = start == window + windowMs and booked or 0
  booked = 0
end
paceAt = paceAt / 1000
-- A pace that lies further ahead than one may book is left over from a clock that ran ahead, or another window length.
if paceAt > now + windowMs then paceAt = now end

local at = paced and paceAt > now and paceAt or now
local stop = start + windowMs
local free = permitted - used
local nextStop = stop
-- The end of a window is not given to one heavy request: it would silence everybody else until the next.
local tooHeavy = paced and weight > 1 and weight * 4 > free and weight * 4 <= permitted
if at < stop and (weight > free or tooHeavy) then
  if not paced then return { 0, math.ceil((stop - now) * 1000), 2 } end
  at = stop
end
local inNext = at >= stop
if inNext then
  free = permitted - booked
  nextStop = stop + windowMs
  if weight > free then return { 0, math.ceil((stop - now) * 1000), 2 } end
end
if at - now > horizonMs then
  return { 0, math.ceil((at - now - horizonMs) * 1000), weight > permitted - used and 2 or 1 }
end

if inNext then booked = booked + weight else used = used + weight end
if paced then
  local left = free - weight
  local even = windowMs / permitted
  local spread = left > 0 and (nextStop - at) / left or even
  paceAt = at + math.max(spread, even / catchUp) * math.min(weight, heaviest)
end
redis.call('HSET', egress, 'window', int(start), 'used', used, 'booked', booked, 'paceAt', int(paceAt * 1000))
return { 1, math.ceil((at - now) * 1000), int(inNext and stop or start) }
