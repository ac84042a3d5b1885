import type { Hub } from '../../lib/hub/hub.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { causeOf } from '../../lib/model/alert.ts'
import type { Alert } from '../../lib/model/alert.ts'
import type { InstrumentStatus, ListedInstrument } from '../../lib/model/instrument.ts'
import type { Finder } from './finder.ts'

const everyMs = 15_000

/**
 * Finds perpetuals that the venue is about to end, which stand until they are ended, and those that it ended or stopped
 * without notice.
 */
export function findDelistings(hub: Hub, venue: string): Finder {
  let before = new Map<string, InstrumentStatus>()
  return {
    name: 'delistings',
    everyMs,
    async find(stood) {
      const instruments = await readInstruments(hub, venue)
      // An empty hub says nothing about the venue.
      if (instruments.size === 0) return undefined
      const perpetuals = [...instruments.values()].filter(({ contract }) => contract === 'perpetual')
      const standing: Alert[] = []
      const events: Alert[] = []
      const endings = new Map<string, string>()
      for (const instrument of perpetuals) {
        const { symbol, status } = instrument
        const alert = toAlert(venue, instrument)
        if (isEnding(instrument)) standing.push(alert)
        else if (stood.has(causeOf(alert))) endings.set(causeOf(alert), `its status is ${status} now`)
        else if (status === 'delisted' && before.get(symbol) === 'trading') events.push(alert)
      }
      before = new Map(perpetuals.map(({ symbol, status }) => [symbol, status]))
      return { standing, events, endings }
    },
  }
}

function isEnding({ status, deliveryTime }: ListedInstrument): boolean {
  return status === 'settling' || (status === 'trading' && deliveryTime !== undefined)
}

function toAlert(venue: string, { symbol, status, deliveryTime }: ListedInstrument): Alert {
  const when =
    deliveryTime === undefined
      ? ''
      : `; it is settled at ${new Date(deliveryTime).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return {
    kind: 'delisting',
    subject: `${venue} ${symbol}`,
    severity: 'warning',
    text: `the venue's status of it is ${status}${when}`,
  }
}
