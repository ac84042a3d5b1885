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

/** symbol -> its recorded candles, every number as it is written in the file. */
export function readRecording(path: string): Map<string, Candle[]> {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  const candles = new Map<string, Candle[]>()
  for (const line of text.split('\n').slice(1)) {
    if (line === '') continue
    const [symbol = '', openTime, open = '', high = '', low = '', close = '', volume = ''] = line
      .trim()
      .split(',')
    const list = candles.get(symbol) ?? []
    candles.set(symbol, list)
    list.push([Number(openTime), open, high, low, close, volume])
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
