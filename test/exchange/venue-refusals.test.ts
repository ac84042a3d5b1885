import { expect } from 'chai'
import { requireRetryLater } from '../support/failure-of.ts'
import { withAnswers } from '../support/venue-answers.ts'

describe('OKX', () => {
  const open = withAnswers()

  for (const [what, other, closeForMs, closes] of [
    ['429', { status: 429, body: { code: '50011', msg: 'Too Many Requests', data: [] } }, 2_000, 'limits'],
    ['429 without a body', { status: 429, body: '' }, 2_000, 'limits'],
    [
      '200 and 50011',
      { status: 200, body: { code: '50011', msg: 'Requests too frequent.', data: [] } },
      2_000,
      'limits',
    ],
    [
      '200 and 50061',
      { status: 200, body: { code: '50061', msg: 'Sub-account', data: [] } },
      2_000,
      'limits',
    ],
    ['403', { status: 403, body: '<html>403</html>' }, 60_000, 'address'],
    [
      '503 and 50001',
      { status: 503, body: { code: '50001', msg: 'unavailable', data: [] } },
      undefined,
      undefined,
    ],
  ] as const) {
    it(`that answers ${what} is asked again later`, async () => {
      const { exchange, gate } = await open('okx', {}, other)
      await requireRetryLater(() => exchange.fetchTickers())
      const closed = gate.passed.flatMap(({ answers }) =>
        answers
          .filter((answer) => answer.closeForMs !== undefined)
          .map((answer) => [answer.closeForMs, answer.closes]),
      )
      expect(closed).to.deep.equal(closeForMs === undefined ? [] : [[closeForMs, closes]])
    })
  }
})

describe('Bybit', () => {
  const open = withAnswers()

  const tooMany = (headers: Readonly<Record<string, string>>) => ({
    status: 200,
    headers,
    body: { retCode: 10_006, retMsg: 'Too many visits!', result: {}, time: 1_795_365_026_427 },
  })
  for (const [what, other, closeForMs, closes] of [
    ['403', { status: 403, body: '<html>403 Forbidden</html>' }, 600_000, 'address'],
    ['10006', tooMany({}), 1_000, 'limits'],
    [
      '10006 and when it may go on',
      tooMany({ 'X-Bapi-Limit-Reset-Timestamp': '1795365026900' }),
      473,
      'limits',
    ],
    [
      '10018',
      { status: 200, body: { retCode: 10_018, retMsg: 'Exceeded the IP Rate Limit.' } },
      5_000,
      'address',
    ],
    ['429', { status: 429, body: { retCode: 10_429, retMsg: 'System level' } }, 1_000, 'limits'],
    ['10016', { status: 200, body: { retCode: 10_016, retMsg: 'Server error.' } }, undefined, undefined],
  ] as const) {
    it(`that answers ${what} is asked again later`, async () => {
      const { exchange, gate } = await open('bybit', {}, other)
      await requireRetryLater(() => exchange.fetchTickers())
      const closed = gate.passed.flatMap(({ answers }) =>
        answers.filter((each) => each.closeForMs !== undefined).map((each) => [each.closeForMs, each.closes]),
      )
      expect(closed).to.deep.equal(closeForMs === undefined ? [] : [[closeForMs, closes]])
    })
  }
})
