/** A request the venue answers with `{code, msg}`. https://developers.binance.com/docs/derivatives/usds-margined-futures/error-code */
export class RequestError extends Error {
  override name = 'RequestError'
  readonly code: number
  readonly status: number

  constructor(code: number, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

export function missingParameter(name: string): RequestError {
  return new RequestError(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`)
}

export function invalidSymbol(): RequestError {
  return new RequestError(-1121, 'Invalid symbol.')
}

export function invalidParameter(name: string): RequestError {
  return new RequestError(-1130, `Data sent for parameter '${name}' is not valid.`)
}

export function unneededParameter(name: string): RequestError {
  return new RequestError(-1106, `Parameter '${name}' sent when not required.`)
}
