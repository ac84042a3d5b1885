import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../lib/hub/project-root.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import { AccountClient } from '../simulator/account-client.ts'
import { writeWave } from '../simulator/wave.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Site } from './conforming-venue.ts'

/** What the requests of a venue are called where the simulator is to fail them. */
export interface FaultPaths {
  readonly order: string
  readonly klines: string
}

const rate = 20
const keys = ['conformance', 'a-secret-of-the-suite', 'a-phrase-of-the-suite'] as const

/** How to start a simulator of a venue; undefined where it does not speak its language. */
export function findSimulator(
  venue: string,
  paths: FaultPaths,
  ...flags: string[]
): (() => Promise<Site>) | undefined {
  if (!existsSync(join(projectRoot(), 'simulator', venue))) return undefined
  return () => startSimulatedSite(paths, ...flags)
}

/**
 * A simulator of a venue whose price goes up and down by 2 % within every simulated minute, so that what waits for a price
 * does not wait long.
 */
export async function startSimulatedSite(paths: FaultPaths, ...flags: string[]): Promise<Site> {
  const file = writeWave(200, ['BTCUSDT', 'ETHUSDT'])
  const [key, secret] = keys
  const replay = ['--symbols', '2', '--replay', file.path, '--rate', String(rate)]
  const account = ['--account', `${key}:${secret}:USDT=1000000`]
  const simulator = await startSimulator(...replay, ...account, ...flags)
  file.remove()
  return {
    url: simulator.url,
    keys: closeKeys(...keys),
    rate,
    simulated: {
      loseAnswer: (taken) => simulator.faults({ kind: 'unknown', taken, path: paths.order, count: 1 }),
      holdBack: (ms) =>
        simulator.faults({ kind: 'latency', when: 'before', ms: ms * rate, path: paths.order, count: 1 }),
      refuseForRate: () => simulator.faults({ kind: 'status', status: 429, path: paths.klines, count: 1 }),
      reset: () => simulator.reset(),
      async hedge(isHedged) {
        const client = await AccountClient.open(simulator.url, key, secret)
        await client.ask('POST /fapi/v1/positionSide/dual', { dualSidePosition: isHedged })
      },
    },
    stop: () => simulator.stop(),
  }
}
