import type { Simulator } from './simulator.ts'

const order = '/fapi/v1/order'
const stop = '/fapi/v1/algoOrder'
const stream = 'stream/private'
const reads = 'GET /fapi/'

// Every kind that the simulator has but for the two that close an address: that nothing is refused for want of budget is
// what is judged. Spans are venue ms. A rule's chances come from its place in the list alone, which is turned each time.
const rules = [
  { kind: 'unknown', taken: true, path: `POST ${order}`, probability: 0.03 },
  { kind: 'unknown', taken: false, path: `POST ${order}`, probability: 0.02 },
  { kind: 'unknown', path: `DELETE ${order}`, probability: 0.03 },
  { kind: 'unknown', taken: true, path: `POST ${stop}`, probability: 0.02 },
  { kind: 'unknown', taken: false, path: `POST ${stop}`, probability: 0.02 },
  { kind: 'unknown', path: `DELETE ${stop}`, probability: 0.02 },
  { kind: 'status', status: 503, path: `POST ${order}`, probability: 0.01 },
  { kind: 'status', status: 502, body: 'json', path: reads, probability: 0.003 },
  { kind: 'reject', code: -1008, status: 503, path: `POST ${order}`, probability: 0.01 },
  { kind: 'empty', path: reads, probability: 0.002 },
  { kind: 'nonJson', path: reads, probability: 0.002 },
  { kind: 'cut', path: '/fapi/', probability: 0.003 },
  { kind: 'stall', ms: 20_000, path: '/fapi/', probability: 0.001 },
  { kind: 'refuse', path: '/fapi/', probability: 0.002 },
  { kind: 'latency', ms: 2_000, path: '/fapi/', probability: 0.02 },
  { kind: 'latency', ms: 2_000, when: 'before', path: `POST ${order}`, probability: 0.02 },
  { kind: 'delay', ms: 500, spreadMs: 3_000, path: stream, probability: 0.05 },
  { kind: 'notFoundFor', ms: 2_000, path: `GET ${order}`, probability: 0.1 },
  { kind: 'lag', ms: 5_000, path: '/open', probability: 0.1 },
  { kind: 'lag', ms: 3_000, path: '/fapi/v3/', probability: 0.02 },
  { kind: 'lackRows', share: 0.2, path: '/fapi/v3/', probability: 0.01 },
  { kind: 'triggerFails', status: 'REJECTED', probability: 0.1 },
  { kind: 'triggerFails', status: 'EXPIRED', probability: 0.1 },
  { kind: 'triggerFails', status: 'STUCK', probability: 0.05 },
  { kind: 'drop', path: stream, probability: 0.02 },
  { kind: 'duplicate', ms: 1_000, path: stream, probability: 0.02 },
  { kind: 'reorder', path: stream, probability: 0.02 },
  { kind: 'eventTimeBehind', ms: 1_000, path: stream, probability: 0.02 },
  { kind: 'lateClose', ms: 1_000, probability: 0.02 },
  { kind: 'cut', path: stream, probability: 0.005 },
  { kind: 'refuse', path: stream, probability: 0.2 },
] as const

// What lasts for a while, one each turn, and how far the venue's clock is off, one after the other.
const spells = [
  { kind: 'freeze', ms: 30_000, path: '/fapi/v3/', probability: 0.5 },
  { kind: 'silence', ms: 60_000, path: stream },
  { kind: 'lag', ms: 60_000, path: '/open' },
] as const
const offsets = [0, 500, 0, -500] as const
const turnEveryMs = 5_000
const countless = 1_000_000_000

/** Little things that go wrong for as long as it runs. */
export interface LowFaults {
  /** to be called again and again: renews what lasts for a while only */
  keep(): Promise<void>
  /** ends all of them; gives how many hits each kind had */
  end(): Promise<ReadonlyMap<string, number>>
}

/** Makes little things fail at a simulator. */
export function openLowFaults(simulator: Simulator): LowFaults {
  const hits = new Map<string, number>()
  let turns = 0
  let turnedAt = 0

  async function count(): Promise<void> {
    for (const { kind, path = '', left } of await simulator.standing())
      if (left !== undefined) hit(path.startsWith('stream') ? `${kind} of streams` : kind, countless - left)
  }

  function hit(kind: string, times: number): void {
    hits.set(kind, (hits.get(kind) ?? 0) + times)
  }

  return {
    async keep() {
      if (Date.now() - turnedAt < turnEveryMs) return
      turnedAt = Date.now()
      await count()
      const at = turns % rules.length
      const turned = [...rules.slice(at), ...rules.slice(0, at)].map((rule) => ({
        ...rule,
        count: countless,
      }))
      const offsetMs = offsets[turns % offsets.length] as number
      const spell = spells[turns % spells.length] as (typeof spells)[number]
      await simulator.faults(spell, { kind: 'clockOffset', offsetMs }, ...turned)
      hit(`spells of ${spell.kind}`, 1)
      hit('steps of the clock', 1)
      turns += 1
    },
    async end() {
      await count()
      await simulator.faults()
      return hits
    },
  }
}
