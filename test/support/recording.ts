import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { projectRoot } from '../../lib/hub/project-root.ts'
import type { Candle } from './simulator.ts'
import type { System } from './system.ts'
import { toTruth } from './truth.ts'
import type { Truth } from './truth.ts'

/** The path of a file of recorded data, which lies in `shared/data` beside the project or above; undefined without it. */
export function findRecorded(file: string): string | undefined {
  for (let folder = projectRoot(); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'shared', 'data', file)
    if (existsSync(path)) return path
  }
  return undefined
}

/**
 * symbol -> its recorded candles, every number as it is written in the file. Of `oneOf` symbols the first one has its
 * candles, the others none.
 */
export function readRecording(path: string, oneOf = 1): Map<string, Candle[]> {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  const candles = new Map<string, Candle[]>()
  const chosen = new Set<string>()
  for (const line of text.split('\n').slice(1)) {
    if (line === '') continue
    const name = line.slice(0, line.indexOf(','))
    if (!candles.has(name)) {
      if (candles.size % oneOf === 0) chosen.add(name)
      candles.set(name, [])
    }
    if (!chosen.has(name)) continue
    const [, openTime, open = '', high = '', low = '', close = '', volume = ''] = line.trim().split(',')
    candles.get(name)?.push([Number(openTime), open, high, low, close, volume])
  }
  return candles
}

/** What the recording says, at the times at which the simulator shows it. */
export async function recordedTruth(
  system: System,
  recording: ReadonlyMap<string, readonly Candle[]>,
): Promise<Truth> {
  const { reel } = await system.simulator.market()
  if (reel === undefined) throw new Error('the simulator shows no recording')
  return async (symbol) =>
    toTruth((recording.get(symbol) ?? []).map(([openTime, ...rest]) => [openTime + reel.shiftMs, ...rest]))
}
