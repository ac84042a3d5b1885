import { inspect } from 'node:util'
import { expect } from 'chai'
import { RetryLaterError, VenueRejectedError } from '../../lib/model/errors.ts'
import type { AccountExchange } from '../../lib/exchange/account-exchange.ts'
import { freePort } from '../../lib/hub/embedded-redis.ts'
import { longKeys, openTestAccount } from '../support/account.ts'
import type { TestAccount } from '../support/account.ts'
import { failureOf } from '../support/failure-of.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { sendJson, startVenueServer } from '../support/venue-server.ts'
import type { VenueServer } from '../support/venue-server.ts'

const isSoak = process.env['SOAK_RUNS'] !== undefined

const strangerKeys = {
  key: 'Str4ngerKeyZxCvBnMqWeRtYuIoPaSdFgHjKlZxCvBnMqWeRtYuIoPaSdFgHjKl0',
  secret: 'Str4ngerSecretZxCvBnMqWeRtYuIoPaSdFgHjKlZxCvBnMqWeRtYuIoPaSdFgHj',
}
const secrets = [...Object.values(longKeys), ...Object.values(strangerKeys)]

/** Everything that an error says or carries, as a person, JSON, an inspection and the log would show it. */
function allOf(error: unknown): string {
  const parts: unknown[] = []
  for (let each = error; each instanceof Error; each = each.cause)
    parts.push(each.message, each.stack, JSON.stringify(each), inspect(each, { depth: 9, showHidden: true }))
  return parts.join('\n')
}

function expectNoSecret(text: string): void {
  for (const secret of secrets) expect(text).to.not.contain(secret)
  expect(text).to.not.match(/signature=(?!\[hidden\])/)
  expect(text).to.not.match(/[0-9a-f]{64}/)
  expect(text).to.not.match(/listenKey["':= \\]+[A-Za-z0-9]{8,}/)
}

describe('a request of an account that fails', function () {
  this.timeout(30_000)

  let simulator: Simulator
  let exchange: AccountExchange

  before(async () => {
    simulator = await startSimulator(
      '--symbols',
      '2',
      '--weight-limit',
      '1000000',
      '--account',
      `${longKeys.key}:${longKeys.secret}`,
    )
    exchange = (await openTestAccount(simulator.url)).exchange
  })
  after(async () => {
    await exchange.close()
    await simulator.stop()
  })
  beforeEach(() => simulator.reset())

  const calls: Record<string, (of: AccountExchange) => Promise<unknown>> = {
    account: (of) => of.fetchAccount(),
    balance: (of) => of.fetchBalances(),
    'v3/positionRisk': (of) => of.fetchPositions(),
    'v2/positionRisk': (of) => of.fetchPosition('BTCUSDT'),
    accountConfig: (of) => of.fetchModes(),
    income: (of) => of.fetchIncome(0),
    symbolConfig: (of) => of.fetchSymbolSettings(),
    openAlgoOrders: (of) => of.fetchOpenOrderSymbols(),
    listenKey: (of) => of.openStreamKey(),
  }

  const faults: Record<string, object> = {
    ...Object.fromEntries(
      [400, 401, 403, 404, 500, 502, 503, 504].map((status) => [
        String(status),
        { kind: 'status', status, body: 'html' },
      ]),
    ),
    '503 in JSON': { kind: 'status', status: 503, body: 'json' },
    'an empty body': { kind: 'empty', body: 'none' },
    'a page': { kind: 'nonJson' },
    'a cut body': { kind: 'cut' },
    'a closed connection': { kind: 'refuse', path: '/fapi' },
    '429': { kind: 'rateLimit', ms: 7_000 },
    '418': { kind: 'ban', ms: 90_000 },
    'a refusal': { kind: 'reject', code: -4000, msg: 'No.' },
  }
  it('tells nothing secret, whichever it is and however it fails', async () => {
    const failed = new Map<string, number>()
    let pairs = 0
    for (const [i, [path, run]] of Object.entries(calls).entries()) {
      for (const [j, [what, fault]] of Object.entries(faults).entries()) {
        // All calls go the same way: each fails in a third of the ways, and in each way a third of them do.
        if (!isSoak && (i + j) % 3 > 0) continue
        pairs += 1
        // The time, without which nothing can be signed, is told.
        await simulator.reset()
        await exchange.fetchTime()
        await simulator.faults({ path: `/fapi/v`, ...fault })
        const failure = await failureOf(() => run(exchange))
        expect(failure, `${path}: ${what}`).to.satisfy(
          (error: Error) => error instanceof RetryLaterError || error instanceof VenueRejectedError,
        )
        expectNoSecret(allOf(failure))
        failed.set(failure.name, (failed.get(failure.name) ?? 0) + 1)
      }
    }
    // The fault that strikes is of the account's own request too, not only of the time's.
    expect(failed.get('RetryLaterError')).to.be.greaterThan(pairs / 3)
  })

  it('by its own answer names the venue, the account and the code, and nothing secret', async () => {
    await exchange.fetchPositions()
    for (const [path, run] of Object.entries(calls)) {
      await simulator.faults({ kind: 'reject', path, code: -4000, msg: 'No such thing.' })
      const failure = await failureOf(() => run(exchange))
      expect(failure, path).to.be.instanceOf(VenueRejectedError)
      expect(failure).to.include({ code: '-4000' })
      expect(failure.message)
        .to.contain('binanceusdm')
        .and.to.contain('main')
        .and.to.contain('No such thing.')
      expectNoSecret(allOf(failure))
    }
  })

  it('with its whole signed address in the text of ccxt shows the address without what signs it', async () => {
    await exchange.fetchPositions()
    await simulator.faults({ kind: 'status', status: 502, body: 'html' })
    const failure = await failureOf(() => exchange.fetchPositions())
    expect(failure.message).to.match(/positionRisk\?timestamp=\d+&recvWindow=5000&signature=\[hidden\]/)
  })

  for (const [what, keys, code] of [
    ['a key of no form', { ...longKeys, key: 'not*a*key' }, '-2014'],
    ['a key that the venue does not know', strangerKeys, '-2015'],
    ['a secret of another', { ...longKeys, secret: strangerKeys.secret }, '-1022'],
  ] as const) {
    it(`for ${what} is rejected with ${code}`, async () => {
      const other = (await openTestAccount(simulator.url, keys)).exchange
      for (const run of [() => other.fetchAccount(), () => other.fetchPositions()]) {
        const failure = await failureOf(run)
        expect(failure).to.be.instanceOf(VenueRejectedError)
        expect(failure).to.include({ code })
        expectNoSecret(allOf(failure))
        expect(allOf(failure)).to.not.contain(keys.key)
      }
      await other.close()
    })
  }

  for (const [status, kind, spanMs] of [
    [429, 'rateLimit', 7_000],
    [418, 'ban', 90_000],
  ] as const) {
    it(`with ${status} closes the address for as long as Retry-After says`, async () => {
      const test = await openTestAccount(simulator.url)
      await test.exchange.fetchPositions()
      await simulator.faults({ kind, ms: spanMs })
      const failure = await failureOf(() => test.exchange.fetchPositions())
      expect(failure).to.be.instanceOf(RetryLaterError)
      const [answer, ...others] = test.gate.passed.at(-1)?.answers ?? []
      expect(answer).to.include({ status, closeForMs: spanMs })
      expect(others).to.deep.equal([])
      await test.exchange.close()
    })
  }

  it('because nobody listens, or because nobody answers, tells nothing secret', async () => {
    const nobody = await openTestAccount(`http://127.0.0.1:${await freePort()}`)
    nobody.clock.correct(Date.now(), Date.now(), Date.now())
    const silent = await startVenueServer(() => {})
    const waiting = await openTestAccount(silent.url)
    waiting.clock.correct(Date.now(), Date.now(), Date.now())
    for (const test of [nobody, waiting]) {
      const failure = await failureOf(() => test.exchange.fetchAccount())
      expect(failure).to.be.instanceOf(RetryLaterError)
      expectNoSecret(allOf(failure))
      await test.exchange.close()
    }
    await silent.close()
  })

  // Each is an answer of status 200 that tells something else than an account.
  const strange: Record<string, [keyof typeof calls, unknown]> = {
    'a list for an account': ['account', []],
    'an account without positions': ['account', { assets: [] }],
    'an account without assets': ['account', { positions: [] }],
    'an object for positions': ['v3/positionRisk', {}],
    'a position without an amount': ['v3/positionRisk', [{ symbol: 'BTCUSDT', positionSide: 'BOTH' }]],
    'a position without a side': ['v3/positionRisk', [{ symbol: 'BTCUSDT', positionAmt: '1' }]],
    'a position of no symbol': ['v3/positionRisk', [{ positionAmt: '1', positionSide: 'BOTH' }]],
    'an amount that is no number': [
      'v3/positionRisk',
      [{ symbol: 'BTCUSDT', positionAmt: 'NaN', positionSide: 'BOTH' }],
    ],
    'no modes': ['accountConfig', { canTrade: true }],
    'income without an id': ['income', [{ incomeType: 'X', asset: 'USDT', income: '1', time: 1 }]],
    'no listenKey': ['listenKey', { code: 200 }],
    'a row that is null': ['v3/positionRisk', [null]],
  }
  describe('since its answer tells something else', () => {
    let answer: unknown
    let server: VenueServer
    let test: TestAccount
    before(async () => {
      server = await startVenueServer((_, response) => sendJson(response, answer))
      test = await openTestAccount(server.url)
      test.clock.correct(Date.now(), Date.now(), Date.now())
    })
    after(async () => {
      await test.exchange.close()
      await server.close()
    })

    for (const [what, [path, body]] of Object.entries(strange)) {
      it(`with ${what} is no answer, and may be made again later`, async () => {
        answer = body
        const failure = await failureOf(async () => calls[path]?.(test.exchange))
        expect(failure).to.be.instanceOf(RetryLaterError)
      })
    }
  })
})
