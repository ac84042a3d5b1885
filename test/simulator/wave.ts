import { getJson, until } from './request.ts'
import { RECORDED_FROM, toLines, writeRecording, type Row } from './recording.ts'
import { startSimulator, type Started } from './start-simulator.ts'

/**
 * A recording in which AAAUSDT and BBBUSDT, or other symbols, go from 100 up to 102 and down to 98 and back within every minute, with 5,000
 * lots of 0.1: what an order needs to be filled comes by within a simulated minute.
 */
export function writeWave(
  minutes = 200,
  symbols = ['AAAUSDT', 'BBBUSDT'],
): { path: string; remove: () => void } {
  const rows: Row[] = symbols.flatMap((symbol) =>
    Array.from({ length: minutes }, (_, minute) => [
      symbol,
      String(RECORDED_FROM + minute * 60_000),
      '100.00',
      '102.00',
      '98.00',
      '100.01',
      '500.1',
    ]),
  )
  return writeRecording(toLines(rows))
}

/** A simulator of AAAUSDT and BBBUSDT as `writeWave` has them, with more options. */
export async function startWave(...options: string[]): Promise<Started> {
  const file = writeWave()
  try {
    return await startSimulator('--symbols', '2', '--replay', file.path, ...options)
  } finally {
    file.remove()
  }
}

/** Waits for the mark of AAAUSDT to be between two prices. */
export function awaitMark(url: string, from: number, to: number): Promise<number> {
  return until(async () => {
    const row = await getJson<{ markPrice: string }>(`${url}/fapi/v1/premiumIndex?symbol=AAAUSDT`)
    const mark = Number(row.markPrice)
    return mark > from && mark < to ? mark : undefined
  })
}
