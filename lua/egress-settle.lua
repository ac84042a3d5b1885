#!lua
-- Takes in what the venue's answer said of an address: its own count of the window, or that the address is closed.
-- KEYS egress hash the budget of one address
-- ARGV window ms the window that the request was booked in
-- ARGV used integer weight used as the answer's header says; -1 it said nothing
-- ARGV closeMs ms for how long the address is closed; 0 it is not
-- ARGV status integer of the HTTP answer; 0 there was none
-- ARGV windowMs ms length of a window
-- ARGV guardMs ms a window's first part, in which a header may still speak of the window before
-- Returns {used, ms} weight that counts as used now, and for how long the address is closed
local egress = KEYS[1]
local bookedIn, header, closeMs = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local status, windowMs, guardMs = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])

local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + tonumber(clock[2]) / 1000
local start = now - now % windowMs

local function int(number) return string.format('%.0f', number) end

local state = redis.call('HMGET', egress, 'window', 'used', 'booked', 'closedUntil', 'probeUntil')
local window = tonumber(state[1])
local used, booked, closedUntil = tonumber(state[2]) or 0, tonumber(state[3]) or 0, tonumber(state[4]) or 0
if window == nil then window = start end
if start > window then
  used = start == window + windowMs and booked or 0
  booked = 0
end

-- Near a boundary the venue's clock and ours may name different windows; then the answer's count is not of this one.
-- A probe's answer is taken at once: before it nothing at all is known.
if header > used and bookedIn == start and (state[5] or now - start >= guardMs) then used = header end

local changes = { 'window', int(start), 'used', used, 'booked', booked }
if closeMs > 0 then
  closedUntil = math.max(closedUntil, now + closeMs)
  changes[#changes + 1] = 'closedUntil'
  changes[#changes + 1] = int(closedUntil)
  changes[#changes + 1] = 'closedBy'
  changes[#changes + 1] = status
end
redis.call('HSET', egress, unpack(changes))
if state[5] then redis.call('HDEL', egress, 'probeUntil') end
-- Longer than the longest ban, so that a ban is never forgotten.
redis.call('PEXPIRE', egress, 345600000)
return { used, math.max(0, math.ceil(closedUntil - now)) }
