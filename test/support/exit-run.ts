import { needDecimal } from '../../lib/model/decimal.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import { beginExit, hearExitEnd } from '../../lib/risk/exit-state.ts'
import type { ExitOrder, ExitRefusal } from '../../lib/risk/exit-state.ts'
import type { ExitAction } from '../../lib/risk/exit-draft.ts'
import { judgeExit } from '../../lib/risk/judge-exit.ts'
import type { SizeWord } from '../../lib/risk/judge-exit.ts'
import { toPerpetual } from './instrument.ts'
import { toDice } from './ladder-run.ts'

/** How a position is left, and what goes wrong. Chances from 0 to 1, sizes in lots. */
export interface ExitStory {
  readonly seed: number
  readonly size: number
  readonly to: number
  readonly isUrgent: boolean
  /** reduce-only orders that rest against the position */
  readonly resting: readonly number[]
  /** an entry that was on its way when it began: lots, and when it comes */
  readonly late: { readonly size: number; readonly at: number } | undefined
  readonly lostAnswers: number
  readonly lostRequests: number
  /** market orders are refused for the band until then */
  readonly bandedUntil: number
  readonly refusals: number
  /** ms by which one of the sources lags */
  readonly lagMs: number
}

const stepMs = 50
const most = 70
const instrument = { ...toPerpetual('AUSDT'), lotSize: '0.001', minQty: '0.001', maxMarketQty: '0.0705' }

export interface ExitRun {
  readonly size: number
  readonly resting: number
  readonly stops: number
  readonly problems: readonly string[]
  /** when it was done; undefined: it never was */
  readonly doneAt: number | undefined
}

/** Lets a way out happen at a model of a venue, and tells what should not have been. */
export function runExit(story: ExitStory): ExitRun {
  const roll = toDice(story.seed)
  const problems: string[] = []
  const due: { at: number; run: () => void }[] = []
  const ended = new Map<string, ExitRefusal | undefined>()
  const history = [{ at: 0, size: story.size }]
  const ids = new Set<string>()
  const words = new Map<string, SizeWord>()
  let orders = story.resting.map((lots, at) => ({ id: `rests${at}`, lots }))
  let resting: { ids: string[]; askedAt: number } | undefined
  let stops = ['stop1', 'stop2']
  let size = story.size
  let now = 1_000
  let doneAt: number | undefined
  let state = beginExit({
    symbol: 'AUSDT',
    side: 'both',
    to: toSize(story.to),
    now,
    isUrgent: story.isUrgent,
  })
  const startedAt = now
  const later = (ms: number, run: () => void) => due.push({ at: now + ms, run })
  if (story.late !== undefined) {
    const { size: more, at } = story.late
    due.push({ at: startedAt + at, run: () => setSize(size + Math.sign(story.size) * more) })
  }
  for (; now < startedAt + 40_000 && doneAt === undefined; now += stepMs) {
    for (const each of due.splice(0)) {
      if (each.at <= now) each.run()
      else due.push(each)
    }
    tradeResting()
    if (now % 100 === 0) judge()
  }
  return { size, resting: orders.length, stops: stops.length, problems, doneAt: doneAt && doneAt - startedAt }

  function judge(): void {
    const judgement = judgeExit(state, {
      account: 'main',
      now,
      rate: 1,
      sizes: [...words.values()],
      resting,
      stops,
      instrument,
      markPrice: '100',
      band: { up: '1.05', down: '0.95' },
    })
    state = judgement.state
    if (judgement.isOut && Math.abs(size) > story.to)
      problems.push(`${now}: ${size} are left and it says out`)
    if (judgement.isDone) doneAt = now
    for (const action of judgement.actions) act(action)
  }

  function act(action: ExitAction): void {
    if (action.do === 'send') return send(action.exit)
    if (action.do === 'ask') {
      const { id } = action
      return request(() => {
        if (ended.has(id)) later(50, () => hear(id))
      })
    }
    if (action.do === 'read size') return readSizes()
    if (action.do === 'read orders') {
      const askedAt = now
      return request(() => {
        const found = orders.map(({ id }) => id)
        later(50, () => {
          resting = { ids: found, askedAt }
        })
      })
    }
    if (action.do === 'cancel order') {
      const { id } = action
      return request(() => {
        orders = orders.filter((order) => order.id !== id)
      })
    }
    if (size !== 0) problems.push(`${now}: a stop was cancelled while ${size} were held`)
    request(() => {
      stops = stops.filter((id) => id !== action.id)
    })
  }

  function request(run: () => void): void {
    if (roll() >= story.lostRequests) later(20 + roll() * 100, run)
  }

  function readSizes(): void {
    const askedAt = now
    for (const source of ['account', 'risk'])
      request(() => {
        const at = source === 'risk' ? askedAt - story.lagMs : now
        const seen = history.findLast((each) => each.at <= at)?.size ?? story.size
        later(50, () => words.set(source, { source, size: toSize(seen), askedAt }))
      })
  }

  function send(exit: ExitOrder): void {
    const lots = Math.round(Number(exit.size) * 1_000)
    if (ids.has(exit.id)) problems.push(`${now}: ${exit.id} was sent twice`)
    ids.add(exit.id)
    if (lots < 1 || lots > most || toSize(lots) !== exit.size)
      problems.push(`${now}: an exit of ${exit.size}`)
    if ((exit.side === 'sell') !== story.size > 0) problems.push(`${now}: an exit to the wrong side`)
    if ((exit.type === 'limit') !== (exit.price !== undefined))
      problems.push(`${now}: a limit exit without a price`)
    if (exit.price !== undefined && exit.price !== (story.size > 0 ? '95' : '105'))
      problems.push(`${now}: an exit at ${exit.price}`)
    request(() => {
      ended.set(exit.id, trade(exit, lots))
      if (roll() >= story.lostAnswers) later(20 + roll() * 100, () => hear(exit.id))
    })
  }

  /** What the venue does with a reduce-only order that takes what it can at once. */
  function trade(exit: ExitOrder, lots: number): ExitRefusal | undefined {
    if (roll() < story.refusals) return 'other'
    const held = Math.abs(size)
    const rest = orders.reduce((sum, order) => sum + order.lots, 0)
    if (held === 0) return 'other'
    if (rest > 0 && rest + lots > held) return 'resting'
    if (exit.type === 'market' && now < startedAt + story.bandedUntil) return 'band'
    const traded = Math.min(held, exit.type === 'market' ? lots : Math.floor(lots * roll()))
    setSize(Math.sign(size) * (held - traded))
    return undefined
  }

  function hear(id: string): void {
    state = hearExitEnd(state, { id, time: now, refusal: ended.get(id) })
  }

  function tradeResting(): void {
    const [order] = orders
    if (order === undefined || roll() > 0.01) return
    const traded = Math.min(order.lots, Math.abs(size))
    orders = orders.slice(1)
    setSize(Math.sign(size) * (Math.abs(size) - traded))
  }

  function setSize(next: number): void {
    if (Math.sign(next) === -Math.sign(story.size)) problems.push(`${now}: the position turned to ${next}`)
    // No minus zero.
    size = next + 0
    history.push({ at: now, size })
  }
}

function toSize(lots: number): Decimal {
  return needDecimal(`${lots}e-3`, 'lots')
}
