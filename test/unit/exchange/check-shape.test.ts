import { expect } from 'chai'
import fc from 'fast-check'
import { checkShape, describeFinding, isHarmful } from '../../../lib/exchange/check-shape.ts'
import type { Finding, Shape } from '../../../lib/exchange/check-shape.ts'
import { shapesOf } from '../../../lib/exchange/probe-venue.ts'
import { changed, findingsOf, readPlaces, sampleOf } from '../../support/shape-samples.ts'

const instruments: Shape = {
  reads: {
    symbols: {
      each: {
        reads: {
          symbol: 'text',
          status: { words: ['TRADING', 'SETTLING'] },
          deliveryDate: 'ms as number',
          filters: {
            each: {
              by: 'filterType',
              rows: {
                LOT_SIZE: { reads: { filterType: 'text', stepSize: 'decimal' }, knows: 'minQty maxQty' },
                OTHER: { reads: { filterType: 'text' } },
              },
            },
            has: ['LOT_SIZE'],
          },
        },
        may: { note: 'text, perhaps empty' },
        knows: 'pair',
      },
    },
  },
  knows: 'timezone',
}
const lot = { filterType: 'LOT_SIZE', stepSize: '0.001', minQty: '0.001' }
const btc = { symbol: 'BTCUSDT', status: 'TRADING', deliveryDate: 4_133_404_800_000, filters: [lot] }
const place = 'GET /fapi/v1/exchangeInfo'

/** What is said of the symbols. */
function told(...symbols: object[]): string[] {
  return checkShape(instruments, { timezone: 'UTC', symbols }).map((each) => describeFinding(each, place))
}

describe('what a venue answers', () => {
  it('is as known with all that is read, whatever is told besides that is known', () => {
    expect(told(btc, { ...btc, pair: 'BTCUSDT', note: '' }, { ...btc, note: null })).to.deep.equal([])
  })

  it('differs by a field that is missing, at its path, once for all rows', () => {
    const nameless = Object.fromEntries(Object.entries(btc).filter(([field]) => field !== 'symbol'))
    const withoutStep = { ...btc, filters: [{ filterType: 'LOT_SIZE' }] }
    expect(told(nameless, btc, nameless, withoutStep, { ...btc, filters: [] })).to.deep.equal([
      `missing field ${place} symbols[].symbol, expected text (2 times)`,
      `missing field ${place} symbols[].filters[LOT_SIZE].stepSize, expected decimal`,
      `missing field ${place} symbols[].filters[LOT_SIZE], expected a row with this filterType`,
    ])
  })

  it('differs by a word that is not known, each of them once', () => {
    const rows = ['BREAK', 'BREAK', 'GONE'].map((status) => ({ ...btc, status }))
    expect(told(...rows, { ...btc, filters: [lot, { filterType: 'NEW' }] })).to.deep.equal([
      `unknown word "BREAK" in ${place} symbols[].status, known are TRADING, SETTLING (2 times)`,
      `unknown word "GONE" in ${place} symbols[].status, known are TRADING, SETTLING`,
      `unknown word "NEW" in ${place} symbols[].filters[].filterType, known are LOT_SIZE, OTHER`,
    ])
  })

  it('differs by what stands in a field: a number for text, seconds for ms, nothing for a list', () => {
    const strange = { ...btc, deliveryDate: 4_133_404_800, filters: [{ ...lot, stepSize: 0.001 }] }
    expect(told(strange, { ...btc, filters: null })).to.deep.equal([
      `${place} symbols[].deliveryDate must be ms as number, was 4133404800`,
      `${place} symbols[].filters[LOT_SIZE].stepSize must be decimal, was 0.001`,
      `${place} symbols[].filters must be a list, was null`,
    ])
    expect(checkShape(instruments, []).map(({ kind, path }) => [kind, path])).to.deep.equal([['type', '']])
  })

  it('may have a field that nobody knows, which harms nothing and whose value is not told', () => {
    const findings = checkShape(instruments, { symbols: [{ ...btc, listenKey: 'secret' }] })
    expect(findings).to.deep.equal([
      { kind: 'unknown', path: 'symbols[].listenKey', expected: '', found: '', count: 1 },
    ])
    expect(findings.some(isHarmful)).to.equal(false)
  })
})

/** Every body and every message that is described. */
const described = ['binanceusdm', 'okx', 'bybit'].flatMap((venue) => {
  const { endpoints, publicChannels, privateChannels } = shapesOf(venue)
  const bodies = endpoints.map(({ name, body }): [string, Shape] => [`${venue} ${name}`, body])
  const messages = [publicChannels, privateChannels].flatMap((each) => Object.entries(each))
  return [...bodies, ...messages.map(([name, shape]): [string, Shape] => [`${venue} ${name}`, shape])]
})

describe('what is known of the venues', () => {
  const names = (findings: readonly Finding[]) => findings.map(({ kind, path }) => `${kind} ${path}`)

  it('is nothing that a payload with all of it would differ from', () => {
    expect(described.length).to.be.greaterThan(70)
    for (const [name, shape] of described) expect(checkShape(shape, sampleOf(shape)), name).to.deep.equal([])
  })

  it('names exactly the field that is dropped, renamed or becomes something else', () => {
    const readable = described.filter(([, shape]) => readPlaces(shape, sampleOf(shape)).length > 0)
    fc.assert(
      fc.property(
        fc.constantFrom(...readable),
        fc.nat(),
        fc.constantFrom('drop', 'rename', 'retype'),
        ([, shape], nth, change) => {
          const payload = sampleOf(shape)
          const places = readPlaces(shape, payload)
          const at = places[nth % places.length]
          if (at === undefined) throw new RangeError('there is no such place')
          const found = checkShape(shape, changed(payload, at.steps, change))
          expect(names(found)).to.have.members(findingsOf(at, change))
        },
      ),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 500) },
    )
  })
})
