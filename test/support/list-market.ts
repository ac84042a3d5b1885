import { createClock } from '../../lib/hub/clock.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { writeVenueClock } from '../../lib/hub/venue-clock.ts'
import { openExchange } from '../../lib/exchange/open-exchange.ts'
import { listInstruments, writeInstruments } from '../../lib/market/instruments.ts'
import { openRecordingGate } from './recording-gate.ts'
import type { Simulator } from './simulator.ts'

/** Writes what a simulated venue lists, and its clock, to Redis as a leading symbol-cursor does, once. */
export async function listMarket(hub: Hub, venue: string, simulator: Simulator): Promise<void> {
  const { rate } = hub.clock
  const clock = createClock(rate, { offsetMs: simulator.now() - Date.now() * rate, errorMs: 5 })
  const gate = openRecordingGate()
  const exchange = await openExchange(venue, { url: simulator.url, localAddress: '', proxy: '', gate })
  const instruments = await exchange.fetchInstruments()
  await exchange.close()
  await writeInstruments(hub, venue, listInstruments(instruments, new Map(), new Map()))
  await writeVenueClock({ ...hub, clock }, venue)
}
