import type { Log } from '../../lib/hub/log.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { Fill } from '../../lib/model/order.ts'
import type { Strategy, StrategyContext } from '../../lib/orders/strategy.ts'
import { createCallTimes } from './call-times.ts'
import { foldLog } from '../../lib/hub/fold-log.ts'

/** A strategy at work, kept from harming the trader. */
export interface StrategyRun {
  /** something in the ledger changed: what it was is told to the strategy in this turn of the event loop */
  onChange(): void
  onFill(fill: Fill): void
  /** from now on the strategy is called */
  start(): Promise<void>
  stop(): Promise<void>
  counts(): {
    evaluations: number
    errors: number
    benched: number
    p50Us: number
    p99Us: number
    maxUs: number
  }
}

/** After so many throws in a row on one symbol the strategy is not called for it for a while, in real ms. */
export const mostThrows = 5
const benchMs = 60_000

/** `budgetMs` is the real time that one call may take. */
export function runStrategy(
  strategy: Strategy,
  context: StrategyContext,
  log: Log,
  budgetMs: number,
): StrategyRun {
  const { ledger } = context
  const times = createCallTimes()
  const fold = foldLog(log)
  const throws = new Map<number, number>()
  const benchedUntil = new Map<number, number>()
  let evaluations = 0
  let errors = 0
  let state: 'waiting' | 'running' | 'stopped' = 'waiting'
  let scheduled = false

  function fail(error: unknown, slot?: number): void {
    errors += 1
    const symbol = slot === undefined ? undefined : ledger.symbols[slot]?.symbol
    fold(`the strategy threw: ${describeError(error)}`, {
      strategy: strategy.name,
      symbol,
      stack: (error as Error)?.stack,
    })
    if (slot === undefined) return
    const inARow = (throws.get(slot) ?? 0) + 1
    throws.set(slot, inARow)
    if (inARow < mostThrows) return
    throws.delete(slot)
    benchedUntil.set(slot, Date.now() + benchMs)
    log.warn(
      { strategy: strategy.name, symbol, benchMs },
      `the strategy threw ${mostThrows} times in a row and is not called for a while`,
    )
  }

  function isBenched(slot: number): boolean {
    const until = benchedUntil.get(slot)
    if (until === undefined) return false
    if (Date.now() < until) return true
    benchedUntil.delete(slot)
    return false
  }

  function visit(slot: number): void {
    if (benchedUntil.size > 0 && isBenched(slot)) return
    const startedAt = performance.now()
    try {
      const pending = strategy.onChange(context, slot)
      if (pending instanceof Promise) pending.catch((error: unknown) => fail(error, slot))
      else if (throws.size > 0) throws.delete(slot)
    } catch (error) {
      fail(error, slot)
    }
    const tookMs = performance.now() - startedAt
    evaluations += 1
    times.record(tookMs)
    if (tookMs > budgetMs) {
      const symbol = ledger.symbols[slot]?.symbol
      fold(`a call of the strategy took longer than ${budgetMs} ms`, {
        strategy: strategy.name,
        symbol,
        tookMs: Math.round(tookMs),
      })
    }
  }

  function evaluate(): void {
    scheduled = false
    if (state === 'running') ledger.takeChanged(visit)
  }

  async function call(work: () => void | Promise<void> | undefined): Promise<void> {
    try {
      await work()
    } catch (error) {
      fail(error)
    }
  }

  return {
    onChange() {
      if (scheduled || state !== 'running') return
      scheduled = true
      setImmediate(evaluate)
    },
    onFill(fill) {
      if (state === 'running') void call(() => strategy.onFill?.(context, fill))
    },
    async start() {
      if (state !== 'waiting') return
      await call(() => strategy.onStart?.(context))
      state = 'running'
      evaluate()
    },
    async stop() {
      const started = state === 'running'
      state = 'stopped'
      if (started) await call(() => strategy.onStop?.(context))
    },
    counts: () => ({ evaluations, errors, benched: benchedUntil.size, ...times.read() }),
  }
}
