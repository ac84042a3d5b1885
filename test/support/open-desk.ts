import { mergeAccount } from '../../lib/account/merge-account.ts'
import { openEgress } from '../../lib/egress/egress.ts'
import type { AccountExchange } from '../../lib/exchange/account-exchange.ts'
import { openAccountExchange } from '../../lib/exchange/open-account-exchange.ts'
import { openExchange } from '../../lib/exchange/open-exchange.ts'
import { createClock } from '../../lib/hub/clock.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { mergeTickers } from '../../lib/market/tickers.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import { openOrderDesk } from '../../lib/orders/order-desk.ts'
import type { OrderDesk } from '../../lib/orders/order-desk.ts'
import { listMarket } from './list-market.ts'
import { openTestOrders } from './order-account.ts'
import { openRecordingGate } from './recording-gate.ts'
import type { Simulator } from './simulator.ts'
import { until } from './until.ts'

export const of = { venue: 'binanceusdm', account: 'main' }

/** The way of an account's orders to the simulator, in the test's own process. */
export interface TestDesk {
  readonly hub: Hub
  readonly desk: OrderDesk
  readonly account: AccountExchange
  readonly egress: ReturnType<typeof openEgress>
  /** brings what the venue says of a symbol's position to Redis, flat or not */
  readPosition(symbol: string): Promise<void>
  stop(): Promise<void>
}

/** Opens it for the account `one`:`first`, with the market's contracts and quotes of now in Redis. */
export async function openTestDesk(plain: Hub, simulator: Simulator): Promise<TestDesk> {
  const clock = createClock(1, { offsetMs: simulator.now() - Date.now(), errorMs: 5 })
  const hub = { ...plain, clock }
  const client = { url: simulator.url, localAddress: '', proxy: '', gate: openRecordingGate() }
  const { exchange } = await openTestOrders(simulator.url, 'one', 'first', clock)
  const account = await openAccountExchange(of.venue, {
    ...client,
    account: of.account,
    keys: closeKeys('one', 'first'),
    clock,
  })
  await listMarket(hub, of.venue, simulator)
  const market = await openExchange(of.venue, client)
  const tickers = await market.fetchTickers()
  const told = [...tickers].map(([symbol, ticker], index) => ({ symbol, index, ticker }))
  await mergeTickers(hub, of.venue, told, clock.now())
  await market.close()
  const egress = openEgress(hub, of.venue)
  const desk = await openOrderDesk(hub, of, { exchange, egress })
  await until('contracts are known', async () => desk.instruments.of('BTCUSDT') !== undefined, 5_000)
  return {
    hub,
    desk,
    account,
    egress,
    async readPosition(symbol) {
      const report = await egress.call('account', () => account.fetchPosition(symbol))
      await mergeAccount(hub, of, 'risk', report, 0)
    },
    async stop() {
      await desk.stop()
      await Promise.all([exchange.close(), account.close()])
    },
  }
}
