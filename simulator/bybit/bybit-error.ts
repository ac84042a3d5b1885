import { RequestError } from '../binance/request-error.ts'

/** A request that the venue answers with `{retCode, retMsg}`. https://bybit-exchange.github.io/docs/v5/error */
export class BybitError extends Error {
  override name = 'BybitError'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** What the checks of an order, which are the same everywhere, are called here. */
const codes: Readonly<Record<number, readonly [code: number, message: string]>> = {
  [-1111]: [10001, 'Qty invalid'],
  [-2018]: [110007, 'ab not enough for new order'],
  [-2019]: [110007, 'ab not enough for new order'],
  [-2021]: [110092, 'expect Rising, but trigger_price <= current'],
  [-2022]: [110017, 'current position is zero, cannot fix reduce-only order qty'],
  [-2025]: [110020, 'Not allowed to have more than 500 active orders'],
  [-2027]: [110016, 'Requested quantity of contracts exceeds risk limit'],
  [-4003]: [10001, 'The number of contracts is less than the minimum'],
  [-4016]: [110003, 'Order price exceeds the allowable range'],
  [-4024]: [110003, 'Order price exceeds the allowable range'],
  [-4045]: [110009, 'The number of stop orders exceeds the maximum allowable limit'],
  [-4118]: [110017, 'orderQty will be truncated to zero'],
  [-4131]: [110003, 'Order price exceeds the allowable range'],
  [-4164]: [110094, 'Order notional value below the lower limit'],
}

/** The refusal in the venue's words; anything else is thrown on. */
export function toBybitError(error: unknown): BybitError {
  if (error instanceof BybitError) return error
  if (!(error instanceof RequestError)) throw error
  const [code, message] = codes[error.code] ?? [10001, error.message]
  return new BybitError(code, message)
}
