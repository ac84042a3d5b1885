import { itTellsTheAccount } from './account.ts'
import { openConformance } from './conforming-venue.ts'
import type { Conformance, ConformingVenue, Site } from './conforming-venue.ts'
import { itKeepsSidesApart } from './hedge.ts'
import { itCountsRequests } from './limits.ts'
import { itTellsTheMarket } from './market-data.ts'
import { itTakesOrders } from './orders.ts'
import { itFailsByConsequence } from './refusals.ts'
import { itKeepsStops } from './stops.ts'
import { itTellsEvents } from './streams.ts'

/** The suite that every venue must pass: what the rest of the hub relies on, whichever venue it is. */
export function conform(venue: ConformingVenue): void {
  describe(`${venue.id} conforms`, function () {
    this.timeout(60_000)

    const { start } = venue
    if (start === undefined) {
      it('where the simulator speaks it, or SLUICE_CONFORMANCE names it', function () {
        console.log(`      skipped: there is nowhere to ask ${venue.id}`)
        this.skip()
      })
      return
    }
    let site: Site | undefined
    let open: Conformance | undefined
    before(async () => {
      site = await start()
      open = await openConformance(venue.id, site)
      // The venue's clock is known after the first signed request.
      await open.account.fetchBalances()
    })
    after(async () => {
      await open?.close()
      await site?.stop()
    })
    const of = () => {
      if (open === undefined) throw new Error('the venue is not open')
      return open
    }
    const cleared = (parts: () => void) => () => {
      afterEach(() => of().clear())
      parts()
    }

    describe('its market', () => itTellsTheMarket(of))
    describe('its limits', () => itCountsRequests(of))
    describe(
      'an account',
      cleared(() => itTellsTheAccount(of)),
    )
    describe(
      'orders',
      cleared(() => itTakesOrders(of)),
    )
    describe(
      'stops',
      cleared(() => itKeepsStops(of)),
    )
    describe(
      'hedge mode',
      cleared(() => itKeepsSidesApart(of)),
    )
    describe(
      'the stream',
      cleared(() => itTellsEvents(of)),
    )
    describe(
      'a failure',
      cleared(() => itFailsByConsequence(venue.id, of)),
    )
  })
}
