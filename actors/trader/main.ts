import { setTimeout as sleep } from 'node:timers/promises'
import { followAccount } from '../../lib/account/follow-account.ts'
import { runActor } from '../../lib/hub/actor.ts'
import { foldLog } from '../../lib/hub/fold-log.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { followInstruments } from '../../lib/market/follow-instruments.ts'
import { followMarket } from '../../lib/market/follow-market.ts'
import type { Market } from '../../lib/market/follow-market.ts'
import { readLane } from '../../lib/market/lanes.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { Interval } from '../../lib/model/timeframe.ts'
import { isPaperAccount, ordersAccountOf, requireVenueAccount } from '../../lib/model/paper-account.ts'
import type { StrategyContext } from '../../lib/orders/strategy.ts'
import { keepMarketTime } from './keep-market-time.ts'
import { loadStrategy } from './load-strategy.ts'
import { noteHeldSymbols } from './note-held-symbols.ts'
import { openTrading } from './open-trading.ts'
import { createRates } from './rates.ts'
import { runStrategy } from './run-strategy.ts'
import type { StrategyRun } from './run-strategy.ts'
import { tellMarket } from './tell-market.ts'

void runActor({
  kind: 'trader',
  summary:
    'Knows the whole market and calls a strategy for what changed; its orders stay on paper unless --live is given.',
  settings: [
    'strategy',
    'strategyOptions',
    'strategyBudgetMs',
    'account',
    'ledgerLength',
    'staleAfterMs',
    'paperLatencyMs',
    'makerFee',
    'takerFee',
    'intentLifeMs',
    'live',
    'direct',
    'keysFile',
    'riskLimits',
    'address',
    'localAddress',
    'proxy',
    'share',
  ],
  async start(hub) {
    const { config, log } = hub
    const venue = config.exchange
    const { account, staleAfterMs, live } = config
    if (live) requireVenueAccount(account)
    const strategy = await loadStrategy(config.strategy, config.strategyOptions)
    const stopClock = await keepMarketTime(hub, venue)
    await untilListed(hub, venue, strategy.intervals[0] as Interval)
    const instruments = await followInstruments(hub, venue)

    let run: StrategyRun | undefined
    let denied = 0
    const fold = foldLog(log)
    const { intervals } = strategy
    const market: Market = await followMarket(
      hub,
      venue,
      { intervals, length: config.ledgerLength, staleAfterMs },
      () => run?.onChange(),
    )
    const followed = isPaperAccount(account) ? undefined : followAccount(hub, { venue, account })
    const notReady = (symbol: string) =>
      (live ? followed?.liveProblem() : undefined) ?? followed?.notReady(symbol)
    // On paper the orders have a name that is no account of the venue's; what that one holds can be seen.
    const of = { venue, account: ordersAccountOf(config) }
    const trading = await openTrading(hub, of, {
      strategy: strategy.name,
      market,
      instrument: instruments.of,
      followed,
      onFill: (fill) => run?.onFill(fill),
      onDenied({ symbol, signalId }, reason) {
        denied += 1
        fold(`an order was denied: ${reason}`, { symbol, signalId })
      },
    })
    const context: StrategyContext = {
      ledger: market.ledger,
      orders: trading.orders,
      positions: { ...trading.positions, venue: (symbol) => followed?.positions(symbol) ?? [] },
      instrument: instruments.of,
      now: () => hub.clock.now(),
      isStale: (slot) => market.isStale(slot),
      notReady,
      log: (message, fields = {}) => log.info({ strategy: strategy.name, ...fields }, message),
    }
    run = runStrategy(strategy, context, log, config.strategyBudgetMs)
    const stopTelling = tellMarket(log, market, () => void run?.start())
    const rates = createRates()
    const stopNoting = noteHeldSymbols(hub, of, () => trading.heldSymbols())
    return {
      tell() {
        const { changes, ...counts } = market.counts()
        const { evaluations, ...told } = run?.counts() ?? { evaluations: 0 }
        return {
          venue,
          account,
          mode: live ? 'live' : 'paper',
          ...(followed === undefined ? {} : { ready: followed.problem() === undefined ? 1 : 0 }),
          strategy: strategy.name,
          live: market.isLive() ? 1 : 0,
          complete: market.isComplete() ? 1 : 0,
          ...counts,
          stale: market.ledger.symbols.filter((_, slot) => market.isStale(slot)).length,
          ...rates.since({ changesPerS: changes, evaluationsPerS: evaluations }),
          ...told,
          ...trading.counts(),
          denied,
        }
      },
      async stop() {
        stopTelling()
        stopNoting()
        followed?.stop()
        await run?.stop()
        await trading.stop()
        await market.stop()
        instruments.stop()
        stopClock()
      },
    }
  },
})

// Without symbols there is nothing to trade, and somebody may have forgotten to start what lists them.
async function untilListed(hub: Hub, venue: string, interval: Interval): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      if ((await readLane(hub, { venue, interval, name: 'all' })).length > 0) return
      if (tries === 0)
        hub.log.info(
          { interval },
          'no symbols are listed yet at this interval: is a symbol-cursor running with it?',
        )
    } catch (error) {
      hub.log.debug({ error: describeError(error) }, 'the symbols were not read')
    }
    await sleep(500)
  }
}
