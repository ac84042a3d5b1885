import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Account } from '../account/account.ts'
import { isKey, type Accounts } from '../account/accounts.ts'
import type { VenueRequest } from '../core/venue.ts'
import { readInteger } from './parameters.ts'
import { RequestError, missingParameter } from './request-error.ts'

const DEFAULT_WINDOW_MS = 5000
const LONGEST_WINDOW_MS = 60_000
const AHEAD_MS = 1000

/** The account of a request's API key. Throws RequestError. */
export function findAccount(request: VenueRequest, accounts: Accounts): Account {
  const key = request.headers['x-mbx-apikey']
  if (typeof key !== 'string' || !isKey(key)) throw new RequestError(-2014, 'API-key format invalid.', 401)
  const account = accounts.find(key)
  if (account === undefined) throw notPermitted()
  return account
}

export function notPermitted(): RequestError {
  return new RequestError(-2015, 'Invalid API-key, IP, or permissions for action.', 401)
}

/**
 * Checks signature and clock. A window of so many ms is meant in the client's time: on a clock that runs faster it is
 * as many times longer.
 */
export function checkSigned(
  request: VenueRequest,
  parameters: URLSearchParams,
  account: Account,
  now: number,
  rate: number,
): void {
  const timestamp = readInteger(parameters, 'timestamp')
  const signature = parameters.get('signature') ?? ''
  if (timestamp === undefined) throw missingParameter('timestamp')
  if (signature === '') throw missingParameter('signature')
  if (!isSignature(signature, `${request.queryText}${request.body}`, account.secret)) {
    throw new RequestError(-1022, 'Signature for this request is not valid.')
  }
  const windowMs = readInteger(parameters, 'recvWindow') ?? DEFAULT_WINDOW_MS
  if (windowMs > LONGEST_WINDOW_MS) throw new RequestError(-1131, 'recvWindow must be less than 60000')
  const scale = Math.max(1, rate)
  if (timestamp >= now + AHEAD_MS * scale) {
    throw new RequestError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
  }
  if (now - timestamp > windowMs * scale) {
    throw new RequestError(-1021, 'Timestamp for this request is outside of the recvWindow.')
  }
}

function isSignature(signature: string, sent: string, secret: string): boolean {
  const signed = sent.replace(/&?signature=[^&]*/, '')
  const expected = createHmac('sha256', secret).update(signed).digest()
  const given = Buffer.from(signature, 'hex')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
