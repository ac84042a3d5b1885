import type { AccountClient } from '../simulator/account-client.ts'
import { getJson } from '../simulator/request.ts'
import { until } from './until.ts'

// Real ms between two looks, which the venue counts.
const apartMs = 300

/**
 * Closes a long position by a conditional order: one waits a little below the mark and one a little above, and the market
 * reaches either of them soon.
 */
export async function closeByStop(client: AccountClient, symbol: string): Promise<void> {
  const terms = {
    symbol,
    side: 'SELL',
    algoType: 'CONDITIONAL',
    closePosition: true,
    workingType: 'MARK_PRICE',
  }
  const place = async (type: string, factor: number) => {
    const { markPrice } = await getJson<{ markPrice: string }>(
      `${client.url}/fapi/v1/premiumIndex?symbol=${symbol}`,
    )
    const triggerPrice = (Number(markPrice) * factor).toFixed(1)
    const code = await client.codeOf('POST /fapi/v1/algoOrder', { ...terms, type, triggerPrice })
    // It is there already, or the price has passed it.
    return code === undefined || code === -4130
  }
  const isFlat = async () => {
    const { positions } = await client.truth()
    return positions.every((each) => each.symbol !== symbol || Number(each.size) === 0)
  }
  let lookedAt = 0
  const step = async () => {
    if (Date.now() - lookedAt < apartMs) return false
    lookedAt = Date.now()
    await place('STOP_MARKET', 0.99999)
    await place('TAKE_PROFIT_MARKET', 1.00001)
    return isFlat()
  }
  await until(`a stop of ${symbol} is reached`, step, 30_000)
}
