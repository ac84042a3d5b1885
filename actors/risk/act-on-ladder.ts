import { stopRefusal } from '../../lib/exchange/stop-refusal.ts'
import { foldLog } from '../../lib/hub/fold-log.ts'
import { describeError, OutcomeUnknownError } from '../../lib/model/errors.ts'
import type { StopOwner } from '../../lib/model/stop-id.ts'
import { absentFrom } from '../../lib/orders/judge-absence.ts'
import type { LadderAction } from '../../lib/risk/ladder-draft.ts'
import type { LadderStop, StopWord } from '../../lib/risk/ladder-state.ts'
import { protect } from './risk-actor.ts'
import type { RiskActor } from './risk-actor.ts'
import type { PlacedWord, StopWords } from './stop-words.ts'

/** What the venue is asked to do for the stops of a position. */
export type StopAction = Exclude<LadderAction, { do: 'exit' }>

// Real ms in which what is to be sent must have left: longer, and the judgement that wanted it is too old.
const leavesWithinMs = 2_500
const mostRemembered = 2_000

/** Does what the ladders ask for; `hear` is told what comes of it. Nothing waits for it: words come when they come. */
export function actOnLadders(
  actor: RiskActor,
  words: StopWords,
  hear: (heard: readonly PlacedWord[]) => void,
): (place: string, owner: StopOwner, action: StopAction, stop: LadderStop | undefined) => void {
  const { hub, orders, of, sending } = actor
  const { clock, log } = hub
  const fold = foldLog(log)
  /** id -> venue time at which its request surely had left; Infinity while it is on its way */
  const leftAt = new Map<string, number>()
  const asking = new Set<string>()

  function hearOne(place: string, word: StopWord): void {
    hear([{ place, word }])
  }

  async function put(
    place: string,
    { symbol, side }: StopOwner,
    stop: LadderStop,
    onLeave: () => void,
  ): Promise<void> {
    const { id, stopSide, triggerPrice, size, rung } = stop
    const now = () => Math.ceil(clock.now())
    try {
      const report = await protect(
        actor,
        () =>
          orders.createStop({
            clientOrderId: id,
            symbol,
            side: stopSide,
            positionSide: side,
            triggerPrice,
            size,
            notAfter: stop.since + leavesWithinMs * clock.rate,
          }),
        onLeave,
      )
      log.info({ id, symbol, side: stopSide, rung, size, triggerPrice }, 'stop placed')
      hear(words.ofStop(report))
    } catch (error) {
      if (error instanceof OutcomeUnknownError) void ask(place, symbol, stop)
      else {
        const refusal = stopRefusal(of.venue, error)
        fold(`a stop of ${symbol} was not taken: ${describeError(error)}`, { rung, refusal })
        hearOne(place, { word: 'refused', id, refusal, time: now() })
      }
    } finally {
      leftAt.set(id, now())
    }
  }

  /** The stop that closes everything covers its position alone: it goes before the rungs of all others. */
  function send(place: string, owner: StopOwner, stop: LadderStop): void {
    const { id, rung } = stop
    leftAt.set(id, Infinity)
    const [oldest] = leftAt.keys()
    if (leftAt.size > mostRemembered && oldest !== undefined) leftAt.delete(oldest)
    sending.add(id, {
      urgency: rung === 0 ? 'cover' : 'part',
      run: (onLeave) => put(place, owner, stop, onLeave),
    })
  }

  async function ask(place: string, symbol: string, stop: LadderStop): Promise<void> {
    const { id } = stop
    if (asking.has(id) || sending.isWaiting(id)) return
    asking.add(id)
    try {
      const askedAt = clock.now() - clock.errorMs()
      const report = await protect(actor, () => orders.fetchStop(symbol, id))
      if (report !== undefined) {
        const child = words.lacksChild(report) ? report.childOrderId : undefined
        const order =
          child === undefined
            ? undefined
            : await protect(actor, () => orders.fetchOrderById(symbol, child)).catch(() => undefined)
        hear([...(order === undefined ? [] : words.ofOrder(order)), ...words.ofStop(report)])
        return
      }
      const from = absentFrom({
        sentAt: leftAt.get(id) ?? stop.since + leavesWithinMs * clock.rate,
        windowMs: orders.stopWindowMs * clock.rate,
        errorMs: clock.errorMs(),
      })
      if (askedAt > from) hearOne(place, { word: 'absent', id, time: Math.ceil(clock.now()) })
    } catch (error) {
      fold(`a stop of ${symbol} could not be asked after: ${describeError(error)}`, {})
    } finally {
      asking.delete(id)
    }
  }

  async function cancel(place: string, symbol: string, stop: LadderStop): Promise<void> {
    try {
      if (await protect(actor, () => orders.cancelStop(symbol, stop.id))) {
        log.info({ id: stop.id, symbol, rung: stop.rung }, 'stop cancelled')
        hearOne(place, { word: 'told', id: stop.id, state: 'cancelled', time: Math.ceil(clock.now()) })
      } else await ask(place, symbol, stop)
    } catch (error) {
      fold(`a stop of ${symbol} could not be cancelled: ${describeError(error)}`, {})
    }
  }

  return (place, owner, action, stop) => {
    if (action.do === 'place') send(place, owner, action.stop)
    else if (stop === undefined) return
    else if (action.do === 'ask') void ask(place, owner.symbol, stop)
    else void cancel(place, owner.symbol, stop)
  }
}
