#!lua
-- Books weight on one public address and says when the request may leave. Windows are fixed and start at whole
-- multiples of their length on this server's clock; inside a window the paced requests are spread evenly over what is
-- left of it, so an early excess (ours, or another program's, as the venue's header told) slows the rest down.
-- Each flow of paced requests has a pace and a part of the window of its own: the share it asks for, or what the other
-- flows that were active of late leave. So no flow starves another, and what nobody asks for is not lost.
-- States: absent -> probing (one request, until it is settled or `probeMs` pass) -> known; closed until a time.
-- KEYS egress hash the budget of one address
-- ARGV weight integer of the request
-- ARGV permitted integer weight that the window may hold with this request in it
-- ARGV group text `market` or `private`: for whose sake the address is used
-- ARGV kept integer part of `permitted` that this request must leave alone while the other group uses the address, too
-- ARGV flow text whose pace the request keeps; empty: it is sent at once
-- ARGV share 0..1 the flow's part of the permitted weight; 0: what the other flows leave
-- ARGV usual integer weight of the flow's ordinary request: a heavier one holds the pace up for this much of its
--   weight, and the rest is spread over the window
-- ARGV windowMs ms length of a window
-- ARGV horizonMs ms how far ahead a start may be booked
-- ARGV probeMs ms how long a probe may stay unsettled
-- Returns {1, us, window, permitted} leave in so many us, window being the start of the window it counts in;
-- {0, us, reason, permitted} ask again in so many us; reason 1 pace, 2 window full, 3 closed, 4 another's probe is out
local egress = KEYS[1]
local weight, permitted, group, kept = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local flow, share, usual, windowMs = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local horizonMs, probeMs = tonumber(ARGV[9]), tonumber(ARGV[10])

-- How much faster than even the pace may be while idle time is being caught up.
local catchUp = 1.05
-- A probe is settled within a round trip to the venue, mostly long before its time is up.
local askAgainMs = 50
-- A flow that asked for nothing for so long gives its part back.
local idleMs = 3000
-- A group that asked for nothing for so long shares the address no more.
local sharedMs = 600000

local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + tonumber(clock[2]) / 1000
local start = now - now % windowMs
local stop = start + windowMs

local function int(number) return string.format('%.0f', number) end
local function refuse(ms, reason) return { 0, math.ceil(ms * 1000), reason, permitted } end

local state, fields = {}, redis.call('HGETALL', egress)
for i = 1, #fields, 2 do state[fields[i]] = fields[i + 1] end
local window, probeUntil = tonumber(state.window), tonumber(state.probeUntil)
local used, booked = tonumber(state.used) or 0, tonumber(state.booked) or 0
local otherAt = tonumber(state[group == 'market' and 'private' or 'market']) or 0
if now - otherAt < sharedMs then permitted = permitted - kept end

local closedUntil = tonumber(state.closedUntil) or 0
if closedUntil > now then return refuse(closedUntil - now, 3) end
if window == nil or (probeUntil and probeUntil <= now) then
  redis.call('HSET', egress, 'window', int(start), 'used', (window == start and used or 0) + weight, 'booked', 0,
    'probeUntil', int(now + probeMs), group, int(now))
  return { 1, 0, int(start), permitted }
end
if probeUntil then return refuse(math.min(probeUntil - now, askAgainMs), 4) end
if start > window then
  used, booked = start == window + windowMs and booked or 0, 0
end

if flow == '' then
  if used + weight > permitted then return refuse(stop - now, 2) end
  redis.call('HSET', egress, 'window', int(start), 'used', used + weight, 'booked', booked, group, int(now))
  return { 1, 0, int(start), permitted }
end

-- flow:NAME holds share, window, used, booked, paceAt (us) and when it last asked.
local others, flows = 0, 0
local mine = { used = 0, booked = 0, paceAt = 0 }
for name, text in pairs(state) do
  if string.sub(name, 1, 5) == 'flow:' then
    local itsShare, itsWindow, itsUsed, itsBooked, itsPaceAt, askedAt = string.match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$')
    itsWindow = tonumber(itsWindow)
    if itsWindow + windowMs == start then itsUsed, itsBooked = itsBooked, 0 end
    if itsWindow + windowMs < start then itsUsed, itsBooked = 0, 0 end
    flows = flows + tonumber(itsUsed)
    if name == 'flow:' .. flow then
      mine = { used = tonumber(itsUsed), booked = tonumber(itsBooked), paceAt = tonumber(itsPaceAt) / 1000 }
    elseif now - tonumber(askedAt) < idleMs then
      others = others + tonumber(itsShare)
    end
  end
end
local part = share > 0 and share or math.max(0, 1 - others)
-- What other programs use of the window is taken from every flow alike.
local ours = part * (permitted - math.max(0, used - flows))

-- A pace that lies further ahead than a window is left over from another window length.
local at = mine.paceAt > now and mine.paceAt <= now + windowMs and mine.paceAt or now
local left = math.min(ours - mine.used, permitted - used)
-- The end of a window is not given to one heavy request: it would silence the rest of its flow until the next.
local tooHeavy = weight > usual and weight * 4 > left and weight * 4 <= permitted * part
if at < stop and (weight > left or tooHeavy) then at = stop end
local inNext = at >= stop
if inNext then left = math.min(permitted * part - mine.booked, permitted - booked) end
if weight > left then return refuse(stop - now, 2) end
if at - now > horizonMs then return refuse(at - now - horizonMs, inNext and 2 or 1) end

if inNext then
  booked, mine.booked = booked + weight, mine.booked + weight
else
  used, mine.used = used + weight, mine.used + weight
end
local even = windowMs / (permitted * part)
local rest = (inNext and stop + windowMs or stop) - at
local spread = left > weight and rest / (left - weight) or even
local paceAt = at + math.max(spread, even / catchUp) * math.min(weight, usual)
redis.call('HSET', egress, 'window', int(start), 'used', used, 'booked', booked, group, int(now), 'flow:' .. flow,
  table.concat({ share, int(start), mine.used, mine.booked, int(paceAt * 1000), int(now) }, ' '))
return { 1, math.ceil((at - now) * 1000), int(inNext and stop or start), permitted }
