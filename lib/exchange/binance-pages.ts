import { idIn } from './binance-order-map.ts'
import { UnreadableAnswer, toRows } from './raw.ts'
import type { Raw } from './raw.ts'
import type { Ask } from './venue-call.ts'

const rowsOfPage = 1_000
const mostPages = 100

/** A list of Binance: what it is called, whose id its rows go by, and the parameter that goes on from an id. */
export interface BinanceList {
  readonly path: string
  readonly id: string
  readonly from: string
}

/**
 * Every row of a symbol's list from a time on, oldest first. The venue tells the oldest rows from that time, one page of
 * them, and goes on by id. Throws UnreadableAnswer where there is no end to them.
 */
export async function readBinancePages(
  ask: Ask,
  { path, id, from }: BinanceList,
  { symbol, startTime }: { symbol: string; startTime: number },
): Promise<Raw[]> {
  const rows: Raw[] = []
  let where: Raw = { startTime }
  for (let page = 0; page < mostPages; page++) {
    const params = { symbol, ...where, limit: rowsOfPage }
    const { body } = await ask({ api: 'fapiPrivate', method: 'GET', path, params })
    const told = toRows(body, path)
    rows.push(...told)
    const last = told.at(-1)
    if (last === undefined || told.length < rowsOfPage) return rows
    where = { [from]: String(BigInt(idIn(last, id)) + 1n) }
  }
  throw new UnreadableAnswer(`${path} must end within ${mostPages} pages`)
}
