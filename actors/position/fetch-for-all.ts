import { writeSymbolSettings } from '../../lib/account/symbol-settings.ts'
import { askAccount, askAtLeisure } from './account-actor.ts'
import type { AccountActor } from './account-actor.ts'
import { fetchIncome } from './fetch-income.ts'
import { fetchModes } from './fetch-modes.ts'
import { leadWhileOpen } from './lead-while-open.ts'
import { repeatWhileLeading } from './repeat-while-leading.ts'
import type { Taken } from './take-reports.ts'

/** What one of the account's processes asks for on behalf of all: modes, income, leverages and open orders' symbols. */
export interface SharedFetching {
  /** the modes may have changed, or what is set for symbols */
  modesChanged(): void
  settingsChanged(): void
  tell(): { fetches: number; incomeRows: number }
  stop(): Promise<void>
}

// Market ms.
const hourMs = 3_600_000
const incomeEveryMs = 60_000
// Real ms: positions come first. And longer than between two readings of the open orders.
const incomeAfterMs = 2_000
const settingsAfterMs = 3_000
const ordersAfterMs = 4_000
const lookEveryMs = 1_000
const keepOrdersMs = 2 * hourMs

export function fetchForAll(actor: AccountActor, taken: Taken): SharedFetching {
  const { hub, of, egress } = actor
  let incomeRows = 0
  // False again from when Redis was emptied until the modes are there anew.
  let haveBeenRead = false
  const lease = hub.keys.accountLease(of.venue, of.account, 'fetch')
  const leadership = leadWhileOpen(hub, lease, egress, () => {
    for (const each of [modes, settings]) each.now()
  })
  const isLeader = () => leadership.isLeader()
  const modes = repeatWhileLeading(
    hub,
    { what: "the account's modes", everyMs: hourMs, firstAfterMs: 0, isLeader },
    async () => {
      const isDone = await fetchModes(actor)
      haveBeenRead = true
      return isDone
    },
  )
  const income = repeatWhileLeading(
    hub,
    { what: 'income', everyMs: incomeEveryMs, firstAfterMs: incomeAfterMs, isLeader },
    async () => {
      // How far back to ask is a matter of the venue's clock.
      if (!Number.isFinite(hub.clock.errorMs())) return false
      incomeRows += await fetchIncome(actor)
      return true
    },
  )
  // An order that was there before anybody listened, and a conditional one, are in no snapshot and no event.
  const orders = repeatWhileLeading(
    hub,
    { what: 'open orders', everyMs: hourMs, firstAfterMs: ordersAfterMs, isLeader },
    async () => {
      taken.note(await askAtLeisure(actor, (exchange) => exchange.fetchOpenOrderSymbols()), keepOrdersMs)
      return true
    },
  )
  const settings = repeatWhileLeading(
    hub,
    { what: 'leverages', everyMs: hourMs, firstAfterMs: settingsAfterMs, isLeader },
    async () => {
      await writeSymbolSettings(
        hub,
        of,
        await askAccount(actor, (exchange) => exchange.fetchSymbolSettings()),
      )
      return true
    },
  )
  // Nobody trades while the modes are not known, and the hour may have just begun.
  const emptied = setInterval(() => {
    if (!isLeader() || !Number.isFinite(hub.clock.errorMs())) return
    hub.redis
      .exists(hub.keys.modes(of.venue, of.account))
      .then((found) => {
        if (found === 1 || !haveBeenRead) return
        haveBeenRead = false
        for (const each of [modes, income, orders, settings]) each.now()
      })
      .catch(() => {})
  }, lookEveryMs)
  return {
    modesChanged: () => modes.now(),
    settingsChanged: () => settings.now(),
    tell: () => ({ fetches: isLeader() ? 1 : 0, incomeRows }),
    async stop() {
      clearInterval(emptied)
      for (const each of [modes, income, orders, settings]) each.stop()
      await leadership.stop()
    },
  }
}
