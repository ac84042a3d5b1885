import type { Reply } from '../core/venue.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }

/** `{code, msg, data}`; `inTime` in µs. */
export function toReply(data: readonly unknown[], code = '0', msg = '', inTime?: string): Reply {
  const times = inTime === undefined ? {} : { inTime, outTime: inTime }
  return { status: 200, body: JSON.stringify({ code, msg, data, ...times }), headers: JSON_TYPE }
}

/** Over a limit of the address; as recorded: without data and without Retry-After. */
export function tooMany(overLimit: 'address' | 'user'): Reply {
  const body = JSON.stringify({ msg: 'Too Many Requests', code: '50011' })
  return { status: 429, body, headers: JSON_TYPE, overLimit }
}

/** Over the number of orders that an account may send, whatever the instrument. */
export function tooManyOrders(): Reply {
  return { ...toReply([], '50061', 'Sub-account rate limit exceeded'), overLimit: 'user' }
}

/** The venue's edge refuses an address, not its API: no JSON. */
export function toForbidden(): Reply {
  const body = '<html><head><title>403 Forbidden</title></head><body>Access denied.</body></html>'
  return { status: 403, body, headers: { 'Content-Type': 'text/html' }, overLimit: 'address' }
}
