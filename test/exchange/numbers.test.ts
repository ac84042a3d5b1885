import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Exchange } from '../../lib/exchange/exchange.ts'
import { openExchange } from '../../lib/exchange/open-exchange.ts'
import { toPerpetual } from '../support/instrument.ts'
import { openRecordingGate } from '../support/recording-gate.ts'
import { startSimulator } from '../support/simulator.ts'
import { sendJson, startVenueServer } from '../support/venue-server.ts'
import type { VenueServer } from '../support/venue-server.ts'

const minuteMs = 60_000

async function openAt(url: string): Promise<Exchange> {
  const exchange = await openExchange('binanceusdm', {
    url,
    localAddress: '',
    proxy: '',
    gate: openRecordingGate(),
  })
  exchange.useInstruments([toPerpetual('BTCUSDT')])
  return exchange
}

/** The same number without zeros at its ends, made another way than the code makes it. */
function canonical(text: string): string {
  const [whole = '', fraction = ''] = text.split('.')
  const digits = `${BigInt(whole)}.${fraction}`
  return digits.replace(/\.?0*$/, (zeros) => (zeros.startsWith('.') ? '' : digits.includes('.') ? '' : zeros))
}

describe('the numbers of a candle', () => {
  let server: VenueServer
  let exchange: Exchange
  let rows: unknown[][] = []

  before(async () => {
    server = await startVenueServer((_, response) => sendJson(response, rows))
    exchange = await openAt(server.url)
  })
  after(async () => {
    await exchange.close()
    await server.close()
  })

  async function comeThrough(values: string[]): Promise<string[]> {
    const openTime = 1_700_000_040_000
    rows = [[openTime, ...values, openTime + minuteMs - 1, '1', 1, '1', '1', '0']]
    const klines = await exchange.fetchKlines('BTCUSDT', '1m', { limit: 99 })
    expect(klines.map((kline) => kline.openTime)).to.deep.equal([openTime])
    return klines.flatMap(({ open, high, low, close, volume }) => [open, high, low, close, volume])
  }

  it('come through digit for digit, however many there are', async () => {
    const values = [
      '0.1234567890123456789',
      '98765432109876543210.5',
      '0.000000000000000001',
      '9007199254740993',
      '12345678901234567890.12345678901',
    ]
    expect(await comeThrough(values)).to.deep.equal(values)
  })

  it('come through without zeros at their ends', async () => {
    const values = ['0.10', '100.00', '1000', '0.00000000', '020.020']
    expect(await comeThrough(values)).to.deep.equal(['0.1', '100', '1000', '0', '20.02'])
  })

  it('come through exactly, whatever they are', async function () {
    this.timeout(30_000)
    const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${most}}$`))
    const value = fc.oneof(
      digits(24),
      fc.tuple(digits(20), digits(24)).map((parts) => parts.join('.')),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 5, maxLength: 5 }), async (values) => {
        expect(await comeThrough(values)).to.deep.equal(values.map(canonical))
      }),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 200), endOnFailure: true },
    )
  })

  it('are those of the recording that the simulator shows, sixteen digits and all', async function () {
    this.timeout(20_000)
    const folder = mkdtempSync(join(tmpdir(), 'sluice-numbers-'))
    const path = join(folder, 'recording.csv')
    const values = [
      '0.1234567890123456',
      '0.2234567890123457',
      '0.0234567890123451',
      '0.1999999999999999',
      '900719.92547409',
    ]
    const lines = Array.from({ length: 10 }, (_, minute) =>
      ['BTCUSDT', minute * minuteMs, ...values].join(','),
    )
    writeFileSync(path, `symbol,openTime,open,high,low,close,volume\n${lines.join('\n')}\n`)
    const simulator = await startSimulator('--symbols', '1', '--replay', path)
    const simulated = await openAt(simulator.url)
    try {
      const klines = await simulated.fetchKlines('BTCUSDT', '1m', { limit: 5 })
      expect(klines).to.have.length(5)
      for (const { open, high, low, close, volume } of klines.slice(0, -1)) {
        expect([open, high, low, close, volume]).to.deep.equal(values)
      }
    } finally {
      await simulated.close()
      await simulator.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
