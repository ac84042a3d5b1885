/** A request the venue answers with `{code, msg, data: []}`. https://www.okx.com/docs-v5/en/#error-code */
export class RequestError extends Error {
  override name = 'RequestError'
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 200) {
    super(message)
    this.code = code
    this.status = status
  }
}

export function emptyParameter(name: string): RequestError {
  return new RequestError('50014', `Parameter ${name} can not be empty.`, 400)
}

export function wrongParameter(name: string): RequestError {
  return new RequestError('51000', `Parameter ${name} error`, 400)
}

export function unknownInstrument(): RequestError {
  return new RequestError('51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
}
