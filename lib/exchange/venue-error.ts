import { describeError, RetryLaterError, VenueRejectedError } from '../model/errors.ts'

// ccxt's class names say what happened; what to do next is ours to say. Read by name along the prototypes, so that
// this file needs no ccxt.
// A body that was cut, that stalled or that cannot be unpacked escapes ccxt as an error of undici, a stream or zlib.
const later = ['OperationFailed', 'UnreadableAnswer', 'UndiciError']

// A failed request of market data is not worth a quick second try: the next lap brings it anyway.
const transientMs = 1_000

/** What a failure of ccxt or of the transport below it means for the caller; our own errors pass unchanged. */
export function toSluiceError(error: unknown, what: string, now: number): Error {
  if (error instanceof RetryLaterError || error instanceof VenueRejectedError) return error
  const names = classNames(error)
  const message = `${what}: ${describeError(error)}`
  if (later.some((name) => names.includes(name)) || hasSystemCode(error)) {
    return new RetryLaterError(message, { retryAt: now + transientMs, cause: error })
  }
  if (names.includes('ExchangeError'))
    return new VenueRejectedError(message, { code: codeIn(error), cause: error })
  return error instanceof Error ? error : new Error(message)
}

function classNames(error: unknown): string[] {
  const names: string[] = []
  for (
    let proto: unknown = error;
    proto !== null && proto !== undefined;
    proto = Object.getPrototypeOf(proto)
  ) {
    const name = (proto as { constructor?: { name?: string } }).constructor?.name
    if (name !== undefined && !names.includes(name)) names.push(name)
  }
  return names
}

function hasSystemCode(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^(UND_ERR_|ERR_STREAM_|Z_|E[A-Z]+$)/.test(code)
}

function codeIn(error: unknown): string | undefined {
  return /"(?:code|retCode)":"?(-?\d+)/.exec(describeError(error))?.[1]
}
