import { beginStream, noteHeard } from '../../lib/account/account-sources.ts'
import type { UserEvent } from '../../lib/exchange/account-exchange.ts'
import { describeError } from '../../lib/model/errors.ts'
import { openUserStream } from '../../lib/stream/user-stream.ts'
import type { UserStreamState } from '../../lib/stream/user-stream.ts'
import { askAccount } from './account-actor.ts'
import type { AccountActor } from './account-actor.ts'
import type { SharedFetching } from './fetch-for-all.ts'
import { findStall } from './find-stall.ts'
import type { Taken } from './take-reports.ts'

/** An account's events, being merged. */
export interface Listening {
  tell(): UserStreamState & { readonly stalls: number }
  stop(): Promise<void>
}

// Real ms. A new order may rest for long, and nothing is said of it meanwhile.
const keepOrderMs = 2 * 3_600_000
const askAgainMs = 1_000
const signEveryMs = 1_000
const mostTries = 5

/** Merges what the stream tells. */
export function listenStream(actor: AccountActor, taken: Taken, shared: SharedFetching): Listening {
  const { hub, of, egress } = actor
  const { log } = hub
  let stalls = 0
  let stallAt = 0
  // Venue time since which events come.
  let listensSince = Infinity
  let stopped = false
  let retry: NodeJS.Timeout | undefined

  function onEvent(event: UserEvent): void {
    switch (event.kind) {
      case 'report':
        stall.note(event.report)
        taken
          .take('stream', event.report)
          .catch((error: unknown) => missed(`an event was not merged: ${describeError(error)}`))
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
    }
  }

  // What the stream did not tell is asked for: where no other process does, nobody else would.
  function missed(reason: string, tries = 1): void {
    log.debug({ reason }, 'asking for what the stream has not told')
    clearTimeout(retry)
    askAccount(actor, (exchange) => exchange.fetchAccount())
      .then((report) => taken.take('account', report))
      .then(() => askAccount(actor, (exchange) => exchange.fetchPositions()))
      .then((report) => taken.take('risk', report))
      .catch((error: unknown) => {
        log.warn({ error: describeError(error) }, 'what the stream has not told could not be asked for')
        if (!stopped && tries < mostTries)
          retry = setTimeout(() => missed(reason, tries + 1), askAgainMs * tries)
      })
  }

  const stall = findStall(actor, (changedAt) => {
    if (changedAt <= listensSince + hub.clock.errorMs()) return
    if (changedAt > stallAt) {
      stallAt = changedAt
      stalls += 1
      log.warn({ changedAt }, 'the stream has not told of a change that others tell of')
    }
    stream.suspect(changedAt)
  })
  // The key to the stream weighs 1 and must not wait behind a share that is used up.
  const keyEgress = {
    ...egress,
    call: (_class: unknown, run: () => Promise<never>) => egress.call('orders', run),
  }
  const stream = openUserStream(
    { hub, exchange: actor.exchange, egress: keyEgress as typeof egress },
    {
      onEvent,
      onGap(reason) {
        listensSince = hub.clock.now()
        // Before the next event is merged, by the order of commands on one connection.
        beginStream(hub, of, listensSince).catch(notNoted)
        missed(reason)
      },
    },
  )
  const notNoted = (error: unknown) =>
    log.debug({ error: describeError(error) }, "the stream's state was not noted")
  const signs = setInterval(() => {
    const { silentMs } = stream.tell()
    if (silentMs === undefined || !Number.isFinite(listensSince)) return
    noteHeard(hub, of, 'stream', hub.clock.now() - silentMs * hub.clock.rate).catch(notNoted)
  }, signEveryMs)
  return {
    tell: () => ({ ...stream.tell(), stalls }),
    async stop() {
      stopped = true
      clearTimeout(retry)
      clearInterval(signs)
      stall.stop()
      await stream.stop()
    },
  }
}
