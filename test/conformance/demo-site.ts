import { readAccountKeys } from '../../lib/hub/account-keys.ts'
import { demoUrl } from '../../lib/exchange/venue.ts'
import type { Site } from './conforming-venue.ts'

/**
 * How to reach the venue's environment without real money, where SLUICE_CONFORMANCE names the venue: with the keys of the
 * account `conformance`, read as everywhere. Undefined where it does not.
 */
export function findDemo(venue: string): (() => Promise<Site>) | undefined {
  if (process.env['SLUICE_CONFORMANCE'] !== venue) return undefined
  return async () => {
    const config = { keysFile: process.env['SLUICE_KEYS_FILE'] ?? 'keys.json' }
    const keys = readAccountKeys(config, venue, 'conformance')
    return { url: demoUrl, keys, rate: 1, stop: () => Promise.resolve() }
  }
}
