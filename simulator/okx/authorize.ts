import { createHmac } from 'node:crypto'
import type { Account } from '../account/account.ts'
import type { Accounts } from '../account/accounts.ts'
import type { VenueRequest } from '../core/venue.ts'
import { OkxError } from './okx-error.ts'

/** what a request may be older than the venue's clock, or newer */
const OLDEST_MS = 30_000
/** the requests of which `expTime` says when it is too late for them */
const HAVE_DEADLINE = /\/trade\/(order|batch-orders)$/

/**
 * The account of a signed request. The span in which it counts is meant in the client's time: on a clock that runs faster it
 * is as many times longer. Throws OkxError.
 */
export function findAccount(request: VenueRequest, accounts: Accounts, now: number, rate: number): Account {
  const header = (name: string) => String(request.headers[`ok-access-${name}`] ?? '')
  const account = accounts.find(header('key'))
  if (account === undefined) throw new OkxError('50111', 'Invalid OK-ACCESS-KEY', 401)
  if (header('passphrase') === '') throw new OkxError('50105', 'OK-ACCESS-PASSPHRASE incorrect', 401)
  const path = request.queryText === '' ? request.path : `${request.path}?${request.queryText}`
  const text = `${header('timestamp')}${request.method}${path}${request.body}`
  const expected = createHmac('sha256', account.secret).update(text).digest('base64')
  if (expected !== header('sign')) throw new OkxError('50113', 'Invalid Sign', 401)
  const age = Math.abs(now - Date.parse(header('timestamp')))
  if (!(age <= OLDEST_MS * Math.max(1, rate))) throw new OkxError('50102', 'Timestamp request expired', 401)
  const deadline = request.headers['exptime']
  if (deadline !== undefined && request.method === 'POST' && HAVE_DEADLINE.test(request.path)) {
    const signedAt = Date.parse(header('timestamp'))
    const spanMs = (Number(deadline) - signedAt) * Math.max(1, rate)
    if (!(now <= signedAt + spanMs)) throw new OkxError('51149', 'Order timed out. Please try again later.')
  }
  if (request.method !== 'GET' && !account.canTrade)
    throw new OkxError('50120', "This API key doesn't have permission to use this function", 401)
  return account
}
