import { expect } from 'chai'
import { openEgress } from '../../lib/egress/egress.ts'
import { pollCostOf } from '../../lib/exchange/charges.ts'
import { venueOf } from '../../lib/exchange/open-exchange.ts'
import type { Flow } from '../../lib/model/egress-budget.ts'
import { describeError } from '../../lib/model/errors.ts'
import { until } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'

const venue = 'binanceusdm'
// Of a whole window, as a poll has it that is made once in a minute.
const flow: Flow = { name: 'marks', share: 1, usualWeight: 10, patienceMs: 90_000 }

describe('a request that waits for weight', function () {
  this.timeout(20_000)
  const redis = withRedis({ cluster: true })

  it('waits no longer once its process is told to stop', async () => {
    // 12 of 2,400 in a minute, and it weighs 10.
    const hub = await redis.hub({ address: 'here', share: '0.005' })
    const egress = openEgress(hub, venue)
    const { charge } = pollCostOf(venueOf(venue), 'marks')
    const request = { method: 'GET', path: 'premiumIndex', weight: charge.amount, charges: [charge] }
    let waitsSince = Infinity
    const outcomes: string[] = []
    const enter = async () => {
      waitsSince = Date.now()
      await egress
        .call('market', () => egress.gate.enter(request), undefined, flow)
        .then(
          (ticket) => {
            outcomes.push('left')
            ticket.settle({ status: 200, usedWeight: charge.amount, closeForMs: undefined })
          },
          (error: unknown) => outcomes.push(describeError(error)),
        )
      waitsSince = Infinity
    }
    // The minute may end meanwhile, with which another one leaves.
    const waits = async () => {
      if (waitsSince === Infinity) void enter()
      return outcomes.includes('left') && Date.now() - waitsSince > 300
    }
    await until('one has left and another one waits', waits, 10_000)
    egress.stop()
    await until('none waits', async () => waitsSince === Infinity, 5_000)
    const last = outcomes.at(-1)
    if (last !== 'left') expect(last).to.contain('no weight left on address here')
  })
})
