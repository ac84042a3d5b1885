import { openEgress } from '../../lib/egress/egress.ts'
import { describeFinding, isHarmful } from '../../lib/exchange/check-shape.ts'
import type { RequestGate } from '../../lib/exchange/exchange.ts'
import { probeVenue, shapesOf } from '../../lib/exchange/probe-venue.ts'
import type { ProbeOptions } from '../../lib/exchange/probe-venue.ts'
import type { Sight } from '../../lib/exchange/sight.ts'
import { readAccountKeys } from '../../lib/hub/account-keys.ts'
import { createClock } from '../../lib/hub/clock.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { Config } from '../../lib/hub/settings.ts'
import { ConfigError, RetryLaterError } from '../../lib/model/errors.ts'
import { isPaperAccount } from '../../lib/model/paper-account.ts'
import { fail, ok, warn } from './check.ts'
import type { Check } from './check.ts'
import { withHub } from './with-hub.ts'

// Real ms that a request may wait for its turn among those of the actors.
const flow = { name: 'doctor', share: 0, patienceMs: 5_000 }
const mostDetails = 20

/**
 * Looks whether the configured venue answers as it is known to, and tells each check as it is made; of `symbol`, or of the
 * first that trades, orders and trades are asked. Where there is a Redis its budget is kept to. Throws ConfigError, before anything was asked, for a venue that is not described and for an account
 * at it without keys.
 */
export async function checkVenue(
  config: Config,
  symbol: string | undefined,
  tell: (check: Check) => void,
): Promise<void> {
  const { exchange, exchangeUrl: url, localAddress, proxy, account } = config
  shapesOf(exchange)
  const keys = isPaperAccount(account) ? {} : { keys: readAccountKeys(config, exchange, account) }
  const common = { url, localAddress, proxy, symbol, ...keys }
  const look = async (options: ProbeOptions) => {
    for await (const sight of probeVenue(exchange, options)) tell(judgeSight(sight))
  }
  const isLooked = await atRedis(config, async (hub) => {
    const egress = openEgress(hub, exchange)
    tell(ok('budget', `of address ${config.address}, in Redis`))
    await look({
      ...common,
      gate: egress.gate,
      clock: hub.clock,
      call: (isPrivate, run) => egress.call(isPrivate ? 'account' : 'market', run, undefined, flow),
    })
  })
  if (isLooked) return
  tell(ok('budget', 'none: there is no Redis to keep it in'))
  await look({
    ...common,
    gate: openAlone(),
    clock: createClock(config.rate),
    call: (_isPrivate, run) => run(),
  })
}

/** Whether there was a Redis to do it with. */
async function atRedis(config: Config, run: (hub: Hub) => Promise<void>): Promise<boolean> {
  let isOpen = false
  try {
    await withHub(config, (hub) => {
      isOpen = true
      return run(hub)
    })
  } catch (error) {
    if (isOpen || !(error instanceof ConfigError)) throw error
  }
  return isOpen
}

/** Judges what was seen of one endpoint or one address of streams: what nobody reads harms nothing. */
export function judgeSight({ place, isRead, problem, findings, rows, isAbsent }: Sight): Check {
  const details = findings.map((finding) => describeFinding(finding, place))
  const shown = details.slice(0, mostDetails)
  if (details.length > shown.length) shown.push(`and ${details.length - shown.length} more`)
  const of = shown.length === 0 ? {} : { details: shown }
  const harmful = findings.filter(isHarmful).length
  if (problem !== undefined || harmful > 0) {
    const found = problem ?? `${harmful} ${harmful === 1 ? 'thing is' : 'things are'} not as known`
    return isRead
      ? { ...fail(place, found, adviceOn(problem)), ...of }
      : { ...warn(place, found, 'nothing reads it, so nothing is harmed'), ...of }
  }
  if (findings.length > 0)
    return {
      ...warn(place, 'more than is known', 'nothing reads it: add it to what is known'),
      ...of,
    }
  if (isAbsent === true) return ok(place, 'knows of no such order, as it should')
  return ok(place, place.startsWith('stream') ? wordOfStream(rows ?? 0) : wordOfRows(rows))
}

function adviceOn(problem: string | undefined): string {
  if (problem?.startsWith('not asked') === true) return 'ask again later, or name what trades with --symbol'
  return problem?.startsWith('no answer') === true
    ? 'see whether the network, or the region that you ask from, keeps you from the venue'
    : 'see what the venue changed before trading on it'
}

function wordOfStream(messages: number): string {
  if (messages === 0) return 'open, and nothing happened to look at'
  return `as known, by ${messages} ${messages === 1 ? 'message' : 'messages'}`
}

function wordOfRows(rows: number | undefined): string {
  if (rows === undefined) return 'as known'
  return rows === 0
    ? 'answers, with no row to look at'
    : `as known, by ${rows} ${rows === 1 ? 'row' : 'rows'}`
}

/** A gate without a budget: a few requests one after the other, until the venue wants none. */
function openAlone(): RequestGate {
  let closedUntil = 0
  return {
    async enter() {
      if (Date.now() < closedUntil)
        throw new RetryLaterError('the venue wants no more requests for now', { retryAt: closedUntil })
      return {
        settle({ closeForMs }) {
          if (closeForMs !== undefined) closedUntil = Date.now() + closeForMs
        },
      }
    },
  }
}
