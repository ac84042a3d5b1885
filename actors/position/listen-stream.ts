import { beginStream, noteHeard, readSources } from '../../lib/account/account-sources.ts'
import type { Egress } from '../../lib/egress/egress.ts'
import type { UserEvent } from '../../lib/exchange/account-exchange.ts'
import { describeError } from '../../lib/model/errors.ts'
import { openUserStream } from '../../lib/stream/user-stream.ts'
import type { UserStreamState } from '../../lib/stream/user-stream.ts'
import type { AccountActor } from './account-actor.ts'
import type { SharedFetching } from './fetch-for-all.ts'
import { fillGaps } from './fill-gaps.ts'
import { findStall } from './find-stall.ts'
import type { Taken } from './take-reports.ts'

/** An account's events, being merged. */
export interface Listening {
  tell(): UserStreamState & { readonly stalls: number }
  stop(): Promise<void>
}

// Real ms. A new order may rest for long, and nothing is said of it meanwhile.
const keepOrderMs = 2 * 3_600_000
const signEveryMs = 1_000

/** Merges what the stream tells. */
export function listenStream(actor: AccountActor, taken: Taken, shared: SharedFetching): Listening {
  const { hub, of, egress } = actor
  const { clock, log } = hub
  const gaps = fillGaps(actor, taken)
  let stalls = 0
  let stallAt = 0
  // Venue time since which events come.
  let listensSince = Infinity

  function onEvent(event: UserEvent): void {
    switch (event.kind) {
      case 'report':
        stall.note(event.report)
        taken
          .take('stream', event.report)
          .catch((error: unknown) => gaps.fill(`an event was not merged: ${describeError(error)}`))
        break
      case 'order':
      case 'conditional':
        if (typeof event.row['s'] === 'string') taken.note([event.row['s']], keepOrderMs)
        break
      case 'leverage':
        shared.settingsChanged()
        break
      case 'multi-assets':
        shared.modesChanged()
        break
      case 'key-expired':
      case 'other':
        break
    }
  }

  function begin(reason: string): void {
    listensSince = clock.now()
    // It is noted before the next event is merged: commands of one connection keep their order.
    beginStream(hub, of, listensSince).catch(notNoted)
    gaps.fill(reason)
  }

  async function note(): Promise<void> {
    const { silentMs } = stream.tell()
    if (silentMs === undefined || !Number.isFinite(listensSince)) return
    // Whoever emptied Redis took what the stream had told with it.
    if ((await readSources(hub, of)).stream.beganAt === undefined) begin('Redis was emptied')
    else await noteHeard(hub, of, 'stream', clock.now() - silentMs * clock.rate)
  }
  const notNoted = (error: unknown) =>
    log.debug({ error: describeError(error) }, "the stream's state was not noted")

  const stall = findStall(actor, (changedAt) => {
    if (changedAt <= listensSince + clock.errorMs()) return
    if (changedAt > stallAt) {
      stallAt = changedAt
      stalls += 1
      log.warn({ changedAt }, 'the stream has not told of a change that others tell of')
    }
    stream.suspect(changedAt)
  })
  // The key to the stream weighs 1 and must not wait behind a share that is used up.
  const urgent: Egress = {
    ...egress,
    call: (_egressClass, run, onLeave, flow) => egress.call('orders', run, onLeave, flow),
  }
  const stream = openUserStream({ hub, exchange: actor.exchange, egress: urgent }, { onEvent, onGap: begin })
  const signs = setInterval(() => void note().catch(notNoted), signEveryMs)
  return {
    tell: () => ({ ...stream.tell(), stalls }),
    async stop() {
      clearInterval(signs)
      gaps.stop()
      stall.stop()
      await stream.stop()
    },
  }
}
