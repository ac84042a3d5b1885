import { setTimeout as sleep } from 'node:timers/promises'
import type { Interval } from '../../lib/model/timeframe.ts'
import { startSimulator as startHere } from '../simulator/start-simulator.ts'
import { startChild } from './child.ts'
import type { Child } from './child.ts'

/** What the simulator counted for one source address. */
export interface AddressStats {
  readonly requests: number
  readonly http429: number
  readonly http418: number
  readonly http403: number
  readonly refusedWhileBanned: number
  readonly refusedConnections: number
  /** for asking too often, in whatever words */
  readonly limitRefusals: number
  /** real ms */
  readonly lastRequestAt: number
  readonly byPath: Readonly<Record<string, number>>
  readonly weight: number
  readonly windowWeight: number
}

export interface SimulatorStats {
  readonly now: number
  readonly rate: number
  readonly behindMs: number
  readonly offsetMs: number
  readonly requests: number
  readonly addresses: Readonly<Record<string, AddressStats>>
}

/** Which recorded minute is shown when; times in ms. */
export interface SimulatorMarket {
  readonly reel?: { readonly recordedFrom: number; readonly minutes: number; readonly shiftMs: number }
  readonly symbols: readonly {
    readonly symbol: string
    readonly plain: boolean
    readonly copyOf?: { symbol: string; shiftMinutes: number }
  }[]
}

/** `[openTime, open, high, low, close, volume]` */
export type Candle = readonly [number, string, string, string, string, string]

/** The time between two answers for one symbol, real ms. */
export interface GapSummary {
  readonly count: number
  readonly p50?: number
  readonly p95?: number
  readonly max?: number
  /** how many gaps the symbol with the fewest, and the one with the most, has */
  readonly minPerSymbol: number
  readonly maxPerSymbol: number
}

/** A simulated venue of a test. */
export interface Simulator {
  readonly url: string
  /** the venue's clock, to the ms */
  now(): number
  /** replaces all faults */
  faults(...rules: readonly object[]): Promise<void>
  /** the faults in force, and how many hits those with a count have left */
  standing(): Promise<{ readonly kind: string; readonly path?: string; readonly left?: number }[]>
  stats(): Promise<SimulatorStats>
  /** clears faults, counts and bans */
  reset(): Promise<void>
  /** lists, delists or changes symbols */
  change(...changes: readonly object[]): Promise<void>
  market(): Promise<SimulatorMarket>
  /** final candles */
  candles(symbol: string, startTime: number, interval?: Interval): Promise<Candle[]>
  /** of the polls that were answered after `since`, real ms */
  gaps(interval: Interval, since: number): Promise<GapSummary>
  stop(): Promise<unknown>
}

/** One in a process of its own. */
export interface SimulatorProcess extends Simulator {
  readonly child: Child
}

const controlWithinMs = 20_000

/** Starts a simulator on a free port, in the process of the tests. */
export async function startSimulator(...flags: readonly string[]): Promise<Simulator> {
  const simulator = await startHere(...flags)
  return control(simulator.url, () => simulator.stop())
}

/** The same in a process of its own: where a system is measured, or the venue itself freezes. */
export async function startSimulatorProcess(...flags: readonly string[]): Promise<SimulatorProcess> {
  const args = ['simulator', '--port', '0', '--log-level', 'silent', ...flags]
  const child = startChild('the simulator', process.execPath, args, process.env)
  const url = (await child.line(/^simulator ready (\S+)$/m))[1] ?? ''
  return { ...(await control(url, () => child.signal('SIGKILL'))), child }
}

async function control(url: string, stop: () => Promise<unknown>): Promise<Simulator> {
  let clock: SimulatorStats

  const stats = async () => {
    clock = (await ask(`${url}/_sim/stats`)) as SimulatorStats
    return clock
  }
  clock = await stats()
  return {
    url,
    stop,
    now: () => Math.floor(Date.now() * clock.rate) - clock.behindMs + clock.offsetMs,
    async faults(...rules) {
      await ask(`${url}/_sim/faults`, rules)
      await stats()
    },
    standing: async () => (await ask(`${url}/_sim/faults`)) as { kind: string }[],
    stats,
    async reset() {
      await ask(`${url}/_sim/reset`, {})
      await stats()
    },
    async change(...changes) {
      await ask(`${url}/_sim/symbols`, changes)
    },
    market: async () => (await ask(`${url}/_sim/market`)) as SimulatorMarket,
    candles: async (symbol, startTime, interval = '1m') => {
      const query = `symbol=${symbol}&startTime=${startTime}&interval=${interval}`
      return (await ask(`${url}/_sim/candles?${query}`)) as Candle[]
    },
    gaps: async (interval, since) =>
      (await ask(`${url}/_sim/gaps?interval=${interval}&since=${since}`)) as GapSummary,
  }
}

// A fault that refuses connections refuses these too.
async function ask(url: string, body?: unknown): Promise<unknown> {
  const giveUpAt = Date.now() + controlWithinMs
  const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  for (;;) {
    try {
      const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(controlWithinMs) })
      const text = await answer.text()
      if (answer.status !== 200) throw new RangeError(`${url} answered ${answer.status}: ${text}`)
      return JSON.parse(text) as unknown
    } catch (error) {
      if (error instanceof RangeError || Date.now() > giveUpAt) throw error
      await sleep(10)
    }
  }
}
