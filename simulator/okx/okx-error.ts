import { RequestError } from '../binance/request-error.ts'

/** A request that the venue answers with a code of its own. https://www.okx.com/docs-v5/en/#error-code */
export class OkxError extends Error {
  override name = 'OkxError'
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 200) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** What the checks of an order, which are the same everywhere, are called here. */
const codes: Readonly<Record<number, readonly [code: string, message: string]>> = {
  [-1111]: ['51121', 'Order quantity must be a multiple of the lot size.'],
  [-2019]: ['51008', 'Order failed. Insufficient margin.'],
  [-2021]: ['51278', 'SL trigger price cannot be lower than the last price'],
  [-2022]: [
    '51169',
    'Order failed because you do not have any positions in this direction to reduce or close.',
  ],
  [-2025]: ['51174', 'The number of pending orders reached the upper limit.'],
  [-2027]: ['51004', 'Order amount exceeds current tier limit.'],
  [-4003]: ['51020', 'Your order should meet or exceed the minimum order amount.'],
  [-4005]: ['51202', 'Market order amount exceeds the maximum amount.'],
  [-4016]: ['51137', 'Your opening price has triggered the limit price.'],
  [-4024]: ['51138', 'Your opening price has triggered the limit price.'],
  [-4118]: ['51112', 'Close order size exceeds your available size.'],
  [-4131]: ['51006', 'Order price is not within the price limit.'],
  [-4164]: ['51020', 'Your order should meet or exceed the minimum order amount.'],
}

/** The refusal in the venue's words; anything else is thrown on. */
export function toOkxError(error: unknown): OkxError {
  if (error instanceof OkxError) return error
  if (!(error instanceof RequestError)) throw error
  const [code, message] = codes[error.code] ?? ['51000', error.message]
  return new OkxError(code, message)
}

export function emptyParameter(name: string): OkxError {
  return new OkxError('50014', `Parameter ${name} can not be empty.`, 400)
}

export function wrongParameter(name: string): OkxError {
  return new OkxError('51000', `Parameter ${name} error`, 400)
}
