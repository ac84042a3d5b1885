import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Account } from '../account/account.ts'
import type { Accounts } from '../account/accounts.ts'
import type { VenueRequest } from '../core/venue.ts'
import { RequestError } from './request-error.ts'

const DEFAULT_WINDOW_MS = 5000
const AHEAD_MS = 1000

/**
 * The account of a signed request. On a clock that runs faster the window is as many times longer, because clients mean
 * their own milliseconds. Throws RequestError. https://bybit-exchange.github.io/docs/v5/guide#authentication
 */
export function findAccount(request: VenueRequest, accounts: Accounts, now: number, rate: number): Account {
  const read = (name: string) => {
    const value = request.headers[name]
    return typeof value === 'string' ? value : ''
  }
  const [key, timestamp, window] = [
    read('x-bapi-api-key'),
    read('x-bapi-timestamp'),
    read('x-bapi-recv-window'),
  ]
  const account = accounts.find(key)
  if (account === undefined) throw new RequestError(10003, 'API key is invalid.')
  const scale = Math.max(1, rate)
  const windowMs = window === '' ? DEFAULT_WINDOW_MS : Number(window)
  const sentAt = Number(timestamp)
  if (!(sentAt > now - windowMs * scale && sentAt < now + AHEAD_MS * scale)) {
    const told = `req_timestamp[${timestamp}],server_timestamp[${now}],recv_window[${windowMs}]`
    const text = 'invalid request, please check your server timestamp or recv_window param.'
    throw new RequestError(10002, `${text} ${told}`)
  }
  const signed = `${timestamp}${key}${window}${request.method === 'GET' ? request.queryText : request.body}`
  const expected = createHmac('sha256', account.secret).update(signed).digest()
  const given = Buffer.from(read('x-bapi-sign'), 'hex')
  if (given.length === expected.length && timingSafeEqual(given, expected)) return account
  throw new RequestError(10004, 'error sign! please check your signature generation algorithm.')
}
