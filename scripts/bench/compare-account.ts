import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { readBalances } from '../../lib/account/balances.ts'
import { readPositions } from '../../lib/account/positions.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { compareDecimals, mul, needDecimal } from '../../lib/model/decimal.ts'
import type { Instrument } from '../../lib/model/instrument.ts'
import type { BenchVenue } from './bench-venue.ts'
import { fetchMarket } from './fetch-market.ts'
import { tellProgress } from './report.ts'

const truthSchema = z.object({
  balances: z.record(z.string(), z.object({ balance: z.string() })),
  positions: z.array(z.object({ symbol: z.string(), side: z.string(), size: z.string() })),
})

const timeoutMs = 5_000
const lookEveryMs = 50

/** What is compared. */
export interface ComparedAccount {
  readonly venue: BenchVenue
  readonly account: string
  /** by which the simulator knows it */
  readonly key: string
  /** whether wallets are compared, or positions alone */
  readonly wallets: boolean
  /** real ms that it may take until all agree */
  readonly withinMs?: number
}

/** How many positions and wallets of an account are not as the simulator has them; waits until all are, or too long. */
export async function compareAccount(hub: Hub, url: string, of: ComparedAccount): Promise<number> {
  const { instruments } = await fetchMarket(of.venue.id, url)
  const giveUpAt = Date.now() + (of.withinMs ?? timeoutMs)
  for (;;) {
    const differences = await findDifferences(hub, url, of, instruments)
    if (differences.length === 0 || Date.now() > giveUpAt) {
      for (const each of differences.slice(0, 3)) tellProgress(`${of.venue.id} differs: ${each}`)
      return differences.length
    }
    await sleep(lookEveryMs)
  }
}

async function findDifferences(
  hub: Hub,
  url: string,
  of: ComparedAccount,
  instruments: ReadonlyMap<string, Instrument>,
): Promise<string[]> {
  const place = { venue: of.venue.id, account: of.account }
  const answer = await fetch(`${url}/_sim/account?key=${of.key}&limit=0`, {
    signal: AbortSignal.timeout(timeoutMs),
  })
  const truth = truthSchema.parse(await answer.json())
  const [positions, balances] = await Promise.all([readPositions(hub, place), readBalances(hub, place)])
  // Sizes of ours are in contracts, those of the simulator in the base asset.
  const held = new Map(
    [...positions].map(([name, { size }]) => {
      const [symbol = '', side = ''] = name.split('/')
      const contractSize = instruments.get(symbol)?.contractSize
      if (contractSize === undefined && size !== '0') throw new Error(`nothing is known of ${symbol}`)
      return [`${of.venue.marketName(symbol)}/${side}`, mul(size, contractSize ?? '1')]
    }),
  )
  const differing = truth.positions.flatMap(({ symbol, side, size }) => {
    const name = `${symbol}/${side.toLowerCase()}`
    const found = held.get(name) ?? '0'
    return compareDecimals(found, needDecimal(size, name)) === 0
      ? []
      : [`${name}: expected ${size}, found ${found}`]
  })
  if (!of.wallets) return differing
  const wallets = Object.entries(truth.balances).flatMap(([asset, { balance }]) => {
    const found = balances.get(asset)?.walletBalance
    return found !== undefined && compareDecimals(found, needDecimal(balance, asset)) === 0
      ? []
      : [`${asset}: expected ${balance}, found ${String(found)}`]
  })
  return [...differing, ...wallets]
}
