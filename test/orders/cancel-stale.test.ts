import { expect } from 'chai'
import { cancelStale } from '../../actors/order/cancel-stale.ts'
import { keepSettled } from '../../actors/order/keep-settled.ts'
import { decodeClaim } from '../../lib/model/claim.ts'
import type { SizedIntent } from '../../lib/model/claim.ts'
import { clientOrderIdOf } from '../../lib/model/client-order-id.ts'
import { floorTo, mul, sub } from '../../lib/model/decimal.ts'
import type { Intent, OrderIntent } from '../../lib/model/intent.ts'
import { readLiveOrder } from '../../lib/orders/live-orders.ts'
import { claim, sendClaimed } from '../../lib/orders/send-intent.ts'
import { readStale } from '../../lib/orders/stale-orders.ts'
import { limitsOf } from '../../lib/risk/limits.ts'
import { of, openTestDesk } from '../support/open-desk.ts'
import type { TestDesk } from '../support/open-desk.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { until, watch } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'
import { getJson } from '../simulator/request.ts'

const symbol = 'BTCUSDT'
const limits = limitsOf({ openRestMs: 1_000, openTakerShare: 0.5, takerWithinMs: 20_000 })

describe('an order that rested too long', function () {
  this.timeout(60_000)
  const redis = withRedis()
  let simulator: Simulator
  let desk: TestDesk
  const stops: (() => Promise<void>)[] = []

  before(async () => {
    simulator = await startSimulator('--symbols', '2', '--account', 'one:first:USDT=1000000')
  })
  beforeEach(async () => {
    desk = await openTestDesk(await redis.hub(), simulator)
    await desk.hub.redis.set(desk.hub.keys.tradingState(of.venue, of.account), 'active')
    const settling = keepSettled(desk.desk, desk.account, { leads: () => true, isStreaming: () => false })
    stops.push(() => settling.stop())
  })
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
    await desk.stop()
  })
  after(() => simulator.stop())

  function begin(hand: (intent: Intent) => Promise<void>, by: object = {}): () => Promise<void> {
    const stale = cancelStale(desk.desk, { leads: () => true, limits: { ...limits, ...by }, hand })
    stops.push(() => stale.stop())
    return () => stale.stop()
  }

  /** Rests an order of so many contracts at a part of the best ask. */
  async function rest(signalId: string, size: string, factor: number): Promise<string> {
    const { askPrice } = await getJson<{ askPrice: string }>(
      `${simulator.url}/fapi/v1/ticker/bookTicker?symbol=${symbol}`,
    )
    const id = clientOrderIdOf(of.account, 'test', signalId)
    const intent: SizedIntent = {
      id,
      account: of.account,
      strategy: 'test',
      signalId,
      class: 'open',
      symbol,
      side: 'buy',
      positionSide: 'both',
      type: 'limit',
      timeInForce: 'GTC',
      postOnly: false,
      reduceOnly: false,
      price: (Number(askPrice) * factor).toFixed(1),
      slices: [{ clientOrderId: id, size }],
      deadline: desk.hub.clock.now() + 5_000,
    }
    const { path } = desk.desk
    const terms = { before: { size: '0', time: 0 }, reservations: [], revision: 0 }
    await sendClaimed(path, decodeClaim((await claim(path, intent, terms)).claim))
    expect((await readLiveOrder(desk.hub, of, id))?.state).to.equal('open')
    return id
  }

  const takerOf = (id: string) => clientOrderIdOf(of.account, 'test', `taker ${id}`)
  const isForgotten = async () => (await readStale(desk.hub, of)).length === 0

  it('has one taker, whoever hands it on and dies before or after the queue has it', async () => {
    const handed: Intent[] = []
    const id = await rest('one', '0.1', 0.96)
    const stopFirst = begin(async () => {
      throw new Error('it dies before')
    })
    const isCancelled = async () => (await readLiveOrder(desk.hub, of, id))?.state === 'cancelled'
    await until('it is cancelled', isCancelled, 10_000)
    // Its room is free, and there is nobody to take the intent.
    await watch(1_000, async () => {
      expect(await isForgotten()).to.equal(false)
    })
    await stopFirst()
    const stopSecond = begin(async (intent) => {
      handed.push(intent)
      throw new Error('it dies after')
    })
    await until('the second hands it on', async () => handed.length > 0, 10_000)
    await stopSecond()
    const before = handed.length
    begin(async (intent) => void handed.push(intent))
    await until('the third hands it on', async () => handed.length > before, 10_000)
    await until('nothing is to follow', isForgotten, 5_000)
    await watch(1_000, async () => {
      expect(handed.length).to.equal(before + 1)
    })
    expect(new Set(handed.map((intent) => intent.id))).to.deep.equal(new Set([takerOf(id)]))
    const [taker] = handed as OrderIntent[]
    expect(taker).to.include({ class: 'open', strategy: 'test', side: 'buy', type: 'market', size: '0.05' })
    expect(new Set(handed.map(({ deadline }) => deadline)).size).to.equal(1)
  })

  it('that traded until its end leaves to the taker what its final state left', async () => {
    const handed: Intent[] = []
    await simulator.faults({ kind: 'latency', when: 'before', ms: 700, path: 'DELETE /fapi/v1/order' })
    const id = await rest('two', '40', 1.0001)
    begin(async (intent) => void handed.push(intent))
    let lookedAt = 0
    const isHanded = async () => {
      // Each of them counts at the venue.
      if (Date.now() - lookedAt > 300) await desk.readPosition(symbol).then(() => (lookedAt = Date.now()))
      return handed.length > 0
    }
    await until('its taker is handed on', isHanded, 20_000)
    await simulator.faults()
    const order = await readLiveOrder(desk.hub, of, id)
    const left = sub(order?.size ?? '', order?.filled ?? '')
    expect(Number(order?.filled)).to.be.greaterThan(0)
    expect((handed[0] as OrderIntent).size).to.equal(floorTo(mul(left, '0.5'), '0.001'))
    await until('nothing is to follow', isForgotten, 5_000)
  })

  it('has no taker once its time is over, or where none is configured', async () => {
    const handed: Intent[] = []
    const hand = async (intent: Intent) => void handed.push(intent)
    const id = await rest('three', '0.1', 0.96)
    const stopFirst = begin(
      async () => {
        throw new Error('it is not there')
      },
      { takerWithinMs: 2_500 },
    )
    const isCancelled = async () => (await readLiveOrder(desk.hub, of, id))?.state === 'cancelled'
    await until('it is cancelled', isCancelled, 10_000)
    await stopFirst()
    const [stale] = await readStale(desk.hub, of)
    await until('its time is over', async () => desk.hub.clock.now() > (stale?.until ?? Infinity), 5_000)
    const stopSecond = begin(hand)
    await until('nothing is to follow', isForgotten, 5_000)
    await stopSecond()
    const none = await rest('four', '0.1', 0.96)
    begin(hand, { openTakerShare: '0' })
    const isEnded = async () => (await readLiveOrder(desk.hub, of, none))?.state === 'cancelled'
    await until('it is cancelled', isEnded, 10_000)
    await watch(1_000, async () => {
      expect(handed).to.deep.equal([])
      expect(await isForgotten()).to.equal(true)
    })
  })
})
