import { expect } from 'chai'
import { openAccountExchange } from '../../lib/exchange/open-account-exchange.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import { OutcomeUnknownError, RetryLaterError, VenueRejectedError } from '../../lib/model/errors.ts'
import { failureOf } from '../support/failure-of.ts'
import { toSend } from '../support/order-account.ts'
import type { Conformance } from './conforming-venue.ts'

/** How every venue must fail. */
export function itFailsByConsequence(venue: string, of: () => Conformance): void {
  it('says of an order and of a stop that never was that there is none', async () => {
    const { orders, instrument, newId } = of()
    const { symbol } = instrument
    expect(await orders.fetchOrder(symbol, newId())).to.equal(undefined)
    expect(await orders.fetchStop(symbol, newId())).to.equal(undefined)
    expect(await orders.cancelOrder(symbol, newId())).to.equal(false)
    expect(await orders.cancelStop(symbol, newId())).to.equal(false)
  })

  it('rejects with its code what it will never take', async () => {
    const { orders, instrument, newId } = of()
    const tiny = toSend({ symbol: instrument.symbol, clientOrderId: newId(), size: '0.0000000001' })
    const unknown = toSend({ symbol: `NO${instrument.symbol}`, clientOrderId: newId() })
    for (const order of [tiny, unknown]) {
      const failure = await failureOf(() => orders.createOrder(order))
      expect(failure).to.be.instanceOf(VenueRejectedError)
      expect((failure as VenueRejectedError).code).to.match(/^-?\d+$/)
    }
  })

  it('rejects keys that are not its own, and says none of them', async () => {
    const { site, gate, clock } = of()
    const keys = closeKeys(`${site.keys.key}x`, 'wrong-secret-of-a-test', 'wrong-phrase-of-a-test')
    const options = { url: site.url, localAddress: '', proxy: '', gate, account: 'other', keys, clock }
    const other = await openAccountExchange(venue, options)
    try {
      const failure = await failureOf(() => other.fetchBalances())
      expect(failure).to.be.instanceOf(VenueRejectedError)
      for (const word of [keys.key, keys.secret, keys.passphrase])
        expect(String(failure)).not.to.contain(word)
    } finally {
      await other.close()
    }
  })

  it('makes one order of two with one id, and does not know whose the second is', async () => {
    const { orders, instrument, size, newId, priceAt } = of()
    const { symbol } = instrument
    const resting = toSend({
      symbol,
      clientOrderId: newId(),
      price: await priceAt('0.9'),
      size,
      postOnly: true,
    })
    await orders.createOrder(resting)
    expect(await failureOf(() => orders.createOrder(resting))).to.be.instanceOf(OutcomeUnknownError)
    const open = await orders.fetchOpenOrders(symbol)
    expect(open.filter((each) => each.clientOrderId === resting.clientOrderId)).to.have.length(1)
  })

  for (const taken of [true, false]) {
    it(`does not know what became of an order whose answer is lost and that was ${taken ? '' : 'not '}taken`, async function () {
      const { site, orders, instrument, size, newId, ended } = of()
      if (site.simulated === undefined) return this.skip()
      const order = toSend({ symbol: instrument.symbol, clientOrderId: newId(), size })
      await site.simulated.loseAnswer(taken)
      const failure = await failureOf(() => orders.createOrder(order))
      expect(failure).to.be.instanceOf(OutcomeUnknownError)
      expect((failure as OutcomeUnknownError).clientOrderId).to.equal(order.clientOrderId)
      if (taken) expect((await ended(order.clientOrderId)).state).to.equal('filled')
      else expect(await orders.fetchOrder(instrument.symbol, order.clientOrderId)).to.equal(undefined)
    })
  }

  it('never has an order that comes to it later than its window says', async function () {
    const { site, orders, instrument, size, newId, clock } = of()
    if (site.simulated === undefined) return this.skip()
    expect(orders.recvWindowMs).to.be.at.most(2_000)
    // What is refused for its time alone is sent again with the right one, but not so late.
    const notAfter = clock.now() + 1_000 * site.rate
    const order = toSend({ symbol: instrument.symbol, clientOrderId: newId(), size, notAfter })
    await site.simulated.holdBack(orders.recvWindowMs + 300)
    await failureOf(() => orders.createOrder(order))
    expect(await orders.fetchOrder(instrument.symbol, order.clientOrderId)).to.equal(undefined)
  })

  it('stays away for as long as the venue says when there were too many requests', async function () {
    const { site, market, gate, instrument } = of()
    if (site.simulated === undefined) return this.skip()
    await site.simulated.refuseForRate()
    const failure = await failureOf(() => market.fetchKlines(instrument.symbol, '1m', { limit: 1 }))
    expect(failure).to.be.instanceOf(RetryLaterError)
    expect(gate.passed.at(-1)?.answers.at(-1)?.closeForMs).to.be.greaterThan(0)
  })
}
