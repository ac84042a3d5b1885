import { expect } from 'chai'
import fc from 'fast-check'
import { beginExit, hearExitEnd, isLate } from '../../../lib/risk/exit-state.ts'
import type { ExitRefusal, ExitState } from '../../../lib/risk/exit-state.ts'
import { beginFlatten, judgeFlatten } from '../../../lib/risk/flatten-plan.ts'
import type { FlattenedPosition } from '../../../lib/risk/flatten-plan.ts'
import { judgeExit } from '../../../lib/risk/judge-exit.ts'
import type { ExitSight } from '../../../lib/risk/judge-exit.ts'
import { runExit } from '../../support/exit-run.ts'
import type { ExitStory } from '../../support/exit-run.ts'
import { toPerpetual } from '../../support/instrument.ts'

const runs = { numRuns: Number(process.env['SOAK_RUNS'] ?? 150) }

const sight: ExitSight = {
  account: 'main',
  now: 1_000,
  rate: 1,
  sizes: [],
  resting: undefined,
  stops: ['stop'],
  instrument: { ...toPerpetual('AUSDT'), maxMarketQty: '2' },
  markPrice: '100.04',
  band: { up: '1.05', down: '0.95' },
}

/** A way out that is judged step by step. */
class WayOut {
  state: ExitState
  sight = sight

  constructor(isUrgent = false, to = '0') {
    this.state = beginExit({ symbol: 'AUSDT', side: 'both', to, now: 1_000, isUrgent })
  }

  /** The actions in short after some ms, such as `sell 2` or `read size`. */
  judge(afterMs: number, by: Partial<ExitSight> = {}): string[] {
    this.sight = { ...this.sight, ...by, now: this.sight.now + afterMs }
    const { state, actions } = judgeExit(this.state, this.sight)
    this.state = state
    return actions.map((action) =>
      action.do === 'send'
        ? [
            action.exit.side,
            action.exit.size,
            ...(action.exit.price === undefined ? [] : [`at ${action.exit.price}`]),
          ].join(' ')
        : action.do,
    )
  }

  says(size: string, sources = ['account', 'risk']): Partial<ExitSight> {
    return { sizes: sources.map((source) => ({ source, size, askedAt: this.sight.now + 1 })) }
  }

  ended(refusal?: ExitRefusal): void {
    for (const { id } of this.state.exits)
      this.state = hearExitEnd(this.state, { id, time: this.sight.now, refusal })
  }
}

const story: fc.Arbitrary<ExitStory> = fc
  .record({
    seed: fc.integer(),
    size: fc.integer({ min: -900, max: 900 }).filter((size) => size !== 0),
    to: fc.constant(0),
    isUrgent: fc.boolean(),
    resting: fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 4 }),
    late: fc.option(
      fc.record({ size: fc.integer({ min: 1, max: 100 }), at: fc.integer({ min: 0, max: 2_000 }) }),
      { nil: undefined },
    ),
    lostAnswers: fc.double({ min: 0, max: 0.3, noNaN: true }),
    lostRequests: fc.double({ min: 0, max: 0.2, noNaN: true }),
    bandedUntil: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 })),
    refusals: fc.double({ min: 0, max: 0.3, noNaN: true }),
    lagMs: fc.integer({ min: 0, max: 200 }),
  })
  // What is urgent does not wait for what may yet come.
  .map((of) => (of.isUrgent ? { ...of, late: undefined } : of))

describe('the way out of a position', () => {
  it('cancels what rests, sees it gone, reads the size and closes it in slices; the stops go last', () => {
    const out = new WayOut()
    expect(out.judge(0)).to.deep.equal(['read orders'])
    expect(out.judge(100, { resting: { ids: ['a', 'b'], askedAt: 1_000 } })).to.deep.equal([
      'cancel order',
      'cancel order',
    ])
    expect(out.judge(100)).to.deep.equal([])
    expect(out.judge(200)).to.deep.equal(['read orders'])
    const early = out.says('5')
    expect(out.judge(100, { resting: { ids: [], askedAt: 1_401 }, ...early })).to.deep.equal(['read size'])
    expect(out.judge(100, out.says('5'))).to.deep.equal(['sell 1.668', 'sell 1.666', 'sell 1.666'])
    expect(out.judge(100)).to.deep.equal([])
    out.ended()
    expect(out.judge(100)).to.deep.equal(['read size'])
    expect(out.judge(400, out.says('0', ['account']))).to.deep.equal(['read size'])
    expect(out.judge(2_000, out.says('0'))).to.deep.equal(['read orders', 'read size'])
    expect(out.judge(100, { resting: { ids: [], askedAt: 4_200 }, ...out.says('0') })).to.deep.equal([
      'cancel stop',
    ])
    const { isOut, isDone } = judgeExit(out.state, { ...out.sight, stops: [] })
    expect({ isOut, isDone }).to.deep.equal({ isOut: true, isDone: true })
  })

  it('waits for an exit in real time, whatever the rate: so long may its request take to arrive', () => {
    const out = new WayOut(true)
    expect(out.judge(0, { rate: 60, ...out.says('1') })).to.deep.equal(['sell 1'])
    expect(out.judge(60 * 3_000, out.says('1'))).to.deep.equal(['ask'])
    expect(out.judge(60 * 200)).to.deep.equal(['read size'])
    expect(out.judge(100, out.says('1'))).to.deep.equal(['sell 1'])
  })

  it('goes on with limit orders at the band when the venue refuses market orders, and the other way round', () => {
    for (const [size, first, price] of [
      ['1.5', 'sell', '95.1'],
      ['-1.5', 'buy', '105'],
    ] as const) {
      const out = new WayOut(true)
      expect(out.judge(0, out.says(size))).to.deep.equal([`${first} 1.5`])
      out.ended('band')
      expect(out.judge(50, out.says(size))).to.deep.equal([`${first} 1.5 at ${price}`])
      out.ended()
      expect(out.judge(50, out.says(size))).to.deep.equal([`${first} 1.5`])
    }
  })

  it('cancels what rests when that is urgent only if the venue minds it', () => {
    const out = new WayOut(true)
    out.judge(0, out.says('1'))
    out.ended('resting')
    expect(out.judge(100, out.says('1'))).to.deep.equal(['read orders'])
  })

  it('asks after an exit without an answer, and goes on when it can no longer arrive', () => {
    const out = new WayOut(true)
    out.judge(0, out.says('1'))
    expect(out.judge(300)).to.deep.equal(['ask'])
    expect(out.judge(2_800, out.says('1'))).to.deep.equal(['ask'])
    expect(out.judge(100)).to.deep.equal(['read size'])
    expect(out.judge(100, out.says('1'))).to.deep.equal(['sell 1'])
    expect(new Set(out.state.exits.map(({ id }) => id)).size).to.equal(2)
  })

  it('leaves as much as it is told to', () => {
    const out = new WayOut(true, '0.4')
    expect(out.judge(0, out.says('1'))).to.deep.equal(['sell 0.6'])
    out.ended()
    const { isOut, isDone } = judgeExit(out.state, { ...out.sight, ...out.says('0.4') })
    expect({ isOut, isDone }).to.deep.equal({ isOut: true, isDone: true })
  })

  it('says why it cannot go on by itself', () => {
    const out = new WayOut(true)
    const problemOf = (by: Partial<ExitSight>) => judgeExit(out.state, { ...sight, ...by }).problem
    expect(problemOf(out.says('0.0004'))).to.contain('less than can be traded')
    expect(
      problemOf({ ...out.says('1'), instrument: { ...sight.instrument, lotSize: undefined } }),
    ).to.contain('lot')
  })

  it('ends out, with nothing resting, whatever is lost and refused, and never passes through zero', function () {
    this.timeout(60_000)
    fc.assert(
      fc.property(story, (of) => {
        const run = runExit(of)
        expect(run.problems).to.deep.equal([])
        expect(run.doneAt, 'done').to.be.a('number')
        expect(run).to.deep.include({ size: 0, stops: 0 })
        if (!of.isUrgent) expect(run.resting).to.equal(0)
      }),
      runs,
    )
  })
})

describe('the flattening of an account', () => {
  const position = (symbol: string, by: Partial<ExitSight> = {}): [string, FlattenedPosition] => [
    `${symbol}/both`,
    { ...sight, symbol, side: 'both', ...by },
  ]

  it('halts first, and closes anyway when the state cannot be written', () => {
    const positions = new Map([position('AUSDT')])
    const first = judgeFlatten(beginFlatten(1_000), { now: 1_000, rate: 1, isHalted: false, positions })
    expect(first.actions).to.deep.equal([{ do: 'halt' }])
    const blind = judgeFlatten(first.state, { now: 2_000, rate: 1, isHalted: false, positions })
    expect(blind.actions.map((action) => action.do)).to.deep.equal(['halt', 'exit'])
    expect(blind.isDone).to.equal(false)
    const halted = judgeFlatten(first.state, { now: 1_100, rate: 1, isHalted: true, positions })
    expect(halted.actions.map((action) => action.do)).to.deep.equal(['exit'])
  })

  it('takes every position its own way, and is done when nothing of any is left', () => {
    const sizes = (size: string, now: number) =>
      ['account', 'risk'].map((source) => ({ source, size, askedAt: now }))
    const resting = { ids: [], askedAt: 5_000 }
    const flat = { now: 5_000, sizes: sizes('0', 5_001), resting, stops: [] }
    const held = { now: 5_000, sizes: sizes('-1', 5_001), resting }
    const both = new Map([position('AUSDT', flat), position('BUSDT', held)])
    const begun = judgeFlatten(beginFlatten(1_000), { now: 1_000, rate: 1, isHalted: true, positions: both })
    const judgement = judgeFlatten(begun.state, { now: 5_000, rate: 1, isHalted: true, positions: both })
    expect(judgement.isDone).to.equal(false)
    const sent = [...begun.actions, ...judgement.actions].flatMap((action) =>
      action.do === 'exit' && action.action.do === 'send' ? `${action.of} ${action.action.exit.side}` : [],
    )
    expect(sent).to.deep.equal(['BUSDT/both buy'])
    const done = judgeFlatten(judgement.state, {
      now: 5_000,
      rate: 1,
      isHalted: true,
      positions: new Map([position('AUSDT', flat)]),
    })
    expect(done.isDone).to.equal(true)
  })

  it('is late after ten seconds', () => {
    expect(isLate({ startedAt: 1_000 }, 11_000)).to.equal(false)
    const positions = new Map([position('AUSDT')])
    expect(
      judgeFlatten(beginFlatten(1_000), { now: 11_001, rate: 1, isHalted: true, positions }).isLate,
    ).to.equal(true)
  })
})
