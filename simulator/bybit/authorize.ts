import { createHmac } from 'node:crypto'
import type { Account } from '../account/account.ts'
import type { Accounts } from '../account/accounts.ts'
import type { VenueRequest } from '../core/venue.ts'
import { BybitError } from './bybit-error.ts'

/** The account of a signed request; its window is meant in the client's time. Throws BybitError. */
export function findAccount(request: VenueRequest, accounts: Accounts, now: number, rate: number): Account {
  const header = (name: string) => String(request.headers[`x-bapi-${name}`] ?? '')
  const [key, timestamp, window] = [header('api-key'), header('timestamp'), header('recv-window')]
  const account = accounts.find(key)
  if (account === undefined) throw new BybitError(10003, 'API key is invalid.')
  const text = `${timestamp}${key}${window}${request.method === 'GET' ? request.queryText : request.body}`
  const expected = createHmac('sha256', account.secret).update(text).digest('hex')
  if (expected !== header('sign'))
    throw new BybitError(10004, 'error sign! please check your signature generation algorithm.')
  const scale = Math.max(1, rate)
  const [age, most] = [now - Number(timestamp), Number(window) * scale]
  if (!(age <= most && age > -1_000 * scale))
    throw new BybitError(10002, 'invalid request, please check your server timestamp or recv_window param')
  if (request.method !== 'GET' && !account.canTrade)
    throw new BybitError(10005, 'Permission denied, please check your API key permissions.')
  return account
}
