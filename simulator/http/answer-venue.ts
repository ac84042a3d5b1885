import type { ServerResponse } from 'node:http'
import type { Hits } from '../core/faults.ts'
import type { Reply, Venue, VenueRequest } from '../core/venue.ts'
import { send, type Delivery } from './send.ts'
import type { World } from './world.ts'

const STALL_MS = 60_000
const HTML_TYPE = 'text/html; charset=utf-8'

/** Answers one request to a venue, with whatever faults hit it. */
export function answerVenue(
  world: World,
  venue: Venue,
  request: VenueRequest,
  response: ServerResponse,
): void {
  const { clock, faults, traffic } = world
  const record = traffic.count(request.address, request.path)
  const hits = faults.take(request.address, `${request.method} ${request.path}`)
  if (hits.refuse !== undefined) {
    record.refusedConnections += 1
    response.destroy()
    return
  }
  later(hits.latency?.when === 'before' ? clock.toWallMs(hits.latency.ms) : 0, () => {
    const wasBanned = venue.isBanned(request.address)
    const answered = answer()
    const reply = spoil(venue, answered, hits)
    if (answered.overLimit !== undefined) record.limitRefusals += 1
    if (answered.user !== undefined)
      traffic.countUser(answered.user, request.path, answered.overLimit === 'user')
    if (reply.status === 429) record.http429 += 1
    if (reply.status === 418) record.http418 += 1
    if (answered.status === 403) record.http403 += 1
    if ((reply.status === 418 || answered.status === 403) && wasBanned) record.refusedWhileBanned += 1
    later(clock.toWallMs(toLateness()), () => finish(reply))
  })

  /** Simulated ms by which the answer comes late. */
  function toLateness(): number {
    const { latency, delay } = hits
    const spread = delay?.spreadMs === undefined ? 0 : Math.floor(faults.chance() * (delay.spreadMs + 1))
    return (latency === undefined || latency.when === 'before' ? 0 : latency.ms) + (delay?.ms ?? 0) + spread
  }

  function answer(): Reply {
    const now = clock.now()
    if (hits.ban !== undefined) return venue.refuse(request, 'ban', hits.ban.until)
    const { rateLimit } = hits
    if (rateLimit === undefined) return venue.answer(request, hits)
    const until = rateLimit.retryAfterMs === undefined ? rateLimit.until : now + rateLimit.retryAfterMs
    return venue.refuse(request, 'rateLimit', until)
  }

  function later(wallMs: number, run: () => void): void {
    if (wallMs <= 0) return run()
    const timer = setTimeout(() => run(), wallMs)
    response.once('close', () => clearTimeout(timer))
  }

  function finish(reply: Reply): void {
    if (response.destroyed) return
    const delivery = toDelivery(hits, clock.rate)
    send(response, clock, reply, delivery)
    if (delivery === 'whole' && reply.polled !== undefined) {
      world.gaps.record(reply.polled.symbol, reply.polled.interval, Date.now())
    }
  }
}

/** The reply as the faults leave it; a refusal over the limits stays as it is. */
function spoil(venue: Venue, reply: Reply, hits: Hits): Reply {
  if (reply.overLimit !== undefined) return reply
  if (hits.status !== undefined) return toFailure(venue, hits.status)
  const used = reply.headers['X-MBX-USED-WEIGHT-1M']
  const counted: Record<string, string> = used === undefined ? {} : { 'X-MBX-USED-WEIGHT-1M': used }
  if (hits.empty !== undefined) {
    return { status: 200, body: hits.empty.body === 'list' ? '[]' : '', headers: { ...reply.headers } }
  }
  if (hits.nonJson !== undefined) {
    const body = '<html><head><title>Attention Required!</title></head><body>Please wait.</body></html>'
    return { status: 200, body, headers: { 'Content-Type': HTML_TYPE, ...counted } }
  }
  return reply
}

function toFailure(venue: Venue, rule: NonNullable<Hits['status']>): Reply {
  const retry: Record<string, string> =
    rule.retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.ceil(rule.retryAfterMs / 1000)) }
  if (rule.body === 'none') return { status: rule.status, body: '', headers: retry }
  if (rule.body === 'json') {
    const headers = { 'Content-Type': 'application/json;charset=UTF-8', ...retry }
    return { status: rule.status, body: venue.toFailure(rule.status), headers }
  }
  const body = `<html>\r\n<head><title>${rule.status}</title></head>\r\n<body><center><h1>${rule.status}</h1></center></body>\r\n</html>\r\n`
  return { status: rule.status, body, headers: { 'Content-Type': 'text/html', ...retry } }
}

function toDelivery(hits: Hits, rate: number): Delivery {
  if (hits.stall !== undefined) return { stallMs: (hits.stall.ms ?? STALL_MS) / rate }
  return hits.cut === undefined ? 'whole' : 'cut'
}
