import { modesProblem, readModes } from '../../lib/account/account-modes.ts'
import { checkAccount } from '../../lib/account/check-account.ts'
import { readHeldSymbols } from '../../lib/account/held-symbols.ts'
import { judgeSources } from '../../lib/account/judge-sources.ts'
import { keepListingBans, listingBan } from '../../lib/account/listing-bans.ts'
import { keepConditions } from '../../lib/hub/keep-conditions.ts'
import type { Condition } from '../../lib/hub/conditions.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { standForLeader } from '../../lib/hub/lease.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { AccountActor } from './account-actor.ts'

/** Whatever is wrong with an account, told by the one process that leads. */
export interface AccountWatch {
  isLeader(): boolean
  stop(): Promise<void>
}

// Real ms.
const lookEveryMs = 500
const listingEveryMs = 5_000
// A process that has just taken the lead may not have heard of the others yet.
const firstLookAfterMs = 1_500

/** Keeps the account's conditions and the bans by the listing while this process leads. */
export function watchAccount(actor: AccountActor): AccountWatch {
  const { hub, of } = actor
  let leadsSince = Infinity
  let listedAt = 0
  let busy = false

  async function look(): Promise<void> {
    await keepLost()
    await keepMode()
    // What was changed when is a matter of the venue's clock.
    if (!Number.isFinite(hub.clock.errorMs())) return
    await checkAccount(hub, of, [], 0)
    if (Date.now() - listedAt < listingEveryMs) return
    listedAt = Date.now()
    await keepListing()
  }

  async function keepLost(): Promise<void> {
    const now = Math.floor(hub.clock.now())
    const states = judgeSources(await readLivingActors(hub.redis, hub.keys, ['position']), of, Date.now())
    const lost = new Map<string, Condition>()
    for (const { source, problem } of states)
      if (problem !== undefined) lost.set(`lost ${source}`, { since: now, text: `${source}: ${problem}` })
    const left = states.filter(({ problem }) => problem === undefined).map(({ source }) => source)
    if (left.length < 2) {
      const text = left.length === 0 ? 'nothing tells of the account' : `only ${left[0]} tells of the account`
      lost.set('lost redundancy', { since: now, text })
    }
    await keepConditions(hub, of, 'lost ', lost)
  }

  async function keepMode(): Promise<void> {
    const modes = await readModes(hub, of)
    const standing = new Map<string, Condition>()
    const problem = modes === undefined ? undefined : modesProblem(modes)
    if (modes !== undefined && problem !== undefined)
      standing.set('mode unsupported', { since: modes.readAt, text: `live trading is refused: ${problem}` })
    // Stands until somebody has seen it and lets the account trade again.
    const change = modes?.change
    const isHalted = (await hub.redis.get(hub.keys.tradingState(of.venue, of.account))) === 'halted'
    if (change !== undefined && isHalted) {
      const text = `the position mode was changed from ${change.from} to ${change.to}: trading is halted`
      standing.set('mode changed', { since: change.at, text })
    }
    await keepConditions(hub, of, 'mode ', standing)
  }

  async function keepListing(): Promise<void> {
    const now = Math.floor(hub.clock.now())
    const instruments = await readInstruments(hub, of.venue)
    const { added, lifted } = await keepListingBans(hub, of, instruments.values(), now)
    if (added.length + lifted.length > 0) hub.log.info({ added, lifted }, 'bans by the listing have changed')
    const standing = new Map<string, Condition>()
    for (const symbol of await readHeldSymbols(hub, of.venue, [of.account])) {
      const instrument = instruments.get(symbol)
      const ban = instrument === undefined ? undefined : listingBan(instrument, now)
      if (ban === undefined) continue
      const { reason, deadline } = ban
      const when = deadline === undefined ? '' : `, at ${new Date(deadline).toISOString()}`
      standing.set(`listing ${symbol}`, { since: now, text: `${reason}${when}`, symbol, deadline })
    }
    await keepConditions(hub, of, 'listing ', standing)
  }

  const leadership = standForLeader(
    hub,
    hub.keys.accountLease(of.venue, of.account, 'watch'),
    (leads) => (leadsSince = leads ? Date.now() : Infinity),
  )
  const timer = setInterval(() => {
    if (busy || !leadership.isLeader() || Date.now() - leadsSince < firstLookAfterMs) return
    busy = true
    look()
      .catch((error: unknown) =>
        hub.log.debug({ error: describeError(error) }, 'the account was not looked at'),
      )
      .finally(() => (busy = false))
  }, lookEveryMs)

  return {
    isLeader: () => leadership.isLeader(),
    async stop() {
      clearInterval(timer)
      await leadership.stop()
    },
  }
}
