// One class for each thing a caller can do next, and no others.

/** Stop: what a person configured or typed cannot be used. The message says what was expected and found. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Not now: the same request may be made again at `retryAt`, ms since epoch on this process's clock. */
export class RetryLaterError extends Error {
  override name = 'RetryLaterError'
  readonly retryAt: number
  constructor(message: string, options: { retryAt: number; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.retryAt = options.retryAt
  }
}

/** The venue answered and said no: record it and go on. `code` is the venue's own, as text. */
export class VenueRejectedError extends Error {
  override name = 'VenueRejectedError'
  readonly code: string | undefined
  constructor(message: string, options: { code?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.code = options.code
  }
}

/** An order may or may not exist: ask for it by its client order id before anything else. */
export class OutcomeUnknownError extends Error {
  override name = 'OutcomeUnknownError'
  readonly clientOrderId: string
  constructor(message: string, options: { clientOrderId: string; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.clientOrderId = options.clientOrderId
  }
}

/** What must never be is: stop and call a person. */
export class InvariantError extends Error {
  override name = 'InvariantError'
}

/** The whole story of a failure on one line: its message and the messages of its causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : describeError(error.cause)
  return cause === '' || error.message.includes(cause) ? error.message : `${error.message} (${cause})`
}
