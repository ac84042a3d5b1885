/** A request the venue answers with HTTP 200 and this retCode. https://bybit-exchange.github.io/docs/v5/error */
export class RequestError extends Error {
  override name = 'RequestError'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export function invalidParameter(name: string): RequestError {
  return new RequestError(10001, `params error: ${name} invalid`)
}
