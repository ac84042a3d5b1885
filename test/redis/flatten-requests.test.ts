import { expect } from 'chai'
import fc from 'fast-check'
import { readTradingState } from '../../lib/account/trading-states.ts'
import { endFlatten, readFlatten, requestFlatten, writeFlatten } from '../../lib/orders/flatten-requests.ts'
import type { FlattenProgress } from '../../lib/orders/flatten-requests.ts'
import { switchTrading } from '../../lib/orders/switch-trading.ts'
import { beginExit } from '../../lib/risk/exit-state.ts'
import type { ExitState } from '../../lib/risk/exit-state.ts'
import { beginFlatten } from '../../lib/risk/flatten-plan.ts'
import { withRedis } from '../support/with-redis.ts'

const of = { venue: 'binanceusdm', account: 'main' }
const runs = Number(process.env['SOAK_RUNS'] ?? 1) * 20
const progress: FlattenProgress = { left: {}, orders: 0, stops: 0, problems: {}, isLate: false }

describe('flatten requests', () => {
  const redis = withRedis({ cluster: true })

  it('halt the account, and are one however many ask', async () => {
    const hub = await redis.hub()
    const asked = await Promise.all(
      Array.from({ length: 5 }, (_, at) => requestFlatten(hub, of, `why ${at}`, 'person')),
    )
    expect(asked.filter((isNew) => isNew)).to.have.length(1)
    expect((await readTradingState(hub, of)).state).to.equal('halted')
    const refused = await switchTrading(hub, of, 'active', 'no')
    expect(refused).to.deep.equal({
      outcome: 'refused',
      reason: 'main at binanceusdm is being flattened and stays halted',
    })
    expect((await switchTrading(hub, of, 'halted', 'yes')).outcome).to.equal('switched')
  })

  it('are read as they were written, with every exit', async () => {
    const hub = await redis.hub()
    await requestFlatten(hub, of, 'why', 'rule')
    const exit: ExitState = {
      ...beginExit({ symbol: 'BTCUSDT', side: 'both', to: '0', now: 5, isUrgent: false }),
      sent: 1,
      exits: [
        {
          id: 'sl1',
          side: 'sell',
          type: 'limit',
          price: '99.5',
          size: '0.1',
          state: 'ended',
          sentAt: 6,
          endedAt: 7,
          refusal: 'band',
          askedAt: 0,
        },
      ],
    }
    const state = { ...beginFlatten(4), exits: new Map([['BTCUSDT/both', exit]]) }
    expect(await writeFlatten(hub, of, 1, { state, progress })).to.equal(true)
    expect(await readFlatten(hub, of)).to.deep.include({ state, progress, revision: 2, ended: undefined })
  })

  it('go on by one at a time: of any number who write what they read, one wins each revision', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        async (rivals, ends) => {
          const hub = await redis.hub()
          await requestFlatten(hub, of, 'why', 'person')
          const state = beginFlatten(4)
          for (const [at, more] of rivals.entries()) {
            const tries = Array.from({ length: more + 1 }, () =>
              writeFlatten(hub, of, at + 1, { state, progress }),
            )
            expect((await Promise.all(tries)).filter((isKept) => isKept)).to.have.length(1)
          }
          const last = rivals.length + 1
          expect((await readFlatten(hub, of))?.revision).to.equal(last)
          if (!ends) return
          expect(await endFlatten(hub, of, last, 'stopped')).to.equal(true)
          expect(await writeFlatten(hub, of, last + 1, { state, progress })).to.equal(false)
          expect(await endFlatten(hub, of, last + 1, 'flat')).to.equal(false)
          expect((await readFlatten(hub, of))?.ended).to.equal('stopped')
          expect(await requestFlatten(hub, of, 'again', 'person')).to.equal(true)
          expect(await readFlatten(hub, of)).to.deep.include({ state: undefined, ended: undefined })
        },
      ),
      { numRuns: runs },
    )
  })
})
