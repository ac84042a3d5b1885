import { expect } from 'chai'
import fc from 'fast-check'
import { composeMessage } from '../../../lib/alert/compose-message.ts'
import type { News } from '../../../lib/alert/compose-message.ts'
import type { AlertState } from '../../../lib/model/alert.ts'

const minute = 60_000
const noon = Date.UTC(2026, 4, 1, 12)

function newsOf(changes: Partial<AlertState> = {}, told = { news: 0, count: 0 }): News {
  const state: AlertState = {
    cause: 'error:kline',
    kind: 'error',
    subject: 'kline',
    severity: 'warning',
    text: 'the venue told no candle',
    ending: '',
    bornAt: String(noon * 1000),
    sinceAt: noon,
    lastAt: noon,
    endedAt: undefined,
    stands: false,
    count: 1,
    news: 1,
    ...changes,
  }
  return { state, told }
}

function textOf(news: News): string {
  return composeMessage([news], 'lark', 1_000)?.text ?? ''
}

describe('a message', () => {
  it('says what it is about, how often it was, and since when', () => {
    expect(textOf(newsOf())).to.equal(
      'WARNING error: kline\nthe venue told no candle\nsince 05-01 12:00:00 UTC',
    )
    expect(textOf(newsOf({ count: 7, news: 7, lastAt: noon + minute }))).to.match(
      /\n7 times, 05-01 12:00:00 to 05-01 12:01:00 UTC$/,
    )
    const repeats = newsOf({ count: 10, news: 10, lastAt: noon + minute }, { news: 7, count: 7 })
    expect(textOf(repeats)).to.match(/\n3 more, the last 05-01 12:01:00 UTC; 10 since 05-01 12:00:00 UTC$/)
  })

  it('says that something is over, how it ended and how long it stood', () => {
    const over = newsOf(
      { kind: 'dead-actor', endedAt: noon + 90_000, ending: 'kline:host:2 has taken its place', news: 2 },
      { news: 1, count: 1 },
    )
    expect(textOf(over)).to.equal(
      'RECOVERED dead actor: kline\nthe venue told no candle → kline:host:2 has taken its place\n' +
        'stood 1 min 30 s, 05-01 12:00:00 to 05-01 12:01:30 UTC',
    )
  })

  it('never is longer than the channel bears, holds the first causes in order, and counts each by itself', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 })
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 120, max: 2_000 }),
        (texts, most) => {
          const news = texts.map((each, i) => newsOf({ cause: `error:${i}`, text: each, count: i + 1 }))
          const composed = composeMessage(news, 'lark', most)
          expect(composed?.text.length).to.be.at.most(most)
          expect(composed?.parts).to.deep.equal(news.slice(0, composed?.parts.length))
          expect(composed?.parts.length).to.be.at.least(1)
        },
      ),
    )
  })

  it('has the same id until the channel has been told, and another one afterwards', () => {
    const id = (news: News) => composeMessage([news], 'lark', 1_000)?.id
    const first = id(newsOf())
    expect(id(newsOf({ count: 5, news: 5 }))).to.equal(first)
    expect(first?.length).to.be.at.most(50)
    const others = [
      id(newsOf({ count: 5, news: 5 }, { news: 1, count: 1 })),
      id(newsOf({ bornAt: '1' })),
      id(newsOf({ cause: 'error:ticker' })),
      composeMessage([newsOf()], 'webhook', 1_000)?.id,
      composeMessage([newsOf(), newsOf({ cause: 'error:ticker' })], 'lark', 1_000)?.id,
    ]
    expect(new Set([first, ...others]).size).to.equal(6)
  })

  it('has another id when the cause has ended since an attempt: the channel would drop the end as a repeat', () => {
    const id = (news: News) => composeMessage([news], 'lark', 1_000)?.id
    const stands = id(newsOf({ stands: true }))
    expect(id(newsOf({ stands: false, endedAt: noon + minute, news: 2 }))).not.to.equal(stands)
    expect(id(newsOf({ stands: true, count: 2, news: 2 }))).to.equal(stands)
  })

  it('is none without news', () => {
    expect(composeMessage([], 'lark', 1_000)).to.equal(undefined)
  })
})
