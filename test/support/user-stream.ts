import { openEgress } from '../../lib/egress/egress.ts'
import type { Egress } from '../../lib/egress/egress.ts'
import type { UserEvent } from '../../lib/exchange/account-exchange.ts'
import { openAccountExchange } from '../../lib/exchange/open-account-exchange.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import { positionField } from '../../lib/model/position-report.ts'
import { openUserStream } from '../../lib/stream/user-stream.ts'
import type { StreamPace, UserStream } from '../../lib/stream/user-stream.ts'
import { AccountClient } from '../simulator/account-client.ts'
import { getJson, postJson } from '../simulator/request.ts'
import { longKeys } from './account.ts'
import { startSimulatorProcess } from './simulator.ts'
import type { SimulatorProcess } from './simulator.ts'
import { until } from './until.ts'
import { withRedis } from './with-redis.ts'

/** The events of an account that nobody else has, and all that was told of them. */
export interface TestStream {
  readonly simulator: SimulatorProcess
  readonly client: AccountClient
  readonly egress: Egress
  readonly stream: UserStream
  readonly events: UserEvent[]
  readonly gaps: string[]
  /** waits until the venue dates a change surely after now, by the clock that the stream has */
  untilLater(): Promise<unknown>
  /** the sizes that were told, in their order, as `BTCUSDT/both 0.1` */
  sizes(): string[]
  /** pays 1 USDC in */
  deposit(): Promise<unknown>
  /** pays in until the stream tells of it, and gives the ms that it took */
  untilHeard(withinMs: number): Promise<number>
  /** the connections to the account's events, as the simulator knows them */
  connections(): Promise<{ readonly openedAt: number; readonly sent: number }[]>
}

export interface TestStreamOptions {
  readonly flags?: readonly string[]
  readonly rate?: number
  readonly pace?: StreamPace
  readonly proxy?: string
}

/**
 * Starts what the events of an account take, once for each call, and ends it after the test. Tests that want the same
 * simulator share one, without the faults and the counts of the one before.
 */
export function withUserStream(): (of?: TestStreamOptions) => Promise<TestStream> {
  const redis = withRedis()
  const closing: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close()
  })

  const simulators = new Map<string, SimulatorProcess>()
  after(async () => {
    for (const simulator of simulators.values()) await simulator.stop()
  })
  async function simulatorOf(flags: readonly string[], rate: number): Promise<SimulatorProcess> {
    const wanted = ['--symbols', '3', '--rate', String(rate), '--weight-limit', '1000000', ...flags]
    const simulator = simulators.get(wanted.join(' ')) ?? (await startSimulatorProcess(...wanted))
    simulators.set(wanted.join(' '), simulator)
    await until('no connection', async () => (await connectionsOf(simulator)).length === 0, 5_000)
    await simulator.reset()
    return simulator
  }

  let accounts = 0
  return async ({ flags = [], rate = 1, pace = {}, proxy = '' } = {}) => {
    const { secret } = longKeys
    const key = `${longKeys.key.slice(0, -3)}${String((accounts += 1)).padStart(3, '0')}`
    const simulator = await simulatorOf(flags, rate)
    const { url } = simulator
    await postJson(`${url}/_sim/accounts`, { key, secret })
    const hub = await redis.hub({ rate: String(rate), exchangeUrl: url, logLevel: 'error', proxy })
    const egress = openEgress(hub, 'binanceusdm')
    const exchange = await openAccountExchange('binanceusdm', {
      url,
      localAddress: '',
      proxy: '',
      gate: egress.gate,
      account: 'main',
      keys: closeKeys(key, secret),
      clock: hub.clock,
    })
    closing.push(() => exchange.close())
    const sentAt = Date.now()
    hub.clock.correct(await egress.call('account', () => exchange.fetchTime()), sentAt, Date.now())
    const events: UserEvent[] = []
    const gaps: string[] = []
    const stream = openUserStream(
      { hub, exchange, egress },
      { onEvent: (event) => void events.push(event), onGap: (reason) => void gaps.push(reason) },
      pace,
    )
    closing.push(() => stream.stop())
    await until('a connection', async () => stream.tell().connected, 15_000)
    const deposit = () => postJson(`${url}/_sim/transfer`, { key, asset: 'USDC', amount: '1' })
    return {
      simulator,
      client: await AccountClient.open(url, key, secret),
      egress,
      stream,
      events,
      gaps,
      untilLater() {
        const { clock } = hub
        const surelyAt = clock.now() + 2 * clock.errorMs()
        return until("a time beyond the clock's error", async () => clock.now() > surelyAt, 20_000)
      },
      sizes: () =>
        events.flatMap((event) =>
          event.kind === 'report'
            ? event.report.positions.map((each) => `${positionField(each)} ${each.size}`)
            : [],
        ),
      deposit,
      untilHeard(withinMs) {
        const from = events.length
        return until(
          'the event of a deposit',
          async () => {
            await deposit()
            return until('it', async () => events.length > from, 100).then(() => true)
          },
          withinMs,
        )
      },
      connections: () => connectionsOf(simulator),
    }
  }
}

async function connectionsOf({ url }: SimulatorProcess): Promise<{ openedAt: number; sent: number }[]> {
  const { streams } = await getJson<{
    streams: { category: string; openedAt: number; sent: number }[]
  }>(`${url}/_sim/stats`)
  return streams.filter(({ category }) => category === 'private')
}
