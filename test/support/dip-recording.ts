import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Close and low of six minutes, as parts of the base price: quiet, a fall of 1.5 % within a minute, deeper for a moment
// in the next one, and back up.
const sixMinutes = [
  [1, 0.9995],
  [0.985, 0.984],
  [0.986, 0.98],
  [0.99, 0.985],
  [0.996, 0.989],
  [1, 0.995],
] as const

const bases: Readonly<Record<string, number>> = { DIPUSDT: 100, FALLUSDT: 20, QUIETUSDT: 5 }

/** The symbol of the recording that never falls. */
export const quietSymbol = 'QUIETUSDT'

/** Writes a recording of 300 minutes in which two of three symbols fall in every sixth; gives the simulator's flags. */
export function writeDipRecording(folder: string): string[] {
  const start = 1_764_000_000_000
  const rows = Object.entries(bases).flatMap(([symbol, base]) => {
    let open = base
    return Array.from({ length: 300 }, (_, minute) => {
      const [close, low] =
        symbol === quietSymbol ? ([1, 0.9995] as const) : (sixMinutes[minute % 6] ?? [1, 1])
      const [end, least] = [round(close * base), round(Math.min(open, close * base, low * base))]
      const most = round(Math.max(open, end) * 1.0004)
      const row = [symbol, start + minute * 60_000, open, most, least, end, 1000.5].join(',')
      open = end
      return row
    })
  })
  const path = join(folder, 'dips.csv')
  writeFileSync(path, `symbol,openTime,open,high,low,close,volume\n${rows.join('\n')}\n`)
  return ['--replay', path, '--start-minute', '102']
}

function round(price: number): number {
  return Math.round(price * 1000) / 1000
}
