import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { Exchange } from '../../lib/exchange/exchange.ts'
import { openExchange } from '../../lib/exchange/open-exchange.ts'
import { openOrderExchange } from '../../lib/exchange/open-order-exchange.ts'
import type { OrderExchange } from '../../lib/exchange/order-exchange.ts'
import { createClock } from '../../lib/hub/clock.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import { VenueRejectedError } from '../../lib/model/errors.ts'
import { failureOf } from '../support/failure-of.ts'
import { toSend } from '../support/order-account.ts'
import { openRecordingGate } from '../support/recording-gate.ts'
import { findRecorded } from '../support/recording.ts'
import { startVenueServer } from '../support/venue-server.ts'

interface RecordedError {
  readonly exchange: 'binance' | 'okx' | 'bybit'
  readonly raw: string
  readonly httpStatus?: number
}

/** The errors of a recorded file; skips the test without it. */
function readErrors(test: Mocha.Context, file: string): RecordedError[] {
  const path = findRecorded(`errors/${file}.ndjson`)
  if (path === undefined) {
    console.log('      skipped: no recorded data')
    test.skip()
  }
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as RecordedError)
}

const words: Readonly<Record<string, string>> = {
  VenueRejectedError: 'refused',
  RetryLaterError: 'later',
  OutcomeUnknownError: 'unknown',
}
const wordOf = (failure: Error) => {
  const code = failure instanceof VenueRejectedError ? ` ${failure.code ?? 'without a code'}` : ''
  return `${words[failure.name] ?? failure.name}${code}`
}

/** What each error means: to a question for the market, and to an order that was sent, one line each. */
async function meaningsOf(errors: readonly RecordedError[]): Promise<string[]> {
  let now: RecordedError | undefined
  const server = await startVenueServer((_, response) => {
    response.writeHead(now?.httpStatus ?? (now?.exchange === 'binance' ? 400 : 200), {
      'Content-Type': 'application/json',
    })
    response.end(now?.raw)
  })
  const options = { url: server.url, localAddress: '', proxy: '', gate: openRecordingGate() }
  const clock = createClock(1, { offsetMs: 0, errorMs: 1 })
  const signed = { ...options, account: 'main', keys: closeKeys('key', 'secret', 'phrase'), clock }
  const meanings: string[] = []
  const opened = new Map<string, { market: Exchange; orders: OrderExchange }>()
  try {
    for (const error of errors) {
      now = error
      const id = error.exchange === 'binance' ? 'binanceusdm' : error.exchange
      const { market, orders } = opened.get(id) ?? {
        market: await openExchange(id, options),
        orders: await openOrderExchange(id, signed),
      }
      opened.set(id, { market, orders })
      const order = toSend({ symbol: 'BTCUSDT', clientOrderId: 'of-a-test', price: '1', timeInForce: 'GTC' })
      const asked = wordOf(await failureOf(() => market.fetchMarks()))
      const sent = wordOf(await failureOf(() => orders.createOrder(order)))
      meanings.push(`${error.exchange} ${asked}; ${sent}`)
    }
    return meanings
  } finally {
    for (const { market, orders } of opened.values()) await Promise.all([market.close(), orders.close()])
    await server.close()
  }
}

const refused = (code: string | number) => `refused ${code}; refused ${code}`
// Nothing of a refusal that ccxt tells by its words alone says what became of an order: it is asked after.
const nameless = 'refused without a code; unknown'
const later = 'later; later'
const unknown = 'later; unknown'

/** What a refusal that ccxt's sources quote means, but for what is said of its line. */
const quoted: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  binance: {
    // Of unknown outcome, and too many requests.
    60: unknown,
    61: unknown,
    63: later,
    64: unknown,
    81: unknown,
    82: unknown,
    83: nameless,
    84: nameless,
    85: nameless,
    86: nameless,
    87: nameless,
  },
  okx: { 1: refused(51155), 2: unknown, 4: refused(51000) },
  // Those with ret_code are of a version that is no more.
  bybit: {
    0: nameless,
    1: unknown,
    2: unknown,
    5: nameless,
    6: nameless,
    9: nameless,
    10: nameless,
    13: unknown,
    14: unknown,
  },
}

describe('what was recorded of errors', function () {
  this.timeout(30_000)

  it('with their status means this to a question, and this to an order', async function () {
    expect(await meaningsOf(readErrors(this, 'recorded-errors'))).to.deep.equal([
      ...[later, later, later, later].map((each) => `binance ${each}`),
      ...[-2019, -4164, -4164, -1102].map((code) => `binance ${refused(code)}`),
      `okx ${later}`,
      `okx ${refused(51155)}`,
      `bybit ${refused(110007)}`,
      `bybit ${unknown}`,
    ])
  })

  for (const [venue, lines] of Object.entries(quoted)) {
    it(`as ccxt quotes it of ${venue} means a refusal with its code, but for ${Object.keys(lines).length}`, async function () {
      const errors = readErrors(this, `ccxt-comment-errors_${venue}`)
      const expected = errors.map(({ raw }, line) => {
        const { code, retCode = code } = readCodes(raw)
        return `${venue} ${lines[line] ?? refused(retCode ?? 'by nothing')}`
      })
      expect(await meaningsOf(errors)).to.deep.equal(expected)
    })
  }

  it('means so without what was recorded, too', async () => {
    const errors: [RecordedError['exchange'], string, string][] = [
      ['binance', '{"code":-2019,"msg":"Margin is insufficient."}', refused(-2019)],
      ['binance', '{ "code" : -4048 , "msg" : "Margin type" }', refused(-4048)],
      ['binance', '{"code":-1006,"msg":"Execution status unknown."}', unknown],
      ['okx', '{"code":500,"data":{},"error_code":"500","msg":"Internal Server Error"}', unknown],
      ['okx', '{"code":"1","data":[{"sCode":"51000","sMsg":"Parameter"}],"msg":""}', refused(51000)],
      ['bybit', '{"retCode":5004,"retMsg":"Server Timeout","result":null,"time":1667577060106}', unknown],
      [
        'bybit',
        '{"retCode":110007,"retMsg":"ab not enough","result":{},"time":1759834563932}',
        refused(110007),
      ],
    ]
    const meanings = await meaningsOf(errors.map(([exchange, raw]) => ({ exchange, raw })))
    expect(meanings).to.deep.equal(errors.map(([exchange, , meaning]) => `${exchange} ${meaning}`))
  })
})

/** The codes of a body; some are cut at their end. */
function readCodes(raw: string): { code?: string; retCode?: string } {
  const [, name, code = ''] = /"(code|retCode)"\s*:\s*"?(-?\d+)/.exec(raw) ?? []
  return name === undefined ? {} : { [name]: code }
}
