/** What a client names in `args`: a channel of an instrument, or a login. */
export interface Argument {
  readonly channel?: string
  readonly instId?: string
  readonly instType?: string
  readonly apiKey?: string
  readonly passphrase?: string
  readonly timestamp?: string
  readonly sign?: string
}

export interface Request {
  readonly op: string
  readonly args: readonly Argument[]
}

/** Undefined for what is no request. */
export function parseRequest(text: string): Request | undefined {
  try {
    const { op, args = [] } = JSON.parse(text) as { op?: unknown; args?: unknown }
    const isList = Array.isArray(args) && args.every((each) => typeof each === 'object' && each !== null)
    return typeof op === 'string' && isList ? { op, args: args as Argument[] } : undefined
  } catch {
    return undefined
  }
}

/** Two arguments that name the same are one subscription. */
export function keyOf({ channel = '', instId = '' }: Argument): string {
  return `${channel} ${instId}`
}
