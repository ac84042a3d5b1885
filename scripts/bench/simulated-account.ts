import { createHmac } from 'node:crypto'
import * as z from 'zod'

/** Signed orders in the simulator's account, from an address of their own. */
export interface SimulatedAccount {
  /** fills a market order, which may only reduce; gives the venue time of the fill */
  trade(
    symbol: string,
    side: 'BUY' | 'SELL',
    quantity: string,
    how?: { reduceOnly: boolean },
  ): Promise<number>
}

const timeoutMs = 5_000
const answerSchema = z.object({ status: z.literal('FILLED'), updateTime: z.number() })

/** The account with these keys at `url`, at rate 1; `now` is venue time. */
export function simulatedAccount(
  url: string,
  keys: { readonly key: string; readonly secret: string },
  now: () => number,
): SimulatedAccount {
  return {
    async trade(symbol, side, quantity, how) {
      const sent = new URLSearchParams({
        symbol,
        side,
        type: 'MARKET',
        quantity,
        newOrderRespType: 'RESULT',
        ...(how?.reduceOnly === true ? { reduceOnly: 'true' } : {}),
        timestamp: String(Math.floor(now())),
      })
      const signature = createHmac('sha256', keys.secret).update(sent.toString()).digest('hex')
      const answer = await fetch(`${url}/fapi/v1/order`, {
        method: 'POST',
        headers: { 'X-MBX-APIKEY': keys.key, 'Content-Type': 'application/x-www-form-urlencoded' },
        body: `${sent.toString()}&signature=${signature}`,
        signal: AbortSignal.timeout(timeoutMs),
      })
      if (!answer.ok)
        throw new Error(`the simulator answered an order with ${answer.status}: ${await answer.text()}`)
      return answerSchema.parse(await answer.json()).updateTime
    },
  }
}
