import { expect } from 'chai'
import { mergeAccount } from '../../lib/account/merge-account.ts'
import { readPositions } from '../../lib/account/positions.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import type { AccountSource, PositionReport } from '../../lib/model/position-report.ts'
import { main, mergeFlattening, positionWord, reportOf, start } from '../support/account-words.ts'
import { withRedis } from '../support/with-redis.ts'

function say(hub: Hub, report: AccountReport, clockErrorMs = 0, source: AccountSource = 'risk') {
  return mergeAccount(hub, main, report.positions[0]?.source ?? source, report, clockErrorMs)
}

async function tell(hub: Hub, ...words: Partial<PositionReport>[]) {
  for (const word of words) await say(hub, reportOf({ positions: [positionWord(word)] }))
}

async function btc(hub: Hub) {
  return (await readPositions(hub, main)).get('BTCUSDT/both')
}

describe('positions-merge', () => {
  const redis = withRedis({ cluster: true })

  it('keeps the position of the later time, whoever tells it and whenever it was asked for', async () => {
    const hub = await redis.hub()
    await tell(
      hub,
      { source: 'stream', size: '2', entryPrice: '10', time: start + 5, askedAt: start + 6 },
      { source: 'risk', size: '1', entryPrice: '9', time: start, askedAt: start + 60_000 },
    )
    expect(await btc(hub)).to.include({ size: '2', entryPrice: '10', source: 'stream', time: start + 5 })
  })

  it('follows a sweep of one millisecond by the order of its events', async () => {
    const hub = await redis.hub()
    await tell(
      hub,
      { source: 'stream', size: '9', time: start - 1, askedAt: start - 1 },
      { source: 'stream', size: '0', ordinal: 2, askedAt: start },
      { source: 'stream', size: '2', ordinal: 1, askedAt: start },
      { source: 'stream', size: '5', ordinal: 0, askedAt: start },
      { source: 'risk', size: '2', askedAt: start + 1_999 },
    )
    expect(await btc(hub)).to.include({ size: '0', source: 'stream' })
  })

  it('takes the farther of two steps of a sweep for the later one, be it the stream that is late or the answer', async () => {
    for (const [before, step, end] of [
      ['5', '2', '0'],
      ['2', '0', '-3'],
      ['-3', '-2', '0'],
      ['0', '1', '4'],
    ] as const) {
      for (const [stream, answer] of [
        [step, end],
        [end, step],
      ] as const) {
        const hub = await redis.hub()
        await tell(
          hub,
          { source: 'stream', size: before, askedAt: start },
          { source: 'risk', size: answer, time: start + 50, askedAt: start + 90 },
          {
            source: 'stream',
            size: stream,
            time: start + 50,
            ordinal: stream === step ? 0 : 1,
            askedAt: start + 50,
          },
        )
        expect(await btc(hub), `${before} to ${step} to ${end}`).to.include({ size: end })
      }
    }
  })

  it('takes the first step of a sweep for the earlier one, and follows the steps told, whatever it missed before', async () => {
    const missed = { source: 'stream', size: '-8', askedAt: start } as const
    const flat = { source: 'risk', size: '0', time: start + 50, askedAt: start + 90 } as const
    const at = { source: 'stream', time: start + 50, askedAt: start + 50 } as const
    for (const steps of [
      [{ ...at, size: '4', ordinal: 0 }],
      [
        { ...at, size: '6', ordinal: 1 },
        { ...at, size: '4', ordinal: 3 },
      ],
      [
        { ...at, size: '4', ordinal: 3 },
        { ...at, size: '6', ordinal: 1 },
      ],
    ]) {
      const hub = await redis.hub()
      await tell(hub, missed, ...steps, flat)
      expect(await btc(hub)).to.include({ size: '0', source: 'risk' })
      await tell(hub, { ...at, size: '-1', ordinal: 5 })
      expect(await btc(hub)).to.include({ size: '-1', source: 'stream' })
    }
  })

  it('believes an answer of the same time that was asked for 2 s after it, and the later the more', async () => {
    const hub = await redis.hub()
    await tell(
      hub,
      { source: 'stream', size: '2', ordinal: 1, askedAt: start },
      { source: 'risk', size: '3', askedAt: start + 2_000 },
      { source: 'stream', size: '4', ordinal: 9, askedAt: start + 9_000 },
    )
    expect(await btc(hub)).to.include({ size: '3', source: 'risk' })
    await tell(
      hub,
      { source: 'account', size: '4', askedAt: start + 2_001 },
      { source: 'risk', size: '5', askedAt: start + 2_000 },
    )
    expect(await btc(hub)).to.include({ size: '4', source: 'account' })
  })

  it('takes an answer as asked for later only when the error of the clock leaves no doubt', async () => {
    const hub = await redis.hub()
    await tell(
      hub,
      { source: 'stream', size: '9', time: start - 1, askedAt: start - 1 },
      { source: 'stream', size: '2', ordinal: 1, askedAt: start },
    )
    const answer = reportOf({ positions: [positionWord({ size: '3', askedAt: start + 2_030 })] })
    await say(hub, answer, 31)
    expect(await btc(hub)).to.include({ size: '2' })
    await say(hub, answer, 30)
    expect(await btc(hub)).to.include({ size: '3' })
  })

  it('keeps what a source does not tell, field by field', async () => {
    const hub = await redis.hub()
    const { margin, valuation } = positionWord({})
    await tell(
      hub,
      {
        size: '1',
        entryPrice: '10',
        margin: { ...margin, leverage: '20', liquidationPrice: '5' },
        valuation: { markPrice: '11', unrealisedProfit: '1' },
        askedAt: start + 500,
      },
      {
        source: 'account',
        size: '1',
        margin: { ...margin, initialMargin: '0.5' },
        valuation: { ...valuation, unrealisedProfit: '1.1' },
        askedAt: start + 600,
      },
    )
    const position = await btc(hub)
    expect(position).to.include({ size: '1', entryPrice: '10' })
    expect(position?.margin).to.deep.include({ leverage: '20', liquidationPrice: '5', initialMargin: '0.5' })
    expect(position?.valuation).to.deep.equal({ markPrice: '11', unrealisedProfit: '1.1' })
    expect(position?.lastConfirmedAt).to.deep.equal({ risk: start + 500, account: start + 600 })
  })

  it('shows no entry, liquidation or profit of an older size', async () => {
    const hub = await redis.hub()
    const { margin, valuation } = positionWord({})
    await tell(
      hub,
      {
        size: '1',
        entryPrice: '10',
        margin: { ...margin, leverage: '20', liquidationPrice: '5' },
        valuation: { ...valuation, unrealisedProfit: '1' },
      },
      { source: 'account', size: '2', time: start + 50 },
    )
    const position = await btc(hub)
    expect(position).to.include({ size: '2', entryPrice: undefined })
    expect(position?.margin).to.include({ leverage: '20', liquidationPrice: undefined })
    expect(position?.valuation.unrealisedProfit).to.equal(undefined)
    await tell(hub, { size: '2', entryPrice: '10.5', time: start + 50, askedAt: start + 200 })
    expect(await btc(hub)).to.include({ entryPrice: '10.5' })
  })

  it('never lets a lagging replica reopen what is flat, nor flatten what was opened again', async () => {
    const hub = await redis.hub()
    await tell(
      hub,
      { source: 'stream', size: '1', askedAt: start },
      { source: 'stream', size: '0', time: start + 10, askedAt: start + 10 },
      { source: 'risk', size: '1', askedAt: start + 50_000 },
    )
    expect(await btc(hub)).to.include({ size: '0', time: start + 10 })
    await tell(
      hub,
      { source: 'stream', size: '3', time: start + 20, askedAt: start + 20 },
      { source: 'risk', size: '0', time: start + 10, askedAt: start + 60_000 },
      { source: 'account', size: '0', time: undefined, askedAt: start + 70_000 },
    )
    expect(await btc(hub)).to.include({ size: '3', time: start + 20 })
  })

  it('asks for an open position that a settled complete snapshot lacks, and leaves it as it is', async () => {
    const hub = await redis.hub()
    await tell(hub, { source: 'stream', size: '1', askedAt: start })
    const lacking = (askedAt: number) => reportOf({}, { complete: true, askedAt })
    expect((await say(hub, lacking(start + 1_999))).questions).to.deep.equal([])
    expect((await say(hub, lacking(start + 2_029), 30)).questions).to.deep.equal([])
    expect((await say(hub, lacking(start + 2_030), 30)).questions).to.deep.equal(['BTCUSDT/both'])
    await mergeAccount(hub, main, 'account', lacking(start + 9_000), 0)
    expect(await btc(hub)).to.include({ size: '1' })
    await tell(hub, { size: '0', time: start + 700, askedAt: start + 9_100 })
    expect(await btc(hub)).to.include({ size: '0', time: start + 700 })
    expect((await say(hub, lacking(start + 9_200))).questions).to.deep.equal([])
  })

  it('makes no record of what nobody holds', async () => {
    const hub = await redis.hub()
    await say(
      hub,
      reportOf({ positions: [positionWord({ size: '0', time: undefined })] }, { complete: true }),
    )
    expect(await btc(hub)).to.equal(undefined)
  })

  it('makes flat what two settled complete snapshots lack where nobody tells it otherwise', async () => {
    const hub = await redis.hub()
    const lacking = (source: AccountSource, askedAt: number) =>
      mergeFlattening(hub, { source, ...reportOf({}, { complete: true, askedAt }) })
    const open = (askedAt: number) =>
      mergeFlattening(hub, {
        source: 'risk',
        ...reportOf({ positions: [positionWord({ size: '1', askedAt })] }),
      })
    await open(start + 100)
    for (const askedAt of [2_000, 3_000, 4_000]) {
      await lacking('risk', start + askedAt)
      expect(await btc(hub)).to.include({ size: '1' })
    }
    await lacking('account', start + 1_999)
    expect(await btc(hub)).to.include({ size: '1' })
    await lacking('account', start + 2_500)
    expect(await btc(hub)).to.include({ size: '0', source: 'absence', time: start })
    await open(start + 2_400)
    expect(await btc(hub)).to.include({ size: '0' })
  })

  it('publishes what changed with epoch and sequence, and nothing when nothing did', async () => {
    const hub = await redis.hub()
    const heard: { epoch: number; sequence: number; positions: Record<string, { size: string }> }[] = []
    const subscriber = hub.redis.duplicate()
    await subscriber.connect()
    await subscriber.subscribe(hub.keys.accountFeed(main.venue, main.account))
    subscriber.on('message', (_, text) => heard.push(JSON.parse(text) as (typeof heard)[0]))
    await tell(hub, { size: '1' }, { size: '1', askedAt: start + 200 }, { size: '1', askedAt: start + 200 })
    await tell(hub, { size: '2', time: start + 300 })
    await subscriber.ping()
    subscriber.disconnect()
    expect(heard.map(({ sequence, positions }) => [sequence, positions['BTCUSDT/both']?.size])).to.deep.equal(
      [
        [1, '1'],
        [2, '2'],
      ],
    )
    expect(heard[0]?.epoch).to.equal(heard[1]?.epoch).and.to.be.greaterThan(1e15)
  })
})
