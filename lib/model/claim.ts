import { InvariantError } from './errors.ts'
import type { Decimal } from './decimal.ts'
import type { OrderIntent } from './intent.ts'

/** One order that an intent comes to; the slices of a size above the venue's maximum are several. */
export interface Slice {
  readonly clientOrderId: string
  /** contracts */
  readonly size: Decimal
}

/** An intent in the venue's steps. */
export interface SizedIntent extends Omit<OrderIntent, 'size' | 'notional'> {
  readonly slices: readonly Slice[]
}

/**
 * An intent that was claimed: from now on its orders may have been sent, and none of them is ever sent by anybody else.
 * It ends when every order of it has ended and the account shows what they did.
 */
export interface Claim {
  readonly intent: SizedIntent
  /** venue time; nothing of it was sent before */
  readonly claimedAt: number
  /** venue time after which nothing of it leaves any more */
  readonly sentBy: number
  /** net contracts of the position, and when it last changed, as the account stood then */
  readonly before: { readonly size: Decimal; readonly time: number }
  /** counter -> what it holds of the account's limits */
  readonly reserved: Readonly<Record<string, number>>
  /** venue time of its end; absent while it goes on */
  readonly endedAt?: number
}

/** A claim as it is stored. */
export function encodeClaim(claim: Claim): string {
  return JSON.stringify(claim)
}

/** The claim that a stored text tells. */
export function decodeClaim(text: string): Claim {
  const claim = JSON.parse(text) as Claim
  if (claim.intent?.id === undefined)
    throw new InvariantError(`a stored claim must have an intent, was ${text}`)
  return claim
}

/** The intent that a client order id of this system names; undefined of any other id. */
export function intentIdOf(clientOrderId: string): string | undefined {
  return sliceForm.exec(clientOrderId)?.[1]
}

const sliceForm = /^(sl[0-9a-f]{28})(?:[0-9a-z]{2})?$/

// Slices are few; two digits keep the ids within the strictest venue's length.
const mostSlices = 36 ** 2

/** The client order id of one slice of an intent: the intent's own for the first. */
export function sliceId(intentId: string, at: number): string {
  if (at >= mostSlices) throw new InvariantError(`an intent has at most ${mostSlices} slices`)
  return at === 0 ? intentId : `${intentId}${at.toString(36).padStart(2, '0')}`
}
