import { describeError, InvariantError, RetryLaterError, VenueRejectedError } from '../model/errors.ts'
import { hideSecrets } from '../model/secrets.ts'

// ccxt's class names say what happened; what to do next is ours to say. Read by name along the prototypes, so that
// this file needs no ccxt.
// A body that was cut, that stalled or that cannot be unpacked escapes ccxt as an error of undici, a stream or zlib.
const later = ['OperationFailed', 'UnreadableAnswer', 'UndiciError']

// A failed request of market data is not worth a quick second try: the next lap brings it anyway.
const transientMs = 1_000
const mostCauses = 5

/**
 * What a failure of ccxt or of the transport below it means for the caller; our own errors pass unchanged. ccxt's texts
 * hold the whole address, signed: no secret is left in what this gives, nor in its causes. `known` are secret values.
 */
export function toSluiceError(
  error: unknown,
  what: string,
  now: number,
  known: readonly string[] = [],
): Error {
  if (
    error instanceof RetryLaterError ||
    error instanceof VenueRejectedError ||
    error instanceof InvariantError
  )
    return error
  const names = classNames(error)
  const message = hideSecrets(`${what}: ${describeError(error)}`, known)
  const cause = toHarmless(error, known, mostCauses)
  if (later.some((name) => names.includes(name)) || hasSystemCode(error)) {
    return new RetryLaterError(message, { retryAt: now + transientMs, cause })
  }
  if (names.includes('ExchangeError')) return new VenueRejectedError(message, { code: codeIn(error), cause })
  return error instanceof Error ? cause : new Error(message)
}

/** The venue's own code in an error of ccxt; undefined where it tells none. */
export function codeIn(error: unknown): string | undefined {
  const text = describeError(error)
  // OKX says of the request that something failed, and beside each order what.
  const code = /"sCode"\s*:\s*"?([1-9]\d*)/.exec(text) ?? /"(?:code|retCode)"\s*:\s*"?(-?\d+)/.exec(text)
  return code?.[1]
}

/** What an error says, without its secrets and without whatever else hangs on it: sockets, headers, addresses. */
function toHarmless(error: unknown, known: readonly string[], depth: number): Error {
  if (!(error instanceof Error)) return new Error(hideSecrets(String(error), known))
  const inner = error.cause === undefined || depth === 0 ? undefined : error.cause
  const cause = inner === undefined ? undefined : toHarmless(inner, known, depth - 1)
  const harmless = new Error(hideSecrets(error.message, known), cause === undefined ? {} : { cause })
  harmless.name = error.name
  if (error.stack !== undefined) harmless.stack = hideSecrets(error.stack, known)
  return harmless
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
