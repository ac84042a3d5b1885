import type { Reply } from '../core/venue.ts'
import type { Room } from './user-limits.ts'

const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' }

export function toReply(
  retCode: number,
  retMsg: string,
  result: object,
  time: number,
  retExtInfo = {},
): Reply {
  const body = JSON.stringify({ retCode, retMsg, result, retExtInfo, time: Math.floor(time) })
  return { status: 200, body, headers: JSON_TYPE }
}

/** The answer with what an account has left of the endpoint's limit. */
export function withRoom(reply: Reply, { limit, left, resetAt }: Omit<Room, 'taken'>): Reply {
  const headers = {
    'X-Bapi-Limit': String(limit),
    'X-Bapi-Limit-Status': String(left),
    'X-Bapi-Limit-Reset-Timestamp': String(Math.floor(resetAt)),
  }
  return { ...reply, headers: { ...reply.headers, ...headers } }
}

export function tooMany(now: number, room: Omit<Room, 'taken'>): Reply {
  return { ...withRoom(toReply(10006, 'Too many visits!', {}, now), room), overLimit: 'user' }
}

export function toForbidden(): Reply {
  return {
    status: 403,
    body: 'access too frequent. Please try again later.',
    headers: { 'Content-Type': 'text/html' },
    overLimit: 'address',
  }
}
