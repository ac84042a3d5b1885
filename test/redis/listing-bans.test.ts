import { expect } from 'chai'
import { closingMs, keepListingBans, listingBan, readBans } from '../../lib/account/listing-bans.ts'
import type { Instrument } from '../../lib/model/instrument.ts'
import { toPerpetual } from '../support/instrument.ts'
import { withRedis } from '../support/with-redis.ts'

const of = { venue: 'binanceusdm', account: 'main' }
const now = 1_764_000_000_000
const hourMs = 3_600_000

function instrument(symbol: string, more: Partial<Instrument> = {}): Instrument {
  return { ...toPerpetual(symbol), ...more }
}

describe('bans by the listing', () => {
  const redis = withRedis({ cluster: true })

  it('are of what is settled, delisted or about to be, and of a contract in the last day before its delivery', () => {
    const until = now + hourMs
    expect(listingBan(instrument('A'), now)).to.equal(undefined)
    expect(listingBan(instrument('A', { status: 'paused' }), now)).to.equal(undefined)
    expect(listingBan(instrument('A', { status: 'settling' }), now)).to.include({ deadline: undefined })
    expect(listingBan(instrument('A', { status: 'delisted' }), now)?.reason).to.contain('not listed')
    expect(listingBan(instrument('A', { deliveryTime: until + 30 * closingMs }), now)).to.include({
      deadline: until + 30 * closingMs,
    })
    const delivery = { contract: 'delivery', deliveryTime: now + closingMs } as const
    expect(listingBan(instrument('A', delivery), now)).to.equal(undefined)
    expect(listingBan(instrument('A', delivery), now + 1)).to.include({ deadline: now + closingMs })
  })

  it('come and go with the listing, and keep the time at which they began', async () => {
    const hub = await redis.hub()
    const settling = instrument('OLDUSDT', { status: 'settling', deliveryTime: now + hourMs })
    const listed = [instrument('BTCUSDT'), settling]
    expect(await keepListingBans(hub, of, listed, now)).to.deep.equal({ added: ['OLDUSDT'], lifted: [] })
    expect(await keepListingBans(hub, of, listed, now + 5)).to.deep.equal({ added: [], lifted: [] })
    const later = [{ ...settling, deliveryTime: now + 2 * hourMs }]
    expect(await keepListingBans(hub, of, later, now + 9)).to.deep.equal({ added: [], lifted: [] })
    const bans = await readBans(hub, of)
    expect([...bans.keys()]).to.deep.equal(['OLDUSDT'])
    expect(bans.get('OLDUSDT')).to.deep.equal({
      reason: 'OLDUSDT is being settled',
      by: 'listing',
      since: now,
      until: null,
      deadline: now + 2 * hourMs,
    })
    const back = [instrument('OLDUSDT')]
    expect(await keepListingBans(hub, of, back, now)).to.deep.equal({ added: [], lifted: ['OLDUSDT'] })
    expect((await readBans(hub, of)).size).to.equal(0)
  })

  it('leave the bans of others alone', async () => {
    const hub = await redis.hub()
    const key = hub.keys.bans(of.venue, of.account)
    const byHand = JSON.stringify({ reason: 'not today', since: 1, until: null })
    await hub.redis.hset(key, { ALL: byHand, AUSDT: byHand, BUSDT: byHand })
    const listed = [instrument('AUSDT', { status: 'settling' }), instrument('BUSDT')]
    expect(await keepListingBans(hub, of, listed, now)).to.deep.equal({ added: [], lifted: [] })
    expect(await hub.redis.hgetall(key)).to.deep.equal({ ALL: byHand, AUSDT: byHand, BUSDT: byHand })
  })
})
