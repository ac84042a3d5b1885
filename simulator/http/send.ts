import type { ServerResponse } from 'node:http'
import type { Clock } from '../core/clock.ts'
import type { Reply } from '../core/venue.ts'

/** How a reply goes out: whole, cut in the middle, or stalled in the middle for some wall ms and then cut. */
export type Delivery = 'whole' | 'cut' | { readonly stallMs: number }

/** Sends a reply; a cut or stalled one announces its full length and never delivers it. */
export function send(
  response: ServerResponse,
  clock: Clock,
  reply: Reply,
  delivery: Delivery = 'whole',
): void {
  const body = Buffer.from(reply.body)
  response.sendDate = false
  response.writeHead(reply.status, {
    ...reply.headers,
    Date: toHttpDate(clock.now()),
    'Content-Length': Math.max(body.length, delivery === 'whole' ? 0 : 2),
  })
  if (delivery === 'whole') {
    response.end(body)
    return
  }
  response.write(body.length < 2 ? ' ' : body.subarray(0, body.length >> 1), () => {
    if (delivery === 'cut') response.destroy()
  })
  if (delivery === 'cut') return
  const timer = setTimeout(() => response.destroy(), delivery.stallMs)
  response.once('close', () => clearTimeout(timer))
}

let dateSecond = -1
let dateText = ''

function toHttpDate(now: number): string {
  const second = Math.floor(now / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateText = new Date(second * 1000).toUTCString()
  }
  return dateText
}
