import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { AccountSource } from '../../lib/model/position-report.ts'
import { differencesOf, openTrading, sourceSettings, watchPositions } from '../support/account-system.ts'
import type { Child } from '../support/child.ts'
import { withSystems } from '../support/system.ts'
import { tell, until } from '../support/until.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
const forMs = soak ? 300_000 : 4_500
const sources: readonly AccountSource[] = ['account', 'risk', 'stream']
const lots: Readonly<Record<string, number>> = { BTCUSDT: 0.01, ETHUSDT: 0.1, SOLUSDT: 1 }

// Real ms. An actor takes half a second to start, so each lives a while, if not always until it has said something.
const killEveryMs = 1_200
const tradeEveryMs = 120
const sameWithinMs = 8_000

describe('an account whose processes are killed', function () {
  this.timeout(forMs + 60_000)
  const open = withSystems()

  it('is never wrong on the way, and right at the end', async () => {
    const system = await open({ symbols: 4, klines: 0, cursors: 0 })
    const start = (source: AccountSource) => system.start('position', sourceSettings(source))
    const running = new Map<AccountSource, Child>()
    for (const source of sources) running.set(source, await start(source))
    const client = await openTrading(system)
    const watched = await watchPositions(system)
    const endsAt = Date.now() + forMs
    let kills = 0
    let trades = 0

    async function kill(): Promise<void> {
      while (Date.now() < endsAt) {
        await sleep(killEveryMs * (0.5 + Math.random()))
        const source = sources[Math.floor(Math.random() * sources.length)] as AccountSource
        await running.get(source)?.signal('SIGKILL')
        kills += 1
        running.set(source, await start(source))
      }
    }
    async function trade(): Promise<void> {
      const symbols = Object.keys(lots)
      while (Date.now() < endsAt) {
        await sleep(tradeEveryMs * (0.5 + Math.random()))
        const symbol = symbols[Math.floor(Math.random() * symbols.length)] as string
        const quantity = (lots[symbol] ?? 0) * Math.ceil(Math.random() * 3)
        await client.market(symbol, Math.random() < 0.5 ? 'BUY' : 'SELL', quantity.toFixed(2))
        trades += 1
      }
    }
    await Promise.all([kill(), trade()])

    let found: string[] = []
    const same = async () => {
      system.requireAlive()
      found = await differencesOf(system, client)
      return found.length === 0
    }
    const tookMs = await until('Redis tells what the venue knows', same, sameWithinMs, () => found.join('; '))
    tell(`${kills} kills, ${trades} trades, ${watched.count()} changes seen, the same after ${tookMs} ms`)
    expect(watched.wrong(await client.truth())).to.deep.equal([])
    watched.stop()
  })
})
