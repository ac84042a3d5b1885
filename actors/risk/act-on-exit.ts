import { exitRefusal } from '../../lib/exchange/exit-refusal.ts'
import { foldLog } from '../../lib/hub/fold-log.ts'
import { describeError, OutcomeUnknownError } from '../../lib/model/errors.ts'
import { isTerminal } from '../../lib/model/order.ts'
import type { OrderReport } from '../../lib/model/order-report.ts'
import type { ExitAction } from '../../lib/risk/exit-draft.ts'
import type { ExitOrder, ExitWord } from '../../lib/risk/exit-state.ts'
import type { AccountSight, Place } from './account-sight.ts'
import { protect } from './risk-actor.ts'
import type { RiskActor } from './risk-actor.ts'

// Real ms: a venue that takes ten orders in a second may have taken them all just now. The judgement takes one that was not
// heard of for no more than this, a request's window and a little.
const leavesWithinMs = 1_000

/** Does what ways out ask for; `hear` is told how exits end. Nothing waits for it: words come when they come. */
export function actOnExits(
  actor: RiskActor,
  sight: AccountSight,
  hear: (place: string, word: ExitWord) => void,
): (place: string, of: Place, action: ExitAction) => void {
  const { hub, orders, sending } = actor
  const { clock, log } = hub
  const fold = foldLog(log)

  function run(what: string, work: () => Promise<unknown>): void {
    protect(actor, work).catch((error: unknown) => fold(`${what}: ${describeError(error)}`, {}))
  }

  async function send(
    place: string,
    { symbol, side: positionSide }: Place,
    exit: ExitOrder,
    onLeave: () => void,
  ): Promise<void> {
    const { id, side, type, size, price, sentAt } = exit
    try {
      const report = await protect(
        actor,
        () =>
          orders.createOrder({
            clientOrderId: id,
            symbol,
            side,
            positionSide,
            type,
            timeInForce: 'IOC',
            postOnly: false,
            reduceOnly: positionSide === 'both',
            size,
            price,
            notAfter: sentAt + leavesWithinMs * clock.rate,
          }),
        onLeave,
      )
      log.info({ id, symbol, side, type, size, price, filled: report.filled }, 'exit sent')
      hearReport(place, id, report)
    } catch (error) {
      // Nobody knows: it is asked after, and can no longer trade when its time is over.
      if (error instanceof OutcomeUnknownError) return
      const refusal = exitRefusal(actor.of.venue, error)
      fold(`an exit of ${symbol} was not taken: ${describeError(error)}`, { refusal })
      hear(place, { id, time: Math.ceil(clock.now()), refusal })
    }
  }

  function hearReport(place: string, id: string, report: OrderReport | undefined): void {
    if (report === undefined || !isTerminal(report.state)) return
    hear(place, { id, time: report.time, refusal: undefined })
  }

  return (place, of, action) => {
    const { symbol } = of
    switch (action.do) {
      case 'cancel order':
        return run('an order could not be cancelled', () => orders.cancelOrder(symbol, action.id))
      case 'cancel stop':
        sight.readStops()
        return run('a stop could not be cancelled', () => orders.cancelStop(symbol, action.id))
      case 'read orders':
        return sight.readOrders()
      case 'read size':
        return sight.readSizes()
      case 'send':
        return sending.add(action.exit.id, {
          urgency: 'exit',
          run: (onLeave) => send(place, of, action.exit, onLeave),
        })
      case 'ask':
        return run('an exit could not be asked after', async () =>
          hearReport(place, action.id, await orders.fetchOrder(symbol, action.id)),
        )
    }
  }
}
