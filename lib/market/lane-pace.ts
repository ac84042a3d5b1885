import type { LivingActor } from '../hub/heartbeats.ts'

/** What the fetchers of candles can do now. */
export interface FetchPace {
  /** polls of weight 1 that leave in a real second, by all open addresses together */
  readonly perSecond: number
  /** how many jobs may be ahead of their requests */
  readonly ahead: number
}

/**
 * What leaves by every open address that has a fetcher; where tickers are fetched too, less their share. So many jobs
 * may be ahead as leave in `leadMs`, two at least by each address, so that it never runs dry; never more than twice
 * the slots.
 */
export function toFetchPace(
  actors: readonly LivingActor[],
  of: { venue: string; tickerShare: number; leadMs: number; now: number },
): FetchPace {
  const living = actors.filter(({ fields }) => fields['venue'] === of.venue)
  const withTickers = new Set(
    living.flatMap(({ kind, fields }) => (kind === 'ticker' ? [fields['address']] : [])),
  )
  const addresses = new Map<string, number>()
  let slots = 0
  for (const { kind, fields } of living) {
    if (kind !== 'kline' || Number(fields['closedUntil']) > of.now || Number(fields['slots']) === 0) continue
    slots += Number(fields['slots'])
    const part = withTickers.has(fields['address']) ? 1 - of.tickerShare : 1
    addresses.set(fields['address'] ?? '', Number(fields['perSecond']) * part)
  }
  let [perSecond, ahead] = [0, 0]
  for (const each of addresses.values()) {
    perSecond += each
    ahead += Math.max(2, Math.ceil((each * of.leadMs) / 1000))
  }
  return { perSecond, ahead: Math.min(ahead, 2 * slots) }
}
